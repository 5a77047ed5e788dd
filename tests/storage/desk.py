"""A desk to work at in a test: a book, a clock that moves when told, and short ways to any state of a job."""

import asyncio
import itertools
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from bot.dispatch import tickets
from bot.dispatch.embedded import EmbeddedDispatcher
from bot.domain.deed import OPERATOR, Decider, Deed, Gift
from bot.domain.errors import OutcomeUnknown, ProviderDown
from bot.domain.job import Announcement, Job, ResultPicture, State
from bot.domain.quota import Demand, Limits, Member, Rule, Statute, Unit, Window, demands
from bot.domain.request import Door, EditRequest, InputFile, Options, Origin, Place, PlaceKind
from bot.storage import ledger, tables
from bot.storage.book import Book
from bot.storage.council import Council
from bot.storage.database import Database
from bot.storage.gatherings import Gatherings
from bot.storage.guilds import Guilds
from bot.storage.paintings import Paintings
from bot.workflow.ports import Settlement

NOON = 1_763_640_000.0  # 20 November 2025, 12:00 UTC
DAY = 86_400
ROOMY = Limits(images_per_day=1000, micro_usd_per_month=10**9, house_micro_usd_per_month=10**10)
PREDICTED = 50_000
COST = 40_000
HALF = 25_000
PROVIDER = "openai"
GUILD = 1
NOTHING_DECIDED = Statute()
ADMIN, HOUSE_RULES = Decider(77, GUILD), Decider(OPERATOR, None)
PICTURE = ResultPicture(blob="c" * 64, format="png", width=1024, height=1024, bytes=123_456)
LOCKED = replace(
    PICTURE, blob="9" * 64, width=640, height=480, bytes=7, untouched=PICTURE.blob, strayed=12, locked=True
)


class HandClock:
    """Stands still until somebody moves it."""

    def __init__(self) -> None:
        self.time = NOON

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        await asyncio.Event().wait()


