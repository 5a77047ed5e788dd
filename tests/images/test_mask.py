"""Masks as they are sent: picture 1's size, the provider's way of saying it, light enough."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw

from bot.domain.errors import MaskEmpty, MaskMisfit, MaskWhole, PictureDamaged, PictureTooHeavy, PictureUnknown, Refused
from bot.images.fit import square
from bot.images.mask import feathered, make_mask
from bot.images.tasks import Made, MaskTask
from tests.images.files import encoded

SIZE = (64, 48)


def drawn(mode: str, ground: object, hole: object, size: tuple[int, int] = SIZE) -> Image.Image:
    """A mask whose left half is the hole."""
    mask = Image.new(mode, size, ground)  # type: ignore[arg-type]
    mask.paste(hole, (0, 0, size[0] // 2, size[1]))  # type: ignore[arg-type]
    return mask


def picture(size: tuple[int, int] = SIZE) -> Image.Image:
    slope = Image.linear_gradient("L").resize(size)
    return Image.merge("RGB", (slope, Image.radial_gradient("L").resize(size), ImageChops.invert(slope)))


def asked(folder: Path, content: bytes, first: bytes, fit: tuple[int, int], **wishes: object) -> MaskTask:
    """The task for this mask of this picture, which was sent with the size `fit`."""
    (folder / "input").write_bytes(content)
    (folder / "first").write_bytes(first)
    fields: dict[str, object] = {"most_bytes": 4_194_303, "square": False, "model": "gpt", **wishes}
    return MaskTask(
        path=str(folder / "input"),
        name="sky.png",
        first=str(folder / "first"),
        first_name="a.png",
        target=str(folder / "mask"),
        fit_width=fit[0],
        fit_height=fit[1],
        **fields,  # type: ignore[arg-type]
    )


def made(task: MaskTask) -> tuple[Made, Image.Image]:
    answer = make_mask(task, lambda: None)
    result = Image.open(BytesIO(Path(task.target).with_suffix(".png").read_bytes()))
    assert (answer.format, result.format) == ("png", "PNG")
    assert (answer.width, answer.height) == result.size == (task.fit_width, task.fit_height)
    assert answer.bytes == Path(task.target).with_suffix(".png").stat().st_size <= task.most_bytes
    return answer, result


def sent(
    folder: Path, content: bytes, size: tuple[int, int] = SIZE, fit: tuple[int, int] | None = None, **wishes: object
) -> Image.Image:
    """The alpha that is sent with a picture of this size that was made to fit."""
    _, result = made(asked(folder, content, encoded(picture(size), "PNG"), fit or size, **wishes))
    assert result.mode == "RGBA"
    return result.getchannel("A")


def levels(alpha: Image.Image) -> list[int]:
    return [level for level, count in enumerate(alpha.histogram()) if count]


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
        (drawn("RGB", "white", "red"), "PNG"),
    ],
)
def test_forms(tmp_path: Path, mask: Image.Image, format_: str) -> None:
    """However the member said it, what may change is sent as alpha 0."""
    alpha = sent(tmp_path, encoded(mask, format_))

    assert levels(alpha) == [0, 255]
    assert ImageChops.difference(alpha, drawn("L", 255, 0)).getbbox() is None


def test_soft_edges_stay(tmp_path: Path) -> None:
    """Partly transparent pixels are sent as they are."""
    assert sent(tmp_path, encoded(drawn("RGBA", (0, 0, 0, 255), (0, 0, 0, 77)), "PNG")).getpixel((5, 20)) == 77


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (encoded(Image.new("RGBA", SIZE), "PNG"), MaskWhole),
        (encoded(Image.new("L", SIZE, 255), "PNG"), MaskWhole),
        (encoded(Image.new("RGBA", SIZE, "white"), "PNG"), MaskWhole),
        (encoded(Image.new("L", SIZE), "PNG"), MaskEmpty),
        (encoded(picture(), "PNG"), MaskEmpty),
        (encoded(HALF_CLEAR.resize((48, 64)), "PNG"), MaskMisfit),
        (encoded(HALF_CLEAR, "PNG")[:-9], PictureDamaged),
        (b"a few words", PictureUnknown),
    ],
)
def test_what_is_never_sent(tmp_path: Path, content: bytes, refusal: type[Refused]) -> None:
    """Nothing, everything, another shape and damage are refused by the mask's name, and nothing is written."""
    with pytest.raises(refusal) as caught:
        sent(tmp_path, content)

    assert caught.value.fields["name"] == "sky.png"
    assert not (tmp_path / "mask.png").exists()


def test_a_damaged_picture_is_named(tmp_path: Path) -> None:
    """Where picture 1 is the damaged one, it is picture 1 that is named."""
    task = asked(tmp_path, encoded(HALF_CLEAR, "PNG"), encoded(picture(), "PNG")[:-9], SIZE)

    with pytest.raises(PictureDamaged) as caught:
        make_mask(task, lambda: None)

    assert caught.value.fields == {"name": "a.png"}


def test_it_says_when_all_is_decoded(tmp_path: Path) -> None:
    """The sign of life comes once, before anything is written."""
    calls: list[bool] = []

    make_mask(
        asked(tmp_path, encoded(HALF_CLEAR, "PNG"), encoded(picture(), "PNG"), SIZE),
        lambda: calls.append((tmp_path / "mask.png").exists()),
    )

    assert calls == [False]


