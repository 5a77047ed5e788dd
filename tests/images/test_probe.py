"""The header probe: what is read, what is refused, and that neither needs a pixel."""

import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from bot.domain.errors import FileEmpty, InputLost, PictureDamaged, PictureTooLarge, PictureUnknown
from bot.images.probe import probe
from bot.workflow.ports import Probe
from tests.images.files import encoded, look, refusal

SIGNATURE = b"\x89PNG\r\n\x1a\n"
END = b"\0\0\0\0IEND\xaeB`\x82"


def chunk(name: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + name + payload + struct.pack(">I", zlib.crc32(name + payload))


def png_header(width: int, height: int, depth: int = 8, colour: int = 2) -> bytes:
    return SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))


def gif_header(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0)


def jpeg_header(width: int, height: int) -> bytes:
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0"
    return b"\xff\xd8\xff\xc0" + struct.pack(">H", len(frame) + 2) + frame


def webp_header(width: int, height: int) -> bytes:
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + sides


@pytest.mark.parametrize(
    ("format_", "mode", "expected"),
    [
        ("PNG", "RGB", Probe("png", 40, 30, animated=False, has_alpha=False)),
        ("PNG", "RGBA", Probe("png", 40, 30, animated=False, has_alpha=True)),
        ("PNG", "LA", Probe("png", 40, 30, animated=False, has_alpha=True)),
        ("JPEG", "CMYK", Probe("jpeg", 40, 30, animated=False, has_alpha=False)),
        ("WEBP", "RGB", Probe("webp", 40, 30, animated=False, has_alpha=False)),
        ("WEBP", "RGBA", Probe("webp", 40, 30, animated=False, has_alpha=True)),
        ("GIF", "L", Probe("gif", 40, 30, animated=False, has_alpha=False)),
        ("BMP", "RGB", Probe("bmp", 40, 30, animated=False, has_alpha=False)),
        ("TIFF", "RGBA", Probe("tiff", 40, 30, animated=False, has_alpha=True)),
        ("AVIF", "RGB", Probe("avif", 40, 30, animated=False, has_alpha=False)),
        ("HEIF", "RGB", Probe("heic", 40, 30, animated=False, has_alpha=False)),
    ],
)
def test_formats(tmp_path: Path, format_: str, mode: str, expected: Probe) -> None:
    """The header of each format says its size and whether it has alpha."""
    assert look(tmp_path, encoded(Image.new(mode, (40, 30)), format_)) == expected


@pytest.mark.parametrize(("mode", "has_alpha"), [("RGBA", True), ("RGB", False)])
def test_lossless_webp(tmp_path: Path, mode: str, has_alpha: bool) -> None:
    """A lossless WebP keeps size and alpha in the bits of its only chunk."""
    content = encoded(Image.new(mode, (40, 30), (9, 9, 9, 9)[: len(mode)]), "WEBP", lossless=True)

    assert look(tmp_path, content) == Probe("webp", 40, 30, animated=False, has_alpha=has_alpha)


def test_clear_colour(tmp_path: Path) -> None:
    """A palette PNG with a clear colour has alpha."""
    assert look(tmp_path, encoded(Image.new("P", (4, 4)), "PNG", transparency=0)).has_alpha


def test_clear_colour_of_a_gif(tmp_path: Path) -> None:
    """A GIF whose first frame has a clear colour has alpha."""
    assert look(tmp_path, encoded(Image.new("P", (4, 4)), "GIF", transparency=0)).has_alpha


@pytest.mark.parametrize("format_", ["GIF", "WEBP", "PNG"])
def test_animated(tmp_path: Path, format_: str) -> None:
    """A second frame makes a picture animated; the size is the screen's."""
    frames = [Image.new("RGB", (20, 10), colour) for colour in ("red", "lime", "blue")]

    seen = look(tmp_path, encoded(frames[0], format_, save_all=True, append_images=frames[1:]))

    assert (seen.animated, seen.width, seen.height) == (True, 20, 10)


