"""The member: what it sees of a real discord.py bot, in every way in."""

import asyncio

import pytest

from bot.sandbox.acted import JUMP_LINK
from bot.sandbox.member import SandboxRefusal
from tests.sandbox.discord.small_bot import running
from tests.sandbox.discord.stand import Stand

A, B, MASK = ("a.png", b"a"), ("b.png", b"b"), ("sky-mask.png", b"m")


@pytest.mark.parametrize(
    ("via", "names"),
    [
        ("slash", "a.png, b.png, mask:sky-mask.png"),
        ("menu", "a.png, b.png, sky-mask.png"),
        ("modal", "a.png, b.png, mask:sky-mask.png"),
    ],
)
async def test_an_edit_ends_with_what_was_posted(living: Stand, via: str, names: str) -> None:
    """The private answer links to the status message, and its thread holds the files."""
    async with running(living), living.member() as mira:
        acted = await mira.edit(via=via, images=[A, B], prompt="teal", mask=MASK)  # type: ignore[arg-type]
        thread = await mira.messages(acted.thread_id)

    assert acted.private is not None
    assert JUMP_LINK.search(acted.private["content"])
    assert acted.status is not None
    assert acted.status["content"] == "done"
    assert acted.thread_id == int(acted.status["id"])
    assert [one["content"] for one in acted.posted] == [names]
    assert [one["filename"] for one in acted.files] == ["0.bin", "1.bin", "2.bin"]
    assert thread[-1]["id"] == acted.posted[0]["id"]


async def test_a_reply_to_a_picture_that_the_bot_cannot_see_is_refused_aloud(living: Stand) -> None:
    """Without the intent ben's picture is invisible, and the bot says what to do instead."""
    async with running(living), living.member() as mira:
        acted = await mira.edit(via="reply", images=[A], prompt="teal")

    assert acted.refused is not None
    assert "Right-click" in acted.refused
    assert (acted.status, acted.posted) == (None, ())


async def test_a_reply_with_pictures_of_its_own_is_followed_to_the_thread(living: Stand) -> None:
    """The status message after a mention is found without a link."""
    async with running(living), living.member() as mira:
        acted = await mira.edit(via="reply", images=[A], prompt="teal", own_images=[B], mask=MASK)

    assert [one["content"] for one in acted.posted] == ["b.png, sky-mask.png"]


async def test_a_refusal_is_read_from_the_private_answer(living: Stand) -> None:
    """No link, no status: the words are the refusal."""
    async with running(living), living.member() as mira:
        acted = await mira.edit(images=[A], prompt="refuse me")

    assert acted.refused == "No allowance is left. Try again tomorrow."


@pytest.mark.parametrize("channel", ["dm", "voice", "stage"])
async def test_where_there_are_no_threads_the_results_are_in_place(living: Stand, channel: str) -> None:
    """The same channel after the status message."""
    async with running(living), living.member(channel=channel) as mira:
        acted = await mira.edit(images=[A], prompt="teal")

    assert (acted.thread_id, [one["content"] for one in acted.posted]) == (None, ["a.png"])


async def test_waiting_for_the_answer_does_not_wait_for_results(living: Stand) -> None:
    """`wait="answer"` returns with the status as it is then; the results can be waited for afterwards."""
    async with running(living), living.member() as mira:
        acted = await mira.edit(images=[A], prompt="teal", wait="answer")
        assert acted.status is not None
        done = await mira.results(int(acted.status["id"]))

    assert len(done.files) == 1


async def test_a_button_leads_on_like_a_command(living: Stand) -> None:
    """Again posts a new status and a new thread; Update changes the message in place."""
    async with running(living), living.member() as mira:
        first = await mira.edit(images=[A], prompt="teal")
        assert first.status is not None
        again = await mira.press(int(first.status["id"]), "Again")
        await mira.press(int(first.status["id"]), "Update")
        (updated,) = [one for one in await mira.messages() if one["id"] == first.status["id"]]

    assert [one["content"] for one in again.posted] == ["again.png"]
    assert again.status is not None
    assert again.status["id"] != first.status["id"]
    assert updated["content"] == "updated"


