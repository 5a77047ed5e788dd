"""The small picture of a selection: small, tinted where it should be, and never blank."""

import random
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from bot.images.overlay import LONGEST_SIDE, MOST_BYTES, overlay, write_overlay

WHITE = (255, 255, 255)


def left_half(size: tuple[int, int]) -> Image.Image:
    alpha = Image.new("L", size, 255)
    alpha.paste(0, (0, 0, size[0] // 2, size[1]))
    return alpha


@pytest.mark.parametrize("first", [Image.new("RGB", (300, 200), (0, 90, 200)), Image.new("RGBA", (30, 20), (0,) * 4)])
def test_it_tints_what_may_change(first: Image.Image) -> None:
    """The selected half is pink, the other keeps its colour, somewhat darker; a white line lies between."""
    small = overlay(first, left_half((300, 200)))

    plain = first.getpixel((0, 0))
    red, green, blue = small.getpixel((50, 100))  # type: ignore[misc]
    kept = small.getpixel((250, 100))
    assert (red > 130, green < red, blue > 80) == (True, True, True)
    assert kept == ((199, 199, 199) if plain == (0, 0, 0, 0) else (0, 70, 156))
    assert small.getpixel((150, 100)) == WHITE


@pytest.mark.parametrize(
    ("size", "small"),
    [
        ((300, 200), (300, 200)),
        ((4000, 3000), (512, 384)),
        ((1, 16), (1, 16)),
        ((20_000, 10), (512, 1)),
        ((512, 513), (511, 512)),
    ],
)
def test_its_size(size: tuple[int, int], small: tuple[int, int]) -> None:
    """It has the picture's shape, and no side longer than the limit."""
    assert overlay(Image.new("RGB", size), left_half(size)).size == small
    assert max(small) <= LONGEST_SIDE


def test_one_pixel_has_its_rim() -> None:
    """A selection of one pixel is seen in a picture of any size, wherever it lies."""
    chance = random.Random(4)
    for _ in range(60):
        size = chance.randint(16, 4000), chance.randint(16, 4000)
        alpha = Image.new("L", size, 255)
        alpha.putpixel((chance.randrange(size[0]), chance.randrange(size[1])), 0)

        colours = overlay(Image.new("RGB", (64, 64)), alpha).getcolors()

        assert WHITE in [colour for _, colour in colours or []], size


def test_one_pixel_between_two() -> None:
    """A pixel that lies on the border between two pixels of the small picture has its rim, too."""
    alpha = Image.new("L", (2000, 1563), 255)
    alpha.putpixel((1000, 781), 0)

    assert WHITE in [colour for _, colour in overlay(Image.new("RGB", (64, 50)), alpha).getcolors() or []]


def test_soft_edges_have_their_rim_in_the_middle() -> None:
    """The line runs where the share is counted: what is less than half selected lies outside."""
    ramp = Image.linear_gradient("L").rotate(90)

    small = overlay(Image.new("RGB", ramp.size), ramp)

    assert [x for x in range(256) if small.getpixel((x, 100)) == WHITE] == [128]


def test_it_is_light(tmp_path: Path) -> None:
    """Even of noise, it is a WebP below the limit, without metadata."""
    noise = Image.merge("RGB", [Image.effect_noise((512, 512), 120) for _ in range(3)])

    write_overlay(noise, left_half((2048, 2048)), tmp_path / "o.webp")

    with Image.open(tmp_path / "o.webp") as again:
        assert (again.format, again.size, again.mode) == ("WEBP", (512, 512), "RGB")
        assert not {"exif", "icc_profile", "xmp"} & set(again.info)
    assert (tmp_path / "o.webp").stat().st_size <= MOST_BYTES


def test_it_leaves_its_picture_alone() -> None:
    """Picture 1 is not painted on."""
    first = Image.new("RGB", (40, 30), (1, 2, 3))

    overlay(first, left_half((40, 30)))

    assert ImageChops.difference(first, Image.new("RGB", (40, 30), (1, 2, 3))).getbbox() is None
