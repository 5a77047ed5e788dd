"""The decoder processes: started when needed, given one task at a time, killed when a task harms one."""

import asyncio
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from bot.domain.errors import Failed, PictureTooHard, Stopping, revive
from bot.images.tasks import LENGTH, LONGEST, Answer, Complaint, Fault, Ready, Task, pack, unpack_answer

log: Any = structlog.get_logger()

_START_S = 60.0
_ROOT = Path(__file__).resolve().parents[2]
# A time that ran out is an OSError too; the rest is what an answer that is none of ours raises.
_HARM = (EOFError, OSError, ValueError, KeyError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one decoder process may take: seconds for a task, bytes of address space, bytes of a file it writes."""

    header_s: float = 10.0
    verify_s: float = 10.0
    prepare_s: float = 60.0
    memory_bytes: int = 2**30
    file_bytes: int = 2**29


class Child:
    """One decoder process, and the pipes to it."""

    def __init__(self, running: asyncio.subprocess.Process) -> None:
        self._running = running

    @classmethod
    async def start(cls, limits: Limits) -> "Child":
        """Start it with an empty environment, in a session of its own; it is ready when it says so.

        One allocation arena, and large blocks given back to the system at once, keep address space and idle memory low.
        """
        bounds = (limits.memory_bytes, limits.file_bytes, int(limits.prepare_s) + 1)
        running = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "bot.images.child",
            *map(str, bounds),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd="/",
            env={
                "PYTHONPATH": str(_ROOT),
                "PYTHONUTF8": "1",
                "MALLOC_ARENA_MAX": "1",
                "MALLOC_MMAP_THRESHOLD_": str(2**20),
            },
            start_new_session=True,
        )
        child = cls(running)
        try:
            async with asyncio.timeout(_START_S):
                if isinstance(await child._answer(), Ready):
                    return child
            raise EOFError
        except BaseException:  # raised again, whatever it was
            await child.end()
            raise

    @property
    def pid(self) -> int:
        """The process id."""
        return self._running.pid

    @property
    def alive(self) -> bool:
        """Whether it can be given a task."""
        return self._running.returncode is None

    async def ask(self, task: Task) -> Answer:
        """Give it a task and wait for the answer. Raises EOFError or OSError where the process dies of it."""
        assert self._running.stdin is not None  # noqa: S101 - we asked for the pipe
        self._running.stdin.write(pack(task))
        await self._running.stdin.drain()
        return await self._answer()

    async def end(self) -> None:
        """Kill it and wait until nothing of it is left."""
        with suppress(ProcessLookupError):
            self._running.kill()
        await asyncio.shield(self._gone())

    async def _gone(self) -> None:
        assert self._running.stdin is not None  # noqa: S101 - we asked for the pipes
        assert self._running.stdout is not None  # noqa: S101
        await self._running.wait()
        await self._running.stdout.read()
        self._running.stdin.close()
        with suppress(OSError):
            await self._running.stdin.wait_closed()

    async def _answer(self) -> Answer:
        assert self._running.stdout is not None  # noqa: S101 - we asked for the pipe
        (length,) = LENGTH.unpack(await self._running.stdout.readexactly(LENGTH.size))
        if length > LONGEST:
            raise ValueError("the answer is too long to be one")
        return unpack_answer(await self._running.stdout.readexactly(length))


class Pool:
    """At most `size` children, none before it is needed."""

    def __init__(self, size: int, limits: Limits) -> None:
        self._slots = asyncio.Semaphore(size)
        self._limits = limits
        self._idle: list[Child] = []
        self._children: set[Child] = set()
        self._closed = False

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of the children that live."""
        return tuple(child.pid for child in self._children if child.alive)

    async def ask(self, task: Task, seconds: float) -> Answer:
        """Have a task done by some child within this time, not counting the wait for a child.

        Raises the trouble that the child found, `PictureTooHard` where the child died or had to be killed, `Stopping`
        after `aclose`, and `Failed` where no child can be started or the machine is to blame.
        """
        async with self._slots:
            child = await self._take()
            answer: Answer | None = None
            try:
                async with asyncio.timeout(seconds):
                    answer = await child.ask(task)
            except _HARM as exc:
                raise self._harm(task, child, exc) from exc
            finally:
                await self._give_back(child, answer)
        return _sound(answer, task)

    async def aclose(self) -> None:
        """Kill every child; whoever still waits for one is told that we are stopping."""
        self._closed = True
        await asyncio.gather(*(self._bury(child) for child in tuple(self._children)))
        self._idle.clear()

    async def _take(self) -> Child:
        while self._idle:
            child = self._idle.pop()
            if child.alive:
                return child
            await self._bury(child)
        return await self._start()

    async def _start(self) -> Child:
        if self._closed:
            raise Stopping
        try:
            child = await Child.start(self._limits)
        except _HARM as exc:
            log.error("decoder_unstartable", why=type(exc).__name__)
            raise Failed from exc
        self._children.add(child)
        if self._closed:
            await self._bury(child)
            raise Stopping
        return child

    async def _give_back(self, child: Child, answer: Answer | None) -> None:
        """Use a child again only where it answered, for any other may hold a stale answer, and not after it ran out
        of memory."""
        too_hard = isinstance(answer, Complaint) and answer.code == PictureTooHard.__name__
        if answer is None or too_hard or self._closed:
            await self._bury(child)
        else:
            self._idle.append(child)

    async def _bury(self, child: Child) -> None:
        try:
            await child.end()
        finally:
            self._children.discard(child)

    def _harm(self, task: Task, child: Child, exc: BaseException) -> PictureTooHard | Stopping:
        """Why the child had to go, as a trouble."""
        if self._closed:
            return Stopping()
        log.warning("decoder_lost", task=type(task).__name__, pid=child.pid, why=type(exc).__name__)
        return PictureTooHard(name=task.name)


def _sound(answer: Answer, task: Task) -> Answer:
    """The answer, unless it is a trouble."""
    if isinstance(answer, Complaint):
        raise revive(answer.code, answer.fields)
    if isinstance(answer, Fault):
        log.error("decoder_fault", task=type(task).__name__, why=answer.reason)
        raise Failed
    return answer
