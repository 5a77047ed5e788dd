"""The decoder processes: started when needed, given one task at a time, killed when a task harms one."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import structlog

from bot.domain.errors import Failed, PictureTooHard, Refused, Stopping, revive
from bot.images.tasks import (
    LENGTH,
    LONGEST,
    Answer,
    Complaint,
    Decoded,
    Fault,
    ProbeTask,
    Ready,
    Said,
    Task,
    pack,
    unpack_said,
)
from bot.workflow.ports import Metrics
from bot.workflow.silent import SILENT

log: Any = structlog.get_logger()

CHILD = ("-m", "bot.images.child")
_ROOT = Path(__file__).resolve().parents[2]
_LAST_WORDS_S = 1.0
_PIECE = 2**16
# A time that ran out is an OSError too; the rest is what an answer that is none of ours raises.
_HARM = (EOFError, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one decoder process may take: seconds, bytes of address space, bytes of a file it writes.

    Seconds are for starting, for a question about a header, for decoding what others made, and after that for the work
    on our own pixels. A decoder that crashes or hangs is a refusal within ten seconds.
    """

    start_s: float = 30.0
    header_s: float = 5.0
    decode_s: float = 9.0
    work_s: float = 60.0
    memory_bytes: int = 2**30
    file_bytes: int = 2**29

    def first_s(self, task: Task) -> float:
        """How long a task may take until it is answered, or everything foreign is decoded."""
        return self.header_s if isinstance(task, ProbeTask) else self.decode_s


class Child:
    """One decoder process, and the pipes to it."""

    def __init__(self, running: asyncio.subprocess.Process) -> None:
        self._running = running

    @classmethod
    async def start(cls, limits: Limits, program: tuple[str, ...] = CHILD) -> "Child":
        """Start it with an empty environment, in a session of its own; it is ready when it says so.

        One allocation arena, and large blocks given back to the system at once, keep address space and idle memory low.
        """
        bounds = (limits.memory_bytes, limits.file_bytes, ceil(limits.decode_s), ceil(limits.work_s))
        running = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            *program,
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
            async with asyncio.timeout(limits.start_s):
                if isinstance(await child._said(), Ready):
                    return child
            raise ValueError("the first word is not that it is ready")
        except BaseException:  # raised again, whatever it was
            await child.end()
            raise

    @property
    def pid(self) -> int:
        """The process id."""
        return self._running.pid

    @property
    def alive(self) -> bool:
        """Whether it runs, as far as is known."""
        return self._running.returncode is None

    @property
    def ready(self) -> bool:
        """Whether it can be given a task. The pipe of one that died is closed before its death is known."""
        assert self._running.stdout is not None  # noqa: S101 - we asked for the pipe
        return self.alive and not self._running.stdout.at_eof()

    async def ask(self, task: Task, limits: Limits) -> Answer:
        """Give it a task and wait for the answer; time is given anew once, when it says that all is decoded.

        Raises one of `_HARM` where the process dies of it, takes too long or says what it may not.
        """
        assert self._running.stdin is not None  # noqa: S101 - we asked for the pipe
        async with asyncio.timeout(limits.first_s(task)) as patience:
            self._running.stdin.write(pack(task))
            await self._running.stdin.drain()
            said = await self._said()
            if isinstance(said, Decoded):
                patience.reschedule(asyncio.get_running_loop().time() + limits.work_s)
                said = await self._said()
        if isinstance(said, Decoded | Ready):
            raise ValueError("this is no answer")
        return said

    async def end(self) -> None:
        """Kill it, with whatever it may have started, and wait until nothing of it is left."""
        if self.alive:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
        await asyncio.shield(self._gone())

    async def _gone(self) -> None:
        """What is left in the pipe is read, so that it closes, but not for long: somebody may hold its other end."""
        assert self._running.stdin is not None  # noqa: S101 - we asked for the pipes
        assert self._running.stdout is not None  # noqa: S101
        await self._running.wait()
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS_S):
                while await self._running.stdout.read(_PIECE):
                    pass
        self._running.stdin.close()
        with suppress(OSError):
            await self._running.stdin.wait_closed()

    async def _said(self) -> Said:
        assert self._running.stdout is not None  # noqa: S101 - we asked for the pipe
        (length,) = LENGTH.unpack(await self._running.stdout.readexactly(LENGTH.size))
        if length > LONGEST:
            raise ValueError("the message is too long to be one")
        return unpack_said(await self._running.stdout.readexactly(length))


class Pool:
    """At most `size` children, none before it is needed; whoever asked first is served first.

    `program` is what Python is told to run as a child.
    """

    def __init__(self, size: int, limits: Limits, program: tuple[str, ...] = CHILD, metrics: Metrics = SILENT) -> None:
        self._metrics = metrics
        self._slots = asyncio.Semaphore(size)
        self._limits = limits
        self._program = program
        self._idle: list[Child] = []
        self._children: set[Child] = set()
        self._closed = False

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of the children that live."""
        return tuple(child.pid for child in self._children if child.alive)

    async def ask(self, task: Task) -> Answer:
        """Have a task done by some child, within the times of the limits, not counting the wait for a child.

        Raises the trouble that the child found, `PictureTooHard` where the child died or had to be killed, `Stopping`
        after `aclose`, and `Failed` where no child can be started or the machine is to blame.
        """
        async with self._slots:
            child = await self._take()
            answer: Answer | None = None
            try:
                answer = await child.ask(task, self._limits)
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
            if child.ready:
                return child
            await self._bury(child)
        return await self._start()

    async def _start(self) -> Child:
        if self._closed:
            raise Stopping
        try:
            child = await Child.start(self._limits, self._program)
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
        if not self._closed:
            self._metrics.decoder_replaced()
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
        raise _trouble(answer)
    if isinstance(answer, Fault):
        log.error("decoder_fault", task=type(task).__name__, why=answer.reason)
        raise Failed
    return answer


def _trouble(complaint: Complaint) -> Refused | Failed:
    """What a child complains of; `Failed` where no picture can be the reason."""
    try:
        trouble = revive(complaint.code, complaint.fields)
    except TypeError:  # a field that cannot be one
        return Failed()
    return trouble if isinstance(trouble, Refused | Failed) else Failed()
