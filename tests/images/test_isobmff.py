"""AVIF and HEIC: their boxes are judged before any library reads them, and the picture comes out upright and whole."""

import struct
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image, ImageCms, ImageOps

from bot.domain.errors import PictureDamaged, PictureTooLarge, PictureUnknown, Trouble
from bot.images import raster
from bot.images.container import PROFILE_LIMIT
from bot.workflow.ports import Probe
from tests.images.files import corner, encoded, grey, loaded, look, never_half, placed, ramp, refusal, surveyed

BOTH = pytest.mark.parametrize("format_", ["AVIF", "HEIF"])
OURS = {"AVIF": "avif", "HEIF": "heic"}


@cache
def small(format_: str) -> bytes:
    """A file of 24 by 18 pixels."""
    return encoded(ramp(size=(24, 18)), format_)


@cache
def moving() -> bytes:
    """An AVIF of two frames."""
    return encoded(ramp(size=(24, 18)), "AVIF", save_all=True, append_images=[corner((24, 18))])


def box(name: bytes, payload: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(payload), name) + payload


def sized(content: bytes, width: int, height: int) -> bytes:
    """The same file with another size in its header."""
    at = content.index(b"ispe") + 8
    return content[:at] + struct.pack(">II", width, height) + content[at + 8 :]


def changed(content: bytes, name: bytes, at: int, value: bytes) -> bytes:
    """The same file with these bytes so far behind the name of a box."""
    start = content.index(name) + 4 + at
    return content[:start] + value + content[start + len(value) :]


