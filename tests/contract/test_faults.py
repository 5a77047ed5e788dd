"""The whole fault table through the real bot, as JSON and as a stream: what is told, what is paid, what is repeated.

Every fault has a provider of its own, so that none is met by what an earlier one taught the bot. What the image API
believes afterwards (its books) is held against what the bot believes (its attempts and its ledger).
"""

from pathlib import Path

import pytest
import pytest_asyncio

from bot import app
from bot.domain.errors import (
    AnswerUseless,
    OutcomeUnknown,
    ProviderClosed,
    ProviderDown,
    Trouble,
)
from bot.sandbox.engine.faults import FAULTS
from bot.sandbox.serve import Sandbox
from tests.contract.fault_cases import (
    CASES,
    CHEAP,
    DOWN,
    DOWN_THEN_UP,
    ELSEWHERE,
    FINAL,
    IN_STREAM,
    NEXT,
    ONE_MODEL,
    SHUT,
    WITHOUT_END,
    WITHOUT_USAGE,
    file_of,
    file_of_several,
    model_of,
    of_kind,
)
from tests.contract.playing import Ask, Evening, Played, play
from tests.walk.conftest import Stage
from tests.walk.sight import edited, picture, quota, words


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def evening(tmp_path_factory: pytest.TempPathFactory) -> Evening:
    """Every fault that has an end, met once; then a second round, of what the bot has learned from the first."""
    several = {tag: Ask(model_of(tag), CHEAP, prompt=f"[fault:{tag}] then another") for tag in NEXT}
    nobody = {name: Ask(name, CHEAP) for name in (DOWN, DOWN_THEN_UP)}
    asks = {**nobody, **several, **{name: case.ask for name, case in CASES.items()}}
    encore = {f"{name}, again": Ask(name, CHEAP) for name in SHUT}
    return await play(tmp_path_factory.mktemp("faults"), asks, file_of(CASES) + file_of_several(), encore)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def endless(tmp_path_factory: pytest.TempPathFactory) -> Evening:
    """The faults without an end, met by a bot that waits for five seconds."""
    asks = {name: case.ask for name, case in WITHOUT_END.items()}
    return await play(tmp_path_factory.mktemp("endless"), asks, file_of(WITHOUT_END), IMAGES_TIMEOUT_S="5")


def told_as(seen: Played, kind: type[Trouble]) -> bool:
    """Whether it ended in the words of this trouble, one message long."""
    return seen.told == kind.sentence() and len(seen.acted.posted) == 1 and not seen.results


def paid(seen: Played) -> tuple[int, int]:
    """What the member was charged, and what the operator booked as perhaps spent, in micro-USD."""
    assert seen.job is not None
    return seen.job.charged, seen.job.suspended


def states(seen: Played) -> list[str]:
    """How the attempts ended, in order."""
    assert seen.job is not None
    return list(seen.job.attempts.values())


# ── what there is ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_table_is_whole() -> None:
    """Every fault of the stand-in is met here, and whatever is refused for good has its sentence."""
    met = {case.fault for case in (*CASES.values(), *WITHOUT_END.values())}
    final = {name for name, fault in FAULTS.items() if fault.after == "final"}

    assert met | ELSEWHERE == set(FAULTS)
    assert final == set(FINAL) | set(IN_STREAM)


# ── one call each ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", of_kind("again"))
def test_an_explicit_refusal_is_asked_again(evening: Evening, name: str) -> None:
    """After the wait that was asked for a second call is made, and only that one is paid."""
    seen = evening[name]

    assert states(seen) == ["refused", "answered"]
    assert [call.billed for call in seen.calls] == [False, True]
    assert len(seen.results) == 1
    assert paid(seen) == (seen.calls[1].billed_micro_usd, 0)


@pytest.mark.parametrize("name", [name for name in of_kind("final") if CASES[name].fault in FINAL])
def test_what_is_refused_for_good_ends_at_once(evening: Evening, name: str) -> None:
    """One call, a sentence of ours and nothing of theirs, nothing charged and nothing booked."""
    seen = evening[name]

    assert told_as(seen, FINAL[CASES[name].fault])
    assert len(seen.calls) == 1
    assert paid(seen) == (0, 0)


@pytest.mark.parametrize("name", [name for name in of_kind("final") if CASES[name].fault in IN_STREAM])
def test_a_refusal_in_a_stream_is_told_by_its_code(evening: Evening, name: str) -> None:
    """One call, the sentence of the event's code; what its preview may have cost is the operator's."""
    seen = evening[name]

    assert told_as(seen, IN_STREAM[CASES[name].fault])
    assert len(seen.calls) == 1
    assert seen.job is not None
    assert paid(seen) == (0, seen.job.predicted)


@pytest.mark.parametrize("name", of_kind("unknown"))
def test_an_unknown_outcome_is_told_and_not_repeated(evening: Evening, name: str) -> None:
    """One call; the member pays nothing, the operator books the worst case."""
    check_unknown(evening[name])


@pytest.mark.parametrize("name", WITHOUT_END)
def test_an_answer_without_an_end_is_an_unknown_outcome(endless: Evening, name: str) -> None:
    """What never comes, or never ends, is given up after the time of the settings, and not repeated."""
    check_unknown(endless[name])


@pytest.mark.parametrize("name", of_kind("useless"))
def test_an_answer_without_a_picture_is_not_repeated(evening: Evening, name: str) -> None:
    """One call; the member pays nothing, the operator books what it may have cost."""
    seen = evening[name]

    assert told_as(seen, AnswerUseless)
    assert states(seen) == ["failed"]
    assert seen.job is not None
    assert paid(seen) == (0, seen.job.predicted)


