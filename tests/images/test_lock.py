"""The mask lock: what stands, where the result shows through, and in which size it is posted."""

from collections.abc import Callable
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from PIL import Image, ImageChops, ImageCms, ImageDraw, ImageFilter

from bot.domain.errors import MaskMisfit, PictureDamaged, PictureUnknown
from bot.domain.request import ResultSize
from bot.images.fit import square as padded
from bot.images.load import load
from bot.images.lock import Frame, finish, spread, weights
from bot.images.tasks import Composed, FinishTask, named

RED, GREEN = (255, 0, 0), (0, 200, 0)
Size = tuple[int, int]


class Posted(NamedTuple):
    """What was said of a result, its file, and its pixels."""

    said: Composed
    path: Path
    picture: Image.Image


def photo(size: Size, mode: str = "RGB") -> Image.Image:
    """Something with colours, structure and a little grain."""
    across = Image.linear_gradient("L").resize(size)
    grain = Image.effect_noise(size, 24).filter(ImageFilter.GaussianBlur(1))
    picture = Image.merge("RGB", (across, Image.radial_gradient("L").resize(size), grain))
    draw = ImageDraw.Draw(picture)
    for place in range(12):
        left, upper = place * 53 % size[0], place * 37 % size[1]
        draw.ellipse((left, upper, left + size[0] // 8, upper + size[1] // 8), (place * 53 % 256, place * 91 % 256, 40))
    if mode in ("RGBA", "LA"):
        picture.putalpha(Image.radial_gradient("L").resize(size).point(lambda value: 255 - value // 2))
    return picture.convert(mode)


def drawn(size: Size) -> Image.Image:
    """A mask with an ellipse, a box at the border and a stroke; white may change."""
    width, height = size
    mask = Image.new("L", size)
    draw = ImageDraw.Draw(mask)
    draw.ellipse((width // 8, height // 8, width // 2, height // 2), 255)
    draw.rectangle((width * 2 // 3, height // 2, width - 1, height * 3 // 4), 255)
    draw.line((width // 8, height * 7 // 8, width * 7 // 8, height * 7 // 8), 255, 2)
    return mask


def encoded(picture: Image.Image, format_: str = "PNG", **options: object) -> bytes:
    file = BytesIO()
    picture.save(file, format_, **options)
    return file.getvalue()


def content(picture: Image.Image | bytes) -> bytes:
    return picture if isinstance(picture, bytes) else encoded(picture)


def finished(
    folder: Path,
    result: Image.Image | bytes,
    first: Image.Image | bytes,
    mask: Image.Image | bytes | None = None,
    *,
    size: ResultSize = ResultSize.OPEN,
    square: bool = False,
    lock: bool = True,
    feather: int = 0,
    format_: str = "",
) -> Posted:
    """Finish a result; the sign of life must come once, after which the files may go."""
    paths = {"result": result, "first": first, "mask": mask}
    for name, picture in paths.items():
        if picture is not None:
            (folder / name).write_bytes(content(picture))
    signs: list[str] = []
    task = FinishTask(
        path=str(folder / "result"),
        name="result",
        first=str(folder / "first"),
        first_name="cat.png",
        mask="" if mask is None else str(folder / "mask"),
        mask_name="sky.png",
        square=square,
        size=size.value,
        lock=lock,
        feather=feather,
        format=format_,
        target=str(folder / "posted"),
    )
    said = finish(task, lambda: signs.append("decoded"))
    assert signs == ["decoded"]
    path = named(folder / "posted", said.format) if said.changed else folder / "result"
    picture = Image.open(BytesIO(path.read_bytes()))
    picture.load()
    assert (said.width, said.height, said.bytes) == (*picture.size, path.stat().st_size)
    assert said.format == (picture.format or "").lower()
    return Posted(said, path, picture)


def painted(size: Size) -> Image.Image:
    """What a provider returns that ignores the mask, or paints red whatever it is asked."""
    return Image.new("RGB", size, RED)


def count(area: Image.Image) -> int:
    return area.histogram()[255]


def differing(one: Image.Image, other: Image.Image) -> Image.Image:
    """Where any channel differs at all ("L", 255)."""
    channels = ImageChops.difference(one, other).split()
    most = channels[0]
    for channel in channels[1:]:
        most = ImageChops.lighter(most, channel)
    return most.point(lambda value: 255 if value else 0)


def outside(mask: Image.Image) -> Image.Image:
    return mask.point(lambda value: 0 if value >= 128 else 255)


def is_untouched(posted: Image.Image, first: Image.Image, mask: Image.Image) -> bool:
    """Whether no bit outside of the mask differs."""
    return ImageChops.darker(differing(posted, first), outside(mask)).getbbox() is None


# ── what stands ─────────────────────────────────────────────────────────────────────────────────────────────


def turned(picture: Image.Image) -> bytes:
    """As a phone saves it: lying on its side, with a note that says so."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(picture.transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif)


SOURCES: dict[str, Callable[[Size], bytes]] = {
    "RGB": lambda size: encoded(photo(size)),
    "RGBA": lambda size: encoded(photo(size, "RGBA")),
    "L": lambda size: encoded(photo(size, "L")),
    "LA": lambda size: encoded(photo(size, "LA")),
    "P": lambda size: encoded(photo(size, "P")),
    "1": lambda size: encoded(photo(size, "1")),
    "WebP": lambda size: encoded(photo(size, "RGBA"), "WEBP", quality=70),
    "JPEG on its side": lambda size: turned(photo(size)),
}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("size", [(240, 160), (97, 211), (640, 480)])
def test_outside_is_identical(tmp_path: Path, source: str, size: Size) -> None:
    """A provider that paints everything changes no bit outside of the mask, whatever picture 1 was."""
    mask = drawn(size)

    said, _, posted = finished(tmp_path, painted((size[0] * 3 // 2, size[1] * 3 // 2)), SOURCES[source](size), mask)

    first = load(tmp_path / "first", "cat.png")
    assert (said.changed, said.locked, said.format) == (True, True, "png")
    assert (posted.mode, posted.size) == (first.mode, size)
    assert is_untouched(posted, first, mask)
    assert posted.convert("RGB").getpixel((size[0] * 5 // 16, size[1] * 5 // 16)) == RED


@pytest.mark.parametrize("edge", [300, 512])
@pytest.mark.parametrize("size", [(240, 160), (97, 211)])
def test_a_padded_square(tmp_path: Path, size: Size, edge: int) -> None:
    """Where picture 1 was sent in a square, the square's border is cut off before the result is put over it."""
    first, mask = photo(size), drawn(size)
    changed = first.copy()
    changed.paste(RED, mask=mask)
    result = padded(changed, fill=(9, 9, 9)).resize((edge, edge), Image.Resampling.BICUBIC)

    said, _, posted = finished(tmp_path, result, first, mask, square=True)

    assert said.strayed is not None
    assert said.strayed < 20
    assert posted.size == size
    assert is_untouched(posted, first, mask)
    assert ImageChops.difference(posted, changed).convert("L").point(lambda value: value > 40).histogram()[1] < 900


def test_a_soft_mask(tmp_path: Path) -> None:
    """Of what a mask selects only in part, the greater half may change and the smaller half stays."""
    first, alpha = photo((240, 160)), Image.new("L", (240, 160), 255)
    for level, left in ((0, 0), (120, 60), (136, 120)):
        alpha.paste(level, (left, 0, left + 60, 160))
    mask = Image.new("RGBA", (240, 160), "black")
    mask.putalpha(alpha)

    _, _, posted = finished(tmp_path, painted((240, 160)), first, mask)

    assert posted.crop((0, 0, 110, 160)).getcolors() == [(110 * 160, RED)]
    assert posted.crop((120, 0, 240, 160)).tobytes() == first.crop((120, 0, 240, 160)).tobytes()


def test_alpha_of_the_result(tmp_path: Path) -> None:
    """A result that made something clear makes the picture clear there, and only there."""
    first, mask = photo((240, 160)), drawn((240, 160))

    _, _, posted = finished(tmp_path, Image.new("RGBA", (480, 320)), first, mask)

    assert posted.mode == "RGBA"
    assert is_untouched(posted, first.convert("RGBA"), mask)
    assert posted.getchannel("A").getpixel((75, 50)) == 0


def test_an_alpha_that_says_nothing(tmp_path: Path) -> None:
    """A result whose alpha is opaque all over leaves a picture without alpha as it was."""
    _, _, posted = finished(tmp_path, painted((240, 160)).convert("RGBA"), photo((240, 160)), drawn((240, 160)))

    assert posted.mode == "RGB"


def test_no_fringe_beside_what_is_clear(tmp_path: Path) -> None:
    """The seam over a clear part of picture 1 takes none of the colour that is hidden there."""
    first = photo((240, 160)).convert("RGBA")
    first.paste((0, 0, 0, 0), (0, 0, 240, 80))
    mask = Image.new("L", (240, 160))
    mask.paste(255, (40, 20, 200, 60))

    _, _, posted = finished(tmp_path, painted((240, 160)), first, mask, feather=8)

    seam = posted.getpixel((120, 24))
    assert isinstance(seam, tuple)
    assert 0 < seam[3] < 255
    assert seam[0] > 240


def test_a_size_that_was_asked_for(tmp_path: Path) -> None:
    """Where the member asked for a size, picture 1 is brought to it, and stands there outside of the mask."""
    first, mask = photo((640, 480)), drawn((640, 480))

    said, _, posted = finished(tmp_path, painted((320, 240)), first, mask, size=ResultSize.ASKED)

    small = first.resize((320, 240), Image.Resampling.LANCZOS)
    kept = Image.new("L", (320, 240))
    kept.paste(255, (170, 10, 310, 110))
    assert (said.locked, posted.size) == (True, (320, 240))
    assert ImageChops.darker(differing(posted, small), kept).getbbox() is None
    assert posted.getpixel((100, 75)) == RED
    assert posted.getpixel((200, 210)) == RED


def test_a_square_that_was_asked_for(tmp_path: Path) -> None:
    """Asked for as a square, the picture keeps its place in the middle, and the border is clear again."""
    said, _, posted = finished(
        tmp_path, painted((256, 256)), photo((240, 120)), drawn((240, 120)), size=ResultSize.ASKED, square=True
    )

    assert (said.locked, posted.mode, posted.size) == (True, "RGBA", (256, 256))
    assert posted.crop((0, 0, 256, 64)).getextrema() == ((0, 0),) * 4
    assert posted.getpixel((80, 104)) == (*RED, 255)


# ── the seam ────────────────────────────────────────────────────────────────────────────────────────────────


def cornered(size: Size) -> Image.Image:
    """A mask whose selection surrounds what stays: an angle, and a hole."""
    mask = Image.new("L", size, 255)
    mask.paste(0, (size[0] // 2, 0, size[0], size[1] // 2))
    mask.paste(0, (60, 150, 64, 154))
    return mask


@pytest.mark.parametrize("shape", [drawn, cornered])
@pytest.mark.parametrize("seam", [2, 3, 8, 24, 200])
def test_the_seam_is_inside(shape: Callable[[Size], Image.Image], seam: int) -> None:
    """Nothing of the result is seen outside of the selection, however soft the seam, not even in an inner corner."""
    mask = shape((320, 240))

    weight = weights(mask, seam)

    assert ImageChops.darker(weight, outside(mask)).getbbox() is None


@pytest.mark.parametrize("seam", [4, 8, 24])
def test_the_seam_is_soft(seam: int) -> None:
    """From the border of the selection to the end of the seam the weight rises in small steps, from little to all."""
    mask = Image.new("L", (300, 300))
    mask.paste(255, (100, 0, 300, 300))

    row = [weights(mask, seam).getpixel((x, 150)) for x in range(100, 300)]

    steps = [int(after) - int(before) for before, after in pairwise(row)]  # type: ignore[arg-type]
    assert row[0] <= 40  # type: ignore[operator]
    assert row[seam:] == [255] * (200 - seam)
    assert 0 <= min(steps) <= max(steps) <= 2 * 255 // seam


STROKES = [(10, 10, 300, 220), (10, 120, 300, 120), (40, 5, 40, 230), (20, 200, 300, 180), (0, 0, 319, 0)]


@pytest.mark.parametrize("stroke", STROKES)
@pytest.mark.parametrize("width", [1, 2, 3])
def test_thin_strokes(stroke: tuple[int, int, int, int], width: int) -> None:
    """A stroke too thin for any seam lets the result show through wholly, in whatever direction it runs."""
    mask = Image.new("L", (320, 240))
    ImageDraw.Draw(mask).line(stroke, 255, width)

    for seam in (2, 8, 24, 200):
        assert weights(mask, seam).tobytes() == mask.tobytes()


@pytest.mark.parametrize("seam", [2, 8, 24])
def test_a_thin_stroke_beside_a_large_area(seam: int) -> None:
    """A stroke that leaves a large area keeps all of its weight from the seam's width on."""
    mask = Image.new("L", (320, 240))
    draw = ImageDraw.Draw(mask)
    draw.rectangle((20, 20, 150, 200), 255)
    draw.line((150, 100, 310, 100), 255, 2)

    weight = weights(mask, seam)

    assert weight.crop((151 + seam, 100, 311, 101)).getextrema() == (255, 255)
    assert weight.getpixel((85, 110)) == 255


def test_no_seam_at_the_end_of_the_picture() -> None:
    """Where the selection reaches the border of the picture there is nothing to be soft towards."""
    mask = Image.new("L", (100, 80))
    mask.paste(255, (40, 0, 100, 80))

    assert weights(mask, 6).crop((90, 0, 100, 80)).getextrema() == (255, 255)


@pytest.mark.parametrize("by", [1, 2, 5, 13, 28])
def test_spreading(by: int) -> None:
    """A point becomes a square, without gaps."""
    point = Image.new("L", (80, 80))
    point.putpixel((40, 37), 200)
    square = Image.new("L", (80, 80))
    square.paste(200, (40 - by, 37 - by, 41 + by, 38 + by))

    assert spread(point, by).tobytes() == square.tobytes()


def test_a_feather_is_wider(tmp_path: Path) -> None:
    """A wished feather makes the seam that wide; more of picture 1 is seen through it."""
    first, mask, result = photo((240, 160)), drawn((240, 160)), painted((240, 160))

    changed = [
        count(differing(finished(tmp_path, result, first, mask, feather=feather).picture, result))
        for feather in (1, 0, 12)
    ]

    assert changed == sorted(set(changed))
    assert changed[0] == count(outside(mask))


# ── what comes as it came, and in which size ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("size", list(ResultSize))
@pytest.mark.parametrize("mask", [None, drawn((240, 160))], ids=["no mask", "mask without lock"])
def test_nothing_to_do(tmp_path: Path, size: ResultSize, mask: Image.Image | None) -> None:
    """A result that needs nothing is not written again, even where another format was wished."""
    result = encoded(painted((240, 160)), "JPEG")

    said, path, _ = finished(tmp_path, result, photo((240, 160)), mask, size=size, lock=False, format_="webp")

    assert (said.changed, said.locked, said.format) == (False, False, "jpeg")
    assert path.read_bytes() == result
    assert not list(tmp_path.glob("posted*"))


def test_strayed_without_lock(tmp_path: Path) -> None:
    """How far the model strayed is told whether or not picture 1 is put back."""
    for lock in (True, False):
        said, _, _ = finished(tmp_path, painted((300, 200)), photo((240, 160)), drawn((240, 160)), lock=lock)

        assert said.strayed is not None
        assert said.strayed > 500


@pytest.mark.parametrize("size", list(ResultSize))
def test_another_shape_is_not_locked(tmp_path: Path, size: ResultSize) -> None:
    """A result of another shape than picture 1 cannot be put over it, and how far it strayed cannot be told."""
    said, _, _ = finished(tmp_path, painted((200, 200)), photo((240, 160)), drawn((240, 160)), size=size)

    assert (said.locked, said.strayed) == (False, None)
    assert (said.width, said.height) == ((240, 160) if size is ResultSize.SAME else (200, 200))


@pytest.mark.parametrize(
    ("result", "first"),
    [((1536, 1024), (240, 160)), ((120, 80), (240, 160)), ((1024, 1024), (160, 240)), ((64, 96), (90, 91))],
)
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_same_size(tmp_path: Path, result: Size, first: Size, mode: str) -> None:
    """The size of picture 1 is the size of the result, whatever the model returns."""
    said, _, posted = finished(tmp_path, photo(result, mode), photo(first), size=ResultSize.SAME)

    assert (posted.size, posted.mode, said.changed, said.format) == (first, mode, True, "png")


def test_same_size_is_cut_in_the_middle(tmp_path: Path) -> None:
    """What picture 1 has no room for is cut off on both sides alike; nothing is bent."""
    result = Image.new("RGB", (300, 100), RED)
    result.paste(GREEN, (100, 0, 200, 100))

    _, _, posted = finished(tmp_path, result, photo((50, 50)), size=ResultSize.SAME)

    assert posted.resize((25, 25), Image.Resampling.BOX).getcolors() == [(625, GREEN)]


def test_same_size_loses_the_padding(tmp_path: Path) -> None:
    """The border that made picture 1 a square is gone when the result has its size."""
    result = padded(Image.new("RGB", (240, 120), GREEN), fill=RED).resize((512, 512), Image.Resampling.NEAREST)

    _, _, posted = finished(tmp_path, result, photo((240, 120)), size=ResultSize.SAME, square=True)

    assert posted.crop((0, 4, 240, 116)).getcolors() == [(240 * 112, GREEN)]


@pytest.mark.parametrize(
    ("result", "first", "square", "region", "fits"),
    [
        ((300, 200), (600, 400), False, (0, 0, 300, 200), True),
        ((1536, 1024), (3000, 2010), False, (0, 0, 1536, 1024), True),
        ((1024, 1024), (1050, 1000), False, (0, 0, 1024, 1024), False),
        ((1024, 1024), (600, 400), True, (0, 170, 1024, 853), True),
        ((1024, 1024), (400, 600), True, (170, 0, 853, 1024), True),
        ((1536, 1024), (600, 400), True, (0, 0, 1536, 1024), True),
        ((512, 512), (512, 512), True, (0, 0, 512, 512), True),
    ],
)
def test_frames(result: Size, first: Size, square: bool, region: tuple[int, ...], fits: bool) -> None:
    """Where picture 1 is in a result, and whether that has its shape."""
    frame = Frame.of(result, first, square=square)

    assert (frame.region, frame.fits) == (region, fits)


@pytest.mark.parametrize(("first", "edge"), [((7, 997), 1024), ((997, 7), 1000), ((1, 3000), 64), ((333, 1000), 511)])
def test_very_long_pictures(tmp_path: Path, first: Size, edge: int) -> None:
    """A picture whose region of the square is thinner than a pixel is still brought to its size."""
    _, _, posted = finished(tmp_path, painted((edge, edge)), painted(first), size=ResultSize.SAME, square=True)

    assert posted.size == first


# ── what is written ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("format_", ["", "png", "webp"])
def test_a_lock_is_lossless(tmp_path: Path, format_: str) -> None:
    """The formats that can keep picture 1 as it is do so, clear parts and all."""
    first, mask = photo((240, 160), "RGBA"), drawn((240, 160))

    said, _, posted = finished(tmp_path, painted((240, 160)), first, mask, format_=format_)

    assert said.format == (format_ or "png")
    assert is_untouched(posted, first, mask)


def test_jpeg_is_on_white(tmp_path: Path) -> None:
    """JPEG has no transparency: what is clear becomes white."""
    first = photo((240, 160)).convert("RGBA")
    first.paste((0, 0, 0, 0), (0, 0, 240, 16))

    said, _, posted = finished(tmp_path, painted((240, 160)), first, drawn((240, 160)), format_="jpeg")

    corner = posted.getpixel((4, 4))
    assert (said.format, posted.mode) == ("jpeg", "RGB")
    assert isinstance(corner, tuple)
    assert min(corner) > 245


@pytest.mark.parametrize(("format_", "lock"), [("png", False), ("jpeg", False), ("webp", False), ("webp", True)])
def test_no_metadata(tmp_path: Path, format_: str, lock: bool) -> None:
    """What is written holds pixels only, whatever the result and picture 1 said about themselves."""
    exif = Image.Exif()
    exif[0x010E] = "my cellar"
    options = {"exif": exif, "icc_profile": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()}
    result, first = encoded(painted((300, 200)), "PNG", **options), encoded(photo((240, 160)), "JPEG", **options)

    said, path, posted = finished(
        tmp_path, result, first, drawn((240, 160)), size=ResultSize.SAME, lock=lock, format_=format_
    )

    assert (said.changed, said.format) == (True, format_)
    assert b"my cellar" not in path.read_bytes()
    assert not {"exif", "icc_profile", "xmp"} & set(posted.info)


def test_a_format_without_room(tmp_path: Path) -> None:
    """A picture longer than WebP can be is written as PNG."""
    first, mask = painted((16500, 8)), Image.new("L", (16500, 8))
    mask.paste(255, (100, 0, 900, 8))

    said, _, _ = finished(tmp_path, Image.new("RGB", (8250, 4), GREEN), first, mask, format_="webp")

    assert (said.format, said.width, said.locked) == ("png", 16500, True)
    assert [path.name for path in tmp_path.glob("posted*")] == ["posted.png"]


# ── what is refused ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("bad", "name"), [("result", "result"), ("first", "cat.png"), ("mask", "sky.png")], ids=["result", "first", "mask"]
)
def test_what_is_damaged(tmp_path: Path, bad: str, name: str) -> None:
    """Any of the three files that is cut is refused under its own name, and nothing is written."""
    files = {"result": painted((240, 160)), "first": photo((240, 160)), "mask": drawn((240, 160))}
    cut = {key: content(picture)[:-40] if key == bad else picture for key, picture in files.items()}

    with pytest.raises(PictureDamaged) as caught:
        finished(tmp_path, cut["result"], cut["first"], cut["mask"])

    assert caught.value.fields == {"name": name}
    assert not list(tmp_path.glob("posted*"))


def test_what_is_no_picture(tmp_path: Path) -> None:
    """A result that is something else is named for what it is."""
    with pytest.raises(PictureUnknown) as caught:
        finished(tmp_path, b"%PDF-1.7 and so on", photo((240, 160)), drawn((240, 160)))

    assert caught.value.fields == {"name": "result", "found": "PDF"}


def test_a_mask_of_another_shape(tmp_path: Path) -> None:
    """A mask that does not belong to picture 1 is refused with both sizes."""
    with pytest.raises(MaskMisfit) as caught:
        finished(tmp_path, painted((240, 160)), photo((240, 160)), drawn((160, 160)))

    assert caught.value.fields == {"name": "sky.png", "mask_size": "160x160", "size": "240x160"}
