"""Several providers side by side, each under its own limits, on a clock that nobody waits for."""

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import pytest

from bot.domain.catalog import ModelCard, Provider, shipped_cards
from bot.domain.errors import ProviderBusy, ProviderClosed, SafetyRefused
from bot.domain.request import Options
from bot.provider.gate import BREAKER_S
from bot.provider.several import STREAMLESS_S, Providers
from bot.workflow.ports import Answer, Call, Declined, Doubtful, Shut, Unsent
from tests.provider.wire import KEY, Serve, Wire, error, event, pictures, reply, stream


@dataclass
class Clock:
    """Time that passes only for those who sleep."""

    at: float = 1_000_000.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        """Seconds since the epoch."""
        return self.at

    async def sleep(self, seconds: float) -> None:
        """Let that much pass."""
        self.slept.append(seconds)
        self.at += seconds
        await asyncio.sleep(0)


@dataclass
class House:
    """Two providers that speak to servers of the test, and what is remembered."""

    first: Wire
    second: Wire
    providers: Providers
    clock: Clock
    notes: dict[str, str]


def entry(name: str, wire: Wire, **settings: int) -> Provider:
    """A provider at this server."""
    return Provider(name, wire.url, f"{name.upper()}_KEY", "openai", ("gpt-image-2",), **settings)  # type: ignore[arg-type]


@contextlib.asynccontextmanager
async def opened(
    serve: Serve, first: list[bytes], notes: dict[str, str] | None = None, **limits: int
) -> AsyncIterator[House]:
    """A house whose first provider plays this; its second answers everything."""
    wires = await serve(*first), await serve(reply(200, pictures(b"two")))
    clock, kept = Clock(), {} if notes is None else notes

    async def recall(key: str) -> str | None:
        return kept.get(key)

    async def remember(key: str, value: str) -> None:
        kept[key] = value

    entries = (entry("first", wires[0], **limits), entry("second", wires[1]))
    keys = {"FIRST_KEY": KEY, "SECOND_KEY": "other"}
    async with Providers(entries, keys, timeout_s=5, clock=clock, recall=recall, remember=remember) as providers:
        yield House(*wires, providers, clock, kept)


def at(call: Call, provider: str, model: str = "gpt-image-2") -> Call:
    """The same call at this provider."""
    card: ModelCard = replace(shipped_cards()[model], provider=provider)
    return replace(call, card=card)


async def made(house: House, call: Call) -> Answer | Exception:
    """What a call comes to, made in its turn."""
    try:
        async with (
            house.providers.turn(call.card, len(call.pictures)),
            contextlib.aclosing(house.providers.edit(call)) as events,
        ):
            return [each async for each in events if isinstance(each, Answer)].pop()
    except (Shut, Unsent, Declined, Doubtful) as raised:
        return raised


GOOD = reply(200, pictures(b"one"))


async def test_each_has_its_own_address_and_key(serve: Serve, call: Call) -> None:
    """A call goes to the provider of its card, with that one's key."""
    async with opened(serve, [GOOD]) as house:
        await made(house, at(call, "first"))
        await made(house, at(call, "second"))

    assert f"Bearer {KEY}".encode() in house.first.heads[0]
    assert b"Bearer other" in house.second.heads[0]
    assert KEY.encode() not in house.second.heads[0]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"key": "NO_KEY"}, "NO_KEY holds no key"),
        ({"dialect": "morse"}, "morse"),
        ({"url": "ftp://x"}, "address"),
    ],
)
async def test_an_entry_that_cannot_be_used(changed: dict[str, str], said: str) -> None:
    """A provider without key, dialect or address is refused at the start, by its name and in a sentence."""

    async def nothing(*_: str) -> None:
        return None

    wrong = replace(Provider("mine", "https://x", "KEY", "openai", ()), **changed)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=rf"The provider mine .*{said}"):
        Providers((wrong,), {"KEY": KEY}, timeout_s=1, clock=Clock(), recall=nothing, remember=nothing)


async def test_an_engine_needs_no_key(serve: Serve) -> None:
    """A self-hosted engine is called without a key."""

    async def nothing(*_: str) -> None:
        return None

    engine = Provider("mine", "http://127.0.0.1:1", "NONE", "sdcpp", ())
    Providers((engine,), {}, timeout_s=1, clock=Clock(), recall=nothing, remember=nothing)


