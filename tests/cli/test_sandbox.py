"""`sandbox serve`, a bot pointed at it by settings alone, and `sandbox act`: three kinds of processes, one thread."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from PIL import Image

from bot.sandbox.samples import Samples
from tests.chaos.bot_process import TRACEBACK, Command, Ended, darkroom

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIELDS = {"side", "method", "path", "query", "headers", "body_b64", "content_type", "status", "response"}
WAYS = {"slash": "mira", "menu": "ben", "reply": "ada", "modal": "otto"}


@dataclass(frozen=True, slots=True)
class Stage:
    """The two processes, and where the first one writes what it sees."""

    serve: Command
    bot: Command
    settings: dict[str, str]
    folder: Path
    record: Path

    async def act(self, *words: str) -> Ended:
        """Act as a member, in a process of its own that knows nothing but the sandbox's address."""
        url = {"SANDBOX_URL": self.settings["SANDBOX_URL"]}
        return await darkroom("sandbox", "act", *words, settings=url, folder=self.folder)

    def records(self) -> list[dict[str, Any]]:
        """Every exchange so far."""
        return [json.loads(line) for line in self.record.read_text("utf-8").splitlines()]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stage, None]:
    """`sandbox serve --record`, and a bot that was started with the lines it printed; both end with 0."""
    folder = tmp_path_factory.mktemp("stage")
    record = folder / "records" / "exchanges.jsonl"
    async with AsyncExitStack() as stack:
        serve = await Command.start("sandbox", "serve", "--record", str(record), settings={}, folder=folder)
        stack.push_async_callback(serve.end)
        await serve.line(lambda line: line.startswith("SANDBOX_URL="))
        settings = dict(line.strip().split("=", 1) for line in serve.written)
        data = {"DATA_DIR": str(folder / "data"), "LOG_FORMAT": "json", "OPS_BIND": "off"}
        bot = await Command.start("run", settings={**settings, **data}, folder=folder)
        stack.push_async_callback(bot.end)
        await bot.logged("listening")
        yield Stage(serve, bot, settings, folder, record)
        for command in (bot, serve):
            command.terminate()
            ended = await command.ended()
            assert ended.code == 0
            assert TRACEBACK not in ended.err


async def test_settings_are_lines(stage: Stage) -> None:
    """Whatever serve prints is a setting, made for `.env` or `export`."""
    assert set(stage.settings) >= {
        "DISCORD_TOKEN",
        "DISCORD_API_URL",
        "IMAGES_API_URL",
        "IMAGES_API_KEY",
        "SANDBOX_URL",
    }


@pytest.mark.parametrize("ways", [("slash", "menu"), ("reply", "modal")], ids="-".join)
async def test_each_way_in(stage: Stage, samples: Samples, tmp_path: Path, ways: tuple[str, str]) -> None:
    """By each way two pictures and a mask go in, and the thread comes out as files; two members at once."""
    files = ("--image", str(samples.picture), "--image", str(samples.second), "--mask", str(samples.mask))
    asked = [
        stage.act(
            "edit", "--via", via, "--as", WAYS[via], *files, "--prompt", f"Dusk by {via}", "--out", str(tmp_path / via)
        )
        for via in ways
    ]

    for acted, via in zip(await asyncio.gather(*asked), ways, strict=True):
        assert acted.code == 0, acted
        check_saved(tmp_path / via, acted.out, "mask: sky-mask.png", f"Dusk by {via}")


def check_saved(folder: Path, said: str, *words: str) -> None:
    """One picture and a transcript that says this and names it."""
    [result] = folder.glob("edit-*.png")
    assert f"saved: {result}" in said
    with Image.open(result) as picture:
        assert picture.size == (1024, 1024)
    transcript = (folder / "transcript.txt").read_text("utf-8")
    for each in (*words, result.name):
        assert each in transcript


async def test_other_members_and_places(stage: Stage, samples: Samples) -> None:
    """`--as` and `--in` choose who and where; a DM has no thread; as JSON it is one object a line."""
    words = (
        "edit",
        "--as",
        "ben",
        "--in",
        "dm",
        "--image",
        str(samples.picture),
        "--prompt",
        "x",
        "--n",
        "2",
        "--json",
    )
    acted = await stage.act(*words)

    [answer] = [json.loads(line) for line in acted.out.splitlines()]
    assert acted.code == 0
    assert (answer["refused"], answer["thread"]) == (None, None)
    assert [len(message["files"]) for message in answer["posted"]] == [2]


async def test_a_refusal(stage: Stage, samples: Samples) -> None:
    """What the bot refuses exits 1 with its sentence, and so does what Discord would not let a member do."""
    edit = ("edit", "--image", str(samples.picture), "--prompt", "x")
    refused, impossible, nobody = await asyncio.gather(
        stage.act(*edit, "--size", "7x7"), stage.act(*edit, "--n", "99"), stage.act(*edit, "--as", "zoe")
    )

    assert refused.code == impossible.code == nobody.code == 1
    assert refused.out.startswith("refused: 7x7 is not possible with gpt-image-2")
    assert impossible.err.startswith("refused: ")
    assert "zoe" in nobody.err
    assert not any(TRACEBACK in one.err for one in (refused, impossible, nobody))