def test_another_size_of_the_same_shape(tmp_path: Path) -> None:
    """A mask that was drawn on a smaller copy is scaled, and its hard edge stays hard."""
    alpha = sent(tmp_path, encoded(HALF_CLEAR, "PNG"), (640, 480))

    assert ImageChops.difference(alpha, drawn("L", 255, 0, (640, 480))).getbbox() is None


@pytest.mark.parametrize("turned", ["mask", "picture"])
def test_turned_files(tmp_path: Path, turned: str) -> None:
    """Mask and picture are compared upright, and the answer has the mask's upright size."""
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = Image.Transpose.ROTATE_90
    mask, first = encoded(HALF_CLEAR, "PNG"), encoded(picture(), "JPEG")
    if turned == "mask":
        mask = encoded(HALF_CLEAR.transpose(lying), "PNG", exif=exif)
    else:
        first = encoded(picture().transpose(lying), "JPEG", exif=exif)

    answer, result = made(asked(tmp_path, mask, first, SIZE))

    assert (answer.upright_width, answer.upright_height) == SIZE
    assert ImageChops.difference(result.getchannel("A"), drawn("L", 255, 0)).getbbox() is None


def test_it_follows_its_picture(tmp_path: Path) -> None:
    """Where picture 1 was made smaller, so is the mask."""
    alpha = sent(tmp_path, encoded(HALF_CLEAR, "PNG"), fit=(32, 24))

    assert ImageChops.difference(alpha, drawn("L", 255, 0, (32, 24))).getbbox() is None


@pytest.mark.parametrize("edge", [64, 32, 21])
def test_it_keeps_the_border_of_a_square(tmp_path: Path, edge: int) -> None:
    """What was added around a picture to make it square must not change; the hole lies where the picture's lies."""
    alpha = sent(tmp_path, encoded(HALF_CLEAR, "PNG"), fit=(edge, edge), square=True)

    inner = drawn("L", 255, 0, (edge, round(edge * 0.75)))
    assert ImageChops.difference(alpha, square(inner, fill=255)).histogram()[255] <= edge
    assert levels(alpha) == [0, 255]
    assert alpha.getpixel((2, 1)) == 255
    assert alpha.getpixel((2, edge // 2)) == 0


@pytest.mark.parametrize("square_wanted", [False, True])
def test_feather(tmp_path: Path, square_wanted: bool) -> None:
    """A soft edge of so many pixels lies around what is selected, which stays wholly selected."""
    fit = (320, 320) if square_wanted else (320, 240)
    mask = encoded(drawn("RGBA", (9, 9, 9, 255), (9, 9, 9, 0), (320, 240)), "PNG")

    alpha = sent(tmp_path, mask, (320, 240), fit, feather=16, square=square_wanted)

    row = [alpha.getpixel((x, 160)) for x in range(320)]
    assert row[:160] == [0] * 160
    assert row[160:] == sorted(row[160:])  # type: ignore[type-var]
    assert 60 < row[168] < 252  # type: ignore[operator]
    assert row[190:] == [255] * 130
    assert not square_wanted or alpha.crop((0, 0, 320, 40)).getextrema() == (255, 255)


def test_feather_is_in_pixels_of_the_picture(tmp_path: Path) -> None:
    """Where picture 1 was sent at half of its size, the edge is half as wide."""
    mask = encoded(drawn("RGBA", (9, 9, 9, 255), (9, 9, 9, 0), (320, 240)), "PNG")
    wide = sent(tmp_path, mask, (320, 240), feather=32).crop((160, 100, 320, 101))
    half = sent(tmp_path, mask, (320, 240), (160, 120), feather=32).crop((80, 50, 160, 51))

    assert sum(wide.histogram()[:250]) == pytest.approx(2 * sum(half.histogram()[:250]), abs=3)


def test_a_feathered_stroke_is_still_there() -> None:
    """A line of one pixel is wholly selected under the widest feather; none is no change."""
    line = Image.new("L", (200, 100), 255)
    ImageDraw.Draw(line).line((20, 50, 180, 50), fill=0)

    assert {feathered(line, 64).getpixel((x, 50)) for x in range(20, 181)} == {0}
    assert feathered(line, 0) is line


def test_too_heavy_loses_its_soft_edges(tmp_path: Path) -> None:
    """A mask above the card's bytes is sent with hard edges rather than not at all."""
    soft = Image.merge("RGBA", [*([Image.new("L", (256, 256))] * 3), Image.effect_noise((256, 256), 40)])

    assert levels(sent(tmp_path, encoded(soft, "PNG"), (256, 256), most_bytes=30_000)) == [0, 255]


def test_too_heavy_for_ever(tmp_path: Path) -> None:
    """A mask that cannot be made light enough is refused, and what was tried is gone."""
    with pytest.raises(PictureTooHeavy):
        sent(tmp_path, encoded(HALF_CLEAR, "PNG"), most_bytes=50)

    assert not (tmp_path / "mask.png").exists()


def test_white_for_an_engine_that_reads_grey(tmp_path: Path) -> None:
    """The same mask for a provider that ignores alpha: grey, white where the picture may change."""
    task = asked(tmp_path, encoded(HALF_CLEAR, "PNG"), encoded(picture(), "PNG"), SIZE, white=True)

    _, result = made(task)

    assert result.mode == "L"
    assert ImageChops.difference(result, drawn("L", 0, 255)).getbbox() is None
