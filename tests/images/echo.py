"""A decoder process that answers with what is in its file, and keeps a log; run by the tests of the decoder's answers.

The name of a file says what its header is: damaged, large or small.
"""

import sys
import time
from pathlib import Path

from bot.images.tasks import ChartTask, Complaint, ProbeTask, Ready, SheetTask, Task, pack, read_message, unpack_task
from bot.workflow.ports import Probe


def answer(task: Task) -> bytes:
    assert not isinstance(task, ChartTask | SheetTask)  # they have no file of their own
    path = Path(task.path)
    if not isinstance(task, ProbeTask) or path.name == "probe":
        return pixels(path)
    if path.name.startswith("bad"):
        return pack(Complaint("PictureDamaged", {"name": task.name}))
    width, height = (5000, 4000) if path.name.startswith("large") else (64, 48)
    return pack(Probe("png", width, height, animated=False, has_alpha=False))


def pixels(path: Path) -> bytes:
    """The answer in the file. Where there is a file `meet`, first wait until another process has begun as well."""
    note(path, "begin")
    while path.with_name("meet").exists() and path.with_name("log").read_text().count("begin") < 2:
        time.sleep(0.01)
    time.sleep(0.05)
    note(path, "end")
    return path.read_bytes()


def note(path: Path, word: str) -> None:
    with path.with_name("log").open("a") as log:
        print(word, file=log)


def say(message: bytes) -> None:
    sys.stdout.buffer.write(message)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    say(pack(Ready()))
    while (body := read_message(sys.stdin.buffer)) is not None:
        say(answer(unpack_task(body)))
