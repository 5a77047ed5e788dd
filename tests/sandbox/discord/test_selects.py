"""Select menus in messages and forms: what the bot may show, what a member can choose, what the bot hears of it."""

from typing import Any

import pytest

from bot.sandbox.discord_api import furnish
from bot.sandbox.member import Modal, SandboxRefusal
from tests.sandbox.discord.asking import MESSAGE, ORIGINAL, SHOW_MODAL, UPDATE, Asking
from tests.sandbox.discord.stand import PICTURES, Json

OPTIONS = [{"label": f"Picture {n}", "value": str(n)} for n in range(1, 5)]
PICK: Json = {"type": 3, "custom_id": "pick", "placeholder": "Which ones", "max_values": 3, "options": OPTIONS}
WHERE: Json = {"type": 8, "custom_id": "where", "placeholder": "Where", "channel_types": [0], "max_values": 2}
WHO: Json = {"type": 5, "custom_id": "who", "min_values": 0, "default_values": [{"type": "user", "id": "7"}]}


def row(*components: Json) -> list[Json]:
    """One row."""
    return [{"type": 1, "components": list(components)}]


def form(*components: Json) -> Json:
    """A modal with these, each under a label of its custom id."""
    labelled = [{"type": 18, "label": one["custom_id"].title(), "component": one} for one in components]
    return {"custom_id": "m", "title": "Form", "components": labelled}


async def chosen(scene: Asking, select: Json, named: str, values: list[str]) -> Json:
    """What the bot hears when mira chooses these."""
    sent = await scene.stand.send(components=row(select), content="x")
    heard, _ = await scene.hears(scene.mira.choose(int(sent["id"]), named, values))
    return heard


async def shown(scene: Asking, **modal: Any) -> Modal:
    """Mira has the bot's form in front of her."""
    payload = await scene.asked()
    shows = await scene.answer(payload, SHOW_MODAL, **modal)
    assert shows.status == 204, shows.body
    return await scene.mira.shown_modal(int(payload["id"]))


async def test_values_come_in_the_order_they_were_chosen_in(scene: Asking) -> None:
    """Options by their value or label, and no `resolved` for what is only text."""
    heard = await chosen(scene, PICK, "Which ones", ["3", "Picture 1"])

    assert heard["data"] == {"custom_id": "pick", "component_type": 3, "id": 2, "values": ["3", "1"]}


@pytest.mark.parametrize("values", [[], ["1", "2", "3", "4"], ["1", "1"], ["9"]])
async def test_more_fewer_or_other_than_offered_cannot_be_chosen(scene: Asking, values: list[str]) -> None:
    """The client sends none of it."""
    with pytest.raises(SandboxRefusal):
        await chosen(scene, PICK, "pick", values)


async def test_channels_are_named_as_a_member_names_them(scene: Asking) -> None:
    """They come as ids with the channels themselves; another kind of channel is not offered."""
    heard = await chosen(scene, WHERE, "Where", ["#general", "#pictures"])

    assert heard["data"]["values"] == [str(furnish.GENERAL), str(furnish.PICTURES)]
    assert heard["data"]["resolved"]["channels"][str(furnish.GENERAL)]["name"] == "general"
    with pytest.raises(SandboxRefusal):
        await chosen(scene, WHERE, "Where", ["#voice"])


@pytest.mark.parametrize(
    ("kind", "name", "found", "parts"),
    [
        (5, "@ben", furnish.BEN, {"users", "members"}),
        (6, "&Friends", furnish.FRIENDS, {"roles"}),
        (7, "&Moderators", furnish.MODERATORS, {"roles"}),
        (7, "@ada", furnish.ADA, {"users", "members"}),
    ],
)
async def test_people_and_roles_come_with_what_they_are(
    scene: Asking, kind: int, name: str, found: int, parts: set[str]
) -> None:
    """Users with their membership, roles as roles."""
    heard = await chosen(scene, {"type": kind, "custom_id": "s"}, "s", [name])

    assert heard["data"]["values"] == [str(found)]
    assert set(heard["data"]["resolved"]) == parts


async def test_where_nothing_needs_to_be_chosen_nothing_can_be(scene: Asking) -> None:
    """A minimum of 0 lets a member empty the menu; what was chosen before is kept in the message."""
    sent = await scene.stand.send(components=row(WHO), content="x")
    heard, _ = await scene.hears(scene.mira.choose(int(sent["id"]), "who", []))

    assert heard["data"]["values"] == []
    assert sent["components"][0]["components"][0]["default_values"] == WHO["default_values"]


