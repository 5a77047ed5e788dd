"""What the operator decides: for a server as its admins do, or for the whole house. Each decision is in the audit."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from decimal import Decimal
from typing import Annotated, Literal

import typer

from bot.cli.plain import plain, plain_deed
from bot.domain.deed import MOST_HOURS, OPERATOR, Decider, Deed
from bot.domain.errors import Refused
from bot.domain.quota import Choice, Period, Rule, Scope, Subject, Unit
from bot.office import office
from bot.settings import Settings
from bot.words.language import ENGLISH
from bot.words.refusals import say
from bot.workflow.govern import Govern

MICRO = 1_000_000
LARGEST_ID = 2**63 - 1
NUMBER = re.compile(r"\$?-?[0-9]{1,40}(?:\.[0-9]{1,12})?")
FREE, DEFAULT = "free", "default"
PERIODS = {"day": Period.DAY, "week": Period.WEEK, "month": Period.MONTH, "hours": Period.ROLLING}
USUAL = {Unit.IMAGES: Period.DAY, Unit.MICRO_USD: Period.MONTH}

Decision = Callable[[Govern], Awaitable[Deed]]
Who = Annotated[
    int, typer.Argument(metavar="USER", min=1, max=LARGEST_ID, help="The member's Discord id, a long number.")
]
User = Annotated[
    int | None, typer.Option(metavar="ID", min=1, max=LARGEST_ID, help="A member: everywhere, or in one server.")
]
Role = Annotated[int | None, typer.Option(metavar="ID", min=1, max=LARGEST_ID, help="A role of the server.")]
Guild = Annotated[
    int | None, typer.Option(metavar="ID", min=1, max=LARGEST_ID, help="The server; left out: the whole house.")
]
Everyone = Annotated[bool, typer.Option("--everyone", help="Each member of the server by themselves.")]
House = Annotated[bool, typer.Option("--house", help="All servers together.")]
Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why, for whoever reads the audit.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


def set_limit(
    user: User = None,
    role: Role = None,
    guild: Guild = None,
    everyone: Everyone = False,
    house: House = False,
    images: Annotated[str | None, typer.Option(metavar="N|free|default", help="How many pictures.")] = None,
    usd: Annotated[str | None, typer.Option(metavar="X|free|default", help="How many US dollars.")] = None,
    per: Annotated[
        Literal["day", "week", "month", "hours"] | None,
        typer.Option(help="In which time; else pictures by the day, money by the month."),
    ] = None,
    hours: Annotated[
        int | None, typer.Option(min=1, max=MOST_HOURS, help="In how many hours, whichever they are.")
    ] = None,
    models: Annotated[str | None, typer.Option(metavar="LIST|free", help="Which models, with commas.")] = None,
    sizes: Annotated[str | None, typer.Option(metavar="LIST|free", help="Which sizes, with commas.")] = None,
    qualities: Annotated[str | None, typer.Option(metavar="LIST|free", help="Which qualities, with commas.")] = None,
    n: Annotated[str | None, typer.Option("--n", metavar="N|free", help="How many pictures at a time.")] = None,
    as_json: AsJson = False,
) -> None:
    """Limit a member, a role, a server or the house. 0 is never, free is no limit, default takes the limit away."""
    by, subject = whom(user, role, guild, everyone=everyone, house=house)
    span = _span(per, hours)
    counted = ((Unit.IMAGES, images), (Unit.MICRO_USD, usd))
    decisions = [_limit(by, subject, unit, text, span, hours) for unit, text in counted if text is not None]
    chosen = ((Choice.MODEL, models), (Choice.SIZE, sizes), (Choice.QUALITY, qualities), (Choice.N, n))
    if subject.scope in (Scope.GUILD, Scope.HOUSE) and any(text is not None for _, text in chosen):
        raise typer.BadParameter("What may be chosen is limited for a --user, a --role or --everyone.")
    decisions += [_permit(by, subject, choice, text) for choice, text in chosen if text is not None]
    if not decisions:
        raise typer.BadParameter("Say what is limited: --images, --usd, --models, --sizes, --qualities or --n.")
    _decide(decisions, as_json=as_json)


def grant(
    user: Who,
    days: Annotated[int, typer.Option(help="For how many days from now.")],
    reason: Reason,
    images: Annotated[str | None, typer.Option(metavar="N", help="How many pictures.")] = None,
    usd: Annotated[str | None, typer.Option(metavar="X", help="How many US dollars.")] = None,
    guild: Guild = None,
    as_json: AsJson = False,
) -> None:
    """Give a member more, which is used before their own allowance."""
    given = [(unit, text) for unit, text in ((Unit.IMAGES, images), (Unit.MICRO_USD, usd)) if text is not None]
    if not given:
        raise typer.BadParameter("Say what is given: --images or --usd.")
    amounts = [(unit, _amount(unit, text)) for unit, text in given]
    by = Decider(OPERATOR, guild)

    def giving(unit: Unit, amount: int) -> Decision:
        return lambda govern: govern.grant(by, user, unit, amount, days, reason)

    _decide([giving(unit, amount) for unit, amount in amounts], as_json=as_json)


def reset(user: Who, guild: Guild = None, reason: Reason = "", as_json: AsJson = False) -> None:
    """Let what a member has used count as not used: by the house's rules, or by those of one server."""
    _decide([lambda govern: govern.reset(Decider(OPERATOR, guild), user, reason)], as_json=as_json)


