"""Stories of /history: what a member finds in it, has shown again and posts once more, and what nobody else does."""

import asyncio
import re

import pytest

from bot.sandbox.acted import labels_of
from bot.sandbox.discord_api.components import BUTTON, SELECTS, every
from bot.sandbox.discord_api.furnish import add_member
from bot.sandbox.member import Acted, Member
from tests.walk.conftest import Crowd
from tests.walk.sight import Json, ended, is_private, of_bot, picture, private, quota
from tests.walk.stories.bench import first, job_of, made, pressed, shows
from tests.walk.stories.server import forged, held, message_of, open_server

pytestmark = pytest.mark.asyncio(loop_scope="module")

LINE = re.compile(r"\*\*(?:\[#(?P<job>\d+)\]\((?P<link>[^)]+)\)|#(?P<bare>\d+))\*\*")
SMALL = {"model": "dall-e-2", "size": "256x256"}
AGAIN = "Show again"
NOT_YOURS = "This button belongs to the member who asked for the edit."


async def listed(member: Member) -> Acted:
    """`/history`."""
    return await member.slash("history", wait="answer")


def lines(message: Json | None) -> list[str]:
    """The lines of a page, the newest edit first."""
    assert message is not None
    [embed] = message["embeds"]
    assert embed["title"] == "Your edits"
    return str(embed["description"]).splitlines()


def jobs(message: Json | None) -> list[int]:
    """The numbers of the edits on a page."""
    found = [LINE.match(line) for line in lines(message)]
    return [int(one["job"] or one["bare"]) for one in found if one is not None]


def links(message: Json | None) -> list[str]:
    """Where the lines of a page lead."""
    found = [LINE.match(line) for line in lines(message)]
    return [one["link"] or "" for one in found if one is not None]


def parts(acted: Acted, *kinds: int) -> list[Json]:
    """The buttons or menus of a private answer."""
    return [one for one in every((acted.private or {})["components"]) if one["type"] in kinds]


async def shown_again(member: Member, job: int) -> Acted:
    """`/history`, and this edit chosen in its menu by what the member reads there."""
    page = await listed(member)
    [menu] = parts(page, *SELECTS)
    [option] = [one["label"] for one in menu["options"] if one["label"].startswith(f"#{job} · ")]
    return await member.choose(message_of(page), AGAIN, [option], wait="answer")


# ── what is found ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_ones_own_edits_page_by_page(crowd: Crowd) -> None:
    """Mira has made eleven edits, and Ben one in between. She finds hers and no other, ten and then one, each with a
    link to where it was made; she turns the page and back. Ben, who turns it by its id, finds what is his."""
    async with crowd.newcomer() as mira, crowd.newcomer() as ben:
        own = [await first(mira, "history: hers", options=SMALL) for _ in range(2)]
        his = await first(ben, "history: his", options=SMALL)
        own += [await first(mira, "history: hers", options=SMALL) for _ in range(9)]
        page = await listed(mira)
        older = await pressed(mira, message_of(page), "Older")
        newer = await pressed(mira, message_of(page), "Newer")
        [turn] = parts(newer, BUTTON)
        by_ben = await forged(crowd.stage, ben, message_of(page), turn["custom_id"])
        of_ben = await listed(ben)

    own.reverse()
    where = [f"/{acted.status['channel_id']}/{acted.status['id']}" for acted in own if acted.status is not None]
    assert is_private(page)
    assert jobs(page.private) == jobs(newer.private) == [job_of(one) for one in own[:10]]
    assert jobs(older.private) == [job_of(own[10])]
    assert [labels_of(one.private) for one in (page, older, newer)] == [("Older",), ("Newer",), ("Older",)]
    assert [link.endswith(place) for link, place in zip(links(newer.private), where, strict=False)] == [True] * 10
    assert lines(older.private)[0].endswith(" · history: hers · dall-e-2 · $0.02 · v1 · done")
    assert job_of(own[0]) > job_of(his) > job_of(own[10])
    assert jobs(of_ben.private) == [job_of(his)]
    assert "hers" not in str(by_ben["embeds"])


async def test_what_came_to_nothing(crowd: Crowd) -> None:
    """One edit was refused by the provider and one was stopped in time: both are listed with what they cost, which is
    nothing, and there is nothing to show again."""
    async with crowd.newcomer() as mira:
        crowd.stage.sandbox.engine.plan({"code": "moderation_blocked"})
        await first(mira, "history: refused")
        async with held(crowd, 2):
            running = [await mira.edit(images=[picture()], prompt="history: run", wait="answer") for _ in range(2)]
            await crowd.stage.sandbox.engine.books.until(waiting=2)
            queued = await mira.edit(images=[picture()], prompt="history: stopped", wait="answer")
            meanwhile = await listed(mira)
            await pressed(mira, int((queued.status or {})["id"]), "Cancel")
            stopped = await listed(mira)
            for one in running:
                await pressed(mira, int((one.status or {})["id"]), "Cancel")
        for one in (*running, queued):
            await ended(mira, one)
        page = await listed(mira)

    assert " · history: stopped · gpt-image-2 · holds $" in lines(meanwhile.private)[0]
    assert lines(stopped.private)[0].endswith(" · history: stopped · gpt-image-2 · $0.00 · cancelled")
    assert lines(page.private)[-1].endswith(" · history: refused · gpt-image-2 · $0.00 · failed")
    assert parts(stopped, *SELECTS) == []
    assert [option["label"].partition(" · ")[2] for option in parts(page, *SELECTS)[0]["options"]] == [
        "history: run"
    ] * 2


