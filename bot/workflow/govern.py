"""The third conductor: what admins decide for their guild, and the operator for the whole house.

Whether somebody may decide is the door's to know, and is checked there each time. What may be decided is checked here:
every verb raises the `Refused` that says why not, and returns the line of the audit that was written.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bot.domain.catalog import Catalog
from bot.domain.deed import (
    LONGEST_GRANT_DAYS,
    MOST_HOURS,
    MOST_IMAGES,
    MOST_MICRO_USD,
    Decider,
    Deed,
    Gift,
    GuildBook,
    Spend,
)
from bot.domain.errors import (
    AlreadySo,
    NothingThere,
    NotManager,
    OutOfBounds,
    ValueUnknown,
    ZoneUnknown,
)
from bot.domain.quota import Choice, Member, Period, Rule, Scope, Statute, Subject, Unit, zone_named
from bot.workflow.ports import Clock, Council

DAY_S = 86_400
MICRO = 1_000_000
MOST_AT_ONCE = 10
LONGEST_REASON = 200
SIZE = re.compile(r"[1-9][0-9]{1,4}x[1-9][0-9]{1,4}")

OF_A_GUILD = frozenset({Scope.USER, Scope.ROLE, Scope.EVERYONE, Scope.GUILD})
OF_THE_HOUSE = frozenset({Scope.USER, Scope.GUILD, Scope.HOUSE})
CHOOSERS = frozenset({Scope.USER, Scope.ROLE, Scope.EVERYONE})


@dataclass(frozen=True, slots=True)
class Report:
    """What was decided, the newest first, and what was spent, the oldest day first."""

    deeds: tuple[Deed, ...]
    spends: tuple[Spend, ...]


class DeedLog(Protocol):
    """Where decisions are told: the log channels, or nowhere from a process that is not at Discord."""

    async def deed(self, deed: Deed) -> None:
        """One line for this decision, if its guild wants one."""


@dataclass(frozen=True, slots=True)
class Govern:
    """Everything that an admin or the operator can decide. A guild's log channel hears of each decision about it."""

    council: Council
    catalog: Catalog
    guild_log: DeedLog
    clock: Clock

    # ── limits ──────────────────────────────────────────────────────────────────────────────────────────────

    async def set_rule(self, by: Decider, rule: Rule) -> Deed:
        """Make or replace a limit; 0 is never, None is free. `hours` counts for rolling windows only.

        Raises `OutOfBounds`, and `NotManager` for a rule over what is not the decider's.
        """
        _check_subject(by, rule.subject)
        if rule.guild_id != by.guild_id:
            raise NotManager
        if rule.period is Period.GRANT:
            raise ValueError("a grant is no rule")
        _check_amount("limit", rule.unit, rule.limit or 0, least=0)
        if rule.period is Period.ROLLING:
            _check("hours", rule.hours, 1, MOST_HOURS)
        else:
            rule = replace(rule, hours=0)
        return await self._told(await self.council.set_rule(by, rule))

    async def clear_rule(self, by: Decider, subject: Subject, unit: Unit) -> Deed:
        """Take a limit away, so that the next weaker one holds. Raises `NothingThere`."""
        _check_subject(by, subject)
        return await self._told(_there(await self.council.clear_rule(by, subject, unit)))

    async def set_permit(self, by: Decider, subject: Subject, choice: Choice, values: tuple[str, ...] | None) -> Deed:
        """Limit a choice of a user, a role or everyone to these values, or set it free again with None.

        The most of `n` is its only value. Raises the `Refused` that says which value cannot be.
        """
        _check_subject(by, subject, CHOOSERS)
        checked = None if values is None else self._values(choice, values)
        return await self._told(await self.council.set_permit(by, subject, choice, checked))

    async def grant(self, by: Decider, user_id: int, unit: Unit, amount: int, days: int, reason: str) -> Deed:
        """Extra images or micro-USD for so many days from now. Raises `OutOfBounds`."""
        _check_amount("amount", unit, amount, least=1)
        _check("days", days, 1, LONGEST_GRANT_DAYS)
        gift = Gift(user_id, unit, amount, int(self.clock.now()) + days * DAY_S, _reason(reason))
        return await self._told(await self.council.grant(by, gift))

    async def reset(self, by: Decider, user_id: int, reason: str) -> Deed:
        """Have the member begin every open window anew; what is held stays held."""
        return await self._told(await self.council.reset(by, user_id, _reason(reason)))

    # ── who may at all ──────────────────────────────────────────────────────────────────────────────────────

    async def block(self, by: Decider, user_id: int, reason: str) -> Deed:
        """Take no more edits of a member. Raises `AlreadySo`."""
        return await self._told(_new(await self.council.block(by, user_id, _reason(reason))))

    async def unblock(self, by: Decider, user_id: int) -> Deed:
        """Take them again. Raises `AlreadySo`."""
        return await self._told(_new(await self.council.unblock(by, user_id)))

    async def pause(self, by: Decider, reason: str) -> Deed:
        """Take no more edits in the guild, or in the whole house. Raises `AlreadySo`."""
        return await self._told(_new(await self.council.pause(by, _reason(reason))))

    async def resume(self, by: Decider) -> Deed:
        """Take them again. Raises `AlreadySo`."""
        return await self._told(_new(await self.council.resume(by)))

    # ── the guild's own affairs ─────────────────────────────────────────────────────────────────────────────

    async def set_zone(self, by: Decider, zone: str) -> Deed:
        """By whose midnight the guild's days end, as an IANA name. Raises `ZoneUnknown`."""
        _check_guild(by)
        try:
            zone_named(name := zone.strip())
        except ValueError:
            raise ZoneUnknown(zone=zone) from None
        return await self._told(await self.council.set_zone(by, name))

    async def set_log(self, by: Decider, channel_id: int | None) -> Deed:
        """Which channel gets a line an edit and each decision; None for none."""
        _check_guild(by)
        return await self._told(await self.council.set_log(by, channel_id))

    # ── reading ─────────────────────────────────────────────────────────────────────────────────────────────

    async def rules(self, guild_id: int | None, subject: Subject | None = None) -> Sequence[Rule]:
        """The limits of a guild, or the operator's own, for one subject or all."""
        return await self.council.rules(guild_id, subject)

    async def statute(self, member: Member) -> Statute:
        """Everything that was decided about one member: their permits, their grants, and whether they are blocked."""
        return await self.council.statute(member)

    async def guild(self, guild_id: int) -> GuildBook:
        """The guild's time zone and log channel."""
        return await self.council.guild(guild_id)

    async def decided(self, guild_id: int | None, since: float) -> Sequence[Deed]:
        """What was decided since then, the newest first, in a guild or for None everywhere."""
        return await self.council.deeds(guild_id, since)

    async def report(self, guild_id: int | None, since: float, user_id: int | None = None) -> Report:
        """What was decided and spent since then, in a guild or for None everywhere; of one user where one is named."""
        deeds = await self.council.deeds(guild_id, since)
        if user_id is not None:
            deeds = [deed for deed in deeds if deed.target == Subject(Scope.USER, user_id)]
        return Report(tuple(deeds), tuple(await self.council.spends(guild_id, since, user_id)))

    async def _told(self, deed: Deed) -> Deed:
        await self.guild_log.deed(deed)
        return deed

    def _values(self, choice: Choice, values: tuple[str, ...]) -> tuple[str, ...]:
        """The values without blanks and repetitions, each one possible."""
        named = tuple(dict.fromkeys(value.strip() for value in values if value.strip()))
        if not named:
            raise NothingThere
        match choice:
            case Choice.N:
                return (str(_number(named)),)
            case Choice.MODEL:
                return tuple(dict.fromkeys(self.catalog.card(value).name for value in named))
            case Choice.QUALITY:
                _check_known("quality", named, self._qualities())
            case Choice.SIZE:
                _check_sizes(named)
        return named

    def _qualities(self) -> tuple[str, ...]:
        offers = [card for name in self.catalog.names for card in self.catalog.offers(name)]
        return tuple(dict.fromkeys(quality for card in offers for quality in card.quality))


