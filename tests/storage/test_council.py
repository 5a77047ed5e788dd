"""The council: a decision is one transaction with its line in the audit; a member's statute is the sum of them."""

import asyncio
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from bot.domain.deed import Decider, Deed, GuildBook, Spend, Verb
from bot.domain.job import State
from bot.domain.quota import HOUSE, Choice, Member, Period, Permit, Rule, Scope, Statute, Subject, Unit
from bot.storage.errors import RuleBroken
from tests.storage.desk import ADMIN, COST, DAY, GUILD, HOUSE_RULES, NOON, PREDICTED, Desk

MEMBER, ROLE = Subject(Scope.USER, 42), Subject(Scope.ROLE, 5)
ANOTHER = Decider(78, 2)
DAILY = Rule(GUILD, ROLE, Unit.IMAGES, Period.DAY, 20)
ROLLING = Rule(GUILD, ROLE, Unit.IMAGES, Period.ROLLING, 8, hours=5)
FREE = Rule(GUILD, ROLE, Unit.MICRO_USD, Period.MONTH, None)


async def test_nothing_is_decided_at_first(desk: Desk) -> None:
    """Of a member whom nobody decided anything about, the settings alone say what holds."""
    assert await desk.council.statute(Member(42, GUILD, (5,))) == Statute()
    assert await desk.council.statute(Member(42)) == Statute()
    assert await desk.council.guild(GUILD) == GuildBook()


async def test_a_rule_is_kept_and_replaced(desk: Desk) -> None:
    """One rule a guild, subject and unit: the second replaces the first, and the audit says what was before."""
    first = await desk.council.set_rule(ADMIN, DAILY)
    desk.clock.time += 1
    second = await desk.council.set_rule(ADMIN, ROLLING)

    assert first == Deed(first.id, NOON, 77, GUILD, Verb.SET, ROLE, "images", "", "images:day:20", "")
    assert (second.old, second.new) == ("images:day:20", "images:rolling:8:5")
    assert await desk.council.rules(GUILD) == [ROLLING]
    assert await desk.council.deeds(GUILD, 0) == [second, first]


async def test_a_free_rule_is_not_a_rule_of_nothing(desk: Desk) -> None:
    """No limit and a limit of 0 are kept apart."""
    never = Rule(GUILD, MEMBER, Unit.MICRO_USD, Period.MONTH, 0)

    told = [await desk.council.set_rule(ADMIN, rule) for rule in (FREE, never)]

    assert [deed.new for deed in told] == ["micro_usd:month:free", "micro_usd:month:0"]
    assert set(await desk.council.rules(GUILD)) == {FREE, never}


async def test_a_rule_is_cleared_once(desk: Desk) -> None:
    """What is taken away is in the audit; where there is nothing to take away there is no line."""
    await desk.council.set_rule(ADMIN, DAILY)

    first = await desk.council.clear_rule(ADMIN, ROLE, Unit.IMAGES)
    second = await desk.council.clear_rule(ADMIN, ROLE, Unit.IMAGES)

    assert first is not None
    assert (first.verb, first.old, first.new) == (Verb.CLEAR, "images:day:20", "")
    assert second is None
    assert await desk.council.rules(GUILD) == []
    assert len(await desk.council.deeds(GUILD, 0)) == 2


async def test_a_rule_of_another_guild_cannot_be_made(desk: Desk) -> None:
    """Whoever decides for one guild decides nothing for another, nor for the house."""
    for by in (ANOTHER, HOUSE_RULES):
        with pytest.raises(ValueError, match="its own guild"):
            await desk.council.set_rule(by, DAILY)
    assert await desk.council.clear_rule(ANOTHER, ROLE, Unit.IMAGES) is None
    assert (await desk.rows())["deeds"] == []


async def test_rules_of_one_subject(desk: Desk) -> None:
    """The rules of a guild can be asked for whole or for one subject; the house's are apart."""
    of_house = Rule(None, Subject(Scope.HOUSE), Unit.MICRO_USD, Period.DAY, 10**6)
    for rule in (DAILY, FREE, of_house):
        await desk.rule(rule)

    assert set(await desk.council.rules(GUILD, ROLE)) == {DAILY, FREE}
    assert await desk.council.rules(GUILD, MEMBER) == []
    assert await desk.council.rules(None) == [of_house]


