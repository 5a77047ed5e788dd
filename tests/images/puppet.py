"""A decoder process that does what the name of its task says; run by the tests of the pool."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bot.images.tasks import (
    LENGTH,
    ChartTask,
    Complaint,
    Decoded,
    Ready,
    Said,
    SheetTask,
    Task,
    pack,
    read_message,
    unpack_task,
)
from bot.workflow.ports import Probe

GOOD = Probe("png", 64, 48, animated=False, has_alpha=False)


Act = Callable[[Task], object]


def say(*nouns: Said) -> None:
    for noun in nouns:
        write(pack(noun))


def write(message: bytes) -> None:
    sys.stdout.buffer.write(message)
    sys.stdout.buffer.flush()


def saying(*nouns: Said) -> Act:
    return lambda _: say(*nouns)


def writing(body: bytes) -> Act:
    return lambda _: write(LENGTH.pack(len(body)) + body)


def leave(_: Task) -> None:
    os._exit(0)


def die(_: Task) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hang(_: Task) -> None:
    time.sleep(600)


def fall_silent(_: Task) -> None:
    """Close the way to the bot, as a death does a moment before anybody knows of it."""
    os.close(1)


def take_long(_: Task) -> None:
    """Longer than the test allows for decoding."""
    time.sleep(2.5)


def fork(task: Task) -> None:
    """Start a process that holds the pipes too, and leave its id behind."""
    assert not isinstance(task, ChartTask | SheetTask)  # they have no file of their own
    if pid := os.fork():
        Path(task.path).write_text(str(pid))
    else:
        hang(task)


ACTS: dict[str, tuple[Act, ...]] = {
    "good": (saying(GOOD),),
    "good, silent": (saying(GOOD), fall_silent),
    "exit": (leave,),
    "kill": (die,),
    "hang": (hang,),
    "fork": (fork, saying(Ready())),
    "decoded, good": (saying(Decoded(), GOOD),),
    "decoded, late": (saying(Decoded()), take_long, saying(GOOD)),
    "decoded, exit": (saying(Decoded()), leave),
    "decoded, kill": (saying(Decoded()), die),
    "decoded, hang": (saying(Decoded()), hang),
    "decoded twice": (saying(Decoded(), Decoded(), GOOD),),
    "ready again": (saying(Ready(), GOOD),),
    "too long": (lambda _: write(b"\xff" * 200),),
    "half": (lambda _: write(pack(GOOD)[:-1]), leave),
    "no JSON": (writing(b"abc"),),
    "no object": (writing(b'["is"]'),),
    "no end": (writing(b"[" * 200_000),),
    "no noun": (writing(b'{"is": "Popen"}'),),
    "no fields": (writing(b'{"is": "Made"}'),),
    "no word": (writing(b'{"is": "Fault", "reason": 7}'),),
    "damaged": (lambda task: say(Complaint("PictureDamaged", {"name": task.name})),),
    "notice": (saying(Complaint("HouseClosed", {"resets_at": 1})),),
    "self": (saying(Complaint("PictureDamaged", {"self": 1})),),
    "unknown": (saying(Complaint("SystemExit", {})),),
}

if __name__ == "__main__":
    say(Ready())
    while (body := read_message(sys.stdin.buffer)) is not None:
        asked = unpack_task(body)
        for act in ACTS[asked.name]:
            act(asked)
