"""Everything that was decided about one member's edits, and what it makes of an edit."""

from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from bot.domain.errors import (
    Blocked,
    GuildImagesSpent,
    GuildMoneySpent,
    HousePaused,
    HouseSpent,
    ImagesSpent,
    MoneySpent,
    Never,
    NeverHere,
    Paused,
    Refused,
)
from bot.domain.quota.allowance import HOUSE, Allowance, Demand, Unit, Window
from bot.domain.quota.calendar import window
from bot.domain.quota.permits import Permit
from bot.domain.quota.rules import Limits, Member, Rule, allowances, zone_of


@dataclass(frozen=True, slots=True)
class Statute:
    """What holds for a member here and now; `grants` are windows with something left, the first to end first."""

    rules: tuple[Rule, ...] = ()
    permits: tuple[Permit, ...] = ()
    grants: tuple[Window, ...] = ()
    zone: tzinfo = field(default=UTC)
    blocked: bool = False
    guild_paused: bool = False
    house_paused: bool = False


def admit(statute: Statute) -> None:
    """Raises `Blocked`, `HousePaused` or `Paused` where no edit of this member is taken at all."""
    if statute.house_paused:
        raise HousePaused
    if statute.blocked:
        raise Blocked
    if statute.guild_paused:
        raise Paused


def windows(limits: Limits, statute: Statute, member: Member, now: float) -> tuple[Window, ...]:
    """The open window of every allowance that applies; of two that are the same but for their limit the lower one."""
    lowest: dict[tuple[str, Unit, str, int], Allowance] = {}
    for one in allowances(limits, statute.rules, member):
        key = (one.account, one.unit, one.period.value, one.hours)
        if key not in lowest or one.limit < lowest[key].limit:
            lowest[key] = one
    return tuple(window(one, now, zone_of(one, statute.zone)) for one in lowest.values())


def demands(
    limits: Limits, statute: Statute, member: Member, now: float, images: int, micro_usd: int
) -> tuple[Demand, ...]:
    """What has to be held, and where, before an edit of so many pictures and so much money is placed.

    A member's grants are used before the member's own window. Raises `Never` where a limit is nothing at all and no
    grant makes up for it.
    """
    need = {Unit.IMAGES: images, Unit.MICRO_USD: micro_usd}
    made = []
    for one in windows(limits, statute, member, now):
        allowance = one.allowance
        grants = _grants(statute, allowance) if allowance.account.startswith("user:") else ()
        if allowance.limit == 0 and not grants and need[allowance.unit]:
            raise never(allowance)
        made.append(Demand(one, need[allowance.unit], grants))
    return tuple(made)


def never(allowance: Allowance) -> Refused:
    """The sentence for a limit of nothing, which no waiting helps against."""
    if allowance.account == HOUSE:
        return HousePaused()
    return NeverHere() if allowance.account.startswith("guild:") else Never()


def refusal(demand: Demand, left: int, resets_at: int) -> Refused:
    """The sentence for a hold that did not fit; money in it is micro-USD, which `words` shows as dollars.

    `left` counts the grants in; `resets_at` is when there is more.
    """
    allowance = demand.window.allowance
    if allowance.account == HOUSE:
        return HouseSpent(resets_at=resets_at)
    return _SPENT[allowance.account.startswith("guild:"), allowance.unit](
        need=demand.amount, left=max(0, left), limit=allowance.limit, resets_at=resets_at
    )


_SPENT: dict[tuple[bool, Unit], type[Refused]] = {
    (False, Unit.IMAGES): ImagesSpent,
    (False, Unit.MICRO_USD): MoneySpent,
    (True, Unit.IMAGES): GuildImagesSpent,
    (True, Unit.MICRO_USD): GuildMoneySpent,
}


def _grants(statute: Statute, allowance: Allowance) -> tuple[Window, ...]:
    return tuple(one for one in statute.grants if one.allowance.unit is allowance.unit)
