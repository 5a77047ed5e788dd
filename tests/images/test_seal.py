"""The seal on a process, tried from inside: each case is a process of its own, for a seal cannot be taken off."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif("\nSeccomp:" not in Path("/proc/self/status").read_text(), reason="no seccomp here")

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import ctypes, os, socket, sys, threading
from pathlib import Path
from bot.images.seal import seal

libc = ctypes.CDLL(None, use_errno=True)

def call(number):
    if libc.syscall(number, 0, 0, 0, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "refused")

assert seal()
{deed}
"""
SEALED = ("PermissionError", 1)


def last_line(deed: str) -> tuple[str, int]:
    """The kind of error with which a sealed process ends that does this, and its exit code."""
    command = [sys.executable, "-P", "-c", PROGRAM.format(deed=deed)]
    ended = subprocess.run(command, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
    return (ended.stderr.splitlines() or [""])[-1].partition(":")[0], ended.returncode


@pytest.mark.parametrize(
    "deed",
    [
        "socket.socket(socket.AF_INET)",
        "socket.socket(socket.AF_UNIX)",
        "os.execv('/bin/true', ['true'])",
        "os.kill(os.getppid(), 0)",
        "os.kill(os.getpid(), 9)",
        "call(425)",
        "call(438)",
        "call(0x40000000 + 39)",
    ],
    ids=[
        "network",
        "neighbours",
        "programs",
        "the bot",
        "signals",
        "io_uring",
        "files of others",
        "other ABI",
    ],
)
def test_what_is_refused(deed: str) -> None:
    """Sockets, programs and signals are refused, by whatever name they are called."""
    assert last_line(deed) == SEALED


@pytest.mark.parametrize(
    "deed",
    [
        "assert Path('/proc/self/status').read_text()",
        "threading.Thread(target=print).start()",
        "import mmap; mmap.mmap(-1, 2**20).close()",
        "from bot.images import raster",
    ],
    ids=["files", "threads", "memory", "libraries"],
)
def test_what_is_left(deed: str) -> None:
    """Everything that a decoder does goes on."""
    assert last_line(deed) == ("", 0)


def test_a_thread_is_sealed_too() -> None:
    """What is started after the seal is under it."""
    deed = "from concurrent.futures import ThreadPoolExecutor\nThreadPoolExecutor().submit(socket.socket).result()"

    assert last_line(deed) == SEALED
