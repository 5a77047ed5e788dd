"""Stories of rights: what the bot lacks and who hears of it, where edits are taken and of whom, and who may decide."""

import pytest

from bot.sandbox.acted import labels_of
from bot.sandbox.discord_api.refusals import SandboxRefusal
from tests.walk.conftest import Crowd
from tests.walk.several import Options
from tests.walk.sight import (
    EPHEMERAL,
    button_labels,
    edited,
    ended,
    is_private,
    is_whole,
    of_bot,
    picture,
    private,
    quota,
)
from tests.walk.stories.bench import result_of
from tests.walk.stories.server import (
    decide,
    forged,
    forged_command,
    log_to,
    logged,
    menu_of,
    message_of,
    open_server,
    opened_at,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

CHANNEL_CLOSED = "Edits are not taken in this channel."
ROLE_CLOSED = "Your roles do not let you make edits in this server."
NO_MANAGER = 'Only people with the permission "Manage Server" can do this'
DEAR: Options = {"quality": "high", "n": 10}


# ── what the bot lacks ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_member_hears_all_that_is_missing(crowd: Crowd) -> None:
    """In a channel where the bot may open no threads and send no files a member asks in vain: both are named at once,
    to the member alone, with whom to ask. Nothing appears in the channel, and nothing is held."""
    server = open_server(crowd)
    async with server.member() as mira:
        await server.rights(mira, channel="studio", deny=["CREATE_PUBLIC_THREADS", "ATTACH_FILES"])
        asked = await edited(mira, images=[picture()], prompt="rights: two missing")
        public, left = await of_bot(mira), await quota(mira)

    assert asked.refused == (
        "Before I can work in this channel I need: Create Public Threads, Attach Files. "
        "Ask someone who manages the server to give me that."
    )
    assert is_private(asked)
    assert public == []
    assert is_whole(left)
    assert crowd.calls("rights: two missing") == []


async def test_an_admin_hears_where_to_give_it(crowd: Crowd) -> None:
    """Whoever can give the bot what it lacks is told where; they give it, ask once more, and have their picture."""
    server = open_server(crowd)
    async with server.admin("studio") as otto:
        await server.rights(otto, channel="studio", deny=["SEND_MESSAGES_IN_THREADS"])
        asked = await edited(otto, images=[picture()], prompt="rights: given")
        await server.rights(otto, channel="studio", allow=["SEND_MESSAGES_IN_THREADS"])
        done = await edited(otto, images=[picture()], prompt="rights: given")

    assert asked.refused == (
        "Before I can work in this channel I need: Send Messages in Threads. You can give me that: look in Server "
        "Settings → Roles, or for this channel alone in Edit Channel → Permissions."
    )
    assert is_private(asked)
    assert len(done.files) == 1


async def test_the_log_hears_of_it_once(crowd: Crowd) -> None:
    """However often members ask in vain in a channel, the server's log has one line of it, with what is missing and
    without who asked; another channel has a line of its own."""
    server = open_server(crowd)
    await log_to(server)
    async with server.member() as mira, server.member("ben", "other") as ben:
        await server.rights(mira, channel="studio", deny=["ATTACH_FILES"])
        await server.rights(mira, channel="other", deny=["EMBED_LINKS", "ATTACH_FILES"])
        asked = [await edited(mira, images=[picture()], prompt="rights: logged") for _ in range(3)]
        elsewhere = await edited(ben, images=[picture()], prompt="rights: logged")
        _, first, second = await logged(server, 3)
        again = await edited(mira, images=[picture()], prompt="rights: logged")
        lines = await logged(server, 3)

    assert all(one.refused for one in (*asked, elsewhere, again))
    studio, other = (server.channel_id(name) for name in ("studio", "other"))
    assert first == (
        f"In <#{studio}> somebody asked for an edit, and I could not begin. What I need there: Attach Files."
    )
    assert second.startswith(f"In <#{other}> somebody asked")
    assert second.endswith("What I need there: Embed Links, Attach Files.")
    assert len(lines) == 3


async def test_a_mention_in_vain_is_answered_shortly(crowd: Crowd) -> None:
    """Whoever speaks to the bot where it may write but show no pictures is told so in one short reply, and no edit of
    theirs begins."""
    server = open_server(crowd)
    async with server.member() as mira:
        await server.rights(mira, channel="studio", deny=["ATTACH_FILES"])
        said = await mira.say("rights: a mention", [picture()])
        told = await mira.answer_to(int(said["id"]))
        left = await quota(mira)

    assert (told.refused or "").startswith("Before I can work in this channel I need: Attach Files.")
    assert is_whole(left)
    assert crowd.calls("rights: a mention") == []


# ── where and of whom edits are taken ─────────────────────────────────────────────────────────────────────────────────


async def test_a_blocked_channel(crowd: Crowd) -> None:
    """An admin blocks a channel in which edits were made: neither the command, nor the menu, nor a reply in an old
    thread, nor a button there begins another one. In the next channel all goes on."""
    server = open_server(crowd)
    async with server.admin() as otto, server.member() as mira, server.member(channel="other") as elsewhere:
        first = await edited(mira, images=[picture()], prompt="rights: before the block")
        assert first.thread_id is not None
        await decide(otto, "Channels blocked", f"#{server.place}")
        async with server.member(channel=first.thread_id) as inside:
            refused = [
                await edited(mira, images=[picture()], prompt="rights: blocked"),
                await edited(mira, via="menu", images=[picture()], prompt="rights: blocked"),
                await edited(inside, images=[picture()], prompt="rights: blocked"),
                await mira.press(result_of(first), "Vary", wait="answer"),
                await mira.press(result_of(first), "Edit again", wait="answer"),
            ]
        done = await edited(elsewhere, images=[picture()], prompt="rights: not blocked")

    assert [private(one)[: len(CHANNEL_CLOSED)] for one in refused] == [CHANNEL_CLOSED] * 5
    assert all(is_private(one) for one in refused)
    assert crowd.calls("rights: blocked") == []
    assert len(crowd.calls("rights: before the block")) == 1
    assert len(done.files) == 1


async def test_the_only_channel(crowd: Crowd) -> None:
    """An admin allows one channel: edits are taken there and in its threads, and nowhere else, until it is as usual."""
    server = open_server(crowd)
    async with server.admin() as otto, server.member() as mira, server.member(channel="other") as elsewhere:
        await decide(otto, "Channels allowed", f"#{server.place}")
        done = await edited(mira, images=[picture()], prompt="rights: allowed")
        async with server.member(channel=done.thread_id or 0) as inside:
            further = await edited(inside, images=[picture()], prompt="rights: allowed")
        refused = await edited(elsewhere, images=[picture()], prompt="rights: elsewhere")
        await decide(otto, "Channels allowed", "As usual")
        later = await edited(elsewhere, images=[picture()], prompt="rights: as usual")

    assert [len(one.files) for one in (done, further, later)] == [1, 1, 1]
    assert (refused.refused or "").startswith(CHANNEL_CLOSED)
    assert crowd.calls("rights: elsewhere") == []


async def test_roles(crowd: Crowd) -> None:
    """Only artists may edit, and newcomers not even then: a member is refused, becomes an artist and has their picture,
    becomes a newcomer as well and is refused again."""
    server = open_server(crowd)
    async with server.admin() as otto, server.member() as mira:
        await decide(otto, "Roles allowed", "&Artists")
        await decide(otto, "Roles blocked", "&Newcomers")
        before = await edited(mira, images=[picture()], prompt="rights: no artist")
        await server.give(mira, "Artists")
        done = await edited(mira, images=[picture()], prompt="rights: an artist")
        await server.give(mira, "Artists", "Newcomers")
        after = await edited(mira, images=[picture()], prompt="rights: a newcomer")
        pressed = await mira.press(result_of(done), "Vary", wait="answer")

    assert len(done.files) == 1
    assert all((one.refused or "").startswith(ROLE_CLOSED) for one in (before, after))
    assert private(pressed).startswith(ROLE_CLOSED)
    assert crowd.calls("rights: no artist") == []
    assert crowd.calls("rights: a newcomer") == []
    assert len(crowd.calls("rights: an artist")) == 1


async def test_a_role_is_taken_away_before_the_yes(crowd: Crowd) -> None:
    """A member asks for a dear edit, and their role is taken away before they say yes: the yes is refused, nothing is
    held or sent, and the question still stands for the day they have it again."""
    server = open_server(crowd)
    async with server.admin() as otto, server.member() as mira:
        await decide(otto, "Roles allowed", "&Artists")
        await server.give(mira, "Artists")
        asked = await mira.edit(images=[picture()], prompt="rights: dear", options=DEAR, wait="answer")
        assert asked.status is not None
        await server.give(mira)
        pressed = await mira.press(int(asked.status["id"]), asked.asks[0], wait="answer")
        [question] = await of_bot(mira)
        left = await quota(mira)

    assert private(pressed).startswith(ROLE_CLOSED)
    assert is_private(pressed)
    assert is_whole(left)
    assert crowd.calls("rights: dear") == []
    assert labels_of(question)[0].startswith("Go ahead")


async def test_somebody_who_is_blocked(crowd: Crowd) -> None:
    """A member is blocked while a question of theirs is open: neither its yes, nor a button of theirs, nor a mention
    begins an edit, and others are let alone. What they have made stays theirs to look at."""
    server = open_server(crowd)
    async with server.admin() as otto, server.member() as mira, server.member("ben") as ben:
        first = await edited(mira, images=[picture()], prompt="rights: not yet blocked")
        question = await mira.edit(images=[picture()], prompt="rights: a blocked yes", options=DEAR, wait="answer")
        assert question.status is not None
        await otto.slash("quota-admin block", {"user": f"@{mira.name}", "reason": "spam"}, wait="answer")
        went = await mira.press(int(question.status["id"]), question.asks[0], wait="answer")
        varied = await mira.press(result_of(first), "Vary", wait="answer")
        said = await mira.say("rights: a blocked mention", [picture()])
        told = await mira.answer_to(int(said["id"]))
        looked = await mira.press(result_of(first), "Original file", wait="answer")
        other = await edited(ben, images=[picture()], prompt="rights: somebody else")

    refusals = [private(went), private(varied), told.refused or ""]
    assert all(one.startswith("You are blocked from making edits here.") for one in refusals), refusals
    assert looked.private is not None
    assert len(looked.private["attachments"]) == 1
    assert len(other.files) == 1
    assert [len(crowd.calls(f"rights: {one}")) for one in ("a blocked yes", "a blocked mention")] == [0, 0]
    assert len(crowd.calls("rights: not yet blocked")) == 1


# ── who may decide ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_settings_are_not_for_members(crowd: Crowd) -> None:
    """Discord does not offer /settings to a member; where the server's own settings of Discord offer it all the same,
    the bot refuses, and shows nothing."""
    server = open_server(crowd)
    async with server.member() as mira:
        with pytest.raises(SandboxRefusal, match="has not the rights"):
            await mira.slash("settings", wait="answer")
        told = [await forged_command(crowd.stage, mira, name) for name in ("settings", "pause")]
        done = await edited(mira, images=[picture()], prompt="rights: not paused")

    assert all(one["content"].startswith(NO_MANAGER) for one in told)
    assert all(one["embeds"] == [] and one["components"] == [] for one in told)
    assert len(done.files) == 1


async def test_a_panel_that_is_not_theirs(crowd: Crowd) -> None:
    """A member presses what only an admin's panel has, by its id: each press is refused in private, the panel shows
    nothing new, and no setting changes."""
    server = open_server(crowd)
    async with server.admin() as otto, server.member() as mira:
        panel = await opened_at(otto, "Threads")
        pressed = [
            await forged(crowd.stage, mira, message_of(panel), f"settings:{one}")
            for one in ("set:thread:off", "clear:thread", "top")
        ]
        other = await opened_at(otto, "Age-restricted channels")
        chosen = await forged(crowd.stage, mira, message_of(other), "settings:pick:age", ("refuse",))
        done = await edited(mira, images=[picture()], prompt="rights: a thread as before")
        still = await otto.press(message_of(panel), "Back", wait="answer")

    assert all(one["content"].startswith(NO_MANAGER) for one in (*pressed, chosen))
    assert all(one["flags"] & EPHEMERAL and one["embeds"] == [] for one in (*pressed, chosen))
    assert done.thread_id is not None
    assert still.private is not None
    values = "\n".join(field["value"] for field in still.private["embeds"][0]["fields"])
    assert "Threads: **One for each edit**" in values
    assert "Age-restricted channels: **As in other channels**" in values


async def test_a_right_that_was_lost_over_an_open_panel(crowd: Crowd) -> None:
    """A moderator opens the panel and loses their role: what they press then is refused, and what they had decided
    before stays."""
    server = open_server(crowd)
    async with server.member("ada") as ada, server.member() as mira:
        await server.rights(ada, whom="&Artists", allow=["MANAGE_GUILD"])
        await server.give(ada, "Artists")
        await decide(ada, "Threads", "None, results stay in the channel")
        panel = await opened_at(ada, "Age-restricted channels")
        await server.give(ada)
        late = await ada.choose(message_of(panel), menu_of(panel), ["No edits"], wait="answer")
        done = await edited(mira, images=[picture()], prompt="rights: no thread")
        async with server.admin() as otto:
            seen = await opened_at(otto, "Age-restricted channels")

    assert private(late).startswith(NO_MANAGER)
    assert done.thread_id is None
    assert len(done.files) == 1
    assert seen.private is not None
    assert "As in other channels" in seen.private["embeds"][0]["description"]


async def test_an_admin_of_another_server(crowd: Crowd) -> None:
    """Somebody who manages a server of their own sends the ids of this one's panel: it is their own server's settings
    that change."""
    here, there = open_server(crowd), open_server(crowd)
    async with here.admin() as otto, here.member() as mira, there.member("eve") as eve:
        await there.rights(eve, whom="&Artists", allow=["MANAGE_GUILD"])
        await there.give(eve, "Artists")
        panel = await opened_at(otto, "Threads")
        await forged(crowd.stage, eve, message_of(panel), "settings:set:thread:off")
        ours = await edited(mira, images=[picture()], prompt="rights: ours")
        theirs = await edited(eve, images=[picture()], prompt="rights: theirs")

    assert ours.thread_id is not None
    assert theirs.thread_id is None


async def test_a_moderator_stops_an_edit(crowd: Crowd) -> None:
    """Somebody who moderates the channel stops a member's edit that is being made: its pictures are kept from all, and
    the member's *Show* says who to ask. A moderator of nothing here could not have."""
    server = open_server(crowd)
    crowd.stage.sandbox.engine.plan({"hold": True})
    async with server.member() as mira, server.member("ada") as ada, server.member("ben") as ben:
        await server.rights(ada, whom="&Artists", allow=["MANAGE_MESSAGES"])
        await server.give(ada, "Artists")
        asked = await mira.edit(images=[picture()], prompt="rights: moderated", wait="answer")
        assert asked.status is not None
        await crowd.stage.sandbox.engine.books.until(waiting=1)
        message_id = int(asked.status["id"])
        refused = await ben.press(message_id, "Cancel", wait="answer")
        await ada.press(message_id, "Cancel", wait="answer")
        crowd.stage.sandbox.engine.release()
        stopped = await ended(mira, asked)
        assert stopped.status is not None
        tried = [await mira.press(message_id, label, wait="answer") for label in button_labels(stopped.status)]
        inside = await of_bot(mira, stopped.thread_id)

    assert private(refused).startswith("This button belongs to the member who asked for the edit.")
    assert "its pictures are kept" in stopped.status["content"]
    assert [private(one)[:38] for one in tried] == ["Someone who moderates this server stop"]
    assert [one for one in inside if one["attachments"]] == []
