"""That the results show what came in, and leave alone what the mask protects."""

from collections.abc import Mapping
from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageDraw

from bot.sandbox.engine.form import File, Form
from bot.sandbox.engine.paint import laid_out, painted, roomiest
from bot.sandbox.engine.pictures import nearest, opened, result_size
from bot.sandbox.engine.rules import MODELS, Flexible
from bot.sandbox.engine.stamps import Rect
from bot.sandbox.engine.validate import Order, checked
from tests.sandbox.engine.caller import picture

SIZE = (1024, 640)


def _order(fields: Mapping[str, str], *pictures: bytes, mask: bytes | None = None) -> Order:
    files = [File("image[]", f"image[{nth}]", "image/png", memoryview(each)) for nth, each in enumerate(pictures)]
    if mask is not None:
        files.append(File("mask", "mask", "image/png", memoryview(mask)))
    given = {"model": "gpt-image-2", "prompt": "a red door", "size": "1024x640", **fields}
    return checked(Form(tuple(given.items()), tuple(files)), MODELS)


def _results(order: Order, call: int = 1, manner: str | None = None) -> list[Image.Image]:
    inputs = opened(order)
    sheet = laid_out(order, inputs, result_size(order, inputs.sizes[0]), call, manner)
    return [Image.open(BytesIO(each)) for each in painted(sheet, order.n)]


def _mask(shape: str) -> bytes:
    alpha = Image.new("L", SIZE, 255)
    draw = ImageDraw.Draw(alpha)
    if shape == "ellipse":
        draw.ellipse((500, 200, 900, 500), fill=0)
    elif shape == "speck":
        draw.rectangle((700, 300, 708, 303), fill=0)
    elif shape == "soft":
        alpha.paste(Image.linear_gradient("L").resize(SIZE))
    elif shape == "all":
        draw.rectangle((0, 0, *SIZE), fill=0)
    out = BytesIO()
    Image.merge("LA", (Image.new("L", SIZE, 0), alpha)).convert("RGBA").save(out, "PNG")
    return out.getvalue()


def _touched(result: Image.Image, ground: bytes) -> Image.Image:
    before = Image.open(BytesIO(ground)).convert(result.mode)
    changed = ImageChops.difference(result, before).split()
    touched = changed[0]
    for band in changed[1:]:
        touched = ImageChops.lighter(touched, band)
    return touched.point(lambda value: 255 if value else 0)


@pytest.mark.parametrize("shape", ["ellipse", "speck", "soft", "none", "all"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "P"])
def test_outside_the_mask_every_pixel_is_the_inputs(shape: str, mode: str) -> None:
    """Tint, insets and stamps change pixels only where the mask is wholly transparent, and they do change there."""
    ground, mask = picture(SIZE, mode), _mask(shape)

    for result in _results(_order({"n": "2"}, ground, picture((300, 200)), mask=mask)):
        editable = Image.open(BytesIO(mask)).getchannel("A").point(lambda alpha: 255 if alpha == 0 else 0)
        touched = _touched(result, ground)
        assert result.size == SIZE
        assert ImageChops.multiply(touched, ImageChops.invert(editable)).getbbox() is None
        assert (touched.getbbox() is None) == (shape == "none")


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_an_ignored_mask_is_seen_everywhere(mode: str) -> None:
    """Outside the mask hardly a pixel stays near to what it was; where no mask was sent, nothing is new."""
    ground, mask = picture(SIZE, mode), _mask("ellipse")
    (ignored,) = _results(_order({}, ground, mask=mask), manner="everywhere")
    plain, wished = _results(_order({}, ground))[0], _results(_order({}, ground), manner="everywhere")[0]

    assert (ignored.size, ignored.mode) == (SIZE, "RGBA" if mode == "RGBA" else "RGB")
    assert _share(_apart(ignored, ground), Image.open(BytesIO(mask)).getchannel("A")) > 0.95
    assert wished.tobytes() == plain.tobytes()


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_mask_that_is_strayed_from_hardly_shows(mode: str) -> None:
    """Outside the mask nearly every pixel is another one, none by far; inside it is painted as ever."""
    ground, mask = picture(SIZE, mode), _mask("ellipse")
    (astray,), (true,) = (_results(_order({}, ground, mask=mask), manner=manner) for manner in ("astray", None))

    outside = Image.open(BytesIO(mask)).getchannel("A")
    assert _share(_touched(astray, ground), outside) > 0.9
    assert _share(_apart(astray, ground), outside) == 0
    assert astray.crop((600, 300, 800, 400)).tobytes() == true.crop((600, 300, 800, 400)).tobytes()


@pytest.mark.parametrize("output_format", ["png", "jpeg", "webp"])
def test_noise_makes_a_picture_heavy(output_format: str) -> None:
    """A noisy result has several times the bytes of a plain one, and a PNG of it about three a pixel."""
    order = _order({"output_format": output_format}, picture(SIZE))
    heavy, light = (next(painted(laid_out(order, opened(order), SIZE, 1, manner), 1)) for manner in ("noise", None))

    assert len(heavy) > 5 * len(light)
    assert output_format != "png" or 2.5 < len(heavy) / (SIZE[0] * SIZE[1]) < 3.1


