"""What holds, what was spent and what was decided, for the operator to read."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.decide import AsJson, Everyone, Guild, House, Role, User, whom
from bot.cli.plain import plain, plain_deed
from bot.domain.deed import Decider
from bot.domain.quota import Limits, Member, Period, Rule, Scope, Statute, Subject, Unit
from bot.office import Office, draw, office
from bot.settings import Settings
from bot.words import decisions as words
from bot.words.deeds import rule_line
from bot.words.language import ENGLISH
from bot.words.limits import limit
from bot.words.report import deed_table, spend_table
from bot.words.report import report as report_words
from bot.workflow.govern import Report

DAY_S = 86_400
ALL_TIME = 0.0


def limits(
    user: User = None, role: Role = None, guild: Guild = None, everyone: Everyone = False, house: House = False
) -> None:
    """Show what was decided: about the house, a server, or in it about a member, a role or everyone."""
    named = user is not None or role is not None or guild is not None or everyone
    by, subject = whom(user, role, guild, everyone=everyone, house=house or not named)
    for line in asyncio.run(_limits(by, subject)):
        typer.echo(plain(line))


def report(
    guild: Guild = None,
    user: User = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Of how many days.")] = 30,
    as_csv: Annotated[bool, typer.Option("--csv", help="What was spent, by day and member, as CSV.")] = False,
    decisions: Annotated[
        bool, typer.Option("--decisions", help="With --csv: what was decided instead of what was spent.")
    ] = False,
    chart: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw what was spent, by day and by member, into this picture.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Who spent how much, and what was decided, everywhere or in one server."""
    if decisions and not as_csv:
        raise typer.BadParameter("--decisions is for --csv.")
    found = asyncio.run(_report(guild, user, days))
    if as_json:
        for name, rows in (("spend", found.spends), ("decision", found.deeds)):
            for row in rows:
                typer.echo(json.dumps({name: asdict(row)}))
    elif as_csv:
        typer.echo(deed_table(found.deeds) if decisions else spend_table(found.spends), nl=False)
    else:
        typer.echo(plain(report_words(found.spends, (), days, ENGLISH)))
        for deed in found.deeds:
            typer.echo(f"{datetime.fromtimestamp(deed.at, UTC):%Y-%m-%d %H:%M}  {plain_deed(deed)}")
    if chart is not None:
        _draw(found, chart)


async def _limits(by: Decider, subject: Subject) -> Sequence[str]:
    async with office(Settings.read(needs=())) as opened:
        if subject.scope is Scope.HOUSE:
            return await _of_house(opened)
        if subject.scope is Scope.GUILD:
            return await _of_guild(opened, subject)
        member = Member(subject.id if subject.scope is Scope.USER else 0, by.guild_id, _roles(subject))
        statute, rules = await opened.govern.statute(member), await opened.govern.rules(by.guild_id, subject)
        if subject.scope is Scope.USER:
            text = words.of_person(subject, statute, rules, await opened.standing(member), ENGLISH)
        else:
            text = words.of_subject(subject, statute, rules, ENGLISH)
        return text.splitlines()


async def _of_house(opened: Office) -> list[str]:
    rules = await opened.govern.rules(None)
    paused = (await opened.govern.statute(Member(0))).house_paused
    said = "Edits are paused everywhere." if paused else "Edits are taken."
    return [said, *_of_settings(opened.limits), *(_house_rule(rule) for rule in rules)]


async def _of_guild(opened: Office, subject: Subject) -> list[str]:
    govern = opened.govern
    targets = {deed.target for deed in await govern.decided(subject.id, ALL_TIME)}
    roles = {one.id for one in targets if one is not None and one.scope is Scope.ROLE}
    statute: Statute = await govern.statute(Member(0, subject.id, tuple(sorted(roles))))
    book, rules = await govern.guild(subject.id), await govern.rules(subject.id)
    own = [rule for rule in await govern.rules(None) if rule.subject == subject]
    text = words.overview(book, statute, rules, ENGLISH)
    return [*text.splitlines(), *(f"by the operator: {_house_rule(rule)}" for rule in own)]


def _of_settings(given: Limits) -> list[str]:
    counted = (
        ("each member", Unit.IMAGES, Period.DAY, given.images_per_day),
        ("each member", Unit.MICRO_USD, Period.MONTH, given.micro_usd_per_month),
        ("all servers", Unit.MICRO_USD, Period.MONTH, given.house_micro_usd_per_month),
    )
    return [f"{who}: {limit(unit, period, most, 0, ENGLISH)} (settings)" for who, unit, period, most in counted]


def _house_rule(rule: Rule) -> str:
    """With the number of a server that the operator has limited."""
    line = rule_line(rule, ENGLISH)
    return line.replace("this server", f"server {rule.subject.id}", 1) if rule.subject.scope is Scope.GUILD else line


def _roles(subject: Subject) -> tuple[int, ...]:
    return (subject.id,) if subject.scope is Scope.ROLE else ()


async def _report(guild: int | None, user: int | None, days: int) -> Report:
    async with office(Settings.read(needs=())) as opened:
        return await opened.govern.report(guild, opened.clock.now() - days * DAY_S, user)


def _draw(found: Report, target: Path) -> None:
    if not found.spends:
        typer.echo("Nothing was spent, so there is nothing to draw.", err=True)
        return
    try:
        drawn = asyncio.run(draw(found.spends, target.with_suffix("")))
    except OSError as fault:
        raise typer.BadParameter(f"{target} cannot be written ({fault.strerror}).") from None
    typer.echo(f"saved: {drawn}", err=True)
