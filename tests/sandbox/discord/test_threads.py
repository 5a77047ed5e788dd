"""Threads: where they can be opened, what archiving and locking refuse, and who may post."""

import pytest

from bot.sandbox.discord_api import furnish
from tests.sandbox.discord.stand import NEWS, PICTURES, STAGE, VOICE, Json, Reply, Stand


async def opened(stand: Stand, channel_id: int = PICTURES, **payload: object) -> tuple[Json, Reply]:
    """A message, and the thread that was asked for under it."""
    sent = await stand.send(channel_id, content="x")
    asked = {"name": "t", **payload}
    return sent, await stand.call("POST", f"/channels/{channel_id}/messages/{sent['id']}/threads", asked)


async def test_a_thread_from_a_message_has_its_id_and_is_the_only_one(stand: Stand) -> None:
    """The message says that it has a thread; a second one is 160004."""
    sent, thread = await opened(stand)

    again = await stand.call("POST", f"/channels/{PICTURES}/messages/{sent['id']}/threads", {"name": "t"})
    message = (await stand.call("GET", f"/channels/{PICTURES}/messages/{sent['id']}")).body

    assert (thread.status, thread.body["id"], thread.body["type"]) == (201, sent["id"], 11)
    assert again.code == 160004
    assert (message["flags"] & 32, message["thread"]["id"]) == (32, sent["id"])


@pytest.mark.parametrize("name", ["", "   ", "x" * 101])
async def test_a_name_is_1_to_100_characters(stand: Stand, name: str) -> None:
    """Anything else is a form error at `name`."""
    _, thread = await opened(stand, name=name)

    assert thread.code == 50035
    assert "name" in thread.body["errors"]


@pytest.mark.parametrize(("channel", "status", "code"), [(NEWS, 201, 0), (VOICE, 400, 50024), (STAGE, 400, 50024)])
async def test_only_text_and_announcement_channels_have_threads(
    stand: Stand, channel: int, status: int, code: int
) -> None:
    """The text chat of a voice or stage channel has none."""
    _, thread = await opened(stand, channel)

    assert (thread.status, thread.code) == (status, code)
    assert code or thread.body["type"] == 10


async def test_a_dm_has_no_threads(stand: Stand) -> None:
    """50024 there, too."""
    _, thread = await opened(stand, stand.world.dm_with(furnish.MIRA).id)

    assert thread.code == 50024


async def test_the_cap_on_active_threads_refuses_one_more(stand: Stand) -> None:
    """160006 counts active threads only: archiving one makes room."""
    stand.world.guilds[furnish.GUILD].active_thread_cap = 1
    _, first = await opened(stand)

    _, second = await opened(stand)
    await stand.call("PATCH", f"/channels/{first.body['id']}", {"archived": True})
    _, third = await opened(stand)

    assert (second.code, third.status) == (160006, 201)


@pytest.mark.parametrize(
    ("denied", "payload", "code"),
    [
        ("CREATE_PUBLIC_THREADS", {"type": 11}, 50013),
        ("CREATE_PRIVATE_THREADS", {}, 50013),
        ("CREATE_PRIVATE_THREADS", {"type": 11}, 0),
    ],
)
async def test_opening_needs_the_permission_of_its_kind(stand: Stand, denied: str, payload: Json, code: int) -> None:
    """A thread without a message is private unless its type says otherwise."""
    async with stand.member() as mira:
        await mira.lever("permissions", {"channel": "pictures", "deny": [denied]})

    reply = await stand.call("POST", f"/channels/{PICTURES}/threads", {"name": "t", **payload})

    assert reply.code == code


async def test_posting_needs_the_right_to_send_in_threads_and_not_that_to_send(stand: Stand) -> None:
    """SEND_MESSAGES has no effect inside a thread."""
    _, thread = await opened(stand)
    async with stand.member() as mira:
        await mira.lever("permissions", {"channel": "pictures", "deny": ["SEND_MESSAGES"]})
        inside = await stand.call("POST", f"/channels/{thread.body['id']}/messages", {"content": "x"})
        await mira.lever("permissions", {"channel": "pictures", "deny": ["SEND_MESSAGES_IN_THREADS"]})
        refused = await stand.call("POST", f"/channels/{thread.body['id']}/messages", {"content": "x"})

    assert (inside.status, refused.code) == (200, 50013)


