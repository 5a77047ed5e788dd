"""The providers of this bot side by side: each with its client, its limits, and what is known of its manners."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Self

import structlog

from bot.domain import catalog
from bot.domain.catalog import ModelCard
from bot.domain.errors import (
    AnswerUseless,
    PictureRejected,
    ProviderBusy,
    ProviderClosed,
    RequestRejected,
    SafetyRefused,
)
from bot.domain.progress import Progress
from bot.provider.client import ImageClient, check_key
from bot.provider.dialect import DIALECTS
from bot.provider.gate import Breaker, Gate, Minute
from bot.provider.verdict import Unsold
from bot.workflow.ports import Answer, Call, Clock, Declined, Doubtful, Preview, Shut, Unsent

log = structlog.get_logger()

# A gateway may be mended: after a week it is asked for a stream again.
STREAMLESS_S = 7 * 86_400

# Refusals that only a provider gives that let us in.
ADMITTED = (AnswerUseless, PictureRejected, ProviderBusy, RequestRejected, SafetyRefused)

Recall = Callable[[str], Awaitable[str | None]]
Remember = Callable[[str, str], Awaitable[None]]


class Desk:
    """One provider: its client, and what holds calls back. Breakers are kept for it and for each of its models."""

    def __init__(self, entry: catalog.Provider, client: ImageClient, clock: Clock) -> None:
        self.entry, self.client, self.clock = entry, client, clock
        self.gate = Gate(clock.now)
        self.minute = Minute(entry.images_per_minute, clock.now)
        self.breaker = Breaker(clock.now)
        self.models: dict[str, Breaker] = {}
        self._places = asyncio.Semaphore(max(1, entry.concurrency))
        self._line = asyncio.Lock()  # whoever waits longest goes first, however many pictures that takes

    @contextlib.asynccontextmanager
    async def turn(self, model: str, pictures: int) -> AsyncIterator[None]:
        """A place for one call. Raises `Shut`."""
        breakers = (self.breaker, self._model(model))
        if any(breaker.is_open for breaker in breakers):
            raise Shut
        async with self._places:
            await self._wait(pictures)
            # Others may have been locked out meanwhile.
            with _let_through(breakers):
                self.minute.take(pictures)
                yield

    async def _wait(self, pictures: int) -> None:
        async with self._line:
            while (seconds := max(self.gate.left(), self.minute.wait(pictures))) > 0:
                await self.clock.sleep(seconds)

    def _model(self, model: str) -> Breaker:
        return self.models.setdefault(model, Breaker(self.clock.now))

    def answered(self, model: str) -> None:
        """A call was taken."""
        self.gate.please()
        self.admitted(model)

    def admitted(self, model: str) -> None:
        """A call was let in, whatever came of it."""
        self.breaker.admit()
        self._model(model).admit()

    def refused(self, model: str, refusal: Unsent | Declined) -> None:
        """Draw the conclusions of a refusal for the calls that follow."""
        if isinstance(refusal.trouble, ProviderBusy) and isinstance(refusal, Unsent):
            self.gate.ask(refusal.after_s)
        if isinstance(refusal, Unsold):
            self.breaker.admit()
            self._model(model).lock()
        elif isinstance(refusal.trouble, ProviderClosed):
            self.breaker.lock()
        elif isinstance(refusal.trouble, ADMITTED):
            self.admitted(model)


class Providers:
    """The `Provider` port over several providers. Enter it before the first call.

    `keys` maps the name that an entry has for its key to the key. `recall` and `remember` keep small texts over a
    restart. Raises ValueError, in a sentence, for an entry that cannot be used.
    """

    def __init__(
        self,
        entries: Sequence[catalog.Provider],
        keys: Mapping[str, str],
        *,
        timeout_s: float,
        clock: Clock,
        recall: Recall,
        remember: Remember,
    ) -> None:
        self._clock, self._recall, self._remember = clock, recall, remember
        self._desks = {entry.name: Desk(entry, _client(entry, keys, timeout_s, clock), clock) for entry in entries}
        self._open = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as opening:
            for name, desk in self._desks.items():
                await opening.enter_async_context(desk.client)
                since = await self._recall(_streamless(name))
                desk.client.streams = since is None or self._clock.now() - float(since) > STREAMLESS_S
            self._open = opening.pop_all()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self._open.aclose()

    def turn(self, card: ModelCard, pictures: int) -> contextlib.AbstractAsyncContextManager[None]:
        """See `Provider.turn`."""
        return self._desks[card.provider].turn(card.name, pictures)

    def rekey(self, keys: Mapping[str, str]) -> None:
        """Use these keys from the next call on. A provider that kept us out is asked again with a key that is new.

        Raises ValueError, in a sentence and with nothing changed, for a key that cannot be used.
        """
        fresh = {name: _key(desk.entry, keys) for name, desk in self._desks.items()}
        for name, desk in self._desks.items():
            if desk.client.key != fresh[name]:
                desk.client.key = fresh[name]
                desk.breaker.admit()

    def is_shut(self, provider: str) -> bool:
        """See `Provider.is_shut`."""
        return self._desks[provider].breaker.is_open

    async def edit(self, call: Call) -> AsyncGenerator[Progress | Preview | Answer, None]:
        """See `Provider.edit`."""
        desk, model = self._desks[call.card.provider], call.card.name
        streams = desk.client.streams
        try:
            async with contextlib.aclosing(desk.client.edit(call)) as events:
                async for event in events:
                    if isinstance(event, Answer):
                        desk.answered(model)
                        await self._note_streams(call.card.provider, streams)
                    yield event
        except (Unsent, Declined) as refusal:
            desk.refused(model, refusal)
            await self._note_streams(call.card.provider, streams)
            raise
        except Doubtful:
            await self._note_streams(call.card.provider, streams)
            raise

    async def _note_streams(self, provider: str, before: bool) -> None:
        if before and not self._desks[provider].client.streams:
            try:
                await self._remember(_streamless(provider), str(self._clock.now()))
            except Exception as fault:  # noqa: BLE001 - a note that fails must not cost the answer that it is about
                log.warning("streams_not_noted", provider=provider, kind=type(fault).__name__)


@contextlib.contextmanager
def _let_through(breakers: Sequence[Breaker]) -> Iterator[None]:
    # A call from before the lock-out that ends late must not make room for a second trial.
    trials = []
    try:
        for breaker in breakers:
            is_trial = breaker.is_tried
            if not breaker.enter():
                raise Shut
            if is_trial:
                trials.append(breaker)
        yield
    finally:
        for breaker in trials:
            breaker.leave()


def _client(entry: catalog.Provider, keys: Mapping[str, str], timeout_s: float, clock: Clock) -> ImageClient:
    key = _key(entry, keys)
    try:
        return ImageClient(
            entry.url, key, entry.dialect, timeout_s=timeout_s, result_hosts=entry.result_hosts, now=clock.now
        )
    except ValueError as wrong:
        raise _unusable(entry, wrong) from None


def _key(entry: catalog.Provider, keys: Mapping[str, str]) -> str:
    key = keys.get(entry.key, "")
    try:
        if not key and entry.dialect in DIALECTS and DIALECTS[entry.dialect].needs_key:
            raise ValueError(f"{entry.key} holds no key")
        check_key(key)
    except ValueError as wrong:
        raise _unusable(entry, wrong) from None
    return key


def _unusable(entry: catalog.Provider, wrong: ValueError) -> ValueError:
    return ValueError(f"The provider {entry.name} cannot be used: {wrong}.")


def _streamless(provider: str) -> str:
    return f"breaks-streams:{provider}"