async def test_a_statute_is_what_is_about_the_member(desk: Desk) -> None:
    """Rules and permits for the member, their roles, everyone, their guild and the house; nobody else's."""
    mine = {
        DAILY,
        Rule(GUILD, MEMBER, Unit.IMAGES, Period.DAY, 3),
        Rule(GUILD, Subject(Scope.EVERYONE), Unit.IMAGES, Period.WEEK, 9),
        Rule(GUILD, Subject(Scope.GUILD, GUILD), Unit.IMAGES, Period.DAY, 90),
        Rule(None, Subject(Scope.GUILD, GUILD), Unit.IMAGES, Period.DAY, 80),
        Rule(None, MEMBER, Unit.IMAGES, Period.DAY, 4),
        Rule(None, Subject(Scope.HOUSE), Unit.IMAGES, Period.DAY, 500),
    }
    others = {
        Rule(GUILD, Subject(Scope.ROLE, 6), Unit.IMAGES, Period.DAY, 1),
        Rule(GUILD, Subject(Scope.USER, 43), Unit.IMAGES, Period.DAY, 1),
        Rule(2, ROLE, Unit.IMAGES, Period.DAY, 1),
        Rule(None, Subject(Scope.GUILD, 2), Unit.IMAGES, Period.DAY, 1),
    }
    for rule in mine | others:
        await desk.council.set_rule(Decider(77, rule.guild_id), rule)
    await desk.council.set_permit(ADMIN, ROLE, Choice.MODEL, ("gpt-image-1", "flux"))
    await desk.council.set_permit(ADMIN, Subject(Scope.ROLE, 6), Choice.N, ("1",))

    statute = await desk.council.statute(Member(42, GUILD, (4, 5)))

    assert (set(statute.rules), len(statute.rules)) == (mine, len(mine))
    assert statute.permits == (Permit(GUILD, ROLE, Choice.MODEL, ("gpt-image-1", "flux")),)
    outside = await desk.council.statute(Member(42))
    assert set(outside.rules) == {rule for rule in mine if rule.guild_id is None and rule.subject.scope != "guild"}


async def test_a_permit_is_set_replaced_and_set_free(desk: Desk) -> None:
    """The audit says what could be chosen before, and what can be now."""
    deeds = [
        await desk.council.set_permit(ADMIN, ROLE, Choice.QUALITY, values)
        for values in (("low",), ("low", "medium"), None)
    ]

    assert [(deed.what, deed.old, deed.new) for deed in deeds] == [
        ("quality", "", "low"),
        ("quality", "low", "low medium"),
        ("quality", "low medium", ""),
    ]
    assert (await desk.council.statute(Member(42, GUILD, (5,)))).permits == ()
    with pytest.raises(ValueError, match="permits something"):
        await desk.council.set_permit(ADMIN, ROLE, Choice.QUALITY, ())


@pytest.mark.parametrize("by", [ADMIN, HOUSE_RULES])
async def test_a_block_is_made_and_lifted_once(desk: Desk, by: Decider) -> None:
    """Who is blocked cannot be blocked again, nor who is not be unblocked, and the audit has no line of it."""
    told = [
        await desk.council.block(by, 42, "spam"),
        await desk.council.block(by, 42, "spam again"),
        await desk.council.unblock(by, 42),
        await desk.council.unblock(by, 42),
    ]

    assert [deed and (deed.verb, deed.target, deed.reason) for deed in told] == [
        (Verb.BLOCK, MEMBER, "spam"),
        None,
        (Verb.UNBLOCK, MEMBER, ""),
        None,
    ]
    assert len(await desk.council.deeds(None, 0)) == 2


async def test_a_block_holds_where_it_was_made(desk: Desk) -> None:
    """Blocked by a guild is blocked there, by the house everywhere; nobody else is."""
    await desk.council.block(ADMIN, 42, "")
    await desk.council.block(HOUSE_RULES, 43, "")

    places = [(42, GUILD), (42, 2), (42, None), (43, GUILD), (43, 2), (43, None), (44, GUILD)]
    blocked = [(await desk.council.statute(Member(*place))).blocked for place in places]

    assert blocked == [True, False, False, True, True, True, False]


async def test_a_pause_holds_where_it_was_made(desk: Desk) -> None:
    """A guild's pause is its own, the house's is everybody's; each is made and lifted once."""
    assert await desk.council.pause(ADMIN, "exams")
    assert await desk.council.pause(ADMIN, "exams") is None
    here, there = [await desk.council.statute(Member(42, guild)) for guild in (GUILD, 2)]
    assert await desk.council.pause(HOUSE_RULES, "the key is out of money")
    assert await desk.council.resume(ADMIN)
    assert await desk.council.resume(ADMIN) is None
    then = [await desk.council.statute(Member(42, guild)) for guild in (GUILD, 2, None)]

    assert [(one.guild_paused, one.house_paused) for one in (here, there)] == [(True, False), (False, False)]
    assert [(one.guild_paused, one.house_paused) for one in then] == [(False, True)] * 3
    assert [deed.verb for deed in await desk.council.deeds(None, 0)] == [Verb.RESUME, Verb.PAUSE, Verb.PAUSE]


