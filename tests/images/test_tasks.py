"""The messages between the bot and a decoder process."""

from io import BytesIO
from pathlib import Path

import pytest

from bot.images.tasks import (
    Answer,
    Complaint,
    Fault,
    Made,
    MaskTask,
    PictureTask,
    ProbeTask,
    Ready,
    Task,
    VerifyTask,
    named,
    pack,
    read_message,
    unpack_answer,
    unpack_task,
)
from bot.workflow.ports import Probe

TASKS: tuple[Task, ...] = (
    ProbeTask("/a", "ünïcode\n\0.png"),
    VerifyTask("/a", "result"),
    PictureTask("/a", "cat.png", "/b/image_0", ("png", "webp"), 5, square=True, model="m"),
    MaskTask("/a", "mask.png", "/b/mask", 5, False, "m", 1, 2, 3, 4),
)
ANSWERS: tuple[Answer, ...] = (
    Probe("png", 1, 2, animated=False, has_alpha=True),
    Made("png", 1, 2, 3, 4, 5),
    Ready(),
    Complaint("PictureTooLarge", {"name": "x", "megapixels": 51, "limit": 50}),
    Fault("OSError: No space left on device"),
)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: type(task).__name__)
def test_tasks_arrive(task: Task) -> None:
    """A task is the same on the other side."""
    body = read_message(BytesIO(pack(task)))

    assert body is not None
    assert unpack_task(body) == task


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: type(answer).__name__)
def test_answers_arrive(answer: Answer) -> None:
    """An answer is the same on the other side."""
    body = read_message(BytesIO(pack(answer)))

    assert body is not None
    assert unpack_answer(body) == answer


def test_a_cut_pipe_is_the_end() -> None:
    """Half a message is none."""
    whole = pack(TASKS[0])

    assert [read_message(BytesIO(whole[:length])) for length in range(len(whole))] == [None] * len(whole)


def test_an_answer_cannot_name_a_file() -> None:
    """Where a picture was written follows from the task and a known format."""
    assert named(Path("/b/image_0"), "jpeg") == Path("/b/image_0.jpg")
    with pytest.raises(KeyError):
        named(Path("/b/image_0"), "/../../etc/passwd")
