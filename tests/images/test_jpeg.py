"""JPEG: what lacks a part of its pixels is damaged, even where somebody gave it an end."""

import random
import struct
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot.domain.errors import PictureDamaged
from tests.images.files import encoded, loaded, ramp

NOISE = Image.effect_noise((200, 150), 90).convert("RGB")
KINDS: tuple[dict[str, object], ...] = (
    {},
    {"progressive": True},
    {"restart_marker_rows": 1},
    {"restart_marker_blocks": 1},
    {"subsampling": 0, "quality": 98},
)
PICTURES = {
    "noise": NOISE,
    "grey": NOISE.convert("L"),
    "print": NOISE.convert("CMYK"),
    "smooth": ramp(size=(200, 150)),
    "flat": Image.new("RGB", (200, 150), "gray"),
    "tiny": Image.new("RGB", (1, 1), "red"),
}


@pytest.mark.parametrize("options", KINDS)
@pytest.mark.parametrize("what", PICTURES)
def test_whole_files_are_whole(tmp_path: Path, what: str, options: dict[str, object]) -> None:
    """Nothing is missing in a file of any kind, and nothing of its pixels is lost."""
    content = encoded(PICTURES[what], "JPEG", **options)

    assert loaded(tmp_path, content).tobytes() == Image.open(BytesIO(content)).convert("RGB").tobytes()


@pytest.mark.parametrize("end", [b"\xff\xd9", b"<html>\xff\xd9", b"\0" * 9 + b"\xff\xd9\xff\xd8"])
@pytest.mark.parametrize("options", [options for options in KINDS if "progressive" not in options])
def test_an_end_in_the_wrong_place(tmp_path: Path, options: dict[str, object], end: bytes) -> None:
    """A picture that was cut is not completed by the marker of its end; half of it would be grey."""
    content = encoded(NOISE, "JPEG", **options)
    begin, chance = content.index(b"\xff\xda"), random.Random(7)

    for at in (chance.randrange(begin + 14, len(content) - 64) for _ in range(20)):
        with pytest.raises(PictureDamaged):
            loaded(tmp_path, content[:at] + end)


@pytest.mark.parametrize("part", [0.1, 0.4, 0.7, 0.95])
def test_a_scan_that_was_cut(tmp_path: Path, part: float) -> None:
    """The last of several scans has to be whole, too."""
    content = encoded(NOISE, "JPEG", progressive=True)

    with pytest.raises(PictureDamaged):
        loaded(tmp_path, content[: int(part * len(content))] + b"\xff\xd9")


def test_bytes_that_may_be_missing(tmp_path: Path) -> None:
    """Arithmetic coding leaves out zeros at the end of a scan; that is no damage (ITU-T T.81, D.1.8)."""
    table, frame = b"\0" + b"\10" * 64, struct.pack(">BHHB3s", 8, 256, 256, 1, b"\1\x11\0")
    segments = ((0xDB, table), (0xC9, frame), (0xDA, b"\1\1\0\0\x3f\0"))
    content = b"".join(struct.pack(">BBH", 0xFF, marker, len(rest) + 2) + rest for marker, rest in segments)

    assert loaded(tmp_path, b"\xff\xd8" + content + b"\xff\xd9").size == (256, 256)
