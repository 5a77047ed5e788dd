"""Stories of manners: what a server has chosen for its members, what is hidden, who decided it, and nothing pings."""

import pytest

from bot.sandbox.discord_api.refusals import SandboxRefusal
from bot.sandbox.member import Acted, Member
from tests.walk.conftest import Crowd
from tests.walk.sight import (
    Json,
    edited,
    ended,
    exhibited,
    is_private,
    of_bot,
    picture,
    private,
    words,
)
from tests.walk.stories.bench import job_of, replied, result_of
from tests.walk.stories.server import decide, log_to, logged, message_of, open_server, opened_at
from tests.walk.test_pings import WRITES
from tests.walk.test_pings import said as written

pytestmark = pytest.mark.asyncio(loop_scope="module")

MENU = "Choose in the order in which they are used"
HIDDEN = "SPOILER_"
HOSTILE = "@everyone <@&1100000000000000202> [free](https://evil.test) ```code``` # big\n# head\n> quote \u202egnp.exe"
NOT_SHOWN = ("@everyone", "<@&", "[free](", "```", "\n# ", "\n> ", "\u202e")


def names(messages: list[Json]) -> list[str]:
    """The names of the files in these messages."""
    return [file["filename"] for one in messages for file in one["attachments"]]


def files_of(acted: Acted) -> list[str]:
    """The names of the files in a private answer."""
    assert acted.private is not None
    return [file["filename"] for file in acted.private["attachments"]]


# ── what is left open ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_the_server_has_chosen(crowd: Crowd) -> None:
    """An admin chooses a model and how its results are: a member who says nothing gets that, by whichever way they
    ask; one who says something gets what they say, and the server's choice for the rest."""
    server = open_server(crowd)
    async with server.admin() as otto, server.member() as mira, server.member("ben", "other") as ben:
        for setting, value in (
            ("Model", "gpt-image-1.5"),
            ("Size", "1536x1024"),
            ("Quality", "low"),
            ("Background", "transparent"),
            ("File format", "webp"),
        ):
            await decide(otto, setting, value)
        done = await edited(mira, images=[picture()], prompt="manners: open")
        menu = await edited(ben, via="menu", images=[picture()], prompt="manners: open by menu")
        source = await ben.say("", [picture()], mention=False)
        reply = await replied(ben, int(source["id"]), "manners: open by reply")
        said = {"quality": "high", "size": "1024x1024", "format": "jpeg", "background": "opaque"}
        await edited(ben, images=[picture()], prompt="manners: said", options=said)
        await edited(mira, images=[picture()], prompt="manners: another", options={"model": "gpt-image-2"})

    fields = ("model", "size", "quality", "background", "output_format")
    sent = {
        one: tuple(crowd.form(f"manners: {one}").text(field) for field in fields)
        for one in ("open", "open by menu", "open by reply", "said", "another")
    }
    chosen = ("gpt-image-1.5", "1536x1024", "low", "transparent", "webp")
    assert sent["open"] == sent["open by menu"] == sent["open by reply"] == chosen
    assert sent["said"] == ("gpt-image-1.5", "1024x1024", "high", "opaque", "jpeg")
    # gpt-image-2 knows no transparency, so that choice of the server's is left out, and the others hold.
    assert sent["another"] == ("gpt-image-2", "1536x1024", "low", None, "webp")
    assert [names(list(one.posted))[0].endswith(".webp") for one in (done, menu, reply)] == [True] * 3


async def test_a_choice_that_no_model_can_do(crowd: Crowd) -> None:
    """The panel offers only what works here; what was chosen can be left to the usual again."""
    server = open_server(crowd)
    async with server.admin() as otto, server.member() as mira:
        panel = await opened_at(otto, "Quality")
        with pytest.raises(SandboxRefusal, match="none of"):
            await otto.choose(message_of(panel), "Choose", ["superb"])
        await decide(otto, "Quality", "low")
        chosen = await edited(mira, images=[picture()], prompt="manners: low")
        await decide(otto, "Quality", "As usual")
        usual = await edited(mira, images=[picture()], prompt="manners: usual")

    assert crowd.form("manners: low").text("quality") == "low"
    assert crowd.form("manners: usual").text("quality") in (None, "medium")
    assert [len(one.files) for one in (chosen, usual)] == [1, 1]


