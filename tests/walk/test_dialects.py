"""Every dialect at once: one bot, a provider of each kind, and what arrives there of an edit with two pictures."""

import asyncio
import io
from collections.abc import Mapping
from dataclasses import dataclass

from PIL import Image

from bot.sandbox.discord_api.furnish import GUILD, add_channel, add_member
from bot.sandbox.engine.form import Form, parsed
from bot.sandbox.member import Acted
from bot.sandbox.samples import Samples
from tests.walk.conftest import Stage
from tests.walk.several import GPT_2, Options, Row, providers, said, texts
from tests.walk.sight import Named, body_of, edited, file_fields, mask, picture, size_of
from tests.walk.test_ways_in import outside_is_unchanged

QWEN = "Qwen/Qwen-Image-Edit"
LOCAL = "sd-cpp-local"
ROWS = (
    Row("openai", "openai", models=("at-openai",)),
    Row("azure", "azure", models=("at-azure",)),
    Row("anyfast", "anyfast"),
    Row("anyfast-direct", "anyfast", "anyfast_direct", more="direct = true"),
    Row("newapi", "newapi", models=("at-newapi",)),
    Row("litellm", "litellm", models=("at-litellm",)),
    Row("sdcpp", "sdcpp", models=(LOCAL,)),
    Row("vllm-omni", "vllm_omni", models=(QWEN,)),
    Row("sglang", "sglang", models=("at-sglang",)),
)
CARDS = f'[models."at-sglang"]\nwire_name = "{QWEN}"\n' + "".join(
    f'[models."at-{name}"]\nlike = "{GPT_2}"\nwire_name = "{GPT_2}"\n'
    for name in ("openai", "azure", "newapi", "litellm")
)

HOLE = mask("hole.png")
MANY = ("image[]", "image[]")
MASKED = (*MANY, "mask")
SMALL: Options = {"size": "1024x640"}
JPEG: Options = {**SMALL, "format": "jpeg"}
EVERYTHING: Options = {**JPEG, "quality": "low", "background": "opaque", "compression": 80}
# As they stand in the form, which has an order of its own.
ALL_OF_IT = [
    ("size", "1024x640"),
    ("quality", "low"),
    ("background", "opaque"),
    ("output_format", "jpeg"),
    ("output_compression", "80"),
]


@dataclass(frozen=True, slots=True)
class Case:
    """One edit and what has to be on the wire for it; `user` says whether the member's hash is."""

    model: str
    options: Options
    sent: list[tuple[str, str]]
    mask: Named | None = None
    files: tuple[str, ...] = MANY
    user: bool = False
    kind: str = "jpg"
    size: tuple[int, int] = (1024, 640)
    results: int = 1


CASES: Mapping[str, Case] = {
    "openai": Case("at-openai", EVERYTHING, [("model", GPT_2), *ALL_OF_IT], HOLE, MASKED, user=True),
    "azure": Case("at-azure", EVERYTHING, ALL_OF_IT, HOLE, MASKED, user=True),
    "anyfast": Case(
        GPT_2,
        {"size": "1024x1024", "format": "jpeg"},
        [("model", GPT_2), ("size", "1024x1024"), ("output_format", "jpeg")],
        size=(1024, 1024),
    ),
    # The same model: with a mask the first of the two is passed over, since only the group Direct sells masks.
    "anyfast_direct": Case(
        GPT_2,
        {**SMALL, "n": 2},
        [("model", GPT_2), ("n", "2"), ("size", "1024x640")],
        HOLE,
        MASKED,
        kind="png",
        results=2,
    ),
    "newapi": Case("at-newapi", EVERYTHING, [("model", GPT_2), *ALL_OF_IT], HOLE, MASKED, user=True),
    "litellm": Case("at-litellm", EVERYTHING, [("model", GPT_2), *ALL_OF_IT], HOLE, MASKED, user=True),
    "sdcpp": Case(LOCAL, JPEG, [("size", "1024x640"), ("output_format", "jpeg")], HOLE, MASKED),
    "vllm_omni": Case(
        QWEN,
        JPEG,
        [("model", QWEN), ("size", "1024x640"), ("output_format", "jpeg"), ("response_format", "b64_json")],
    ),
    "sglang": Case(
        "at-sglang",
        JPEG,
        [("model", QWEN), ("size", "1024x640"), ("output_format", "jpeg"), ("response_format", "b64_json")],
    ),
}


