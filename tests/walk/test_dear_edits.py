"""Dear edits: asked about in public, agreed to, dropped, too late; nothing is held before the yes."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from bot.sandbox.member import Acted, Member, SandboxRefusal
from tests.walk.conftest import Crowd, crowded
from tests.walk.sight import (
    Json,
    Named,
    button_labels,
    ended,
    is_private,
    is_whole,
    mask,
    of_bot,
    picture,
    private,
    quota,
    size_of,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

ALWAYS = {"ASK_ABOVE_USD": "0"}
GO, DROP = "Go ahead", "Drop it"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def crowd(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Crowd, None]:
    """A crowd before a bot to which every edit is dear."""
    async with crowded(tmp_path_factory.mktemp("dear"), lambda _: ALWAYS) as crowd:
        yield crowd


async def test_a_dear_edit_is_asked_about(crowd: Crowd) -> None:
    """In public, with the price, the prompt, the share of the mask and a picture of what would change; the member is
    led there in private. Nothing is held or sent, and only an edit with a mask has something to show."""
    async with crowd.newcomer() as mira, crowd.newcomer() as ben:
        masked = await asked(mira, "a dear sky", mask("sky-mask.png"))
        bare = await asked(ben, "a dear sky")
        overlay = await mira.download(question(masked)["attachments"][0]["url"])
        left = await quota(mira)

    text = question(masked)["content"]
    assert text.startswith("This edit may cost up to $")
    assert text.endswith("mask: sky-mask.png, 50 % will change")
    assert question(masked)["embeds"][0]["description"] == "a dear sky"
    assert [label.partition(" · $")[0] for label in button_labels(question(masked))] == [GO, DROP]
    [shown] = question(masked)["attachments"]
    assert shown["description"] == "Your picture, tinted where it will change: 50 % of it"
    assert size_of(overlay) == (256, 256)
    assert question(bare)["attachments"] == []
    assert private(masked).startswith("This edit may cost up to $")
    assert is_private(masked)
    assert is_whole(left)
    assert crowd.calls("a dear sky") == []


async def test_a_yes_makes_the_question_the_status_message(crowd: Crowd) -> None:
    """The money is held with the yes; the same message then shows the edit, its thread and its end."""
    async with crowd.newcomer() as mira:
        before = await asked(mira, "a dear yes", mask("sky-mask.png"))
        went = await mira.press(int(question(before)["id"]), before.asks[0], wait="answer")
        done = await ended(mira, went)
        public, left = await of_bot(mira), await quota(mira)

    assert private(went).partition(" · ")[2].startswith("queued · holds $")
    assert [one["id"] for one in public] == [question(before)["id"]]
    assert public[0]["content"].partition(" · ")[2].startswith("done · v1 · $")
    assert public[0]["attachments"] == []
    assert done.thread_id == int(question(before)["id"])
    assert len(done.files) == 1
    assert "19 of 20 left" in left
    assert "held" not in left
    assert len(crowd.calls("a dear yes")) == 1


async def test_a_no_ends_it(crowd: Crowd) -> None:
    """The question says so and loses its buttons and its picture; nothing was ever held."""
    async with crowd.newcomer() as mira:
        before = await asked(mira, "a dear no", mask("sky-mask.png"))
        dropped = await mira.press(int(question(before)["id"]), DROP, wait="answer")
        [now] = await of_bot(mira)
        with pytest.raises(SandboxRefusal, match="no button"):
            await mira.press(int(now["id"]), before.asks[0])
        left = await quota(mira)

    assert private(dropped) == "It was dropped. Nothing was charged."
    assert now["content"].startswith("This edit was dropped. Nothing was charged.")
    assert (now["attachments"], button_labels(now)) == ([], [])
    assert is_whole(left)
    assert crowd.calls("a dear no") == []


async def test_only_its_member_can_answer(crowd: Crowd) -> None:
    """A stranger's yes and no are refused in private; the question stands, and its member can still say yes."""
    async with crowd.newcomer() as mira, crowd.newcomer() as ben:
        before = await asked(mira, "a dear stranger")
        message_id = int(question(before)["id"])
        presses = [await ben.press(message_id, label, wait="answer") for label in (before.asks[0], DROP)]
        [now] = await of_bot(mira)
        theirs = await quota(ben)
        done = await ended(mira, await mira.press(message_id, before.asks[0], wait="answer"))

    assert all(private(one).startswith("This button belongs to the member who asked") for one in presses)
    assert all(is_private(one) for one in presses)
    assert now["content"] == question(before)["content"]
    assert is_whole(theirs)
    assert len(done.files) == 1


async def test_two_presses_are_one_yes(crowd: Crowd) -> None:
    """A hand that trembles places one edit: both answers are of it, one call is made, and one picture is paid for."""
    async with crowd.newcomer() as mira:
        before = await asked(mira, "a dear twice")
        message_id = int(question(before)["id"])
        # Both are on their way before the bot has heard of either.
        async with asyncio.TaskGroup() as group:
            presses = [group.create_task(mira.press(message_id, before.asks[0], wait="answer")) for _ in range(2)]
        answers = {private(one.result()).partition(" · ")[0] for one in presses}
        done = await ended(mira, presses[0].result())
        left = await quota(mira)

    assert len(answers) == 1
    assert len(done.files) == 1
    assert len(crowd.calls("a dear twice")) == 1
    assert "19 of 20 left" in left


async def test_a_mention_is_asked_in_public(crowd: Crowd) -> None:
    """Whoever writes to the bot gets the question as the answer, and says yes to it as to any other."""
    async with crowd.newcomer() as mira:
        written = await mira.say("a dear mention", [picture(), mask("sky-mask.png")])
        before = await mira.answer_to(int(written["id"]), wait="answer")
        done = await ended(mira, await mira.press(int(question(before)["id"]), before.asks[0], wait="answer"))

    assert before.refused is None
    assert len(done.files) == 1


async def test_a_second_try_needs_no_second_yes(crowd: Crowd) -> None:
    """*Try again* is a yes by itself."""
    async with crowd.newcomer() as mira:
        before = await asked(mira, "a dear cut [fault:cut*1]")
        told = await ended(mira, await mira.press(int(question(before)["id"]), before.asks[0], wait="answer"))
        again = await ended(mira, await mira.press(int(told.posted[0]["id"]), "Try again", wait="answer"))

    assert again.asks == ()
    assert len(again.files) == 1


async def asked(member: Member, prompt: str, painted: Named | None = None) -> Acted:
    """An edit that ends in a question."""
    acted = await member.edit(images=[picture()], mask=painted, prompt=prompt, wait="answer")
    assert acted.asks, acted.refused
    return acted


def question(acted: Acted) -> Json:
    """The message that asks."""
    assert acted.status is not None
    return acted.status
