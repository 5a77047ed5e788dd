"""The answer to `/quota-admin report`: who spent how much, what was decided, and both as CSV."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.domain.deed import Deed, Spend
from bot.domain.quota import Unit
from bot.words.amounts import dollars
from bot.words.deeds import deed_line, person
from bot.words.language import language
from bot.words.limits import amount
from bot.words.numerals import number
from bot.words.status import DOT

LONGEST = 2000  # characters of a message
MOST_MEMBERS, MOST_DEEDS = 15, 10
# A spreadsheet takes what begins like this for a formula, and somebody else wrote the reasons.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Total:
    """What a member's edits came to, in micro-USD."""

    user_id: int
    edits: int
    images: int
    micro_usd: int


def ranking(spends: Iterable[Spend]) -> tuple[Total, ...]:
    """The members by what they spent, the most first."""
    sums: dict[int, Total] = {}
    for one in spends:
        so_far = sums.get(one.user_id, Total(one.user_id, 0, 0, 0))
        sums[one.user_id] = Total(
            one.user_id, so_far.edits + one.edits, so_far.images + one.images, so_far.micro_usd + one.micro_usd
        )
    return tuple(sorted(sums.values(), key=lambda total: (-total.micro_usd, -total.edits, total.user_id)))


def report(spends: Sequence[Spend], deeds: Sequence[Deed], days: int, locale: str) -> str:
    """The table, as far as one message takes it; the files beside it have the rest."""
    words, totals = language(locale), ranking(spends)
    heading = words.ngettext("The last day", "The last {n} days", days).format(n=days)
    whole = Total(0, *(sum(getattr(one, name) for one in totals) for name in ("edits", "images", "micro_usd")))
    lines = [f"**{heading}**{DOT}{_sums(whole, locale)}"]
    lines += [
        f"{place}. {person(one.user_id, locale)}{DOT}{_sums(one, locale)}"
        for place, one in enumerate(totals[:MOST_MEMBERS], 1)
    ]
    if more := max(0, len(totals) - MOST_MEMBERS):
        lines.append(words.gettext("and {n} more: see the table").format(n=more))
    decided = [f"<t:{int(deed.at)}:d> {deed_line(deed, locale)}" for deed in deeds[:MOST_DEEDS]]
    if decided:
        heading = words.gettext("What was decided")
        lines.append(f"**{heading}**")
    return "\n".join(_fitting([*lines, *decided]))


def spend_table(spends: Iterable[Spend]) -> str:
    """What was spent by day and by member, as CSV; money in dollars, exact."""
    rows = ((one.day, one.user_id, one.edits, one.images, f"{one.micro_usd / 1e6:.6f}") for one in spends)
    return _csv(("day", "user_id", "edits", "images", "usd"), rows)


def deed_table(deeds: Iterable[Deed]) -> str:
    """What was decided, as CSV; times in UTC."""
    rows = (
        (
            datetime.fromtimestamp(deed.at, UTC).strftime("%Y-%m-%d %H:%M:%S"),
            deed.actor_id,
            deed.verb.value,
            deed.target.scope.value if deed.target else "",
            deed.target.id if deed.target else "",
            _harmless(deed.what),
            _harmless(deed.old),
            _harmless(deed.new),
            _harmless(deed.reason),
        )
        for deed in deeds
    )
    return _csv(("at", "actor_id", "did", "target", "target_id", "what", "old", "new", "reason"), rows)


def _sums(total: Total, locale: str) -> str:
    edits = language(locale).ngettext("{n} edit", "{n} edits", total.edits).format(n=number(total.edits, locale))
    return DOT.join((edits, amount(Unit.IMAGES, total.images, locale), dollars(total.micro_usd, locale)))


def _fitting(lines: list[str]) -> list[str]:
    fitting, room = [], LONGEST
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        fitting.append(line)
    return fitting


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
