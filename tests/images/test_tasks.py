"""The messages between the bot and a decoder process."""

from io import BytesIO
from pathlib import Path
from typing import get_args

import pytest

from bot.images.tasks import (
    ChartTask,
    CompareTask,
    Complaint,
    Composed,
    Decoded,
    Fault,
    FinishTask,
    LightenTask,
    Lighter,
    Made,
    MaskTask,
    PictureTask,
    ProbeTask,
    ReadMaskTask,
    Ready,
    Said,
    Selected,
    SheetTask,
    Task,
    ThumbnailTask,
    VerifyTask,
    named,
    pack,
    read_message,
    unpack_said,
    unpack_task,
)
from bot.workflow.ports import Probe

TASKS: tuple[Task, ...] = (
    ProbeTask("/a", "ünïcode\n\0.png"),
    VerifyTask("/a", "result"),
    PictureTask("/a", "cat.png", "/b/image_0", ("png", "webp"), 5, 6, square=True, model="m"),
    ReadMaskTask("/a", "mask.png", "/c", "cat.png", "/b/overlay"),
    MaskTask("/a", "mask.png", "/c", "cat.png", "/b/mask", 5, False, "m", 1, 2, feather=3, white=True),
    FinishTask("/a", "result", "/c", "cat.png", "", "", False, "same", True, 0, "", "/b/finished"),
    LightenTask("/a", "result", "/b/lighter", 5),
    CompareTask("/a", "cat.png", "/c", "result", "/b/both"),
    ThumbnailTask("/a", "cat.png", "/b/sheet-1"),
    SheetTask("sheet", "/b/sheet", ("/b/sheet-1.webp", "")),
    ChartTask("chart", "/b/spend", ("2026-11-20", "2026-11-21"), ((1, 2), (0, 3))),
)
SAID: tuple[Said, ...] = (
    Probe("png", 1, 2, animated=False, has_alpha=True),
    Made("png", 1, 2, 3, 4, 5),
    Selected("alpha", 230),
    Composed("png", 1, 2, 3, changed=True, locked=True, strayed=None),
    Composed("png", 1, 2, 3, changed=False, locked=False, strayed=4),
    Lighter("webp", 1, "lossless"),
    Decoded(),
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


@pytest.mark.parametrize("said", SAID, ids=lambda said: type(said).__name__)
def test_answers_arrive(said: Said) -> None:
    """What a child says is the same on the other side."""
    body = read_message(BytesIO(pack(said)))

    assert body is not None
    assert unpack_said(body) == said


def test_every_noun_is_tried() -> None:
    """The two tables above leave no noun out."""
    assert {type(task) for task in TASKS} == set(get_args(Task))
    assert {type(said) for said in SAID} == set(get_args(Said))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"null",
        b"7",
        b"[]",
        b"{}",
        b'{"is": []}',
        b'{"is": "Fault"}',
        b'{"is": "Fault", "reason": 7}',
        b'{"is": "Fault", "reason": "x", "path": "/etc/passwd"}',
        b'{"is": "ProbeTask", "path": "/a", "name": "a"}',
        b'{"is": "Made", "format": "png", "width": 1.5, "height": 1, "bytes": 1, "upright_width": 1, '
        b'"upright_height": 1}',
        b'{"is": "Composed", "format": "png", "width": 1, "height": 1, "bytes": 1, "changed": "no", "locked": true, '
        b'"strayed": null}',
        b'{"is": "Complaint", "code": "PictureDamaged", "fields": "name"}',
        b'{"is": "Complaint", "code": "PictureDamaged", "fields": {"name": null}}',
        b"[" * 200_000,
    ],
    ids=lambda body: body[:60].decode(errors="replace"),
)
def test_what_nobody_says(body: bytes) -> None:
    """What is no noun, or one with fields that it has not, is one of the named errors."""
    with pytest.raises((ValueError, KeyError, TypeError, AttributeError, RecursionError)):
        unpack_said(body)


def test_a_cut_pipe_is_the_end() -> None:
    """Half a message is none."""
    whole = pack(TASKS[0])

    assert [read_message(BytesIO(whole[:length])) for length in range(len(whole))] == [None] * len(whole)


def test_an_answer_cannot_name_a_file() -> None:
    """Where a picture was written follows from the task and a known format."""
    assert named(Path("/b/image_0"), "jpeg") == Path("/b/image_0.jpg")
    with pytest.raises(KeyError):
        named(Path("/b/image_0"), "/../../etc/passwd")
