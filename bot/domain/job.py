"""The life of a job: its states, the moves between them, and what is known of one job at a time."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.errors import Trouble
from bot.domain.request import EditRequest, ResultSize


class State(StrEnum):
    """Where a job is. From `done` on the money has an end; `delivered` and `told` are over for the member too."""

    QUEUED = "queued"
    RUNNING = "running"
    SENT = "sent"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    DELIVERED = "delivered"
    TOLD = "told"


class Move(StrEnum):
    """What can happen to a job; each is one verb of the book."""

    CLAIM = "claim"
    SEND = "send"
    REFUSE = "refuse"
    BANK = "bank"
    FINISH = "finish"
    FAIL = "fail"
    DOUBT = "doubt"
    LOSE = "lose"
    CANCEL = "cancel"
    DELIVER = "deliver"


# `sent` is written before the first byte of the paid call leaves. `refuse` is an explicit refusal with nothing billed:
# the job waits and sends again. `bank` keeps the pictures of one of several calls: from then on the job can only
# finish. `doubt` is an outcome that cannot be read; `lose` means that the process died: before `sent` the job goes back
# to the queue, after it the outcome is unknown. A cancel after `sent` only mutes, so it is no change of state: the call
# is paid for already, is let finish, and its pictures wait behind a button.
MOVES: dict[tuple[State, Move], State] = {
    (State.QUEUED, Move.CLAIM): State.RUNNING,
    (State.QUEUED, Move.CANCEL): State.CANCELLED,
    (State.RUNNING, Move.SEND): State.SENT,
    (State.RUNNING, Move.FAIL): State.FAILED,
    (State.RUNNING, Move.LOSE): State.QUEUED,
    (State.RUNNING, Move.CANCEL): State.CANCELLED,
    (State.RUNNING, Move.FINISH): State.DONE,
    (State.SENT, Move.REFUSE): State.RUNNING,
    (State.SENT, Move.BANK): State.RUNNING,
    (State.SENT, Move.FINISH): State.DONE,
    (State.SENT, Move.FAIL): State.FAILED,
    (State.SENT, Move.DOUBT): State.UNKNOWN,
    (State.SENT, Move.LOSE): State.UNKNOWN,
    (State.SENT, Move.CANCEL): State.SENT,
    (State.DONE, Move.CANCEL): State.DONE,
    (State.DONE, Move.DELIVER): State.DELIVERED,
    (State.FAILED, Move.DELIVER): State.TOLD,
    (State.CANCELLED, Move.DELIVER): State.TOLD,
    (State.UNKNOWN, Move.DELIVER): State.TOLD,
}

OVER = frozenset({State.DELIVERED, State.TOLD})
UNSETTLED = frozenset({State.QUEUED, State.RUNNING, State.SENT})


class Impossible(ValueError):
    """A move that the table does not have: the job is not where the caller thought."""


def advance(state: State, move: Move, *, muted: bool = False) -> State:
    """The state after the move.

    A muted job that is done is told instead of delivered. Raises `Impossible` for a move that is not in the table.
    """
    if (state, move) == (State.DONE, Move.DELIVER) and muted:
        return State.TOLD
    try:
        return MOVES[state, move]
    except KeyError:
        raise Impossible(f"{move} is not possible from {state}") from None


def sources(move: Move) -> frozenset[State]:
    """The states from which the move is possible: what a conditional update asks for."""
    return frozenset(state for state, possible in MOVES if possible is move)


@dataclass(frozen=True, slots=True)
class ResultPicture:
    """One picture that came back: where its bytes are, what they are, and the prompt that was really used, if said.

    Where the mask lock or a wished size changed it, `untouched` is the model's own output. `strayed` is how much of
    picture 1 outside the mask the model had changed, in thousandths. `locked` says whether picture 1 stands there,
    None where the last touch was not wanted, or failed.
    """

    blob: str
    format: str
    width: int
    height: int
    bytes: int
    revised_prompt: str | None = None
    untouched: str | None = None
    strayed: int | None = None
    locked: bool | None = None


@dataclass(frozen=True, slots=True)
class Announcement:
    """Where the member sees the job: the public status message, and the channel or thread that gets the results."""

    channel_id: int
    message_id: int
    home_id: int


@dataclass(frozen=True, slots=True)
class Job:
    """A job as the book knows it. Money in micro-USD, times in seconds since the epoch."""

    id: int
    state: State
    muted: bool
    request: EditRequest
    predicted: int
    placed_at: float
    sent_at: float | None = None
    ended_at: float | None = None
    charged: int = 0
    banked: int = 0  # what the calls so far have cost, of a job that is made by several
    version: int | None = None
    results: tuple[ResultPicture, ...] = ()
    trouble: Trouble | None = None
    announcement: Announcement | None = None
    claims: int = 0


IGNORED_FROM = 250  # thousandths of the outside of a mask; models that heed it stay far below


def ignored_mask(job: Job) -> bool:
    """Whether the provider changed so much outside the mask that it cannot have heeded it."""
    return any(picture.strayed is not None and picture.strayed >= IGNORED_FROM for picture in job.results)


def lock_impossible(job: Job) -> bool:
    """Whether the mask lock was wanted and some result could not take it, having another shape than picture 1."""
    return _wants_lock(job.request) and any(picture.locked is False for picture in job.results)


def lock_failed(job: Job) -> bool:
    """Whether the mask lock was wanted and some result went without it because of a fault of ours."""
    return _wants_lock(job.request) and any(picture.locked is None for picture in job.results)


def size_failed(job: Job) -> bool:
    """Whether results were to have picture 1's size and some result has not, because of a fault of ours."""
    return job.request.result_size is ResultSize.SAME and any(picture.locked is None for picture in job.results)


def _wants_lock(request: EditRequest) -> bool:
    return request.mask is not None and request.mask_wish.lock
