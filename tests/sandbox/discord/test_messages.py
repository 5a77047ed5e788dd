"""Messages in channels: what Discord accepts, what it refuses and with which code."""

from typing import Any

import pytest

from bot.sandbox.discord_api import furnish
from tests.sandbox.discord.stand import NEWS, PICTURES, Json, Stand

BUTTON = {"type": 2, "style": 1, "label": "Go", "custom_id": "go"}


def rows(*components: Json) -> list[Json]:
    """One row per component."""
    return [{"type": 1, "components": [one]} for one in components]


REFUSED: list[tuple[str, Json, int, int, str]] = [
    ("nothing in it", {}, 400, 50006, ""),
    ("an empty text", {"content": ""}, 400, 50006, ""),
    ("a long text", {"content": "x" * 2001}, 400, 50035, "content"),
    ("eleven embeds", {"embeds": [{"title": "t"}] * 11}, 400, 50035, "embeds"),
    ("a long title", {"embeds": [{"title": "x" * 257}]}, 400, 50035, "embeds"),
    ("a long description", {"embeds": [{"description": "x" * 4097}]}, 400, 50035, "embeds"),
    ("26 fields", {"embeds": [{"fields": [{"name": "n", "value": "v"}] * 26}]}, 400, 50035, "embeds"),
    ("embeds of 6001", {"embeds": [{"description": "x" * 3001}, {"description": "y" * 3000}]}, 400, 50035, "embeds"),
    ("six rows", {"components": rows(*[{**BUTTON, "custom_id": str(n)} for n in range(6)])}, 400, 50035, "components"),
    ("a long custom id", {"components": rows({**BUTTON, "custom_id": "x" * 101})}, 400, 50035, "components"),
    ("a long label", {"components": rows({**BUTTON, "label": "x" * 81})}, 400, 50035, "components"),
    ("a button without words", {"components": rows({**BUTTON, "label": None})}, 400, 50035, "components"),
    ("the same id twice", {"components": rows(BUTTON, BUTTON)}, 400, 50035, "components"),
    ("six buttons", {"components": [{"type": 1, "components": [BUTTON] * 6}]}, 400, 50035, "components"),
    ("a button without a row", {"components": [BUTTON]}, 400, 50035, "components"),
    ("a long nonce", {"content": "x", "nonce": "n" * 26}, 400, 50035, "nonce"),
    ("a wrong flag", {"content": "x", "flags": 64}, 400, 50035, "flags"),
    ("old and new components", {"content": "x", "flags": 1 << 15}, 400, 50035, "content"),
    ("no such target", {"content": "x", "message_reference": {"message_id": "7"}}, 400, 50035, "message_reference"),
    (
        "mentions two ways",
        {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["7"]}},
        400,
        50035,
        "allowed_mentions",
    ),
]


@pytest.mark.parametrize(
    ("payload", "status", "code", "field"), [one[1:] for one in REFUSED], ids=[r[0] for r in REFUSED]
)
async def test_what_is_wrong_with_a_message_is_refused_with_discords_code(
    stand: Stand, payload: Json, status: int, code: int, field: str
) -> None:
    """Each limit answers with its status, its code and, for a form error, the field."""
    reply = await stand.call("POST", f"/channels/{PICTURES}/messages", payload)

    assert (reply.status, reply.code) == (status, code)
    assert not field or field in reply.body["errors"]
    assert not stand.world.channels[PICTURES].messages


async def test_a_form_error_is_nested_as_discord_nests_it(stand: Stand) -> None:
    """The path to the field ends in _errors with a code and a message."""
    reply = await stand.call("POST", f"/channels/{PICTURES}/messages", {"embeds": [{"title": "x" * 257}]})

    (complaint,) = reply.body["errors"]["embeds"]["0"]["title"]["_errors"]
    assert complaint["code"] == "BASE_TYPE_BAD_LENGTH"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/channels/7/messages", 404, 10003),
        (f"/channels/{furnish.HIDDEN}/messages", 403, 50001),
        (f"/channels/{furnish.FORUM}/messages", 400, 50008),
        (f"/channels/{furnish.LOUNGE}/messages", 400, 50008),
        (f"/channels/{PICTURES}/messages/7", 404, 10008),
        (f"/guilds/{furnish.OTHER_GUILD}", 404, 10004),
        (f"/guilds/{furnish.GUILD}/members/7", 404, 10013),
        ("/nowhere", 404, 0),
    ],
)
async def test_what_is_not_there_or_hidden_is_refused(stand: Stand, path: str, status: int, code: int) -> None:
    """Unknown things are 404 with their own codes, hidden ones 403/50001."""
    reply = await stand.call("GET", path)

    assert (reply.status, reply.code) == (status, code)


