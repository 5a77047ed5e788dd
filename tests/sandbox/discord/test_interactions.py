"""Interactions: their clocks, what may answer them, and what Discord's client lets a member send."""

import asyncio

import pytest

from bot.sandbox.acted import NO_RESPONSE
from bot.sandbox.discord_api import furnish
from bot.sandbox.member import SandboxRefusal
from tests.sandbox.discord.asking import (
    BUTTONS,
    CHOICES,
    DEFERRED,
    DEFERRED_UPDATE,
    MESSAGE,
    MODAL,
    ORIGINAL,
    SHOW_MODAL,
    UPDATE,
    Asking,
)
from tests.sandbox.discord.stand import PICTURES, Json

# The clocks


async def test_a_callback_after_three_seconds_is_unknown(scene: Asking) -> None:
    """404/10062, and the member reads that the application did not respond."""
    payload, act = await scene.hears(scene.mira.slash("edit", {"prompt": "x"}))
    scene.stand.clock.advance(3.1)

    late = await scene.answer(payload, DEFERRED)

    assert (late.status, late.code) == (404, 10062)
    assert (await act).refused == NO_RESPONSE


async def test_a_second_callback_is_refused(scene: Asking) -> None:
    """400/40060, whatever the first one was."""
    payload = await scene.asked()

    first, second = await scene.answer(payload, DEFERRED), await scene.answer(payload, MESSAGE, content="x")

    assert (first.status, second.status, second.code) == (204, 400, 40060)


async def test_a_refused_callback_leaves_the_interaction_open(scene: Asking) -> None:
    """A form error is no answer: a correct one may follow."""
    payload = await scene.asked()

    wrong, right = await scene.answer(payload, MESSAGE, content=""), await scene.answer(payload, MESSAGE, content="x")

    assert (wrong.code, right.status) == (50006, 204)


async def test_the_token_ends_after_fifteen_minutes(scene: Asking) -> None:
    """401/50027 for an edit and for a followup."""
    payload = await scene.asked()
    await scene.answer(payload, DEFERRED)
    scene.stand.clock.advance(901)

    edit, more = (
        await scene.hook("PATCH", payload, ORIGINAL, content="x"),
        await scene.hook("POST", payload, content="x"),
    )

    assert [(one.status, one.code) for one in (edit, more)] == [(401, 50027)] * 2


async def test_the_token_is_worth_nothing_before_an_answer(scene: Asking) -> None:
    """10015 until the callback came; an unknown token is 50027, a wrong id in a callback 10062."""
    payload = await scene.asked()

    early = await scene.hook("POST", payload, content="x")
    wrong_token = await scene.hook("POST", {**payload, "token": "x" * 64}, content="x")
    wrong_id = await scene.answer({**payload, "id": "7"}, DEFERRED)

    assert [one.code for one in (early, wrong_token, wrong_id)] == [10015, 50027, 10062]


# What may answer


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (DEFERRED_UPDATE, {}),
        (UPDATE, {"content": "x"}),
        (CHOICES, {"choices": []}),
        (1, {}),
        (DEFERRED, {"flags": 1 << 15}),
        (SHOW_MODAL, {**MODAL, "title": "x" * 46}),
        (SHOW_MODAL, {**MODAL, "custom_id": ""}),
        (SHOW_MODAL, {**MODAL, "components": MODAL["components"][:1] * 2}),
        (SHOW_MODAL, {**MODAL, "components": [{"type": 10, "content": "x"}] * 6}),
        (SHOW_MODAL, {**MODAL, "components": [{"type": 19, "custom_id": "bare"}]}),
    ],
)
async def test_what_cannot_answer_a_command_is_a_form_error(scene: Asking, kind: int, given: Json) -> None:
    """Updates need a message, a deferral only knows EPHEMERAL, a modal has its limits."""
    reply = await scene.answer(await scene.asked(), kind, **given)

    assert (reply.status, reply.code) == (400, 50035)


@pytest.mark.parametrize("required", [True, None])
async def test_a_required_upload_cannot_ask_for_none(scene: Asking, required: bool | None) -> None:
    """min_values is left out or at least 1 when something is required."""
    upload: Json = {"type": 19, "custom_id": "f", "min_values": 0, **({"required": True} if required else {})}
    modal = {**MODAL, "components": [{"type": 18, "label": "Files", "component": upload}]}

    assert (await scene.answer(await scene.asked(), SHOW_MODAL, **modal)).code == 50035


