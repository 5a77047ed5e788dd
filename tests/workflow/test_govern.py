"""What admins and the operator decide: within bounds, over what is theirs, in the audit and in the log channel."""

import pytest

from bot.domain.deed import (
    LONGEST_GRANT_DAYS,
    MOST_HOURS,
    MOST_IMAGES,
    MOST_MICRO_USD,
    Decider,
    GuildBook,
    Verb,
)
from bot.domain.errors import (
    AlreadySo,
    NothingThere,
    NotManager,
    OutOfBounds,
    Refused,
    UnknownModel,
    ValueUnknown,
    ZoneUnknown,
)
from bot.domain.quota import Choice, Member, Period, Permit, Rule, Scope, Subject, Unit
from bot.workflow.govern import LONGEST_REASON
from tests.standins import Comes
from tests.workflow.house import ADMIN, ANN, BOB, GUILD, OPERATOR, House

LOG = 4_000
OF_ANN, EVERYONE = Subject(Scope.USER, ANN), Subject(Scope.EVERYONE)
SERVER, ANOTHER, THE_HOUSE = Subject(Scope.GUILD, GUILD), Subject(Scope.GUILD, 2), Subject(Scope.HOUSE)
DAY_S = 86_400


def rule(
    limit: int | None,
    unit: Unit = Unit.IMAGES,
    period: Period = Period.DAY,
    hours: int = 0,
    subject: Subject = OF_ANN,
    guild_id: int | None = GUILD,
) -> Rule:
    """A limit of Ann's."""
    return Rule(guild_id, subject, unit, period, limit, hours)


# ── bounds ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "one",
    [
        rule(0),
        rule(None),
        rule(MOST_IMAGES),
        rule(MOST_MICRO_USD, Unit.MICRO_USD),
        rule(5, period=Period.ROLLING, hours=1),
        rule(5, period=Period.ROLLING, hours=MOST_HOURS),
    ],
)
async def test_a_limit_within_bounds_is_set(house: House, one: Rule) -> None:
    """From never to a million, or free."""
    deed = await house.govern.set_rule(ADMIN, one)

    assert (deed.verb, deed.target, deed.actor_id, deed.guild_id) == (Verb.SET, OF_ANN, ADMIN.actor_id, GUILD)
    assert await house.govern.rules(GUILD) == [one]


@pytest.mark.parametrize(
    ("one", "fields"),
    [
        (rule(-1), {"what": "limit", "low": 0, "high": 1_000_000}),
        (rule(10**30), {"what": "limit", "low": 0, "high": 1_000_000}),
        (rule(MOST_IMAGES + 1), {"what": "limit", "low": 0, "high": 1_000_000}),
        (rule(MOST_MICRO_USD + 1, Unit.MICRO_USD), {"what": "limit", "low": 0, "high": 1_000_000}),
        (rule(5, period=Period.ROLLING), {"what": "hours", "low": 1, "high": MOST_HOURS}),
        (rule(5, period=Period.ROLLING, hours=MOST_HOURS + 1), {"what": "hours", "low": 1, "high": MOST_HOURS}),
        (rule(5, period=Period.ROLLING, hours=-1), {"what": "hours", "low": 1, "high": MOST_HOURS}),
    ],
)
async def test_a_limit_out_of_bounds_is_refused(house: House, one: Rule, fields: dict[str, int | str]) -> None:
    """The sentence names the bounds; nothing is set and nothing noted."""
    with pytest.raises(OutOfBounds) as refused:
        await house.govern.set_rule(ADMIN, one)

    assert refused.value.fields == fields
    assert house.council.audit == []


async def test_a_grant_is_no_rule(house: House) -> None:
    """Its period is not for limits."""
    with pytest.raises(ValueError, match="grant"):
        await house.govern.set_rule(ADMIN, rule(5, period=Period.GRANT))


async def test_hours_are_for_rolling_windows(house: House) -> None:
    """A limit by the day has none, whatever was filled in."""
    await house.govern.set_rule(ADMIN, rule(5, hours=12))

    assert await house.govern.rules(GUILD, OF_ANN) == [rule(5)]