# ── limits ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_so_many_at_a_time(serve: Serve, call: Call) -> None:
    """No more calls are under way at a provider than it takes, and the other provider is not held up."""
    async with opened(serve, [GOOD], concurrency=2) as house:
        card = at(call, "first").card
        async with house.providers.turn(card, 1), house.providers.turn(card, 1):
            third = asyncio.create_task(made(house, at(call, "first")))
            other = await made(house, at(call, "second"))
            assert not third.done()
            assert house.first.heads == []

        assert isinstance(await third, Answer)
        assert isinstance(other, Answer)


async def test_so_many_pictures_a_minute(serve: Serve, call: Call) -> None:
    """Calls wait until the minute has room for their pictures, in the order in which they came."""
    async with opened(serve, [GOOD], images_per_minute=5) as house:
        card = at(call, "first").card
        for pictures_sent in (4, 4, 1):
            async with house.providers.turn(card, pictures_sent):
                pass

    assert house.clock.slept == [60.0]


async def test_patience_is_everybodys(serve: Serve, call: Call) -> None:
    """After a 429 every call of that provider waits as long as it asked, whoever makes it, and no other provider's."""
    busy = reply(429, error("rate_limit_exceeded"), retry_after="12")
    async with opened(serve, [busy, GOOD]) as house:
        refused = await made(house, at(call, "first"))
        await made(house, at(call, "second"))
        assert house.clock.slept == []
        answers = await asyncio.gather(*(made(house, at(call, "first")) for _ in range(3)))

    assert isinstance(refused, Unsent)
    assert isinstance(refused.trouble, ProviderBusy)
    assert house.clock.slept == [12.0]
    assert all(isinstance(answer, Answer) for answer in answers)


# ── the breaker ─────────────────────────────────────────────────────────────────────────────────────────────

LOCKED_OUT = [
    reply(429, error("insufficient_quota")),
    reply(400, error("billing_hard_limit_reached")),
    reply(401, error("invalid_api_key")),
    reply(403, b""),
    reply(404, b""),
]


@pytest.mark.parametrize("locked_out", LOCKED_OUT)
async def test_a_locked_door_is_not_tried_again(serve: Serve, call: Call, locked_out: bytes) -> None:
    """After a lock-out nobody calls that provider; its other models are shut too, the other provider is not."""
    async with opened(serve, [locked_out]) as house:
        first = await made(house, at(call, "first"))
        second = await made(house, at(call, "first"))
        other_model = await made(house, at(call, "first", "gpt-image-1"))
        shut = house.providers.is_shut("first"), house.providers.is_shut("second")
        other = await made(house, at(call, "second"))

    assert isinstance(first, Declined)
    assert isinstance(first.trouble, ProviderClosed)
    assert isinstance(second, Shut)
    assert isinstance(other_model, Shut)
    assert shut == (True, False)
    assert isinstance(other, Answer)
    assert len(house.first.heads) == 1


async def test_who_stood_in_line(serve: Serve, call: Call) -> None:
    """A call that waited for its place while another was locked out is not made."""
    async with opened(serve, [reply(401, b"")], concurrency=1) as house:
        first, second = await asyncio.gather(made(house, at(call, "first")), made(house, at(call, "first")))

    assert isinstance(first, Declined)
    assert isinstance(second, Shut)
    assert len(house.first.heads) == 1


async def test_one_call_tries_the_door(serve: Serve, call: Call) -> None:
    """After ten minutes one call is let through while the others stay out; its success opens the door for all."""
    async with opened(serve, [reply(401, b""), GOOD]) as house:
        await made(house, at(call, "first"))
        house.clock.at += BREAKER_S
        assert not house.providers.is_shut("first")
        async with house.providers.turn(at(call, "first").card, 1):
            assert isinstance(await made(house, at(call, "first")), Shut)
            assert house.providers.is_shut("first")
        tried = await made(house, at(call, "first"))
        again = await made(house, at(call, "first"))

    assert isinstance(tried, Answer)
    assert isinstance(again, Answer)


async def test_a_late_call_makes_no_room_for_a_second_trial(serve: Serve, call: Call) -> None:
    """A call from before the lock-out that ends during the trial lets nobody else in."""
    async with opened(serve, [reply(401, b""), GOOD]) as house:
        card = at(call, "first").card
        async with contextlib.AsyncExitStack() as early:
            await early.enter_async_context(house.providers.turn(card, 1))
            await made(house, at(call, "first"))
            house.clock.at += BREAKER_S
            async with house.providers.turn(card, 1):
                await early.aclose()

                assert isinstance(await made(house, at(call, "first")), Shut)