async def test_sending_unarchives_and_editing_is_refused(stand: Stand) -> None:
    """In an archived thread an edit, a deletion and a join are 50083; a new message wakes it."""
    _, thread = await opened(stand)
    place = f"/channels/{thread.body['id']}"
    sent = await stand.send(int(thread.body["id"]), content="x")
    await stand.call("PATCH", place, {"archived": True})

    message = f"{place}/messages/{sent['id']}"
    refused = [
        await stand.call("PATCH", message, {"content": "y"}),
        await stand.call("DELETE", message),
        await stand.call("PUT", f"{place}/thread-members/{furnish.BEN}"),
    ]
    woken = await stand.call("POST", f"{place}/messages", {"content": "z"})

    assert [one.code for one in refused] == [50083] * 3
    assert woken.status == 200
    assert (await stand.call("GET", place)).body["thread_metadata"]["archived"] is False


async def test_a_locked_thread_takes_no_message(stand: Stand) -> None:
    """160005, unless one may manage threads."""
    _, thread = await opened(stand)
    async with stand.member() as mira:
        await mira.lever(f"threads/{thread.body['id']}", {"locked": True, "archived": True})
        refused = await stand.call("POST", f"/channels/{thread.body['id']}/messages", {"content": "x"})
        await mira.lever("permissions", {"channel": "pictures", "allow": ["MANAGE_THREADS"]})
        allowed = await stand.call("POST", f"/channels/{thread.body['id']}/messages", {"content": "x"})

    assert (refused.code, allowed.status) == (160005, 200)


async def test_an_idle_thread_archives_itself(stand: Stand) -> None:
    """After auto_archive_duration minutes of sandbox time without a message."""
    _, thread = await opened(stand, auto_archive_duration=60)
    path = f"/channels/{thread.body['id']}"

    before = (await stand.call("GET", path)).body["thread_metadata"]["archived"]
    stand.clock.advance(3601)
    after = (await stand.call("GET", path)).body["thread_metadata"]["archived"]

    assert (before, after) == (False, True)


async def test_its_creator_may_rename_but_not_lock(stand: Stand) -> None:
    """Locking, and anything in another's thread, needs MANAGE_THREADS."""
    _, thread = await opened(stand)
    path = f"/channels/{thread.body['id']}"

    renamed = await stand.call("PATCH", path, {"name": "new"})
    locked = await stand.call("PATCH", path, {"locked": True})
    deleted = await stand.call("DELETE", path)

    assert (renamed.body["name"], locked.code, deleted.code) == ("new", 50013, 50013)


async def test_a_forum_post_is_a_thread_and_its_first_message(stand: Stand, png: bytes) -> None:
    """They share an id; without a message the form is refused."""
    path = f"/channels/{furnish.FORUM}/threads"
    payload = {"name": "post", "message": {"content": "first", "attachments": [{"id": 0, "description": "d"}]}}

    post = await stand.call("POST", path, payload, [("a.png", png)])
    refused = await stand.call("POST", path, {"name": "post"})

    assert (post.status, post.body["message"]["id"]) == (201, post.body["id"])
    assert post.body["message"]["attachments"][0]["description"] == "d"
    assert (refused.code, "message" in refused.body["errors"]) == (50035, True)


async def test_a_deleted_channel_is_unknown_with_everything_in_it(stand: Stand) -> None:
    """Its threads go with it, and both are 10003 afterwards."""
    _, thread = await opened(stand)
    async with stand.bot() as socket, stand.member() as mira:
        await mira.remove_channel(PICTURES)
        gone = await socket.until("CHANNEL_DELETE")

    assert gone["id"] == str(PICTURES)
    for place in (PICTURES, thread.body["id"]):
        assert (await stand.call("POST", f"/channels/{place}/messages", {"content": "x"})).code == 10003


async def test_a_private_thread_is_hidden_from_those_outside(stand: Stand) -> None:
    """A member sees it once added."""
    thread = (await stand.call("POST", f"/channels/{PICTURES}/threads", {"name": "secret"})).body
    seen_before = stand.world.channels[int(thread["id"])].thread

    added = await stand.call("PUT", f"/channels/{thread['id']}/thread-members/{furnish.MIRA}")

    assert thread["type"] == 12
    assert added.status == 204
    assert seen_before is not None
    assert furnish.MIRA in seen_before.members
    async with stand.member() as mira:
        assert await mira.messages(thread["id"]) == []
