"""Stories of a thread as a workbench: version after version, one step back, a step aside, and the files themselves."""

import pytest

from bot.sandbox.acted import labels_of
from bot.sandbox.discord_api.components import SELECTS
from bot.sandbox.discord_api.faults import Fault
from bot.sandbox.discord_api.modal_forms import inputs
from bot.sandbox.member import Acted, Member, Modal
from tests.walk.conftest import Crowd
from tests.walk.sight import button_labels, ended, is_private, numbered, picture, private, quota, widths
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
from tests.walk.stories.server import held

pytestmark = pytest.mark.asyncio(loop_scope="module")

WORDS = "What should change?"
FIRST_VERSION = "This is the first version in this thread, so there is nothing to go back to."


async def lighter(crowd: Crowd, mira: Member, prompt: str) -> Acted:
    """An edit whose result Discord finds too large, so that a lighter copy is posted."""
    async with held(crowd, 1):
        asked = await mira.edit(images=[picture()], prompt=prompt, wait="answer")
        await crowd.stage.sandbox.engine.books.until(waiting=1)
        there = rf"/channels/{asked.thread_id}/messages$"
        crowd.stage.sandbox.discord.faults.add(Fault("POST", there, 413, 40005))
    return await ended(mira, asked)


def choices(modal: Modal) -> dict[str, list[str]]:
    """What the menus of a form offer, by their labels."""
    menus = [(label, one) for label, one in inputs(list(modal.components)) if one["type"] in SELECTS]
    return {label: [option["label"] for option in one["options"]] for label, one in menus}


# ── version after version ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_reply_makes_the_next_version(crowd: Crowd) -> None:
    """Discord took only a lighter copy of the result. The member replies to that copy in the thread and gets the next
    version, made of the very bytes that the model had made."""
    async with crowd.newcomer() as mira:
        one = await lighter(crowd, mira, "workbench: a copy")
        async with inside(crowd.stage, mira, one) as there:
            two = await replied(there, result_of(one), "workbench: of the copy")
        posted = await mira.download(one.files[0]["url"])

    [[whole]] = made(crowd.stage, "workbench: a copy")
    assert posted != whole
    assert sent(crowd.stage, "workbench: of the copy") == [[whole]]
    assert two.files[0]["filename"].endswith("-v2-1.png")
    assert two.posted[0]["content"].startswith(f"Edit #{job_of(two)} · v2 · ")
    assert int(two.posted[0]["channel_id"]) == one.thread_id


async def test_a_reply_to_an_older_version(crowd: Crowd) -> None:
    """The thread is at its second version, and the member replies to the first: the third is made of that, and says
    so."""
    async with crowd.newcomer() as mira:
        one = await first(mira, "workbench: old")
        async with inside(crowd.stage, mira, one) as there:
            await replied(there, result_of(one), "workbench: newer")
            three = await replied(there, result_of(one), "workbench: of the old")

    assert sent(crowd.stage, "workbench: of the old") == made(crowd.stage, "workbench: old")
    assert made(crowd.stage, "workbench: old") != made(crowd.stage, "workbench: newer")
    assert three.posted[0]["content"].startswith(f"Edit #{job_of(three)} · v3 from v1 · ")


async def test_of_several_results_the_form_asks_which(crowd: Crowd) -> None:
    """Three results came. *Edit again* asks which of them, and in which order: the third and then the first are
    chosen, and those are edited."""
    async with crowd.newcomer() as mira:
        one = await first(mira, "workbench: three", options={"n": 3})
        opened = await pressed(mira, result_of(one), "Edit again")
        assert opened.modal is not None
        offered = choices(opened.modal)["Which picture"]
        chosen = {WORDS: "workbench: two of them", "Which picture": [offered[2], offered[0]]}
        two = await ended(mira, await mira.submit(opened.modal, chosen, wait="answer"))

    [results] = made(crowd.stage, "workbench: three")
    assert len(set(results)) == 3
    assert offered == [f"{number} · edit-{job_of(one)}-v1-{number}.png" for number in (1, 2, 3)]
    assert sent(crowd.stage, "workbench: two of them") == [[results[2], results[0]]]
    assert two.files[0]["filename"].endswith("-v2-1.png")


async def test_where_nothing_is_chosen_the_first_is_meant(crowd: Crowd) -> None:
    """Of two results none is chosen in the form, and another picture is added in it: the first result is edited, with
    the new picture behind it."""
    async with crowd.newcomer() as mira:
        one = await first(mira, "workbench: two", options={"n": 2})
        more = {WORDS: "workbench: with another", "More pictures": numbered(1)}
        await again(mira, result_of(one), more)

    [[result, _]] = made(crowd.stage, "workbench: two")
    [pictures] = sent(crowd.stage, "workbench: with another")
    assert pictures[0] == result
    assert len(pictures) == 2
    assert widths(crowd.form("workbench: with another"))[1] == 1


async def test_vary_pressed_twice_quickly(crowd: Crowd) -> None:
    """The member presses *Vary* twice before anything has come: that is one edit, held for once. When it is over a
    third press makes another, of the same pictures and words."""
    prompt = "workbench: vary"
    async with crowd.newcomer() as mira:
        one = await first(mira, prompt)
        async with held(crowd, 1):
            twice = [await pressed(mira, result_of(one), "Vary") for _ in range(2)]
            await crowd.stage.sandbox.engine.books.until(waiting=1)
            standing = await quota(mira)
        varied = await ended(mira, twice[0])
        third = await ended(mira, await pressed(mira, result_of(one), "Vary"))

    assert (twice[0].status or {})["id"] == (twice[1].status or {})["id"]
    assert " · 1 held · " in standing
    assert [one.files[0]["filename"].split("-", 2)[2] for one in (varied, third)] == ["v2-1.png", "v3-1.png"]
    assert len(crowd.calls(prompt)) == 3
    assert len({call.edit for call in crowd.calls(prompt)}) == 1


