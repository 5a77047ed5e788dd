"""The sandbox as a whole: two servers, one clock, one recorder, and a clean end."""

import asyncio
import json
import socket
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest
from aiohttp import ClientSession, FormData

from bot.sandbox.samples import write_samples
from bot.sandbox.serve import Sandbox

NAMES = [
    "DISCORD_TOKEN",
    "DISCORD_API_URL",
    "DISCORD_GATEWAY_URL",
    "IMAGES_API_URL",
    "IMAGES_API_KEY",
    "IMAGES_MODEL",
    "MESSAGE_CONTENT",
    "SANDBOX_URL",
]


async def test_the_settings_lead_to_both_servers(tmp_path: Path) -> None:
    """With the settings alone the bot's account is found at Discord and the model at the image API."""
    async with Sandbox(record=tmp_path / "record.jsonl") as sandbox, ClientSession() as session:
        settings = sandbox.settings
        headers = {"Authorization": f"Bot {settings['DISCORD_TOKEN']}"}
        async with session.get(f"{settings['DISCORD_API_URL']}/users/@me", headers=headers) as response:
            me = await response.json()
        headers = {"Authorization": f"Bearer {settings['IMAGES_API_KEY']}"}
        async with session.get(f"{settings['IMAGES_API_URL']}/v1/models", headers=headers) as response:
            models = await response.json()
        async with session.ws_connect(f"{settings['DISCORD_GATEWAY_URL']}?v=10&encoding=json") as socket_:
            hello = await socket_.receive_json(timeout=10)

    assert list(settings) == NAMES
    assert me["username"] == "Darkroom"
    assert settings["IMAGES_MODEL"] in {model["id"] for model in models["data"]}
    assert hello["op"] == 10
    lines = (tmp_path / "record.jsonl").read_text("utf-8").splitlines()
    assert "/api/v10/users/@me" in {json.loads(line)["path"] for line in lines}


async def test_an_edit_of_the_samples(tmp_path: Path) -> None:
    """The sample pictures with their mask go through the whole image API."""
    samples = write_samples(tmp_path)
    form = FormData({"model": "gpt-image-2", "prompt": "a warm sunset", "size": "1024x1024"})
    for name, path, kind in (
        ("image[]", samples.picture, "image/png"),
        ("image[]", samples.second, "image/jpeg"),
        ("mask", samples.mask, "image/png"),
    ):
        form.add_field(name, BytesIO(path.read_bytes()), filename=path.name, content_type=kind)
    async with Sandbox() as sandbox, ClientSession() as session:
        headers = {"Authorization": f"Bearer {sandbox.engine.key}"}
        url = f"{sandbox.settings['IMAGES_API_URL']}/v1/images/edits"
        async with session.post(url, data=form, headers=headers) as response:
            said = await response.json()

    assert (response.status, len(said["data"])) == (200, 1)
    assert said["usage"]["input_tokens_details"]["image_tokens"] == 2048


async def test_the_end_does_not_wait_for_held_calls() -> None:
    """Leaving the sandbox cuts a call that is still held, and leaves no task behind."""
    form = FormData({"model": "gpt-image-2", "prompt": "x"})
    form.add_field("image", BytesIO(b"no picture"), filename="a.png", content_type="image/png")
    before = asyncio.all_tasks()
    async with ClientSession() as session:
        async with Sandbox() as sandbox:
            sandbox.engine.plan({"status": 500, "hold": True})
            headers = {"Authorization": f"Bearer {sandbox.engine.key}"}
            url = f"{sandbox.engine_url}/v1/images/edits"
            waiting = asyncio.create_task(session.post(url, data=form, headers=headers))
            await sandbox.engine.books.until(waiting=1)
        with pytest.raises((aiohttp.ClientError, ConnectionError)):
            await waiting

    assert {task for task in asyncio.all_tasks() if not task.done()} <= before


async def test_a_taken_port_is_said_and_nothing_stays_open() -> None:
    """When the second port is taken, entering fails with OSError and the first server is closed again."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        sandbox = Sandbox(engine_port=taken.getsockname()[1])
        with pytest.raises(OSError, match="address"):
            await sandbox.__aenter__()

    async with ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(sandbox.discord_url)


async def test_two_sandboxes_do_not_meet() -> None:
    """Each has its own ports."""
    async with Sandbox() as one, Sandbox() as other:
        assert one.settings["SANDBOX_URL"] != other.settings["SANDBOX_URL"]
        assert one.settings["IMAGES_API_URL"] != other.settings["IMAGES_API_URL"]


async def test_a_member_sees_the_channel() -> None:
    """A member of the sandbox can speak and read what was said."""
    async with Sandbox() as sandbox, sandbox.member("mira", "pictures") as mira:
        await mira.say("hello", mention=False)
        said = await mira.messages()

    assert [message["content"] for message in said] == ["hello"]