async def test_a_door_that_is_still_locked(serve: Serve, call: Call) -> None:
    """A call that is locked out again shuts the door for another ten minutes."""
    async with opened(serve, [reply(401, b"")]) as house:
        await made(house, at(call, "first"))
        house.clock.at += BREAKER_S
        await made(house, at(call, "first"))

        assert isinstance(await made(house, at(call, "first")), Shut)
    assert len(house.first.heads) == 2


@pytest.mark.parametrize(
    ("answer", "shut"),
    [
        (reply(400, error("moderation_blocked")), False),
        (reply(429, error("rate_limit_exceeded"), retry_after="0"), False),
        (reply(500, error("server_error")), True),
        (b"", True),
    ],
)
async def test_who_was_let_in(serve: Serve, call: Call, answer: bytes, shut: bool) -> None:
    """A refusal that only somebody gets who was let in opens the door as well; a fault says nothing of it."""
    async with opened(serve, [reply(401, b""), answer]) as house:
        await made(house, at(call, "first"))
        house.clock.at += BREAKER_S
        await made(house, at(call, "first"))
        house.clock.at -= 1

        assert house.providers.is_shut("first") is shut


async def test_a_model_that_is_not_sold(serve: Serve, call: Call) -> None:
    """A model that the provider does not have shuts itself only."""
    async with opened(serve, [reply(404, error("model_not_found")), GOOD]) as house:
        gone = await made(house, at(call, "first", "dall-e-2"))
        again = await made(house, at(call, "first", "dall-e-2"))
        other = await made(house, at(call, "first"))

        assert not house.providers.is_shut("first")
    assert isinstance(gone, Declined)
    assert isinstance(gone.trouble, ProviderClosed)
    assert isinstance(again, Shut)
    assert isinstance(other, Answer)


async def test_a_turn_that_is_not_used(serve: Serve, call: Call) -> None:
    """A turn that ends without a call leaves the try to the next."""
    async with opened(serve, [reply(401, b""), GOOD]) as house:
        await made(house, at(call, "first"))
        house.clock.at += BREAKER_S
        async with house.providers.turn(at(call, "first").card, 1):
            pass

        assert isinstance(await made(house, at(call, "first")), Answer)


async def test_a_refusal_of_the_edit_shuts_nothing(serve: Serve, call: Call) -> None:
    """What is wrong with one edit is no reason to refuse the next."""
    async with opened(serve, [reply(400, error("moderation_blocked")), GOOD]) as house:
        refused = await made(house, at(call, "first"))

        assert isinstance(await made(house, at(call, "first")), Answer)
    assert isinstance(refused, Declined)
    assert isinstance(refused.trouble, SafetyRefused)


# ── streams ─────────────────────────────────────────────────────────────────────────────────────────────────


class Lost(dict[str, str]):
    """A memory that cannot be written."""

    def __setitem__(self, key: str, value: str) -> None:
        raise OSError("the disk is full")


async def test_a_note_that_fails_costs_no_answer(serve: Serve, call: Call) -> None:
    """A provider that breaks streams and yet answers is paid for, whether or not that can be noted."""
    sentence = "event: image_edit.completed\ndata: " + json.dumps({"b64_json": base64.b64encode(b"one").decode()})
    quoted = reply(500, {"error": {"message": f"no JSON: {sentence}\n\n"}})
    wish = replace(at(call, "first"), options=Options(partial_images=1))
    async with opened(serve, [quoted, GOOD], Lost()) as house:
        answer = await made(house, wish)
        await made(house, wish)

    assert isinstance(answer, Answer)
    assert [b'name="stream"' in body for body in house.first.bodies] == [True, False]


async def test_a_broken_stream_is_remembered(serve: Serve, call: Call) -> None:
    """A provider that breaks streams is asked for none, after a restart either, until a week has passed."""
    notes: dict[str, str] = {}
    wish = replace(at(call, "first"), options=Options(partial_images=1))
    async with opened(serve, [stream(b"garbage"), GOOD], notes) as house:
        assert isinstance(await made(house, wish), Doubtful)
        await made(house, wish)
        assert [b'name="stream"' in body for body in house.first.bodies] == [True, False]

    async with opened(serve, [GOOD], notes) as house:
        await made(house, wish)
        await made(house, replace(wish, card=replace(wish.card, provider="second")))
        assert b'name="stream"' not in house.first.bodies[0]
        assert b'name="stream"' in house.second.bodies[0]

    notes["breaks-streams:first"] = str(float(notes["breaks-streams:first"]) - STREAMLESS_S - 1)
    async with opened(serve, [stream(event("image_edit.completed", b"one"))], notes) as house:
        assert isinstance(await made(house, wish), Answer)
        assert b'name="stream"' in house.first.bodies[0]