# ── one step back ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_undo(crowd: Crowd) -> None:
    """The second version was a mistake. *Undo* posts the first one again, once however often it is pressed, and the
    next edit that names no picture is made of it; nothing was paid for going back."""
    async with crowd.newcomer() as mira:
        one = await first(mira, "workbench: good")
        async with inside(crowd.stage, mira, one) as there:
            two = await replied(there, result_of(one), "workbench: a mistake")
            before = await quota(mira)
            back = [await pressed(there, result_of(two), "Undo") for _ in range(2)]
            after = await quota(mira)
            three = await there.slash("edit", {"prompt": "workbench: after all"})
            seen = await shows(there)

    assert private(back[0]) == private(back[1])
    assert private(back[0]).startswith(f"Edit #{job_of(one)} · back to v1 · https://")
    assert before == after
    assert [name.split("-", 2)[2] for name in seen] == ["v1-1.png", "v2-1.png", "v1-1.png", "v3-1.png"]
    assert sent(crowd.stage, "workbench: after all") == made(crowd.stage, "workbench: good")
    assert " · v3 from v1 · " in three.posted[0]["content"]


async def test_nothing_to_go_back_to(crowd: Crowd) -> None:
    """The first version has no *Undo*. Whoever has deleted it and wants back to it from the second is told that
    there is nothing there, and the thread stays at the second."""
    async with crowd.newcomer() as mira:
        one = await first(mira, "workbench: alone")
        async with inside(crowd.stage, mira, one) as there:
            two = await replied(there, result_of(one), "workbench: not alone")
            question = await pressed(there, result_of(one), "Delete")
            await pressed(there, int((question.private or {})["id"]), "Delete it")
            told = await pressed(there, result_of(two), "Undo")
            await there.slash("edit", {"prompt": "workbench: of the second"})
            seen = await shows(there)

    assert "Undo" not in button_labels(one.posted[0])
    assert "Undo" in button_labels(two.posted[0])
    assert refused(told).startswith(FIRST_VERSION)
    assert sent(crowd.stage, "workbench: of the second") == made(crowd.stage, "workbench: not alone")
    assert [name.split("-", 2)[2] for name in seen] == ["v2-1.png", "v3-1.png"]


# ── a step aside ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_result_as_input_elsewhere(crowd: Crowd) -> None:
    """Two results of two threads go into the member's tray by *Use as input*, the second twice. In a third channel
    /edit without a picture is made of both, in that order, and the tray is empty afterwards."""
    async with crowd.newcomer() as mira, crowd.stage.member(mira.name, crowd.newcomer().channel) as elsewhere:
        one = await first(mira, "workbench: left", images=numbered(1))
        two = await first(mira, "workbench: right", images=numbered(1, 2))
        said = [private(await pressed(mira, result_of(each), "Use as input")) for each in (one, two, two)]
        both = await elsewhere.slash("edit", {"prompt": "workbench: both"})
        tray = await elsewhere.slash("tray", wait="answer")

    assert [text.partition(" of at most")[0] for text in said] == [
        "It is in your tray: 1 picture",
        "It is in your tray: 2 pictures",
        "It is in your tray: 2 pictures",
    ]
    [[left]], [[right]] = made(crowd.stage, "workbench: left"), made(crowd.stage, "workbench: right")
    assert sent(crowd.stage, "workbench: both") == [[left, right]]
    assert int(both.posted[0]["channel_id"]) == both.thread_id != one.thread_id
    assert private(tray).startswith("Your tray is empty.")


# ── the files themselves, and the words ───────────────────────────────────────────────────────────────────────────────


async def test_the_original_of_a_lighter_copy(crowd: Crowd) -> None:
    """Where a lighter copy was posted, *Original file* hands its member the file as the model made it, in private."""
    async with crowd.newcomer() as mira:
        one = await lighter(crowd, mira, "workbench: too large")
        acted = await pressed(mira, result_of(one), "Original file")
        assert acted.private is not None
        [file] = acted.private["attachments"]
        content, posted = await mira.download(file["url"]), await mira.download(one.files[0]["url"])

    assert is_private(acted)
    assert private(acted) == f"Edit #{job_of(one)} · the file as it was made"
    assert "the original has " in one.posted[0]["content"]
    assert one.files[0]["filename"].endswith((".webp", ".jpg"))
    assert file["filename"] == f"edit-{job_of(one)}-v1-1.png"
    assert [[content]] == made(crowd.stage, "workbench: too large")
    assert content != posted


async def test_what_the_provider_made_of_the_words(crowd: Crowd) -> None:
    """The provider worked with other words than the member's: *Prompt* shows them in private, as letters only. Where
    it said nothing there is no such button."""
    crowd.stage.sandbox.engine.plan({"revised": "**Fresh** snow for @everyone\n# and [more](https://evil.test)"})
    async with crowd.newcomer() as mira:
        one, other = await first(mira, "workbench: snow"), await first(mira, "workbench: plain snow")
        acted = await pressed(mira, result_of(one), "Prompt")

    [embed] = (acted.private or {})["embeds"]
    assert is_private(acted)
    assert embed["title"] == "What the provider made of your words"
    assert embed["description"] == (
        "\\*\\*Fresh\\*\\* snow for @\u200beveryone\n\\# and \\[more\\](https:\\/\\/evil.test)"
    )
    assert "Prompt" in labels_of(one.posted[0])
    assert "Prompt" not in labels_of(other.posted[0])
