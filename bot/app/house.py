"""The rooms put together, in the order in which they lean on each other: read it from the top to the bottom."""

import asyncio
import random
import secrets
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from bot.app.beside import ledger_sentence
from bot.app.imprint import imprint
from bot.app.trouble import BooksWrong, CannotStart
from bot.chat.client import DarkroomClient
from bot.chat.delivery.postbox import DiscordPostbox
from bot.chat.desk import Desk
from bot.chat.intake.download import Downloads, cdn_origins
from bot.chat.intake.links import FreshLinks
from bot.chat.intake.taking import Intake
from bot.dispatch.embedded import AT_ONCE, EmbeddedDispatcher
from bot.domain.catalog import Catalog
from bot.domain.link import LinkKeys
from bot.domain.progress import Pace
from bot.domain.request import HouseRules
from bot.images.decoder import Decoder
from bot.provider.several import Providers
from bot.settings import Live, ProviderSetup, Settings, provider_entries, usable_catalog
from bot.storage import ledger
from bot.storage.backup import integrity
from bot.storage.blobs import DiskBlobs
from bot.storage.book import Book
from bot.storage.council import Council
from bot.storage.database import Database
from bot.storage.disk import FolderDisk
from bot.storage.gatherings import Gatherings
from bot.storage.gauges import RowGauges
from bot.storage.guilds import Guilds
from bot.storage.house_lock import HouseLock
from bot.storage.migrate import upgrade
from bot.storage.paintings import Paintings
from bot.web.health import Checkup
from bot.web.metrics import Meter
from bot.web.ops import Ops
from bot.web.painter import PainterDoor
from bot.words.doctor import model_ends
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
from bot.workflow.queue_watch import QueueWatch
from bot.workflow.reporting import Reporter
from bot.workflow.reposting import Reposter
from bot.workflow.rights import Rights
from bot.workflow.sources import Sources
from bot.workflow.submit import Submit
from bot.workflow.thresholds import Thresholds
from bot.workflow.trays import Trays
from bot.workflow.work import Worker
from bot.workflow.workbench import Workbench

log = structlog.get_logger(__name__)

NEEDS_SQLITE = (
    "This version runs on SQLite only, since nothing keeps a second process off a shared database yet. "
    "Leave DATABASE_URL out, or give it an address such as sqlite:///data/darkroom.db."
)