@pytest.mark.parametrize(
    "wrong",
    [
        {**PICK, "max_values": 5},
        {**PICK, "min_values": 3, "max_values": 2},
        {**PICK, "max_values": 26},
        {**PICK, "placeholder": "p" * 151},
        {**PICK, "options": [{**OPTIONS[0], "description": "d" * 101}], "max_values": 1},
        {**PICK, "max_values": 1, "options": [{**one, "default": True} for one in OPTIONS]},
        {**WHERE, "default_values": [{"type": "role", "id": "7"}]},
        {**WHERE, "default_values": [{"type": "channel", "id": str(n)} for n in range(3)]},
        {**WHO, "default_values": [{"type": "user", "id": "ben"}]},
    ],
)
async def test_a_wrong_select_is_a_form_error(scene: Asking, wrong: Json) -> None:
    """In a message and in a form alike."""
    sent = await scene.stand.call("POST", f"/channels/{PICTURES}/messages", {"components": row(wrong), "content": "x"})
    asked = await scene.asked()
    formed = await scene.answer(asked, SHOW_MODAL, **form(wrong))

    assert (sent.code, formed.code) == (50035, 50035)


async def test_a_form_holds_selects_of_every_kind(scene: Asking) -> None:
    """Their values are in the member's order, with the objects of what was named."""
    radio = {"type": 21, "custom_id": "size", "options": OPTIONS[:2]}
    modal = await shown(scene, **form(PICK, WHERE, WHO, radio))
    filled = {"Pick": ["Picture 2", "1"], "Where": "#general", "Who": [], "size": "2"}
    heard, _ = await scene.hears(scene.mira.submit(modal, filled, wait="answer"))

    fields = {one["component"]["custom_id"]: one["component"] for one in heard["data"]["components"]}
    assert fields["pick"]["values"] == ["2", "1"]
    assert fields["where"]["values"] == [str(furnish.GENERAL)]
    assert (fields["who"]["values"], fields["size"]["value"]) == ([], "2")
    assert set(heard["data"]["resolved"]) == {"channels"}


async def test_what_a_form_offers_by_default_is_sent_as_it_is(scene: Asking) -> None:
    """Left alone, a select keeps its default, and one that need not be filled in is empty."""
    default = {**PICK, "options": [OPTIONS[0], {**OPTIONS[1], "default": True}], "max_values": 1}
    modal = await shown(scene, **form(default, {**WHERE, "required": False}))
    heard, _ = await scene.hears(scene.mira.submit(modal, {}, wait="answer"))

    assert [one["component"]["values"] for one in heard["data"]["components"]] == [["2"], []]


@pytest.mark.parametrize("values", [{"Pick": []}, {"Pick": ["1", "2", "3", "4"]}, {"Pick": "9"}, {}])
async def test_a_form_filled_in_wrongly_stays_with_the_member(scene: Asking, values: dict[str, Any]) -> None:
    """Required, too many, not offered."""
    modal = await shown(scene, **form(PICK))

    with pytest.raises(SandboxRefusal):
        await scene.mira.submit(modal, values)


async def test_a_select_in_a_form_cannot_be_switched_off(scene: Asking) -> None:
    """Discord refuses `disabled` there."""
    asked = await scene.asked()

    assert (await scene.answer(asked, SHOW_MODAL, **form({**PICK, "disabled": True}))).code == 50035


async def test_a_private_message_is_changed_by_what_is_chosen_in_it(scene: Asking) -> None:
    """Updated with a new file, then edited with another: it stays one private message, and shows the last file."""
    asked = await scene.asked()
    await scene.answer(asked, MESSAGE, flags=64, content="pick", components=row(PICK))
    [panel] = [one for one in await scene.mira.messages() if one["flags"] & 64]
    heard, act = await scene.hears(scene.mira.choose(int(panel["id"]), "pick", ["1"]))
    path = f"/interactions/{heard['id']}/{heard['token']}/callback"
    body = {"content": "1 chosen", "attachments": [{"id": 0, "filename": "a.png"}]}
    await scene.stand.call("POST", path, {"type": UPDATE, "data": body}, [("a.png", b"a")])
    after = (await act).private
    edit = f"/webhooks/{scene.stand.application_id}/{heard['token']}{ORIGINAL}"
    await scene.stand.call("PATCH", edit, {"attachments": [{"id": 0, "filename": "b.png"}]}, [("b.png", b"b")])

    [now] = [one for one in await scene.mira.messages() if one["flags"] & 64]
    assert after is not None
    assert (after["id"], after["content"], after["attachments"][0]["filename"]) == (panel["id"], "1 chosen", "a.png")
    assert (now["id"], [one["filename"] for one in now["attachments"]]) == (panel["id"], ["b.png"])
