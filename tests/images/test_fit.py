"""Which encodings are tried in which order, and to what size a picture is brought."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.domain.catalog import sent_size, shipped_cards
from bot.images.fit import Encoding, encodings, fitted, square, write_under

CARD = shipped_cards()["gpt-image-2"]
EDGES = st.integers(min_value=1, max_value=30_000)


@pytest.mark.parametrize(
    ("formats", "has_alpha", "lossy", "expected"),
    [
        (("png", "jpeg", "webp"), False, False, ("png", "jpeg", "jpeg", "jpeg", "jpeg")),
        (("png", "jpeg", "webp"), False, True, ("jpeg", "jpeg", "jpeg", "jpeg")),
        (("png", "jpeg", "webp"), True, False, ("png", "webp", "webp", "webp", "webp")),
        (("png", "jpeg", "webp"), True, True, ("webp", "webp", "webp", "webp")),
        (("png", "jpeg"), True, True, ("png",)),
        (("png",), False, True, ("png",)),
        (("jpeg",), True, False, ("jpeg",)),
    ],
)
def test_order(formats: tuple[str, ...], has_alpha: bool, lossy: bool, expected: tuple[str, ...]) -> None:
    """Lossless pictures stay lossless while they can, alpha is kept where the card allows, quality only falls."""
    tries = encodings(formats, has_alpha=has_alpha, lossy=lossy)

    assert tuple(encoding.format for encoding in tries) == expected
    assert [encoding.quality for encoding in tries] == sorted((e.quality for e in tries), reverse=True)


@given(EDGES, EDGES, st.integers(min_value=65_536, max_value=50_000_000), st.booleans())
def test_the_size_that_was_told(width: int, height: int, most_pixels: int, is_square: bool) -> None:
    """A picture is brought to the very size that the catalog computed for the member."""
    card = replace(CARD, picture_pixels=most_pixels, square=is_square)

    assert fitted((width, height), most_pixels, square=is_square) == sent_size(card, width, height)


@pytest.mark.parametrize(
    ("size", "place"), [((4, 10), (3, 0)), ((10, 4), (0, 3)), ((10, 10), (0, 0)), ((3, 4), (0, 0))]
)
def test_padding(size: tuple[int, int], place: tuple[int, int]) -> None:
    """A picture lies in the middle of its square, untouched, and all around it is the fill."""
    padded = square(Image.new("L", size, 200), fill=7)

    inside = (*place, place[0] + size[0], place[1] + size[1])
    assert padded.size == (max(size), max(size))
    assert padded.crop(inside).getextrema() == (200, 200)
    padded.paste(7, inside)
    assert padded.getextrema() == (7, 7)


@pytest.mark.parametrize(("format_", "longest"), [("webp", 16_383), ("jpeg", 65_500)])
def test_a_side_too_long_for_its_format(tmp_path: Path, format_: str, longest: int) -> None:
    """A strip that is longer than its format goes is shortened to what goes, and no further."""
    written = write_under(Image.new("RGB", (70_000, 10)), 10**6, (Encoding(format_, 80),), tmp_path / "strip")

    assert written is not None
    assert (written.format, written.width) == (format_, longest)


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    """Encodings that were too heavy leave no file, whether another one fits or none does."""
    noise = Image.effect_noise((64, 64), 90).convert("RGB")
    tries = (Encoding("png"), Encoding("webp", 90), Encoding("jpeg", 10))

    assert write_under(noise, 10, tries, tmp_path / "none") is None
    written = write_under(noise, 2_500, tries, tmp_path / "one")

    assert written is not None
    assert [path.name for path in tmp_path.iterdir()] == [written.path.name]