async def test_a_wrong_token_is_401(stand: Stand) -> None:
    """Only the stand-in's own token is accepted."""
    reply = await stand.call("GET", "/users/@me", token="another")

    assert (reply.status, reply.body) == (401, {"message": "401: Unauthorized", "code": 0})
    assert (await stand.call("GET", "/users/@me")).body["username"] == "Darkroom"


async def test_json_is_answered_with_the_bare_content_type(stand: Stand) -> None:
    """discord.py parses a body only if its type is application/json and nothing else."""
    for path in ("/users/@me", "/channels/7"):
        assert (await stand.call("GET", path)).headers["Content-Type"] == "application/json"


async def test_an_edit_cannot_empty_a_message(stand: Stand) -> None:
    """50006 holds for edits, too, and leaves the message as it was."""
    sent = await stand.send(content="x")

    reply = await stand.call("PATCH", f"/channels/{PICTURES}/messages/{sent['id']}", {"content": ""})

    assert reply.code == 50006
    assert stand.world.message(PICTURES, int(sent["id"])).content == "x"


async def test_a_nonce_gives_the_first_message_for_three_minutes(stand: Stand) -> None:
    """An enforced nonce is remembered per author and channel, then forgotten."""
    again: Json = {"nonce": "job7v1", "enforce_nonce": True}
    first = await stand.send(content="one", **again)

    second = await stand.send(content="two", **again)
    elsewhere = await stand.send(NEWS, content="three", **again)
    stand.clock.advance(181)
    later = await stand.send(content="four", **again)
    unenforced = await stand.send(content="five", nonce="job7v1")

    assert (second["id"], second["content"], second["nonce"]) == (first["id"], "one", "job7v1")
    assert len({first["id"], elsewhere["id"], later["id"], unenforced["id"]}) == 4


@pytest.mark.parametrize(
    ("allowed", "mentioned", "everyone"),
    [
        (None, ["mira", "ben"], True),
        ({"parse": []}, [], False),
        ({"parse": ["users"]}, ["mira", "ben"], False),
        ({"parse": ["everyone"]}, [], True),
        ({"parse": [], "users": [str(furnish.BEN)]}, ["ben"], False),
    ],
)
async def test_mentions_are_those_that_are_allowed(
    stand: Stand, allowed: Any, mentioned: list[str], everyone: bool
) -> None:
    """allowed_mentions decides who is pinged, whatever the text says."""
    text = f"<@{furnish.MIRA}> <@!{furnish.BEN}> @everyone"
    sent = await stand.send(content=text, **({"allowed_mentions": allowed} if allowed else {}))

    assert [one["username"] for one in sent["mentions"]] == mentioned
    assert sent["mention_everyone"] is everyone


async def test_a_reply_pings_unless_it_is_told_not_to(stand: Stand) -> None:
    """A reply mentions the author by default; with allowed_mentions only if replied_user says so."""
    async with stand.member("ben") as ben:
        said = await ben.say("hello", mention=False)
    reference: Json = {"message_reference": {"message_id": said["id"]}}

    pinging = await stand.send(content="a", **reference)
    quiet = await stand.send(content="b", allowed_mentions={"parse": []}, **reference)

    assert [one["username"] for one in pinging["mentions"]] == ["ben"]
    assert (quiet["mentions"], quiet["type"], quiet["message_reference"]["message_id"]) == ([], 19, said["id"])


