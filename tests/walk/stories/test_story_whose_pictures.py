"""Stories of pictures that are somebody's: what others may do with them, who may delete them, and what nobody may."""

import pytest

from bot.sandbox.member import Acted, Member
from tests.walk.conftest import Crowd
from tests.walk.sight import edited, ended, is_private, is_whole, of_bot, picture, private, quota
from tests.walk.stories.bench import (
    again,
    first,
    inside,
    job_of,
    made,
    pressed,
    refused,
    replied,
    result_of,
    sent,
    shows,
)
from tests.walk.stories.server import Server, decide, forged, message_of, open_server

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOT_YOURS = "This button belongs to the member who asked for the edit."
OWN_ONLY = "In this server members edit only pictures of their own."
NOT_SHARED = "The member who posted {name} does not let others edit it."
MAKING, LOOKING = ("Vary", "Edit again", "Use as input"), ("Original file",)


async def tried(there: Member, message_id: int) -> list[str]:
    """What another member hears at each button with which they would have the picture."""
    return [refused(await pressed(there, message_id, button)) for button in (*MAKING, *LOOKING)]


async def test_another_members_vary_is_their_own(crowd: Crowd) -> None:
    """Ben varies what Mira has made: the next version in her thread is his, on his allowance and with his buttons, and
    neither can delete or undo what is the other's."""
    prompt = "whose: varied"
    async with crowd.newcomer() as mira:
        one = await first(mira, prompt)
        before = await quota(mira)
        async with crowd.stage.member(crowd.newcomer().name, one.thread_id or 0) as ben:
            two = await ended(ben, await pressed(ben, result_of(one), "Vary"))
            theirs, hers = await quota(ben), await quota(mira)
            by_ben = await pressed(ben, result_of(one), "Delete")
            by_mira = [await pressed(mira, result_of(two), button) for button in ("Delete", "Undo")]
            seen = await shows(ben)
            named = crowd.stage.id_of(ben.name)

    assert two.files[0]["filename"].endswith("-v2-1.png")
    assert int(two.posted[0]["channel_id"]) == one.thread_id
    assert f"<@{named}>" in (two.status or {})["content"]
    assert "19 of 20 left" in theirs
    assert hers == before
    assert all(refused(one).startswith(NOT_YOURS) for one in (by_ben, *by_mira))
    assert len(seen) == 2
    assert len(crowd.calls(prompt)) == 2


async def test_members_edit_only_their_own(crowd: Crowd) -> None:
    """An admin decides that members edit only pictures of their own. Ben is refused at Mira's result by every button,
    by a reply, in her thread without a picture, and at what she has uploaded; his own picture is edited in her thread
    all the same, and she goes on as ever."""
    server = open_server(crowd)
    async with server.admin() as otto, server.member() as mira, server.member("ben") as ben:
        one = await first(mira, "whose: hers")
        uploaded = await mira.say("look", [picture("hers.png")], mention=False)
        await decide(otto, "Pictures of others", "Members edit only their own")
        async with server.member("ben", one.thread_id or 0) as there:
            buttons = await tried(there, result_of(one))
            by_reply = await replied(there, result_of(one), "whose: taken")
            by_thread = await edited(there, images=[], prompt="whose: taken")
            his = await edited(there, images=[picture("his.png")], prompt="whose: his")
        by_menu = await taken_by_menu(ben, int(uploaded["id"]), "whose: taken")
        by_tray = await ben.menu("Add to tray", int(uploaded["id"]), wait="answer")
        two = await ended(mira, await pressed(mira, result_of(one), "Vary"))

    said = [*buttons, *(acted.refused or "" for acted in (by_reply, by_thread, by_menu)), private(by_tray)]
    assert len(said) == 8
    assert all(text.startswith(OWN_ONLY) for text in said), said
    assert crowd.calls("whose: taken") == []
    assert len(his.files) == len(two.files) == 1


async def taken_by_menu(member: Member, message_id: int, prompt: str) -> Acted:
    """Apps → Edit picture on a message, and the form sent."""
    opened = await member.menu("Edit picture", message_id, wait="answer")
    assert opened.modal is not None, opened.private
    return await member.submit(opened.modal, {"What should change?": prompt}, wait="answer")