async def test_a_deferral_keeps_its_privacy_and_the_first_followup_fills_it(scene: Asking) -> None:
    """The followup edits the loading message and its own flag is ignored."""
    payload = await scene.asked()
    await scene.answer(payload, DEFERRED)

    filled = await scene.hook("POST", payload, content="done", flags=64)
    second = await scene.hook("POST", payload, content="more", flags=64)

    assert (filled.body["flags"], filled.body["id"]) == (0, (await scene.hook("GET", payload, ORIGINAL)).body["id"])
    assert (second.body["flags"], second.body["id"] != filled.body["id"]) == (64, True)


async def test_a_private_answer_is_for_one_member(scene: Asking) -> None:
    """It is in no channel for anybody else, the bot's REST included, and no event tells of it."""
    payload, act = await scene.hears(scene.mira.slash("edit", {"prompt": "x"}))
    response = await scene.answer(payload, MESSAGE, "?with_response=1", content="secret", flags=64)
    await scene.stand.send(content="public")
    answer_id = response.body["interaction"]["response_message_id"]

    assert response.body["resource"]["message"]["content"] == "secret"
    assert (await scene.stand.call("GET", f"/channels/{PICTURES}/messages/{answer_id}")).code == 10008
    assert (await scene.socket.until("MESSAGE_CREATE"))["content"] == "public"
    assert (await act).private == (await scene.mira.messages())[0]
    async with scene.stand.member("ben") as ben:
        assert [one["content"] for one in await ben.messages()] == ["public"]


async def test_the_original_answer_can_be_edited_and_deleted(scene: Asking) -> None:
    """Afterwards it is 10008; a message that is not this interaction's is, too."""
    payload = await scene.asked()
    await scene.answer(payload, MESSAGE, content="one")
    foreign = (await scene.stand.send(content="x"))["id"]

    edited = await scene.hook("PATCH", payload, ORIGINAL, content="two")
    wrong = await scene.hook("PATCH", payload, f"/messages/{foreign}", content="mine now")
    deleted = await scene.hook("DELETE", payload, ORIGINAL)

    assert (edited.body["content"], wrong.code, deleted.status) == ("two", 10008, 204)
    assert (await scene.hook("GET", payload, ORIGINAL)).code == 10008


async def test_five_followups_for_an_app_that_only_the_user_installed(scene: Asking) -> None:
    """The sixth is 40094; an app of the guild has no such limit."""
    world = scene.stand.world
    guild = furnish.add_other_server(world, bot_inside=False)
    commands = [{"name": "mine", "description": "x", "integration_types": [1]}]
    await scene.stand.call("PUT", f"/applications/{scene.stand.application_id}/commands", commands)
    world.user_installs.add(furnish.MIRA)
    async with scene.stand.member(channel="elsewhere") as mira:
        payload, _ = await scene.hears(mira.slash("mine", wait="answer"))
        await scene.answer(payload, MESSAGE, content="x")
        codes = []
        for _ in range(6):
            scene.stand.clock.advance(1)
            codes.append((await scene.hook("POST", payload, content="x")).code)

    assert payload["authorizing_integration_owners"] == {"1": str(furnish.MIRA)}
    assert payload["guild_id"] == str(guild.id)
    assert codes == [0] * 5 + [40094]


# What the bot hears


async def test_a_slash_command_carries_everything_that_a_bot_needs(scene: Asking, png: bytes) -> None:
    """Options by type, attachments under /ephemeral-attachments, permissions, locales, owners, limits."""
    scene.stand.world.users[furnish.MIRA].locale = "de"
    options = {"prompt": "x", "image": ("a.png", png), "n": 2, "quick": True, "size": "s"}
    payload, _ = await scene.hears(scene.mira.slash("edit", options, wait="answer"))

    given = {one["name"]: one["value"] for one in payload["data"]["options"]}
    (attachment,) = payload["data"]["resolved"]["attachments"].values()
    assert given == {"prompt": "x", "image": attachment["id"], "n": 2, "quick": True, "size": "s"}
    assert "/ephemeral-attachments/" in attachment["url"]
    assert attachment["ephemeral"] is True
    assert (payload["locale"], payload["guild_locale"], payload["context"]) == ("de", "en-US", 0)
    assert payload["authorizing_integration_owners"] == {"0": str(furnish.GUILD)}
    assert payload["attachment_size_limit"] == 10 * 1024 * 1024
    assert (payload["entitlements"], payload["member"]["user"]["username"]) == ([], "mira")
    assert int(payload["app_permissions"]) & (1 << 15)


async def test_the_permissions_of_the_app_are_those_of_the_channel(scene: Asking) -> None:
    """What was denied in the channel is missing from app_permissions."""
    await scene.mira.lever("permissions", {"channel": "pictures", "deny": ["CREATE_PUBLIC_THREADS"]})

    assert not int((await scene.asked())["app_permissions"]) & (1 << 35)


