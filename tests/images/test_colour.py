"""Colours: every mode and profile becomes 8 bits of sRGB, with alpha where there was any."""

import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from bot.images.colour import is_plain, plain
from bot.images.raster import decode, stripped_copy
from tests.images.files import encoded


def plained(folder: Path, content: bytes) -> Image.Image:
    """These bytes as a plain picture, read as the decoder process reads them."""
    path, copy = folder / "input", folder / "copy"
    path.write_bytes(content)
    header, icc = stripped_copy(path, "cat.png", copy)
    with copy.open("rb") as file:
        picture = decode(file, header.format, "cat.png")
    result = plain(picture, icc, deep=header.deep)
    assert result.mode in ("RGB", "RGBA")
    return result


def ramp(mode: str) -> Image.Image:
    return Image.linear_gradient("L").resize((40, 30)).convert(mode)


def chunk(name: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + name + payload + struct.pack(">I", zlib.crc32(name + payload))


@pytest.mark.parametrize(
    ("mode", "expected"), [("1", "RGB"), ("L", "RGB"), ("LA", "RGBA"), ("P", "RGB"), ("RGB", "RGB"), ("RGBA", "RGBA")]
)
def test_modes_of_png(tmp_path: Path, mode: str, expected: str) -> None:
    """Whatever a PNG holds goes out as RGB or RGBA with the same colours."""
    picture = ramp(mode)

    result = plained(tmp_path, encoded(picture, "PNG"))

    assert result.mode == expected
    assert result.convert("RGBA").tobytes() == picture.convert("RGBA").tobytes()


@pytest.mark.parametrize(
    ("mode", "transparency"), [("P", 0), ("P", bytes((0, 128, 255))), ("L", 7), ("RGB", (1, 2, 3))]
)
def test_clear_colours(tmp_path: Path, mode: str, transparency: object) -> None:
    """A clear colour becomes alpha."""
    colours: dict[str, int | tuple[int, ...]] = {"P": 0, "L": 7, "RGB": (1, 2, 3)}
    picture = Image.new(mode, (8, 8), colours[mode])

    result = plained(tmp_path, encoded(picture, "PNG", transparency=transparency))

    assert result.mode == "RGBA"
    assert result.getchannel("A").getextrema() == (0, 0)


def deep_png(colour: int, *samples: int, clear: tuple[int, ...] = ()) -> bytes:
    """One pixel of 16 bits a channel."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 16, colour, 0, 0, 0))
    trns = chunk(b"tRNS", struct.pack(f">{len(clear)}H", *clear)) if clear else b""
    row = zlib.compress(b"\0" + struct.pack(f">{len(samples)}H", *samples))
    return b"\x89PNG\r\n\x1a\n" + header + trns + chunk(b"IDAT", row) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (deep_png(0, 0), (0, 0, 0)),
        (deep_png(0, 25_700), (100, 100, 100)),
        (deep_png(0, 65_535), (255, 255, 255)),
        (deep_png(2, 25_700, 51_400, 65_535), (100, 200, 255)),
        (deep_png(4, 25_700, 32_896), (100, 100, 100, 128)),
        (deep_png(6, 25_700, 51_400, 65_535, 0), (100, 200, 255, 0)),
        (deep_png(0, 25_700, clear=(25_700,)), (100, 100, 100, 0)),
        (deep_png(2, 25_700, 51_400, 65_535, clear=(25_700, 51_400, 65_535)), (100, 200, 255, 0)),
    ],
)
def test_sixteen_bits(tmp_path: Path, content: bytes, expected: tuple[int, ...]) -> None:
    """Sixteen bits are scaled to eight, never clipped to white."""
    result = plained(tmp_path, content)

    assert result.getpixel((0, 0)) == expected


@pytest.mark.parametrize(
    ("mode", "values", "expected"),
    [
        ("F", (0.0, 0.5, 1.0), (0, 128, 255)),
        ("F", (0.0, 100.0, 255.0), (0, 100, 255)),
        ("F", (0.0, 25_700.0, 65_535.0), (0, 100, 255)),
        ("F", (-1.0, 0.0, 1.0), (0, 128, 255)),
        ("F", (1e30, 1e30, 1e30), (0, 0, 0)),
        ("I", (0, 25_700, 65_535), (0, 100, 255)),
        ("I", (0, 1_000_000, 2_000_000), (0, 128, 255)),
        ("I", (-(2**31), 0, 2**31 - 1), (0, 128, 255)),
    ],
)
def test_measurements(mode: str, values: tuple[float, ...], expected: tuple[int, ...]) -> None:
    """Grey that does not say how bright white is gets the least usual scale that holds it, else its own."""
    picture = Image.new(mode, (3, 1))
    for place, value in enumerate(values):
        picture.putpixel((place, 0), value)

    result = plain(picture, None).getchannel("R")

    assert tuple(result.getpixel((place, 0)) for place in range(3)) == expected


def profile(name: str) -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(name)).tobytes()  # type: ignore[arg-type]


def swapped_profile() -> bytes:
    """An sRGB profile whose red and green are exchanged, and which does not call itself sRGB."""
    icc = profile("sRGB")
    table = {icc[at : at + 4]: at for at in range(132, 132 + 12 * int.from_bytes(icc[128:132], "big"), 12)}
    red, green = table[b"rXYZ"] + 4, table[b"gXYZ"] + 4
    swapped = bytearray(icc)
    swapped[red : red + 8], swapped[green : green + 8] = icc[green : green + 8], icc[red : red + 8]
    return bytes(swapped).replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP", "TIFF", "AVIF", "HEIF"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_profile_is_applied(tmp_path: Path, format_: str, mode: str) -> None:
    """Colours of another space are converted before their profile is dropped."""
    picture = Image.new("RGB" if format_ == "JPEG" else mode, (16, 16), "red")

    result = plained(tmp_path, encoded(picture, format_, icc_profile=swapped_profile(), quality=100))

    red, green, blue, *_ = result.convert("RGB").getpixel((8, 8))  # type: ignore[misc]
    assert (red < 90, green > 200, blue < 90) == (True, True, True)


@pytest.mark.parametrize("icc", [b"", b"junk", profile("sRGB"), profile("LAB"), profile("sRGB")[:300]])
def test_profiles_without_effect(tmp_path: Path, icc: bytes) -> None:
    """A profile that is broken, of another kind of picture, or sRGB itself leaves the pixels alone."""
    picture = ramp("RGB")

    result = plained(tmp_path, encoded(picture, "PNG", icc_profile=icc))

    assert result.convert("RGBA").tobytes() == picture.convert("RGBA").tobytes()


@pytest.mark.parametrize(
    ("mode", "icc", "deep", "expected"),
    [
        ("RGB", None, False, True),
        ("RGBA", b"junk", False, True),
        ("RGB", profile("sRGB"), False, True),
        ("RGB", swapped_profile(), False, False),
        ("RGB", None, True, False),
        ("L", None, False, False),
        ("CMYK", None, False, False),
    ],
)
def test_what_is_plain_already(mode: str, icc: bytes | None, deep: bool, expected: bool) -> None:
    """Only pictures whose pixels would stay the same are called plain."""
    assert is_plain(Image.new(mode, (2, 2)), icc, deep=deep) is expected
