"""The book in memory, which the conductors are tested with, and the real one: told the same, they say the same."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.errors import OutcomeUnknown, ProviderDown
from bot.domain.job import Job
from bot.domain.quota import Line
from bot.storage.database import Database
from bot.workflow.ports import Book, Settlement
from tests.standins import Steps
from tests.storage.desk import HALF, PICTURE, PREDICTED, PROVIDER, Desk
from tests.workflow.memory_book import MemoryBook

Verb = Callable[[Book, int, str], Awaitable[object]]

VERBS: dict[str, Verb] = {
    "claim": lambda book, job, _: book.claim(job),
    "sent": lambda book, job, _: book.sent(job, PROVIDER),
    "refused": lambda book, job, attempt: book.refused(job, attempt, "ProviderBusy", "req"),
    "bank": lambda book, job, attempt: book.bank(job, attempt, Settlement(HALF, (PICTURE,)), "req"),
    "finish": lambda book, job, attempt: book.finish(job, attempt, Settlement(HALF, (PICTURE, PICTURE)), "req"),
    "finish_short": lambda book, job, attempt: book.finish_short(job, attempt, "ProviderDown", "req", suspense=HALF),
    "finish_short_at_once": lambda book, job, _: book.finish_short(job, None, "Cancelled", None),
    "fail": lambda book, job, attempt: book.fail(job, ProviderDown(), attempt, "req", billed=True),
    "fail_at_once": lambda book, job, _: book.fail(job, ProviderDown()),
    "doubt": lambda book, job, _: book.doubt(job, None, OutcomeUnknown(), None),
    "lose": lambda book, job, _: book.lose(job),
    "cancel": lambda book, job, _: book.cancel(job),
    "unmute": lambda book, job, _: book.unmute(job),
    "delivered": lambda book, job, _: book.delivered(job),
    "recover": lambda book, *_: book.recover(OutcomeUnknown()),
}
# Chance alone seldom gets far, so most of what it strings together are whole passages.
PASSAGES = [[name] for name in VERBS] + [["claim", "sent"], ["claim", "sent", "bank"], ["sent", "bank"], ["sent"]]


@settings(max_examples=25, deadline=None)
@given(passages=st.lists(st.sampled_from(PASSAGES), max_size=8))
@example(passages=[["claim", "sent", "bank"], ["sent"], ["recover"], ["delivered"]])
@example(passages=[["claim", "sent", "bank"], ["sent"], ["finish_short"], ["delivered"]])
@example(passages=[["claim", "sent", "bank"], ["cancel"], ["lose"], ["claim", "sent"], ["finish_short_at_once"]])
def test_both_books_say_the_same(sqlite_template: Path, passages: list[list[str]]) -> None:
    """Answers, jobs, attempts, tickets and balances agree after every verb."""
    asyncio.run(_compare(sqlite_template, [name for passage in passages for name in passage]))


async def _compare(template: Path, names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(template, f"{folder}/book.db")
        async with Database(f"sqlite+aiosqlite:///{folder}/book.db") as database:
            desk = Desk(database)
            memory = MemoryBook(desk.clock, Steps())
            request, lines = desk.request(images=4), desk.lines(images=4)
            job = (await desk.book.place(request, lines, PREDICTED)).job.id
            await memory.place(request, lines, PREDICTED)
            for name in names:
                await _told_the_same(desk, memory, job, VERBS[name], lines)


async def _told_the_same(desk: Desk, memory: MemoryBook, job: int, verb: Verb, lines: tuple[Line, ...]) -> None:
    attempts = await _attempts(desk)
    real = await verb(desk.book, job, attempts[-1]["id"] if attempts else "none")
    said = await verb(memory, job, list(memory.attempts)[-1] if memory.attempts else "none")

    assert _comparable(real) == _comparable(said)
    assert _plain(await desk.job(job)) == _plain(memory.jobs[job])
    assert [(one["provider"], one["state"], one["code"], one["request_id"]) for one in await _attempts(desk)] == [
        (one.provider, one.outcome, one.code, one.request_id) for one in memory.attempts.values()
    ]
    assert await desk.ticketed() == memory.tickets
    windows = [line.window for line in lines]
    assert await desk.book.balances(windows) == await memory.balances(windows)
    assert memory.imbalances() == []
    assert await desk.balanced()


def _comparable(answer: object) -> object:
    """An answer as far as both books have to agree: an attempt has an id of its own in each."""
    if isinstance(answer, Job):
        return _plain(answer)
    return [_plain(job) for job in answer] if isinstance(answer, list) else answer is None


def _plain(job: Job) -> tuple[object, ...]:
    trouble = job.trouble.code if job.trouble else None
    money = (job.predicted, job.banked, job.charged)
    return job.state, job.muted, money, job.version, job.results, trouble, job.ended_at, job.sent_at, job.claims


async def _attempts(desk: Desk) -> list[dict[str, Any]]:
    """The attempts in the order in which they were opened."""
    return sorted((await desk.rows())["attempts"], key=lambda row: int(row["id"].split("-")[1]))
