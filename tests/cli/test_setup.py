"""A set-up that cannot work: one plain sentence, exit 2, no traceback."""

import asyncio
from pathlib import Path

from bot.sandbox.serve import Sandbox
from tests.chaos.bot_process import Command, Ended
from tests.cli.conftest import Run


def check_sentence(ended: Ended, *words: str) -> None:
    """One line on stderr, which says this, and exit 2."""
    assert (ended.code, ended.out) == (2, ""), ended
    [line] = ended.err.splitlines()
    assert line.startswith("darkroom: ")
    assert line.endswith(".")
    for word in words:
        assert word in line


def settings(sandbox: Sandbox, folder: Path) -> dict[str, str]:
    """Settings that work, with a log that speaks of errors only."""
    return {**sandbox.settings, "DATA_DIR": str(folder / "data"), "LOG_LEVEL": "ERROR", "OPS_BIND": "off"}


# What is set, and what the sentence has to say.
UNUSABLE: tuple[tuple[dict[str, str], tuple[str, ...]], ...] = (
    ({"DISCORD_TOKEN": ""}, ("DISCORD_TOKEN is missing", ".env")),
    ({"IMAGES_API_KEY": ""}, ("IMAGES_API_KEY is missing", ".env")),
    ({"DISCORD_TOKEN": "not.a.token"}, ("Discord does not accept DISCORD_TOKEN", "Developer Portal")),
    ({"IMAGES_MODEL": "dall-e-9"}, ("IMAGES_MODEL", "gpt-image-2")),
    ({"IMAGES_API_URL": "http://me:secret@127.0.0.1:9/v1"}, ("IMAGES_API_URL", "no name, password")),
    ({"LOG_LEVEL": "loud"}, ("LOG_LEVEL has to be", "DEBUG")),
    ({"DATA_DIR": "/proc/darkroom"}, ("/proc/darkroom", "cannot be made")),
)


async def test_settings(sandbox: Sandbox, run: Run, tmp_path: Path) -> None:
    """Each setting that cannot be used is named, with what to do."""
    # Each with a folder of its own, since they run side by side.
    folders = [tmp_path / str(number) for number in range(len(UNUSABLE))]
    tried = [
        run("run", **{**settings(sandbox, folder), **changed})
        for folder, (changed, _) in zip(folders, UNUSABLE, strict=True)
    ]

    for ended, (_, words) in zip(await asyncio.gather(*tried), UNUSABLE, strict=True):
        check_sentence(ended, *words)


async def test_a_file_where_the_folder_should_be(sandbox: Sandbox, run: Run, tmp_path: Path) -> None:
    """A DATA_DIR that is a file cannot hold anything, whoever runs the bot."""
    (tmp_path / "data").write_text("not a folder")

    check_sentence(await run("run", **settings(sandbox, tmp_path)), str(tmp_path / "data"))


async def test_a_damaged_database(sandbox: Sandbox, run: Run, tmp_path: Path) -> None:
    """A database file that is something else is left as it is."""
    (tmp_path / "data").mkdir()
    file = tmp_path / "data" / "darkroom.db"
    file.write_bytes(b"this was a picture of a cat " * 200)

    for ended in await asyncio.gather(
        run("run", **settings(sandbox, tmp_path)), run("ledger", "check", **settings(sandbox, tmp_path))
    ):
        check_sentence(ended, str(file), "backup")
    assert file.read_bytes() == b"this was a picture of a cat " * 200


async def test_a_second_process(sandbox: Sandbox, run: Run, tmp_path: Path) -> None:
    """The second bot on a database, or on a folder, says that there is one, and the first goes on."""
    first = await Command.start("run", settings={**settings(sandbox, tmp_path), "LOG_LEVEL": "INFO"}, folder=tmp_path)
    try:
        await first.line(lambda line: "listening" in line)
        second = await run("run", **settings(sandbox, tmp_path))
        elsewhere = {"DATABASE_URL": f"sqlite:///{tmp_path / 'other.db'}"}
        third = await run("run", **settings(sandbox, tmp_path), **elsewhere)
        assert first.alive
        first.terminate()
        ended = await first.ended()
    finally:
        await first.end()

    check_sentence(second, "Another process", "Stop it first")
    check_sentence(third, "Another process", "pictures.lock")
    assert ended.code == 0


async def test_the_intent_is_refused(sandbox: Sandbox, run: Run, tmp_path: Path) -> None:
    """Without the switch in the portal, MESSAGE_CONTENT=on ends with where to find it."""
    sandbox.discord.world.message_content_allowed = False

    check_sentence(await run("run", **settings(sandbox, tmp_path)), "Message Content", "Developer Portal")


async def test_a_role_that_needs_more(sandbox: Sandbox, run: Run, tmp_path: Path) -> None:
    """A worker without a shared queue is no bot."""
    check_sentence(await run("run", "--role", "worker", **settings(sandbox, tmp_path)), "PostgreSQL")


async def test_a_sandbox_that_cannot_be_opened(sandbox: Sandbox, run: Run, tmp_path: Path) -> None:
    """A port that is taken and a record that cannot be written are said, not thrown."""
    port = sandbox.discord_url.rpartition(":")[2]

    taken, folder = await asyncio.gather(
        run("sandbox", "serve", "--discord-port", port), run("sandbox", "serve", "--record", str(tmp_path))
    )

    check_sentence(taken, "cannot listen")
    check_sentence(folder, str(tmp_path), "cannot be written")


async def test_no_sandbox_there(sandbox: Sandbox, run: Run) -> None:
    """Acting where no sandbox is says how to start one."""
    urls = ("http://127.0.0.1:9", sandbox.engine_url)
    tried = [run("sandbox", "act", "say", "--url", url, "--text", "hello") for url in urls]

    for ended, url in zip(await asyncio.gather(*tried), urls, strict=True):
        check_sentence(ended, f"There is no sandbox at {url}", "darkroom sandbox serve")