async def test_ten_blocks_at_once_are_one(desk: Desk) -> None:
    """However many admins press at the same moment, one of them did it."""
    deeds = await asyncio.gather(*(desk.council.block(ADMIN, 42, "") for _ in range(10)))

    assert len([deed for deed in deeds if deed]) == 1
    assert len((await desk.rows())["deeds"]) == 1


async def test_rules_set_at_once_follow_one_another_in_the_audit(desk: Desk) -> None:
    """What a line says was before is what the line before it says is now."""
    rules = [Rule(GUILD, ROLE, Unit.IMAGES, Period.DAY, limit) for limit in range(1, 11)]

    await asyncio.gather(*(desk.council.set_rule(ADMIN, rule) for rule in rules))

    lines = list(reversed(await desk.council.deeds(GUILD, 0)))
    assert [line.old for line in lines] == ["", *(line.new for line in lines[:-1])]
    assert [f"images:day:{rule.limit}" for rule in await desk.council.rules(GUILD)] == [lines[-1].new]


async def test_a_guild_has_its_zone_and_its_channel(desk: Desk) -> None:
    """One does not touch the other, and the zone is the one by which the guild's windows go."""
    zone = await desk.council.set_zone(ADMIN, "Europe/Vienna")
    log = await desk.council.set_log(ADMIN, 99)
    no_log = await desk.council.set_log(ADMIN, None)

    assert [(deed.verb, deed.old, deed.new) for deed in (zone, log, no_log)] == [
        (Verb.ZONE, "UTC", "Europe/Vienna"),
        (Verb.LOG, "", "99"),
        (Verb.LOG, "99", ""),
    ]
    assert await desk.council.guild(GUILD) == GuildBook("Europe/Vienna", None)
    assert (await desk.council.statute(Member(42, GUILD))).zone == ZoneInfo("Europe/Vienna")
    assert (await desk.council.statute(Member(42, 2))).zone == UTC


async def test_a_zone_that_is_not_known_is_not_kept(desk: Desk) -> None:
    """A made-up zone is a mistake of the caller; one that the system has lost since is read as UTC."""
    with pytest.raises(ValueError, match="Atlantis"):
        await desk.council.set_zone(ADMIN, "Atlantis")
    with pytest.raises(ValueError, match="the house"):
        await desk.council.set_zone(HOUSE_RULES, "UTC")
    await desk.council.set_zone(ADMIN, "Europe/Vienna")
    await desk.execute("UPDATE guilds SET zone = 'Atlantis'")

    assert (await desk.council.statute(Member(42, GUILD))).zone == UTC


async def test_a_reset_with_holds_open_keeps_them(desk: Desk) -> None:
    """What was used is forgiven in every open window of the house's rules; what is held is charged later as ever."""
    done, _ = await desk.bring(State.DONE)
    held = await desk.place()

    deed = await desk.council.reset(HOUSE_RULES, 42, "a fresh start")

    assert (deed.verb, deed.target, deed.reason) == (Verb.RESET, MEMBER, "a fresh start")
    assert deed.old == f"images:day:1 micro_usd:month:{COST}"
    assert await desk.left(desk.lines()) == ((0, 1), (0, PREDICTED), (COST, PREDICTED))
    entries = [row for row in (await desk.rows())["ledger"] if row["kind"] == "correction"]
    assert [(row["deed_id"], row["job_id"], row["amount"]) for row in entries] == [
        (deed.id, None, 1),
        (deed.id, None, COST),
    ]
    await desk.finish(held, await desk.send(held))
    assert await desk.left(desk.lines()) == ((1, 0), (COST, 0), (2 * COST, 0))
    assert (await desk.job(done.id)).charged == COST
    assert await desk.balanced()


async def test_a_reset_is_of_its_own_rules_and_of_now(desk: Desk) -> None:
    """A guild forgives what was used by its rules, not by the house's, nor yesterday, nor by others, nor of a grant."""
    await desk.bring(State.DONE)
    desk.clock.time += DAY
    await desk.bring(State.DONE)
    await desk.give(1)
    job = await desk.place_by_rules()
    await desk.finish(job, await desk.send(job))
    before = (await desk.rows())["windows"]

    by_guild = await desk.council.reset(ADMIN, 42, "")
    unchanged = (await desk.rows())["windows"]
    await desk.council.reset(HOUSE_RULES, 42, "")

    assert (by_guild.old, unchanged) == ("", before)
    after = {(row["account"], row["unit"], row["starts_at"]): row["used"] for row in (await desk.rows())["windows"]}
    forgiven = {
        (row["account"], row["unit"], row["starts_at"])
        for row in before
        if row["account"] == "user:42" and row["ends_at"] > desk.clock.time
    }
    assert {key for key, used in after.items() if not used} == forgiven
    assert len(forgiven) == 2
    assert await desk.balanced()