# ── what is hidden ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_hidden_picture_stays_hidden(crowd: Crowd) -> None:
    """A member replies to a picture behind a spoiler. Whatever comes of it is behind one: the result, both sides of
    before and after, a variation, the version that they go back to, the original, and what the history brings."""
    server = open_server(crowd)
    async with server.member() as mira, server.member(channel="other") as elsewhere:
        source = await mira.say("", [picture("cat.png")], mention=False, spoiler=True)
        first = await replied(mira, int(source["id"]), "manners: hidden")
        for _ in range(2):
            [(beside, _)] = await exhibited(mira, first, "Before/after")
        varied = await ended(mira, await mira.press(result_of(first), "Vary", wait="answer"))
        await mira.press(result_of(varied), "Undo", wait="answer")
        original = await mira.press(result_of(first), "Original file", wait="answer")
        history = await elsewhere.slash("history", wait="answer")
        again = await elsewhere.choose(message_of(history), "Show again", [str(job_of(first))], wait="answer")
        await elsewhere.press(message_of(again), "Post here", wait="answer")
        await mira.press(result_of(first), "Use as input", wait="answer")
        further = await edited(elsewhere, images=[], prompt="manners: hidden further")
        inside, outside = await of_bot(mira, first.thread_id), await of_bot(elsewhere)

    one, two = job_of(first), job_of(varied)
    assert names(list(first.posted)) == [f"{HIDDEN}edit-{one}-v1-1.png"]
    assert beside["filename"].startswith(HIDDEN)
    # The result, both sides, the variation and the version gone back to; a second press only points to the first.
    assert sorted(names(inside)) == sorted(
        [*[f"{HIDDEN}edit-{one}-v1-1.png"] * 2, f"{HIDDEN}edit-{two}-v2-1.png", beside["filename"]]
    )
    assert files_of(original) == files_of(again) == [f"{HIDDEN}edit-{one}-v1-1.png"]
    assert names(outside) == [f"{HIDDEN}edit-{one}-v1-1.png"]
    assert names(list(further.posted))[0].startswith(HIDDEN)


async def test_a_hidden_picture_among_several(crowd: Crowd) -> None:
    """A member mentions the bot after several pictures were posted, one of them hidden: the picker that all can see
    hides its small copies, and the edit of the hidden one is hidden, while that of another is not."""
    server = open_server(crowd)
    async with server.member() as mira:
        for name, spoiler in (("cat.png", False), ("dog.png", True)):
            colour = "teal" if spoiler else "violet"
            await mira.say("", [picture(name, colour=colour)], mention=False, spoiler=spoiler)
        picked = [await _picked(mira, f"manners: which {place}", place) for place in ("0", "1")]

    sheets, results = [one for one, _ in picked], [one for _, one in picked]
    assert all(one.startswith(HIDDEN) for one in sheets), sheets
    hidden = {name.startswith(HIDDEN) for one in results for name in names(list(one.posted))}
    assert hidden == {True, False}


async def _picked(member: Member, wish: str, place: str) -> tuple[str, Acted]:
    """The name of the small copies that a picker shows, and what the picture at that place became."""
    asked = await member.say(wish)

    def look(seen: list[Json]) -> Json | None:
        mine = [one for one in seen if int(one["id"]) > int(asked["id"]) and one["attachments"]]
        return next((one for one in mine if one["components"]), None)

    picker = await member.wait_for(look)
    await member.choose(int(picker["id"]), MENU, [place], wait="answer")
    went = await member.press(int(picker["id"]), "Go ahead", wait="answer")
    return picker["attachments"][0]["filename"], await ended(member, went)