@pytest.mark.parametrize(
    ("unit", "amount", "days", "what"),
    [
        (Unit.IMAGES, 0, 1, "amount"),
        (Unit.IMAGES, -5, 1, "amount"),
        (Unit.IMAGES, MOST_IMAGES + 1, 1, "amount"),
        (Unit.MICRO_USD, MOST_MICRO_USD + 1, 1, "amount"),
        (Unit.MICRO_USD, 10**30, 1, "amount"),
        (Unit.IMAGES, 5, 0, "days"),
        (Unit.IMAGES, 5, -1, "days"),
        (Unit.IMAGES, 5, LONGEST_GRANT_DAYS + 1, "days"),
    ],
)
async def test_a_grant_out_of_bounds_is_refused(house: House, unit: Unit, amount: int, days: int, what: str) -> None:
    """Nothing, less than nothing and more than a million are no grants, and none is for ever."""
    with pytest.raises(OutOfBounds) as refused:
        await house.govern.grant(ADMIN, ANN, unit, amount, days, "")

    assert refused.value.fields["what"] == what
    assert house.council.audit == []


async def test_a_grant_ends_after_its_days(house: House) -> None:
    """Counted from now, to the second."""
    deed = await house.govern.grant(ADMIN, ANN, Unit.IMAGES, 5, 3, "  a \n prize ")

    ends_at = int(house.clock.moment) + 3 * DAY_S
    assert (deed.new, deed.reason) == (f"images:5:{ends_at}", "a prize")


async def test_a_reason_is_one_short_line(house: House) -> None:
    """Nobody can write a novel into the audit, or a second line into the log channel."""
    deed = await house.govern.block(ADMIN, ANN, "so\nrude " * 500)

    assert len(deed.reason) <= LONGEST_REASON
    assert "\n" not in deed.reason


# ── whose it is ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("by", "one"),
    [
        (ADMIN, rule(5, subject=THE_HOUSE)),
        (ADMIN, rule(5, subject=ANOTHER)),
        (ADMIN, rule(5, guild_id=2)),
        (ADMIN, rule(5, guild_id=None)),
        (ADMIN, rule(5, guild_id=None, subject=THE_HOUSE)),
        (OPERATOR, rule(5)),
        (OPERATOR, rule(5, guild_id=None, subject=EVERYONE)),
        (OPERATOR, rule(5, guild_id=None, subject=Subject(Scope.ROLE, 500))),
    ],
)
async def test_nobody_sets_a_limit_that_is_not_theirs(house: House, by: Decider, one: Rule) -> None:
    """An admin has no say over the house or another server; the house knows no roles, and everyone's is a setting."""
    with pytest.raises(NotManager):
        await house.govern.set_rule(by, one)
    if one.guild_id == by.guild_id:
        with pytest.raises(NotManager):
            await house.govern.clear_rule(by, one.subject, one.unit)

    assert house.council.audit == []


@pytest.mark.parametrize(
    ("by", "one"),
    [
        (ADMIN, rule(5, subject=EVERYONE)),
        (ADMIN, rule(5, subject=Subject(Scope.ROLE, 500))),
        (ADMIN, rule(5, subject=SERVER)),
        (OPERATOR, rule(5, guild_id=None)),
        (OPERATOR, rule(5, guild_id=None, subject=ANOTHER)),
        (OPERATOR, rule(5, guild_id=None, subject=THE_HOUSE)),
        (Decider(0, GUILD), rule(5, subject=EVERYONE)),
    ],
)
async def test_everybody_sets_and_clears_what_is_theirs(house: House, by: Decider, one: Rule) -> None:
    """The operator may act for a server, too."""
    await house.govern.set_rule(by, one)

    deed = await house.govern.clear_rule(by, one.subject, one.unit)

    assert (deed.verb, deed.old) == (Verb.CLEAR, "images:day:5")
    assert await house.govern.rules(by.guild_id) == []


@pytest.mark.parametrize("subject", [SERVER, THE_HOUSE])
async def test_a_choice_is_limited_for_members(house: House, subject: Subject) -> None:
    """A whole server has limits, and no taste."""
    with pytest.raises(NotManager):
        await house.govern.set_permit(ADMIN, subject, Choice.N, ("2",))


# ── what may be chosen ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("choice", "values", "kept"),
    [
        (Choice.N, ("4",), ("4",)),
        (Choice.N, (" 04 ",), ("4",)),
        (Choice.MODEL, ("gpt-image-2", "dall-e-2", "gpt-image-2"), ("gpt-image-2", "dall-e-2")),
        (Choice.QUALITY, ("low", " medium ", ""), ("low", "medium")),
        (Choice.SIZE, ("1024x1024", "1536x1024"), ("1024x1024", "1536x1024")),
    ],
)
async def test_a_choice_is_limited_to_what_exists(
    house: House, choice: Choice, values: tuple[str, ...], kept: tuple[str, ...]
) -> None:
    """Each value once, as the models know it."""
    await house.govern.set_permit(ADMIN, EVERYONE, choice, values)

    statute = await house.govern.statute(Member(ANN, GUILD))
    assert statute.permits == (Permit(GUILD, EVERYONE, choice, kept),)
    deed = await house.govern.set_permit(ADMIN, EVERYONE, choice, None)
    assert (deed.old, deed.new) == (" ".join(kept), "")