async def test_a_reset_of_nobody_is_told_all_the_same(desk: Desk) -> None:
    """Where nothing was used there is nothing to correct, and a line that somebody tried."""
    deed = await desk.council.reset(ADMIN, 99, "just in case")

    assert (deed.old, deed.new) == ("", "")
    assert (await desk.rows())["ledger"] == []


async def test_the_audit_is_read_by_guild_and_by_time(desk: Desk) -> None:
    """A guild sees its own lines, the operator all of them, the newest first and no more than asked for."""
    first = await desk.council.block(ADMIN, 1, "")
    second = await desk.council.block(ANOTHER, 1, "")
    desk.clock.time += 10
    third = await desk.council.block(HOUSE_RULES, 2, "")

    assert await desk.council.deeds(GUILD, 0) == [first]
    assert await desk.council.deeds(None, 0) == [third, second, first]
    assert await desk.council.deeds(None, NOON + 1) == [third]
    assert await desk.council.deeds(None, 0, limit=2) == [third, second]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM deeds",
        "UPDATE deeds SET new = 'images:day:1000'",
        "UPDATE deeds SET at = 0",
        "UPDATE deeds SET guild_id = 2",
    ],
)
async def test_the_audit_is_append_only(desk: Desk, statement: str) -> None:
    """The database itself refuses to change what was done, or to forget that it was."""
    await desk.council.set_rule(ADMIN, DAILY)
    before = await desk.rows()

    with pytest.raises(RuleBroken, match="append-only"):
        await desk.execute(statement)
    assert await desk.rows() == before


async def test_who_is_named_in_the_audit_may_be_forgotten(desk: Desk) -> None:
    """A member's id may become a pseudonym; what was decided stays."""
    await desk.council.block(ADMIN, 42, "because")

    await desk.execute("UPDATE deeds SET target_id = -5, reason = '' WHERE target_id = 42")

    (deed,) = await desk.council.deeds(GUILD, 0)
    assert (deed.verb, deed.target, deed.reason) == (Verb.BLOCK, Subject(Scope.USER, -5), "")


async def test_spends_are_by_day_and_by_member(desk: Desk) -> None:
    """Edits that brought something are summed on the day they were placed, which ends at the guild's midnight."""
    await desk.bring(State.DONE)
    for pictures in (1, 3):
        job = await desk.place(user=7, images=3)
        await desk.finish(job, await desk.send(job), pictures=pictures)
    await desk.bring(State.FAILED)
    await desk.bring(State.SENT)
    await desk.bring_banked(State.RUNNING)
    desk.clock.time += 11.5 * 3600  # half past eleven at night in London, past midnight in Vienna
    await desk.bring(State.DELIVERED)

    assert await desk.council.spends(None, 0) == [
        Spend("2025-11-20", 7, 2, 4, 2 * COST),
        Spend("2025-11-20", 42, 2, 2, 2 * COST),
    ]
    await desk.council.set_zone(ADMIN, "Europe/Vienna")
    assert await desk.council.spends(GUILD, 0, user_id=42) == [
        Spend("2025-11-20", 42, 1, 1, COST),
        Spend("2025-11-21", 42, 1, 1, COST),
    ]
    assert await desk.council.spends(GUILD, NOON + 1) == [Spend("2025-11-21", 42, 1, 1, COST)]
    assert await desk.council.spends(2, 0) == []


async def test_what_is_decided_holds_for_the_next_edit(desk: Desk) -> None:
    """A guild's rule makes an account of its own for its member; the house's cap stands beside it."""
    await desk.rule(Rule(GUILD, Subject(Scope.EVERYONE), Unit.IMAGES, Period.DAY, 20))
    hold = await desk.decided()

    await desk.book.place(desk.request(), hold, PREDICTED)

    assert [(one.window.allowance.account, one.window.allowance.limit) for one in hold[:1]] == [("user:42@1", 20)]
    assert hold[-1].window.allowance.account == HOUSE
    assert await desk.left(hold) == ((0, 1), (0, PREDICTED), (0, PREDICTED))
    assert await desk.balanced()
