"""A whole house of stand-ins around the two conductors, and an edit to put through it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from bot.domain.catalog import Catalog, ModelCard, Provider, read_shelf, shipped_shelf
from bot.domain.deed import Decider
from bot.domain.job import Job, State
from bot.domain.link import LinkKeys
from bot.domain.quota import Limits, Terms, Unit
from bot.domain.request import Door, EditRequest, InputFile, Options, Origin, Place, PlaceKind
from bot.workflow.announce import Announcer
from bot.workflow.archive import Archive
from bot.workflow.drafts import Drafts
from bot.workflow.exhibiting import Exhibitor
from bot.workflow.finishing import Finisher
from bot.workflow.govern import Govern
from bot.workflow.guild_log import GuildLog
from bot.workflow.hosting import Hosting
from bot.workflow.insistence import Insistence
from bot.workflow.looking import Looking
from bot.workflow.making import Maker
from bot.workflow.packing import Packer
from bot.workflow.painting import Painter
from bot.workflow.patience import Patience
from bot.workflow.picking import Picking
from bot.workflow.ports import Asking, Receipt
from bot.workflow.recover import recover
from bot.workflow.reporting import Reporter
from bot.workflow.reposting import Reposter
from bot.workflow.rights import Rights
from bot.workflow.sources import Sources
from bot.workflow.submit import Submit
from bot.workflow.thresholds import Thresholds
from bot.workflow.trays import Trays
from bot.workflow.work import Worker
from bot.workflow.workbench import Workbench
from tests.standins import (
    Comes,
    FolderBlobs,
    HandClock,
    PlainPictures,
    RecordingPostbox,
    RoomyDisk,
    ScriptedProvider,
    Steps,
    Stop,
    Tally,
)
from tests.workflow.memory_book import Kind, MemoryBook
from tests.workflow.memory_council import MemoryCouncil
from tests.workflow.memory_gatherings import MemoryGatherings
from tests.workflow.memory_guilds import MemoryGuilds
from tests.workflow.memory_paintings import MemoryPaintings

ANN, BOB = 42, 43
MEMBER = f"user:{ANN}"
CHANNEL = Place(guild_id=1, channel_id=100, kind=PlaceKind.CHANNEL)
THREAD = Place(guild_id=1, channel_id=200, kind=PlaceKind.THREAD)
IN_PLACE = Place(guild_id=None, channel_id=300, kind=PlaceKind.IN_PLACE)
LIMITS = Limits(images_per_day=20, micro_usd_per_month=5_000_000, house_micro_usd_per_month=50_000_000)
PICTURE = b"png 1024x1024"
GUILD = 1
ADMIN = Decider(actor_id=7, guild_id=GUILD)
OPERATOR = Decider(actor_id=0, guild_id=None)


def a_card(provider: str = "openai", dialect: str = "openai", **lines: Any) -> ModelCard:
    """The default model at a provider of this name; `lines` are what its card says otherwise."""
    own: Mapping[str, Any] = {"gpt-image-2": {"like": "gpt-image-2", **lines}}
    return read_shelf((Provider(provider, "", "", dialect, ("gpt-image-2",)),), own)["gpt-image-2"][0]


@dataclass
class House:
    """Every room's stand-in, and the conductors over them. The provider's script is given by the test."""

    folder: Path
    limits: Limits = LIMITS
    steps: Steps = field(default_factory=Steps)
    bells: int = 0
    stopping: bool = False
    chance: float = 0.0
    ask_above: int = 1_000_000
    queue_limit: int = 200
    waiting_per_member: int = 50

    def __post_init__(self) -> None:
        self.clock = HandClock(self.steps)
        self.book = MemoryBook(self.clock, self.steps)
        self.council = MemoryCouncil(self.book, self.clock)
        self.gatherings = MemoryGatherings(self.clock, self.book)
        self.guilds = MemoryGuilds(self.clock, self.council)
        self.paintings = MemoryPaintings(self.book)
        self.disk = RoomyDisk()
        self.blobs = FolderBlobs(self.folder, self.clock, self.steps)
        self.pictures = PlainPictures(self.steps)
        self.provider = ScriptedProvider(self.steps)
        self.postbox = RecordingPostbox(self.steps)
        self.catalog = Catalog(shipped_shelf(), "gpt-image-2")
        self.metrics = Tally()
        self.start()

    def start(self) -> None:
        """Make the conductors anew, as a new process would: nothing but the rooms' rows and files is left."""
        self.stopping = False
        announce = Announcer(self.book, self.postbox)
        guild_log = GuildLog(self.council, self.book, self.postbox)
        self.govern = Govern(self.council, self.catalog, guild_log, self.clock)
        self.thresholds = Thresholds(self.book, self.postbox, self.clock, self.disk, self.terms)
        pack = Packer(self.pictures)
        self.drafts = Drafts(self.book, self.postbox, self.clock)
        self.submit = Submit(
            self.catalog,
            self.terms,
            Looking(self.pictures, self.blobs),
            self.book,
            self.council,
            self.guilds,
            self.blobs,
            self.postbox,
            announce,
            self.drafts,
            Exhibitor(self.book, self.blobs, self.pictures, self.postbox, pack),
            self.thresholds,
            self.clock,
            self.ring,
            self.provider.is_shut,
            self.metrics,
        )
        self.sources = Sources(self.book, self.blobs, self.gatherings)
        self.trays = Trays(self.gatherings, self.blobs, self.pictures, self.clock)
        self.picking = Picking(self.gatherings, self.submit, self.sources, self.clock)
        self.painter = Painter(
            self.paintings,
            self.submit,
            self.blobs,
            self.pictures,
            self.clock,
            LinkKeys(b"key" * 11),
            "https://paint.test",
        )
        self.hosting = Hosting(self.guilds, self.catalog, guild_log)
        rights = Rights(self.book, self.guilds, self.sources)
        repost = Reposter(self.book, self.blobs, self.postbox, pack)
        self.workbench = Workbench(
            self.book, self.postbox, self.guilds, self.sources, self.submit, self.trays, rights, repost
        )
        self.archive = Archive(self.book, self.blobs, self.guilds, self.council, rights, repost, pack)
        make = Maker(
            self.catalog,
            self.pictures,
            self.provider,
            self.book,
            self.blobs,
            self.postbox,
            announce,
            self.clock,
            Patience(self.book, self.postbox, self.provider, self.clock, lambda: self.stopping, lambda: self.chance),
            Insistence(self.clock),
            b"key",
            self.metrics,
        )
        finish = Finisher(self.catalog, self.pictures, self.blobs, self.book, self.postbox, self.clock)
        report = Reporter(
            self.book, self.blobs, self.postbox, finish, pack, announce, guild_log, self.clock, self.metrics
        )
        self.worker = Worker(self.book, make, report)

    def terms(self) -> Terms:
        """What the settings say now."""
        return Terms(self.limits, self.ask_above, self.queue_limit, self.waiting_per_member)

    def ring(self) -> None:
        """Count the wakes of the dispatcher."""
        self.bells += 1

    async def stop(self) -> None:
        """Tell the process to stop, without waiting for it."""
        self.stopping = True

    async def restart(self) -> None:
        """What a new process does: conductors made anew, then every job put where its row allows."""
        self.start()
        await recover(self.book)

    async def work(self) -> None:
        """Hand out every ticket once, as the dispatcher does."""
        for job_id in sorted(self.book.tickets):
            await self.worker(job_id)

    async def stopped_at(self, step: str, job_id: int = 1) -> None:
        """Work on the job until this step, and be cancelled there; whatever is shielded may go on at once."""
        stop = self.steps.stop_at(step)
        task = await self.hanging_at(stop, job_id)
        task.cancel()
        stop.go.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    async def hanging_at(self, stop: Stop, job_id: int = 1) -> asyncio.Task[None]:
        """Work on the job until it hangs."""
        task = asyncio.create_task(self.worker(job_id))
        reached = asyncio.create_task(stop.reached.wait())
        await asyncio.wait({reached, task}, return_when=asyncio.FIRST_COMPLETED)
        assert reached.done(), "the work ended before the step was reached"
        return task

    def file(self, filename: str, content: bytes = PICTURE) -> InputFile:
        """A file of a member, on disk."""
        return InputFile(self.blobs.put(content), filename, len(content))

    def edit(
        self,
        *pictures: InputFile,
        mask: InputFile | None = None,
        place: Place = CHANNEL,
        user_id: int = ANN,
        origin: int = 900,
        options: Options | None = None,
        prompt: str = "make it snow",
        model: str = "gpt-image-2",
        roles: tuple[int, ...] = (),
    ) -> EditRequest:
        """An edit: one square picture, one small result and the default model, where nothing else is said."""
        return EditRequest(
            origin=Origin(Door.SLASH, origin),
            place=place,
            user_id=user_id,
            locale="en-GB",
            prompt=prompt,
            pictures=pictures or (self.file("photo.png"),),
            mask=mask,
            model=model,
            options=options or Options(quality="low"),
            role_ids=roles,
        )

    async def placed(self, *outcomes: Comes | Exception | None, request: EditRequest | None = None) -> Job:
        """An edit in the queue, and what the provider will answer to it."""
        self.provider.script = list(outcomes)
        return (await self.submitted(request or self.edit())).job

    async def submitted(self, request: EditRequest) -> Receipt:
        """The receipt of an edit that is placed without a question."""
        receipt = await self.submit(request)
        assert isinstance(receipt, Receipt)
        return receipt

    async def asked(self, request: EditRequest) -> Asking:
        """The question about an edit that is too dear to be placed without one."""
        asking = await self.submit(request)
        assert isinstance(asking, Asking)
        return asking

    def dear(self) -> None:
        """Have every edit asked about, as an operator does who sets the limit to nothing."""
        self.ask_above = 0

    def money(self, kind: Kind, account: str) -> int:
        """The micro-USD of this kind on this account."""
        return self.book.amount(kind, account, Unit.MICRO_USD)

    def job(self, job_id: int = 1) -> Job:
        """The job as it is now."""
        return self.book.jobs[job_id]

    def state(self, job_id: int = 1) -> State:
        """Where the job is now."""
        return self.book.jobs[job_id].state

    def waits(self) -> list[float]:
        """The seconds between each refused call and the next one, however many naps they were slept in."""
        waits, since, slept = list[float](), None, iter(self.clock.slept)
        for step in self.steps.taken:
            if step == "refused":
                since = 0.0
            elif step == "sleep":
                since = next(slept) + (since or 0.0)
            elif step == "turn" and since is not None:
                waits.append(round(since, 3))
                since = None
        return waits

    def sell(self, *cards: ModelCard) -> None:
        """Have these cards of the default model and nothing else, in their order, as after a start."""
        self.catalog = Catalog({"gpt-image-2": cards}, "gpt-image-2")
        self.start()

    def lower(self, **limits: int) -> None:
        """Set some of the limits, as an operator does in the settings."""
        self.limits = replace(self.limits, **limits)
