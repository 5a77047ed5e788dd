"""What the provider may do to an edit, and what the member hears, pays and can do about it."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from bot.sandbox.member import Acted
from tests.walk.conftest import Stage
from tests.walk.sight import Json, edited, ended, picture, quota, words

UNKNOWN = (
    "The connection to the provider broke while the edit was being made, so nobody knows whether it finished. "
    "Nothing was charged. Press Try again to ask once more."
)
FULL = "**Money a month** · $5.00 of $5.00 left"


@pytest.mark.parametrize(
    ("trouble", "pause_s"),
    [({"code": "rate_limit_exceeded", "headers": {"Retry-After": "1"}}, 1.0), ({"code": "server_error"}, 2.0)],
    ids=["429", "500"],
)
async def test_an_explicit_refusal_is_waited_out(stage: Stage, trouble: dict[str, object], pause_s: float) -> None:
    """A limit or a fault with nothing billed costs the pause that was asked for: then one call is made and paid."""
    stage.sandbox.engine.plan(trouble)
    async with stage.bot(), stage.member() as mira:
        acted = await edited(mira, images=[picture()], prompt="teal")

    assert len(acted.files) == 1
    first, second = stage.calls
    assert [first.status, second.status] in ([429, 200], [500, 200])
    assert [call.billed_micro_usd > 0 for call in stage.calls] == [False, True]
    assert first.client_request_id != second.client_request_id
    assert second.at - first.at >= pause_s


async def test_a_provider_that_stays_down_is_told_and_can_be_asked_again(stage: Stage) -> None:
    """Three refusals in a row end the edit: nothing charged, and the button asks once more."""
    stage.sandbox.engine.plan(*[{"status": 503, "headers": {"retry-after-ms": "1"}}] * 3)
    async with stage.bot(), stage.member() as mira:
        told = await edited(mira, images=[picture()], prompt="teal")
        left = await quota(mira)
        again = await mira.press(int(told.posted[0]["id"]), "Try again")

    assert told.posted[0]["content"] == (
        "Edit #1: The provider cannot be reached or has a fault. Nothing was charged. Try again in a few minutes."
    )
    assert (told.status or {})["content"].startswith("Edit #1 · failed · nothing charged")
    assert FULL in left
    assert len(again.files) == 1
    assert len(stage.calls) == 4


async def test_a_safety_refusal_is_told_as_such(stage: Stage) -> None:
    """The provider's safety system ends the edit at once: another wording is needed, so no button repeats it."""
    stage.sandbox.engine.plan({"code": "moderation_blocked"})
    async with stage.bot(), stage.member() as mira:
        acted = await edited(mira, images=[picture()], prompt="teal")
        left = await quota(mira)

    assert words(acted.posted) == [
        "Edit #1: The provider's safety system refused this edit. Nothing was charged. "
        "Change the wording or the picture and try again."
    ]
    assert buttons(acted.posted[0]) == []
    assert FULL in left
    assert "held" not in left
    assert len(stage.calls) == 1


async def test_an_unknown_outcome_is_told_and_repeated_by_consent_only(stage: Stage) -> None:
    """A line that breaks after the upload is never called again by itself; *Try again* is a new edit, newly held."""
    stage.sandbox.engine.plan({"cut": "after_body"}, {"cut": "mid_answer"}, {"hold": True})
    async with stage.bot(), stage.member() as mira, stage.member("ben", "general") as ben:
        told = [await edited(one, images=[picture()], prompt="teal") for one in (mira, ben)]
        left = await quota(mira)
        calls = len(stage.calls)
        pressed = await mira.press(int(told[0].posted[0]["id"]), "Try again", wait="answer")
        await stage.sandbox.engine.books.until(waiting=1)
        held = await quota(mira)
        stage.sandbox.engine.release()
        again = await ended(mira, pressed)

    assert [words(one.posted) for one in told] == [[f"Edit #{number}: {UNKNOWN}"] for number in (1, 2)]
    assert FULL in left
    assert calls == 2
    assert (pressed.private or {})["content"].startswith("Edit #3 · queued")
    assert " · 1 held · " in held
    assert int((again.status or {})["channel_id"]) == told[0].thread_id
    assert len(again.files) == 1
    # Each call has an id of its own, so that no gateway takes the third for a repetition of the first.
    assert len({call.client_request_id for call in stage.calls}) == 3


