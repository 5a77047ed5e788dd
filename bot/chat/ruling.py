"""What an admin typed as a limit, read: how much of what in which time, or which values may be chosen."""

import re
from typing import Literal

from bot.domain.deed import MOST_HOURS, MOST_IMAGES, MOST_MICRO_USD, Decider, Deed
from bot.domain.errors import OutOfBounds
from bot.domain.quota import Choice, Period, Rule, Scope, Subject, Unit
from bot.workflow.govern import Govern

MICRO = 1_000_000
FREE, DEFAULT = "free", "default"
NUMBER = re.compile(r"(-?)([0-9]{1,40}|[0-9]{1,3}(?:,[0-9]{3}){1,12})(?:\.([0-9]{1,6}))?")


# As they are chosen in the command.
What = Literal["images", "money", "models", "sizes", "qualities", "n"]
Per = Literal["day", "week", "month", "hours"]
Counted = Literal["images", "money"]

UNITS: dict[str, Unit] = {"images": Unit.IMAGES, "money": Unit.MICRO_USD}
CHOICES: dict[str, Choice] = {
    "models": Choice.MODEL,
    "sizes": Choice.SIZE,
    "qualities": Choice.QUALITY,
    "n": Choice.N,
}
PERIODS: dict[str, Period] = {
    "day": Period.DAY,
    "week": Period.WEEK,
    "month": Period.MONTH,
    "hours": Period.ROLLING,
}
# Where nobody says, as the limits of the settings have it.
USUAL: dict[str, Per] = {"images": "day", "money": "month"}


async def rule(
    govern: Govern, by: Decider, subject: Subject, what: What, limit: str, per: Per | None, hours: int | None
) -> Deed:
    """Decide it. Raises the `Refused` that says which limits there are."""
    typed = limit.strip().casefold()
    if what in CHOICES:
        # All members together choose nothing: what is said of the server is said of each of them.
        chooser = Subject(Scope.EVERYONE) if subject.scope is Scope.GUILD else subject
        named = limit.strip() if what == "models" else typed
        values = None if typed in (FREE, DEFAULT) else tuple(re.split(r"[,\s]+", named))
        return await govern.set_permit(by, chooser, CHOICES[what], values)
    unit = UNITS[what]
    if typed == DEFAULT:
        return await govern.clear_rule(by, subject, unit)
    span: Per = "hours" if hours is not None else per or USUAL[what]
    if span == "hours" and hours is None:
        raise OutOfBounds(what="hours", low=1, high=MOST_HOURS)
    most = None if typed == FREE else amount(unit, typed)
    return await govern.set_rule(by, Rule(by.guild_id, subject, unit, PERIODS[span], most, hours or 0))


def amount(unit: Unit, text: str) -> int:
    """So many images, or dollars as micro-USD, with or without the sign. Raises `OutOfBounds` for what is no number.

    How large it may be is not judged here.
    """
    match = NUMBER.fullmatch(text.strip().removeprefix("$").strip())
    if match is None or (unit is Unit.IMAGES and match[3]):
        raise OutOfBounds(what="limit", low=0, high=MOST_IMAGES if unit is Unit.IMAGES else MOST_MICRO_USD // MICRO)
    whole, sign = int(match[2].replace(",", "")), -1 if match[1] else 1
    if unit is Unit.IMAGES:
        return sign * whole
    return sign * (whole * MICRO + int((match[3] or "").ljust(6, "0")))
