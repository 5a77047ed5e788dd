"""`sandbox act` where the bot asks before it begins: the question is what an edit comes to, and a press goes on."""

import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from bot.cli.demo import Job, edited
from bot.sandbox.samples import Samples
from tests.cli.conftest import Run
from tests.sandbox.discord.small_bot import running
from tests.sandbox.discord.stand import Stand, standing


@pytest.fixture
async def asking() -> AsyncGenerator[Stand, None]:
    """A stand-in of Discord with a small bot on it."""
    async with standing() as stand, running(stand):
        yield stand


async def act(run: Run, stand: Stand, *words: str) -> tuple[int, dict[str, Any]]:
    """Act as a member; the exit code and the one object that was printed."""
    ended = await run("sandbox", "act", *words, "--json", SANDBOX_URL=stand.url)
    [line] = ended.out.splitlines()
    printed: dict[str, Any] = json.loads(line)
    return ended.code, printed


async def test_an_edit_may_come_to_a_question(asking: Stand, run: Run, samples: Samples, tmp_path: Path) -> None:
    """It is printed with what can be pressed and its picture is saved; the press then ends with the results."""
    edit = ("edit", "--image", str(samples.picture), "--prompt", "ask first", "--out", str(tmp_path / "asked"))
    code, asked = await act(run, asking, *edit)
    press = ("press", "--message", asked["status"]["id"], "--button", asked["asks"][0], "--out", str(tmp_path / "done"))
    over, done = await act(run, asking, *press)

    assert (code, asked["asks"], asked["refused"], asked["posted"]) == (0, ["Go ahead", "Drop it"], None, [])
    assert (over, done["asks"], done["status"]["id"]) == (0, [], asked["status"]["id"])
    assert (tmp_path / "asked" / "mask-17.bin").read_bytes() == b"overlay"
    assert "[Drop it] [Go ahead]" in (tmp_path / "asked" / "transcript.txt").read_text("utf-8")
    assert [file["filename"] for message in done["posted"] for file in message["files"]] == ["0.bin"]
    assert (tmp_path / "done" / "0.bin").read_bytes() == b"result"


async def test_a_question_is_read_as_text(asking: Stand, run: Run, samples: Samples) -> None:
    """Without --json the question has its message's id, and a line for each button."""
    edit = ("sandbox", "act", "edit", "--image", str(samples.picture), "--prompt", "ask first")
    ended = await run(*edit, SANDBOX_URL=asking.url)

    assert ended.code == 0
    assert ended.out.splitlines()[1].startswith("asks: It may cost $1.23.")
    assert ended.out.splitlines()[-2:] == ["press: Go ahead", "press: Drop it"]


async def test_a_demo_says_yes(asking: Stand, samples: Samples) -> None:
    """Whoever plays a story has decided on it: its question is answered, and the story ends with its pictures."""
    async with asking.member() as mira:
        acted = await edited(mira, Job("slash", "ask first", (samples.picture,), None, {}))

    assert (acted.asks, [file["filename"] for file in acted.files]) == ((), ["0.bin"])


async def test_what_goes_with_a_mask(asking: Stand, run: Run, samples: Samples, tmp_path: Path) -> None:
    """`--no-lock`, `--feather` and `--size same` are options of the command; what is saved is what this member sees."""
    files = ("--image", str(samples.picture), "--mask", str(samples.mask))
    options = ("--no-lock", "--feather", "12", "--size", "same", "--as", "ben", "--out", str(tmp_path))
    code, seen = await act(run, asking, "edit", *files, "--prompt", "teal", *options)

    assert code == 0
    assert seen["posted"][0]["text"].partition("sky-mask.png, ")[2] == "size=same, lock=False, feather=12"
    assert "(only ben sees this)" in (tmp_path / "transcript.txt").read_text("utf-8")
