"""The decoder process: it limits itself, then does one task after another until its input ends.

Run as `python -m bot.images.child MEMORY_BYTES FILE_BYTES CPU_SECONDS`; Linux and other systems with `resource`.
It speaks the messages of `tasks` over what were its standard streams, and dies with whoever holds the other end:
a thread watches the input even while a picture is being decoded.
"""

import os
import resource
import sys
import threading
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO, assert_never

# The plugins are loaded before the limits are set and before the first task waits for them.
from PIL import GifImagePlugin, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, WebPImagePlugin  # noqa: F401

from bot.domain import errors
from bot.images.mask import make_mask
from bot.images.prepare import prepare
from bot.images.probe import probe
from bot.images.raster import guard, verify
from bot.images.tasks import (
    Answer,
    Complaint,
    Fault,
    MaskTask,
    PictureTask,
    ProbeTask,
    Ready,
    Task,
    VerifyTask,
    pack,
    read_message,
    unpack_task,
)

_OPEN_FILES = 64
_NICENESS = 10
_STACK = 256 * 1024


def main() -> None:
    """Work until the input ends."""
    memory, file_bytes, cpu_seconds = map(int, sys.argv[1:4])
    tasks, answers = _private_streams()
    inbox: SimpleQueue[bytes] = SimpleQueue()
    threading.stack_size(_STACK)
    threading.Thread(target=_listen, args=(tasks, inbox), daemon=True).start()
    guard()
    limit(memory, file_bytes)
    _hush(2)
    _say(answers, Ready())
    while True:
        body = inbox.get()
        _allow_cpu(cpu_seconds)
        _say(answers, answer(unpack_task(body)))


def answer(task: Task) -> Answer:
    """Do the task; every outcome that leaves the process alive is an answer."""
    try:
        return _do(task)
    except errors.Trouble as exc:
        return Complaint(exc.code, exc.fields)
    except MemoryError:
        return Complaint("PictureTooHard", {"name": task.name})
    except Exception as exc:  # noqa: BLE001 - the bot logs what the process cannot
        return Fault(f"{type(exc).__name__}: {exc.strerror}" if isinstance(exc, OSError) else type(exc).__name__)


def _do(task: Task) -> Answer:
    match task:
        case ProbeTask():
            return probe(Path(task.path), task.name)
        case VerifyTask():
            return verify(Path(task.path), task.name)
        case PictureTask():
            return prepare(task)
        case MaskTask():
            return make_mask(task)
        case _:
            assert_never(task)


def limit(memory: int, file_bytes: int) -> None:
    """Bound what a picture can do to the machine, and offer this process first where memory runs out."""
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))
    os.nice(_NICENESS)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def _allow_cpu(seconds: int) -> None:
    """The limit counts from the start of the process, so it moves on with every task."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(spent.ru_utime + spent.ru_stime) + 1 + seconds, hard))


def _private_streams() -> tuple[BinaryIO, BinaryIO]:
    """The pipes to the bot, out of reach of whatever prints to a standard stream."""
    tasks, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    _hush(0, 1)
    return tasks, answers


def _hush(*streams: int) -> None:
    """Close standard streams. Errors stay open until the process is ready, so that a failed start can be read."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in streams:
        os.dup2(nowhere, stream)
    os.close(nowhere)


def _listen(tasks: BinaryIO, inbox: "SimpleQueue[bytes]") -> None:
    while (body := read_message(tasks)) is not None:
        inbox.put(body)
    os._exit(0)


def _say(answers: BinaryIO, noun: Answer) -> None:
    answers.write(pack(noun))
    answers.flush()


if __name__ == "__main__":
    main()
