"""Twenty edits at once on the whole road: Discord's stand-in, the bot, a provider, and back into the conversation.

Everybody has a process of his own. Each edit is asked for in a direct message of another member, so that Discord's
limits for one channel pace nothing, and the provider answers at once, so that its work stalls nobody.
"""

import asyncio
import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot import app
from bot.sandbox.member import Member
from bot.settings import Settings
from tests.bench.paid_call import KEY, PROMPT, in_memory
from tests.bench.peer import answering
from tests.bench.photographs import photograph, save_png
from tests.bench.row import Row, cpu_ms, late_ms, memory_mb, worst_ms
from tests.bench.side import Round, Setup, Side, Told, alternate

EDITS = 20
PICTURES = 2
RESULTS = 2
SIZE = (1024, 1024)
ROUNDS = 3
PAUSE_S = 1.5  # both are one bot to Discord, which counts its requests by the second


@dataclass(frozen=True, slots=True)
class Crowd:
    """The members who ask, all at once; `pictures` is what each of them sends."""

    url: str
    names: tuple[str, ...]
    pictures: tuple[Path, ...]

    def ask(self) -> None:
        """One edit each, until every result has come to rest."""
        asyncio.run(self._all())

    def warm_up(self) -> None:
        """One edit of the first, so that everything that starts late has started."""
        asyncio.run(self._one(self.names[0]))

    async def _all(self) -> None:
        async with asyncio.TaskGroup() as group:
            for name in self.names:
                group.create_task(self._one(name))

    async def _one(self, name: str) -> None:
        async with Member(self.url, name, "dm") as member:
            acted = await member.edit(images=self.pictures, prompt=PROMPT, options={"n": RESULTS})
        if len(acted.files) != RESULTS:
            raise RuntimeError(f"an edit ended without its pictures: {acted.refused}")


def measure() -> Row:
    """Compare them."""
    with tempfile.TemporaryDirectory(prefix="darkroom-bench-") as name:
        folder = Path(name)
        pictures = tuple(folder / f"picture-{number}.png" for number in range(PICTURES))
        for picture in pictures:
            save_png(photograph(*SIZE), picture)
        with answering(RESULTS, pictures[0]) as provider, _sandbox() as sandbox:
            world = {**sandbox, "IMAGES_API_URL": provider, "IMAGES_API_KEY": KEY}
            with Side(__name__, "ours", {**world, "DATA_DIR": f"{folder}/data", "OPS_BIND": "off"}) as bot:
                crowd, setup = asyncio.run(_gathered(world, pictures))
                crowd.warm_up()
                with Side(__name__, "reference", setup) as script:
                    readings = alternate(lambda: bot.round(crowd.ask), script.round, ROUNDS, PAUSE_S)
    return Row(
        f"road, {EDITS} edits at once",
        f"the bot's process: {PICTURES} PNG of 1 MP in, {RESULTS} out, each edit acknowledged, booked, checked, "
        "announced and posted (its decoder processes not counted)",
        "an aiohttp script that moves the same bytes in memory: GET the attachments, POST the form, POST the results",
        (cpu_ms(readings, "CPU an edit", EDITS), memory_mb(readings), late_ms(readings), worst_ms(readings)),
    )


@asynccontextmanager
async def ours(setup: Setup) -> AsyncIterator[Round]:
    """A round is whatever the bot does until the crowd has what it wanted."""
    roomy = {"LIMIT_IMAGES_PER_DAY": "10000", "LIMIT_USD_PER_MONTH": "10000", "OPERATOR_USD_PER_MONTH": "10000"}
    async with app.running(Settings.of({**setup, **roomy})):

        async def live(told: Told) -> None:
            await told()

        yield live


@asynccontextmanager
async def reference(setup: Setup) -> AsyncIterator[Round]:
    """A round is the same edits by a script that knows nobody and keeps nothing."""
    headers = {"Authorization": f"Bot {setup['token']}"}
    async with aiohttp.ClientSession() as session, aiohttp.ClientSession(headers=headers) as discord:

        async def one(url: str) -> None:
            pictures = [await _got(session, link) for link in setup["links"]]
            results = await in_memory(session, setup["provider"], pictures, RESULTS)
            await _posted(discord, url, results)

        async def move(_: Told) -> None:
            await asyncio.gather(*(one(url) for url in setup["posts"]))

        yield move


SIDES = {"ours": ours, "reference": reference}


async def _got(session: aiohttp.ClientSession, link: str) -> bytes:
    async with session.get(link) as response:
        response.raise_for_status()
        return await response.read()


async def _posted(discord: aiohttp.ClientSession, url: str, results: list[bytes]) -> None:
    form = aiohttp.FormData()
    form.add_field("payload_json", json.dumps({"content": "Here it is."}), content_type="application/json")
    for number, picture in enumerate(results):
        form.add_field(f"files[{number}]", picture, filename=f"result-{number}.png", content_type="image/png")
    async with discord.post(url, data=form) as response:
        response.raise_for_status()


# ── the world around them ───────────────────────────────────────────────────────────────────────────────────


@contextlib.contextmanager
def _sandbox() -> Iterator[dict[str, str]]:
    """The stand-in for Discord in a process of its own, and the settings that point a bot at it."""
    command = [sys.executable, "-m", "bot", "sandbox", "serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        said: dict[str, str] = {}
        while "SANDBOX_URL" not in said:
            line = running.stdout.readline() if running.stdout is not None else ""
            if not line:
                raise RuntimeError("the sandbox did not start")
            name, _, value = line.strip().partition("=")
            said[name] = value
        try:
            yield said
        finally:
            running.terminate()


async def _gathered(world: Mapping[str, str], pictures: tuple[Path, ...]) -> tuple[Crowd, Setup]:
    """The members with their direct messages, and what the script needs to know of them."""
    names = tuple(f"guest{number}" for number in range(EDITS))
    async with Member(world["SANDBOX_URL"]) as mira, _bot_door(world) as discord:
        await mira.wait_until_connected()
        ids = [(await mira.lever("members", {"name": name}))["id"] for name in names]
        shown = await mira.say("", pictures, mention=False)
        posts = [await _direct(discord, world["DISCORD_API_URL"], one) for one in ids]
    setup = {
        "token": world["DISCORD_TOKEN"],
        "provider": world["IMAGES_API_URL"],
        "links": [one["url"] for one in shown["attachments"]],
        "posts": posts,
    }
    return Crowd(world["SANDBOX_URL"], names, pictures), setup


@asynccontextmanager
async def _bot_door(world: Mapping[str, str]) -> AsyncGenerator[aiohttp.ClientSession, None]:
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {world['DISCORD_TOKEN']}"}) as session:
        yield session


async def _direct(discord: aiohttp.ClientSession, api: str, user: str) -> str:
    """Where to post into the direct messages with this user."""
    async with discord.post(f"{api}/users/@me/channels", json={"recipient_id": user}) as response:
        response.raise_for_status()
        return f"{api}/channels/{(await response.json())['id']}/messages"
