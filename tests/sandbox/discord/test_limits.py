"""Rate limits, faults and lost answers."""

import aiohttp
import pytest

from tests.sandbox.discord.stand import GENERAL, PICTURES, Stand

MESSAGES = f"/channels/{PICTURES}/messages"


async def test_the_sixth_message_in_five_seconds_is_429(stand: Stand) -> None:
    """With the wait in the body and in the headers, until the window has passed on the sandbox's clock."""
    remaining = [
        (await stand.call("POST", MESSAGES, {"content": "x"})).headers["X-RateLimit-Remaining"] for _ in range(5)
    ]

    refused = await stand.call("POST", MESSAGES, {"content": "x"})
    elsewhere = await stand.call("POST", f"/channels/{GENERAL}/messages", {"content": "x"})
    stand.clock.advance(refused.body["retry_after"])
    later = await stand.call("POST", MESSAGES, {"content": "x"})

    assert remaining == ["4", "3", "2", "1", "0"]
    assert (refused.status, refused.body["global"], elsewhere.status, later.status) == (429, False, 200, 200)
    assert 0 < refused.body["retry_after"] <= 5
    assert int(refused.headers["Retry-After"]) >= refused.body["retry_after"]
    assert (refused.headers["X-RateLimit-Scope"], refused.headers["Via"]) == ("user", "1.1 google")


async def test_edits_have_a_bucket_of_their_own_per_channel(stand: Stand) -> None:
    """Five edits per five seconds, whichever the message; all routes tell their bucket."""
    ids = [(await stand.send(content=str(n)))["id"] for n in range(2)]
    edits = [await stand.call("PATCH", f"{MESSAGES}/{ids[n % 2]}", {"content": "y"}) for n in range(6)]

    assert [one.status for one in edits] == [200] * 5 + [429]
    assert len({one.headers["X-RateLimit-Bucket"] for one in edits}) == 1
    for name in ("Limit", "Remaining", "Reset", "Reset-After", "Bucket"):
        assert f"X-RateLimit-{name}" in (await stand.call("GET", "/users/@me")).headers


async def test_old_messages_are_edited_three_times_in_six_seconds(stand: Stand) -> None:
    """After an hour the limit is 30046."""
    sent = await stand.send(content="x")
    stand.clock.advance(3601)
    edits = [await stand.call("PATCH", f"{MESSAGES}/{sent['id']}", {"content": "y"}) for _ in range(4)]

    assert [one.code for one in edits] == [0, 0, 0, 30046]
    assert edits[-1].status == 429


async def test_fifty_requests_a_second_are_the_global_limit(stand: Stand) -> None:
    """The next one is told so, and an interaction's callback is not bound by it."""
    answers = [await stand.call("GET", f"/channels/{PICTURES + n}") for n in range(51)]

    last = answers[-1]
    assert (last.status, last.body["global"], last.headers["X-RateLimit-Scope"]) == (429, True, "global")
    assert (await stand.call("POST", "/interactions/7/x/callback", {"type": 5})).code == 10062


async def fail(stand: Stand, **fault: object) -> None:
    """Let one thing go wrong."""
    async with stand.lever() as lever:
        await lever.lever("faults", [fault])


async def test_a_429_on_request_waits_as_long_as_it_was_told(stand: Stand) -> None:
    """Scope and wait come from the fault, once."""
    await fail(stand, method="POST", path="/messages$", status=429, retry_after=1.5, scope="shared")

    refused, next_one = [await stand.call("POST", MESSAGES, {"content": "x"}) for _ in range(2)]

    assert (refused.status, refused.body["retry_after"], refused.headers["Retry-After"]) == (429, 1.5, "2")
    assert (refused.headers["X-RateLimit-Scope"], "Via" in refused.headers, next_one.status) == ("shared", True, 200)


@pytest.mark.parametrize(("how", "posted"), [("before", 0), ("after", 1)])
async def test_an_answer_is_lost_before_or_after_the_deed(stand: Stand, how: str, posted: int) -> None:
    """`after` does what was asked and answers 500 all the same."""
    await fail(stand, path="/messages$", status=500, how=how)

    assert (await stand.call("POST", MESSAGES, {"content": "x"})).status == 500
    assert len(stand.world.channels[PICTURES].messages) == posted


@pytest.mark.parametrize(("how", "posted"), [("reset", 0), ("reset_after", 1)])
async def test_a_connection_is_cut_before_or_after_the_deed(stand: Stand, how: str, posted: int) -> None:
    """The caller gets no answer at all."""
    await fail(stand, path="/messages$", how=how)

    with pytest.raises(aiohttp.ClientError):
        await stand.call("POST", MESSAGES, {"content": "x"})
    assert len(stand.world.channels[PICTURES].messages) == posted


async def test_a_fault_happens_as_often_as_it_was_told_and_can_be_called_off(stand: Stand) -> None:
    """`times` counts down; DELETE forgets the rest; an unknown field is refused."""
    await fail(stand, path="^/users/@me$", status=503, code=0, times=3)
    statuses = [(await stand.call("GET", "/users/@me")).status for _ in range(2)]

    async with aiohttp.ClientSession() as session:
        async with session.delete(f"{stand.url}/_sandbox/faults") as cleared:
            assert cleared.status == 200
        async with session.post(f"{stand.url}/_sandbox/faults", json=[{"where": "x"}]) as refused:
            assert refused.status == 409
    assert statuses == [503, 503]
    assert (await stand.call("GET", "/users/@me")).status == 200
