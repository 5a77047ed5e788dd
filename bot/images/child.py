"""The decoder process: it limits itself, then does one task after another until its input ends.

Run as `python -m bot.images.child MEMORY_BYTES FILE_BYTES DECODE_SECONDS WORK_SECONDS`; Linux and other systems with
`resource`. It speaks the messages of `tasks` over what were its standard streams, and dies with whoever holds the other
end: a thread watches the input even while a picture is being decoded.
"""

import errno
import os
import resource
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO, assert_never

from bot.domain import errors
from bot.images.chart import chart
from bot.images.comparison import compare
from bot.images.doctor import read_mask
from bot.images.ladder import lighten
from bot.images.lock import finish
from bot.images.mask import make_mask
from bot.images.prepare import prepare
from bot.images.probe import probe
from bot.images.raster import guard, verify
from bot.images.seal import seal
from bot.images.sheet import sheet, thumbnail
from bot.images.tasks import (
    Answer,
    ChartTask,
    CompareTask,
    Complaint,
    Decoded,
    Fault,
    FinishTask,
    LightenTask,
    MaskTask,
    PictureTask,
    ProbeTask,
    ReadMaskTask,
    Ready,
    Said,
    SheetTask,
    Task,
    ThumbnailTask,
    VerifyTask,
    pack,
    read_message,
    unpack_task,
)

_OPEN_FILES = 64
_NICENESS = 10
_STACK = 256 * 1024
_TICKS = ~0 << 3  # Linux: the clock CPUCLOCK_PROF of this process, in the words of `man 2 clock_getres`


def main() -> None:
    """Work until the input ends."""
    memory, file_bytes, decode_seconds, work_seconds = map(int, sys.argv[1:5])
    seal()
    tasks, answers = _private_streams()
    inbox: SimpleQueue[bytes] = SimpleQueue()
    threading.stack_size(_STACK)
    threading.Thread(target=_listen, args=(tasks, inbox), daemon=True).start()
    guard()
    limit(memory, file_bytes)
    _hush(2)

    def decoded() -> None:
        _allow_cpu(work_seconds)
        _say(answers, Decoded())

    _say(answers, Ready())
    while True:
        body = inbox.get()
        _allow_cpu(decode_seconds)
        _say(answers, answer(unpack_task(body), decoded))


def answer(task: Task, decoded: Callable[[], None]) -> Answer:
    """Do the task; every outcome that leaves the process alive is an answer.

    `decoded` is called once, when every foreign file is decoded: what is left takes as long as our own pixels need.
    """
    try:
        return _do(task, decoded)
    except errors.Trouble as exc:
        return Complaint(exc.code, exc.fields)
    except Exception as exc:  # noqa: BLE001 - the bot logs what the process cannot
        return _explained(exc, task)


def _explained(exc: Exception, task: Task) -> Complaint | Fault:
    """Whose fault it is: only memory is the picture's, and mapping a file that is too large for it says so too."""
    if isinstance(exc, MemoryError) or (isinstance(exc, OSError) and exc.errno == errno.ENOMEM):
        return Complaint("PictureTooHard", {"name": task.name})
    if isinstance(exc, OSError) and exc.errno in (errno.ENOSPC, errno.EDQUOT):
        return Complaint("DiskFull", {})
    return Fault(f"{type(exc).__name__}: {exc.strerror}" if isinstance(exc, OSError) else type(exc).__name__)


def _do(task: Task, decoded: Callable[[], None]) -> Answer:
    match task:
        case ProbeTask():
            return probe(Path(task.path), task.name)
        case VerifyTask():
            return verify(Path(task.path), task.name)
        case PictureTask():
            return prepare(task, decoded)
        case ReadMaskTask():
            return read_mask(task, decoded)
        case MaskTask():
            return make_mask(task, decoded)
        case FinishTask():
            return finish(task, decoded)
        case LightenTask():
            return lighten(task, decoded)
        case CompareTask():
            return compare(task, decoded)
        case ThumbnailTask():
            return thumbnail(task, decoded)
        case SheetTask():
            return sheet(task, decoded)
        case ChartTask():
            return chart(task, decoded)
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
    """The limit counts from the start of the process, so it moves on with every task and stage."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(_spent()) + 1 + seconds, hard))


def _spent() -> float:
    """Seconds of processor time by the clock of the limit.

    The kernel counts that one in ticks. The exact clocks are some per cent behind it, which adds up: the limit of a
    process that has worked for some minutes would be over before its task has begun.
    """
    with suppress(OSError):
        return time.clock_gettime(_TICKS)
    return time.process_time()


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


def _say(answers: BinaryIO, noun: Said) -> None:
    answers.write(pack(noun))
    answers.flush()


if __name__ == "__main__":
    main()