async def test_every_dialect_makes_an_edit_of_two_pictures(stage: Stage) -> None:
    """At each provider exactly what its card lists arrives, with a mask where one helps, and comes back as asked."""
    world = stage.sandbox.discord.world
    for name in CASES:
        add_member(world, world.guilds[GUILD], f"member-{name}")
        add_channel(world, world.guilds[GUILD], f"place-{name}")
    async with stage.bot(**providers(stage, *ROWS, cards=CARDS)), asyncio.TaskGroup() as group:
        asked = {name: group.create_task(_asked(stage, name, case)) for name, case in CASES.items()}

    calls = {call.dialect: call for call in stage.calls}
    assert len(stage.calls) == len(CASES)
    forms = {str(one["path"]): parsed(body_of(one), str(one["content_type"])) for one in stage.records("engine")}
    for name, case in CASES.items():
        call, pictures = calls[name], asked[name].result()
        form = forms[call.path.partition("?")[0]]
        assert (name, texts(call)) == (name, case.sent)
        assert (name, tuple(file_fields(form))) == (name, case.files)
        assert (name, form.text("user") is not None) == (name, case.user)
        assert (name, form.text("prompt")) == (name, f"teal at {name}")
        assert [(one.format, one.size) for one in pictures] == [_as_asked(case)] * case.results


async def test_a_self_hosted_engine_gets_a_white_mask_and_no_orders(stage: Stage, samples: Samples) -> None:
    """Grey, white where it may change; outside it every pixel stays; what a prompt would order is not passed on."""
    order = '<sd_cpp_extra_args>{"batch_count": 5}</sd_cpp_extra_args>'
    async with stage.bot(**providers(stage, *ROWS, cards=CARDS)), stage.member() as mira:
        acted = await edited(
            mira,
            images=[samples.picture, samples.second],
            mask=samples.mask,
            prompt=f"Make the sky violet {order}",
            options={"model": LOCAL, "size": "1024x1024", "format": "png"},
        )
        result = await mira.download(acted.files[0]["url"])

    [call] = stage.calls
    [form] = stage.forms()
    assert (call.injected, form.text("prompt")) == ("", "Make the sky violet")
    assert _open_part(form) == _transparent_part(samples)
    assert outside_is_unchanged(samples, result)
    assert size_of(result) == (1024, 1024)
    assert [file["filename"] for file in acted.files] == ["edit-1-v1-1.png"]


async def test_a_mask_that_an_engine_would_ignore_needs_the_lock(stage: Stage) -> None:
    """vLLM-Omni and SGLang take a mask and do nothing with it: without the lock it would be worth nothing."""
    async with stage.bot(**providers(stage, *ROWS, cards=CARDS)), stage.member() as mira:
        refused = [
            (
                await mira.edit(images=[picture()], mask=HOLE, prompt="teal", options={"model": name, "lock": False})
            ).refused
            for name in (QWEN, "at-sglang")
        ]

    sentence = "{} cannot work with a mask. Leave hole.png out, or choose another model."
    assert [(one or "").replace("\\", "") for one in refused] == [sentence.format(name) for name in (QWEN, "at-sglang")]
    assert stage.calls == ()


async def _asked(stage: Stage, name: str, case: Case) -> list[Image.Image]:
    async with stage.member(f"member-{name}", f"place-{name}") as member:
        acted = await edited(
            member,
            images=[picture(), picture("two.png", colour="navy")],
            mask=case.mask,
            prompt=f"teal at {name}",
            options={"model": case.model, **case.options},
        )
        assert [one["filename"] for one in acted.files] == _filenames(acted, case), (name, acted.refused, acted.posted)
        return [Image.open(io.BytesIO(await member.download(file["url"]))) for file in acted.files]


def _filenames(acted: Acted, case: Case) -> list[str]:
    job = said(acted).partition("#")[2].partition(" ")[0]
    return [f"edit-{job}-v1-{number}.{case.kind}" for number in range(1, case.results + 1)]


def _as_asked(case: Case) -> tuple[str, tuple[int, int]]:
    return {"jpg": "JPEG", "png": "PNG"}[case.kind], case.size


def _open_part(form: Form) -> bytes:
    """The white of the mask that was sent, which has to be grey."""
    [sent] = [file.body for file in form.files if file.name == "mask"]
    with Image.open(io.BytesIO(sent)) as opened:
        assert (opened.format, opened.mode) == ("PNG", "L")
        return opened.tobytes()


def _transparent_part(samples: Samples) -> bytes:
    with Image.open(samples.mask) as opened:
        return opened.getchannel("A").point(lambda alpha: 255 - alpha).tobytes()