async def test_here_and_everywhere(crowd: Crowd) -> None:
    """Mira is in two servers: in each she finds what she has made there, and in a direct message to the bot all of it,
    what she made there included."""
    one, two = open_server(crowd), open_server(crowd)
    async with one.member() as mira:
        add_member(crowd.stage.sandbox.discord.world, two.guild, mira.name)
        async with crowd.stage.member(mira.name, two.place) as there, crowd.stage.member(mira.name, "dm") as alone:
            made_in = [await first(who, "history: of two", options=SMALL) for who in (mira, there, alone)]
            pages = [await listed(who) for who in (mira, there, alone)]
            elsewhere = await shown_again(alone, job_of(made_in[0]))

    here, other, direct = (job_of(acted) for acted in made_in)
    assert [jobs(page.private) for page in pages] == [[here], [other], [direct, other, here]]
    assert [file["filename"] for file in (elsewhere.private or {})["attachments"]] == [f"edit-{here}-v1-1.png"]


# ── what is shown again ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_shown_again_and_posted(crowd: Crowd) -> None:
    """Mira has an old result shown again in another channel: she alone sees it, as the model made it. She posts it
    there, once however often she presses; Ben varies it there, which is his edit in a thread of its own."""
    prompt = "history: once more"
    async with crowd.newcomer() as mira, crowd.stage.member(mira.name, crowd.newcomer().channel) as there:
        one = await first(mira, prompt)
        async with crowd.stage.member(crowd.newcomer().name, there.channel) as ben:
            again = await shown_again(there, job_of(one))
            [file] = (again.private or {})["attachments"]
            content = await there.download(file["url"])
            unseen = await of_bot(ben)
            answers = [await pressed(there, message_of(again), "Post here") for _ in range(2)]
            [posted] = await of_bot(ben)
            his = await ended(ben, await pressed(ben, int(posted["id"]), "Vary"))
            left = await quota(mira)

    assert is_private(again)
    assert [[content]] == made(crowd.stage, prompt)[:1]
    assert labels_of(again.private) == (
        "Edit again",
        "Vary",
        "Use as input",
        "Original file",
        "Delete",
        "Post here",
    )
    assert unseen == []
    assert private(answers[0]) == private(answers[1])
    assert private(answers[0]).endswith(f"/{posted['channel_id']}/{posted['id']}")
    assert [one["filename"] for one in posted["attachments"]] == [file["filename"]]
    assert posted["mentions"] == []
    assert posted["content"].endswith(f"<@{crowd.stage.id_of(mira.name)}>")
    assert his.thread_id not in (None, one.thread_id)
    assert "19 of 20 left" in left
    assert len(crowd.calls(prompt)) == 2


async def test_what_could_be_delivered_nowhere(crowd: Crowd) -> None:
    """The channel was deleted while the edit was made, and Mira takes no direct messages: her picture, which is paid
    for, waits in the history, and she posts it in another channel."""
    async with crowd.newcomer() as mira, crowd.stage.member(mira.name, crowd.newcomer().channel) as there:
        await mira.lever("members", {"name": mira.name, "accepts_dms": False})
        async with held(crowd, 1):
            asked = await mira.edit(images=[picture()], prompt="history: nowhere", wait="answer")
            await crowd.stage.sandbox.engine.books.until(waiting=1)
            await mira.remove_channel(int((asked.status or {})["channel_id"]))
        line = await _kept(there)
        [number] = [int(one["job"]) for one in LINE.finditer(line)]
        again = await shown_again(there, number)
        [file] = (again.private or {})["attachments"]
        content = await there.download(file["url"])
        await pressed(there, message_of(again), "Post here")
        seen = await shows(there)
        left = await quota(there)

    assert line.endswith(" · v1 · kept")
    assert [[content]] == made(crowd.stage, "history: nowhere")
    assert seen == [f"edit-{number}-v1-1.png"]
    assert "19 of 20 left" in left
    assert "held" not in left


async def _kept(member: Member) -> str:
    """The newest line, once the edit is over."""
    async with asyncio.timeout(60):
        while not (line := lines((await listed(member)).private)[0]).endswith("kept"):  # noqa: ASYNC110 - a row
            await asyncio.sleep(0.2)
    return line


# ── what nobody else does ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_ids_of_somebody_elses_edits(crowd: Crowd) -> None:
    """Ben sends numbers in his history's menu that are not in it: those of Mira's edits, public and private, are
    refused as hers, and what is no number of any edit as unknown. Her *Post here*, which only she sees, posts nothing
    for him."""
    async with crowd.newcomer() as mira, crowd.newcomer() as ben:
        public = await first(mira, "history: public")
        hidden = await mira.edit(images=[picture()], prompt="history: hidden", options={"private": True})
        await first(ben, "history: of ben", options=SMALL)
        page = await listed(ben)
        wanted = (str(job_of(public)), str(job_of(hidden)), "0", "999999", "-1", "1e3", "")
        menu = message_of(page)
        answers = {one: (await forged(crowd.stage, ben, menu, "history:show", (one,))) for one in wanted}
        again = await shown_again(mira, job_of(public))
        posted = await forged(crowd.stage, ben, message_of(again), f"edit:post:{job_of(public)}")
        seen, of_mira = await shows(ben), await listed(mira)

    said = [answers[one]["content"] for one in wanted]
    assert all(text.startswith(NOT_YOURS) for text in said[:2]), said
    assert all(text.startswith("I have no record of this edit any more.") for text in said[2:]), said
    assert all(not one["attachments"] for one in answers.values())
    assert posted["content"].startswith(NOT_YOURS)
    assert seen == []
    assert links(of_mira.private)[0] == ""
    assert "history: hidden" in lines(of_mira.private)[0]