async def test_press(stage: Stage, samples: Samples, tmp_path: Path) -> None:
    """A button is pressed by its label, and what comes of it is waited for and saved."""
    async with ClientSession() as session:
        await session.post(f"{stage.settings['IMAGES_API_URL']}/_plan", json=[{"cut": "after_body"}])
    told = await stage.act("edit", "--as", "ada", "--image", str(samples.picture), "--prompt", "x", "--json")
    [message] = json.loads(told.out)["posted"]
    assert "nobody knows whether it finished" in message["text"]
    stranger, nothing, again = await asyncio.gather(
        stage.act("press", "--as", "ben", "--message", message["id"], "--button", "Try again"),
        stage.act("press", "--as", "ada", "--message", "1", "--button", "Try again"),
        stage.act("press", "--as", "ada", "--message", message["id"], "--button", "Try again", "--out", str(tmp_path)),
    )

    assert stranger.out.startswith("private: This button belongs to the member who asked")
    assert (nothing.code, nothing.out) == (1, "")
    assert nothing.err.startswith("refused: ")
    assert again.code == 0, again
    assert re.search(r"saved: \S+/edit-\d+-v1-1.png", again.out)


async def test_command(stage: Stage) -> None:
    """Any command of the bot is used with people and roles by their names; who may not is told so, as by Discord."""
    limit = ("command", "quota-admin set", "--option", "what=images", "--option", "limit=5", "--option")
    done, shown, forbidden, nobody, wrong = await asyncio.gather(
        stage.act(*limit, "whom=&Friends", "--as", "ada"),
        stage.act("command", "quota"),
        stage.act(*limit, "whom=&Friends", "--as", "mira"),
        stage.act(*limit, "whom=@zoe", "--as", "ada"),
        stage.act("command", "quota", "--option", "whom"),
    )

    assert (done.code, shown.code, forbidden.code, nobody.code, wrong.code) == (0, 0, 1, 1, 2)
    assert re.fullmatch(r"private: Done: <@\d+> set pictures of <@&\d+>: as usual → 5 pictures a day\n", done.out)
    assert shown.out.startswith("private: **Pictures a day**")
    assert "mira has not the rights" in forbidden.err
    assert "whom: ada finds no @zoe here" in nobody.err


async def test_say(stage: Stage, samples: Samples) -> None:
    """A message is posted and its id printed; one that mentions the bot waits for the answer."""
    said = await stage.act("say", "--text", "look", "--image", str(samples.picture), "--json")
    message = json.loads(said.out.splitlines()[0])["message"]
    asked = await stage.act("say", "--text", "make it snow", "--reply-to", message, "--mention")

    assert (said.code, asked.code) == (0, 0)
    assert "status: Edit #" in asked.out
    assert ".png" in asked.out


async def test_choose(stage: Stage) -> None:
    """A select is chosen from by its placeholder, in a message that only one member sees."""
    opened = json.loads((await stage.act("command", "settings", "--as", "ada", "--json")).out)
    words = ("choose", "--as", "ada", "--message", opened["private_id"], "--select", "What shall be changed?")
    wrong = await stage.act(*words, "--value", "the weather")
    chosen = await stage.act(*words, "--value", "channels_allowed")

    assert (chosen.code, wrong.code) == (0, 1)
    assert chosen.out.startswith("private: Channels allowed")
    assert "the weather is none of" in wrong.err


async def test_a_private_edit(stage: Stage, samples: Samples, tmp_path: Path) -> None:
    """It is waited for though nobody else sees it, and its picture saved."""
    edit = ("edit", "--image", str(samples.picture), "--prompt", "x", "--private", "--out", str(tmp_path))
    made = await stage.act(*edit)

    assert made.code == 0, made
    assert re.search(r"saved: \S+/edit-\d+-v1-1.png", made.out)


async def test_submit(stage: Stage, samples: Samples, tmp_path: Path) -> None:
    """Without a prompt the menu stops at its form, which is then filled in by its labels."""
    opened = await stage.act("edit", "--via", "menu", "--image", str(samples.picture), "--json")
    form = json.dumps(json.loads(opened.out)["modal"])
    values = ("--value", "What should change?=Make it = snow", "--value", f"Mask=@{samples.mask}")
    sent, missing = await asyncio.gather(
        stage.act("submit", "--modal", form, *values, "--out", str(tmp_path)),
        stage.act("submit", "--modal", form, "--value", f"Mask=@{tmp_path / 'none.png'}"),
    )

    assert sent.code == 0, sent
    check_saved(tmp_path, sent.out, "mask: sky-mask.png", "Make it = snow")
    assert missing.code == 2
    assert TRACEBACK not in missing.err


async def test_the_record(stage: Stage, samples: Samples) -> None:
    """Every exchange is one JSON object with the promised fields, from all three sides, in order."""
    acted = await stage.act("edit", "--image", str(samples.picture), "--prompt", "x")
    records = stage.records()

    assert acted.code == 0
    assert all(set(record) == FIELDS for record in records)
    assert {record["side"] for record in records} == {"discord", "gateway", "engine"}
    call = [record for record in records if record["side"] == "engine"][-1]
    assert (call["method"], call["status"]) == ("POST", 200)
    assert call["path"].endswith("/images/edits")
    assert call["content_type"].startswith("multipart/form-data")
    assert len(call["body_b64"]) > 1000