async def test_everything_is_hidden(crowd: Crowd) -> None:
    """An admin wants every result behind a spoiler: so it is, of a picture that was not, the unfinished ones on the way
    and private ones included."""
    server = open_server(crowd)
    crowd.stage.sandbox.engine.plan({"hold": True})
    async with server.admin() as otto, server.member() as mira:
        await decide(otto, "Spoilers", "All of them")
        options: dict[str, str | int | bool] = {"quality": "low", "previews": 1}
        asked = await mira.edit(images=[picture()], prompt="manners: all hidden", options=options, wait="answer")
        assert asked.status is not None
        status_id = asked.status["id"]

        def preview(seen: list[Json]) -> str | None:
            [status] = [one for one in seen if one["id"] == status_id]
            return names([status])[0] if status["attachments"] else None

        unfinished = await mira.wait_for(preview)
        crowd.stage.sandbox.engine.release()
        done = await ended(mira, asked)
        alone = await mira.edit(images=[picture()], prompt="manners: all hidden", options={"private": True})

    assert unfinished.startswith(HIDDEN)
    assert [name.startswith(HIDDEN) for name in names([*done.posted, *alone.posted])] == [True, True]


async def test_no_edits_where_only_adults_are(crowd: Crowd) -> None:
    """An admin wants no edits in age-restricted channels: not by command, not in a thread of such a channel, and no
    form opens there for nothing; next door all is as before."""
    server = open_server(crowd)
    async with server.admin() as otto, server.member() as mira, server.member(channel="other") as there:
        first = await edited(there, images=[picture()], prompt="manners: not yet adult")
        await there.lever("channel", {"channel": server.channel("other"), "nsfw": True})
        await decide(otto, "Age-restricted channels", "No edits")
        async with server.member(channel=first.thread_id or 0) as inside:
            refused = [
                await edited(there, images=[picture()], prompt="manners: adult"),
                await edited(inside, images=[picture()], prompt="manners: adult"),
                await edited(there, via="menu", images=[picture()], prompt="manners: adult"),
                await there.press(result_of(first), "Vary", wait="answer"),
            ]
        here = await edited(mira, images=[picture()], prompt="manners: all ages")

    sentence = "Edits are not taken in age-restricted channels of this server."
    assert [private(one)[: len(sentence)] for one in refused] == [sentence] * 4
    assert all(is_private(one) for one in refused)
    assert crowd.calls("manners: adult") == []
    assert len(here.files) == 1


async def test_what_is_for_adults_is_hidden(crowd: Crowd) -> None:
    """An admin wants results in age-restricted channels hidden: there they are, also where they are taken along from
    there, and results of other channels are not."""
    server = open_server(crowd)
    async with server.admin() as otto, server.member() as mira, server.member(channel="other") as there:
        await there.lever("channel", {"channel": server.channel("other"), "nsfw": True})
        await decide(otto, "Age-restricted channels", "Results are hidden until clicked")
        hidden = await edited(there, images=[picture()], prompt="manners: hidden from children")
        open_one = await edited(mira, images=[picture()], prompt="manners: for all")
        posted = await there.say("", [picture("taken.png", colour="red")], mention=False)
        await there.menu("Add to tray", int(posted["id"]), wait="answer")
        taken = await edited(mira, images=[], prompt="manners: taken along")
        history = await mira.slash("history", wait="answer")
        again = await mira.choose(message_of(history), "Show again", [str(job_of(hidden))], wait="answer")
        await mira.press(message_of(again), "Post here", wait="answer")
        outside = names(await of_bot(mira))

    assert [names(list(one.posted))[0].startswith(HIDDEN) for one in (hidden, open_one, taken)] == [True, False, True]
    assert outside == [f"{HIDDEN}edit-{job_of(hidden)}-v1-1.png"]


# ── where, and who decided it ─────────────────────────────────────────────────────────────────────────────────────────


async def test_no_threads(crowd: Crowd) -> None:
    """An admin wants no threads: the result follows its status in the channel, and a reply to it there goes on from
    what it shows."""
    server = open_server(crowd)
    async with server.admin() as otto, server.member() as mira:
        await decide(otto, "Threads", "None, results stay in the channel")
        first = await edited(mira, images=[picture()], prompt="manners: no thread")
        result = next(one for one in first.posted if one["attachments"])
        second = await replied(mira, int(result["id"]), "manners: on from it")
        content = await mira.download(result["attachments"][0]["url"])
        public = await of_bot(mira)

    assert [one.thread_id for one in (first, second)] == [None, None]
    assert names(public)[0] == f"edit-{job_of(first)}-v1-1.png"
    assert len(names(public)) == 2
    assert bytes(crowd.form("manners: on from it").files[0].body) == content
    assert list(crowd.stage.sandbox.discord.world.threads_of(server.guild.id)) == []