def test_twenty_thousand_frames(tmp_path: Path) -> None:
    """The frames of an endless GIF are not walked: what follows the second one may be anything."""
    start = encoded(Image.new("L", (2, 2)), "GIF")[:-1]
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 2, 2, 0) + b"\x02\x02\x44\x01\x00"

    assert look(tmp_path, start + frame * 20_000).animated


def test_an_mpo_is_a_jpeg(tmp_path: Path) -> None:
    """The many-pictures file of a phone is its first picture."""
    content = encoded(Image.new("RGB", (40, 30)), "MPO", save_all=True, append_images=[Image.new("RGB", (8, 8))])

    assert look(tmp_path, content) == Probe("jpeg", 40, 30, animated=False, has_alpha=False)


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("orientation", "size"),
    [*((turn, (40, 30)) for turn in (1, 2, 3, 4)), *((turn, (30, 40)) for turn in (5, 6, 7, 8))],
)
def test_upright_size(tmp_path: Path, format_: str, orientation: int, size: tuple[int, int]) -> None:
    """The size is the one that a person sees."""
    exif = Image.Exif()
    exif[0x0112] = orientation

    seen = look(tmp_path, encoded(Image.new("RGB", (40, 30)), format_, exif=exif))

    assert (seen.width, seen.height) == size


@pytest.mark.parametrize(
    "exif", [b"", b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff"]
)
def test_broken_exif(tmp_path: Path, exif: bytes) -> None:
    """An EXIF block that makes no sense turns nothing."""
    content = encoded(Image.new("RGB", (40, 30)), "JPEG")
    segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif

    assert look(tmp_path, content[:2] + segment + content[2:]).width == 40


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_orientation_out_of_range(tmp_path: Path, orientation: int) -> None:
    """An orientation that does not exist turns nothing."""
    exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0" + struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0) + b"\0\0\0\0"

    assert look(tmp_path, encoded(Image.new("RGB", (40, 30)), "JPEG", exif=exif)).width == 40


@pytest.mark.parametrize(
    ("content", "megapixels"),
    [
        (png_header(20_000, 20_000, 1, 0) + chunk(b"IDAT", zlib.compress(bytes(2501 * 20_000))) + END, 400),
        (png_header(30_000, 30_000), 900),
        (png_header(65_535, 65_535), 4295),
        (png_header(2**31 - 1, 2**31 - 1), 4_611_686_014_133),
        (png_header(10_000, 8_900), 89),
        (gif_header(65_535, 65_535), 4295),
        (jpeg_header(65_500, 65_500), 4291),
        (webp_header(16_384, 16_384), 269),
        (png_header(10_000, 5_001), 51),
    ],
)
def test_bombs(tmp_path: Path, content: bytes, megapixels: int) -> None:
    """Too many pixels are refused from the header, whether or not the file goes on."""
    trouble = refusal(tmp_path, content)

    assert isinstance(trouble, PictureTooLarge)
    assert trouble.fields == {"name": "cat.png", "megapixels": megapixels, "limit": 50}


def test_a_gif_frame_beyond_its_screen(tmp_path: Path) -> None:
    """A GIF cannot hide its pixels behind a small screen."""
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 65_535, 65_535, 0) + b"\x02\x01\x00\x00\x3b"

    assert isinstance(refusal(tmp_path, gif_header(1, 1) + frame), PictureTooLarge)


def test_fifty_megapixels(tmp_path: Path) -> None:
    """Fifty megapixels exactly are accepted."""
    assert look(tmp_path, png_header(10_000, 5_000) + END).width == 10_000