class WallClock:
    """The real time."""

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Wait that long."""
        await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True)
class House:
    """The rooms, open: what has to run, and what has to be stopped in order."""

    settings: Settings
    live: Live
    provider: Providers
    client: DarkroomClient
    postbox: DiscordPostbox
    dispatcher: EmbeddedDispatcher
    book: Book
    blobs: DiskBlobs
    drafts: Drafts
    gatherings: Gatherings
    guilds: Guilds
    clock: WallClock
    line: QueueWatch
    thresholds: Thresholds
    meter: Meter
    ops: Ops | None
    painter_door: PainterDoor | None


@asynccontextmanager
async def opened(settings: Settings) -> AsyncGenerator[House, None]:
    """Every room, open for the body and closed in reverse.

    Raises `CannotStart`, and whatever of `SETUP_TROUBLE` a room finds out. It is long because it is a list: what leans
    on what can be read in one place, and nowhere else.
    """
    async with AsyncExitStack() as stack:
        clock, setup, live = WallClock(), provider_entries(settings), Live(settings, Settings.read)
        catalog = usable_catalog(settings, setup)
        _say_what_ends(catalog, setup)
        meter = Meter(catalog.names, [one.name for one in setup.providers])
        database = Database(settings.database_url)
        if database.lock_file is None:
            raise CannotStart(NEEDS_SQLITE)
        stack.enter_context(HouseLock(database.lock_file))
        # Two bots with a database each, but one folder, would sweep each other's pictures away.
        stack.enter_context(HouseLock(settings.data_dir / "pictures.lock"))
        await upgrade(settings.database_url)
        await stack.enter_async_context(database)
        await _check_books(database)
        blobs = DiskBlobs(settings.data_dir)
        await blobs.open()
        # Fewer at once would make the providers' own limits worth nothing, and one that asks for patience hold up all.
        pace = Pace(max(AT_ONCE, setup.concurrency), settings.member_at_once, settings.guild_at_once)
        dispatcher = EmbeddedDispatcher(database, clock, pace.per_user, pace.at_once, per_guild=pace.per_guild)
        book, council = Book(database, dispatcher, clock), Council(database, clock)
        gatherings, guilds = Gatherings(database, clock), Guilds(database, clock)
        decoder = await stack.enter_async_context(Decoder(metrics=meter))
        provider = await stack.enter_async_context(_providers(settings, setup, book, clock))
        downloads = await stack.enter_async_context(_downloads(settings, meter))
        client = _client(settings, book, clock, meter)
        postbox = DiscordPostbox(
            client,
            client.logged_in,
            clock,
            settings.operator_ids,
            client.tokens,
            guilds.presets,
            guilds.settings,
            paints=settings.painter is not None,
        )
        announce, guild_log = Announcer(book, postbox), GuildLog(council, book, postbox)
        key = await user_key(book)
        thresholds = Thresholds(book, postbox, clock, FolderDisk(settings.data_dir), lambda: live.now.terms)
        make = Maker(
            catalog=catalog,
            pictures=decoder,
            provider=provider,
            book=book,
            blobs=blobs,
            postbox=postbox,
            announce=announce,
            clock=clock,
            patience=Patience(book, postbox, provider, clock, lambda: client.stopping, random.random),
            insist=Insistence(clock),
            user_key=key,
            metrics=meter,
        )
        pack, drafts = Packer(decoder), Drafts(book, postbox, clock)
        finish = Finisher(catalog, decoder, blobs, book, postbox, clock)
        line = QueueWatch(book, postbox, clock, pace)
        report = Reporter(book, blobs, postbox, finish, pack, announce, guild_log, clock, meter)
        dispatcher.bind(line.around(Worker(book, make, report)))

        def wake() -> None:
            dispatcher.wake()
            line.ring()

        submit = Submit(
            catalog=catalog,
            terms=lambda: live.now.terms,
            look=Looking(decoder, blobs),
            book=book,
            council=council,
            guilds=guilds,
            blobs=blobs,
            postbox=postbox,
            announce=announce,
            drafts=drafts,
            exhibit=Exhibitor(book, blobs, decoder, postbox, pack),
            thresholds=thresholds,
            clock=clock,
            wake=wake,
            is_shut=provider.is_shut,
            metrics=meter,
        )
        painter = None
        if settings.painter is not None:
            paintings = Paintings(database, clock)
            painter = Painter(paintings, submit, blobs, decoder, clock, LinkKeys(key), settings.painter)
        rules = HouseRules(settings.guilds, settings.user_install)
        sources, trays = Sources(book, blobs, gatherings), Trays(gatherings, blobs, decoder, clock)
        rights, repost = Rights(book, guilds, sources), Reposter(book, blobs, postbox, pack)
        client.desk = Desk(
            intake=Intake(
                blobs, downloads, catalog, rules, lambda: client.stopping, guilds, council, sources, FreshLinks(client)
            ),
            submit=submit,
            catalog=catalog,
            govern=Govern(council, catalog, guild_log, clock),
            charts=decoder,
            blobs=blobs,
            forgetting=Forgetting(book, key),
            hosting=Hosting(guilds, catalog, guild_log),
            sources=sources,
            trays=trays,
            picking=Picking(gatherings, submit, sources, clock),
            workbench=Workbench(book, postbox, guilds, sources, submit, trays, rights, repost),
            archive=Archive(book, blobs, guilds, council, rights, repost, pack),
            guild_log=guild_log,
            painter=painter,
            operators=frozenset(settings.operator_ids),
            imprint=imprint(settings, setup, catalog),
        )
        yield House(
            settings=settings,
            live=live,
            provider=provider,
            client=client,
            postbox=postbox,
            dispatcher=dispatcher,
            book=book,
            blobs=blobs,
            drafts=drafts,
            gatherings=gatherings,
            guilds=guilds,
            clock=clock,
            line=line,
            thresholds=thresholds,
            meter=meter,
            ops=_ops(settings, setup, RowGauges(database), client, provider, meter, clock),
            painter_door=_painter_door(settings, painter, catalog),
        )


async def _check_books(database: Database) -> None:
    """Raises `BooksWrong` at the first sum that does not agree."""
    await integrity(database)
    if wrong := await ledger.check(database):
        first = ledger_sentence(wrong[0])
        raise BooksWrong(
            f"The ledger of {database.where} does not add up: {first} See all of it with `darkroom ledger check`; then "
            "restore a backup, or have it looked into, and start again."
        )


def _say_what_ends(catalog: Catalog, setup: ProviderSetup) -> None:
    cards = [card for name in catalog.names for card in catalog.offers(name)]
    for end in model_ends(cards, setup.vendors, datetime.now(UTC).date()):
        say_it = log.warning if end.at_vendor else log.info
        say_it("model_ends", model=end.model, provider=end.provider, sentence=end.sentence)


def _providers(settings: Settings, setup: ProviderSetup, book: Book, clock: WallClock) -> Providers:
    try:
        return Providers(
            setup.providers,
            setup.keys,
            timeout_s=settings.images_timeout_s,
            clock=clock,
            recall=book.recall,
            remember=book.remember,
        )
    except ValueError as wrong:
        raise CannotStart(str(wrong)) from wrong


def _downloads(settings: Settings, meter: Meter) -> Downloads:
    return Downloads(cdn_origins(settings.discord_api_url), proxy=settings.discord_proxy, metrics=meter)


def _ops(
    settings: Settings,
    setup: ProviderSetup,
    gauges: RowGauges,
    client: DarkroomClient,
    provider: Providers,
    meter: Meter,
    clock: WallClock,
) -> Ops | None:
    if (bind := settings.ops_bind) is None:
        return None
    names = [one.name for one in setup.providers]
    checkup = Checkup(gauges.glance, lambda: client.connected, lambda: client.stopping, names, provider.is_shut)
    return Ops(bind.host, bind.port, checkup, meter, gauges, clock)


def _painter_door(settings: Settings, painter: Painter | None, catalog: Catalog) -> PainterDoor | None:
    if painter is None or (bind := settings.web_bind) is None:
        return None
    return PainterDoor(painter, catalog, bind.host, bind.port)


def _client(settings: Settings, book: Book, clock: WallClock, meter: Meter) -> DarkroomClient:
    return DarkroomClient(
        clock=clock,
        recall=book.recall,
        remember=book.remember,
        identified=book.identified,
        identifies=book.identifies,
        identifies_per_hour=settings.identifies_per_hour,
        message_content=settings.message_content,
        user_install=settings.user_install,
        api_url=settings.discord_api_url,
        gateway_url=settings.discord_gateway_url,
        proxy=settings.discord_proxy,
        metrics=meter,
    )


async def user_key(book: Book) -> bytes:
    """The key of the hashes that stand for members outside and after them; as old as the database."""
    key = await book.recall("user-key")
    if key is None:
        key = secrets.token_hex(32)
        await book.remember("user-key", key)
    return bytes.fromhex(key)
