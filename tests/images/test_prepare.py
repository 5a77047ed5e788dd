"""Preparing a picture: whole, upright, plain, without metadata, and untouched where that is possible."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot.domain.errors import PictureDamaged, PictureUnknown
from tests.images.files import encoded
from tests.images.prepared import close, colourful, pixels, sent

SECRET = b"N 52 31 12 E 13 24 18 my cellar"


def chunk(name: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + name + payload + struct.pack(">I", zlib.crc32(name + payload))


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_png_pixels_are_identical(tmp_path: Path, mode: str) -> None:
    """A plain PNG goes out with the compressed pixels it came with."""
    picture = Image.effect_noise((64, 40), 90).convert(mode)
    content = encoded(picture, "PNG", compress_level=9)

    path, result = sent(tmp_path, content)

    assert path.read_bytes() == content
    assert (result.mode, result.tobytes()) == (mode, picture.tobytes())


@pytest.mark.parametrize(("format_", "suffix"), [("JPEG", ".jpg"), ("WEBP", ".webp")])
def test_lossy_pixels_are_identical(tmp_path: Path, format_: str, suffix: str) -> None:
    """An upright JPEG or WebP is not encoded again: nothing is lost twice."""
    content = encoded(colourful(), format_, quality=60)

    path, result = sent(tmp_path, content)

    assert path.name == "image_0" + suffix
    assert pixels(result) == pixels(Image.open(BytesIO(content)))


@pytest.mark.parametrize("options", [{"progressive": True}, {"restart_marker_rows": 1}, {"subsampling": 0}])
def test_kinds_of_jpeg(tmp_path: Path, options: dict[str, object]) -> None:
    """Several scans, restart markers and any sampling survive the removal of metadata."""
    content = encoded(Image.effect_noise((200, 150), 90).convert("RGB"), "JPEG", **options)

    _, result = sent(tmp_path, content)

    assert pixels(result) == pixels(Image.open(BytesIO(content)))


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_upright(tmp_path: Path, format_: str, orientation: int) -> None:
    """Each of the eight orientations is turned upright, and the tag is gone."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    turns = Image.Transpose
    stored = {
        1: None,
        2: turns.FLIP_LEFT_RIGHT,
        3: turns.ROTATE_180,
        4: turns.FLIP_TOP_BOTTOM,
        5: turns.TRANSPOSE,
        6: turns.ROTATE_90,
        7: turns.TRANSVERSE,
        8: turns.ROTATE_270,
    }[orientation]
    picture = colourful()

    content = encoded(picture.transpose(stored) if stored is not None else picture, format_, exif=exif, quality=95)
    _, result = sent(tmp_path, content)

    assert close(result, picture)
    assert not result.getexif()


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP", "MPO"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_metadata_is_gone(tmp_path: Path, format_: str, orientation: int) -> None:
    """No place, comment, profile or note leaves, whether or not the pixels are encoded again."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = orientation, SECRET.decode()
    exif.get_ifd(0x8825)[29] = SECRET.decode()
    content = encoded(colourful(), format_, exif=exif, xmp=SECRET, comment=SECRET)
    if format_ == "PNG":
        content = content[:33] + chunk(b"tEXt", b"Comment\0" + SECRET) + content[33:]
    assert SECRET in content

    path, result = sent(tmp_path, content)

    assert SECRET not in path.read_bytes()
    assert {"exif", "xmp", "icc_profile", "comment", "XML:com.adobe.xmp"}.isdisjoint(result.info)


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP", "GIF"])
def test_tails_are_gone(tmp_path: Path, format_: str) -> None:
    """What follows the end of the picture is cut off: a file is one thing only."""
    path, _ = sent(tmp_path, encoded(colourful(), format_) + b"PK\3\4" + SECRET)

    assert SECRET not in path.read_bytes()


def test_only_pixels_are_left_of_a_png(tmp_path: Path) -> None:
    """Whatever else a chunk can carry leaves too, in those that describe colours and in the last one."""
    content = encoded(colourful(), "PNG")
    note = b"".join(chunk(name, SECRET) for name in (b"gAMA", b"cHRM", b"sRGB"))

    path, _ = sent(tmp_path, content[:33] + note + content[33:-12] + chunk(b"IEND", SECRET))

    assert path.read_bytes() == content


def test_a_thumbnail_is_gone(tmp_path: Path) -> None:
    """The thumbnail inside a JFIF segment leaves too."""
    content = encoded(colourful(), "JPEG")
    assert content[2:4] == b"\xff\xe0"
    thumbnail = b"\xff\xe0" + struct.pack(">H", 16 + 3 * 20) + content[6:18] + b"\5\4" + SECRET[:20] * 3

    path, _ = sent(tmp_path, content[:2] + thumbnail + content[20:])

    assert SECRET[:20] not in path.read_bytes()


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_modes_of_jpeg(tmp_path: Path, mode: str) -> None:
    """Grey and CMYK, which providers refuse, go out as an RGB JPEG of the same colours."""
    path, result = sent(tmp_path, encoded(colourful(mode), "JPEG", quality=95))

    assert (path.suffix, result.mode) == (".jpg", "RGB")
    assert close(result, colourful(mode))


def test_mpo(tmp_path: Path) -> None:
    """Of an MPO the first picture is sent, as a plain JPEG."""
    content = encoded(colourful(), "MPO", save_all=True, append_images=[Image.new("RGB", (8, 8))], quality=95)

    _, result = sent(tmp_path, content)

    assert (result.format, close(result, colourful())) == ("JPEG", True)


def test_gif(tmp_path: Path) -> None:
    """The first frame of a GIF is sent as PNG."""
    content = encoded(colourful(), "GIF", save_all=True, append_images=[Image.new("RGB", (48, 32))])

    path, result = sent(tmp_path, content)

    assert (path.name, result.format) == ("image_0.png", "PNG")
    assert close(result, colourful())


@pytest.mark.parametrize("format_", ["PNG", "WEBP"])
def test_animated(tmp_path: Path, format_: str) -> None:
    """The first frame of an animation is sent, and nothing of the others."""
    frames = [Image.effect_noise((48, 32), 90).convert("RGB") for _ in range(2)]

    path, result = sent(tmp_path, encoded(colourful(), format_, save_all=True, append_images=frames, lossless=True))

    assert getattr(result, "n_frames", 1) == 1
    assert close(result, colourful())
    assert path.stat().st_size < 2_000


@pytest.mark.parametrize("content", [b"zTXt", b"iCCP"])
def test_metadata_bombs(tmp_path: Path, content: bytes) -> None:
    """Text and profiles that swell when unpacked are dropped with the rest."""
    bomb = chunk(content, b"name\0\0" + zlib.compress(bytes(50_000_000)))
    body = encoded(colourful(), "PNG")

    path, _ = sent(tmp_path, body[:33] + bomb + chunk(b"tEXt", b"a\0b") * 2_000 + body[33:])

    assert path.read_bytes() == body


@pytest.mark.parametrize("size", [(1, 1), (1, 20_000), (1500, 100)])
def test_odd_shapes(tmp_path: Path, size: tuple[int, int]) -> None:
    """One pixel and long strips are pictures."""
    _, result = sent(tmp_path, encoded(Image.new("RGB", size), "PNG"))

    assert result.size == size


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP", "GIF"])
def test_every_prefix_is_damaged(tmp_path: Path, format_: str) -> None:
    """A file that was cut anywhere is refused, or its pixels are all there."""
    picture = Image.effect_noise((16, 12), 90)
    content = encoded(picture, format_)
    whole = pixels(Image.open(BytesIO(content)))
    accepted = []

    for length in range(12, len(content)):
        try:
            accepted.append(pixels(sent(tmp_path, content[:length], ("png",))[1]))
        except (PictureDamaged, PictureUnknown):
            continue

    assert set(accepted) <= {whole}
    assert len(accepted) <= (3 if format_ == "GIF" else 0)


def test_a_wrong_checksum(tmp_path: Path) -> None:
    """A PNG whose bytes changed on the way is damaged."""
    content = bytearray(encoded(colourful(), "PNG"))
    content[-20] ^= 1

    with pytest.raises(PictureDamaged):
        sent(tmp_path, bytes(content))
