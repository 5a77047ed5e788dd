"""What was decided about who may make or spend how much, and what of it holds for one member.

Rules are made by admins for their guild and by the operator for the whole house (guild None). Of a guild's rules for a
unit, one for the very member comes first, then the most generous of those for the member's roles, then the one for
everyone; where the guild has none, the operator's for the member, then the limits of the settings. Beside it the
guild's own allowance and the house's have to fit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from enum import StrEnum

from bot.domain.quota.allowance import HOUSE, Allowance, Period, Unit, guild_account, user_account

DAY_HOURS = {Period.DAY: 24.0, Period.WEEK: 168.0, Period.MONTH: 730.5}
FREE = None


class Scope(StrEnum):
    """Whom a rule or a permit is for."""

    USER = "user"
    ROLE = "role"
    EVERYONE = "everyone"  # each member by themselves
    GUILD = "guild"  # all members together
    HOUSE = "house"  # the operator, over all


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom: the id of a user, role or guild; 0 for everyone and the house."""

    scope: Scope
    id: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """A limit: 0 is never, None is free. `guild_id` None is the operator's; `hours` is for rolling windows."""

    guild_id: int | None
    subject: Subject
    unit: Unit
    period: Period
    limit: int | None
    hours: int = 0

    @property
    def generosity(self) -> float:
        """How much it gives in an hour, for comparing rules of different periods."""
        return float("inf") if self.limit is None else self.limit / (self.hours or DAY_HOURS[self.period])


@dataclass(frozen=True, slots=True)
class Member:
    """Who asks, and by what they might be allowed more."""

    user_id: int
    guild_id: int | None = None
    role_ids: tuple[int, ...] = ()
    entitlements: tuple[str, ...] = ()  # of Discord's premium apps; nothing gives any yet


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of the settings; money in micro-USD."""

    images_per_day: int
    micro_usd_per_month: int
    house_micro_usd_per_month: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What the settings say of money and of the queue, as it is now; money in micro-USD.

    An edit that may cost more than `ask_above` waits for a yes. So many edits may be unfinished at a time, of all
    members and of one.
    """

    limits: Limits
    ask_above: int
    queue_limit: int
    waiting_per_member: int


def allowances(limits: Limits, rules: Sequence[Rule], member: Member) -> tuple[Allowance, ...]:
    """Every allowance that an edit of this member has to fit: the member's, the guild's, the house's."""
    mine = [one for unit in Unit if (one := _of_member(limits, rules, member, unit)) is not None]
    return (*mine, *_of_guild(rules, member.guild_id), *_of_house(limits, rules))


def zone_of(allowance: Allowance, guild_zone: tzinfo) -> tzinfo:
    """What a guild's rules limit follows the guild's calendar, what the house's rules limit is UTC.

    A guild's admins set its zone: a limit that is not theirs must not begin anew with it.
    """
    return guild_zone if "@" in allowance.account else UTC


def _of_member(limits: Limits, rules: Sequence[Rule], member: Member, unit: Unit) -> Allowance | None:
    """One allowance a unit; None where it is free."""
    rule = _guilds_rule(rules, member, unit)
    if rule is not None:
        return _allowance(rule, user_account(member.user_id, member.guild_id))
    rule = _first(rules, None, Subject(Scope.USER, member.user_id), unit)
    if rule is not None:
        return _allowance(rule, user_account(member.user_id))
    account = user_account(member.user_id)
    if unit is Unit.IMAGES:
        return Allowance(account, unit, Period.DAY, limits.images_per_day)
    return Allowance(account, unit, Period.MONTH, limits.micro_usd_per_month)


def _guilds_rule(rules: Sequence[Rule], member: Member, unit: Unit) -> Rule | None:
    if member.guild_id is None:
        return None
    guild = member.guild_id
    if own := _first(rules, guild, Subject(Scope.USER, member.user_id), unit):
        return own
    roles = [rule for role in member.role_ids if (rule := _first(rules, guild, Subject(Scope.ROLE, role), unit))]
    if roles:
        return max(roles, key=lambda rule: rule.generosity)
    return _first(rules, guild, Subject(Scope.EVERYONE), unit)


def _of_guild(rules: Sequence[Rule], guild_id: int | None) -> Iterable[Allowance]:
    """The guild's own limits and the operator's for it, both."""
    if guild_id is None:
        return ()
    subject = Subject(Scope.GUILD, guild_id)
    about = [
        (rule, guild_account(guild_id, by_house=rule.guild_id is None)) for rule in rules if rule.subject == subject
    ]
    return tuple(one for rule, account in about if (one := _allowance(rule, account)) is not None)


def _of_house(limits: Limits, rules: Sequence[Rule]) -> Iterable[Allowance]:
    subject = Subject(Scope.HOUSE)
    cap = Allowance(HOUSE, Unit.MICRO_USD, Period.MONTH, limits.house_micro_usd_per_month)
    return (cap, *(one for rule in rules if rule.subject == subject and (one := _allowance(rule, HOUSE)) is not None))


def _first(rules: Iterable[Rule], guild_id: int | None, subject: Subject, unit: Unit) -> Rule | None:
    return next((one for one in rules if (one.guild_id, one.subject, one.unit) == (guild_id, subject, unit)), None)


def _allowance(rule: Rule, account: str) -> Allowance | None:
    return None if rule.limit is None else Allowance(account, rule.unit, rule.period, rule.limit, rule.hours)
