"""What is kept about a member: shown to them whole, and taken out of every row when they ask, the books still exact."""

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.deed import Decider, Gift
from bot.domain.draft import DraftState
from bot.domain.errors import PictureDamaged, Refused
from bot.domain.gathering import Gathered
from bot.domain.job import Job, State
from bot.domain.quota import Limits, Unit
from bot.domain.request import Door, EditRequest, InputFile, Origin, Place, PlaceKind
from bot.storage.database import Database
from bot.storage.emptying import GONE, LOST
from bot.storage.gathered import gathered_text
from bot.storage.privacy import stranger
from bot.workflow.ports import Settlement
from tests.storage.desk import DAY, NOON, PICTURE, PREDICTED, ROOMY, Desk

MEMBER, OTHER = 900_000_000_000_042_042, 42
PSEUDONYM = "5f1c0de5f1c0de5f"
MONTH = 31 * DAY
ADMIN = Decider(actor_id=800_000_000_000_000_007, guild_id=1)
PARENT, ANSWER = 500_000_000_000_000_001, 500_000_000_000_000_002
CHANNEL, MESSAGE, THREAD = 700_000_000_000_000_001, 700_000_000_000_000_002, 700_000_000_000_000_003
THIRD = 44
THEIRS = Gathered(InputFile("3" * 64, "another.png", 1), THIRD)
# What only the member said or showed, in the order in which it is looked for.
SECRETS = (
    "a very private wish",
    "holiday-in-crete",
    "mask-of-my-face",
    "a wish as the model understood it",
    "e" * 64,
    "f" * 64,
    str(MEMBER),
    str(CHANNEL),
    str(MESSAGE),
    str(THREAD),
    "600000000000000009",
    "500000000000000001",
    "500000000000000002",
    "a preset of my own",
    "picture-in-my-tray",
    "picture-to-choose",
)


def wish(desk: Desk, origin: int = 1, user: int = MEMBER) -> EditRequest:
    """A request full of what is nobody else's business."""
    return replace(
        desk.request(user=user),
        origin=Origin(Door.SLASH, 600_000_000_000_000_000 + origin),
        place=Place(1, CHANNEL, PlaceKind.CHANNEL, parent_id=PARENT, answer=ANSWER),
        prompt="a very private wish",
        preset="a preset of my own",
        pictures=(InputFile("e" * 64, "holiday-in-crete.png", 1),),
        mask=InputFile("f" * 64, "mask-of-my-face.png", 1),
        role_ids=(600_000_000_000_000_009,),
    )


async def place(desk: Desk, origin: int, images: int = 1) -> Job:
    job = (await desk.book.place(wish(desk, origin), desk.lines(MEMBER, images), PREDICTED)).job
    return await desk.announce(job, home=THREAD)


async def delivered(desk: Desk, origin: int) -> Job:
    """An edit that is over, with a result, posted."""
    job = await place(desk, origin)
    result = replace(PICTURE, blob="e" * 64, untouched="f" * 64, revised_prompt="a wish as the model understood it")
    await desk.book.finish(job.id, await desk.send(job), Settlement(40_000, (result,)), "req_9")
    await desk.book.posted(job.id, 1, MESSAGE)
    await desk.book.delivered(job.id)
    return await desk.job(job.id)


async def failed(desk: Desk, origin: int) -> Job:
    """An edit that failed for a file, which its trouble names."""
    job = await place(desk, origin)
    await desk.book.claim(job.id)
    await desk.book.fail(job.id, PictureDamaged(name="holiday-in-crete.png"))
    await desk.book.delivered(job.id)
    return await desk.job(job.id)


async def full_life(desk: Desk) -> list[Job]:
    """A member with something in every table that can have it."""
    expires_at = int(NOON) + MONTH
    gift = Gift(MEMBER, Unit.IMAGES, 5, expires_at, "for mask-of-my-face, of all people")
    await desk.council.grant(ADMIN, gift)
    made = [await delivered(desk, 1), await failed(desk, 2)]
    await desk.book.draft(wish(desk, 3), PREDICTED, NOON + 60)
    await desk.book.once(f"nearly-spent:user:{MEMBER}@1:images:{int(NOON)}")
    await desk.book.remember(f"language:{MEMBER}", "de")
    await desk.book.remember(f"elsewhere:{made[0].id}", str(CHANNEL))
    await desk.book.remember(f"back:{THREAD}", f"{made[0].id} https://discord.test/{CHANNEL}/{MESSAGE}")
    await gather(desk)
    return made