@pytest.mark.parametrize("channel", ["pictures", "dm"])
async def test_a_question_ends_the_wait_and_a_yes_leads_to_the_results(living: Stand, channel: str) -> None:
    """The edit comes to a question first; after a yes the same message is the status, and its results are followed."""
    async with running(living), living.member(channel=channel) as mira:
        asked = await mira.edit(images=[A], prompt="ask first")
        assert asked.status is not None
        done = await mira.press(int(asked.status["id"]), asked.asks[0])

    assert (asked.asks, asked.refused, asked.thread_id, asked.posted) == (("Go ahead", "Drop it"), None, None, ())
    assert [one["description"] for one in asked.status["attachments"]] == ["a quarter of it, in red"]
    assert done.status is not None
    assert (done.status["id"], done.status["content"], done.asks) == (asked.status["id"], "done", ())
    assert (done.status["attachments"], len(done.status["embeds"])) == ([], 1)
    assert (done.thread_id is not None) == (channel == "pictures")
    assert [one["content"] for one in done.posted] == ["a.png"]


async def test_a_question_is_for_one_member_and_may_be_declined(living: Stand) -> None:
    """Another's yes is answered in private and leaves the question as it is; a no ends it without results."""
    async with running(living), living.member() as mira, living.member("ben") as ben:
        asked = await mira.edit(images=[A], prompt="ask first")
        assert asked.status is not None
        question = int(asked.status["id"])
        stranger = await ben.press(question, "Go ahead")
        dropped = await mira.press(question, "Drop it")

    assert stranger.private is not None
    assert stranger.private["content"] == "That is for the member who asked."
    assert stranger.status is None
    assert dropped.status is not None
    assert (dropped.status["content"], dropped.status["components"], dropped.posted) == ("Dropped.", [], ())


@pytest.mark.parametrize("channel", ["pictures", "dm"])
async def test_what_a_button_shows_is_what_was_posted(living: Stand, channel: str) -> None:
    """A private answer that links to a message with a file, and nothing more to come, ends with that message."""
    async with running(living), living.member(channel=channel) as mira:
        acted = await mira.edit(images=[A], prompt="teal")
        shown = await mira.press(int(acted.posted[0]["id"]), "Before/after")

    assert [one["filename"] for one in shown.files] == ["both.bin"]
    assert [one["content"] for one in shown.posted] == ["Before and after"]


async def test_a_private_answer_without_a_link_is_an_answer(living: Stand) -> None:
    """/quota is no refusal, and what followed it is among the messages that this member sees."""
    async with running(living), living.member() as mira:
        acted = await mira.slash("quota")
        await mira.wait_for(lambda seen: True if len(seen) == 2 else None)

    assert (acted.refused, acted.status) == (None, None)
    assert acted.private is not None
    assert acted.private["content"].startswith("20 of 20")


async def test_waiting_tells_what_was_seen_when_it_gives_up(living: Stand) -> None:
    """Nobody is connected: the command is unknown, a mention stays unanswered, and the error shows the channel."""
    async with living.member(timeout_s=0.2) as mira:
        with pytest.raises(SandboxRefusal, match="no command edit"):
            await mira.edit(images=[A], prompt="teal")
        said = await mira.say("anyone?")
        with pytest.raises(TimeoutError, match="anyone"):
            await mira.answer_to(int(said["id"]))
        with pytest.raises(TimeoutError, match="no bot"):
            await mira.wait_until_connected()


async def test_a_look_is_woken_by_what_happens(living: Stand) -> None:
    """wait_for returns as soon as its message is there, and fails with what it saw instead."""
    async with living.member() as mira:
        waiting = asyncio.create_task(mira.wait_for(lambda seen: seen[-1] if seen else None))
        await asyncio.sleep(0)
        sent = await living.send(content="x")
        found = await waiting
        with pytest.raises(TimeoutError, match="not seen"):
            await mira.wait_for(lambda _: None, timeout_s=0.1)

    assert found["id"] == sent["id"]


@pytest.mark.parametrize(
    ("who", "where", "said"), [("nobody", "pictures", "nobody called"), ("mira", "attic", "no channel called")]
)
async def test_who_or_what_is_not_there_is_refused_in_words(living: Stand, who: str, where: str, said: str) -> None:
    """The refusal names what was missing."""
    async with living.member(who, where) as member:
        with pytest.raises(SandboxRefusal, match=said):
            await member.say("x", mention=False)


async def test_new_people_and_servers_can_be_added(living: Stand) -> None:
    """A lever adds a member; another adds "Other Server", which the bot hears of."""
    async with living.bot() as socket, living.member() as mira:
        await mira.lever("members", {"name": "zoe", "locale": "de"})
        await mira.lever("other-server", {"bot": True})
        joined = await socket.until("GUILD_CREATE")
    async with living.member("zoe") as zoe:
        await zoe.say("hi", mention=False)
        state = await zoe.state()

    assert joined["name"] == "Other Server"
    assert {"zoe", "mira"} <= set(state["people"])
    assert "elsewhere" in state["channels"]