def turned(format_: str, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(corner(), format_, exif=exif.tobytes())


# ── what is read ────────────────────────────────────────────────────────────────────────────────────────────


@BOTH
@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
@pytest.mark.parametrize("size", [(64, 48), (33, 21), (1, 1)], ids=str)
def test_modes(tmp_path: Path, format_: str, mode: str, size: tuple[int, int]) -> None:
    """Every mode and odd size comes back as the picture that was saved, nearly: both formats lose a little."""
    picture = ramp("RGB", size).convert("L").convert(mode)

    content = encoded(picture, format_, quality=95)

    assert look(tmp_path, content) == Probe(OURS[format_], *size, animated=False, has_alpha=False)
    result = loaded(tmp_path, content)
    assert (result.mode, result.size) == ("RGB", size)
    middle = (size[0] // 2, size[1] // 2)
    assert mode == "1" or abs(grey(result, middle) - grey(picture.convert("RGB"), middle)) < 8


@BOTH
@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_alpha(tmp_path: Path, format_: str, mode: str) -> None:
    """Alpha is announced by the header, and kept."""
    picture = ramp(mode)
    picture.putalpha(ramp("L").transpose(Image.Transpose.ROTATE_180))

    content = encoded(picture, format_, quality=95)

    assert look(tmp_path, content) == Probe(OURS[format_], 64, 48, animated=False, has_alpha=True)
    result = loaded(tmp_path, content)
    assert result.mode == "RGBA"
    assert abs(grey(result.getchannel("A"), (2, 24)) - grey(picture.getchannel("A"), (2, 24))) < 8


@BOTH
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation(tmp_path: Path, format_: str, orientation: int) -> None:
    """A picture is turned upright, once, and the header knows its size before."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    upright = ImageOps.exif_transpose(Image.open(placed(tmp_path, encoded(corner(), "PNG", exif=exif))))

    content = turned(format_, orientation)

    result, seen = loaded(tmp_path, content), look(tmp_path, content)
    assert (seen.width, seen.height) == result.size == upright.size
    width, height = upright.size
    for at in ((4, 4), (width - 5, 4), (4, height - 5), (width - 5, height - 5)):
        assert abs(grey(result, at) - grey(upright, at)) < 16


def test_tiles(tmp_path: Path) -> None:
    """The size is that of the whole picture, not of the tiles that a phone makes it of."""
    content = encoded(ramp(size=(200, 130)), "HEIF", tile_size=128)

    assert content.count(b"ispe") > 1
    assert look(tmp_path, content) == Probe("heic", 200, 130, animated=False, has_alpha=False)
    assert loaded(tmp_path, content).size == (200, 130)


def test_a_thumbnail_is_no_second_picture(tmp_path: Path) -> None:
    """What belongs to the first picture is not another one."""
    content = encoded(ramp(size=(200, 130)), "HEIF", thumbnails=[64])

    assert not look(tmp_path, content).animated
    assert loaded(tmp_path, content).size == (200, 130)


def test_two_pictures(tmp_path: Path) -> None:
    """The picture is the one that the file calls its first, and it is said that there are more."""
    content = encoded(
        ramp(size=(24, 18)), "HEIF", save_all=True, append_images=[Image.new("RGB", (40, 30))], primary_index=1
    )

    assert look(tmp_path, content) == Probe("heic", 40, 30, animated=True, has_alpha=False)
    assert loaded(tmp_path, content).size == (40, 30)


def test_frames(tmp_path: Path) -> None:
    """An animated AVIF is its first frame."""
    assert look(tmp_path, moving()) == Probe("avif", 24, 18, animated=True, has_alpha=False)
    assert abs(grey(loaded(tmp_path, moving()), (12, 9)) - grey(ramp(size=(24, 18)), (12, 9))) < 16


@pytest.mark.parametrize(("mode", "channels"), [("L;16", 1), ("LA;16", 2), ("RGB;16", 3), ("RGBA;16", 4)])
def test_ten_bits(tmp_path: Path, mode: str, channels: int) -> None:
    """More than 8 bits are scaled down, never clipped to white."""
    deep = pillow_heif.from_bytes(mode, (32, 32), struct.pack("<H", 25_700) * (32 * 32 * channels))
    path = tmp_path / "deep"
    deep.save(path)

    result = loaded(tmp_path, path.read_bytes())

    assert abs(grey(result.convert("RGB"), (9, 9)) - 100) <= 2


@BOTH
def test_a_profile_is_found(tmp_path: Path, format_: str) -> None:
    """The profile of the file is the one that its colours are converted with."""
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = encoded(ramp(), format_, icc_profile=icc)

    assert raster.profile_of(content, OURS[format_]) == icc
    assert raster.profile_of(small(format_), OURS[format_]) is None


@BOTH
def test_a_huge_profile_is_left_alone(format_: str) -> None:
    """A profile beyond the limit is not read."""
    content = encoded(ramp(), format_, icc_profile=bytes(PROFILE_LIMIT + 1))

    assert raster.profile_of(content, OURS[format_]) is None


# ── what is refused ─────────────────────────────────────────────────────────────────────────────────────────


@BOTH
@pytest.mark.parametrize(
    ("sides", "refused"),
    [
        ((10_000, 5_001), PictureTooLarge),
        ((2**32 - 1, 2**32 - 1), PictureTooLarge),
        ((0, 18), PictureDamaged),
        ((24, 0), PictureDamaged),
    ],
    ids=str,
)
def test_sizes(tmp_path: Path, format_: str, sides: tuple[int, int], refused: type[Trouble]) -> None:
    """A size that is too large, or none, is refused from the boxes."""
    assert isinstance(refusal(tmp_path, sized(small(format_), *sides)), refused)


def test_a_size_that_is_not_the_pictures(tmp_path: Path) -> None:
    """A small size in the boxes lets no larger picture in: libheif refuses it, libavif makes it that small."""
    with pytest.raises(PictureDamaged):
        loaded(tmp_path, sized(small("HEIF"), 5, 7))
    assert loaded(tmp_path, sized(small("AVIF"), 5, 7)).size == (5, 7)


@BOTH
def test_every_beginning(tmp_path: Path, format_: str) -> None:
    """However much of a file is missing, no half of a picture is accepted."""
    never_half(tmp_path, small(format_))


def test_every_beginning_of_frames(tmp_path: Path) -> None:
    """The tracks of an animated picture have to be there, since its pixels come from them."""
    never_half(tmp_path, moving())


@BOTH
@pytest.mark.parametrize("tail", [b"\0" * 99, b"<html>" * 9, b"PK\3\4" * 9, b"\xff\xd8\xff", box(b"free", bytes(9))])
def test_tails(tmp_path: Path, format_: str, tail: bytes) -> None:
    """What stands behind the last box is not the picture's, and reaches no library."""
    content = small(format_) + tail

    assert loaded(tmp_path, content).tobytes() == loaded(tmp_path, small(format_)).tobytes()
    assert tail.startswith(b"\0\0\0\x11") or b"".join(raster.strip(content, OURS[format_])) == small(format_)


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "no meta": lambda content: content.replace(b"meta", b"matt"),
    "two metas": lambda content: content + box(b"meta", bytes(4)),
    "no picture": lambda content: changed(content, b"pitm", 4, b"\xff\xff"),
    "no size": lambda content: content.replace(b"ispe", b"ispy"),
    "an endless box": lambda content: changed(content, b"pitm", -8, b"\xff\xff\xff\xff"),
    "a box of nothing": lambda content: changed(content, b"pitm", -8, b"\0\0\0\1" + b"pitm" + bytes(8)),
    "endless properties": lambda content: changed(content, b"ipma", 4, b"\xff\xff\xff\xff"),
    "wide numbers": lambda content: changed(content, b"iloc", 4, b"\xff\xff"),
    "items beyond the file": lambda content: changed(content, b"mdat", -8, b"\0\0\0\x08"),
    "a million items": lambda content: changed(content, b"iloc", 6, b"\xff\xff"),
}


@BOTH
@pytest.mark.parametrize("change", CHANGES)
def test_broken_boxes(tmp_path: Path, format_: str, change: str) -> None:
    """Boxes that are missing, twice there or point elsewhere are damage, and are never followed far."""
    assert isinstance(refusal(tmp_path, CHANGES[change](small(format_))), PictureDamaged)


def test_a_track_of_another_size(tmp_path: Path) -> None:
    """The frames cannot be larger than the picture that was judged."""
    at = moving().index(b"tkhd") - 4
    (length,) = struct.unpack_from(">I", moving(), at)
    content = moving()[: at + length - 8] + struct.pack(">HHHH", 60_000, 0, 60_000, 0) + moving()[at + length :]

    assert isinstance(refusal(tmp_path, content), PictureDamaged)


def test_a_million_boxes(tmp_path: Path) -> None:
    """A file of nothing but boxes is not walked to its end."""
    content = small("AVIF")[:32] + box(b"free", b"") * 100_000

    assert isinstance(refusal(tmp_path, content), PictureDamaged)


# ── what it is called ───────────────────────────────────────────────────────────────────────────────────────


def branded(content: bytes, major: bytes, *compatible: bytes) -> bytes:
    """The same file under other brands, as many as it had; its items have to stay where they are."""
    end = int.from_bytes(content[:4], "big")
    brands = b"".join(compatible).ljust(end - 16, b"\0")
    assert len(brands) == end - 16
    return content[:8] + major + content[12:16] + brands + content[end:]


@pytest.mark.parametrize(
    ("format_", "major", "compatible"),
    [
        ("AVIF", b"mif1", (b"mif1", b"avif")),
        ("HEIF", b"mif1", (b"mif1", b"heic")),
        ("HEIF", b"heix", (b"mif1",)),
    ],
)
def test_brands(tmp_path: Path, format_: str, major: bytes, compatible: tuple[bytes, ...]) -> None:
    """A general brand says nothing: the compatible ones tell the two formats apart."""
    content = branded(small(format_), major, *compatible)

    assert look(tmp_path, content).format == OURS[format_]
    assert loaded(tmp_path, content).size == (24, 18)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (branded(small("HEIF"), b"mif1", b"mif1"), "HEIF"),
        (branded(small("HEIF"), b"isom", b"mif1", b"heic"), "MP4"),
        (box(b"ftyp", b"qt  " + bytes(8)), "MOV"),
        (box(b"ftyp", b"crx " + bytes(8)), "a camera's raw file"),
        (box(b"ftyp", b"hevc\0\0\0\0hevcmsf1") + box(b"moov", b""), "a film"),
    ],
)
def test_other_files_of_boxes(tmp_path: Path, content: bytes, found: str) -> None:
    """Films, and pictures of other kinds in the same boxes, are called what they are."""
    trouble = refusal(tmp_path, content)

    assert isinstance(trouble, PictureUnknown)
    assert trouble.fields["found"] == found


@pytest.mark.parametrize(("one", "other"), [("AVIF", b"heic"), ("HEIF", b"avif")])
def test_a_forged_brand(tmp_path: Path, one: str, other: bytes) -> None:
    """One library never opens what belongs to the other."""
    content = branded(small(one), other)

    assert surveyed(content) is not None
    with pytest.raises(PictureDamaged):
        loaded(tmp_path, content)
