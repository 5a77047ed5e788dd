"""Which attachment is the mask, how it is understood, and that nothing changes outside it."""

import asyncio
import io
from collections.abc import AsyncGenerator, Mapping

import pytest
import pytest_asyncio
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from bot.sandbox.member import Acted
from bot.sandbox.samples import Samples
from tests.images.files import encoded
from tests.walk.conftest import Crowd, Stage, crowded
from tests.walk.several import Options, Row, providers, said
from tests.walk.sight import (
    RETOUCHED,
    UNTOUCHED,
    button_labels,
    edited,
    exhibited,
    file_fields,
    is_private,
    mask,
    of_bot,
    opened_by,
    picture,
    private,
    quota,
    share_apart,
    size_of,
    words,
)
from tests.walk.test_ways_in import outside_is_unchanged

pytestmark = pytest.mark.asyncio(loop_scope="module")

QWEN = "Qwen/Qwen-Image-Edit"
LOCAL = "sd-cpp-local"
ROWS = (
    Row("openai", "openai"),
    Row("vllm-omni", "vllm_omni", models=(QWEN,)),
    Row("sglang", "sglang", models=("at-sglang",)),
    Row("sdcpp", "sdcpp", models=(LOCAL,)),
)
CARDS = f'[models."at-sglang"]\nwire_name = "{QWEN}"\n'
RESTORED = "This provider ignored the mask; I put your picture back outside it."
MAGENTA = (255, 0, 255)
FORMS: Mapping[str, str] = {
    "alpha": "what is transparent",
    "black-and-white": "white on black",
    "grey": "what is bright",
    "scribble": "what is scribbled over",
    "hole": "what is erased",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def crowd(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Crowd, None]:
    """A crowd before a bot with four providers, of which two heed no mask; ada runs it."""

    def settings(stage: Stage) -> Mapping[str, str]:
        return {**providers(stage, *ROWS, cards=CARDS), "OPERATOR_IDS": stage.id_of("ada")}

    async with crowded(tmp_path_factory.mktemp("masks"), settings) as crowd:
        yield crowd


async def test_the_mask_is_the_option_or_the_file_that_is_named_so(crowd: Crowd) -> None:
    """The option wins whatever its name; else the file whose name ends in `mask`; the answer says which was taken."""
    async with crowd.newcomer() as here, crowd.newcomer() as there, asyncio.TaskGroup() as group:
        asked = (
            edited(here, images=[picture()], mask=mask("hole.png"), prompt="by option"),
            edited(here, images=[picture(), mask("sky-MASK.png")], prompt="by name"),
            edited(there, images=[picture(), picture("hole.png")], prompt="by neither"),
            edited(there, images=[mask("mask.png")], prompt="alone"),
        )
        acted = [await task for task in [group.create_task(one) for one in asked]]

    assert [_mask_line(one) for one in acted] == [
        "mask: hole.png, 50 % will change",
        "mask: sky-MASK.png, 50 % will change",
        "",
        "",
    ]
    assert [file_fields(crowd.form(prompt)) for prompt in ("by option", "by name", "by neither", "alone")] == [
        ["image", "mask"],
        ["image", "mask"],
        ["image[]"] * 2,
        ["image"],
    ]


async def test_a_mask_that_would_have_to_be_guessed_is_refused(crowd: Crowd) -> None:
    """Two files that are both named like masks, and a mask for a model that takes none, are refused in private."""
    async with crowd.newcomer() as mira:
        two = await mira.edit(images=[picture(), mask("a-mask.png"), mask("b-mask.png")], prompt="two masks")
        unlocked: Options = {"model": QWEN, "lock": False}
        unsupported = await mira.edit(images=[picture()], mask=mask("hole.png"), options=unlocked, prompt="two masks")
        public, left = await of_bot(mira), await quota(mira)

    assert (two.refused or "").startswith("Both a-mask.png and b-mask.png look like masks")
    assert (
        (unsupported.refused or "").replace("\\", "").startswith(f"{QWEN} cannot work with a mask. Leave hole.png out")
    )
    assert is_private(two)
    assert is_private(unsupported)
    assert public == []
    assert "20 of 20 left" in left
    assert "held" not in left
    assert crowd.calls("two masks") == []


async def test_outside_the_mask_every_pixel_stays(crowd: Crowd, samples: Samples) -> None:
    """With two results both are, outside the mask, what was sent."""
    async with crowd.newcomer() as mira:
        acted = await edited(mira, images=[samples.picture], mask=samples.mask, prompt="two", options={"n": 2})
        results = [await mira.download(file["url"]) for file in acted.files]

    assert [file["filename"].rpartition("-")[2] for file in acted.files] == ["1.png", "2.png"]
    assert all(outside_is_unchanged(samples, result) for result in results)


@pytest.mark.parametrize("form", FORMS)
async def test_five_ways_to_say_the_same(crowd: Crowd, samples: Samples, form: str) -> None:
    """In each form the part that reaches the provider is, within a hundredth, what was meant; the member is told."""
    ground = _lake(samples)
    name, content = _drawn(form, ground)
    async with crowd.newcomer() as mira:
        acted = await edited(
            mira, images=[("lake.png", encoded(ground, "PNG"))], mask=(name, content), prompt=f"as {form}"
        )

    assert share_apart(opened_by(crowd.form(f"as {form}")), _meant()) < 0.01
    assert f"{name} is the mask ({FORMS[form]}): 24 % will change" in private(acted)
    assert _mask_line(acted) == f"mask: {name}, 24 % will change"


async def test_a_provider_that_ignores_masks_changes_nothing_outside(crowd: Crowd, samples: Samples) -> None:
    """What is posted is the input outside the mask; the member reads why, the operator hears of it once, and what the
    model made is one press away."""
    prompts = ("violet [fault:mask_ignored] once", "teal [fault:mask_ignored] twice")
    async with crowd.newcomer() as mira, crowd.stage.member("ada", "dm") as ada:
        acted = [await edited(mira, images=[samples.picture], mask=samples.mask, prompt=one) for one in prompts]
        results = [await mira.download(one.files[0]["url"]) for one in acted]
        [(untouched, made)] = await exhibited(mira, acted[0], "Untouched")
        letters = words(await ada.messages())

    assert all(outside_is_unchanged(samples, result) for result in results)
    assert all(RESTORED in one.posted[0]["content"] for one in acted)
    assert untouched["filename"].endswith("-v1-1-untouched.png")
    assert not outside_is_unchanged(samples, made)
    assert [letter.partition(":")[0] for letter in letters] == ["openai seems to ignore masks with gpt-image-2"]


async def test_a_provider_that_strays_a_little_is_not_accused(crowd: Crowd, samples: Samples) -> None:
    """A picture that comes back a little brighter is put back and nothing is said, for every model does that."""
    async with crowd.newcomer() as mira:
        acted = await edited(
            mira, images=[samples.picture], mask=samples.mask, prompt="violet [fault:mask_strays] strays"
        )
        result = await mira.download(acted.files[0]["url"])

    assert outside_is_unchanged(samples, result)
    assert "ignored" not in acted.posted[0]["content"]
    assert button_labels(acted.posted[0]) == RETOUCHED


async def test_without_the_lock_the_result_is_posted_as_it_came(crowd: Crowd, samples: Samples) -> None:
    """Whoever switches it off gets what the model made everywhere, and is told that it ignored the mask."""
    async with crowd.newcomer() as mira:
        acted = await edited(
            mira,
            images=[samples.picture],
            mask=samples.mask,
            prompt="violet [fault:mask_ignored] unlocked",
            options={"lock": False},
        )
        result = await mira.download(acted.files[0]["url"])

    assert not outside_is_unchanged(samples, result)
    assert "This provider ignored the mask." in acted.posted[0]["content"]
    assert RESTORED not in acted.posted[0]["content"]
    assert button_labels(acted.posted[0]) == UNTOUCHED


async def test_a_result_of_another_shape_cannot_be_locked(crowd: Crowd, samples: Samples) -> None:
    """It is posted as it came, in its own shape, and the member reads why."""
    async with crowd.newcomer() as mira:
        acted = await edited(
            mira, images=[samples.picture], mask=samples.mask, prompt="wide", options={"size": "1536x1024"}
        )
        result = await mira.download(acted.files[0]["url"])

    assert size_of(result) == (1536, 1024)
    assert "has another shape than your picture, so it could not be put back" in acted.posted[0]["content"]


@pytest.mark.parametrize("model", [QWEN, "at-sglang"])
async def test_a_model_that_heeds_no_mask_works_with_the_lock(crowd: Crowd, samples: Samples, model: str) -> None:
    """vLLM-Omni and SGLang are sent no mask, and outside it their results are the input."""
    async with crowd.newcomer() as mira:
        options = {"model": model}
        acted = await edited(mira, images=[samples.picture], mask=samples.mask, prompt=model, options=options)
        result = await mira.download(acted.files[0]["url"])

    assert file_fields(crowd.form(model)) == ["image"]
    assert outside_is_unchanged(samples, result)


async def test_a_scribble_reaches_an_engine_that_wants_white_on_black(crowd: Crowd, samples: Samples) -> None:
    """Whatever form the mask came in, sd.cpp gets it grey, with white where the picture may change."""
    scribble, ground = _drawn("scribble", _lake(samples)), ("lake.png", encoded(_lake(samples), "PNG"))
    async with crowd.newcomer() as mira:
        await edited(mira, images=[ground], mask=scribble, prompt="white", options={"model": LOCAL})

    form = crowd.form("white")
    [sent] = [file.body for file in form.files if file.name == "mask"]
    with Image.open(io.BytesIO(sent)) as opened:
        assert opened.mode == "L"
    assert share_apart(opened_by(form), _meant()) < 0.01


def _mask_line(acted: Acted) -> str:
    """What the status message says of the mask."""
    _, mark, told = said(acted).partition("mask: ")
    return (mark + told).splitlines()[0] if mark else ""


def _lake(samples: Samples) -> Image.Image:
    """The sample picture, smaller."""
    with Image.open(samples.picture) as opened:
        return opened.convert("RGB").resize((768, 768))


def _meant() -> Image.Image:
    """The part that shall change, white on black: what a hand would paint, some quarter of the picture."""
    drawn = Image.new("L", (768, 768))
    paint = ImageDraw.Draw(drawn)
    paint.ellipse((120, 90, 520, 430), fill=255)
    paint.polygon([(430, 300), (700, 420), (560, 640)], fill=255)
    return drawn


def _drawn(form: str, ground: Image.Image) -> tuple[str, bytes]:
    """A mask of this form, as an editor or a phone would write it."""
    meant, keep = _meant(), ImageChops.invert(_meant())
    match form:
        case "alpha":
            black = Image.new("L", ground.size)
            return f"{form}.png", encoded(Image.merge("RGBA", (black, black, black, keep)), "PNG")
        case "black-and-white":
            return f"{form}.jpg", encoded(meant, "JPEG", quality=70)
        case "grey":
            soft = meant.filter(ImageFilter.GaussianBlur(6)).point(lambda value: 20 + value * 200 // 255)
            return f"{form}.png", encoded(soft, "PNG")
        case "scribble":
            over = Image.composite(Image.new("RGB", ground.size, MAGENTA), ground, meant)
            return f"{form}.jpg", encoded(over, "JPEG", quality=85)
        case _:
            cut = ground.copy()
            cut.putalpha(keep)
            return f"{form}.png", encoded(cut, "PNG")
