"""A disk that is full, a database that is held, damaged or does not add up: nothing is accepted that is not kept, and
what was paid for reaches its member."""

import asyncio
import contextlib
import errno
import os
import shutil
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.domain.job import State
from bot.domain.request import Options
from bot.workflow.insistence import PAUSES_S
from bot.workflow.ports import StorageTrouble
from tests.chaos.bot_process import TRACEBACK, Command, darkroom
from tests.chaos.conftest import House, picture
from tests.chaos.rows import Rows
from tests.standins import Comes
from tests.workflow.house import ANN, PICTURE
from tests.workflow.house import House as Stage
from tests.workflow.memory_money import Kind

MIB = 1024 * 1024
# A disk of its own in a folder of the process, which nobody but it and /proc can see.
SMALL_DISK = ("unshare", "-rm", "sh", "-c", 'mkdir -p data && mount -t tmpfs -o size=48m none data && exec "$@"', "sh")
TRIES = len(PAUSES_S) + 1


def _mounts() -> bool:
    try:
        tried = subprocess.run(
            ["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False
        )
    except OSError:
        return False
    return tried.returncode == 0


needs_mounts = pytest.mark.skipif(not _mounts(), reason="A small disk needs Linux, and leave to mount one (unshare)")


# ── what is paid for, on stand-ins ──────────────────────────────────────────────────────────────────────────


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A house of stand-ins, whose books are balanced when the test is over."""
    stage = Stage(tmp_path)
    yield stage
    assert stage.book.imbalances() == []


def no_room() -> OSError:
    """What a write says on a full disk."""
    return OSError(errno.ENOSPC, "No space left on device")


class Torn(StorageTrouble):
    """A database that would not write."""

    full = True


@pytest.mark.parametrize(("step", "trouble"), [("keep", no_room()), ("finish", Torn()), ("finish", no_room())])
async def test_what_cannot_be_kept_is_handed_over(stage: Stage, step: str, trouble: Exception) -> None:
    """After every try its pictures are posted straight from where they lie, once, and the member pays nothing."""
    await stage.placed(Comes((PICTURE, PICTURE)), request=stage.edit(options=Options(quality="low", n=2)))
    stage.steps.raise_at(step, *[trouble] * TRIES)
    await stage.work()
    await stage.work()

    assert stage.postbox.messages == [("edit-1-v1-1.png", "edit-1-v1-2.png")]
    job = stage.job()
    assert job.state is State.TOLD
    assert job.trouble is not None
    assert job.trouble.code == "HandedOver"
    assert stage.money(Kind.RELEASE, f"user:{ANN}") == stage.money(Kind.HOLD, f"user:{ANN}")
    assert stage.money(Kind.SUSPENSE, "house") == job.predicted


async def test_a_disk_that_has_room_again_in_time(stage: Stage) -> None:
    """A write that works at the last try is a result like any other."""
    await stage.placed(Comes((PICTURE,)))
    stage.steps.raise_at("keep", *[no_room()] * (TRIES - 1))
    await stage.work()

    assert stage.state() is State.DELIVERED
    assert stage.postbox.messages == [("edit-1-v1-1.png",)]


async def test_neither_file_nor_row(stage: Stage) -> None:
    """With the database away too, the pictures still come; later the member hears that nothing was charged."""
    await stage.placed(Comes((PICTURE,)))
    stage.steps.raise_at("keep", *[no_room()] * TRIES)
    stage.steps.raise_at("fail", Torn())
    await stage.work()
    assert stage.postbox.messages == [("edit-1-v1-1.png",)]
    await stage.work()

    assert stage.state() is State.TOLD
    assert stage.postbox.messages == [("edit-1-v1-1.png",)]
    assert stage.money(Kind.RELEASE, f"user:{ANN}") == stage.money(Kind.HOLD, f"user:{ANN}")


async def test_stopped_meanwhile(stage: Stage) -> None:
    """Pictures of an edit that its member has stopped are not posted on this way, either."""
    await stage.placed(Comes((PICTURE,)))
    stage.steps.raise_at("keep", *[no_room()] * (TRIES - 1))

    async def stop() -> None:
        await stage.book.cancel(1)
        raise no_room()

    stage.steps.meanwhile("keep", stop)
    await stage.work()

    assert stage.postbox.messages == []
    assert stage.job().trouble is not None


async def test_no_room_before_it_is_paid_for(stage: Stage) -> None:
    """A workshop that cannot be made ends the edit with a sentence, and nothing was sent."""
    await stage.placed()
    stage.steps.raise_at("workshop", no_room())
    await stage.work()

    job = stage.job()
    assert job.trouble is not None
    assert job.trouble.code == "DiskFull"
    assert stage.provider.calls == []


# ── a real disk ─────────────────────────────────────────────────────────────────────────────────────────────


class SmallDisk:
    """The disk of a bot that runs on one of 48 MiB."""

    def __init__(self, house: House, bot: Command) -> None:
        self._kept, self._rows = house.folder / "data", house.rows
        self.data = Path(f"/proc/{bot.pid}/root{house.folder}/data")

    def fill(self, but: int = 0) -> None:
        """Leave no room but this, in bytes."""
        with (self.data / "filler").open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))
        if but:
            os.truncate(self.data / "filler", (self.data / "filler").stat().st_size - but)

    def empty(self) -> None:
        """Make room."""
        (self.data / "filler").unlink()

    def rows(self) -> Rows:
        """A copy of the database, where SQLite finds it: it takes /proc for our own disk. For a bot that rests."""
        for file in self.data.glob("darkroom.db*"):
            if file.suffix in (".db", ".db-wal"):
                shutil.copyfile(file, self._kept / file.name)
        return self._rows


@contextlib.asynccontextmanager
async def on_a_small_disk(house: House) -> AsyncIterator[SmallDisk]:
    """A bot on a disk of 48 MiB, listening."""
    bot = await house.starting(*SMALL_DISK)
    await bot.logged("listening")
    disk = SmallDisk(house, bot)
    yield disk
    await asyncio.to_thread(disk.rows)  # it goes with its bot, and the promises are checked afterwards
    bot.terminate()
    await house.stopped(bot)


@needs_mounts
async def test_full_at_the_door(house: House) -> None:
    """Nothing is accepted on a full disk: the member is told why, no row is left, and with room it works again."""
    async with on_a_small_disk(house) as disk:
        await asyncio.to_thread(disk.fill)
        refused = await house.mira.edit(images=[picture()], prompt="Make it snow", wait="answer")
        assert refused.refused is not None
        assert "my disk is full" in refused.refused
        assert disk.rows().states() == {}
        await asyncio.to_thread(disk.empty)
        await house.ask()
        await house.over(1)

    assert house.posted() == ["edit-1-v1-1.png"]


@needs_mounts
async def test_full_before_the_call(house: House) -> None:
    """Where an answer would find no room it is not asked for: failed, told, and nothing sent or charged."""
    async with on_a_small_disk(house) as disk:
        await asyncio.to_thread(disk.fill, 6 * MIB)
        await house.ask()
        await house.over(1)
        assert disk.rows().troubles() == {1: "DiskFull"}

    assert house.sandbox.engine.books.calls == ()
    assert house.rows.entries(1)["house micro_usd"].keys() == {"hold", "release"}


@needs_mounts
async def test_full_while_it_is_made(house: House) -> None:
    """A disk that fills up during the call costs nothing: the room was taken before, and the pictures come."""
    house.sandbox.engine.plan({"hold": True})
    async with on_a_small_disk(house) as disk:
        await house.ask()
        await house.sandbox.engine.books.until(waiting=1)
        await asyncio.to_thread(disk.fill)
        house.sandbox.engine.release()
        await house.over(1)
        assert disk.rows().troubles() == {1: None}

    assert house.posted() == ["edit-1-v1-1.png"]


@needs_mounts
async def test_read_only(tmp_path: Path) -> None:
    """A disk that cannot be written stops the start with a sentence."""
    script = f'{SMALL_DISK[4].split(" && exec")[0]} && mount -o remount,ro data && exec "$@"'
    settings = {"DISCORD_TOKEN": "x", "IMAGES_API_KEY": "y", "DATA_DIR": "data"}
    bot = await Command.start("run", settings=settings, folder=tmp_path, within=(*SMALL_DISK[:4], script, "sh"))
    ended = await bot.ended()

    assert ended.code == 2
    assert "cannot be made (Read-only file system)" in ended.err
    assert TRACEBACK not in ended.err


# ── the database ────────────────────────────────────────────────────────────────────────────────────────────


@contextlib.contextmanager
def held(database: Path) -> Iterator[None]:
    """Another program that writes for a long time."""
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


async def test_held_at_the_door(house: House) -> None:
    """While another program holds the database, an edit is refused after ten seconds, and no half of it is left."""
    bot = await house.start()
    with held(house.rows.file):
        refused = await house.mira.edit(images=[picture()], prompt="Make it snow", wait="answer")
    assert refused.refused is not None
    assert "cannot be written at the moment" in refused.refused
    assert house.rows.states() == {}

    await house.ask()
    await house.at_rest(bot, 1)
    assert house.rows.states() == {1: "delivered"}


async def test_held_when_the_answer_comes(house: House) -> None:
    """A result that cannot be written down for more than ten seconds is written down after them."""
    house.sandbox.engine.plan({"hold": True})
    bot = await house.start()
    await house.ask()
    await house.sandbox.engine.books.until(waiting=1)
    with held(house.rows.file):
        house.sandbox.engine.release()
        await bot.logged("result_waits")
    await house.at_rest(bot, 1)

    assert house.rows.states() == {1: "delivered"}
    assert house.posted() == ["edit-1-v1-1.png"]


async def test_damaged(house: House) -> None:
    """A database with a torn page is not written any further: the start ends with a sentence."""
    await house.at_rest(bot := await house.start())
    assert not bot.alive
    whole = await asyncio.to_thread(house.rows.file.read_bytes)
    await asyncio.to_thread(house.rows.file.write_bytes, whole[:4096] + b"\x07" * 8192 + whole[4096 + 8192 :])
    ended = await house.stopped(await house.starting())

    assert ended.code == 2
    assert "damaged" in ended.err
    await asyncio.to_thread(house.rows.file.write_bytes, whole)


async def test_books_that_do_not_add_up(house: House) -> None:
    """An imbalance stops the start with exit 1: it is named, with what to do; mended, the bot starts again."""
    bot = await house.start()
    await house.ask()
    await house.at_rest(bot, 1)
    shift(house.rows.file, 1)
    ended = await darkroom("run", settings=house.settings, folder=house.folder)
    shift(house.rows.file, -1)

    assert ended.code == 1
    assert "should be" in ended.err
    assert "darkroom ledger check" in ended.err
    assert TRACEBACK not in ended.err
    bot = await house.start()
    await house.at_rest(bot)


def shift(database: Path, by: int) -> None:
    """Falsify what is used of a window."""
    with contextlib.closing(sqlite3.connect(database)) as books, books:
        books.execute("UPDATE windows SET used = used + ? WHERE id = 1", (by,))
