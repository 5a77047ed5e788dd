"""The bot's own chat room at a Discord stand-in, with the other rooms as stand-ins behind it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import discord
from aiohttp import web
from discord.gateway import DiscordWebSocket

from bot.chat.client import DarkroomClient
from bot.chat.delivery.postbox import DiscordPostbox
from bot.chat.desk import Desk
from bot.chat.intake.download import Downloads, cdn_origins
from bot.chat.intake.links import FreshLinks
from bot.chat.intake.taking import Intake
from bot.domain.catalog import Catalog, Provider, read_shelf, shipped_cards
from bot.domain.deed import Spend
from bot.domain.link import LinkKeys
from bot.domain.quota import Limits, Terms
from bot.domain.request import HouseRules, Options
from bot.sandbox.clock import Clock
from bot.sandbox.discord_server import DiscordServer
from bot.sandbox.member import Member
from bot.workflow.announce import Announcer
from bot.workflow.archive import Archive
from bot.workflow.drafts import Drafts
from bot.workflow.exhibiting import Exhibitor
from bot.workflow.finishing import Finisher
from bot.workflow.forgetting import Forgetting
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
from bot.workflow.ports import Charts
from bot.workflow.reporting import Reporter
from bot.workflow.reposting import Reposter
from bot.workflow.rights import Rights
from bot.workflow.silent import SILENT
from bot.workflow.sources import Sources
from bot.workflow.submit import Submit
from bot.workflow.thresholds import Thresholds
from bot.workflow.trays import Trays
from bot.workflow.work import Worker
from bot.workflow.workbench import Workbench
from tests.standins import FolderBlobs, PlainPictures, RoomyDisk, ScriptedProvider, Steps
from tests.workflow.memory_book import MemoryBook
from tests.workflow.memory_council import MemoryCouncil
from tests.workflow.memory_gatherings import MemoryGatherings
from tests.workflow.memory_guilds import MemoryGuilds
from tests.workflow.memory_paintings import MemoryPaintings

PICTURE = b"png 1024x1024"
NEVER = 1_000_000_000  # micro-USD that no edit of a test costs
PAGE = "https://paint.test"  # where masks are painted, if they are
LIMITS = Limits(images_per_day=20, micro_usd_per_month=5_000_000, house_micro_usd_per_month=50_000_000)


def a_catalog(*dialects: str, defaults: Options | None = None) -> Catalog:
    """Every model that comes with the bot, at a provider of each of these dialects in their order."""
    models = tuple(shipped_cards())
    providers = [Provider(dialect, "", "", dialect, models) for dialect in dialects or ("openai",)]
    return Catalog(read_shelf(providers), "gpt-image-2", defaults)


class Hurry(Clock):
    """The sandbox's clock for those who would rather not wait: a sleep is over at once, and time has passed."""

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)
        await asyncio.sleep(0)


class TextCharts:
    """Charts that are plain words: how many rows they show."""

    async def chart(self, spends: Sequence[Spend], target: Path) -> Path:
        path = target.with_suffix(".png")
        path.write_text(f"png 64x48 of {len(spends)}", "utf-8")
        return path


# A type checker reads here that the stand-in obeys its port.
OBEDIENT: type[Charts] = TextCharts


@dataclass
class Scene:
    """Everything that a test of the chat room touches."""

    server: DiscordServer
    url: str
    clock: Clock
    client: DarkroomClient
    postbox: DiscordPostbox
    book: MemoryBook
    blobs: FolderBlobs
    provider: ScriptedProvider
    worker: Worker
    council: MemoryCouncil
    steps: Steps
    gatherings: MemoryGatherings
    guilds: MemoryGuilds

    def member(self, name: str = "mira", channel: str = "pictures") -> Member:
        """Somebody who uses the bot."""
        return Member(self.url, name, channel, timeout_s=20)

    async def work(self) -> None:
        """Hand out every ticket once, as the dispatcher does."""
        for job_id in sorted(self.book.tickets):
            await self.worker(job_id)


@asynccontextmanager
async def discord_standin(clock: Clock) -> AsyncIterator[tuple[DiscordServer, str]]:
    """A Discord on a free port, which discord.py is pointed back from afterwards."""
    base, gateway, files = discord.http.Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, discord.Asset.BASE
    server = DiscordServer(clock)
    runner = web.AppRunner(server.application())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    server.listens_at(url)
    try:
        yield server, url
    finally:
        await runner.cleanup()
        discord.http.Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, discord.Asset.BASE = base, gateway, files


@asynccontextmanager
async def a_scene(
    folder: Path,
    *,
    connected: bool = True,
    rules: HouseRules | None = None,
    operators: tuple[int, ...] = (),
    catalog: Catalog | None = None,
    ask_above: int = NEVER,
    paints: bool = False,
) -> AsyncIterator[Scene]:
    """The bot logged in at a stand-in of its own; `connected` says whether it is at the gateway too.

    An edit that may cost more than `ask_above` micro-USD is asked about first. `paints` says whether there is a page
    for painting masks.
    """
    clock = Clock() if connected else Hurry()
    book = MemoryBook(clock, Steps())
    async with (
        discord_standin(clock) as (server, url),
        a_bot(
            server,
            url,
            clock,
            book,
            folder,
            connected=connected,
            rules=rules,
            operators=operators,
            catalog=catalog,
            ask_above=ask_above,
            paints=paints,
        ) as scene,
    ):
        yield scene


