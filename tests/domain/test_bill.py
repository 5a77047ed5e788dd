"""A bill and our calls: which calls in doubt are on it, which are not, and what proves nothing."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.bill import Bill, Call, Doubt, Finding, Line, Outcome, compare, same_model

NOON = 1_763_640_000.0
DAY = 86_400.0
BOOKED = 50_000
MODEL = "gpt-image-2"


def call(number: int, at: float = NOON, *, request_id: str | None = None, model: str = MODEL) -> Call:
    """Our call of this number, which took a minute."""
    return Call(f"{number}-1-{int(at)}", "openai", model, request_id, at, at + 60)


def doubt(number: int, at: float = NOON, *, request_id: str | None = None, corrected: int | None = None) -> Doubt:
    """A call of this number that nobody knows the outcome of."""
    return Doubt(number, call(number, at, request_id=request_id), BOOKED, corrected)


def line(at: float | None = NOON, cost: int | None = 40_000, model: str | None = MODEL, *ids: str) -> Line:
    """A line of a bill."""
    return Line(frozenset(ids), at, at, model, cost)


def a_day(*lines: Line) -> Bill:
    """A bill of the day around noon."""
    return Bill(lines, NOON - DAY / 2, NOON + DAY / 2)


def outcomes(*found: Finding) -> list[Outcome]:
    """What was found, in its order."""
    return [one.outcome for one in found]


@pytest.mark.parametrize("key", ["req_7", "7-1-1763640000"])
def test_billed_by_its_id(key: str) -> None:
    """The provider's id or ours, on a bill that says neither when nor which model: what was billed stays spent."""
    (found,) = compare([doubt(7, request_id="req_7")], [], a_day(line(None, 40_000, None, key)))

    assert (found.outcome, found.billed, found.unspent) == (Outcome.BILLED, 40_000, 10_000)


@pytest.mark.parametrize(("cost", "unspent"), [(None, 0), (0, BOOKED), (BOOKED, 0), (BOOKED * 2, 0)])
def test_what_is_unspent(cost: int | None, unspent: int) -> None:
    """Only the difference to a cost that the bill names; more than was booked is no correction."""
    (found,) = compare([doubt(7)], [], a_day(line(NOON, cost)))

    assert (found.outcome, found.unspent) == (Outcome.BILLED, unspent)


def test_not_on_the_bill() -> None:
    """On a bill that knows our other calls and covers the time, a call that is missing was not billed."""
    known = call(1, NOON - 3600, request_id="req_1")

    (found,) = compare([doubt(7)], [known], a_day(line(NOON - 3600, 1, MODEL, "req_1")))

    assert (found.outcome, found.unspent) == (Outcome.NOT_BILLED, BOOKED)


def test_a_line_of_another_call_is_none_of_ours() -> None:
    """The only line of that minute is an answered call's, by its id or by its time."""
    known = call(1, NOON - 10, request_id="req_1")

    by_id = compare([doubt(7)], [known], a_day(line(NOON, 1, MODEL, "req_1")))
    by_time = compare([doubt(7)], [known], a_day(line(NOON)))

    assert outcomes(*by_id, *by_time) == [Outcome.NOT_BILLED] * 2


def test_a_line_more_than_answers() -> None:
    """Two lines of a minute with one answered call: the other one is the call in doubt, whichever comes first."""
    known, late = call(1, NOON), line(NOON + 170)

    (found,) = compare([doubt(7, NOON + 30)], [known], a_day(line(NOON), late))
    (other,) = compare([doubt(7, NOON - 100)], [known], a_day(late, line(NOON)))

    assert outcomes(found, other) == [Outcome.BILLED] * 2


@pytest.mark.parametrize(
    "bill",
    [
        Bill(()),
        Bill((line(NOON - 40_000), line(NOON - 20_000))),
        Bill((), NOON + 1, NOON + DAY),
        a_day(line(None, 1, MODEL, "theirs")),
        a_day(line(NOON - 3600, 1, MODEL, "theirs")),
    ],
    ids=["empty", "too short", "of another day", "without times", "of somebody else"],
)
def test_what_proves_nothing(bill: Bill) -> None:
    """A bill that does not cover the call, cannot show it, or knows none of our answered calls leaves it open."""
    (found,) = compare([doubt(7)], [call(1, NOON - 40_000, request_id="req_1")], bill)

    assert (found.outcome, found.unspent) == (Outcome.OPEN, 0)


