"""A decoder process by itself: what it says, and which limits it has set itself."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from bot.images.tasks import (
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
    unpack_said,
)

ROOT = Path(__file__).resolve().parents[2]
MEMORY, FILE, DECODE_S, WORK_S = 2**30, 2**29, 100, 10_000
NOT_A_PICTURE = "page"

Child = subprocess.Popen[bytes]


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    """One process for all tasks of this file."""
    bounds = map(str, (MEMORY, FILE, DECODE_S, WORK_S))
    command = [sys.executable, "-P", "-m", "bot.images.child", *bounds]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd="/", env={"PYTHONPATH": str(ROOT)}) as running:
        assert hear(running) == Ready()
        yield running
        running.kill()


def hear(child: Child) -> Said:
    assert isinstance(child.stdout, BufferedReader)
    body = read_message(child.stdout)
    assert body is not None, "the child has died"
    return unpack_said(body)


def ask(child: Child, task: Task) -> tuple[Said, ...]:
    """Everything that the child says to a task, the answer last."""
    assert child.stdin is not None
    child.stdin.write(pack(task))
    child.stdin.flush()
    said = [hear(child)]
    while isinstance(said[-1], Decoded):
        said.append(hear(child))
    return tuple(said)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with a picture, a mask for it, a result and something that is none of them."""
    Image.effect_noise((64, 48), 90).convert("RGB").save(tmp_path / "first", "PNG")
    Image.effect_noise((64, 48), 50).convert("RGB").save(tmp_path / "result", "PNG")
    mask = Image.new("L", (64, 48))
    ImageDraw.Draw(mask).rectangle((10, 10, 30, 30), fill=255)
    mask.save(tmp_path / "mask", "PNG")
    (tmp_path / NOT_A_PICTURE).write_text("<html></html>")
    return tmp_path


def headers(folder: Path, path: str) -> tuple[Task, ...]:
    """The tasks that end with the decoding."""
    return ProbeTask(f"{folder}/{path}", "x"), VerifyTask(f"{folder}/{path}", "x")


def works(folder: Path, path: str, mask: str) -> tuple[Task, ...]:
    """The tasks in which our own work follows on the decoding."""
    first = (f"{folder}/first", "first")
    return (
        PictureTask(f"{folder}/{path}", "x", f"{folder}/image_0", ("png",), 2**20, 2**20, square=False, model="m"),
        ReadMaskTask(f"{folder}/{mask}", "x", *first, f"{folder}/overlay"),
        MaskTask(f"{folder}/{mask}", "x", *first, f"{folder}/mask_sent", 2**20, False, "m", 64, 48),
        FinishTask(
            f"{folder}/{path}", "x", *first, f"{folder}/mask", "m", False, "same", True, 0, "png", f"{folder}/finished"
        ),
        LightenTask(f"{folder}/{path}", "x", f"{folder}/lighter", 2**20),
        CompareTask(*first, f"{folder}/{path}", "x", f"{folder}/both"),
        ThumbnailTask(f"{folder}/{path}", "x", f"{folder}/small"),
        SheetTask("x", f"{folder}/sheet", (f"{folder}/{path}", "")),
    )


def test_what_it_says(child: Child, files: Path) -> None:
    """To every task there is one answer; before it, where work follows, one word that all is decoded."""
    said = {type(task).__name__: ask(child, task) for task in headers(files, "result") + works(files, "result", "mask")}

    assert {task: [type(noun).__name__ for noun in nouns] for task, nouns in said.items()} == {
        "ProbeTask": ["Probe"],
        "VerifyTask": ["Probe"],
        "PictureTask": ["Decoded", "Made"],
        "ReadMaskTask": ["Decoded", "Selected"],
        "MaskTask": ["Decoded", "Made"],
        "FinishTask": ["Decoded", "Composed"],
        "LightenTask": ["Decoded", "Lighter"],
        "CompareTask": ["Decoded", "Made"],
        "ThumbnailTask": ["Decoded", "Made"],
        "SheetTask": ["Decoded", "Made"],
    }


def test_nothing_is_decoded_of_a_page(child: Child, files: Path) -> None:
    """A file that is no picture is complained of by its name, before anybody hears that all is decoded."""
    tasks = headers(files, NOT_A_PICTURE) + works(files, NOT_A_PICTURE, NOT_A_PICTURE)

    said = {type(task).__name__: ask(child, task) for task in tasks}

    assert said == {
        type(task).__name__: (Complaint("PictureUnknown", {"name": "x", "found": "HTML"}),) for task in tasks
    }


def test_trouble_with_the_disk(child: Child, files: Path) -> None:
    """What no picture explains is a fault, without the name of a file."""
    *_, answer = ask(child, LightenTask(f"{files}/result", "x", "/nowhere/lighter", 2**20))

    assert answer == Fault("FileNotFoundError: No such file or directory")


def test_a_file_larger_than_the_memory(child: Child, files: Path) -> None:
    """A file that cannot even be mapped is too hard, which is no fault of ours."""
    os.truncate(files / "result", 2 * MEMORY)  # it takes no room on the disk

    assert ask(child, ProbeTask(f"{files}/result", "x")) == (Complaint("PictureTooHard", {"name": "x"}),)


def cpu_seconds(child: Child) -> float:
    """How many are left to it, by the clock that the kernel counts them by (CPUCLOCK_PROF of that process)."""
    return resource.prlimit(child.pid, resource.RLIMIT_CPU)[0] - time.clock_gettime(~child.pid << 3)


def test_processor_time(child: Child, files: Path) -> None:
    """Each task gets the seconds of decoding, and those of work once all is decoded; the next one starts anew."""
    header, work = headers(files, "result")[0], works(files, "result", "mask")[0]

    allowed = []
    for task in (header, work, header):
        ask(child, task)
        allowed.append(cpu_seconds(child))

    used = 60  # more than these tasks take
    assert [DECODE_S - used < seconds <= DECODE_S + 1 for seconds in (allowed[0], allowed[2])] == [True, True]
    assert WORK_S - used < allowed[1] <= WORK_S + 1


def test_other_limits(child: Child) -> None:
    """Memory, the size of files, their number and core dumps have limits that the process cannot lift again."""
    limits = {
        what: resource.prlimit(child.pid, what)
        for what in (resource.RLIMIT_AS, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE, resource.RLIMIT_CORE)
    }

    assert limits == {
        resource.RLIMIT_AS: (MEMORY, MEMORY),
        resource.RLIMIT_FSIZE: (FILE, FILE),
        resource.RLIMIT_NOFILE: (64, 64),
        resource.RLIMIT_CORE: (0, 0),
    }


def test_its_streams_are_its_own(child: Child) -> None:
    """What a library prints goes nowhere: the standard streams lead to the null device."""
    assert {Path(f"/proc/{child.pid}/fd/{stream}").readlink() for stream in range(3)} == {Path("/dev/null")}


@pytest.mark.skipif("\nSeccomp:" not in Path("/proc/self/status").read_text(), reason="no seccomp here")
def test_it_is_sealed(child: Child) -> None:
    """It has no way to the network or to other processes."""
    status = Path(f"/proc/{child.pid}/status").read_text()

    assert "\nNoNewPrivs:\t1\n" in status
    assert "\nSeccomp:\t2\n" in status
