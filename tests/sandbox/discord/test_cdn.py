"""The CDN: signed links that expire, and downloads that go wrong."""

import aiohttp
import pytest

from tests.sandbox.discord.stand import PICTURES, Json, Stand

MESSAGES = f"/channels/{PICTURES}/messages"


async def posted(stand: Stand, body: bytes, name: str = "a.png") -> Json:
    """The attachment of a fresh message."""
    reply = await stand.call("POST", MESSAGES, {}, [(name, body)])
    found: Json = {**reply.body["attachments"][0], "message": reply.body["id"]}
    return found


async def test_a_link_works_for_24_hours_and_a_fresh_one_can_be_had(stand: Stand, png: bytes) -> None:
    """Afterwards it is 404; reading the message again, or refreshing the link, gives one that works."""
    sent = await posted(stand, png)
    before = await stand.fetch(sent["url"])
    stand.clock.advance(24 * 3600 + 1)

    expired = await stand.fetch(sent["url"])
    reread = (await stand.call("GET", f"{MESSAGES}/{sent['message']}")).body["attachments"][0]["url"]
    refreshed = await stand.call("POST", "/attachments/refresh-urls", {"attachment_urls": [sent["url"]]})

    assert (before, expired[0]) == ((200, png), 404)
    assert (await stand.fetch(reread))[0] == 200
    assert (await stand.fetch(refreshed.body["refreshed_urls"][0]["refreshed"]))[0] == 200


@pytest.mark.parametrize("change", [("ex=", "ex=f"), ("hm=", "hm=0"), ("?", "?x&"), ("a.png", "b.png")])
async def test_a_link_that_was_changed_is_404(stand: Stand, png: bytes, change: tuple[str, str]) -> None:
    """Every part that matters is signed."""
    url = (await posted(stand, png))["url"].replace(*change)

    assert (await stand.fetch(url))[0] == (200 if change[0] == "?" else 404)


async def test_a_deleted_message_takes_its_files_along(stand: Stand, png: bytes) -> None:
    """The link of a deleted message is 404 at once."""
    sent = await posted(stand, png)
    await stand.call("DELETE", f"{MESSAGES}/{sent['message']}")

    assert (await stand.fetch(sent["url"]))[0] == 404


@pytest.mark.parametrize(("how", "times"), [("truncate", 1), ("reset", 2)])
async def test_a_download_can_break_off(stand: Stand, how: str, times: int) -> None:
    """The length is announced, and the connection ends too early."""
    # A reset happens twice, since aiohttp repeats a GET once by itself when a kept connection was cut.
    sent = await posted(stand, bytes(300_000))
    async with stand.lever() as lever:
        await lever.lever("faults", [{"path": "^/attachments/", "how": how, "times": times}])

    with pytest.raises(aiohttp.ClientError):
        await stand.fetch(sent["url"])
    assert len((await stand.fetch(sent["url"]))[1]) == 300_000


async def test_a_download_can_stall(stand: Stand) -> None:
    """Half of it comes, and nothing more until the sandbox's clock says so."""
    sent = await posted(stand, bytes(300_000))
    async with stand.lever() as lever:
        await lever.lever("faults", [{"path": "^/attachments/", "how": "stall", "delay_s": 60}])
        async with aiohttp.ClientSession() as session, session.get(sent["url"]) as response:
            half = await response.content.readexactly(150_000)
            await lever.lever("clock", {"advance_s": 61})
            with pytest.raises(aiohttp.ClientPayloadError):
                await response.content.readexactly(150_000)

    assert len(half) == 150_000


async def test_a_download_can_be_refused_outright(stand: Stand, png: bytes) -> None:
    """`before` answers with any status."""
    sent = await posted(stand, png)
    async with stand.lever() as lever:
        await lever.lever("faults", [{"path": "^/attachments/", "how": "before", "status": 503}])

    assert (await stand.fetch(sent["url"]))[0] == 503


async def test_an_attachment_can_lie_about_its_size(stand: Stand) -> None:
    """It announces fewer bytes than the CDN serves."""
    async with stand.lever() as lever:
        await lever.lever("faults", [{"method": "UPLOAD", "path": r"bomb\.png", "how": "size", "size": 10}])

    lying, honest = await posted(stand, bytes(5000), "bomb.png"), await posted(stand, bytes(5000), "bomb.png")

    assert (lying["size"], honest["size"]) == (10, 5000)
    assert len((await stand.fetch(lying["url"]))[1]) == 5000