async def gather(desk: Desk) -> None:
    """A tray and a picker of the member's, and pictures of the member's in those of another."""
    held = Gathered(InputFile("1" * 64, "picture-in-my-tray.png", 1), MEMBER)
    shown = Gathered(InputFile("2" * 64, "picture-to-choose.png", 1), MEMBER)
    await desk.gatherings.set_shares(MEMBER, shares=False)
    for number, user in enumerate((MEMBER, THIRD), 10):
        await desk.gatherings.put(user, 1, [held, THEIRS], NOON + DAY, 16)
        request = replace(wish(desk, number), user_id=user) if user == MEMBER else desk.request(user=user)
        await desk.gatherings.open_picker(request, (THEIRS, shown), NOON + 900)
    await desk.gatherings.open_picker(desk.request(user=THIRD), (THEIRS,), NOON + 900)


async def found(desk: Desk, *secrets: str) -> set[tuple[str, str, str]]:
    """Where any of it still is: table, column and what."""
    return {
        (table, column, secret)
        for table, rows in (await desk.rows()).items()
        for row in rows
        for column, value in row.items()
        for secret in secrets
        if secret in str(value)
    }


async def forget(desk: Desk) -> int:
    return await desk.book.forget(MEMBER, PSEUDONYM)


async def test_everything_that_is_kept_is_exported(desk: Desk) -> None:
    """Whatever a table knows of the member is in the export, as JSON can carry it, with moments a person can read."""
    first, _ = await full_life(desk)

    said = await desk.book.export(MEMBER)

    text = json.dumps(said)
    assert [secret for secret in SECRETS if secret not in text] == []
    edit = said["edits"][0]
    assert (edit["id"], edit["state"], edit["charged"]) == (first.id, "delivered", first.charged)
    assert edit["placed_at"] == "2025-11-20T12:00:00+00:00"
    assert edit["request"]["pictures"] == [{"blob": "e" * 64, "filename": "holiday-in-crete.png", "bytes": 1}]
    assert {entry["kind"] for entry in said["ledger"]} == {"grant", "hold", "charge", "release"}
    assert [(len(said[part])) for part in ("edits", "drafts", "grants", "decisions", "messages")] == [2, 1, 1, 1, 1]
    assert [one["filename"] for one in said["tray"]] == ["picture-in-my-tray.png", "another.png"]
    assert [one["candidates"][1]["file"]["filename"] for one in said["pickers"]] == ["picture-to-choose.png"]
    assert [one["shares"] for one in said["preferences"]] == [False]


async def test_an_export_has_nothing_of_anybody_else(desk: Desk) -> None:
    """Neither other members' edits nor who decided is in it; a member of whom nothing is kept gets empty lists."""
    await full_life(desk)
    await desk.bring(State.DELIVERED)

    said = await desk.book.export(OTHER)

    assert len(said["edits"]) == 1
    assert str(MEMBER) not in json.dumps([said, await desk.book.export(THIRD)])
    assert str(ADMIN.actor_id) not in json.dumps(await desk.book.export(MEMBER))
    assert not any(value for name, value in (await desk.book.export(43)).items() if name != "member")


async def test_nothing_that_was_said_or_shown_is_found_after_forgetting(desk: Desk) -> None:
    """No prompt, name, picture, role or place is in any table; the id only where a window or a grant is still open."""
    await full_life(desk)
    assert {secret for _, _, secret in await found(desk, *SECRETS)} == set(SECRETS)

    assert await forget(desk) == 0

    left = await found(desk, *SECRETS)
    assert {(table, column) for table, column, _ in left} == {
        ("windows", "account"),
        ("grants", "user_id"),
        ("grants", "reason"),
        ("forgotten", "user_id"),
    }
    assert {secret for _, _, secret in left} == {str(MEMBER), "mask-of-my-face"}
    assert [one.picture for one in await desk.gatherings.tray(THIRD, 1)] == [THEIRS]
    assert [row["candidates"] for row in (await desk.rows())["pickers"]] == [gathered_text([THEIRS])]
    assert await desk.balanced()