async def test_what_was_decided_can_be_read(crowd: Crowd) -> None:
    """Every change of a setting has its line in the server's log, with what it was before and by whom, and its row in
    the report; a press that changes nothing is in neither."""
    server = open_server(crowd)
    await log_to(server)
    async with server.admin() as otto, server.member() as mira:
        await decide(otto, "Threads", "None, results stay in the channel")
        await decide(otto, "Channels blocked", f"#{server.channel('other')}")
        await decide(otto, "Threads", "As usual")
        _, off, blocked, usual = await logged(server, 4)
        report = await otto.slash("quota-admin report", {"days": 1}, wait="answer")
        assert report.private is not None
        [table] = [one for one in report.private["attachments"] if one["filename"] == "decisions.csv"]
        rows = (await otto.download(table["url"])).decode()
        with pytest.raises(SandboxRefusal, match="rights"):
            await mira.slash("quota-admin report", wait="answer")

    who = f"<@{crowd.stage.id_of('otto')}>"
    assert off.startswith(f"{who} changed the setting Threads: One for each edit → None, results stay in the channel")
    assert blocked.startswith(f"{who} changed the setting Channels blocked: None → <#{server.channel_id('other')}>")
    assert usual.startswith(f"{who} changed the setting Threads: None, results stay in the channel → One for each edit")
    assert rows.count("thread") >= 2
    assert str(server.channel_id("other")) in rows


# ── nothing pings ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_hostile_words_are_only_letters(crowd: Crowd) -> None:
    """A prompt, the name of a file and the name of a preset hold all that Discord would make something of: wherever
    the bot shows them they are read as they are, nobody is pinged, and every message forbids it."""
    server = open_server(crowd)
    await log_to(server)
    named = "\u202e@everyone_[free](https://evil.test)`x`.png"
    async with server.admin() as otto, server.member() as mira:
        await server.rights(otto, allow=["MENTION_EVERYONE"])
        preset = {"name": "@everyone [free](//evil.test) `x` <@&1>", "prompt": HOSTILE}
        added = await otto.slash("preset add", preset, wait="answer")
        listed = await otto.slash("preset list", wait="answer")
        source = await mira.say("", [picture(named)], mention=False)
        tray = await mira.menu("Add to tray", int(source["id"]), wait="answer")
        done = await replied(mira, int(source["id"]), HOSTILE)
        lost = await mira.say(HOSTILE, [("\u202e@everyone<@&1>.png", b"nothing")])
        refused = await mira.answer_to(int(lost["id"]))
        await mira.say("", [picture(named, colour="red")], mention=False)
        history = await mira.slash("history", wait="answer")
        lines = await logged(server, 3)
        everything = [*await of_bot(mira), *await of_bot(mira, done.thread_id)]

    assert not any(one["mentions"] or one["mention_roles"] or one["mention_everyone"] for one in everything)
    told = [one.private for one in (added, listed, tray, history) if one.private is not None]
    seen = [*lines, *words([*everything, *told]), refused.refused or ""]
    seen += [embed.get("description", "") for one in (*everything, *told) for embed in one["embeds"]]
    for text in seen:
        assert not [one for one in NOT_SHOWN if one in text.replace(f"<@{server.id_of('mira')}>", "")], text
    assert sum("everyone" in text for text in seen) >= 5  # they are read, and were not left out
    sent = [one for one in crowd.stage.records("discord") if one["method"] in ("POST", "PATCH")]
    loud = [written(one) for one in sent if WRITES.search(str(one["path"])) and written(one)]
    assert len(loud) > 10
    assert all(one.get("allowed_mentions", {}).get("parse") == [] for one in loud)
    assert not any(one["allowed_mentions"].get("replied_user") for one in loud)
