"""The composition root: the only file that knows every room, read from the top to the bottom.

`run` opens the rooms in the order in which they lean on each other and closes them in reverse. Every task of the bot
belongs to its one group; the chat outlives the work, so that what ends late can still be told.
"""

import asyncio
import contextlib
import random
import secrets
import time
from collections.abc import AsyncGenerator, Coroutine, Generator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from bot.chat.client import ApiMissing, DarkroomClient, IntentRefused, TokenRefused
from bot.chat.delivery import DiscordPostbox
from bot.chat.desk import Desk
from bot.chat.download import Downloads, cdn_origins
from bot.chat.intake import Intake
from bot.dispatch.embedded import AT_ONCE, EmbeddedDispatcher
from bot.domain.catalog import Catalog
from bot.domain.request import HouseRules, Options
from bot.images.decoder import Decoder
from bot.provider.several import Providers
from bot.settings import ProviderSetup, Settings, SettingsWrong, provider_entries, usable_catalog
from bot.storage import ledger
from bot.storage.blobs import DiskBlobs
from bot.storage.book import Book
from bot.storage.database import Database
from bot.storage.errors import StorageUnusable
from bot.storage.house_lock import HouseLock
from bot.storage.migrate import upgrade
from bot.words.doctor import model_ends
from bot.workflow.announce import Announcer
from bot.workflow.drafts import Drafts
from bot.workflow.exhibiting import Exhibitor
from bot.workflow.finishing import Finisher
from bot.workflow.insistence import Insistence
from bot.workflow.looking import Looking
from bot.workflow.making import Maker
from bot.workflow.packing import Packer
from bot.workflow.patience import Patience
from bot.workflow.ports import Source
from bot.workflow.recover import recover
from bot.workflow.reporting import Reporter
from bot.workflow.submit import Submit, predict_edit
from bot.workflow.sweep import sweep
from bot.workflow.work import Worker

log = structlog.get_logger(__name__)

DAY_S = 86_400
NEEDS_SQLITE = (
    "This version runs on SQLite only, since nothing keeps a second process off a shared database yet. "
    "Leave DATABASE_URL out, or give it an address such as sqlite:///data/darkroom.db."
)
TURNED_AWAY = (TokenRefused, ApiMissing, IntentRefused)
SETUP_TROUBLE = (SettingsWrong, StorageUnusable, *TURNED_AWAY)


class CannotStart(Exception):
    """The bot cannot start as it is set up; the text is one plain sentence."""


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
    client: DarkroomClient
    postbox: DiscordPostbox
    dispatcher: EmbeddedDispatcher
    book: Book
    blobs: DiskBlobs
    drafts: Drafts
    clock: WallClock


async def run(settings: Settings, stop: asyncio.Event, ready: asyncio.Event | None = None) -> None:
    """The whole bot, until `stop` is set; `ready` is set once it listens to Discord. Raises `CannotStart`."""
    with _plain_sentences():
        async with _opened(settings) as house:
            await _live(house, stop, ready or asyncio.Event())


@asynccontextmanager
async def running(settings: Settings) -> AsyncGenerator[None, None]:
    """The bot beside the body of an `async with`, listening from its first line. Raises `CannotStart`."""
    stop, ready = asyncio.Event(), asyncio.Event()
    bot = asyncio.create_task(run(settings, stop, ready))
    listening = asyncio.create_task(ready.wait())
    try:
        await asyncio.wait({bot, listening}, return_when=asyncio.FIRST_COMPLETED)
        if not bot.done():
            yield
    finally:
        listening.cancel()
        stop.set()
        await bot


async def migrate(settings: Settings) -> None:
    """Bring the database up to date, making it where there is none. Raises `CannotStart`."""
    with _plain_sentences():
        await upgrade(settings.database_url)


async def check_ledger(settings: Settings) -> tuple[str, ...] | None:
    """Every imbalance in the books as a sentence; None where there are no books yet. Raises `CannotStart`."""
    async with _books(settings) as database:
        if database is None:
            return None
        wrong = await ledger.check(database)
    return tuple(f"{one.where}: {one.what} should be {one.expected} and is {one.found}." for one in wrong)


async def show_ledger(settings: Settings, user_id: int) -> tuple[dict[str, object], ...]:
    """The last entries of a member, the newest first. Raises `CannotStart`."""
    async with _books(settings) as database:
        return () if database is None else tuple(asdict(entry) for entry in await ledger.show(database, user_id))


async def estimate(settings: Settings, pictures: tuple[Path, ...], prompt: str, options: Options) -> int:
    """What one edit with these files should cost at most, in micro-USD. Raises `Refused`."""
    card = usable_catalog(settings, provider_entries(settings)).card(None)
    async with Decoder() as decoder:
        seen = [await decoder.probe(Source(path, path.name)) for path in pictures]
    return predict_edit(card, options, prompt, [(probe.width, probe.height) for probe in seen])


