"""Message commands, modals and buttons: what the bot hears of them, and what may answer."""

from typing import Any

import pytest

from bot.sandbox.member import Modal, SandboxRefusal
from tests.sandbox.discord.asking import BUTTONS, DEFERRED, DEFERRED_UPDATE, MODAL, ORIGINAL, SHOW_MODAL, UPDATE, Asking
from tests.sandbox.discord.stand import PICTURES, Json


async def submitted(scene: Asking, values: dict[str, Any]) -> tuple[Modal, Json]:
    """Mira fills in the bot's modal; the modal and the submit that the bot hears."""
    asked = await scene.mira.say("x", mention=False)
    payload, act = await scene.hears(scene.mira.menu("Edit picture", int(asked["id"])))
    await scene.answer(payload, SHOW_MODAL, **MODAL)
    modal = (await act).modal
    assert modal is not None
    heard, _ = await scene.hears(scene.mira.submit(modal, values, wait="answer"))
    return modal, heard


async def test_a_message_command_shows_a_message_that_the_bot_could_not_read(scene: Asking, png: bytes) -> None:
    """The target comes with content and files although the bot lacks the intent."""
    said = await scene.mira.say("look", [("a.png", png)], mention=False)
    payload, _ = await scene.hears(scene.mira.menu("Edit picture", int(said["id"]), wait="answer"))

    target = payload["data"]["resolved"]["messages"][payload["data"]["target_id"]]
    assert (target["content"], target["attachments"][0]["filename"]) == ("look", "a.png")


async def test_only_the_target_of_a_message_command_is_shown(scene: Asking, png: bytes) -> None:
    """The picture that the target replies to stays invisible without the intent."""
    async with scene.stand.member("ben") as ben:
        source = await ben.say("mine", [("a.png", png)], mention=False)
    reply = await scene.mira.say("nice", reply_to=int(source["id"]), mention=False)
    payload, _ = await scene.hears(scene.mira.menu("Edit picture", int(reply["id"]), wait="answer"))

    target = payload["data"]["resolved"]["messages"][reply["id"]]
    assert (target["content"], target["referenced_message"]["attachments"]) == ("nice", [])


async def test_a_modal_keeps_the_members_order_while_resolved_may_not(scene: Asking) -> None:
    """`values` is in the order of the member, `resolved` in another every second time."""
    files = [(f"{n}.png", b"x") for n in range(3)]
    orders = []
    for _ in range(2):
        _, heard = await submitted(scene, {"Pictures": files, "prompt": "x"})
        upload = heard["data"]["components"][0]["component"]
        resolved = heard["data"]["resolved"]["attachments"]
        assert [resolved[one]["filename"] for one in upload["values"]] == ["0.png", "1.png", "2.png"]
        orders.append([one["filename"] for one in resolved.values()])

    assert orders == [["2.png", "1.png", "0.png"], ["0.png", "1.png", "2.png"]]


async def test_a_modal_submit_is_not_answered_with_a_modal(scene: Asking) -> None:
    """Nor with an update, where no message showed the modal."""
    _, heard = await submitted(scene, {"Pictures": [("a.png", b"x")], "Prompt": "x"})

    modal, update = await scene.answer(heard, SHOW_MODAL, **MODAL), await scene.answer(heard, UPDATE, content="x")

    assert (modal.code, update.code) == (50035, 50035)
    assert (await scene.answer(heard, DEFERRED, flags=64)).status == 204


async def test_a_modal_can_be_looked_at_again(scene: Asking) -> None:
    """Another process finds it by the interaction that it answered."""
    modal, _ = await submitted(scene, {"Pictures": [("a.png", b"x")], "Prompt": "x"})

    assert await scene.mira.shown_modal(modal.interaction_id) == modal


@pytest.mark.parametrize(
    "values",
    [
        {"prompt": "x"},
        {"files": [("a", b"")]},
        {"files": [("a", b"")] * 4, "prompt": "x"},
        {"files": [("a", b"")], "prompt": "ten letters"},
        {"files": [("a", b"")], "prompt": "x", "other": "x"},
        {"files": [("a", bytes(10 * 1024 * 1024 + 1))], "prompt": "x"},
    ],
    ids=["no file", "no prompt", "too many files", "too long", "no such field", "too large"],
)
async def test_a_modal_filled_in_wrongly_does_not_leave_the_client(scene: Asking, values: dict[str, Any]) -> None:
    """Discord's client checks required fields, lengths, counts and sizes."""
    with pytest.raises(SandboxRefusal):
        await submitted(scene, values)


async def test_a_button_updates_its_message_or_answers_anew(scene: Asking) -> None:
    """A deferred update makes the message itself the original answer."""
    sent = await scene.stand.send(content="x", components=BUTTONS)
    payload, act = await scene.hears(scene.mira.press(int(sent["id"]), "Again"))
    assert (await scene.answer(payload, DEFERRED_UPDATE)).status == 204

    edited = await scene.hook("PATCH", payload, ORIGINAL, content="changed")

    assert (payload["data"]["custom_id"], payload["message"]["id"]) == ("again", sent["id"])
    assert (edited.body["id"], (await act).private) == (sent["id"], None)
    assert (await scene.stand.call("GET", f"/channels/{PICTURES}/messages/{sent['id']}")).body["content"] == "changed"


@pytest.mark.parametrize("button", ["Off", "Nowhere"])
async def test_a_button_that_is_off_or_missing_cannot_be_pressed(scene: Asking, button: str) -> None:
    """The client does not send it."""
    sent = await scene.stand.send(content="x", components=BUTTONS)

    with pytest.raises(SandboxRefusal):
        await scene.mira.press(int(sent["id"]), button)