async def test_a_command_in_a_dm_has_a_user_and_no_member(scene: Asking) -> None:
    """Context 1, and the owner of the installation is "0"."""
    async with scene.stand.member(channel="dm") as mira:
        payload, _ = await scene.hears(mira.slash("edit", {"prompt": "x"}, wait="answer"))

    assert (payload["user"]["username"], "member" in payload, payload["context"]) == ("mira", False, 1)
    assert payload["authorizing_integration_owners"] == {"0": "0"}


async def test_an_autocomplete_is_answered_with_at_most_25_choices(scene: Asking) -> None:
    """A longer list is a form error; a correct one is what the member sees."""
    typing = asyncio.create_task(scene.mira.autocomplete("edit", "model", "gp"))
    payload = await scene.socket.until("INTERACTION_CREATE")
    choices = [{"name": str(n), "value": str(n)} for n in range(26)]

    too_many = await scene.answer(payload, CHOICES, choices=choices)
    message = await scene.answer(payload, MESSAGE, content="x")
    await scene.answer(payload, CHOICES, choices=choices[:2])

    (focused,) = [one for one in payload["data"]["options"] if one.get("focused")]
    assert (payload["type"], focused["value"]) == (4, "gp")
    assert (too_many.code, message.code) == (50035, 50035)
    assert [one["name"] for one in await typing] == ["0", "1"]


async def test_the_same_interaction_can_arrive_twice(scene: Asking) -> None:
    """A redelivery has the same id and token, and its callback is then 40060."""
    payload = await scene.asked()
    await scene.answer(payload, DEFERRED)

    await scene.mira.lever("redeliver", {})
    again = await scene.socket.until("INTERACTION_CREATE")

    assert again == payload
    assert (await scene.answer(again, DEFERRED)).code == 40060


# What Discord's client lets a member send


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("nowhere", {}),
        ("edit", {}),
        ("edit", {"prompt": "x", "colour": "red"}),
        ("edit", {"prompt": 7}),
        ("edit", {"prompt": "x" * 21}),
        ("edit", {"prompt": "x", "n": 5}),
        ("edit", {"prompt": "x", "n": True}),
        ("edit", {"prompt": "x", "size": "huge"}),
        ("edit", {"prompt": "x", "image": "a.png"}),
        ("edit", {"prompt": "x", "image": ("a.png", bytes(10 * 1024 * 1024 + 1))}),
        ("quota-admin", {}),
        ("quota-admin hide", {}),
        ("quota-admin show", {}),
    ],
)
async def test_what_the_bot_did_not_register_cannot_be_sent(
    scene: Asking, command: str, options: dict[str, object]
) -> None:
    """Unknown names, wrong types, missing and excessive values, and missing rights stop at the client."""
    with pytest.raises(SandboxRefusal):
        await scene.mira.slash(command, options)


async def test_a_command_for_moderators_is_there_for_them_and_not_in_a_dm(scene: Asking) -> None:
    """default_member_permissions and contexts decide who sees it where."""
    async with scene.stand.member("ada") as ada, scene.stand.member("ada", "dm") as in_dm:
        payload, _ = await scene.hears(ada.slash("quota-admin show", wait="answer"))
        with pytest.raises(SandboxRefusal):
            await in_dm.slash("quota-admin show")

    assert payload["data"]["options"] == [{"type": 1, "name": "show", "options": []}]


# What only the member sees


async def test_what_is_whispered_is_followed_to_its_pictures(scene: Asking, png: bytes) -> None:
    """A private answer is waited for until files came on its token, in it or after it."""
    payload, act = await scene.hears(scene.mira.slash("edit", {"prompt": "x"}, wait="answer"))
    await scene.answer(payload, MESSAGE, content="queued", flags=64, components=BUTTONS)
    following = asyncio.create_task(scene.mira.whispers(await act))
    path = f"/webhooks/{scene.stand.application_id}/{payload['token']}"
    await scene.stand.call("POST", path, {"flags": 64}, [("a.png", png)])
    await scene.hook("PATCH", payload, ORIGINAL, content="done", components=[])
    seen = await following

    assert seen.private is not None
    assert (seen.private["content"], seen.refused) == ("done", None)
    assert [one["filename"] for one in seen.files] == ["a.png"]


async def test_a_whisper_without_pictures_is_a_refusal(scene: Asking) -> None:
    """As soon as it has stayed without anything to press for a while."""
    payload, act = await scene.hears(scene.mira.slash("edit", {"prompt": "x"}, wait="answer"))
    await scene.answer(payload, MESSAGE, content="Not today.", flags=64)
    scene.stand.clock.advance(3)

    assert (await scene.mira.whispers(await act)).refused == "Not today."
