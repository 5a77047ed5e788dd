"""Preparing a picture so that a card accepts it: its format, weight, shape and pixels."""

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from pillow_heif import register_heif_opener

from bot.domain.catalog import sent_size, shipped_cards
from bot.domain.errors import PictureTooHeavy
from tests.images.files import encoded
from tests.images.prepared import ALL, close, colourful, sent


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
    strip = encoded(Image.new("RGB", (1, 20_000)), "PNG")

    _, result = sent(tmp_path, strip, ("png",), square=True, most_pixels=2048**2)

    assert result.size == (2048, 2048)


@pytest.mark.parametrize("square", [False, True])
@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP", "GIF"])
@pytest.mark.parametrize("size", [(48, 32), (300, 200), (201, 301), (40, 390)])
def test_too_many_pixels(tmp_path: Path, size: tuple[int, int], format_: str, square: bool) -> None:
    """A picture above the card's pixels is scaled down, to the very size that the member was told."""
    card = replace(shipped_cards()["gpt-image-2"], picture_pixels=9_000, square=square)
    width, height = sent_size(card, *size)

    content = encoded(colourful(size=size), format_, quality=95)
    _, result = sent(tmp_path, content, ("png",), square=square, most_pixels=9_000)

    assert result.size == ((max(width, height),) * 2 if square else (width, height))
    left, top = (result.width - width) // 2, (result.height - height) // 2
    assert close(result.crop((left, top, left + width, top + height)), colourful(size=(width, height)))


def test_a_turned_picture_of_too_many_pixels(tmp_path: Path) -> None:
    """The size that the member was told is that of the picture as it is seen."""
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = colourful(size=(301, 201)).transpose(Image.Transpose.ROTATE_90)

    _, result = sent(tmp_path, encoded(stored, "PNG", exif=exif), most_pixels=9_000)

    assert result.size == sent_size(replace(shipped_cards()["gpt-image-2"], picture_pixels=9_000), 301, 201)
    assert close(result, colourful(size=result.size))


def test_just_enough_pixels(tmp_path: Path) -> None:
    """A picture of exactly the card's pixels goes out as it came."""
    content = encoded(colourful(), "PNG", compress_level=9)

    path, _ = sent(tmp_path, content, most_pixels=48 * 32)

    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("format_", "mode", "formats", "expected"),
    [
        ("HEIF", "RGB", ALL, ".jpg"),
        ("AVIF", "RGB", ALL, ".jpg"),
        ("AVIF", "RGBA", ALL, ".webp"),
        ("AVIF", "RGBA", ("png", "jpeg"), ".png"),
        ("HEIF", "RGB", ("png",), ".png"),
        ("BMP", "RGB", ALL, ".png"),
        ("TIFF", "RGB", ALL, ".png"),
        ("TIFF", "RGBA", ("png", "jpeg"), ".png"),
    ],
)
def test_formats_of_no_card(tmp_path: Path, format_: str, mode: str, formats: tuple[str, ...], expected: str) -> None:
    """A telephone's photograph becomes JPEG where the card lists it, and what had lost nothing becomes PNG."""
    register_heif_opener()
    picture = colourful(mode)
    if mode == "RGBA":
        picture.putpixel((0, 0), (0, 0, 0, 0))

    path, result = sent(tmp_path, encoded(picture, format_, quality=95), formats)

    assert path.suffix == expected
    assert close(result, colourful(), tolerance=25)
