"""What `/quota-admin` answers: that something was decided, and what holds here or for somebody."""

from collections.abc import Iterable, Sequence

from bot.domain.deed import Deed, GuildBook
from bot.domain.quota import Balance, Permit, Rule, Statute, Subject
from bot.words.deeds import deed_line, permit_line, rule_line, whom
from bot.words.escape import shown
from bot.words.language import language
from bot.words.standing import standing

LONGEST = 2000  # characters of a message


def decided(deed: Deed, locale: str) -> str:
    """The line of the audit that was written."""
    return language(locale).gettext("Done: {what}").format(what=deed_line(deed, locale))


def overview(guild: GuildBook, statute: Statute, rules: Sequence[Rule], locale: str) -> str:
    """What holds in a server: whether it is paused, its zone and log channel, and every limit."""
    words = language(locale)
    channel = f"<#{guild.log_channel_id}>" if guild.log_channel_id is not None else words.gettext("none")
    lines = [
        words.gettext("Edits are paused here.") if statute.guild_paused else words.gettext("Edits are taken here."),
        words.gettext("Time zone: {zone}").format(zone=shown(guild.zone)),
        words.gettext("Log channel: {channel}").format(channel=channel),
    ]
    return _fitting([*lines, *_limits(rules, _own(statute), locale)], locale)


def of_subject(subject: Subject, statute: Statute, rules: Sequence[Rule], locale: str) -> str:
    """What was decided about a role, or about everyone."""
    return _fitting([whom(subject, locale), *_limits(rules, _own(statute, subject), locale)], locale)


def of_person(
    subject: Subject, statute: Statute, rules: Sequence[Rule], balances: Iterable[Balance], locale: str
) -> str:
    """What was decided about a member, and what is left to them."""
    words = language(locale)
    blocked = [words.gettext("Blocked: no edits of theirs are taken.")] if statute.blocked else []
    limits = _limits(rules, _own(statute, subject), locale)
    return _fitting([whom(subject, locale), *blocked, *limits, *standing(balances, (), locale).splitlines()], locale)


def _own(statute: Statute, subject: Subject | None = None) -> list[Permit]:
    """What the server itself permits: to this subject, or to all of them."""
    here = [permit for permit in statute.permits if permit.guild_id is not None]
    return [permit for permit in here if subject in (None, permit.subject)]


def _limits(rules: Sequence[Rule], permits: Sequence[Permit], locale: str) -> list[str]:
    lines = [*(rule_line(rule, locale) for rule in rules), *(permit_line(permit, locale) for permit in permits)]
    return lines or [language(locale).gettext("No limits were set; those of the house hold.")]


def _fitting(lines: list[str], locale: str) -> str:
    """As many of the lines as one message takes, and how many there are more."""
    kept: list[str] = []
    room = LONGEST - 100
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            more = language(locale).gettext("and {n} lines more").format(n=len(lines) - len(kept))
            return "\n".join((*kept, more))
        kept.append(line)
    return "\n".join(kept)
