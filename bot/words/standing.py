"""The answer to `/quota`: a bar for each allowance, the grants, and the last edits with what they cost."""

from collections.abc import Iterable, Sequence

from bot.domain.job import Job
from bot.domain.quota import HOUSE, Balance, Period, Unit
from bot.words.amounts import dollars, dollars_left
from bot.words.language import language
from bot.words.limits import UNITS, heading
from bot.words.numerals import number as counted
from bot.words.status import DOT, outcome

LONGEST = 2000  # characters of a message
BLOCKS = 10
USED, HELD, LEFT = "█", "▒", "░"
MOST_GRANTS = 5


def standing(balances: Iterable[Balance], edits: Sequence[tuple[Job, str | None]], locale: str) -> str:
    """What is left of every allowance but the house's, then as many of the edits, each with its link, as fit."""
    shown = [one for one in balances if one.window.allowance.account != HOUSE]
    windows = [one for one in shown if one.window.allowance.period is not Period.GRANT]
    grants = [one for one in shown if one.window.allowance.period is Period.GRANT]
    words = language(locale)
    lines = [_window(one, locale) for one in windows] or [words.gettext("Nothing limits you here.")]
    lines += [_grant(one, locale) for one in grants[:MOST_GRANTS]]
    if more := len(grants) - MOST_GRANTS:
        lines += [words.gettext("and {n} grants more").format(n=more)] if more > 0 else []
    if edits:
        heading = words.gettext("Your last edits")
        lines.append(f"**{heading}**")
    return "\n".join(_fitting(lines, [_edit(job, link, locale) for job, link in edits]))


def bar(used: int, held: int, limit: int) -> str:
    """Ten blocks: what is used, what is held, what is left; something is never drawn as nothing."""
    if limit <= 0:
        return LEFT * BLOCKS if not used + held else USED * BLOCKS
    full = min(BLOCKS, max(used > 0, used * BLOCKS // limit))
    taken = min(BLOCKS, max(full + (held > 0), (used + held) * BLOCKS // limit))
    return USED * full + HELD * (taken - full) + LEFT * (BLOCKS - taken)


def left_of(unit: Unit, left: int, limit: int, locale: str) -> tuple[str, str]:
    """What is left and the limit, as numbers or dollars; a rest of money is rounded down."""
    if unit is Unit.MICRO_USD:
        return dollars_left(left, locale), dollars(limit, locale)
    return counted(max(0, left), locale), counted(limit, locale)


def _window(balance: Balance, locale: str) -> str:
    words, allowance = language(locale), balance.window.allowance
    left, limit = left_of(allowance.unit, balance.left, allowance.limit, locale)
    first = words.gettext("{left} of {limit} left").format(left=left, limit=limit)
    drawn = bar(balance.used, balance.held, allowance.limit)
    facts = [words.gettext("{used} used").format(used=_number(allowance.unit, balance.used, locale))]
    if balance.held:
        facts.append(words.gettext("{held} held").format(held=_number(allowance.unit, balance.held, locale)))
    facts.append(_resets(balance, locale))
    return f"**{heading(allowance, locale)}**{DOT}{first}\n{drawn} {DOT.join(facts)}"


def _resets(balance: Balance, locale: str) -> str:
    words, window = language(locale), balance.window
    if window.allowance.period is Period.ROLLING:
        hours = window.allowance.hours
        return words.ngettext("each counts for {n} hour", "each counts for {n} hours", hours).format(n=hours)
    return words.gettext("starts afresh {when}").format(when=f"<t:{window.ends_at}:R>")


def _grant(balance: Balance, locale: str) -> str:
    words, allowance = language(locale), balance.window.allowance
    left, limit = left_of(allowance.unit, balance.left, allowance.limit, locale)
    sentence = words.gettext("**Granted to you: {what}**{dot}{left} of {limit} left, until {when}")
    what = words.gettext(UNITS[allowance.unit])
    return sentence.format(what=what, dot=DOT, left=left, limit=limit, when=f"<t:{balance.window.ends_at}:f>")


def _edit(job: Job, link: str | None, locale: str) -> str:
    """ "#7 · $0.07 · done"; the number is the way there."""
    name = f"[#{job.id}]({link})" if link else f"#{job.id}"
    return DOT.join((name, *_cost(job, locale), outcome(job, locale)))


def _cost(job: Job, locale: str) -> tuple[str, ...]:
    if job.ended_at is None:
        return (language(locale).gettext("holds {amount}").format(amount=dollars(job.predicted, locale)),)
    return (dollars(job.charged, locale),)


def _fitting(lines: list[str], edits: list[str]) -> list[str]:
    """The lines, and of the edits as many as one message takes."""
    fitting, room = list(lines), LONGEST - sum(len(line) + 1 for line in lines)
    for line in edits:
        room -= len(line) + 1
        if room < 0:
            break
        fitting.append(line)
    return fitting


def _number(unit: Unit, number: int, locale: str) -> str:
    return dollars(number, locale) if unit is Unit.MICRO_USD else counted(number, locale)
