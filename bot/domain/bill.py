"""A provider's bill, and what it says of calls whose outcome nobody knows: which of them were billed, and which not.

A line of the bill is a call of ours where it has the call's id: the provider's, or the one that we had sent along.
Where it has none that we know, model and time decide: every call that was answered must be on the bill, so it takes a
line of its model and time, and what is left over was the calls in doubt. Lines are given to calls so that as many of
both as possible have one. That a call is missing proves something only of the time that the bill covers, and only
where nine in ten of our answered calls are on the bill; whatever is not proven stays as it is.
"""

import re
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

CLOCKS_DIFFER_S = 120.0
DATED = re.compile(r"-\d{4}-?\d{2}-?\d{2}")
NAMED_AS_BY_MEMBERS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Call:
    """A paid call from its first byte to its end. `attempt` is the id that we gave it, `request_id` the provider's."""

    attempt: str
    provider: str
    model: str
    request_id: str | None
    opened_at: float
    closed_at: float


@dataclass(frozen=True, slots=True)
class Doubt:
    """A job with micro-USD in suspense, and its last call; `corrected` is None where no bill was asked yet."""

    job_id: int
    call: Call
    micro_usd: int
    corrected: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """One call on a bill: what it is known by, and between which moments it was; None for what the bill leaves out."""

    ids: frozenset[str] = frozenset()
    since: float | None = None
    until: float | None = None
    model: str | None = None
    micro_usd: int | None = None