async def test_a_line_that_is_cut_before_the_upload_was_read_is_in_doubt(stage: Stage) -> None:
    """Bytes may have left, so the outcome is unknown or, where none did, the call is made again; never both."""
    stage.sandbox.engine.plan({"cut": "before_body"})
    async with stage.bot(), stage.member() as mira:
        acted = await edited(mira, images=[picture()], prompt="teal")

    repeated = len(acted.files) == 1 and len(stage.calls) == 2
    in_doubt = words(acted.posted) == [f"Edit #1: {UNKNOWN}"] and len(stage.calls) == 1
    assert repeated or in_doubt


async def test_an_account_without_money_is_told_to_the_operator_once(stage: Stage) -> None:
    """The first member hears it of the edit, the next at the door, with nothing held; the operator hears it once."""
    stage.sandbox.engine.plan({"code": "insufficient_quota"})
    async with stage.bot(OPERATOR_IDS=await _id_of(stage, "ada")), stage.member() as mira:
        first = await edited(mira, images=[picture()], prompt="teal")
        second = await mira.edit(images=[picture()], prompt="teal")
        async with stage.member("ada", "dm") as ada:
            letters = await ada.messages()
        left = await quota(mira)

    assert "The provider does not let me in at the moment. Nothing was charged." in _told(first)
    assert (second.refused or "").startswith("gpt-image-2 is closed for now: its provider does not let me in")
    assert len(letters) == 1
    assert letters[0]["content"].startswith("The image provider does not let me in: it refuses the key, the account")
    assert FULL in left
    assert len(stage.calls) == 1


async def test_an_answer_without_a_picture_costs_the_member_nothing(stage: Stage) -> None:
    """A page, half a sentence, no picture or an apology: told in the thread, never retried, nothing charged."""
    odd = ("html", "truncated_json", "not_a_picture", "empty_data", "error_200")
    stage.sandbox.engine.plan(*[{"answer": one} for one in odd])
    places = (("mira", "pictures"), ("mira", "general"), ("ben", "pictures"), ("ben", "general"), ("ada", "news"))
    async with stage.bot(), AsyncExitStack() as stack, asyncio.TaskGroup() as all_of_them:
        members = [await stack.enter_async_context(stage.member(*place)) for place in places]
        asked = [all_of_them.create_task(edited(one, images=[picture()], prompt="teal")) for one in members]
        acted = [await one for one in asked]
        left = [await quota(one) for one in members]

    assert [one.files for one in acted] == [()] * len(odd)
    assert all("Nothing was charged." in _told(one) for one in acted)
    assert all(FULL in one for one in left)
    assert len(stage.calls) == len(odd)


async def test_fewer_results_than_asked_are_delivered_and_charged_as_they_came(stage: Stage) -> None:
    """Two of three pictures are posted; the third costs neither money nor a picture of the day."""
    stage.sandbox.engine.plan({"answer": "fewer"})
    async with stage.bot(), stage.member() as mira:
        acted = await edited(mira, images=[picture()], prompt="teal", options={"n": 3})
        left = await quota(mira)

    assert len(acted.files) == 2
    assert "**Pictures a day** · 18 of 20 left" in left


def buttons(message: Json) -> list[str]:
    """The labels of a message's buttons."""
    return [one["label"] for row in message["components"] for one in row["components"]]


def _told(acted: Acted) -> str:
    return "\n".join(words(acted.posted))


async def _id_of(stage: Stage, name: str) -> str:
    user = stage.sandbox.discord.world.user_named(name)
    assert user is not None
    return str(user.id)