async def test_the_id_is_nowhere_when_the_last_window_has_ended(desk: Desk) -> None:
    """The sweep after the end of the month, and of the last grant, takes out what had to stay."""
    await full_life(desk)
    await forget(desk)
    desk.clock.time += MONTH + DAY

    await desk.book.expire(0)

    assert await found(desk, *SECRETS) == set()
    assert (await desk.rows())["forgotten"] == []
    assert await desk.balanced()


async def test_the_books_keep_every_amount(desk: Desk) -> None:
    """Entries, states, times and sums are as before; only whose they are has become a pseudonym."""
    jobs = await full_life(desk)
    desk.clock.time += DAY  # the window of the day has ended, that of the month has not
    before = await desk.rows()

    await forget(desk)

    after = await desk.rows()
    assert after["ledger"] == before["ledger"]
    assert after["holds"] == before["holds"]
    assert [{**row, "account": ""} for row in after["windows"]] == [{**row, "account": ""} for row in before["windows"]]
    assert f"user:{PSEUDONYM}" in {row["account"] for row in after["windows"]}
    for job in jobs:
        now = await desk.job(job.id)
        assert (now.state, now.charged, now.placed_at, now.ended_at) == (
            job.state,
            job.charged,
            job.placed_at,
            job.ended_at,
        )
        assert now.request.user_id == stranger(PSEUDONYM) < 0
        assert {(one.blob, one.untouched) for one in now.results} <= {(GONE, GONE)}
        assert now.request.model == job.request.model
    assert await desk.balanced()


async def test_allowances_are_not_made_fresh_by_forgetting(desk: Desk) -> None:
    """Who has used up the day asks in vain to be forgotten; tomorrow there is more, as for everybody."""
    limits = Limits(1, ROOMY.micro_usd_per_month, ROOMY.house_micro_usd_per_month)
    job = (await desk.book.place(wish(desk), desk.lines(MEMBER, limits=limits), PREDICTED)).job
    await desk.finish(job, await desk.send(job))
    await desk.book.delivered(job.id)

    await forget(desk)

    with pytest.raises(Refused):
        await desk.book.place(wish(desk, 2), desk.lines(MEMBER, limits=limits), PREDICTED)
    desk.clock.time += DAY
    assert await desk.book.place(wish(desk, 2), desk.lines(MEMBER, limits=limits), PREDICTED)


@pytest.mark.parametrize(
    "state", [State.QUEUED, State.RUNNING, State.SENT, State.DONE, State.FAILED, State.CANCELLED, State.UNKNOWN]
)
async def test_nobody_is_forgotten_in_the_middle_of_an_edit(desk: Desk, state: State) -> None:
    """While a job is not over nothing changes, and the answer says how many there are."""
    await desk.bring(State.DELIVERED)
    await desk.bring(state)
    before = await desk.rows()

    assert await desk.book.forget(OTHER, PSEUDONYM) == 1
    assert await desk.rows() == before


async def test_others_are_left_alone(desk: Desk) -> None:
    """Another member's jobs, windows, drafts, notices and thread are as they were."""
    theirs = await desk.announce((await desk.bring(State.DELIVERED))[0], THREAD)
    await desk.book.once(f"nearly-spent:user:{OTHER}:images")
    await full_life(desk)
    before = await desk.book.export(OTHER)

    await forget(desk)

    assert await desk.book.export(OTHER) == before
    assert await desk.job(theirs.id) == theirs
    assert not await desk.book.once(f"nearly-spent:user:{OTHER}:images")
    assert [row["home_id"] for row in (await desk.rows())["threads"]] == [THREAD]


