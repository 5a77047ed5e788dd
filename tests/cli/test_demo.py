"""`darkroom demo`: the whole job with no token and no key, and the real provider only when it is asked for."""

import asyncio
import json
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from PIL import Image

from bot.sandbox.samples import Samples
from bot.sandbox.serve import Sandbox
from tests.chaos.bot_process import Command
from tests.cli.conftest import Run


@asynccontextmanager
async def poison() -> AsyncGenerator[tuple[dict[str, str], list[object]], None]:
    """Settings that lead to a server which nobody may call, and its callers."""
    callers: list[object] = []

    async def called(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        callers.append(writer.get_extra_info("peername"))
        writer.close()

    server = await asyncio.start_server(called, "127.0.0.1", 0)
    async with server:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        names = ("DISCORD_API_URL", "DISCORD_PROXY", "IMAGES_API_URL", "SANDBOX_URL")
        secrets = {"DISCORD_TOKEN": "a.real.token", "IMAGES_API_KEY": "sk-real-key-that-costs-money"}
        yield {**dict.fromkeys(names, address), **secrets, "IMAGES_MODEL": "dall-e-9", "LOG_LEVEL": "loud"}, callers


async def test_own_pictures(run: Run, samples: Samples, tmp_path: Path) -> None:
    """Pictures, a mask and n of the member's own; the environment and `.env` are not looked at, wherever they lead."""
    files = ("--image", str(samples.picture), "--image", str(samples.second), "--mask", str(samples.mask))
    async with poison() as (settings, callers):
        (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        ended = await run("demo", *files, "--prompt", "Make it dusk", "--n", "2", "--out", "mine", **settings)

    assert (ended.code, callers) == (0, []), ended
    assert not ended.err
    results = sorted(path.name for path in (tmp_path / "mine").glob("edit-*"))
    assert results == ["edit-1-v1-1.png", "edit-1-v1-2.png"]
    with Image.open(tmp_path / "mine" / results[0]) as result:
        assert result.size == (1024, 1024)
    transcript = (tmp_path / "mine" / "transcript.txt").read_text("utf-8")
    assert transcript in ended.out
    for words in ("Make it dusk", "mask: sky-mask.png", *results):
        assert words in transcript
    assert not (tmp_path / "data").exists()


async def test_a_sandbox_with_its_bot(run: Run, tmp_path: Path) -> None:
    """`darkroom sandbox` looks at no settings either, keeps nothing, and says how to act on it."""
    async with poison() as (settings, callers):
        bare = await Command.start("sandbox", settings=settings, folder=tmp_path)
        try:
            example = await bare.line(lambda line: "sandbox act edit --url" in line)
            url = example.split("--url ")[1].split()[0]
            said = await run("sandbox", "act", "say", "--url", url, "--text", "hello")
            bare.terminate()
            ended = await bare.ended()
        finally:
            await bare.end()

    assert (said.code, ended.code, callers) == (0, 0, [])
    assert not ended.err
    assert os.listdir(tmp_path) == []


async def test_the_three_ways_in(run: Run, tmp_path: Path) -> None:
    """Without pictures of one's own every way in is played with ours, each into a folder of its own."""
    ended = await run("demo", "--out", str(tmp_path / "out"))

    assert ended.code == 0, ended
    for way in ("slash", "menu", "reply"):
        assert sorted(path.name for path in (tmp_path / "out" / way).iterdir()) == [
            "edit-1-v1-1.png",
            "thread.png",
            "transcript.txt",
        ]


async def test_a_story(run: Run, tmp_path: Path) -> None:
    """It leaves one picture and one transcript under its name, and what was posted in a folder."""
    ended = await run("demo", "--story", "reply", "--out", str(tmp_path / "out"), "--json")

    assert ended.code == 0, ended
    told = json.loads(ended.out)
    assert (told["story"], told["out"]) == ("reply", str(tmp_path / "out"))
    written = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.*")}
    assert {"reply.png", "reply.txt", "reply/edit-1-v1-1.png", "reply/edit-2-v2-1.png"} <= written
    words = (tmp_path / "out" / "reply.txt").read_text("utf-8")
    assert words.index("#pictures\n") < words.index("Turn the sky") < words.index("#pictures › ") < words.index("snow")


async def test_stories_that_cannot_be_told(run: Run, samples: Samples) -> None:
    """One that there is not, and one with pictures or a provider of one's own, are wrong usage."""
    image = ("--image", str(samples.picture))
    unknown, own, real = await asyncio.gather(
        run("demo", "--story", "sequel"),
        run("demo", "--story", "slash", *image),
        run("demo", "--story", "slash", "--real-provider"),
    )

    assert (unknown.code, own.code, real.code) == (2, 2, 2)
    assert "workbench" in unknown.err


async def test_what_is_refused(run: Run, samples: Samples, tmp_path: Path) -> None:
    """A demo that comes to nothing exits 1 with the reason."""
    text = tmp_path / "notes.png"
    text.write_text("These are no pixels.")
    refused, impossible = await asyncio.gather(
        run("demo", "--image", str(text)), run("demo", "--image", str(samples.picture), "--via", "reply", "--n", "2")
    )

    assert refused.code == impossible.code == 1
    assert "notes.png is not a picture that I can read" in refused.err
    assert "a reply has no options" in impossible.err
    assert "Traceback" not in refused.err + impossible.err


async def test_the_real_provider(sandbox: Sandbox, run: Run, samples: Samples) -> None:
    """With --real-provider the settings' provider makes it, after the cost was said; no Discord token is needed."""
    settings = {"IMAGES_API_URL": sandbox.engine_url, "IMAGES_API_KEY": sandbox.engine.key}
    words = ("demo", "--image", str(samples.picture), "--real-provider", "--out", "real")
    ended, keyless = await asyncio.gather(run(*words, **settings), run(*words))

    assert ended.code == 0, ended
    assert ended.out.startswith(f"This uses gpt-image-2 at {sandbox.engine_url} and costs up to $0.")
    assert "edit-1-v1-1.png" in ended.out
    assert [call.status for call in sandbox.engine.books.calls] == [200]
    assert keyless.code == 2
    assert keyless.err.startswith("darkroom: IMAGES_API_KEY is missing")


async def test_a_real_provider_that_refuses(sandbox: Sandbox, run: Run, samples: Samples, tmp_path: Path) -> None:
    """A refusal of the provider is told in the thread, and the demo exits 1."""
    sandbox.engine.plan({"code": "moderation_blocked"})
    settings = {"IMAGES_API_URL": sandbox.engine_url, "IMAGES_API_KEY": sandbox.engine.key}
    ended = await run("demo", "--image", str(samples.picture), "--real-provider", "--out", "real", **settings)

    assert ended.code == 1
    assert "safety system" in (tmp_path / "real" / "transcript.txt").read_text("utf-8")
    assert "safety system" in ended.out
