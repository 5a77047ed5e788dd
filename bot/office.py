"""The operator's office: what the command line decides, compares, copies and deletes, each in a short transaction.

It works beside a running bot, which finds what was decided with the next edit. Only `put_back` needs the bot to be
stopped.
"""

from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.app import CannotStart, WallClock, books, plain_sentences, user_key
from bot.dispatch.embedded import EmbeddedDispatcher
from bot.domain.bill import Bill, Finding, compare
from bot.domain.catalog import read_shelf
from bot.domain.deed import Deed, Spend
from bot.domain.quota import HOUSE, Balance, Limits, Member, windows
from bot.images.decoder import Decoder
from bot.settings import Settings, provider_entries, usable_catalog
from bot.storage.backup import Copy, backup, restore
from bot.storage.book import Book
from bot.storage.council import Council
from bot.storage.database import Database
from bot.storage.errors import StorageUnusable
from bot.storage.suspense import Suspense
from bot.workflow.forgetting import Forgetting
from bot.workflow.govern import Govern

NO_BOOKS = "There is no database yet. Make one with `darkroom migrate`, or start the bot once."
NOT_A_FILE = "The database is no file but PostgreSQL. Use pg_dump and pg_restore for it."


class CopyRefused(Exception):
    """A copy was not made or not put back, and nothing was changed; the text is one plain sentence."""


class WhoseBill(Exception):
    """Calls of several providers are in suspense, and nobody said whose bill it is; the text names them."""


class Unheard:
    """No log channel can be reached from here: a server finds the operator's decisions in its report."""

    async def deed(self, deed: Deed) -> None:
        """Say nothing."""


@dataclass(frozen=True, slots=True)
class Office:
    """The desks: what is decided, what is in suspense, what is kept of members."""

    settings: Settings
    govern: Govern
    book: Book
    suspense: Suspense
    forgetting: Forgetting
    clock: WallClock

    @property
    def limits(self) -> Limits:
        """The limits of the settings, as this process reads them."""
        return self.settings.limits

    async def standing(self, member: Member) -> tuple[Balance, ...]:
        """What is left to a member whose roles nobody knows here, and of each of their grants."""
        statute = await self.govern.statute(member)
        found = windows(self.limits, statute, member, self.clock.now())
        mine = [one for one in found if one.allowance.account != HOUSE]
        return await self.book.balances([*mine, *statute.grants])

    async def reconcile(self, bill: Bill, provider: str | None, *, book_it: bool) -> tuple[Finding, ...]:
        """Compare the suspense with a provider's bill, and book what was not spent; again, nothing more is booked.

        Raises `WhoseBill`.
        """
        doubts = await self.suspense.doubts()
        named = {one.call.provider for one in doubts}
        if provider is None and len(named) > 1:
            raise WhoseBill(", ".join(sorted(named)))
        wanted = [one for one in doubts if provider in (None, one.call.provider)]
        if not wanted:
            return ()
        since, until = bill.covers or (0.0, self.clock.now())
        whose = wanted[0].call.provider
        answered = [one for one in await self.suspense.answered(since, until) if one.provider == whose]
        found = compare(wanted, answered, bill, self._wire_names(whose))
        if not book_it:
            return found
        for one in found:
            if one.unspent and one.doubt.corrected is None:
                await self.suspense.correct(one.doubt.job_id, one.unspent)
        return found

    def _wire_names(self, provider: str) -> dict[str, str]:
        setup = provider_entries(self.settings)
        shelf = read_shelf(setup.providers, setup.models)
        return {name: card.wire_name for name, cards in shelf.items() for card in cards if card.provider == provider}


@asynccontextmanager
async def office(settings: Settings) -> AsyncGenerator[Office, None]:
    """The office, open. Raises `CannotStart` where there are no books, or they cannot be used."""
    clock, catalog = WallClock(), usable_catalog(settings, provider_entries(settings))
    async with books(settings) as database:
        if database is None:
            raise CannotStart(NO_BOOKS)
        book = Book(database, EmbeddedDispatcher(database, clock), clock)
        yield Office(
            settings=settings,
            govern=Govern(Council(database, clock), catalog, Unheard(), clock),
            book=book,
            suspense=Suspense(database, clock),
            forgetting=Forgetting(book, await user_key(book)),
            clock=clock,
        )


async def draw(spends: Sequence[Spend], target: Path) -> Path:
    """A chart of what was spent, as a picture beside this name."""
    async with Decoder() as decoder:
        return await decoder.chart(spends, target)


def copy_book(settings: Settings, target: Path) -> Copy:
    """A copy of the database in a new file, beside a running bot. Raises `CopyRefused`."""
    file = _file(settings)
    with _refusals():
        return backup(file, target)


def put_back(settings: Settings, copy: Path, *, force: bool) -> Path | None:
    """The copy in the place of the database; where the one that was there is now. Raises `CopyRefused`."""
    file = _file(settings)
    with _refusals():
        return restore(copy, file, force=force)


@contextmanager
def _refusals() -> Generator[None, None, None]:
    try:
        yield
    except StorageUnusable as why:
        raise CopyRefused(str(why)) from why


def _file(settings: Settings) -> Path:
    with plain_sentences():
        file = Database(settings.database_url).file
    if file is None:
        raise CannotStart(NOT_A_FILE)
    return file