@pytest.mark.parametrize("content", [png_header(0, 5), png_header(5, 0), gif_header(0, 0), jpeg_header(5, 0)])
def test_no_pixels(tmp_path: Path, content: bytes) -> None:
    """A picture without pixels is damaged."""
    assert isinstance(refusal(tmp_path, content), PictureDamaged)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b'<?xml version="1.0"?>\n<!-- \xc3\xa9 -->\n<svg/>', "SVG"),
        (b"<!DOCTYPE html><p>hello", "HTML"),
        (b"push graphic-context\nviewbox 0 0 640 480", "MVG"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "EPS"),
        (b"\xc5\xd0\xd3\xc6\x20\0\0\0", "EPS"),
        (b"%PDF-1.7", "PDF"),
        (b"8BPS\0\1", "PSD"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
        (b"\0\0\0\x18ftypisom\0\0\0\0", "MP4"),
        (b"DDS |\0\0\0", "DDS"),
        (b"BLP2\1\0\0\0", "BLP"),
        (b"\0\0\1\0\1\0\x10\x10", "ICO"),
        (b"icns\0\0\1\0", "ICNS"),
        (b"\0\0\2\0\0\0\0\0\0\0\0\0\x40\0\x40\0\x18\0", "TGA"),
        (b"qoif\0\0\0\1", "QOI"),
        (b"SIMPLE  =                    T", "FITS"),
        (b"\x0a\5\1\x08\0\0\0\0", "PCX"),
        (b"\1\xda\1\1\0\3", "SGI"),
        (b"#define cat_width 16\n#define cat_height 16\n", "XBM"),
        (b"/* XPM */\nstatic char *cat[] = {", "XPM"),
        (b"P3\n# a cat\n4 4\n255\n", "PPM"),
        (b"P6 4 4 255\n\xff\xfe", "PPM"),
        (bytes(2048) + b"PCD_IPI", "PCD"),
        (b"\xd7\xcd\xc6\x9a\0\0", "WMF"),
        (b"\1\0\0\0" + bytes(36) + b" EMF", "EMF"),
        (b"FUJIFILMCCD-RAW 0201", "a camera's raw file"),
        (b"IIU\0\x18\0\0\0", "a camera's raw file"),
        (b"MZ\x90\0", "EXE"),
        (b"PK\3\4\x14\0", "ZIP"),
        (b"\x7fELF\2\1\1\0", "ELF"),
        (b"just some words", "text"),
        ("Grüße, Mädchen".encode() * 100, "text"),
        (b"\x89", "nothing I know"),
        (bytes(range(128, 256)) * 10, "nothing I know"),
    ],
)
def test_other_files(tmp_path: Path, content: bytes, found: str) -> None:
    """What is no picture of ours is named by its content; the name it was given counts for nothing."""
    trouble = refusal(tmp_path, content)

    assert isinstance(trouble, PictureUnknown)
    assert trouble.fields == {"name": "cat.png", "found": found}


@pytest.mark.parametrize(
    "content",
    [
        *(SIGNATURE, b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\0\x10", b"RIFF\4\0\0\0WEBP", b"GIF89a", gif_header(5, 5)),
        *(b"BM\0\0", b"II*\0", b"MM\0*", b"\0\0\0\x18ftypheic\0\0\0\0", b"\0\0\0\x18ftypavif\0\0\0\0"),
    ],
)
def test_only_a_signature(tmp_path: Path, content: bytes) -> None:
    """A file that stops after its signature is damaged."""
    assert isinstance(refusal(tmp_path, content), PictureDamaged)


def test_empty_file(tmp_path: Path) -> None:
    """A file of no bytes is called empty."""
    assert isinstance(refusal(tmp_path, b""), FileEmpty)


def test_no_file(tmp_path: Path) -> None:
    """A file that was swept away is lost, which is nothing that the member did."""
    with pytest.raises(InputLost):
        probe(tmp_path / "gone", "cat.png")


def test_text_bomb(tmp_path: Path) -> None:
    """Packed text and profiles are never unpacked by a probe, however many there are."""
    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(10_000_000)))
    body = encoded(Image.new("RGB", (4, 4)), "PNG")

    assert look(tmp_path, body[:33] + bomb * 20 + chunk(b"tEXt", b"a\0b") * 20_000 + body[33:]).width == 4
