"""Files of messages: what Discord takes, how it describes them, and what an edit does to them."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.sandbox.discord_api import furnish
from bot.sandbox.discord_api.world import MIB
from tests.sandbox.discord.stand import PICTURES, Json, Reply, Stand
from tests.sandbox.discord.test_messages import BUTTON, rows


@pytest.mark.parametrize(
    ("files", "tier", "status", "code"),
    [
        ([("a.png", 10 * MIB + 1)], 0, 413, 40005),
        ([("a.png", 10 * MIB + 1)], 1, 413, 40005),
        ([("a.png", 10 * MIB + 1)], 2, 200, 0),
        ([(f"{n}.png", 9 * MIB) for n in range(3)], 0, 413, 40005),
        ([(f"{n}.png", 1) for n in range(11)], 0, 400, 30015),
        ([(f"{n}.png", 1) for n in range(10)], 0, 200, 0),
    ],
    ids=["over 10 MiB", "tier 1 is no more", "tier 2 takes it", "25 MiB in all", "eleven files", "ten files"],
)
async def test_files_are_limited_in_size_and_number(
    stand: Stand, files: list[tuple[str, int]], tier: int, status: int, code: int
) -> None:
    """10 MiB a file by default, more with boosts, 25 MiB a request, ten files a message."""
    stand.world.guilds[furnish.GUILD].premium_tier = tier

    reply = await stand.call("POST", f"/channels/{PICTURES}/messages", {}, [(name, bytes(n)) for name, n in files])

    assert (reply.status, reply.code) == (status, code)


async def test_a_file_is_known_by_its_bytes(stand: Stand, png: bytes) -> None:
    """Width, height and type come from the content, and the name loses what a URL cannot bear."""
    files = [("my picture (1).txt", png)]
    sent = (await stand.call("POST", f"/channels/{PICTURES}/messages", {}, files)).body["attachments"][0]

    assert (sent["width"], sent["height"], sent["content_type"], sent["size"]) == (8, 6, "image/png", len(png))
    assert (sent["filename"], sent["title"]) == ("my_picture_1.txt", "my picture (1).txt")
    assert await stand.fetch(sent["url"]) == (200, png)


async def test_an_edit_keeps_the_files_it_lists_and_adds_new_ones(stand: Stand, png: bytes) -> None:
    """`attachments` must name everything that stays; without it everything stays."""
    path = f"/channels/{PICTURES}/messages"
    sent = (await stand.call("POST", path, {}, [("a.png", png), ("b.png", png)])).body
    kept = sent["attachments"][1]["id"]

    untouched = (await stand.call("PATCH", f"{path}/{sent['id']}", {"content": "x"})).body
    changed = {"attachments": [{"id": kept}, {"id": 0, "filename": "c.png", "description": "new"}]}
    edited = (await stand.call("PATCH", f"{path}/{sent['id']}", changed, [("c.png", png)])).body

    assert [one["filename"] for one in untouched["attachments"]] == ["a.png", "b.png"]
    assert [(one["filename"], one.get("description")) for one in edited["attachments"]] == [
        ("b.png", None),
        ("c.png", "new"),
    ]
    assert (edited["content"], edited["edited_timestamp"] is not None) == ("x", True)


async def test_a_description_is_kept_and_limited(stand: Stand, png: bytes) -> None:
    """A file's description of 1024 characters comes back with the file; one more is 50035 at its place in the list."""
    path, files = f"/channels/{PICTURES}/messages", [("a.png", png), ("b.png", png)]

    async def described(*texts: str) -> Reply:
        notes = [{"id": slot, "filename": files[slot][0], "description": text} for slot, text in enumerate(texts)]
        return await stand.call("POST", path, {"attachments": notes}, files)

    taken, refused = await described("a lake at dusk", "湖" * 1024), await described("a lake", "湖" * 1025)

    assert [one["description"] for one in taken.body["attachments"]] == ["a lake at dusk", "湖" * 1024]
    assert (refused.status, refused.code) == (400, 50035)
    assert list(refused.body["errors"]["attachments"]) == ["1"]
    assert len(stand.world.channels[PICTURES].messages) == 1


async def test_a_question_becomes_a_status_in_one_edit(stand: Stand, png: bytes) -> None:
    """Words, buttons and an empty list of files change together; the embed stays, and a thread opens from it."""
    path, note = f"/channels/{PICTURES}/messages", {"id": 0, "filename": "mask.png", "description": "a quarter, in red"}
    asked: Json = {"content": "Shall I?", "embeds": [{"description": "teal"}], "attachments": [note]}
    buttons = {"components": [{"type": 1, "components": [BUTTON, {**BUTTON, "custom_id": "drop", "label": "Drop"}]}]}
    sent = (await stand.call("POST", path, {**asked, **buttons}, [("mask.png", png)])).body

    changed = {"content": "Queued", "components": rows({**BUTTON, "custom_id": "cancel"}), "attachments": []}
    edited = (await stand.call("PATCH", f"{path}/{sent['id']}", changed)).body
    opened = await stand.call("POST", f"{path}/{sent['id']}/threads", {"name": "teal"})

    assert [one["description"] for one in sent["attachments"]] == ["a quarter, in red"]
    assert [len(row["components"]) for row in sent["components"]] == [2]
    assert (edited["content"], edited["attachments"]) == ("Queued", [])
    assert [one["description"] for one in edited["embeds"]] == ["teal"]
    assert [one["custom_id"] for one in edited["components"][0]["components"]] == ["cancel"]
    assert opened.body["id"] == sent["id"]


async def test_an_edit_is_limited_as_a_new_message_is(stand: Stand) -> None:
    """A file over the limit of the place, and a request over 25 MiB whose length was not said, are 40005."""
    path = f"/channels/{PICTURES}/messages"
    sent = await stand.send(content="x")

    large = await stand.call("PATCH", f"{path}/{sent['id']}", {}, [("a.png", bytes(10 * MIB + 1))])
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{stand.url}/api/v10{path}", data=_pieces(26), headers={"Authorization": f"Bot {stand.server.token}"}
        ) as response,
    ):
        unsaid = response.status, (await response.json())["code"]

    assert (large.status, large.code, unsaid) == (413, 40005, (413, 40005))
    assert stand.world.message(PICTURES, int(sent["id"])).attachments == []


async def _pieces(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield bytes(MIB)


async def test_a_file_shown_in_an_embed_is_not_among_the_attachments(stand: Stand, png: bytes) -> None:
    """An embed that points at attachment://a.png takes the file out of the list and shows its link."""
    payload = {"embeds": [{"title": "t", "image": {"url": "attachment://a.png"}}]}
    sent = (await stand.call("POST", f"/channels/{PICTURES}/messages", payload, [("a.png", png), ("b.png", png)])).body

    assert [one["filename"] for one in sent["attachments"]] == ["b.png"]
    assert (await stand.fetch(sent["embeds"][0]["image"]["url"]))[0] == 200