class Desk:
    """Everything that a test of the book needs, on one database."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock = database, HandClock()
        self.tickets = EmbeddedDispatcher(database, self.clock)
        self.book = Book(database, self.tickets, self.clock)
        self.council = Council(database, self.clock)
        self.gatherings, self.guilds = Gatherings(database, self.clock), Guilds(database, self.clock)
        self.paintings = Paintings(database, self.clock)
        self._origins = itertools.count(1)

    def request(
        self, origin: int | None = None, user: int = 42, kind: PlaceKind = PlaceKind.CHANNEL, images: int = 1
    ) -> EditRequest:
        """A small request; a new origin each time unless one is given."""
        return EditRequest(
            origin=Origin(Door.SLASH, next(self._origins) if origin is None else origin),
            place=Place(GUILD, 2, kind),
            user_id=user,
            locale="en-US",
            prompt="make it snow",
            pictures=(InputFile("a" * 64, "sky.png", 100), InputFile("b" * 64, "tree.png", 200)),
            mask=InputFile("d" * 64, "sky-mask.png", 10),
            model="gpt-image-1",
            options=Options(size="1024x1024", n=images),
        )

    def lines(
        self,
        user: int = 42,
        images: int = 1,
        money: int = PREDICTED,
        limits: Limits = ROOMY,
        statute: Statute = NOTHING_DECIDED,
    ) -> tuple[Demand, ...]:
        """What an edit of this user in guild 1 has to hold now."""
        return demands(limits, statute, Member(user, GUILD), self.clock.now(), images, money)

    async def decided(
        self, user: int = 42, images: int = 1, limits: Limits = ROOMY, money: int = PREDICTED
    ) -> tuple[Demand, ...]:
        """The same by everything that was decided about this user so far."""
        return self.lines(user, images, money, limits, await self.council.statute(Member(user, GUILD)))

    async def place_by_rules(
        self, user: int = 42, images: int = 1, limits: Limits = ROOMY, origin: int | None = None
    ) -> Job:
        """A queued job under everything that was decided so far."""
        hold = await self.decided(user, images, limits)
        return (await self.book.place(self.request(origin, user, images=images), hold, PREDICTED)).job

    async def rule(self, rule: Rule) -> Deed:
        """Make this rule, as an admin of its guild or as the operator."""
        return await self.council.set_rule(ADMIN if rule.guild_id else HOUSE_RULES, rule)

    async def give(
        self, amount: int, user: int = 42, unit: Unit = Unit.IMAGES, days: int = 1, by: Decider | None = None
    ) -> Window:
        """A grant to this user; its window."""
        before = set(await self.gifts(user))
        ends_at = int(self.clock.now()) + days * DAY
        await self.council.grant(by or ADMIN, Gift(user, unit, amount, ends_at, "a present"))
        (given,) = set(await self.gifts(user)) - before
        return given

    async def gifts(self, user: int = 42) -> tuple[Window, ...]:
        """The grants of this user that something is left of."""
        return (await self.council.statute(Member(user, GUILD))).grants

    async def of(self, window: Window) -> tuple[int, int]:
        """(used, held) of one window."""
        (balance,) = await self.book.balances([window])
        return balance.used, balance.held

    async def place(
        self, user: int = 42, images: int = 1, limits: Limits = ROOMY, kind: PlaceKind = PlaceKind.CHANNEL
    ) -> Job:
        """A queued job."""
        request = self.request(user=user, kind=kind, images=images)
        return (await self.book.place(request, self.lines(user, images, limits=limits), PREDICTED)).job

    async def announce(self, job: Job, home: int) -> Job:
        return await self.book.announced(job.id, Announcement(channel_id=2, message_id=1000 + job.id, home_id=home))

    async def send(self, job: Job) -> str:
        """Claim the queued job and send it; its attempt."""
        await self.book.claim(job.id)
        attempt = await self.book.sent(job.id, PROVIDER)
        if attempt is None:
            raise AssertionError("the job was not queued")
        return attempt

    async def bank(self, job: Job, attempt: str, cost: int = COST, pictures: int = 1) -> Job | None:
        return await self.book.bank(job.id, attempt, Settlement(cost, (PICTURE,) * pictures), "req_1")

    async def version(self, home: int, kind: PlaceKind = PlaceKind.THREAD, *, muted: bool = False) -> Job:
        """A job whose results are in this thread or channel; or are kept from it, for it was stopped too late."""
        job = await self.announce(await self.place(kind=kind), home)
        attempt = await self.send(job)
        if muted:
            await self.book.cancel(job.id)
        await self.finish(job, attempt)
        await self.book.delivered(job.id)
        return await self.job(job.id)

    async def finish(self, job: Job, attempt: str, cost: int = COST, pictures: int = 1) -> Job | None:
        return await self.book.finish(job.id, attempt, Settlement(cost, (PICTURE,) * pictures), "req_1")

    async def bring(self, state: State, *, muted: bool = False) -> tuple[Job, str]:
        """A job in this state, and its last attempt, or a made-up one."""
        job, attempt = await self.place(), "none"
        if state not in (State.QUEUED, State.CANCELLED):
            await self.book.claim(job.id)
        if state not in (State.QUEUED, State.CANCELLED, State.RUNNING):
            attempt = await self.book.sent(job.id, PROVIDER) or "none"
        if muted:
            await self.book.cancel(job.id)
        if state is State.CANCELLED:
            await self.book.cancel(job.id)
        if state in (State.FAILED, State.TOLD):
            await self.book.fail(job.id, ProviderDown(), attempt)
        if state is State.UNKNOWN:
            await self.book.doubt(job.id, attempt, OutcomeUnknown(), None)
        if state in (State.DONE, State.DELIVERED):
            await self.finish(job, attempt)
        if state in (State.DELIVERED, State.TOLD):
            await self.book.delivered(job.id)
        return await self.job(job.id), attempt

    async def bring_banked(self, state: State, *, images: int = 4, pictures: int = 2) -> tuple[Job, str]:
        """An unfinished job of which some pictures are banked, and its last attempt."""
        job = await self.place(images=images)
        attempt = await self.send(job)
        await self.bank(job, attempt, HALF, pictures)
        if state is State.SENT:
            attempt = await self.book.sent(job.id, PROVIDER) or "none"
        if state is State.QUEUED:
            await self.book.lose(job.id)
        return await self.job(job.id), attempt

    async def job(self, job_id: int) -> Job:
        job = await self.book.job(job_id)
        if job is None:
            raise AssertionError(f"there is no job {job_id}")
        return job

    async def left(self, job_lines: tuple[Demand, ...]) -> tuple[tuple[int, int], ...]:
        """(used, held) of the windows of these lines."""
        balances = await self.book.balances([line.window for line in job_lines])
        return tuple((balance.used, balance.held) for balance in balances)

    async def balanced(self) -> bool:
        return await ledger.check(self.database) == ()

    async def ticketed(self) -> set[int]:
        """The jobs that have a ticket."""
        return {row["job_id"] for row in (await self.rows())["tickets"]}

    async def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Everything that is in the database."""
        found = {}
        async with self.database.reading() as tx:
            for table in (*tables.metadata.sorted_tables, tickets.tickets):
                rows = (await tx.execute(sa.select(*table.c).order_by(*table.primary_key))).mappings()
                found[table.name] = [dict(row) for row in rows]
        return found

    async def execute(self, *statements: str) -> None:
        """Raw SQL, as an accident or an operator would."""
        async with self.database.writing() as tx:
            for statement in statements:
                await tx.execute(sa.text(statement))
