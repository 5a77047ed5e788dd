"""The book in memory, which the conductors are tested with, and the real one: told the same, they say the same."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.draft import DraftState
from bot.domain.errors import OutcomeUnknown, ProviderDown, Refused
from bot.domain.job import Announcement, Job
from bot.domain.quota import Demand, Limits, Period, Rule, Scope, Subject, Unit, Window
from bot.domain.request import EditRequest, InputFile
from bot.workflow.ports import Book, Placed, Settlement
from tests.storage.desk import GUILD, HALF, LOCKED, NOON, PICTURE, PREDICTED, PROVIDER, Desk
from tests.storage.pair import answer, both
from tests.workflow.memory_book import MemoryBook

Verb = Callable[[Book, int, str], Awaitable[object]]
DraftVerb = Callable[[Book, "Edit", int], Awaitable[object]]

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
    "retouched": lambda book, job, _: book.retouched(job, 1, LOCKED),
    "measured": lambda book, job, _: book.retouched(job, 2, replace(PICTURE, strayed=7)),
    "recover": lambda book, *_: book.recover(OutcomeUnknown()),
}
# Chance alone seldom gets far, so most of what it strings together are whole passages.
PASSAGES = [[name] for name in VERBS] + [["claim", "sent"], ["claim", "sent", "bank"], ["sent", "bank"], ["sent"]]


# Two origins, and what can be said of a draft of theirs; the clock is moved so that drafts expire between verbs.
ORIGINS = (1, 2)
SOON, SPENT = 60.0, Limits(1, 10**9, 10**9)
DRAFT_VERBS: dict[str, DraftVerb] = {
    "draft": lambda book, edit, _: book.draft(edit.request, PREDICTED, edit.now + SOON),
    "draft_over": lambda book, edit, _: book.draft(edit.request, PREDICTED, edit.now),
    "asked": lambda book, _, draft: book.asked(draft, 77),
    "asked_again": lambda book, _, draft: book.asked(draft, 78),
    "agree": lambda book, edit, draft: book.place(edit.request, edit.lines, PREDICTED, draft),
    "agree_spent": lambda book, edit, draft: book.place(edit.request, edit.too_much, PREDICTED, draft),
    "place": lambda book, edit, _: book.place(edit.request, edit.lines, PREDICTED),
    "drop": lambda book, _, draft: book.close_draft(draft, DraftState.DROPPED),
    "expire": lambda book, _, draft: book.close_draft(draft, DraftState.EXPIRED),
    "close_wrongly": lambda book, _, draft: book.close_draft(draft, DraftState.AGREED),
}


@dataclass(frozen=True, slots=True)
class Edit:
    """What a verb about a draft is told: an edit, the moment, a hold that fits and one that does not."""

    request: EditRequest
    now: float
    lines: tuple[Demand, ...]
    too_much: tuple[Demand, ...]


@settings(max_examples=25, deadline=None)
@given(passages=st.lists(st.sampled_from(PASSAGES), max_size=8))
@example(passages=[["claim", "sent", "bank"], ["sent"], ["recover"], ["delivered"]])
@example(passages=[["claim", "sent", "bank"], ["sent"], ["finish_short"], ["delivered"]])
@example(passages=[["claim", "sent", "finish"], ["measured"], ["retouched"], ["retouched"], ["delivered"]])
@example(passages=[["claim", "sent", "bank"], ["cancel"], ["lose"], ["claim", "sent"], ["finish_short_at_once"]])
def test_both_books_say_the_same(sqlite_template: Path, passages: list[list[str]]) -> None:
    """Answers, jobs, attempts, tickets and balances agree after every verb."""
    asyncio.run(_compare(sqlite_template, [name for passage in passages for name in passage]))


@settings(max_examples=25, deadline=None)
@given(
    says=st.lists(
        st.tuples(st.sampled_from(list(DRAFT_VERBS)), st.sampled_from(ORIGINS), st.integers(1, 3), st.booleans()),
        max_size=12,
    )
)
@example(says=[("draft", 1, 1, False), ("asked", 1, 1, False), ("agree", 1, 1, False), ("agree", 1, 1, True)])
@example(says=[("draft", 1, 1, False), ("agree_spent", 1, 1, False), ("drop", 1, 1, False), ("agree", 1, 1, False)])
@example(says=[("draft", 2, 1, False), ("draft", 2, 1, False), ("draft", 1, 1, False), ("agree", 1, 2, False)])
@example(says=[("draft", 1, 1, False), ("draft", 2, 2, True), ("agree", 2, 2, False), ("agree", 1, 2, False)])
@example(says=[("place", 1, 1, False), ("draft_over", 1, 1, False), ("agree", 1, 1, False), ("expire", 1, 1, False)])
def test_both_books_say_the_same_of_drafts(sqlite_template: Path, says: list[tuple[str, int, int, bool]]) -> None:
    """Answers, refusals, drafts, late drafts, jobs, tickets and blobs in use agree after every verb."""
    asyncio.run(_compare_drafts(sqlite_template, says))


async def _compare_drafts(template: Path, says: list[tuple[str, int, int, bool]]) -> None:
    async with both(template) as (desk, memory):
        for name, origin, draft, waits in says:
            desk.clock.time += SOON if waits else 0
            request = replace(desk.request(origin), pictures=(InputFile(f"{origin}" * 64, "x.png", 1),))
            edit = Edit(request, desk.clock.now(), desk.lines(), desk.lines(images=2, limits=SPENT))
            real = await answer(DRAFT_VERBS[name](desk.book, edit, draft))
            said = await answer(DRAFT_VERBS[name](memory, edit, draft))

            assert real == said
            assert await desk.book.late_drafts() == await memory.late_drafts()
            assert [await desk.book.drafted(one) for one in range(4)] == [await memory.drafted(one) for one in range(4)]
            assert await desk.ticketed() == memory.tickets
            since = desk.clock.now() + 1
            assert await desk.book.blobs_in_use(since) == await memory.blobs_in_use(since)
            assert await desk.balanced()


# Two members with a grant each and a rolling limit: what is said of any of the jobs placed so far, under a clock that
# moves on by less than an hour.
MEMBERS, STEP_S = (42, 43), 2400.0
QUEUE_VERBS: dict[str, Callable[[Book, int], Awaitable[object]]] = {
    "announced": lambda book, job: book.announced(job, Announcement(2, 1000 + job, 7)),
    "claim": lambda book, job: book.claim(job),
    "lose": lambda book, job: book.lose(job),
    "cancel": lambda book, job: book.cancel(job),
    "sent": lambda book, job: book.sent(job, PROVIDER),
    "doubt": lambda book, job: book.doubt(job, None, OutcomeUnknown(), None),
    "fail": lambda book, job: book.fail(job, ProviderDown(), billed=True),
    "delivered": lambda book, job: book.delivered(job),
}
QUESTIONS: tuple[Callable[[Book], Awaitable[object]], ...] = (
    lambda book: book.line(),
    lambda book: book.waiting(MEMBERS[0], GUILD),
    lambda book: book.waiting(MEMBERS[1], None),
    lambda book: book.latencies("gpt-image-1", None, "1024x1024"),
    lambda book: book.history(MEMBERS[0], GUILD, 2),
    lambda book: book.history(MEMBERS[0], None, 2),
    lambda book: book.history(MEMBERS[0], None, 2, before=3, everywhere=True),
    lambda book: book.identifies(NOON + STEP_S),
    lambda book: book.suspense(NOON + STEP_S),
)
QUEUE_SAYS = ["place", "place", "place", "announced", "identified", "finish", *QUEUE_VERBS]


@settings(max_examples=25, deadline=None)
@given(
    says=st.lists(
        st.tuples(st.sampled_from(QUEUE_SAYS), st.sampled_from(MEMBERS), st.integers(1, 4), st.booleans()), max_size=16
    )
)
@example(says=[("place", 42, 3, False)] * 3 + [("place", 43, 4, False)] * 2 + [("announced", 42, 3, False)])
@example(says=[("place", 42, 4, True)] * 7)
@example(says=[("place", 42, 4, True), ("claim", 42, 1, False), ("sent", 42, 1, False), ("finish", 42, 1, True)] * 2)
@example(says=[("place", 42, 4, False), ("claim", 42, 1, False), ("sent", 42, 1, False), ("doubt", 42, 1, True)])
@example(says=[("place", 42, 4, True), ("cancel", 42, 1, True), ("place", 42, 4, True), ("place", 42, 4, True)])
def test_both_books_say_the_same_of_the_queue(sqlite_template: Path, says: list[tuple[str, int, int, bool]]) -> None:
    """Places, the line, refusals, latencies, histories, suspense and balances of grants and hours agree all along."""
    asyncio.run(_compare_queues(sqlite_template, says))


async def _compare_queues(template: Path, says: list[tuple[str, int, int, bool]]) -> None:
    async with both(template) as (desk, memory):
        await desk.rule(Rule(GUILD, Subject(Scope.EVERYONE), Unit.IMAGES, Period.ROLLING, 6, hours=2))
        windows = {await desk.give(3, user, days=1) for user in MEMBERS}
        for name, user, number, waits in says:
            desk.clock.time += STEP_S if waits else 0
            if name == "place":
                request, hold = desk.request(user=user, images=number), await desk.decided(user, number)
                windows |= {demand.window for demand in hold}
                real = await _said(desk.book.place(request, hold, PREDICTED))
                assert real == await _said(memory.place(request, hold, PREDICTED))
            elif name == "identified":
                await desk.book.identified(desk.clock.now())
                await memory.identified(desk.clock.now())
            elif number in memory.jobs:
                await _same_of_a_job(desk, memory, name, number)
            await _same_of_the_queue(desk, memory, windows)


async def _same_of_a_job(desk: Desk, memory: MemoryBook, name: str, job: int) -> None:
    if name != "finish":
        assert _comparable(await QUEUE_VERBS[name](desk.book, job)) == _comparable(await QUEUE_VERBS[name](memory, job))
        return
    settlement = Settlement(HALF, (PICTURE,))
    ids = [one["id"] for one in await _attempts_of(desk, job)]
    said = [key for key, one in memory.attempts.items() if one.job == job]
    real = await desk.book.finish(job, ids[-1] if ids else "none", settlement, None)
    assert _comparable(real) == _comparable(await memory.finish(job, said[-1] if said else "none", settlement, None))


async def _same_of_the_queue(desk: Desk, memory: MemoryBook, windows: set[Window]) -> None:
    for question in QUESTIONS:
        assert _without_trouble(await question(desk.book)) == _without_trouble(await question(memory))
    for job in memory.jobs:
        assert await desk.book.ahead(job) == await memory.ahead(job)
    asked = sorted(windows, key=repr)
    real, said = await desk.book.balances(asked), await memory.balances(asked)
    assert real == said
    assert [one.resets_at for one in real] == [one.resets_at for one in said]
    assert memory.imbalances() == []
    assert await desk.balanced()


def _without_trouble(answer: object) -> object:
    """The answer; of jobs in it also the code of their trouble, for two troubles are never equal."""
    if not isinstance(answer, list):
        return answer
    return [
        (replace(one, trouble=None), one.trouble and one.trouble.code) if isinstance(one, Job) else one
        for one in answer
    ]


async def _said(placing: Awaitable[Placed]) -> object:
    """Where the edit stands in the queue, or the sentence that refused it."""
    try:
        placed = await placing
    except Refused as refusal:
        return type(refusal), refusal.fields
    return placed.job, placed.fresh, placed.ahead


async def _compare(template: Path, names: list[str]) -> None:
    async with both(template) as (desk, memory):
        request, lines = desk.request(images=4), desk.lines(images=4)
        job = (await desk.book.place(request, lines, PREDICTED)).job.id
        await memory.place(request, lines, PREDICTED)
        for name in names:
            await _told_the_same(desk, memory, job, VERBS[name], lines)


async def _told_the_same(desk: Desk, memory: MemoryBook, job: int, verb: Verb, lines: tuple[Demand, ...]) -> None:
    attempts = await _attempts(desk)
    real = await answer(verb(desk.book, job, attempts[-1]["id"] if attempts else "none"))
    said = await answer(verb(memory, job, list(memory.attempts)[-1] if memory.attempts else "none"))

    assert _comparable(real) == _comparable(said)
    assert await desk.book.maker(job) == await memory.maker(job)
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
    if isinstance(answer, type):
        return answer
    return [_plain(job) for job in answer] if isinstance(answer, list) else answer is None


def _plain(job: Job) -> tuple[object, ...]:
    trouble = job.trouble.code if job.trouble else None
    money = (job.predicted, job.banked, job.charged)
    return job.state, job.muted, money, job.version, job.results, trouble, job.ended_at, job.sent_at, job.claims


async def _attempts(desk: Desk) -> list[dict[str, Any]]:
    """The attempts in the order in which they were opened."""
    return sorted((await desk.rows())["attempts"], key=lambda row: int(row["id"].split("-")[1]))


async def _attempts_of(desk: Desk, job: int) -> list[dict[str, Any]]:
    return [one for one in await _attempts(desk) if one["job_id"] == job]
