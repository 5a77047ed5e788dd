"""The life of a job: every state against every move."""

from itertools import product

import pytest

from bot.domain.job import MOVES, OVER, UNSETTLED, Impossible, Move, State, advance, sources

# The table of the design, written once more: a row for each state, "(same)" where a move leaves it.
LIFE = {
    State.QUEUED: {Move.CLAIM: "running", Move.CANCEL: "cancelled"},
    State.RUNNING: {
        Move.SEND: "sent",
        Move.FAIL: "failed",
        Move.LOSE: "queued",
        Move.CANCEL: "cancelled",
        Move.FINISH: "done",
    },
    State.SENT: {
        Move.REFUSE: "running",
        Move.BANK: "running",
        Move.FINISH: "done",
        Move.FAIL: "failed",
        Move.DOUBT: "unknown",
        Move.LOSE: "unknown",
        Move.CANCEL: "(same)",
    },
    State.DONE: {Move.CANCEL: "(same)", Move.DELIVER: "delivered"},
    State.FAILED: {Move.DELIVER: "told"},
    State.CANCELLED: {Move.DELIVER: "told"},
    State.UNKNOWN: {Move.DELIVER: "told"},
    State.DELIVERED: {},
    State.TOLD: {},
}
ALLOWED = [(state, move, State(after)) for state in LIFE for move, after in LIFE[state].items() if after != "(same)"]
REFUSED = [(state, move) for state, move in product(State, Move) if move not in LIFE[state]]


@pytest.mark.parametrize(("state", "move", "after"), ALLOWED)
def test_a_move_of_the_table_leads_where_the_table_says(state: State, move: Move, after: State) -> None:
    """Every move of the design's table leads to the state of its cell."""
    assert advance(state, move) is after


@pytest.mark.parametrize(("state", "move"), REFUSED)
def test_a_move_outside_the_table_is_impossible(state: State, move: Move) -> None:
    """Every empty cell of the table raises, and the message names both sides."""
    with pytest.raises(Impossible, match=f"{move}.*{state}"):
        advance(state, move)


@pytest.mark.parametrize("state", [State.SENT, State.DONE])
def test_a_cancel_after_the_paid_call_left_only_mutes(state: State) -> None:
    """From *sent* on a cancel changes no state: the call is paid for and is let finish."""
    assert advance(state, Move.CANCEL) is state


@pytest.mark.parametrize(("muted", "after"), [(False, State.DELIVERED), (True, State.TOLD)])
def test_a_muted_job_is_told_instead_of_delivered(muted: bool, after: State) -> None:
    """The pictures of a job that was cancelled too late are not posted by themselves."""
    assert advance(State.DONE, Move.DELIVER, muted=muted) is after


@pytest.mark.parametrize("state", [State.FAILED, State.CANCELLED, State.UNKNOWN])
def test_muting_changes_no_other_ending(state: State) -> None:
    """Being muted matters to a job with pictures only."""
    assert advance(state, Move.DELIVER, muted=True) is State.TOLD


@pytest.mark.parametrize("move", Move)
def test_the_sources_of_a_move_are_the_states_that_allow_it(move: Move) -> None:
    """A conditional update asks for exactly the states from which `advance` does not raise."""
    assert sources(move) == {state for state in State if move in LIFE[state]}


def test_a_job_that_is_over_makes_no_move() -> None:
    """Delivered and told are the ends."""
    assert not [move for state, move in MOVES if state in OVER]


def test_no_move_leads_back_to_an_open_hold() -> None:
    """Once the money has ended, no move reopens it: only unsettled states lead to unsettled states."""
    assert not [
        (state, move) for (state, move), after in MOVES.items() if state not in UNSETTLED and after in UNSETTLED
    ]


def test_every_state_can_be_reached() -> None:
    """Nothing in the table is dead: a queued job can come to every state."""
    reached = {State.QUEUED}
    while more := {after for (state, _), after in MOVES.items() if state in reached} - reached:
        reached |= more

    assert reached | {State.TOLD} == set(State)
