"""The proof after a play: from what the stand-ins saw, how every edit ended, and every promise that was broken."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.words.amounts import dollars
from tests.chaos.crowd import Request
from tests.chaos.records import Call, Ledger, Message, Seen

EDIT = re.compile(r"Edit #(\d+)\b")
STATUS = re.compile(r"Edit #(\d+) · (?!v\d)")  # a result names its own edit, then its version
TOLD = re.compile(r"Edit #(\d+): ")
NAMED = re.compile(r"edit-(\d+)-v\d+-\d+\.\w+$")
# How a status message says that it is over.
ENDS = {
    " · done · ": "delivered",
    " · stopped, its pictures are kept · ": "muted and told",
    " · outcome unknown · ": "unknown and told",
    " · failed · ": "failed and told",
    " · cancelled · ": "cancelled and told",
}
WITH_PICTURES = ("delivered", "muted and told")
OVER = ("delivered", "told")


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit that was accepted: its status message, and how that says it ended, "" where it does not."""

    number: int
    status: Message
    end: str

    @property
    def home(self) -> int:
        """Where its results belong."""
        return self.status.thread or self.status.channel


@dataclass(frozen=True, slots=True)
class Proof:
    """How many edits ended in which way, and a sentence for everything that should not be."""

    ends: Mapping[str, int]
    broken: tuple[str, ...]


def prove(seen: Seen, asked: Mapping[int, Request]) -> Proof:
    """Hold the records of a play against the promises."""
    edits = {one.number: one for one in _edits(seen.messages)}
    broken = (
        *_accepted(seen, edits, asked),
        *_said_once(seen, edits),
        *_sent_once(seen.calls, asked),
        *_pictures(seen, edits),
        *_books(seen, edits),
    )
    return Proof(Counter(edit.end for edit in edits.values()), broken)


# ── every accepted edit has an end ──────────────────────────────────────────────────────────────────────────


def _edits(messages: Iterable[Message]) -> Iterator[Edit]:
    for message in messages:
        if not message.answers and not message.files and (found := STATUS.match(message.text)):
            first = message.text.partition("\n")[0]
            yield Edit(int(found[1]), message, next((end for words, end in ENDS.items() if words in first), ""))


def _accepted(seen: Seen, edits: Mapping[int, Edit], asked: Mapping[int, Request]) -> Iterator[str]:
    """What was said to be an edit, in public, in private or in the rows, has one status message, which has ended."""
    named = {int(found[1]) for message in seen.messages if (found := EDIT.match(message.text))}
    for number in sorted(named | seen.ledger.states.keys()):
        if number not in edits:
            yield f"edit {number} was accepted and has no status message"
        elif not edits[number].end:
            yield f"edit {number} never ended: {edits[number].status.text!r}"
        if seen.ledger.states.get(number) not in OVER:
            yield f"edit {number} is {seen.ledger.states.get(number)} in the rows"
    placed = Counter(edit.status.request for edit in edits.values())
    for edit in edits.values():
        request = asked.get(edit.status.request or 0)
        if request is None:
            yield f"edit {edit.number} is of nobody's request: {edit.status.text!r}"
        elif seen.places[request.place, request.who] != edit.status.channel:
            yield f"edit {edit.number} is announced elsewhere than request {request.number} was asked"
    yield from (f"request {number} was placed {times} times" for number, times in placed.items() if times > 1)


# ── nothing is said twice, or elsewhere ─────────────────────────────────────────────────────────────────────


def _said_once(seen: Seen, edits: Mapping[int, Edit]) -> Iterator[str]:
    spoken = [message for message in seen.messages if not message.answers]
    statuses = Counter(edit.number for edit in _edits(spoken))
    told = Counter(int(found[1]) for message in spoken if (found := TOLD.match(message.text)))
    yield from (f"edit {number} has {times} status messages" for number, times in statuses.items() if times > 1)
    yield from (f"edit {number} was told {times} times" for number, times in told.items() if times > 1)
    # In a direct message the answer to Cancel is the very sentence, and it is not said again.
    heard = {int(found[1]) for message in seen.messages if (found := TOLD.match(message.text))}
    for edit in edits.values():
        if edit.end in WITH_PICTURES and told[edit.number]:
            yield f"edit {edit.number}, {edit.end}, was told to have ended otherwise"
        if edit.end not in ("", *WITH_PICTURES) and edit.number not in heard:
            yield f"edit {edit.number}, {edit.end}, was not told how it ended"
    homes = {edit.home for edit in edits.values()} | {edit.status.channel for edit in edits.values()}
    for message in spoken:
        named = {int(found[1]) for one in message.files if (found := NAMED.match(one.name))}
        named |= {int(found[1]) for found in [TOLD.match(message.text)] if found}
        if message.files and not named:
            yield f"message {message.id} has pictures of no edit"
        for number in named:
            if number not in edits or edits[number].home != message.channel:
                yield f"message {message.id} of edit {number} is in another place, {message.channel}"
        if message.channel not in homes:
            yield f"message {message.id} is in a place where nothing was asked: {message.text!r}"
    for place in sorted(seen.posted_in - homes - set(seen.places.values())):
        yield f"the bot posted in {place}, where nothing was asked"


