"""The pool with its real processes: what becomes of a question when a process dies, hangs or cannot start."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from PIL import Image

from bot.domain.errors import Failed, PictureDamaged, PictureTooHard, Stopping, Trouble
from bot.images.pool import CHILD, Limits, Pool
from bot.images.tasks import ProbeTask, VerifyTask
from bot.workflow.ports import Probe
from tests.standins import Tally

SMALL = Probe("png", 64, 48, animated=False, has_alpha=False)
PATIENT = Limits(start_s=60, header_s=60, decode_s=60, work_s=60)

PUPPET = (str(Path(__file__).with_name("puppet.py")),)
UNREADY = "import sys; from bot.images.tasks import *; sys.stdout.buffer.write(pack(Decoded()))"


def draw(path: Path, size: tuple[int, int] = (64, 48)) -> ProbeTask:
    """A picture on disk, and the question what it is."""
    Image.new("RGB", size).save(path)
    return ProbeTask(str(path), path.name)


def act(name: str, path: str = "") -> VerifyTask:
    """A task for a puppet."""
    return VerifyTask(path, name)


@asynccontextmanager
async def running(size: int = 1, limits: Limits = PATIENT, program: tuple[str, ...] = PUPPET) -> AsyncIterator[Pool]:
    pool = Pool(size, limits, program)
    try:
        yield pool
    finally:
        await pool.aclose()


@asynccontextmanager
async def awake(folder: Path) -> AsyncIterator[tuple[Pool, ProbeTask]]:
    """A pool whose single real process runs, and a question for it."""
    async with running(program=CHILD) as pool:
        question = draw(folder / "cat.png")
        await pool.ask(question)
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

    async with running(2, program=CHILD) as pool:
        before = pool.pids
        seen = await asyncio.gather(*(pool.ask(question) for _ in range(20)))

        assert (before, len(pool.pids)) == ((), 2)
        assert set(seen) == {SMALL}


@pytest.mark.parametrize(
    "harm",
    [
        "exit",
        "kill",
        "decoded, exit",
        "decoded, kill",
        "decoded twice",
        "ready again",
        "too long",
        "half",
        "no JSON",
        "no object",
        "no end",
        "no noun",
        "no fields",
        "no word",
    ],
)
async def test_harm(harm: str) -> None:
    """A process that dies of a picture or says what it may not is replaced; only that picture is refused."""
    async with running() as pool:
        assert await pool.ask(act("good")) == SMALL
        (pid,) = pool.pids
        with pytest.raises(PictureTooHard) as caught:
            await pool.ask(act(harm))

        assert caught.value.fields == {"name": harm}
        assert is_gone(pid)
        assert await pool.ask(act("good")) == SMALL


@pytest.mark.parametrize(
    ("hang", "limits"),
    [
        ("hang", Limits(decode_s=0.3)),
        ("decoded, hang", Limits(decode_s=60, work_s=0.3)),
    ],
)
async def test_a_hang(hang: str, limits: Limits) -> None:
    """A process that does not come to an end of either stage in time is killed and replaced."""
    question = ProbeTask("", "good")
    async with running(limits=limits) as pool:
        await pool.ask(question)
        (pid,) = pool.pids
        with pytest.raises(PictureTooHard):
            await pool.ask(act(hang))

        assert is_gone(pid)
        assert await pool.ask(question) == SMALL


async def test_a_header_has_a_time_of_its_own() -> None:
    """A question about a header is refused sooner than one about pixels."""
    async with running(limits=Limits(header_s=0.3, decode_s=60)) as pool:
        assert await pool.ask(act("good")) == SMALL
        with pytest.raises(PictureTooHard):
            await pool.ask(ProbeTask("", "hang"))

        assert await pool.ask(act("good")) == SMALL


async def test_work_after_decoding() -> None:
    """Once all is decoded, our own work may take longer than decoding might have."""
    async with running(limits=Limits(decode_s=2)) as pool:
        assert await pool.ask(act("decoded, late")) == SMALL
        assert await pool.ask(act("decoded, good")) == SMALL


async def test_a_crash(tmp_path: Path) -> None:
    """A real process that is killed while a question is open is replaced."""
    async with awake(tmp_path) as (pool, question):
        (pid,) = pool.pids
        os.kill(pid, signal.SIGSTOP)  # so that the death comes while the question is open
        asking = asyncio.create_task(pool.ask(ProbeTask(question.path, "crash.png")))
        await asyncio.sleep(0.05)
        os.kill(pid, signal.SIGKILL)

        with pytest.raises(PictureTooHard) as caught:
            await asking

        assert caught.value.fields == {"name": "crash.png"}
        assert await pool.ask(question) == SMALL
        assert pid not in pool.pids


async def test_a_death_between_tasks(tmp_path: Path) -> None:
    """A process that was killed while it was idle is replaced, and no picture is blamed."""
    async with awake(tmp_path) as (pool, question):
        (pid,) = pool.pids
        os.kill(pid, signal.SIGKILL)
        await until(lambda: not pool.pids)

        assert await pool.ask(question) == SMALL


async def test_a_death_that_nobody_knows_of() -> None:
    """A process that can answer no more is not asked again, though it still counts as alive."""
    async with running() as pool:
        await pool.ask(act("good, silent"))
        (pid,) = pool.pids
        await asyncio.sleep(0.2)

        assert await pool.ask(act("good")) == SMALL
        assert pid not in pool.pids
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


async def test_what_a_picture_has_started(tmp_path: Path) -> None:
    """A process that a decoder started dies with it."""
    grandchild = tmp_path / "pid"
    async with running() as pool:
        with pytest.raises(PictureTooHard):
            await pool.ask(act("fork", str(grandchild)))

    pid = int(grandchild.read_text())
    await until(lambda: is_gone(pid))


async def test_it_cannot_be_started(tmp_path: Path) -> None:
    """Where a process cannot limit itself, none works; the trouble is ours and no picture is blamed."""
    impossible = Limits(memory_bytes=2**70)

    async with running(limits=impossible, program=CHILD) as pool:
        with pytest.raises(Failed):
            await pool.ask(draw(tmp_path / "cat.png"))

        assert pool.pids == ()


@pytest.mark.parametrize(
    ("start", "start_s"),
    [("import time; time.sleep(600)", 0.3), ("", 60), ("print('x' * 9999)", 60), (UNREADY, 60)],
    ids=["it hangs", "it ends", "it speaks of something else", "it answers unasked"],
)
async def test_a_bad_start(start: str, start_s: float) -> None:
    """A process that does not say in time that it is ready is not used; no picture is blamed."""
    async with running(limits=Limits(start_s=start_s), program=("-c", start)) as pool:
        with pytest.raises(Failed):
            await pool.ask(act("good"))

        assert pool.pids == ()


@pytest.mark.parametrize(
    ("complaint", "expected"),
    [("damaged", PictureDamaged), ("notice", Failed), ("self", Failed), ("unknown", Failed)],
)
async def test_complaints(complaint: str, expected: type[Trouble]) -> None:
    """A complaint is raised where a picture can be its reason; any other is ours. The process goes on."""
    async with running() as pool:
        with pytest.raises(expected) as caught:
            await pool.ask(act(complaint))
        pids = pool.pids

        assert type(caught.value) is expected
        assert await pool.ask(act("good")) == SMALL
        assert pool.pids == pids


async def test_whoever_asked_first_is_served_first(tmp_path: Path) -> None:
    """Questions are answered in the order in which they came, whatever becomes of those before them."""
    served: list[int] = []

    async def ask(pool: Pool, place: int, name: str) -> None:
        with suppress(PictureTooHard):
            await pool.ask(act(name))
        served.append(place)

    async with running() as pool, asyncio.TaskGroup() as group:
        for place, name in enumerate(("good", "exit", "good", "decoded, good", "kill", "good", "good")):
            group.create_task(ask(pool, place, name))

    assert served == list(range(7))


async def test_a_cancelled_question_leaves_no_answer_behind(tmp_path: Path) -> None:
    """After a question was cancelled, the next one gets its own answer."""
    other = draw(tmp_path / "other.png", (7, 5))
    async with awake(tmp_path) as (pool, question):
        (pid,) = pool.pids
        os.kill(pid, signal.SIGSTOP)
        asking = asyncio.create_task(pool.ask(other))
        await asyncio.sleep(0.05)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

        assert is_gone(pid)
        assert await pool.ask(question) == SMALL


async def test_closing(tmp_path: Path) -> None:
    """Closing kills every process; open and later questions are told that we are stopping."""
    async with awake(tmp_path) as (pool, question):
        (pid,) = pool.pids
        os.kill(pid, signal.SIGSTOP)
        asking = asyncio.create_task(pool.ask(question))
        await asyncio.sleep(0.05)

        await pool.aclose()

        assert (is_gone(pid), pool.pids) == (True, ())
        for ask in (asking, pool.ask(question)):
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


async def test_each_process_that_had_to_go_is_counted() -> None:
    """One that died of a picture counts, one that was killed meanwhile counts; to end with the bot does not."""
    metrics = Tally()
    pool = Pool(1, PATIENT, PUPPET, metrics)
    await pool.ask(act("good"))
    with pytest.raises(PictureTooHard):
        await pool.ask(act("exit"))
    await pool.ask(act("good"))
    (pid,) = pool.pids
    os.kill(pid, signal.SIGKILL)
    await until(lambda: is_gone(pid))
    await pool.ask(act("good"))
    await pool.aclose()

    assert metrics.decoders == 2