def block(user: Who, guild: Guild = None, reason: Reason = "", as_json: AsJson = False) -> None:
    """Take no more edits of a member, anywhere or in one server."""
    _decide([lambda govern: govern.block(Decider(OPERATOR, guild), user, reason)], as_json=as_json)


def unblock(user: Who, guild: Guild = None, as_json: AsJson = False) -> None:
    """Take the edits of a member again."""
    _decide([lambda govern: govern.unblock(Decider(OPERATOR, guild), user)], as_json=as_json)


def pause(guild: Guild = None, reason: Reason = "", as_json: AsJson = False) -> None:
    """Take no more edits, anywhere or in one server; what was taken goes on."""
    _decide([lambda govern: govern.pause(Decider(OPERATOR, guild), reason)], as_json=as_json)


def resume(guild: Guild = None, as_json: AsJson = False) -> None:
    """Take edits again."""
    _decide([lambda govern: govern.resume(Decider(OPERATOR, guild))], as_json=as_json)


def whom(
    user: int | None, role: int | None, guild: int | None, *, everyone: bool = False, house: bool = False
) -> tuple[Decider, Subject]:
    """Who decides about whom: the operator for the house, or in the place of a server's admins."""
    if sum((user is not None, role is not None, everyone, house)) > 1 or (house and guild is not None):
        raise typer.BadParameter("Name one: --user, --role, --everyone, --guild alone, or --house.")
    if guild is None and (role is not None or everyone):
        raise typer.BadParameter("Say in which server, with --guild.")
    if user is not None:
        return Decider(OPERATOR, guild), Subject(Scope.USER, user)
    if role is not None:
        return Decider(OPERATOR, guild), Subject(Scope.ROLE, role)
    if everyone:
        return Decider(OPERATOR, guild), Subject(Scope.EVERYONE)
    if guild is not None:
        return Decider(OPERATOR, None), Subject(Scope.GUILD, guild)
    if house:
        return Decider(OPERATOR, None), Subject(Scope.HOUSE)
    raise typer.BadParameter("Say whom: --user, --role, --everyone, --guild or --house.")


def told(refusal: Refused) -> typer.Exit:
    """Why not, on the error stream, and the exit that it leads to."""
    sentence = plain(say(refusal, ENGLISH)).replace("/quota-admin show", "darkroom ledger limits")
    typer.echo(f"refused: {sentence}", err=True)
    return typer.Exit(1)


def _decide(decisions: list[Decision], *, as_json: bool) -> None:
    try:
        asyncio.run(_decided(decisions, as_json=as_json))
    except Refused as refusal:
        raise told(refusal) from None


async def _decided(decisions: list[Decision], *, as_json: bool) -> None:
    async with office(Settings.read(needs=())) as opened:
        for decision in decisions:
            deed = await decision(opened.govern)
            typer.echo(json.dumps(asdict(deed)) if as_json else f"Done: {plain_deed(deed)}")


def _limit(by: Decider, subject: Subject, unit: Unit, text: str, span: Period | None, hours: int | None) -> Decision:
    if text == DEFAULT:
        return lambda govern: govern.clear_rule(by, subject, unit)
    most = None if text == FREE else _amount(unit, text)
    rule = Rule(by.guild_id, subject, unit, span or USUAL[unit], most, hours or 0)
    return lambda govern: govern.set_rule(by, rule)


def _permit(by: Decider, subject: Subject, choice: Choice, text: str) -> Decision:
    values = None if text in (FREE, DEFAULT) else tuple(text.split(","))
    return lambda govern: govern.set_permit(by, subject, choice, values)


def _span(per: str | None, hours: int | None) -> Period | None:
    if per == "hours" and hours is None:
        raise typer.BadParameter("Say how many, with --hours.")
    if per not in (None, "hours") and hours is not None:
        raise typer.BadParameter("--hours is for --per hours.")
    return Period.ROLLING if hours is not None else PERIODS.get(per or "")


def _amount(unit: Unit, text: str) -> int:
    """So many pictures, or dollars as micro-USD; how large it may be is not judged here."""
    if not NUMBER.fullmatch(text):
        raise typer.BadParameter(f"{text!r} is no number, and not free either.")
    number = Decimal(text.removeprefix("$")) * (1 if unit is Unit.IMAGES else MICRO)
    if number != int(number):
        raise typer.BadParameter(f"{text!r} is finer than it can be counted.")
    return int(number)