# ── opening ─────────────────────────────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncGenerator[House, None]:
    async with AsyncExitStack() as stack:
        clock, setup = WallClock(), provider_entries(settings)
        catalog = usable_catalog(settings, setup)
        _say_what_ends(catalog, setup)
        database = Database(settings.database_url)
        if database.lock_file is None:
            raise CannotStart(NEEDS_SQLITE)
        stack.enter_context(HouseLock(database.lock_file))
        # Two bots with a database each, but one folder, would sweep each other's pictures away.
        stack.enter_context(HouseLock(settings.data_dir / "pictures.lock"))
        await upgrade(settings.database_url)
        await stack.enter_async_context(database)
        blobs = DiskBlobs(settings.data_dir)
        await blobs.open()
        # Fewer at once would make the providers' own limits worth nothing, and one that asks for patience hold up all.
        dispatcher = EmbeddedDispatcher(database, clock, at_once=max(AT_ONCE, setup.concurrency))
        book = Book(database, dispatcher, clock)
        decoder = await stack.enter_async_context(Decoder())
        provider = await stack.enter_async_context(_providers(settings, setup, book, clock))
        downloads = await stack.enter_async_context(_downloads(settings))
        client = _client(settings, book, clock)
        postbox = DiscordPostbox(client, client.logged_in, clock, settings.operator_ids)
        announce = Announcer(book, postbox)
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
            user_key=await _user_key(book),
        )
        pack, drafts = Packer(decoder), Drafts(book, postbox, clock)
        finish = Finisher(catalog, decoder, blobs, book, postbox, clock)
        dispatcher.bind(Worker(book, make, Reporter(book, blobs, postbox, finish, pack, announce)))
        submit = Submit(
            catalog=catalog,
            limits=settings.limits,
            look=Looking(decoder, blobs),
            book=book,
            blobs=blobs,
            postbox=postbox,
            announce=announce,
            drafts=drafts,
            exhibit=Exhibitor(book, blobs, decoder, postbox, pack),
            clock=clock,
            wake=dispatcher.wake,
            is_shut=provider.is_shut,
            ask_above=settings.ask_above,
        )
        rules = HouseRules(settings.guilds)
        client.desk = Desk(Intake(blobs, downloads, catalog, rules, lambda: client.stopping), submit, catalog)
        yield House(settings, client, postbox, dispatcher, book, blobs, drafts, clock)


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


def _downloads(settings: Settings) -> Downloads:
    return Downloads(cdn_origins(settings.discord_api_url), proxy=settings.discord_proxy)


def _client(settings: Settings, book: Book, clock: WallClock) -> DarkroomClient:
    return DarkroomClient(
        clock=clock,
        recall=book.recall,
        remember=book.remember,
        message_content=settings.message_content,
        user_install=settings.user_install,
        api_url=settings.discord_api_url,
        gateway_url=settings.discord_gateway_url,
        proxy=settings.discord_proxy,
    )


async def _user_key(book: Book) -> bytes:
    # The provider sees members under a keyed hash; the key stays the same as long as the database does.
    key = await book.recall("user-key")
    if key is None:
        key = secrets.token_hex(32)
        await book.remember("user-key", key)
    return bytes.fromhex(key)


# ── living ──────────────────────────────────────────────────────────────────────────────────────────────────


async def _live(house: House, stop: asyncio.Event, ready: asyncio.Event) -> None:
    await recover(house.book)
    async with house.client, asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(_serve(house, stop))
        beside = (
            tasks.create_task(house.postbox.run()),
            tasks.create_task(house.drafts.expire()),
            tasks.create_task(sweep(house.book, house.blobs, house.clock, house.settings.retention_days * DAY_S)),
        )
        await _first(stop.wait(), house.client.logged_in.wait())
        if stop.is_set():
            house.dispatcher.stop()  # nothing is begun on the way out
        work = tasks.create_task(house.dispatcher.run())
        await _first(stop.wait(), house.client.wait_until_ready())
        if not stop.is_set():
            log.info("listening")
            ready.set()
        await stop.wait()
        log.info("stopping")
        house.client.stopping = True
        async with asyncio.TaskGroup() as ending:
            ending.create_task(_end_work(house, work))
            ending.create_task(house.client.served(within_s=house.settings.shutdown_grace_s))
        refusal = serving.result() if serving.done() else None
        await house.client.close()
        for task in (serving, *beside):
            task.cancel()
        if refusal is not None:
            raise refusal


async def _serve(house: House, stop: asyncio.Event) -> Exception | None:
    """Be at Discord. To be turned away there is a stop like any other: what is being paid for is let finish."""
    try:
        await house.client.serve(house.settings.discord_token.get_secret_value())
    except TURNED_AWAY as refusal:
        stop.set()
        return refusal
    return None


async def _end_work(house: House, work: asyncio.Task[None]) -> None:
    house.dispatcher.stop()
    await asyncio.wait({work}, timeout=house.settings.shutdown_grace_s)
    if not work.done():
        log.warning("grace_over")
        work.cancel()
        await asyncio.wait({work})


async def _first(*waits: Coroutine[Any, Any, object]) -> None:
    """Return when any of them does."""
    tasks = {asyncio.ensure_future(wait) for wait in waits}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


# ── beside the bot ──────────────────────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def _books(settings: Settings) -> AsyncGenerator[Database | None, None]:
    with _plain_sentences():
        database = Database(settings.database_url)
        if database.file is not None and not await asyncio.to_thread(database.file.exists):
            yield None
            return
        async with database:
            yield database


@contextlib.contextmanager
def _plain_sentences() -> Generator[None, None, None]:
    """What a room says of a set-up that cannot work becomes `CannotStart`."""
    try:
        yield
    except SETUP_TROUBLE as trouble:
        raise CannotStart(str(trouble)) from trouble
    except BaseExceptionGroup as several:
        for one in _leaves(several):
            raise CannotStart(str(one)) from several
        raise


def _leaves(several: BaseExceptionGroup[BaseException]) -> Generator[BaseException, None, None]:
    for one in several.exceptions:
        if isinstance(one, BaseExceptionGroup):
            yield from _leaves(one)
        elif isinstance(one, SETUP_TROUBLE):
            yield one