def test_the_edges_of_a_bill_prove_nothing() -> None:
    """A call that ended as the bill does may be in the next one: the provider's clock is not ours."""
    ends = NOON + 60
    early, late = (compare([doubt(7)], [], Bill((), NOON - DAY, until)) for until in (ends + 119, ends + 120))

    assert outcomes(*early, *late) == [Outcome.OPEN, Outcome.NOT_BILLED]


def test_a_line_that_cost_nothing_is_the_last_one_that_a_call_is_given() -> None:
    """A refused call of the same minute is on the bill for nothing, which refunds nothing of the one that was paid."""
    bill = a_day(line(NOON + 60, 0), line(NOON, 40_000))

    (found,) = compare([doubt(7)], [], bill)

    assert (found.outcome, found.billed, found.unspent) == (Outcome.BILLED, 40_000, 10_000)


def test_ids_alone_prove_where_others_are_known_by_them() -> None:
    """Without times a missing call is not billed if the bill names calls by an id that this call has, too."""
    known = call(1, request_id="req_1")
    ours, theirs = line(None, 1, None, known.attempt), line(None, 1, None, "req_1")
    stranger = line(None, 1, None, "else")

    found = [
        compare([doubt(7)], [known], a_day(ours, stranger)),
        compare([doubt(7)], [known], a_day(theirs, stranger)),
        compare([doubt(7, request_id="req_7")], [known], a_day(theirs, stranger)),
    ]

    assert outcomes(*(one for (one,) in found)) == [Outcome.NOT_BILLED, Outcome.OPEN, Outcome.NOT_BILLED]


@pytest.mark.parametrize(
    ("billed", "ours", "same"),
    [
        ("gpt-image-2", "gpt-image-2", True),
        ("GPT-Image-2 ", "gpt-image-2", True),
        ("gpt-image-2-2026-04-21", "gpt-image-2", True),
        ("gpt-image-2-c", "gpt-image-2", False),
        ("gpt-image-1", "gpt-image-2", False),
        ("gpt-image-2", "gpt-image-2-c", False),
    ],
)
def test_models(billed: str, ours: str, same: bool) -> None:
    """A bill may name the version of a day, but a longer name is another model."""
    assert same_model(billed, ours) is same


def test_models_as_the_provider_calls_them() -> None:
    """A deployment's name on the bill is our model, by the card."""
    (found,) = compare([doubt(7)], [], a_day(line(NOON, 1, "my-deployment")), {MODEL: "my-deployment"})

    assert found.outcome is Outcome.BILLED


@given(
    calls=st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=12, unique_by=lambda one: one[0]),
    noise=st.integers(0, 3),
)
def test_what_was_billed_is_never_called_unbilled(calls: list[tuple[int, bool]], noise: int) -> None:
    """Whatever else was under way: where every call of ours is on the bill, none in doubt comes out as not billed."""
    at = {number: NOON + 20.0 * number for number, _ in calls}
    known = [call(number, at[number]) for number, answered in calls if answered]
    doubts = [doubt(number, at[number]) for number, answered in calls if not answered]
    lines = [line(moment + 60) for moment in at.values()] + [line(NOON)] * noise

    found = compare(doubts, known, a_day(*lines))

    assert all(one.outcome is Outcome.BILLED for one in found)


def test_many_calls_at_once() -> None:
    """A day on which every line may be any call, as on a bill without hours, is compared all the same."""
    days = replace(line(NOON - DAY / 2), until=NOON + DAY / 2)
    known = [call(number, NOON) for number in range(400)]

    found = compare([doubt(1000), doubt(1001)], known, a_day(*[days] * 401))

    assert sorted(outcomes(*found)) == [Outcome.BILLED, Outcome.NOT_BILLED]
