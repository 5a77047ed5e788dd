"""What came back of one call, told as previews and an answer, or raised as one of the three refusals."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import structlog

from bot.domain.errors import AnswerUseless
from bot.provider.dialect import Dialect
from bot.provider.fault import Fault, loggable, parse_json, read_fault
from bot.provider.fetch import Fetcher, LinkBroken, LinkRefused
from bot.provider.intake import Either, Intake, Outcome, Sheet
from bot.provider.pour import Inflow, off_loop, pour
from bot.provider.reply import Reply
from bot.provider.rescue import Quoted
from bot.provider.verdict import blames_stream, judge, refusal
from bot.workflow.ports import Answer, Call, Declined, Doubtful, Preview, Unsent

log = structlog.get_logger()

MIB = 1024 * 1024
EVENTS = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Caps:
    """Limits, in bytes unless they say seconds. An answer may have `answer`, or `picture` for each picture asked."""

    answer: int = 64 * MIB
    picture: int = 16 * MIB
    linked: int = 64 * MIB
    error: int = 64 * 1024
    links_s: float = 180.0

    def of(self, call: Call) -> int:
        """The most that the answer of this call may have."""
        return max(self.answer, self.picture * (call.options.n + (call.options.partial_images or 0)))


@dataclass(frozen=True, slots=True)
class Letter:
    """One response, the call that it answers, and whether that call asked for a stream."""

    call: Call
    response: aiohttp.ClientResponse
    streamed: bool

    @property
    def is_events(self) -> bool:
        """Whether it may be a stream: asked for, or said to be one."""
        return self.streamed or self.response.content_type == EVENTS


class Reader:
    """Reads the responses of one provider. `streams` is False once that provider was found to break streams."""

    def __init__(self, dialect: Dialect, key: str, fetcher: Fetcher, caps: Caps, now: Callable[[], float]) -> None:
        self.streams = True
        self._dialect, self.key, self._fetcher, self._caps, self._now = dialect, key, fetcher, caps, now

    async def read(self, letter: Letter) -> AsyncGenerator[Preview | Answer, None]:
        """Yields the previews as they come, then the answer. Raises `Unsent`, `Declined` or `Doubtful`."""
        if letter.response.status >= 300:
            yield await self._mended(letter)
            return
        call = letter.call
        intake: Intake = Sheet(call.folder, call.options.n)
        if letter.is_events:
            intake = Either(call.folder, call.options.n, call.card.partial_images)
        inflow, broken = Inflow(letter.response, self._caps.of(call)), None
        try:
            # What comes in a stream is looked at as it comes; a document in blocks that are worth a thread each.
            async with contextlib.aclosing(inflow.pieces() if letter.is_events else inflow.blocks()) as blocks:
                async for block in blocks:
                    for preview in await off_loop(intake.feed, block):
                        yield preview
                    if intake.over:
                        break
        except OSError as exc:
            broken = f"cannot be written ({exc.errno})"
        finally:
            outcome = await asyncio.to_thread(intake.end)
        yield await self._concluded(letter, outcome, broken or inflow.cut)

    async def _concluded(self, letter: Letter, outcome: Outcome, cut: str | None) -> Answer:
        call, request_id, reply = letter.call, self._request_id(letter.response), outcome.reply
        pictures = await self._pictures(call, reply)
        if cut is not None:
            log.warning("answer_cut_short", attempt=call.attempt, reason=cut, whole=len(pictures))
        if pictures:
            return Answer(pictures, reply.usage, request_id, reply.revised_prompt)
        if reply.fault is not None:
            raise self._judged(letter, reply.fault, outcome.previews > 0 if outcome.streamed else None)
        if cut is not None:
            raise Doubtful(cut, request_id)
        if not outcome.finished:
            self._broke_stream(call, "it ended without a result")
            raise Doubtful("the stream ended without a result", request_id)
        log.warning("answer_useless", attempt=call.attempt, request_id=request_id)
        raise Declined(AnswerUseless(), billed=True, request_id=request_id)

    # ── the pictures ────────────────────────────────────────────────────────────────────────────────────────

    async def _pictures(self, call: Call, reply: Reply) -> tuple[Path, ...]:
        wanted = reply.results[: call.options.n]
        links = [each for each in wanted if isinstance(each, str)]
        if links and "url" not in call.card.returns:
            log.warning("provider_linked_unasked", attempt=call.attempt, model=call.card.name)
            return tuple(each for each in wanted if isinstance(each, Path))
        pictures = []
        deadline = asyncio.get_running_loop().time() + self._caps.links_s
        for number, each in enumerate(wanted):
            path = each if isinstance(each, Path) else await self._fetched(call, each, number, deadline)
            if path is not None:
                pictures.append(path)
        return tuple(pictures)

    async def _fetched(self, call: Call, link: str, number: int, deadline: float) -> Path | None:
        path = call.folder / f"linked_{number}"
        try:
            async with asyncio.timeout_at(deadline):
                await self._fetcher.fetch(link, path)
        except (LinkRefused, LinkBroken, TimeoutError) as lost:
            log.warning("result_link_lost", attempt=call.attempt, why=type(lost).__name__, reason=str(lost))
            return None
        return path

    # ── refusals ────────────────────────────────────────────────────────────────────────────────────────────

    async def _mended(self, letter: Letter) -> Answer:
        """The answer that a gateway quoted in an error because it could not read the stream. Raises the refusal."""
        head, quoted = bytearray(), Quoted(letter.call.folder)

        def take(block: bytes) -> None:
            head.extend(block[: max(0, self._caps.error - len(head))])
            if letter.streamed:
                quoted.feed(block)

        try:
            await pour(letter.response, take, self._caps.of(letter.call) if letter.streamed else self._caps.error)
            await asyncio.to_thread(quoted.close)
        except OSError as exc:
            raise Doubtful(f"cannot be written ({exc.errno})", self._request_id(letter.response)) from None
        if not quoted.found:
            raise self._judged(letter, read_fault(parse_json(bytes(head))), None)
        self._broke_stream(letter.call, "it was quoted in an error")
        if quoted.result is None:
            request_id = self._request_id(letter.response)
            raise Declined(AnswerUseless(), billed=True, request_id=request_id)
        outcome = Outcome(quoted.result, previews=quoted.partials, streamed=True)
        return await self._concluded(letter, outcome, None)

    def _judged(self, letter: Letter, fault: Fault | None, billed: bool | None) -> Unsent | Declined | Doubtful:
        status, request_id = letter.response.status, self._request_id(letter.response)
        verdict = judge(status, fault)
        said = {name: loggable(getattr(fault, name, ""), self.key) for name in ("code", "type", "param")}
        attempt = letter.call.attempt
        log.warning(
            "provider_refused", attempt=attempt, verdict=verdict.value, status=status, request_id=request_id, **said
        )
        raised = refusal(verdict, status, fault, letter.response.headers, request_id, self._now(), billed=billed)
        if letter.streamed and not billed and isinstance(raised, Declined) and blames_stream(verdict, fault):
            self._broke_stream(letter.call, "it was refused")
            return Unsent(raised.trouble, 0.0, request_id)
        return raised

    def _broke_stream(self, call: Call, why: str) -> None:
        self.streams = False
        log.warning("provider_breaks_streams", attempt=call.attempt, provider=call.card.provider, reason=why)

    def _request_id(self, response: aiohttp.ClientResponse) -> str | None:
        names = (response.headers.get(name) for name in self._dialect.request_id)
        return next((loggable(value, self.key) for value in names if value), None)
