"""Preparing a picture: whole, upright, plain, without metadata, and untouched where that is possible."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot.domain.errors import PictureDamaged, PictureTooHeavy, PictureUnknown
from bot.images.prepare import prepare
from bot.images.raster import verify
from bot.images.tasks import PictureTask, named

ALL = ("png", "jpeg", "webp")
SECRET = b"N 52 31 12 E 13 24 18 my cellar"


def chunk(name: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + name + payload + struct.pack(">I", zlib.crc32(name + payload))


def colourful(mode: str = "RGB", size: tuple[int, int] = (48, 32)) -> Image.Image:
    """Four quarters of different colour, so that every turn shows; smooth, so that JPEG keeps it."""
    width, height = size
    picture = Image.new("RGB", size, "red")
    picture.paste("lime", (width // 2, 0, width, height // 2))
    picture.paste("blue", (0, height // 2, width // 2, height))
    picture.paste("white", (width // 2, height // 2, width, height))
    return picture.convert(mode)


def encoded(picture: Image.Image, format_: str, **options: object) -> bytes:
    file = BytesIO()
    picture.save(file, format_, **options)
    return file.getvalue()


def sent(folder: Path, content: bytes, formats: tuple[str, ...] = ALL, **changes: int) -> tuple[Path, Image.Image]:
    """Prepare these bytes; the file that was written, and its pixels."""
    path = folder / "input"
    path.write_bytes(content)
    most, square = changes.get("most_bytes", 50_000_000), bool(changes.get("square", False))
    made = prepare(PictureTask(str(path), "cat.png", str(folder / "image_0"), formats, most, square, "gpt-image-2"))
    result = named(folder / "image_0", made.format)
    picture = Image.open(BytesIO(result.read_bytes()))
    picture.load()
    assert (made.width, made.height, made.bytes) == (*picture.size, result.stat().st_size)
    return result, picture


def pixels(picture: Image.Image) -> bytes:
    return picture.convert("RGBA").tobytes()


def close(picture: Image.Image, other: Image.Image, tolerance: int = 12) -> bool:
    """Whether the middles of the four quarters have the same colours."""
    width, height = other.size
    places = [(x * width // 4, y * height // 4) for x in (1, 3) for y in (1, 3)]
    pairs = [(picture.convert("RGB").getpixel(place), other.convert("RGB").getpixel(place)) for place in places]
    return picture.size == other.size and all(
        abs(one - two) <= tolerance
        for first, second in pairs
        if isinstance(first, tuple) and isinstance(second, tuple)
        for one, two in zip(first, second, strict=True)
    )


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


@pytest.mark.parametrize(
    ("format_", "mode", "formats", "expected"),
    [
        ("WEBP", "RGB", ("png", "jpeg"), ".jpg"),
        ("WEBP", "RGBA", ("png", "jpeg"), ".png"),
        ("JPEG", "RGB", ("png",), ".png"),
        ("PNG", "RGB", ("jpeg",), ".jpg"),
        ("PNG", "RGBA", ("jpeg",), ".jpg"),
        ("GIF", "RGB", ("jpeg", "webp"), ".jpg"),
    ],
)
def test_formats_of_the_card(tmp_path: Path, format_: str, mode: str, formats: tuple[str, ...], expected: str) -> None:
    """A format that the card does not list becomes one that it lists."""
    picture = colourful(mode)
    if mode == "RGBA":
        picture.putpixel((0, 0), (0, 0, 0, 0))

    path, result = sent(tmp_path, encoded(picture, format_, quality=95), formats)

    assert path.suffix == expected
    assert close(result, colourful())


def test_alpha_on_white(tmp_path: Path) -> None:
    """Where only JPEG is taken, what was clear becomes white, not what was hidden under it."""
    _, result = sent(tmp_path, encoded(Image.new("RGBA", (16, 16), (255, 0, 0, 0)), "PNG"), ("jpeg",))

    assert result.getpixel((8, 8)) == (255, 255, 255)


@pytest.mark.parametrize(("formats", "suffix"), [(ALL, ".jpg"), (("png",), ".png"), (("webp", "png"), ".webp")])
def test_too_heavy_becomes_lighter(tmp_path: Path, formats: tuple[str, ...], suffix: str) -> None:
    """A picture above the card's bytes is squeezed, then scaled, until it fits, in its own shape."""
    noise = Image.effect_noise((400, 200), 120).convert("RGB")

    path, result = sent(tmp_path, encoded(noise, "PNG"), formats, most_bytes=20_000)

    assert path.suffix == suffix
    assert path.stat().st_size <= 20_000
    assert result.width == pytest.approx(2 * result.height, abs=2)


def test_too_heavy_for_ever(tmp_path: Path) -> None:
    """What cannot be made light enough is refused with the limit."""
    with pytest.raises(PictureTooHeavy) as caught:
        sent(tmp_path, encoded(colourful(), "PNG"), most_bytes=40)

    assert caught.value.fields == {"name": "cat.png", "limit": 1, "model": "gpt-image-2"}


def test_square(tmp_path: Path) -> None:
    """A card that asks for squares gets the picture in the middle of a clear one."""
    _, result = sent(tmp_path, encoded(colourful(), "JPEG", quality=95), ("png",), square=True)

    assert (result.size, result.mode) == ((48, 48), "RGBA")
    assert result.getpixel((24, 2)) == (0, 0, 0, 0)
    assert close(result.crop((0, 8, 48, 40)), colourful())


def test_a_long_strip_as_a_square(tmp_path: Path) -> None:
    """A strip of 20,000 pixels does not become a square of 400 megapixels."""
    _, result = sent(tmp_path, encoded(Image.new("RGB", (1, 20_000)), "PNG"), ("png",), square=True)

    assert result.size == (2048, 2048)


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


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP"])
def test_results_are_verified(tmp_path: Path, format_: str) -> None:
    """A whole result is seen as it is, a cut one is damaged, and a GIF is none."""
    path, content = tmp_path / "result", encoded(colourful(), format_)

    path.write_bytes(content)
    seen = verify(path, "result")
    path.write_bytes(content[:-9])

    assert (seen.format, seen.width, seen.height) == (format_.lower(), 48, 32)
    with pytest.raises(PictureDamaged):
        verify(path, "result")


def test_a_gif_is_no_result(tmp_path: Path) -> None:
    """A provider that starts to send GIF has sent no usable picture."""
    path = tmp_path / "result"
    path.write_bytes(encoded(colourful(), "GIF"))

    with pytest.raises(PictureUnknown) as caught:
        verify(path, "result")

    assert caught.value.fields == {"name": "result", "found": "GIF"}