async def test_a_member_may_come_back_and_go_again(desk: Desk) -> None:
    """Each time what was is put under the same pseudonym; two windows of one day never meet there."""
    await full_life(desk)
    await forget(desk)
    for origin in (4, 5):
        job = await place(desk, origin)
        await desk.book.cancel(job.id)
        await desk.book.delivered(job.id)
        assert await forget(desk) == 0
        desk.clock.time += DAY / 4

    desk.clock.time += MONTH + DAY
    await desk.book.expire(0)

    assert await found(desk, *SECRETS) == set()
    assert await desk.balanced()


async def test_a_member_of_whom_nothing_is_known_can_be_forgotten(desk: Desk) -> None:
    """There is nothing to do, and nothing is noted."""
    before = await desk.rows()

    assert await forget(desk) == 0
    assert await desk.rows() == before


@pytest.mark.parametrize("pseudonym", ["", "short", "123456789012345678", "UPPER-case-and-more", "a" * 65])
async def test_a_pseudonym_is_nobodys_id(desk: Desk, pseudonym: str) -> None:
    """What could be another member's account, or could be guessed, is refused."""
    with pytest.raises(ValueError, match="pseudonym"):
        await desk.book.forget(MEMBER, pseudonym)


async def test_a_block_outlives_forgetting(desk: Desk) -> None:
    """What is in force stays so; who is named in the audit becomes the pseudonym, and the reason goes."""
    await desk.council.block(ADMIN, MEMBER, "wrote to mask-of-my-face")

    await forget(desk)

    rows = await desk.rows()
    assert [row["user_id"] for row in rows["blocks"]] == [MEMBER]
    assert [(row["target_id"], row["reason"]) for row in rows["deeds"]] == [(stranger(PSEUDONYM), "")]
    assert [row["actor_id"] for row in rows["deeds"]] == [ADMIN.actor_id]


async def test_the_raw_file_has_nothing_left(sqlite_url: str) -> None:
    """What was deleted is overwritten in the file and in its log: nobody finds it with an editor either."""
    path = Path(sqlite_url.removeprefix("sqlite+aiosqlite:///"))
    async with Database(sqlite_url) as database:
        desk = Desk(database)
        await full_life(desk)
        desk.clock.time += MONTH + DAY

        await forget(desk)

        everything = b"".join(file.read_bytes() for file in path.parent.glob("darkroom.db*"))
        assert [secret for secret in SECRETS if secret.encode() in everything] == []
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_old_edits_lose_what_was_said_and_shown(desk: Desk) -> None:
    """Prompts, names, pictures and roles go; member, place, amounts and states stay, and so do younger edits."""
    old, bad = await delivered(desk, 1), await failed(desk, 2)
    desk.clock.time += DAY
    young = await delivered(desk, 3)

    assert await desk.book.expire(NOON + DAY / 2) == 2

    now = await desk.job(old.id)
    assert (now.request.prompt, now.request.pictures, now.request.mask, now.request.role_ids) == ("", (LOST,), LOST, ())
    assert [(one.blob, one.untouched, one.revised_prompt) for one in now.results] == [(GONE, GONE, None)]
    assert replace(now, request=old.request, results=old.results) == old
    assert now.request.user_id == MEMBER
    trouble = (await desk.job(bad.id)).trouble
    assert trouble is not None
    assert (trouble.code, trouble.fields) == ("PictureDamaged", {"name": ""})
    assert await desk.job(young.id) == young
    assert {table for table, _, _ in await found(desk, "holiday-in-crete")} == {"jobs"}
    assert [row["job_id"] for row in (await desk.rows())["inputs"]] == [young.id, young.id]
    assert await desk.balanced()


async def test_what_has_expired_once_is_left_alone(desk: Desk) -> None:
    """A second sweep finds nothing, and changes nothing."""
    await delivered(desk, 1)
    await desk.book.expire(NOON + 1)
    before = await desk.rows()

    assert await desk.book.expire(NOON + 1) == 0
    assert await desk.rows() == before


async def test_unfinished_edits_and_open_drafts_do_not_expire(desk: Desk) -> None:
    """However long it takes: what somebody still waits for keeps its prompt. Closed drafts go."""
    for state in (State.QUEUED, State.RUNNING, State.SENT, State.DONE, State.FAILED, State.CANCELLED, State.UNKNOWN):
        await desk.bring(state)
    waits = await desk.book.draft(wish(desk, 1), PREDICTED, NOON + 9 * MONTH)
    await _closed(desk, 2)
    before = await desk.rows()

    assert await desk.book.expire(NOON + MONTH) == 1

    after = await desk.rows()
    assert [row["id"] for row in after["drafts"]] == [waits.id]
    assert {**after, "drafts": []} == {**before, "drafts": []}