# ── no call is made twice ───────────────────────────────────────────────────────────────────────────────────


def _sent_once(calls: Sequence[Call], asked: Mapping[int, Request]) -> Iterator[str]:
    for what, ids in (("attempt", [one.attempt for one in calls]), ("key", [one.key for one in calls])):
        for name, times in Counter(ids).items():
            if times > 1 or name is None:
                yield f"the {what} {name} was sent {times} times"
    per_request = Counter(one.request for one in calls if one.request is not None and not one.again)
    makes = {one.request: len(one.made) for one in calls if one.made}
    for number, times in per_request.items():
        request = asked.get(number)
        # Each call that gave anything gave at least one of the pictures; where one gives them all there is one call.
        most = 0 if request is None else request.n if makes.get(number, 1) < request.n else 1
        if times > most:
            yield f"request {number} was paid for {times} times, at most {most} were needed"


# ── each picture is that of its edit ────────────────────────────────────────────────────────────────────────


def _pictures(seen: Seen, edits: Mapping[int, Edit]) -> Iterator[str]:
    made = {print_: call for call in seen.calls for print_ in call.made}
    posted = [(message, file) for message in seen.messages for file in message.files]
    for what, names in (("name", [file.name for _, file in posted]), ("picture", [file.print for _, file in posted])):
        yield from (f"the {what} {one} was posted {times} times" for one, times in Counter(names).items() if times > 1)
    for message, file in posted:
        edit = edits.get(int(found[1])) if (found := NAMED.match(file.name)) else None
        call = made.get(file.print)
        if call is None:
            yield f"{file.name} in message {message.id} is no picture that the image API gave"
        elif edit is None or call.request != edit.status.request:
            yield f"{file.name} in message {message.id} was made for request {call.request}"
    shown = Counter(int(found[1]) for _, file in posted if (found := NAMED.match(file.name)))
    for edit in edits.values():
        # Cancel may be pressed in the moment in which the pictures appear: then they are there, and muted all the same.
        if bool(shown[edit.number]) != (edit.end == "delivered") and edit.end != "muted and told":
            yield f"edit {edit.number}, {edit.end or 'open'}, shows {shown[edit.number]} pictures"


# ── the money ───────────────────────────────────────────────────────────────────────────────────────────────


def _books(seen: Seen, edits: Mapping[int, Edit]) -> Iterator[str]:
    """What the ledger says is what the image API billed, what the thread shows, and what the member was told."""
    ledger = seen.ledger
    if ledger.held:
        yield f"{ledger.held} are held although every edit is over"
    shown = defaultdict(list)
    for message in seen.messages:
        for file in message.files:
            if found := NAMED.match(file.name):
                shown[int(found[1])].append(file.print)
    for edit in edits.values():
        calls = [one for one in seen.calls if one.request is not None and one.request == edit.status.request]
        billed = sum(one.billed for one in calls)
        yield from _exact(edit, ledger, calls, shown[edit.number])
        borne = _sum(ledger, edit.number, "house", "charge", "overrun", "suspense")
        if billed > borne:
            yield f"edit {edit.number} was billed {billed} and the house has {borne} of it in its books"


def _exact(edit: Edit, ledger: Ledger, calls: Sequence[Call], shown: Sequence[str]) -> Iterator[str]:
    charged = _sum(ledger, edit.number, "user:", "charge")
    images = _sum(ledger, edit.number, "user:", "charge", unit="images")
    if edit.end not in WITH_PICTURES:
        if charged or images:
            yield f"edit {edit.number}, {edit.end}, was charged {charged} and {images} pictures"
        return
    paid = _sum(ledger, edit.number, "house", "charge", "overrun")
    # A muted edit shows nothing: its pictures are those of its calls, unless one of them had no known end.
    pictures = set(shown) or {print_ for one in calls for print_ in one.made}
    good = sum(one.billed for one in calls if pictures & set(one.made))
    certain = bool(shown) or len(pictures) == images
    if shown and images != len(shown):
        yield f"edit {edit.number} shows {len(shown)} pictures and was charged {images}"
    if certain and paid != good:
        yield f"edit {edit.number} was billed {good} for its pictures and {paid} is in the books"
    if dollars(charged) not in edit.status.text:
        yield f"edit {edit.number} was charged {charged} and says {edit.status.text!r}"


def _sum(ledger: Ledger, number: int, account: str, *kinds: str, unit: str = "micro_usd") -> int:
    return sum(
        amount
        for (job, of, counted, kind), amount in ledger.sums.items()
        if job == number and of.startswith(account) and counted == unit and kind in kinds
    )