async def at_home(client: DarkroomClient) -> None:
    """Return when the gateway has told of the first server; discord.py's own "ready" comes two seconds later."""
    while not any(not guild.unavailable for guild in client.guilds):  # noqa: ASYNC110 - discord.py tells it nowhere
        await asyncio.sleep(0.01)


@asynccontextmanager
async def a_bot(
    server: DiscordServer,
    url: str,
    clock: Clock,
    book: MemoryBook,
    folder: Path,
    *,
    connected: bool = True,
    rules: HouseRules | None = None,
    operators: tuple[int, ...] = (),
    catalog: Catalog | None = None,
    ask_above: int = NEVER,
    council: MemoryCouncil | None = None,
    paints: bool = False,
) -> AsyncIterator[Scene]:
    """One process of the bot: when it ends, the stand-in and the book go on."""
    steps = book.steps
    pictures, provider, blobs = PlainPictures(steps), ScriptedProvider(steps), FolderBlobs(folder, clock, steps)
    council = council or MemoryCouncil(book, clock)
    catalog = catalog or a_catalog()

    def terms() -> Terms:
        return Terms(LIMITS, ask_above, queue_limit=200, waiting_per_member=50)

    async with Downloads(cdn_origins(url)) as downloads:
        api = f"{url}/api/v10"
        client = DarkroomClient(
            clock=clock,
            recall=book.recall,
            remember=book.remember,
            identified=book.identified,
            identifies=book.identifies,
            api_url=api,
        )
        gatherings, guilds = MemoryGatherings(clock, book), MemoryGuilds(clock, council)
        postbox = DiscordPostbox(
            client, client.logged_in, clock, operators, client.tokens, guilds.presets, paints=paints
        )
        announce = Announcer(book, postbox)
        drafts, pack = Drafts(book, postbox, clock), Packer(pictures)
        guild_log = GuildLog(council, book, postbox)
        submit = Submit(
            catalog=catalog,
            terms=terms,
            look=Looking(pictures, blobs),
            book=book,
            council=council,
            guilds=guilds,
            blobs=blobs,
            postbox=postbox,
            announce=announce,
            drafts=drafts,
            exhibit=Exhibitor(book, blobs, pictures, postbox, pack),
            thresholds=Thresholds(book, postbox, clock, RoomyDisk(), terms),
            clock=clock,
            wake=lambda: None,
            is_shut=provider.is_shut,
            metrics=SILENT,
        )
        insist = Insistence(clock)
        patience = Patience(book, postbox, provider, clock)
        make = Maker(
            catalog, pictures, provider, book, blobs, postbox, announce, clock, patience, insist, b"key", SILENT
        )
        finish = Finisher(catalog, pictures, blobs, book, postbox, clock)
        report = Reporter(book, blobs, postbox, finish, pack, announce, guild_log, clock, SILENT)
        worker = Worker(book, make, report)
        forgetting = Forgetting(book, b"key")
        govern = Govern(council, catalog, guild_log, clock)
        sources, trays = Sources(book, blobs, gatherings), Trays(gatherings, blobs, pictures, clock)
        paintings = MemoryPaintings(book)
        house_rules, fresh = rules or HouseRules(), FreshLinks(client)
        intake = Intake(
            blobs, downloads, catalog, house_rules, lambda: client.stopping, guilds, council, sources, fresh
        )
        rights, repost = Rights(book, guilds, sources), Reposter(book, blobs, postbox, pack)
        client.desk = Desk(
            intake=intake,
            submit=submit,
            catalog=catalog,
            govern=govern,
            charts=TextCharts(),
            blobs=blobs,
            forgetting=forgetting,
            hosting=Hosting(guilds, catalog, guild_log),
            sources=sources,
            trays=trays,
            picking=Picking(gatherings, submit, sources, clock),
            workbench=Workbench(book, postbox, guilds, sources, submit, trays, rights, repost),
            archive=Archive(book, blobs, guilds, council, rights, repost, pack),
            guild_log=guild_log,
            painter=Painter(paintings, submit, blobs, pictures, clock, LinkKeys(b"key"), PAGE) if paints else None,
            operators=frozenset(operators),
        )
        async with client, asyncio.TaskGroup() as group:
            lines = group.create_task(postbox.run())
            serving = group.create_task(client.serve(server.token)) if connected else None
            if serving is None:
                await client.login(server.token)
            else:
                await client.logged_in.wait()
                await at_home(client)
            yield Scene(
                server, url, clock, client, postbox, book, blobs, provider, worker, council, steps, gatherings, guilds
            )
            await client.close()
            lines.cancel()
            if serving is not None:
                await serving
