"""Many edits by many members at once, through the real bot, and what came of each: on the wire, in words, in money."""

import asyncio
import io
import re
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from PIL import Image

from bot import app, logs
from bot.sandbox.discord_api.furnish import GUILD, add_channel, add_member
from bot.sandbox.engine.books import Books, Call
from bot.sandbox.member import Acted, Member, SandboxRefusal, Via
from bot.sandbox.serve import Sandbox
from bot.settings import Settings
from tests.walk.sight import Named, ended, picture

Options = Mapping[str, str | int | bool]
# More would wait for the same two cores, and Discord gives a command three seconds for its first word.
AT_ONCE = 10
PLENTY = {"LIMIT_IMAGES_PER_DAY": "1000000", "LIMIT_USD_PER_MONTH": "9999", "OPERATOR_USD_PER_MONTH": "9999"}
JOB = re.compile(r"Edit #(\d+)")


@dataclass(frozen=True, slots=True)
class Ask:
    """What one member asks for: options of `/edit`, files, and the way in."""

    model: str = ""
    options: Options = field(default_factory=dict)
    pictures: tuple[Named, ...] = (picture("one.png", (64, 64)),)
    mask: Named | None = None
    own: tuple[Named, ...] = ()
    via: Via = "slash"
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """A picture as it was posted: its name there, its format and its size in pixels."""

    filename: str
    format: str
    size: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Job:
    """An edit in the bot's own books; money in micro-USD."""

    state: str
    trouble: str | None
    predicted: int
    charged: int
    suspended: int
    attempts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Played:
    """What came of one edit. `job` is None where it was refused at the door."""

    acted: Acted
    results: tuple[Result, ...]
    calls: tuple[Call, ...]
    job: Job | None

    @property
    def told(self) -> str:
        """The sentence with which it was refused, or with which it ended without pictures."""
        if self.acted.refused is not None:
            return self.acted.refused
        return str(self.acted.posted[0]["content"]).partition(": ")[2]

    @property
    def texts(self) -> list[list[tuple[str, str]]]:
        """The text fields of each call in their order, without the prompt and the member's hash."""
        return [[one for one in call.fields if one[0] not in ("prompt", "user")] for call in self.calls]

    @property
    def files(self) -> list[list[str]]:
        """The files of each call, as "image[] image/png"."""
        return [[f"{part.name} {part.content_type}" for part in call.files] for call in self.calls]


@dataclass(frozen=True, slots=True)
class Evening:
    """Everything that was played, and the image API's books of all of it."""

    edits: Mapping[str, Played]
    books: Books

    def __getitem__(self, name: str) -> Played:
        return self.edits[name]


async def play(
    folder: Path,
    asks: Mapping[str, Ask],
    providers: str,
    encore: Mapping[str, Ask] = MappingProxyType({}),
    **settings: str,
) -> Evening:
    """Let every member ask for one edit, each in a channel of their own, and return when all has ended.

    `providers` is the text of a PROVIDERS_FILE in which {engine} stands for the image API's address; `encore` is
    asked for when everything else is over.
    """
    logs.configure("ERROR")
    every = {**asks, **encore}
    async with Sandbox() as sandbox:
        guild = sandbox.discord.world.guilds[GUILD]
        for name in _places(every).values():
            add_member(sandbox.discord.world, guild, name)
            add_channel(sandbox.discord.world, guild, name)
        house = _house(sandbox, folder, providers, settings)
        async with app.running(house):
            came = {**await _round(sandbox, asks, _places(every)), **await _round(sandbox, encore, _places(every))}
        assert not await app.check_ledger(house)
        jobs = _jobs(folder / "data" / "darkroom.db")
        seen = {name: _played(*one, jobs, sandbox.engine.books) for name, one in came.items()}
        return Evening(seen, sandbox.engine.books)


def _places(asks: Iterable[str]) -> Mapping[str, str]:
    """For each edit the name of its member, and of the channel where that member asks for it."""
    return {name: f"guest-{number}" for number, name in enumerate(asks)}


def _house(sandbox: Sandbox, folder: Path, providers: str, changed: Mapping[str, str]) -> Settings:
    file = folder / "providers.toml"
    file.write_text(providers.replace("{engine}", sandbox.engine_url))
    own = {"DATA_DIR": str(folder / "data"), "PROVIDERS_FILE": str(file), "IMAGES_MODEL": "", "OPS_BIND": "off"}
    return Settings.of({**sandbox.settings, **PLENTY, **own, **changed})


async def _round(
    sandbox: Sandbox, asks: Mapping[str, Ask], places: Mapping[str, str]
) -> Mapping[str, tuple[Acted, tuple[Result, ...]]]:
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(name: str, ask: Ask) -> tuple[Acted, tuple[Result, ...]]:
        async with turns, sandbox.member(places[name], places[name]) as member:
            return await _asked(member, name, ask)

    async with asyncio.TaskGroup() as group:
        tasks = {name: group.create_task(one(name, ask)) for name, ask in asks.items()}
    return {name: task.result() for name, task in tasks.items()}


async def _asked(member: Member, name: str, ask: Ask) -> tuple[Acted, tuple[Result, ...]]:
    options = {**ask.options, **({"model": ask.model} if ask.model else {})}
    try:
        acted = await member.edit(
            via=ask.via,
            images=ask.pictures,
            own_images=ask.own,
            mask=ask.mask,
            prompt=ask.prompt or name,
            options=options if ask.via == "slash" else {},
            wait="answer",
        )
    except SandboxRefusal as refusal:  # Discord itself would not let a member ask for that
        return Acted(refused=str(refusal)), ()
    if acted.status is None:
        return acted, ()
    acted = await ended(member, acted)
    return acted, tuple([await _result(member, file["filename"], file["url"]) for file in acted.files])


async def _result(member: Member, filename: str, url: str) -> Result:
    with Image.open(io.BytesIO(await member.download(url))) as opened:
        return Result(filename, (opened.format or "").lower(), opened.size)


def _played(acted: Acted, results: tuple[Result, ...], jobs: Mapping[int, Job], books: Books) -> Played:
    found = JOB.search(str((acted.status or {}).get("content", "")))
    job = jobs[int(found[1])] if found else None
    attempts = job.attempts if job else {}
    return Played(acted, results, tuple(call for call in books.calls if call.client_request_id in attempts), job)


def _jobs(file: Path) -> Mapping[int, Job]:
    suspended = (
        "SELECT coalesce(sum(ledger.amount), 0) FROM ledger JOIN windows ON windows.id = ledger.window_id "
        "WHERE ledger.job_id = jobs.id AND ledger.kind = 'suspense' AND windows.unit = 'micro_usd'"
    )
    with closing(sqlite3.connect(file)) as rows:
        attempts: dict[int, dict[str, str]] = {}
        for job_id, attempt, state in rows.execute("SELECT job_id, id, state FROM attempts ORDER BY opened_at"):
            attempts.setdefault(job_id, {})[attempt] = state
        question = f"SELECT id, state, trouble_code, predicted, charged, ({suspended}) FROM jobs"
        return {
            job_id: Job(state, trouble, predicted, charged, more, attempts.get(job_id, {}))
            for job_id, state, trouble, predicted, charged, more in rows.execute(question)
        }