async def _closed(desk: Desk, origin: int) -> None:
    draft = await desk.book.draft(wish(desk, origin), PREDICTED, NOON + 60)
    await desk.book.close_draft(draft.id, DraftState.DROPPED)


async def test_many_old_edits_expire_in_small_batches(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep of years holds nobody up: it takes a few rows at a time, until there are none."""
    monkeypatch.setattr("bot.storage.privacy.AT_A_TIME", 2)
    for _ in range(5):
        await desk.bring(State.DELIVERED)

    assert await desk.book.expire(NOON + 1) == 5


async def test_an_expired_edit_can_be_forgotten(desk: Desk) -> None:
    """What retention has emptied is renamed like everything else."""
    await full_life(desk)
    await desk.book.expire(NOON + 1)
    desk.clock.time += MONTH + DAY

    await forget(desk)

    assert await found(desk, *SECRETS) == set()
    assert await desk.balanced()


# ── what was lent ───────────────────────────────────────────────────────────────────────────────────────────


def borrowed(desk: Desk) -> EditRequest:
    """Another member's edit, made of the pictures of the one who asks to be forgotten."""
    mine = wish(desk)
    return replace(desk.request(user=OTHER), pictures=mine.pictures, mask=mine.mask, lender=MEMBER)


async def test_pictures_that_others_borrowed_are_taken_back(desk: Desk) -> None:
    """The other keeps the edit and what came of it; the pictures and the name of their owner are gone."""
    job = (await desk.book.place(borrowed(desk), desk.lines(OTHER), PREDICTED)).job
    await desk.finish(job, await desk.send(job))
    await desk.book.delivered(job.id)
    draft = await desk.book.draft(borrowed(desk), PREDICTED, NOON + 60)

    await desk.book.forget(MEMBER, PSEUDONYM)

    left = await desk.job(job.id)
    assert (left.request.prompt, left.results, left.charged) == (job.request.prompt, (PICTURE,), 40_000)
    assert (left.request.pictures, left.request.mask, left.request.lender) == ((LOST,), LOST, stranger(PSEUDONYM))
    assert await desk.book.drafted(draft.id) is None
    assert await desk.book.blobs_in_use(0) == {PICTURE.blob}


async def test_what_is_still_made_of_them_is_made(desk: Desk) -> None:
    """Another member's edit is not stopped by it; whose pictures they were is nobody's business any more."""
    job = (await desk.book.place(borrowed(desk), desk.lines(OTHER), PREDICTED)).job

    await desk.book.forget(MEMBER, PSEUDONYM)

    left = await desk.job(job.id)
    assert (left.request.pictures, left.request.lender) == (job.request.pictures, stranger(PSEUDONYM))


async def test_who_lent_is_not_told(desk: Desk) -> None:
    """Whose pictures they are is somebody else's to tell."""
    await desk.book.place(borrowed(desk), desk.lines(OTHER), PREDICTED)
    await desk.book.draft(borrowed(desk), PREDICTED, NOON + 60)

    kept = json.dumps(await desk.book.export(OTHER))

    assert str(MEMBER) not in kept
    assert "make it snow" in kept


async def test_results_that_others_went_on_from(desk: Desk) -> None:
    """What the member had made leaves the edits that others have made of it."""
    await delivered(desk, 1)
    request = replace(desk.request(user=OTHER), pictures=(InputFile("e" * 64, "edit-1-v1-1.png", 1),), mask=None)
    job = (await desk.book.place(request, desk.lines(OTHER), PREDICTED)).job
    await desk.finish(job, await desk.send(job))
    await desk.book.delivered(job.id)

    await desk.book.forget(MEMBER, PSEUDONYM)

    assert (await desk.job(job.id)).request.pictures == (LOST,)
    assert await desk.book.blobs_in_use(0) - {GONE} == {PICTURE.blob}