async def test_another_ones_message_cannot_be_edited_and_deleted_only_with_the_right(stand: Stand) -> None:
    """50005 for an edit; 50013 for a deletion without MANAGE_MESSAGES."""
    async with stand.member("ben") as ben:
        path = f"/channels/{PICTURES}/messages/{(await ben.say('mine', mention=False))['id']}"
        edited, deleted = await stand.call("PATCH", path, {"content": "x"}), await stand.call("DELETE", path)
        await ben.lever("permissions", {"channel": "pictures", "allow": ["MANAGE_MESSAGES"]})
        allowed = await stand.call("DELETE", path)

    assert (edited.code, deleted.code, allowed.status) == (50005, 50013, 204)
    assert (await stand.call("GET", path)).code == 10008


@pytest.mark.parametrize(
    ("denied", "payload", "code"),
    [
        ("VIEW_CHANNEL", {"content": "x"}, 50001),
        ("SEND_MESSAGES", {"content": "x"}, 50013),
        ("EMBED_LINKS", {"embeds": [{"title": "t"}]}, 50013),
        ("ATTACH_FILES", {}, 50013),
        ("READ_MESSAGE_HISTORY", {"content": "x", "message_reference": {"message_id": "7"}}, 160002),
    ],
)
async def test_a_missing_permission_refuses_what_needs_it(stand: Stand, denied: str, payload: Json, code: int) -> None:
    """Each step of sending asks for its own permission."""
    async with stand.member() as mira:
        await mira.lever("permissions", {"channel": "pictures", "deny": [denied]})
        files = [("a.txt", b"x")] if denied == "ATTACH_FILES" else []

        reply = await stand.call("POST", f"/channels/{PICTURES}/messages", payload, files)

    assert (reply.status, reply.code) == (400 if code == 160002 else 403, code)


async def test_a_permission_taken_in_the_whole_guild_is_gone_everywhere(stand: Stand) -> None:
    """Without a channel the lever changes every role that the bot has."""
    async with stand.member() as mira:
        await mira.lever("permissions", {"deny": ["ATTACH_FILES"]})

    reply = await stand.call("POST", f"/channels/{NEWS}/messages", {}, [("a.txt", b"x")])

    assert reply.code == 50013


async def test_history_comes_newest_first_and_in_windows(stand: Stand) -> None:
    """before, after, around and limit choose the messages; an absurd limit is refused."""
    ids = [(await stand.send(content=str(n)))["id"] for n in range(5)]
    path = f"/channels/{PICTURES}/messages"

    async def texts(query: str) -> list[str]:
        return [one["content"] for one in (await stand.call("GET", f"{path}?{query}")).body]

    assert await texts("limit=2") == ["4", "3"]
    assert await texts(f"before={ids[2]}") == ["1", "0"]
    assert await texts(f"after={ids[1]}&limit=2") == ["3", "2"]
    assert await texts(f"around={ids[2]}&limit=3") == ["3", "2", "1"]
    assert (await stand.call("GET", f"{path}?limit=101")).code == 50035


async def test_reactions_come_and_go(stand: Stand) -> None:
    """A reaction is counted once; a custom emoji of nowhere is unknown."""
    sent = await stand.send(content="x")
    path = f"/channels/{PICTURES}/messages/{sent['id']}"

    for _ in range(2):
        assert (await stand.call("PUT", f"{path}/reactions/👍/@me")).status == 204
    unknown = await stand.call("PUT", f"{path}/reactions/blob:77/@me")

    (reaction,) = (await stand.call("GET", path)).body["reactions"]
    assert (reaction["emoji"]["name"], reaction["count"], reaction["me"]) == ("👍", 1, True)
    assert unknown.code == 10014
    await stand.call("DELETE", f"{path}/reactions/👍/@me")
    assert "reactions" not in (await stand.call("GET", path)).body


async def test_a_dm_can_be_refused_by_its_recipient(stand: Stand) -> None:
    """Opening a DM always works; sending to someone who takes none is 50007."""
    opened = (await stand.call("POST", "/users/@me/channels", {"recipient_id": str(furnish.BEN)})).body
    assert opened["type"] == 1
    assert (await stand.send(int(opened["id"]), content="hello"))["channel_id"] == opened["id"]

    stand.world.users[furnish.BEN].accepts_dms = False

    assert (await stand.call("POST", f"/channels/{opened['id']}/messages", {"content": "x"})).code == 50007
