"""The pool with its real processes: what becomes of a question when a process dies, hangs or cannot start."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PIL import Image

from bot.domain.errors import Failed, PictureTooHard, Stopping
from bot.images.pool import Limits, Pool
from bot.images.tasks import ProbeTask
from bot.workflow.ports import Probe

SMALL = Probe("png", 64, 48, animated=False, has_alpha=False)
PATIENCE_S = 60.0


def draw(path: Path, size: tuple[int, int] = (64, 48)) -> ProbeTask:
    """A picture on disk, and the question what it is."""
    Image.new("RGB", size).save(path)
    return ProbeTask(str(path), path.name)


@asynccontextmanager
async def running(size: int = 1, limits: Limits | None = None) -> AsyncIterator[Pool]:
    pool = Pool(size, limits or Limits())
    try:
        yield pool
    finally:
        await pool.aclose()


@asynccontextmanager
async def awake(folder: Path) -> AsyncIterator[tuple[Pool, ProbeTask]]:
    """A pool whose single process runs, and a question for it."""
    async with running() as pool:
        question = draw(folder / "cat.png")
        await pool.ask(question, PATIENCE_S)
        yield pool, question


def environment(pid: int) -> set[str]:
    """The names of the variables that a process was started with."""
    pairs = Path(f"/proc/{pid}/environ").read_text().rstrip("\0").split("\0")
    return {pair.partition("=")[0] for pair in pairs}


def is_gone(pid: int) -> bool:
    """Whether no process of this id runs; one that nobody collected does not run."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110 - other processes set no events of ours
            await asyncio.sleep(0.02)


async def test_nothing_runs_before_it_is_needed(tmp_path: Path) -> None:
    """An idle bot has no decoder process, and a busy one no more than it was given."""
    question = draw(tmp_path / "cat.png")

    async with running(2) as pool:
        before = pool.pids
        seen = await asyncio.gather(*(pool.ask(question, PATIENCE_S) for _ in range(20)))

        assert (before, len(pool.pids)) == ((), 2)
        assert set(seen) == {SMALL}


async def test_a_crash(tmp_path: Path) -> None:
    """A process that dies over a picture takes nobody with it: that picture is refused, the next one is read."""
    async with awake(tmp_path) as (pool, question):
        (pid,) = pool.pids
        os.kill(pid, signal.SIGSTOP)  # so that the death comes while the question is open
        asking = asyncio.create_task(pool.ask(ProbeTask(question.path, "crash.png"), PATIENCE_S))
        await asyncio.sleep(0.05)
        os.kill(pid, signal.SIGKILL)

        with pytest.raises(PictureTooHard) as caught:
            await asking

        assert caught.value.fields == {"name": "crash.png"}
        assert await pool.ask(question, PATIENCE_S) == SMALL
        assert pid not in pool.pids


async def test_a_death_between_tasks(tmp_path: Path) -> None:
    """A process that was killed while it was idle is replaced, and no picture is blamed."""
    async with awake(tmp_path) as (pool, question):
        (pid,) = pool.pids
        os.kill(pid, signal.SIGKILL)
        await until(lambda: not pool.pids)

        assert await pool.ask(question, PATIENCE_S) == SMALL


async def test_a_hang(tmp_path: Path) -> None:
    """A process that does not answer in time is killed and replaced."""
    async with awake(tmp_path) as (pool, question):
        (pid,) = pool.pids
        os.kill(pid, signal.SIGSTOP)

        with pytest.raises(PictureTooHard):
            await pool.ask(question, 0.2)

        assert is_gone(pid)
        assert await pool.ask(question, PATIENCE_S) == SMALL


async def test_it_cannot_be_started(tmp_path: Path) -> None:
    """Where a process cannot limit itself, none works; the trouble is ours and no picture is blamed."""
    impossible = Limits(memory_bytes=2**70)

    async with running(limits=impossible) as pool:
        with pytest.raises(Failed):
            await pool.ask(draw(tmp_path / "cat.png"), PATIENCE_S)

        assert pool.pids == ()


async def test_a_cancelled_question_leaves_no_answer_behind(tmp_path: Path) -> None:
    """After a question was cancelled, the next one gets its own answer."""
    other = draw(tmp_path / "other.png", (7, 5))
    async with awake(tmp_path) as (pool, question):
        (pid,) = pool.pids
        os.kill(pid, signal.SIGSTOP)
        asking = asyncio.create_task(pool.ask(other, PATIENCE_S))
        await asyncio.sleep(0.05)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

        assert is_gone(pid)
        assert await pool.ask(question, PATIENCE_S) == SMALL


async def test_closing(tmp_path: Path) -> None:
    """Closing kills every process; open and later questions are told that we are stopping."""
    async with awake(tmp_path) as (pool, question):
        (pid,) = pool.pids
        os.kill(pid, signal.SIGSTOP)
        asking = asyncio.create_task(pool.ask(question, PATIENCE_S))
        await asyncio.sleep(0.05)

        await pool.aclose()

        assert (is_gone(pid), pool.pids) == (True, ())
        for ask in (asking, pool.ask(question, PATIENCE_S)):
            with pytest.raises(Stopping):
                await ask


async def test_an_empty_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No key of the bot is in a decoder process."""
    monkeypatch.setenv("IMAGES_API_KEY", "sk-very-secret")

    async with awake(tmp_path) as (pool, _):
        names = environment(pool.pids[0])

    assert names == {"PYTHONPATH", "PYTHONUTF8", "MALLOC_ARENA_MAX", "MALLOC_MMAP_THRESHOLD_"}


BOT = """
import asyncio, sys
from pathlib import Path
from bot.images.decoder import Decoder
from bot.workflow.ports import Source

async def main():
    decoder = Decoder(1)
    await decoder.probe(Source(Path(sys.argv[1]), "x"))
    print(decoder.pids[0], flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


async def test_the_bot_is_killed(tmp_path: Path) -> None:
    """A decoder process does not outlive a bot that had no time to end it."""
    source = draw(tmp_path / "cat.png")
    bot = await asyncio.create_subprocess_exec(sys.executable, "-c", BOT, source.path, stdout=asyncio.subprocess.PIPE)
    assert bot.stdout is not None
    pid = int(await bot.stdout.readline())
    assert not is_gone(pid)

    bot.kill()
    await bot.communicate()

    await until(lambda: is_gone(pid))
