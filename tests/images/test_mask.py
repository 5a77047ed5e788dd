"""Masks: the forms that are understood, the sizes that fit, and what is always sent."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot.domain.errors import MaskMisfit, MaskOpaque, PictureDamaged, PictureTooHeavy
from bot.images.mask import make_mask, same_shape
from bot.images.tasks import MaskTask


def drawn(mode: str, ground: object, hole: object, size: tuple[int, int] = (64, 48)) -> Image.Image:
    """A mask whose left half is the hole."""
    mask = Image.new(mode, size, ground)  # type: ignore[arg-type]
    mask.paste(hole, (0, 0, size[0] // 2, size[1]))  # type: ignore[arg-type]
    return mask


def encoded(mask: Image.Image, format_: str, **options: object) -> bytes:
    file = BytesIO()
    mask.save(file, format_, **options)
    return file.getvalue()


def sent(
    folder: Path,
    content: bytes,
    size: tuple[int, int] = (64, 48),
    fit: tuple[int, int] | None = None,
    *,
    square: bool = False,
    most_bytes: int = 4_194_303,
) -> Image.Image:
    """The mask as it is sent with a picture of this size that was made to fit."""
    path, target = folder / "input", folder / "mask"
    path.write_bytes(content)
    made = make_mask(MaskTask(str(path), "sky.png", str(target), most_bytes, square, "gpt", *size, *(fit or size)))
    result = Image.open(BytesIO(target.with_suffix(".png").read_bytes()))
    assert (made.format, result.format, result.mode) == ("png", "PNG", "RGBA")
    assert (made.width, made.height) == result.size == (fit or size)
    assert made.bytes <= most_bytes
    return result


def alpha_at(mask: Image.Image, x: int, y: int) -> float | tuple[int, ...] | None:
    return mask.getchannel("A").getpixel((x, y))


HALF_CLEAR = drawn("RGBA", (9, 9, 9, 255), (9, 9, 9, 0))


@pytest.mark.parametrize(
    ("mask", "format_"),
    [
        (HALF_CLEAR, "PNG"),
        (drawn("LA", (0, 255), (0, 0)), "PNG"),
        (HALF_CLEAR, "WEBP"),
        (HALF_CLEAR, "GIF"),
        (drawn("RGB", "black", "white"), "PNG"),
        (drawn("L", 0, 255), "JPEG"),
        (drawn("1", 0, 1), "PNG"),
        (drawn("L", 60, 200), "GIF"),
        (drawn("RGB", "black", "white"), "WEBP"),
    ],
)
def test_forms(tmp_path: Path, mask: Image.Image, format_: str) -> None:
    """Transparent parts say what may change; without alpha, white parts do."""
    result = sent(tmp_path, encoded(mask, format_))

    assert (alpha_at(result, 5, 20), alpha_at(result, 60, 20)) == (0, 255)


def test_soft_edges_stay(tmp_path: Path) -> None:
    """Partly transparent pixels are sent as they are."""
    result = sent(tmp_path, encoded(drawn("RGBA", (0, 0, 0, 255), (0, 0, 0, 77)), "PNG"))

    assert alpha_at(result, 5, 20) == 77


def test_everything_may_change(tmp_path: Path) -> None:
    """A wholly transparent mask lets everything change."""
    result = sent(tmp_path, encoded(Image.new("RGBA", (64, 48)), "PNG"))

    assert result.getchannel("A").getextrema() == (0, 0)


@pytest.mark.parametrize(("mode", "colour"), [("RGBA", (255, 255, 255, 255)), ("L", 0), ("RGB", (100, 100, 100))])
def test_nothing_may_change(tmp_path: Path, mode: str, colour: tuple[int, ...] | int) -> None:
    """A mask that lets nothing change is refused."""
    with pytest.raises(MaskOpaque) as caught:
        sent(tmp_path, encoded(Image.new(mode, (64, 48), colour), "PNG"))

    assert caught.value.fields == {"name": "sky.png"}


def test_another_size_of_the_same_shape(tmp_path: Path) -> None:
    """A mask that was drawn on a smaller copy is scaled, and its hard edge stays hard."""
    result = sent(tmp_path, encoded(HALF_CLEAR, "PNG"), (640, 480))

    assert [value for value, count in enumerate(result.getchannel("A").histogram()) if count] == [0, 255]
    assert (alpha_at(result, 319, 9), alpha_at(result, 320, 9)) == (0, 255)


@pytest.mark.parametrize("size", [(48, 64), (1024, 1024), (64, 50)])
def test_another_shape(tmp_path: Path, size: tuple[int, int]) -> None:
    """A mask of another shape is refused with both sizes."""
    with pytest.raises(MaskMisfit) as caught:
        sent(tmp_path, encoded(HALF_CLEAR, "PNG"), size)

    assert caught.value.fields == {"name": "sky.png", "mask_size": "64x48", "size": f"{size[0]}x{size[1]}"}


@pytest.mark.parametrize(
    ("mask", "picture", "same"),
    [((100, 100), (1000, 1000), True), ((101, 100), (1000, 1000), True), ((102, 100), (1000, 1000), False)],
)
def test_shapes_within_a_hundredth(mask: tuple[int, int], picture: tuple[int, int], same: bool) -> None:
    """Rounding a size by a pixel does not make another shape."""
    assert same_shape(mask, picture) is same


def test_turned_masks(tmp_path: Path) -> None:
    """Mask and picture are compared upright."""
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = HALF_CLEAR.transpose(Image.Transpose.ROTATE_90)

    result = sent(tmp_path, encoded(stored, "PNG", exif=exif))

    assert (alpha_at(result, 5, 20), alpha_at(result, 60, 20)) == (0, 255)


def test_it_follows_its_picture(tmp_path: Path) -> None:
    """Where picture 1 was made smaller, so is the mask."""
    result = sent(tmp_path, encoded(HALF_CLEAR, "PNG"), (64, 48), (32, 24))

    assert (alpha_at(result, 5, 20), alpha_at(result, 30, 20)) == (0, 255)


def test_it_keeps_the_border_of_a_square(tmp_path: Path) -> None:
    """What was added around a picture to make it square must not change."""
    result = sent(tmp_path, encoded(HALF_CLEAR, "PNG"), (64, 48), (64, 64), square=True)

    assert (alpha_at(result, 5, 2), alpha_at(result, 5, 30), alpha_at(result, 60, 30)) == (255, 0, 255)


def test_too_heavy_loses_its_soft_edges(tmp_path: Path) -> None:
    """A mask above the card's bytes is sent with hard edges rather than not at all."""
    soft = Image.merge("RGBA", [*([Image.new("L", (256, 256))] * 3), Image.effect_noise((256, 256), 40)])

    result = sent(tmp_path, encoded(soft, "PNG"), (256, 256), most_bytes=30_000)

    assert [value for value, count in enumerate(result.getchannel("A").histogram()) if count] == [0, 255]


def test_too_heavy_for_ever(tmp_path: Path) -> None:
    """A mask that cannot be made light enough is refused."""
    with pytest.raises(PictureTooHeavy):
        sent(tmp_path, encoded(HALF_CLEAR, "PNG"), most_bytes=50)


def test_a_cut_mask(tmp_path: Path) -> None:
    """A mask is decoded as wholly as a picture."""
    with pytest.raises(PictureDamaged):
        sent(tmp_path, encoded(HALF_CLEAR, "PNG")[:-9])


def test_white_for_an_engine_that_reads_grey(tmp_path: Path) -> None:
    """The same mask for a provider that ignores alpha: grey, white where the picture may change."""
    path, target = tmp_path / "input", tmp_path / "mask"
    path.write_bytes(encoded(HALF_CLEAR, "PNG"))

    make_mask(MaskTask(str(path), "sky.png", str(target), 4_194_303, False, "sd", 64, 48, 64, 48, white=True))

    result = Image.open(BytesIO(target.with_suffix(".png").read_bytes()))
    assert (result.mode, result.getpixel((0, 0)), result.getpixel((63, 0))) == ("L", 255, 0)
