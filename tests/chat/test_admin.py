"""What admins and the operator decide, through the front door: what may be, and what is said of it."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from bot.domain.deed import GuildBook, Verb
from bot.domain.quota import Choice, Member, Period, Permit, Rule, Scope, Subject, Unit
from bot.sandbox.discord_api.furnish import (
    ADA,
    BEN,
    BOT,
    BOT_ROLE,
    FRIENDS,
    GENERAL,
    GUILD,
    HIDDEN,
    MIRA,
)
from tests.chat.command import command
from tests.chat.scene import PICTURE, Scene, a_scene
from tests.standins import Comes

CAT = ("cat.png", PICTURE)
NOT_YOURS = "Only people with the permission"
BEN_SUBJECT, FRIENDS_SUBJECT = Subject(Scope.USER, BEN), Subject(Scope.ROLE, FRIENDS)
GRANT: dict[str, Any] = {"user": BEN, "what": "images", "amount": "5", "days": 3, "reason": "x"}


def only_rule(scene: Scene) -> Rule:
    """The one limit that was set."""
    [rule] = scene.council._rules.values()
    return rule


# ── what may be ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        (
            {"what": "images", "limit": "50", "whom": FRIENDS},
            Rule(GUILD, FRIENDS_SUBJECT, Unit.IMAGES, Period.DAY, 50),
        ),
        (
            {"what": "money", "limit": "$2.50", "whom": BEN},
            Rule(GUILD, BEN_SUBJECT, Unit.MICRO_USD, Period.MONTH, 2_500_000),
        ),
        (
            {"what": "images", "limit": "1,000", "whom": GUILD, "per": "week"},
            Rule(GUILD, Subject(Scope.EVERYONE), Unit.IMAGES, Period.WEEK, 1000),
        ),
        ({"what": "images", "limit": "0"}, Rule(GUILD, Subject(Scope.GUILD, GUILD), Unit.IMAGES, Period.DAY, 0)),
        (
            {"what": "money", "limit": "Free", "whom": FRIENDS},
            Rule(GUILD, FRIENDS_SUBJECT, Unit.MICRO_USD, Period.MONTH, None),
        ),
        (
            {"what": "images", "limit": "7", "whom": BEN, "hours": 12},
            Rule(GUILD, BEN_SUBJECT, Unit.IMAGES, Period.ROLLING, 7, 12),
        ),
        (
            {"what": "images", "limit": "7", "whom": BEN, "per": "hours", "hours": 5},
            Rule(GUILD, BEN_SUBJECT, Unit.IMAGES, Period.ROLLING, 7, 5),
        ),
    ],
)
async def test_set(tmp_path: Path, options: dict[str, Any], rule: Rule) -> None:
    """A limit is for a member, a role, everyone or the server, of pictures or money, in whichever time."""
    async with a_scene(tmp_path) as scene:
        answer = await command(scene, "quota-admin set", ADA, **options)

        assert answer.text.startswith(f"Done: <@{ADA}> set ")
        assert answer.private
        assert only_rule(scene) == rule


@pytest.mark.parametrize(
    ("what", "limit"),
    [
        ("images", "-1"),
        ("images", str(10**30)),
        ("images", "1000001"),
        ("images", "2.5"),
        ("images", "1e9"),
        ("images", "a lot"),
        ("images", "٣"),
        ("images", "9" * 400),
        ("money", "-0.01"),
        ("money", str(10**30)),
        ("money", "1000000.01"),
        ("money", "2,50"),
        ("money", "nan"),
        ("money", "$"),
        ("n", "0"),
        ("n", "11"),
        ("n", "1,2"),
    ],
)
async def test_out_of_bounds(tmp_path: Path, what: str, limit: str) -> None:
    """A limit that is no number, negative or beyond all measure is refused with the bounds, and nothing is noted."""
    async with a_scene(tmp_path) as scene:
        answer = await command(scene, "quota-admin set", ADA, what=what, limit=limit, whom=FRIENDS)

        assert " goes from " in answer.text
        assert scene.council.audit == []


async def test_hours_are_said(tmp_path: Path) -> None:
    """Hours without a number, or beyond a year, are refused, even by a client that knows no bounds."""
    async with a_scene(tmp_path) as scene:
        without = await command(scene, "quota-admin set", ADA, what="images", limit="5", per="hours")
        beyond = await command(scene, "quota-admin set", ADA, checked=False, what="images", limit="5", hours=10**9)

        assert without.text == beyond.text == "hours goes from 1 to 8760. Choose a number in between."


@pytest.mark.parametrize(
    ("what", "limit", "choice", "values"),
    [
        ("models", "gpt-image-2, gpt-image-1.5", Choice.MODEL, ("gpt-image-2", "gpt-image-1.5")),
        ("sizes", "1024X1024 1536x1024", Choice.SIZE, ("1024x1024", "1536x1024")),
        ("qualities", "Low", Choice.QUALITY, ("low",)),
        ("n", "2", Choice.N, ("2",)),
    ],
)
async def test_permits(tmp_path: Path, what: str, limit: str, choice: Choice, values: tuple[str, ...]) -> None:
    """Models, sizes, qualities and numbers are limited to lists, and free again with one word."""
    async with a_scene(tmp_path) as scene:
        await command(scene, "quota-admin set", ADA, what=what, limit=limit, whom=FRIENDS)
        statute = await scene.council.statute(Member(BEN, GUILD, (FRIENDS,)))
        await command(scene, "quota-admin set", ADA, what=what, limit="free", whom=FRIENDS)
        after = await scene.council.statute(Member(BEN, GUILD, (FRIENDS,)))

        assert statute.permits == (Permit(GUILD, FRIENDS_SUBJECT, choice, values),)
        assert after.permits == ()


async def test_permits_of_the_server(tmp_path: Path) -> None:
    """What a server may choose, each of its members may."""
    async with a_scene(tmp_path) as scene:
        await command(scene, "quota-admin set", ADA, what="qualities", limit="low")

        assert scene.council.audit[0].target == Subject(Scope.EVERYONE)


async def test_unknown_values(tmp_path: Path) -> None:
    """What no model knows cannot be allowed, and the answer names what can."""
    async with a_scene(tmp_path) as scene:
        quality = await command(scene, "quota-admin set", ADA, what="qualities", limit="superb")
        model = await command(scene, "quota-admin set", ADA, what="models", limit="dall-e-9")

        assert quality.text.startswith("There is no quality superb that could be allowed.")
        assert model.text.startswith("There is no model called dall-e-9 here.")


async def test_default(tmp_path: Path) -> None:
    """`default` takes a limit away; where there is none that is said."""
    async with a_scene(tmp_path) as scene:
        none = await command(scene, "quota-admin set", ADA, what="images", limit="default", whom=BEN)
        await command(scene, "quota-admin set", ADA, what="images", limit="5", whom=BEN)
        taken = await command(scene, "quota-admin set", ADA, what="images", limit="default", whom=BEN)

        assert none.text.startswith("There is nothing like that here.")
        assert taken.text.endswith(f"took away the limit of pictures of <@{BEN}>, which was 5 pictures a day")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("quota-admin set", {"what": "images", "limit": "5", "whom": BOT}),
        ("quota-admin set", {"what": "images", "limit": "5", "whom": BOT_ROLE}),
        ("quota-admin show", {"whom": BOT}),
        ("quota-admin grant", {"user": BOT, "what": "images", "amount": "5", "days": 3, "reason": "x"}),
        ("quota-admin reset", {"user": BOT, "reason": "x"}),
        ("quota-admin block", {"user": BOT, "reason": "x"}),
        ("quota-admin unblock", {"user": BOT}),
    ],
)
async def test_bots(tmp_path: Path, name: str, options: dict[str, Any]) -> None:
    """Nothing is set for a bot, nor for the role that belongs to one."""
    async with a_scene(tmp_path) as scene:
        answer = await command(scene, name, ADA, **options)

        assert answer.text.startswith("Bots make no edits")
        assert scene.council.audit == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "0"},
        {"amount": "-5"},
        {"amount": str(10**30)},
        {"amount": "free"},
        {"what": "money", "amount": "0"},
        {"days": 0},
        {"days": 367},
        {"days": -1},
    ],
)
async def test_grant_out_of_bounds(tmp_path: Path, wrong: dict[str, Any]) -> None:
    """A grant is of something, and ends within a year, whatever a client sends."""
    async with a_scene(tmp_path) as scene:
        options = {**GRANT, **wrong}
        answer = await command(scene, "quota-admin grant", ADA, checked=False, **options)

        assert " goes from " in answer.text
        assert scene.council.audit == []


async def test_grant(tmp_path: Path) -> None:
    """A grant is more for a while: its member finds it in /quota, the admin in what is shown of the member."""
    async with a_scene(tmp_path) as scene, scene.member("ben") as ben:
        answer = await command(scene, "quota-admin grant", ADA, **GRANT)
        mine = await ben.slash("quota", wait="answer")
        shown = await command(scene, "quota-admin show", ADA, whom=BEN)

        assert answer.text.startswith(f"Done: <@{ADA}> granted <@{BEN}> 5 pictures until <t:")
        assert answer.text.endswith(" · x")
        assert mine.private is not None
        assert "**Granted to you: pictures** · 5 of 5 left" in mine.private["content"]
        assert "5 of 5 left" in shown.text


async def test_somebody_who_is_not_here(tmp_path: Path) -> None:
    """An admin can name anybody by their id, and is not told what a stranger has used in other places."""
    async with a_scene(tmp_path) as scene:
        here = await command(scene, "quota-admin show", ADA, whom=BEN)
        del scene.server.world.guilds[GUILD].members[BEN]
        gone = await command(scene, "quota-admin show", ADA, whom=BEN)

        assert " left" in here.text
        assert gone.text.splitlines()[0] == f"<@{BEN}>"
        assert " left" not in gone.text


async def test_block(tmp_path: Path) -> None:
    """A blocked member makes no edits here until they are unblocked; to block twice changes nothing."""
    async with a_scene(tmp_path) as scene, scene.member("ben") as ben:
        await command(scene, "quota-admin block", ADA, user=BEN, reason="spam")
        twice = await command(scene, "quota-admin block", ADA, user=BEN, reason="spam")
        refused = await ben.edit(images=[CAT], prompt="snow", wait="answer")
        shown = await command(scene, "quota-admin show", ADA, whom=BEN)
        await command(scene, "quota-admin unblock", ADA, user=BEN)
        taken = await ben.edit(images=[CAT], prompt="snow", wait="answer")

        assert twice.text.startswith("That is so already")
        assert str(refused.refused).startswith("You are blocked")
        assert shown.text.splitlines()[:2] == [f"<@{BEN}>", "Blocked: no edits of theirs are taken."]
        assert taken.refused is None
        assert [deed.verb for deed in scene.council.audit] == [Verb.BLOCK, Verb.UNBLOCK]


async def test_reset(tmp_path: Path) -> None:
    """After a reset a member begins anew, by the limits of the server."""
    async with a_scene(tmp_path) as scene, scene.member("ben") as ben:
        scene.provider.script.append(Comes())
        await command(scene, "quota-admin set", ADA, what="images", limit="1", whom=BEN)
        await ben.edit(images=[CAT], prompt="snow", wait="answer")
        await scene.work()
        refused = await ben.edit(images=[CAT], prompt="snow", wait="answer")
        await command(scene, "quota-admin reset", ADA, user=BEN, reason="a mistake of ours")
        taken = await ben.edit(images=[CAT], prompt="snow", wait="answer")

        assert str(refused.refused).startswith("Pictures left to you: 0 of 1, and this edit makes 1.")
        assert taken.refused is None


# ── what is shown ───────────────────────────────────────────────────────────────────────────────────────────


async def test_show(tmp_path: Path) -> None:
    """The server's own, a role's, everyone's and a member's limits, each by itself."""
    async with a_scene(tmp_path) as scene:
        await command(scene, "quota-admin set", ADA, what="images", limit="50", whom=FRIENDS)
        await command(scene, "quota-admin set", ADA, what="models", limit="gpt-image-2", whom=FRIENDS)
        await command(scene, "quota-admin set", ADA, what="money", limit="1", whom=GUILD)

        server = await command(scene, "quota-admin show", ADA)
        role = await command(scene, "quota-admin show", ADA, whom=FRIENDS)
        everyone = await command(scene, "quota-admin show", ADA, whom=GUILD)
        ben = await command(scene, "quota-admin show", ADA, whom=BEN)

        friends = [f"<@&{FRIENDS}>: 50 pictures a day", f"<@&{FRIENDS}>: the models: gpt-image-2"]
        assert server.text.splitlines()[3:] == [friends[0], "everyone: $1.00 a month", friends[1]]
        assert role.text.splitlines() == [f"<@&{FRIENDS}>", *friends]
        assert everyone.text.splitlines() == ["everyone", "everyone: $1.00 a month"]
        assert "**Pictures a day** · 50 of 50 left" in ben.text


async def test_report(tmp_path: Path) -> None:
    """The report adds up by member, lists what was decided, and brings both as tables, and a chart."""
    async with a_scene(tmp_path) as scene, scene.member() as mira, scene.member("ben") as ben:
        scene.provider.script += [Comes(), Comes()]
        for one in (mira, ben):
            await one.edit(images=[CAT], prompt="snow", wait="answer")
        await scene.work()
        await command(scene, "quota-admin block", ADA, user=BEN, reason="=1+1")

        answer = await command(scene, "quota-admin report", ADA, days=7)

        assert answer.text.startswith("**The last 7 days** · 2 edits · 2 pictures · $0.")
        assert {f"<@{MIRA}>", f"<@{BEN}>"} <= set(answer.text.replace(" · ", " ").split())
        assert answer.text.splitlines()[-1].endswith(f"<@{ADA}> blocked <@{BEN}> · =1+1")
        assert set(answer.files) == {"spend.csv", "decisions.csv", "spend.png"}
        rows = list(csv.DictReader(io.StringIO(answer.files["spend.csv"].decode("utf-8-sig"))))
        assert {(row["user_id"], row["images"]) for row in rows} == {(str(MIRA), "1"), (str(BEN), "1")}
        assert answer.files["spend.png"] == b"png 64x48 of 2"
        assert "'=1+1" in answer.files["decisions.csv"].decode("utf-8-sig")


async def test_report_of_nothing(tmp_path: Path) -> None:
    """Where nothing was spent or decided there is nothing to attach."""
    async with a_scene(tmp_path) as scene:
        answer = await command(scene, "quota-admin report", ADA)

        assert answer.text == "**The last 30 days** · 0 edits · 0 pictures · $0.00"
        assert answer.files == {}


# ── the server's own ────────────────────────────────────────────────────────────────────────────────────────


async def test_zone(tmp_path: Path) -> None:
    """A zone that does not exist is refused; while one is typed, those that there are are suggested."""
    async with a_scene(tmp_path) as scene, scene.member("ada") as ada:
        refused = await command(scene, "quota-admin zone", ADA, name="../../etc/passwd")
        suggested = await ada.autocomplete("quota-admin zone", "name", "new y")

        assert refused.text.startswith("There is no time zone called ")
        assert [one["value"] for one in suggested] == ["America/New_York"]
        assert scene.council.audit == []


async def test_log_channel(tmp_path: Path) -> None:
    """The log channel gets a line for each decision and each edit that ended, and pings nobody."""
    async with a_scene(tmp_path) as scene, scene.member() as mira, scene.member(channel="general") as reader:
        scene.provider.script.append(Comes())
        await command(scene, "quota-admin log", ADA, channel=GENERAL)
        await command(scene, "quota-admin set", ADA, what="images", limit="50", whom=FRIENDS)
        edit = await mira.edit(images=[CAT], prompt="snow", wait="answer")
        await scene.work()

        named, decided, edited = await reader.messages()
        assert edit.status is not None
        assert named["content"] == f"<@{ADA}> set the log channel: none → <#{GENERAL}>"
        assert decided["content"] == f"<@{ADA}> set pictures of <@&{FRIENDS}>: as usual → 50 pictures a day"
        first, second = edited["content"].split(" · $0.")
        assert first == f"#1 · <@{MIRA}> · gpt-image-2 · 1 picture"
        assert second.split(" · ")[1] == "delivered"
        assert second.endswith(f"/{edit.status['id']}")
        assert [(one["mentions"], one["mention_roles"]) for one in (named, decided, edited)] == [([], [])] * 3


async def test_closed_log_channel(tmp_path: Path) -> None:
    """A log channel that is closed to the bot costs nobody their decision; without a channel the log ends."""
    async with a_scene(tmp_path) as scene:
        set_ = await command(scene, "quota-admin log", ADA, channel=HIDDEN)
        ended = await command(scene, "quota-admin log", ADA)

        assert set_.text.endswith(f"none → <#{HIDDEN}>")
        assert ended.text.endswith(f"<#{HIDDEN}> → none")
        assert await scene.council.guild(GUILD) == GuildBook()
