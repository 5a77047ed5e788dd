"""BMP: every kind of header, packed or not; the size is the header's, and no row is missing."""

import struct
from pathlib import Path

import pytest

from bot.domain.errors import PictureDamaged, PictureTooLarge, PictureUnknown, Trouble
from bot.workflow.ports import Probe
from tests.images.files import encoded, grey, loaded, look, never_half, ramp, refusal

GREYS = b"".join(bytes((value, value, value, 0)) for value in range(256))
RLE8, RLE4, FIELDS = 1, 2, 3


def bmp(
    rows: bytes,
    *,
    width: int = 4,
    height: int = 2,
    bits: int = 24,
    compression: int = 0,
    palette: bytes = b"",
    kind: int = 40,
    extra: bytes = b"",
    pixels_at: int | None = None,
    size: int | None = None,
) -> bytes:
    """A BMP with a header of Windows; `extra` is what longer kinds add to it."""
    header = struct.pack(
        "<IiiHHIIiiII", kind, width, height, 1, bits, compression, len(rows) if size is None else size, 0, 0, 0, 0
    )
    head = (header + extra).ljust(kind, b"\0") + palette
    begin = 14 + len(head) if pixels_at is None else pixels_at
    return b"BM" + struct.pack("<IHHI", 14 + len(head) + len(rows), 0, 0, begin) + head + rows


def core(rows: bytes, *, width: int = 4, height: int = 2, bits: int = 24, palette: bytes = b"") -> bytes:
    """A BMP of OS/2, with the shortest header."""
    head = struct.pack("<IHHHH", 12, width, height, 1, bits) + palette
    return b"BM" + struct.pack("<IHHI", 14 + len(head) + len(rows), 0, 0, 14 + len(head)) + head + rows


BLACK_ROW, WHITE_ROW = bytes(12), b"\xff" * 12  # four pixels of 24 bits
RGBA_MASKS = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
def test_modes(tmp_path: Path, mode: str) -> None:
    """Whatever Pillow writes comes back with the same colours."""
    picture = ramp(mode)

    content = encoded(picture, "BMP")

    assert look(tmp_path, content) == Probe("bmp", 64, 48, animated=False, has_alpha=False)
    assert loaded(tmp_path, content).tobytes() == picture.convert("RGB").tobytes()


@pytest.mark.parametrize(
    "content",
    [
        bmp(WHITE_ROW + BLACK_ROW),
        bmp(BLACK_ROW + WHITE_ROW, height=-2),
        core(WHITE_ROW + BLACK_ROW),
        core(b"\1\1\1\1\0\0\0\0", bits=8, palette=bytes(3) + b"\xff" * 3 + bytes(254 * 3)),
        bmp(b"\xff\xff\xff\xff\0\0\0\0", bits=8, palette=GREYS),
        bmp(b"\xff\xff\xff\xff\0\0\0\0", bits=8, palette=GREYS, pixels_at=0),
        bmp(b"\4\xff\0\0\4\0\0\1", bits=8, compression=RLE8, palette=GREYS),
        bmp(b"\0\4\xff\xff\xff\xff\0\0\4\0\0\1", bits=8, compression=RLE8, palette=GREYS),
        bmp(b"\4\x11\0\0\4\0\0\1", bits=4, compression=RLE4, palette=bytes(4) + b"\xff" * 60),
        bmp(
            b"\xff" * 8 + bytes(8), bits=16, compression=FIELDS, extra=struct.pack("<III", 0xF800, 0x7E0, 0x1F), kind=52
        ),
        bmp(b"\xff\xff\xff\xff" * 4 + b"\0\0\0\xff" * 4, bits=32, compression=FIELDS, extra=RGBA_MASKS, kind=108),
        bmp(b"\xff\xff\xff\xff" * 4 + b"\0\0\0\xff" * 4, bits=32, compression=FIELDS, extra=RGBA_MASKS, kind=124),
        bmp(b"\xff\xff\xff\0" * 4 + b"\0\0\0\0" * 4, bits=32),
    ],
    ids=[
        *("rows from below", "rows from above", "os2", "os2 with a palette", "palette", "no place of the rows"),
        *("runs", "runs of their own", "runs of 4 bits", "16 bits", "version 4", "version 5", "32 bits"),
    ],
)
def test_kinds(tmp_path: Path, content: bytes) -> None:
    """Black above, white below, in every way in which a BMP can say so."""
    picture = loaded(tmp_path, content)

    assert picture.size == (4, 2)
    assert [grey(picture, (x, y)) for y in range(2) for x in range(4)] == [0] * 4 + [255] * 4
    never_half(tmp_path, content)


def test_alpha(tmp_path: Path) -> None:
    """The alpha that a mask of the header announces is kept."""
    content = bmp(b"\xff\xff\xff\x80" * 8, bits=32, compression=FIELDS, extra=RGBA_MASKS, kind=124)

    assert look(tmp_path, content).has_alpha
    assert loaded(tmp_path, content).getpixel((0, 0)) == (255, 255, 255, 128)


def test_alpha_that_was_never_filled_in(tmp_path: Path) -> None:
    """Alpha that would hide the whole picture means nothing."""
    content = bmp(b"\xff\0\0\0" * 8, bits=32, compression=FIELDS, extra=RGBA_MASKS, kind=124)

    assert loaded(tmp_path, content).getpixel((0, 0)) == (0, 0, 255)


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        (bmp(b"", width=10_000, height=5_001), PictureTooLarge),
        (bmp(b"", width=2**31 - 1, height=2**31 - 1), PictureTooLarge),
        (bmp(b"", width=2**31 - 1, height=-(2**31)), PictureTooLarge),
        (bmp(b"", width=-4, height=4), PictureTooLarge),
        (core(b"", width=65_535, height=65_535), PictureTooLarge),
        (bmp(b"\0\1", width=20_000, height=20_000, bits=8, compression=RLE8, palette=GREYS), PictureTooLarge),
        (bmp(b"", width=0), PictureDamaged),
        (bmp(b"", height=0), PictureDamaged),
        (bmp(b"", width=100, height=100), PictureDamaged),
        (bmp(WHITE_ROW * 2, pixels_at=60), PictureDamaged),
        (bmp(WHITE_ROW * 2, pixels_at=2**32 - 1), PictureDamaged),
        (bmp(b"\0\1", bits=8, compression=RLE8, palette=GREYS, size=2**32 - 1), PictureDamaged),
        (bmp(WHITE_ROW * 2, compression=4), PictureDamaged),
        (bmp(WHITE_ROW * 2, bits=24, compression=RLE8), PictureDamaged),
        (bmp(WHITE_ROW * 2, bits=7), PictureDamaged),
        (bmp(WHITE_ROW * 2, kind=41), PictureDamaged),
        (b"BM\0\0", PictureDamaged),
        (b"BMW drivers wanted", PictureUnknown),
    ],
)
def test_refused_from_the_header(tmp_path: Path, content: bytes, refused: type[Trouble]) -> None:
    """Too large, without pixels, shorter than its rows, or no BMP at all: no decoder sees it."""
    assert isinstance(refusal(tmp_path, content), refused)


def test_runs_that_stop_early(tmp_path: Path) -> None:
    """Packed rows that say they are done before they are make no picture."""
    content = bmp(b"\4\xff\0\1", bits=8, compression=RLE8, palette=GREYS)

    with pytest.raises(PictureDamaged):
        loaded(tmp_path, content)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_every_beginning(tmp_path: Path, mode: str) -> None:
    """However much of a file is missing, no half of a picture is accepted."""
    never_half(tmp_path, encoded(ramp(mode, (9, 7)), "BMP"))
