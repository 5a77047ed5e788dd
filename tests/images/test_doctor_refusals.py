"""What the mask doctor asks back: nothing, everything, another picture or shape, and what is no picture at all."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageFilter

from bot.domain.errors import (
    MaskEmpty,
    MaskMisfit,
    MaskUnclear,
    MaskWhole,
    PictureDamaged,
    PictureTooLarge,
    PictureUnknown,
    Refused,
)
from bot.images.doctor import read_mask, same_shape, select, share
from tests.images.files import encoded
from tests.images.masks import BLACK, PICTURES, RED, SAVED, SIZE, WHITE, graphic, photo, reference, reread, task


@pytest.mark.parametrize("kind", PICTURES)
@pytest.mark.parametrize("way", [*SAVED, "poor jpeg"])
def test_a_plain_copy_selects_nothing(kind: str, way: str) -> None:
    """Picture 1 again, however it was saved, says nothing: noise is not paint."""
    picture = PICTURES[kind]()
    copy = reread(picture, "JPEG", quality=50) if way == "poor jpeg" else SAVED[way](picture)

    with pytest.raises(MaskEmpty) as caught:
        select(picture, copy, "sky.png")

    assert caught.value.fields == {"name": "sky.png"}


@pytest.mark.parametrize("kind", PICTURES)
@pytest.mark.parametrize(
    ("mask", "refusal"),
    [
        (Image.new("RGB", SIZE, BLACK), MaskEmpty),
        (Image.new("RGB", SIZE, (100, 100, 100)), MaskEmpty),
        (Image.new("RGB", SIZE, (200, 200, 200)), MaskWhole),
        (Image.new("RGB", SIZE, WHITE), MaskWhole),
        (Image.new("RGB", SIZE, RED), MaskWhole),
        (Image.new("RGBA", SIZE, (0, 0, 0, 0)), MaskWhole),
        (Image.new("RGBA", SIZE, (9, 9, 9, 255)), MaskEmpty),
    ],
)
def test_nothing_and_everything(kind: str, mask: Image.Image, refusal: type[Refused]) -> None:
    """A mask of one colour selects nothing, or the whole picture, and is asked back."""
    with pytest.raises(refusal):
        select(PICTURES[kind](), mask, "m")


def test_all_but_a_thousandth() -> None:
    """A selection with less than a thousandth left is the whole picture; a little more is a selection."""
    area = Image.new("L", SIZE, 255)
    area.paste(0, (0, 0, 76, 1))
    with pytest.raises(MaskWhole):
        select(photo(), area.convert("RGB"), "m")

    area.paste(0, (0, 0, 77, 1))
    assert share(select(photo(), area.convert("RGB"), "m").alpha) == 999


def test_a_speck() -> None:
    """Three pixels are a slip, some dozens are meant."""
    area = Image.new("L", SIZE)
    area.paste(255, (9, 9, 12, 10))
    with pytest.raises(MaskEmpty):
        select(photo(), area.convert("RGB"), "m")

    area.paste(255, (9, 9, 15, 15))
    assert share(select(photo(), area.convert("RGB"), "m").alpha) == 1


@pytest.mark.parametrize(
    "mask",
    [
        graphic(),
        photo().transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        ImageChops.offset(photo(), 3, 2),
        ImageChops.invert(photo()),
        photo().filter(ImageFilter.FIND_EDGES),
    ],
)
def test_another_picture(mask: Image.Image) -> None:
    """A picture that is neither a mask nor painted over is asked back."""
    with pytest.raises(MaskUnclear):
        select(photo(), mask, "m")


@pytest.mark.parametrize("kind", ["photo", "graphic"])
def test_a_brighter_picture(kind: str) -> None:
    """A copy that was only made brighter was not painted over: no pen does that."""
    with pytest.raises(MaskUnclear):
        select(PICTURES[kind](), PICTURES[kind]().point(lambda level: min(255, level + 60)), "m")


@pytest.mark.parametrize("make", [lambda: photo(), lambda: Image.new("RGB", SIZE, WHITE)])
def test_two_colours(make: Callable[[], Image.Image]) -> None:
    """Of two colours nobody can know which one is meant."""
    mask = make()
    mask.paste(RED, (5, 5, 90, 90))
    mask.paste((0, 0, 255), (130, 130, 220, 220))

    with pytest.raises(MaskUnclear):
        select(photo(), mask, "m")


@pytest.mark.parametrize(
    ("mask", "picture", "same"),
    [
        ((100, 100), (1000, 1000), True),
        ((101, 100), (1000, 1000), True),
        ((102, 100), (1000, 1000), False),
        ((64, 48), (64, 50), False),
        ((48, 64), (64, 48), False),
        ((33, 25), (1333, 1000), True),
        ((1, 8), (1, 16), True),
        ((2, 16), (1, 16), False),
        ((2, 2), (1000, 1800), False),
    ],
)
def test_shapes(mask: tuple[int, int], picture: tuple[int, int], same: bool) -> None:
    """Rounding a size by a pixel does not make another shape."""
    assert same_shape(mask, picture) is same


def test_another_shape() -> None:
    """A mask of another shape is refused with both sizes."""
    with pytest.raises(MaskMisfit) as caught:
        select(photo(), reference((240, 320)).convert("RGB"), "sky.png")

    assert caught.value.fields == {"name": "sky.png", "mask_size": "240x320", "size": "320x240"}


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"%PDF-1.7 of no use", PictureUnknown),
        (b"just some words about the sky", PictureUnknown),
        (encoded(reference(), "PNG")[:-30], PictureDamaged),
        (encoded(reference(), "JPEG")[:-300], PictureDamaged),
        (encoded(Image.new("1", (40_000, 40_000)), "PNG"), PictureTooLarge),
    ],
)
def test_hostile_masks(tmp_path: Path, content: bytes, refusal: type[Refused]) -> None:
    """A mask that is no picture, is cut, or is a bomb is refused by its own name, and no overlay is written."""
    with pytest.raises(refusal) as caught:
        read_mask(task(tmp_path, photo(), content), lambda: None)

    assert caught.value.fields["name"] == "sky.png"
    assert not (tmp_path / "o.webp").exists()