def _check_subject(by: Decider, subject: Subject, scopes: frozenset[Scope] | None = None) -> None:
    """Raises `NotManager` for a subject that is not the decider's: the house, or another guild, to an admin."""
    own = OF_THE_HOUSE if by.guild_id is None else OF_A_GUILD
    of_another = by.guild_id is not None and subject.scope is Scope.GUILD and subject.id != by.guild_id
    if subject.scope not in (own if scopes is None else scopes) or of_another:
        raise NotManager


def _check_guild(by: Decider) -> None:
    if by.guild_id is None:
        raise ValueError("the house has no zone and no log channel of its own")


def _check_amount(what: str, unit: Unit, amount: int, *, least: int) -> None:
    """Bounds of images as they are, of money in whole dollars, as its reader thinks of it."""
    most = MOST_IMAGES if unit is Unit.IMAGES else MOST_MICRO_USD
    if not least <= amount <= most:
        raise OutOfBounds(what=what, low=least, high=most if unit is Unit.IMAGES else most // MICRO)


def _check(what: str, number: int, low: int, high: int) -> None:
    if not low <= number <= high:
        raise OutOfBounds(what=what, low=low, high=high)


def _number(values: tuple[str, ...]) -> int:
    """The one number that is the most of `n`."""
    if len(values) != 1 or not re.fullmatch(r"[0-9]{1,4}", values[0]) or not 1 <= int(values[0]) <= MOST_AT_ONCE:
        raise OutOfBounds(what=Choice.N.value, low=1, high=MOST_AT_ONCE)
    return int(values[0])


def _check_known(option: str, values: tuple[str, ...], known: tuple[str, ...]) -> None:
    for value in values:
        if value not in known:
            raise ValueUnknown(option=option, value=value, known=", ".join(known))


def _check_sizes(values: tuple[str, ...]) -> None:
    for value in values:
        if not SIZE.fullmatch(value):
            raise ValueUnknown(option="size", value=value, known="1024x1024, 1536x1024")


def _reason(text: str) -> str:
    return " ".join(text.split())[:LONGEST_REASON]


def _there(deed: Deed | None) -> Deed:
    if deed is None:
        raise NothingThere
    return deed


def _new(deed: Deed | None) -> Deed:
    if deed is None:
        raise AlreadySo
    return deed