class Outcome(StrEnum):
    """What the bill says of a call in doubt."""

    BILLED = "billed"
    NOT_BILLED = "not_billed"
    OPEN = "open"  # the bill proves nothing


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one doubt: what was billed, where the bill says it, and how much of the suspense is not spent."""

    doubt: Doubt
    outcome: Outcome
    billed: int | None = None
    unspent: int = 0


@dataclass(frozen=True, slots=True)
class Bill:
    """The lines, and the time that they cover, in which every call of ours is among them."""

    lines: tuple[Line, ...]
    since: float | None = None
    until: float | None = None

    @property
    def covers(self) -> tuple[float, float] | None:
        """From when until when; where nobody says, from the first line to the last."""
        starts = [line.since for line in self.lines if line.since is not None]
        ends = [line.until for line in self.lines if line.until is not None]
        since = min(starts, default=None) if self.since is None else self.since
        until = max(ends, default=None) if self.until is None else self.until
        return None if since is None or until is None else (since, until)


def compare(
    doubts: Sequence[Doubt],
    answered: Iterable[Call],
    bill: Bill,
    wire_names: Mapping[str, str] = NAMED_AS_BY_MEMBERS,
) -> tuple[Finding, ...]:
    """What the bill of one provider says of each of its doubts.

    `answered` are its calls whose answers came; `wire_names` are what it calls the models, by our names.
    """
    known = [one for one in answered if _covers(bill, one)]
    calls = [*known, *(doubt.call for doubt in doubts)]
    named = _by_id(calls, bill.lines)
    taken = {place for places in named.values() for place in places}
    loose = [line for place, line in enumerate(bill.lines) if place not in taken]
    mine = {attempt: tuple(bill.lines[place] for place in places) for attempt, places in named.items()}
    mine |= _by_time([call for call in calls if call.attempt not in mine], loose, wire_names)
    complete = 10 * sum(call.attempt in mine for call in known) >= 9 * len(known)
    return tuple(
        _finding(doubt, mine.get(doubt.call.attempt), proven=complete and _proves(bill, calls, loose, doubt.call))
        for doubt in doubts
    )


def same_model(billed: str, ours: str) -> bool:
    """Whether a bill means our model by this name: it may name the version of a day."""
    billed, ours = billed.strip().casefold(), ours.casefold()
    return billed == ours or (billed.startswith(ours) and DATED.fullmatch(billed[len(ours) :]) is not None)


def _finding(doubt: Doubt, lines: tuple[Line, ...] | None, *, proven: bool) -> Finding:
    if lines is None:
        unspent = doubt.micro_usd if proven else 0
        found = Finding(doubt, Outcome.NOT_BILLED if proven else Outcome.OPEN, unspent=unspent)
    else:
        costs = [line.micro_usd for line in lines if line.micro_usd is not None]
        billed = sum(costs) if len(costs) == len(lines) else None
        unspent = 0 if billed is None else max(0, doubt.micro_usd - billed)
        found = Finding(doubt, Outcome.BILLED, billed, unspent)
    return found


def _covers(bill: Bill, call: Call, margin: float = 0.0) -> bool:
    covered = bill.covers
    return covered is not None and covered[0] + margin <= call.opened_at and call.closed_at + margin <= covered[1]


def _proves(bill: Bill, calls: Sequence[Call], loose: Sequence[Line], call: Call) -> bool:
    """Whether this call would be found if it were on the bill: by its time, or by an id that others are found by."""
    if not _covers(bill, call, CLOCKS_DIFFER_S):  # the provider may have it in the minutes beside those of the bill
        return False
    if all(line.since is not None for line in loose):
        return True
    ids = frozenset[str]().union(*(line.ids for line in bill.lines))
    by_ours = any(one.attempt in ids for one in calls)
    by_theirs = call.request_id is not None and any(one.request_id in ids for one in calls)
    return by_ours or by_theirs


def _by_id(calls: Iterable[Call], lines: Sequence[Line]) -> dict[str, list[int]]:
    """The places of the lines that have an id of a call, by its attempt."""
    owners = {key: call.attempt for call in calls for key in (call.attempt, call.request_id) if key}
    found: dict[str, list[int]] = {}
    for place, line in enumerate(lines):
        owner = next((owners[key] for key in sorted(line.ids) if key in owners), None)
        if owner is not None:
            found.setdefault(owner, []).append(place)
    return found


def _by_time(
    calls: Sequence[Call], loose: Sequence[Line], wire_names: Mapping[str, str]
) -> dict[str, tuple[Line, ...]]:
    """A line for as many of the calls as possible; those that come first are never left without one for a later.

    Lines that cost nothing, as of a call that was refused, are for calls that none of the others is left for.
    """
    timed = sorted((line for line in loose if line.since is not None), key=_since)
    near = _nearby(timed, wire_names)
    candidates = {call.attempt: near(call) for call in calls}
    costing = {attempt: [at for at in places if timed[at].micro_usd != 0] for attempt, places in candidates.items()}
    taken: dict[int, str] = {}
    for call in calls:
        _augment(call.attempt, costing, taken)
    for call in calls:
        if call.attempt not in taken.values():
            _augment(call.attempt, candidates, taken)
    return {attempt: (timed[place],) for place, attempt in taken.items()}


def _nearby(timed: Sequence[Line], wire_names: Mapping[str, str]) -> Callable[[Call], list[int]]:
    """The places of the lines that may be a call, the nearest to its end first."""
    starts = [_since(line) for line in timed]
    longest = max((_until(line) - _since(line) for line in timed), default=0.0)

    def near(call: Call) -> list[int]:
        first = bisect_left(starts, call.opened_at - CLOCKS_DIFFER_S - longest)
        last = bisect_right(starts, call.closed_at + CLOCKS_DIFFER_S)
        model = wire_names.get(call.model, call.model)
        fitting = [
            place
            for place in range(first, last)
            if _until(timed[place]) + CLOCKS_DIFFER_S >= call.opened_at and _may_be(timed[place], call.model, model)
        ]
        return sorted(fitting, key=lambda place: abs(_until(timed[place]) - call.closed_at))

    return near


def _may_be(line: Line, *models: str) -> bool:
    return line.model is None or any(same_model(line.model, model) for model in models)


def _augment(start: str, candidates: Mapping[str, Sequence[int]], taken: dict[int, str]) -> None:
    """Give this call a line, if need be one for which another call takes another."""
    reached_by: dict[int, str] = {}
    had = {attempt: place for place, attempt in taken.items()}
    waiting = deque([start])
    while waiting:
        attempt = waiting.popleft()
        for place in candidates[attempt]:
            if place in reached_by:
                continue
            reached_by[place] = attempt
            if place not in taken:
                _hand_on(place, start, reached_by, had, taken)
                return
            waiting.append(taken[place])


def _hand_on(
    place: int, start: str, reached_by: Mapping[int, str], had: Mapping[str, int], taken: dict[int, str]
) -> None:
    attempt = taken[place] = reached_by[place]
    while attempt != start:
        place = had[attempt]
        attempt = taken[place] = reached_by[place]


def _since(line: Line) -> float:
    return line.since or 0.0


def _until(line: Line) -> float:
    return _since(line) if line.until is None else line.until