@pytest.mark.parametrize("name", of_kind("fine"))
def test_bad_manners_cost_nobody_a_picture(evening: Evening, name: str) -> None:
    """The picture is delivered and charged as the usage says, else as predicted, and never above the hold."""
    seen, fault = evening[name], CASES[name].fault
    asked = int(CASES[name].ask.options.get("n", 1))

    assert states(seen) == ["answered"]
    assert len(seen.results) == asked - (fault == "fewer" and not CASES[name].stream)
    assert seen.job is not None
    reported = seen.job.predicted if fault in WITHOUT_USAGE else seen.calls[0].billed_micro_usd
    assert paid(seen) == (min(reported, seen.job.predicted), 0)


# ── what follows ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", SHUT)
def test_a_provider_that_lets_nobody_in_is_not_asked_again(evening: Evening, name: str) -> None:
    """The next edit is refused at the door; or, where only the model is not to be had, before any call."""
    seen = evening[f"{name}, again"]

    assert seen.calls == ()
    if CASES[name].fault in ONE_MODEL:
        assert told_as(seen, ProviderClosed)
        assert paid(seen) == (0, 0)
    else:
        assert seen.told.startswith(f"{name} is closed for now: its provider does not let me in")
        assert seen.job is None


@pytest.mark.parametrize("tag", NEXT)
def test_the_next_provider_is_asked_after_an_explicit_refusal_only(evening: Evening, tag: str) -> None:
    """A refusal that is the provider's own leads to the next one; one of the edit, or a doubt, ends it."""
    seen = evening[tag]
    dialects = [call.dialect for call in seen.calls]

    assert dialects == ["openai"] * int(tag[-1]) + ["newapi"] * NEXT[tag]
    assert len(seen.results) == NEXT[tag]


def test_a_provider_that_cannot_be_reached_is_tried_three_times(evening: Evening) -> None:
    """No byte of the edit left, so three attempts are made; then it is told, and nothing is charged or booked."""
    seen = evening[DOWN]

    assert told_as(seen, ProviderDown)
    assert states(seen) == ["refused"] * 3
    assert paid(seen) == (0, 0)


def test_after_a_provider_that_cannot_be_reached_comes_the_next(evening: Evening) -> None:
    """The next provider of the model makes the edit, and it is paid once."""
    seen = evening[DOWN_THEN_UP]

    assert states(seen) == ["refused"] * 3 + ["answered"]
    assert [call.dialect for call in seen.calls] == ["newapi"]
    assert len(seen.results) == 1


def test_the_books_show_nothing_twice(evening: Evening, endless: Evening) -> None:
    """No attempt was billed twice, no call was made again after a refusal for good or a doubt, no trap was visited."""
    for books in (evening.books, endless.books):
        assert books.billed_twice == ()
        assert books.repeated_after("final", "unknown", "useless") == ()
        assert books.trapped == ()
        attempts = [call.client_request_id for call in books.calls]
        assert len(set(attempts)) == len(attempts)


def check_unknown(seen: Played) -> None:
    """It was called once, told as unknown, cost the member nothing, and is in suspense."""
    assert told_as(seen, OutcomeUnknown)
    assert states(seen) == ["unknown"]
    assert len(seen.calls) == 1
    assert seen.job is not None
    assert paid(seen) == (0, seen.job.predicted)


@pytest.mark.parametrize(
    ("fault", "came", "calls"),
    [("cut", 1, 2), ("html", 1, 2), ("moderation", 1, 2), ("quota", 1, 2), ("429_ms", 3, 4)],
)
async def test_what_came_before_the_fault_is_kept(tmp_path: Path, fault: str, came: int, calls: int) -> None:
    """Of three calls of one picture the second meets a fault: what came is delivered and charged, nothing else."""
    async with Sandbox() as sandbox:
        stage = Stage(sandbox, tmp_path / "data")
        sandbox.engine.plan({}, {"fault": fault})
        there = {"IMAGES_API_URL": sandbox.engine.address("anyfast"), "IMAGES_DIALECT": "anyfast"}
        async with stage.bot(**there), stage.member() as mira:
            seen = await edited(mira, images=[picture()], prompt="teal", options={"n": 3})
            left = await quota(mira)
        assert not await app.check_ledger(stage.settings(**there))

    assert len(seen.files) == came
    assert f"**Pictures a day** · {20 - came} of 20 left" in left
    assert "held" not in left
    assert len(stage.calls) == calls
    assert stage.sandbox.engine.books.repeated_after("final", "unknown", "useless") == ()


async def test_an_hours_wait_can_be_cancelled(tmp_path: Path) -> None:
    """A Retry-After of an hour is waited for two minutes at most; who does not want to wait cancels for nothing."""
    async with Sandbox() as sandbox:
        stage = Stage(sandbox, tmp_path / "data")
        sandbox.engine.plan({"fault": "429_hour"})
        async with stage.bot(SHUTDOWN_GRACE_S="0"), stage.member() as mira:
            asked = await mira.edit(images=[picture()], prompt="teal", wait="answer")
            await mira.wait_for(lambda seen: any("next try in 2 min" in one for one in words(seen)) or None)
            assert asked.status is not None
            pressed = await mira.press(int(asked.status["id"]), "Cancel", wait="answer")
            left = await quota(mira)
        assert not await app.check_ledger(stage.settings())

    assert pressed.private is not None
    assert pressed.private["content"] == "Edit #1: It was cancelled. Nothing was charged."
    assert "$5.00 of $5.00 left" in left
    assert "held" not in left
    assert [(call.status, call.billed) for call in stage.calls] == [(429, False)]