async def test_a_member_who_does_not_share(crowd: Crowd) -> None:
    """Mira lets nobody else edit her pictures, in no server: Ben is refused at her result, at what she has uploaded,
    and at what he had put into his tray before. She edits them as ever; when she shares again, so does he."""
    async with crowd.newcomer() as mira, crowd.stage.member(crowd.newcomer().name, mira.channel) as ben:
        one = await first(mira, "whose: unshared")
        uploaded = await mira.say("look", [picture("hers.png")], mention=False)
        await ben.menu("Add to tray", int(uploaded["id"]), wait="answer")
        answer = await mira.slash("privacy sharing", {"choice": "off"}, wait="answer")
        async with inside(crowd.stage, ben, one) as there:
            buttons = await tried(there, result_of(one))
            by_reply = await replied(there, result_of(one), "whose: kept back")
        by_menu = await taken_by_menu(ben, int(uploaded["id"]), "whose: kept back")
        by_tray = await edited(ben, images=[], prompt="whose: kept back")
        await again(mira, result_of(one), {"What should change?": "whose: her own"})
        await mira.slash("privacy sharing", {"choice": "on"}, wait="answer")
        shared = await edited(ben, images=[], prompt="whose: shared again")

    result = NOT_SHARED.format(name=one.files[0]["filename"])
    assert private(answer).startswith("Done: nobody but you can have me edit pictures that you have posted")
    assert all(text.startswith(result) for text in (*buttons, by_reply.refused or "")), (buttons, by_reply.refused)
    assert [(acted.refused or "").partition(". ")[0] for acted in (by_menu, by_tray)] == [
        "The member who posted hers.png does not let others edit it"
    ] * 2
    assert crowd.calls("whose: kept back") == []
    assert sent(crowd.stage, "whose: her own") == made(crowd.stage, "whose: unshared")
    assert len(shared.files) == 1


async def test_somebody_who_moderates_deletes(crowd: Crowd) -> None:
    """A picture must go. Ben's *Delete* is refused, and so is that of whoever moderates another server; Ada, who
    moderates this one, is asked once, and its messages are gone. Mira finds it in her history without its pictures,
    and it stays counted."""
    server, another = open_server(crowd), open_server(crowd)
    async with server.member() as mira, server.member("ada") as ada, another.admin() as stranger:
        one = await first(mira, "whose: must go")
        before = standing(await quota(mira))
        async with server.member("ben", one.thread_id or 0) as ben:
            by_ben = await pressed(ben, result_of(one), "Delete")
        by_stranger = await forged(crowd.stage, stranger, result_of(one), f"edit:delete:{job_of(one)}")
        await moderating(server, ada)
        async with inside(crowd.stage, ada, one) as there:
            await pressed(mira, result_of(one), "Before/after")
            asked = await pressed(there, result_of(one), "Delete")
            still = await shows(there)
            done = await pressed(there, message_of(asked), "Delete it")
            left = await shows(there)
        [status] = [one for one in await of_bot(mira) if one["type"] == 0]
        history = await mira.slash("history", wait="answer")
        after = standing(await quota(mira))

    assert refused(by_ben).startswith(NOT_YOURS)
    assert by_stranger["content"].startswith(NOT_YOURS)
    assert is_private(asked)
    assert private(asked).startswith(f"Edit #{job_of(one)}: Shall I delete the pictures of this edit?")
    assert len(still) == 2
    assert private(done) == f"Edit #{job_of(one)}: Its pictures are deleted."
    assert left == []
    assert status["content"].startswith(f"Edit #{job_of(one)} · deleted · $")
    assert status["components"] == []
    assert "pictures gone" in str((history.private or {})["embeds"])
    assert before == after


def standing(text: str) -> str:
    """What /quota says without the last edits."""
    return text.partition("**Your last edits**")[0]


async def moderating(server: Server, member: Member) -> None:
    """Let a member remove others' messages in the server, and nothing else."""
    await server.rights(member, whom="&Artists", allow=["MANAGE_MESSAGES"])
    await server.give(member, "Artists")


VERBS = ("vary", "revise", "use", "original", "compare", "delete")


async def test_ids_of_another_place(crowd: Crowd) -> None:
    """Ben sends what the buttons under two results of Mira's would send: from a channel of his own that of her public
    one, and from her very channel that of one which only she sees. All of it is refused; he gets nothing, pays nothing
    and knows no more than before."""
    async with crowd.newcomer() as mira, crowd.newcomer() as ben:
        public = await first(mira, "whose: public")
        hidden = await mira.edit(images=[picture()], prompt="whose: hidden", options={"private": True})
        async with crowd.stage.member(ben.name, mira.channel) as there:
            said = {
                (acted is hidden, verb): await told(crowd, who, acted, verb)
                for who, acted in ((ben, public), (there, hidden))
                for verb in VERBS
            }
        left, seen = await quota(ben), await of_bot(ben)
        tray = await ben.slash("tray", wait="answer")
        kept = await shows(mira, public.thread_id)

    assert len(said) == 2 * len(VERBS)
    assert {key: text for key, text in said.items() if not text.startswith(NOT_YOURS)} == {}
    assert is_whole(left)
    assert seen == []
    assert private(tray).startswith("Your tray is empty.")
    assert kept == [public.files[0]["filename"]]
    assert len(crowd.calls("whose: public")) == len(crowd.calls("whose: hidden")) == 1


async def told(crowd: Crowd, member: Member, acted: Acted, verb: str) -> str:
    """What a member hears who sends this button's id from where they are."""
    answer = await forged(crowd.stage, member, result_of(acted), f"edit:{verb}:{job_of(acted)}")
    return str(answer["content"])
