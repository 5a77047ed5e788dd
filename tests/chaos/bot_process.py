"""`darkroom` as a process of its own, with its settings and nothing else in its environment."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

GIVE_UP_S = 60.0
TRACEBACK = "Traceback (most recent call last)"


@dataclass(frozen=True, slots=True)
class Ended:
    """A process that has ended: its exit code, negative for a signal, and what it wrote."""

    code: int
    out: str
    err: str


async def darkroom(*words: str, settings: Mapping[str, str], folder: Path) -> Ended:
    """Run a command of `darkroom` to its end, in this folder."""
    command = await Command.start(*words, settings=settings, folder=folder)
    return await command.ended()


class Command:
    """A command of `darkroom` that runs; what it writes can be waited for."""

    def __init__(self, running: asyncio.subprocess.Process) -> None:
        self._running = running
        self._out: list[str] = []
        self._err: list[str] = []
        self._news = asyncio.Event()
        self._readers = (
            asyncio.create_task(self._read(running.stdout, self._out)),
            asyncio.create_task(self._read(running.stderr, self._err)),
        )

    @classmethod
    async def start(cls, *words: str, settings: Mapping[str, str], folder: Path, within: tuple[str, ...] = ()) -> Self:
        """Start it in a folder without an `.env`; `within` is a command that becomes it."""
        running = await asyncio.create_subprocess_exec(
            *within,
            sys.executable,
            "-m",
            "bot",
            *words,
            env=dict(settings),
            cwd=folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=2**22,
        )
        return cls(running)

    @property
    def alive(self) -> bool:
        """Whether it has not ended yet."""
        return self._running.returncode is None

    @property
    def written(self) -> tuple[str, ...]:
        """The lines on its standard output so far."""
        return tuple(self._out)

    async def line(self, wanted: Callable[[str], bool], times: int = 1) -> str:
        """The line, on either stream, that meets this for the so-many-th time. Fails where the process ends first."""
        async with asyncio.timeout(GIVE_UP_S):
            while True:
                news = self._news
                ended = all(reader.done() for reader in self._readers)
                found = [line for line in (*self._out, *self._err) if wanted(line)]
                if len(found) >= times:
                    return found[times - 1]
                assert not ended, f"it ended before it said so:\n{''.join(self._err)}"
                await news.wait()

    async def logged(self, event: str, times: int = 1) -> None:
        """Return when it has logged this event so many times."""
        await self.line(lambda line: _event(line) == event, times)

    def terminate(self) -> None:
        """Ask it to end."""
        self._running.send_signal(signal.SIGTERM)

    def interrupt(self) -> None:
        """What Ctrl-C does."""
        self._running.send_signal(signal.SIGINT)

    def hang_up(self) -> None:
        """Ask it to read its settings again."""
        self._running.send_signal(signal.SIGHUP)

    @property
    def pid(self) -> int:
        """Its number."""
        return self._running.pid

    async def died(self) -> Ended:
        """How it ended that was to kill itself."""
        ended = await self.ended()
        assert ended.code == -signal.SIGKILL, ended.err
        return ended

    def halt_children(self) -> None:
        """Stop the clock of its decoders: what they were given never comes back."""
        for child in self._children():
            os.kill(child, signal.SIGSTOP)

    async def kill(self) -> None:
        """End it by SIGKILL, and return when it and what it had started are gone."""
        children = [os.pidfd_open(child) for child in self._children()]
        self._running.kill()
        await self.ended()
        for child in children:
            await _gone(child)

    async def ended(self) -> Ended:
        """How it ended."""
        async with asyncio.timeout(GIVE_UP_S):
            code = await self._running.wait()
            await asyncio.gather(*self._readers)
        return Ended(code, "".join(self._out), "".join(self._err))

    async def end(self) -> None:
        """Leave nothing of it behind, however it stands."""
        if self.alive:
            await self.kill()
        await asyncio.gather(*self._readers)

    def _children(self) -> list[int]:
        listed = Path(f"/proc/{self._running.pid}/task").glob("*/children")
        return [int(pid) for each in listed for pid in each.read_text().split()]

    async def _read(self, stream: asyncio.StreamReader | None, lines: list[str]) -> None:
        assert stream is not None
        try:
            while line := await stream.readline():
                lines.append(line.decode())
                self._wake()
        finally:
            asyncio.get_running_loop().call_soon(self._wake)

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


def _event(line: str) -> Any:
    try:
        return json.loads(line).get("event") if line.startswith("{") else None
    except ValueError:
        return None


async def _gone(pidfd: int) -> None:
    """Return when the process is gone; one that was stopped is let go on, to find that its parent is dead."""
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(pidfd, over.set)
    try:
        signal.pidfd_send_signal(pidfd, signal.SIGCONT)
        async with asyncio.timeout(GIVE_UP_S):
            await over.wait()
    except ProcessLookupError:
        pass
    finally:
        loop.remove_reader(pidfd)
        os.close(pidfd)