def _apart(result: Image.Image, ground: bytes) -> Image.Image:
    """255 where a colour differs by more than 32."""
    before = Image.open(BytesIO(ground)).convert("RGB")
    red, green, blue = ImageChops.difference(result.convert("RGB"), before).split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return most.point(lambda value: 255 if value > 32 else 0)


def _share(marked: Image.Image, outside: Image.Image) -> float:
    """How much of what lies outside the mask is marked."""
    return ImageChops.multiply(marked, outside).histogram()[255] / outside.histogram()[255]


def test_every_result_and_every_call_looks_different() -> None:
    """Result number, request number, prompt, other pictures and quality are all to be seen."""
    ground = picture(SIZE)
    seen = [
        *_results(_order({"n": "3"}, ground)),
        *_results(_order({"n": "3"}, ground), call=2),
        *_results(_order({"prompt": "a blue door"}, ground)),
        *_results(_order({"quality": "high"}, ground)),
        *_results(_order({}, ground, picture((64, 64)))),
        *_results(_order({}, ground, picture((64, 64)), picture((64, 80)))),
    ]

    assert len({each.tobytes() for each in seen}) == len(seen)


def test_the_same_request_gives_the_same_bytes() -> None:
    """Nothing in a picture depends on chance or on the time."""
    order = _order({}, picture(SIZE))

    assert _results(order)[0].tobytes() == _results(order)[0].tobytes()


@pytest.mark.parametrize(("output_format", "kind"), [("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WEBP")])
def test_the_format_is_the_one_ordered(output_format: str, kind: str) -> None:
    """PNG, JPEG and WebP are what they say."""
    (result,) = _results(_order({"output_format": output_format}, picture((60, 60))))

    assert (result.format, result.size) == (kind, SIZE)


def test_compression_makes_a_picture_smaller() -> None:
    """A JPEG at 30 is smaller than one at 100."""
    sizes = []
    for compression in ("100", "30"):
        order = _order({"output_format": "jpeg", "output_compression": compression}, picture(SIZE))
        inputs = opened(order)
        sizes.append(len(next(painted(laid_out(order, inputs, SIZE, 1), 1))))

    assert sizes[1] < sizes[0]


def test_a_transparent_background_is_transparent() -> None:
    """The corners of the result are clear, its middle is not; opaque has no alpha at all."""
    model = {"model": "gpt-image-2.5-flare"}
    (clear,) = _results(_order({**model, "background": "transparent"}, picture(SIZE)))
    (opaque,) = _results(_order({**model, "background": "opaque"}, picture(SIZE, "RGBA")))

    alpha = clear.getchannel("A")
    assert (alpha.getpixel((0, 0)), alpha.getpixel((512, 320))) == (0, 255)
    assert opaque.mode == "RGB"


@pytest.mark.parametrize(
    ("first", "size"),
    [
        ((1024, 1024), (1024, 1024)),
        ((3840, 2160), (3840, 2160)),
        ((64, 64), (816, 816)),
        ((1254, 1254), (1248, 1248)),
        ((4000, 500), None),
        ((5000, 5000), None),
        ((1, 9000), None),
        ((8000, 6000), None),
    ],
)
def test_auto_takes_the_size_of_picture_1_or_one_near_it(first: tuple[int, int], size: tuple[int, int] | None) -> None:
    """Auto keeps a size that the rule allows and else finds one that it allows."""
    found, rule = nearest(first, Flexible()), Flexible()

    assert found == (size or found)
    assert max(found) <= rule.max_edge
    assert max(found) <= rule.max_ratio * min(found)
    assert rule.min_pixels <= found[0] * found[1] <= rule.max_pixels
    assert found[0] % rule.step == found[1] % rule.step == 0


def test_auto_of_a_list_takes_the_nearest_shape() -> None:
    """A wide picture becomes the wide size of a model that has a list of three."""
    order = _order({"model": "gpt-image-1.5", "size": "auto"}, picture((200, 100)))

    assert result_size(order, (200, 100)) == (1536, 1024)


def test_the_roomiest_place_lies_inside_the_mask() -> None:
    """Of a small and a large field the large one is found; without any, the place is harmless."""
    editable = Image.new("L", (1000, 1000), 0)
    nothing = roomiest(editable)
    editable.paste(255, (20, 20, 120, 120))
    editable.paste(255, (300, 400, 900, 800))
    found = roomiest(editable)

    assert nothing == Rect(0, 0, 1, 1)
    assert found.x >= 300
    assert found.y >= 400
    assert found.x + found.width <= 900
    assert found.y + found.height <= 800
    assert found.width * found.height > 200_000


@pytest.mark.parametrize("prompt", [" ", "x" * 2000, "画一只猫 🎈 ñandú\n\n" * 40, "a" * 32_000])
def test_any_prompt_can_be_lettered(prompt: str) -> None:
    """Long, wordless and foreign prompts are wrapped and cut without trouble."""
    (result,) = _results(_order({"prompt": prompt}, picture((60, 60)), *[picture((9, 90))] * 15))

    assert result.size == SIZE