@pytest.mark.parametrize(
    ("choice", "values", "kind"),
    [
        (Choice.N, ("0",), OutOfBounds),
        (Choice.N, ("11",), OutOfBounds),
        (Choice.N, ("-1",), OutOfBounds),
        (Choice.N, ("9" * 5000,), OutOfBounds),
        (Choice.N, ("two",), OutOfBounds),
        (Choice.N, ("²",), OutOfBounds),
        (Choice.N, ("1", "2"), OutOfBounds),
        (Choice.MODEL, ("gpt-image-9",), UnknownModel),
        (Choice.QUALITY, ("gorgeous",), ValueUnknown),
        (Choice.SIZE, ("auto",), ValueUnknown),
        (Choice.SIZE, ("1024",), ValueUnknown),
        (Choice.SIZE, ("0x0",), ValueUnknown),
        (Choice.QUALITY, (), NothingThere),
        (Choice.QUALITY, (" ",), NothingThere),
    ],
)
async def test_a_value_that_cannot_be_is_refused(
    house: House, choice: Choice, values: tuple[str, ...], kind: type[Refused]
) -> None:
    """A slip of the pen must not shut everybody out."""
    with pytest.raises(kind):
        await house.govern.set_permit(ADMIN, EVERYONE, choice, values)

    assert house.council.audit == []


# ── twice, and what is not there ────────────────────────────────────────────────────────────────────────────


async def test_what_is_so_already_is_not_done_twice(house: House) -> None:
    """The audit has one line for one change."""
    govern = house.govern
    await govern.block(ADMIN, ANN, "")
    await govern.pause(ADMIN, "")

    for again in (govern.block(ADMIN, ANN, ""), govern.pause(ADMIN, ""), govern.unblock(ADMIN, BOB)):
        with pytest.raises(AlreadySo):
            await again
    with pytest.raises(AlreadySo):
        await govern.resume(OPERATOR)

    assert [deed.verb for deed in house.council.audit] == [Verb.BLOCK, Verb.PAUSE]


async def test_a_limit_that_is_not_there_cannot_be_taken_away(house: House) -> None:
    """The sentence says where to look."""
    with pytest.raises(NothingThere):
        await house.govern.clear_rule(ADMIN, OF_ANN, Unit.IMAGES)


# ── the guild's own affairs ─────────────────────────────────────────────────────────────────────────────────


async def test_a_zone_by_its_name(house: House) -> None:
    """A zone that exists is kept, and any other is refused by its name."""
    deed = await house.govern.set_zone(ADMIN, " Europe/Vienna ")
    with pytest.raises(ZoneUnknown) as refused:
        await house.govern.set_zone(ADMIN, "Europe/Atlantis")

    assert (deed.old, deed.new) == ("UTC", "Europe/Vienna")
    assert refused.value.fields == {"zone": "Europe/Atlantis"}
    assert await house.govern.guild(GUILD) == GuildBook("Europe/Vienna")


async def test_the_house_has_no_zone_and_no_log_channel(house: House) -> None:
    """Only a server has them."""
    for verb in (house.govern.set_zone(OPERATOR, "UTC"), house.govern.set_log(OPERATOR, 1)):
        with pytest.raises(ValueError, match="house"):
            await verb


# ── the report ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_report_is_of_one_server_and_some_days(house: House) -> None:
    """Decisions the newest first, spends by day and member; the operator sees every server."""
    await house.govern.block(ADMIN, BOB, "before")
    house.clock.moment += 10 * DAY_S
    since = house.clock.moment
    await house.govern.grant(ADMIN, ANN, Unit.IMAGES, 5, 1, "a prize")
    await house.govern.pause(Decider(9, 2), "another server")
    await house.placed(Comes(), request=house.edit(origin=1))
    await house.work()

    report = await house.govern.report(GUILD, since)
    everywhere = await house.govern.report(None, since)
    of_bob = await house.govern.report(GUILD, 0, BOB)

    assert [deed.verb for deed in report.deeds] == [Verb.GRANT]
    assert [(one.user_id, one.edits, one.images, one.micro_usd) for one in report.spends] == [
        (ANN, 1, 1, house.job().charged)
    ]
    assert [deed.verb for deed in everywhere.deeds] == [Verb.PAUSE, Verb.GRANT]
    assert ([deed.verb for deed in of_bob.deeds], of_bob.spends) == ([Verb.BLOCK], ())
