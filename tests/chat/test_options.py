"""Everything that can be chosen, from the member's side of a Discord stand-in to the placed edit."""

from pathlib import Path
from typing import Any

import pytest

from bot.domain.request import MaskWish, Options, ResultSize
from bot.sandbox.control_client import ControlClient
from bot.sandbox.member import Member
from tests.chat.scene import PICTURE, Scene, a_catalog, a_scene

CAT = ("cat.png", PICTURE)
EPHEMERAL = 1 << 6
Given = dict[str, str | int | bool]
OPERATOR = Options(quality="low", n=2, output_format="jpeg", output_compression=80, partial_images=1)


async def suggested(scene: Scene, focused: str, **typed: str) -> list[dict[str, str]]:
    """What is suggested for one option while others are filled in already."""
    asked = {"as": "mira", "channel": "pictures", "command": "edit", "options": typed, "focused": focused}
    async with ControlClient(scene.url) as door:
        opened = await door.post("autocomplete", asked)
        choices: list[dict[str, str]] = (await door.get(f"interactions/{opened['interaction']}", 20))["choices"]
        return choices


async def models(mira: Member, **options: str) -> dict[str, Any]:
    """The answer to `/models`."""
    acted = await mira.slash("models", options, wait="answer")
    assert acted.private is not None
    return acted.private


async def test_every_option(tmp_path: Path) -> None:
    """Each option of `/edit` is part of the placed edit."""
    chosen: Given = {
        "model": "gpt-image-1.5",
        "size": "1536x1024",
        "quality": "high",
        "n": 3,
        "background": "opaque",
        "format": "webp",
        "fidelity": "high",
        "compression": 0,
        "previews": 0,
        "stream": False,
        "lock": False,
        "feather": 200,
    }
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        await mira.edit(images=[CAT], prompt="snow", options=chosen, wait="answer")

        request = scene.book.jobs[1].request
        assert request.model == "gpt-image-1.5"
        assert request.options == Options("1536x1024", "high", 3, "opaque", "webp", "high", 0, 0, False)
        assert request.mask_wish == MaskWish(lock=False, feather=200)
        assert request.result_size is ResultSize.ASKED


@pytest.mark.parametrize(
    ("model", "given", "size", "meant"),
    [
        ("gpt-image-1.5", None, "1536x1024", ResultSize.OPEN),
        ("gpt-image-1.5", "auto", "1024x1024", ResultSize.OPEN),
        ("gpt-image-1.5", "same", "1024x1024", ResultSize.SAME),
        ("gpt-image-1.5", " Same", "1024x1024", ResultSize.SAME),
        ("gpt-image-1.5", "1024x1536", "1024x1536", ResultSize.ASKED),
        ("flux-kontext-pro", "same", None, ResultSize.SAME),
    ],
)
async def test_size(tmp_path: Path, model: str, given: str | None, size: str | None, meant: ResultSize) -> None:
    """`same` is asked of the model as the shape nearest to the picture, and no default takes its place."""
    catalog = a_catalog(defaults=Options(size="1536x1024"))
    async with a_scene(tmp_path, catalog=catalog) as scene, scene.member() as mira:
        options: Given = {"model": model, **({} if given is None else {"size": given})}
        acted = await mira.edit(images=[CAT], prompt="snow", options=options, wait="answer")

        assert acted.refused is None
        request = scene.book.jobs[1].request
        assert (request.options.size, request.result_size) == (size, meant)
        assert request.mask_wish == MaskWish(lock=True, feather=0)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"fidelity": "high"}, "gpt-image-2 has no setting for fidelity. Leave it out and send it again."),
        ({"compression": 50}, "Compression works only with the formats jpeg, webp. Choose one of them as the format"),
        ({"size": "1000x1000"}, "1000x1000 is not possible with gpt-image-2: use 1008x1008."),
        ({"model": "flux-kontext-pro", "previews": 2}, "flux-kontext-pro has no setting for previews."),
        ({"background": "transparent"}, "gpt-image-2 does not know background transparent. These work: opaque, auto."),
    ],
)
async def test_refused(tmp_path: Path, options: Given, said: str) -> None:
    """What the model cannot do is refused with the nearest thing that works, before anything is fetched."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        acted = await mira.edit(images=[CAT], prompt="snow", options=options, wait="answer")

        assert str(acted.refused).startswith(said)
        assert "keep" not in scene.steps.taken


async def test_defaults(tmp_path: Path) -> None:
    """What a member leaves open is the operator's choice, whichever way the edit came; what is chosen stays."""
    async with (
        a_scene(tmp_path, catalog=a_catalog(defaults=OPERATOR)) as scene,
        scene.member() as mira,
    ):
        await mira.edit(images=[CAT], prompt="snow", wait="answer")
        await mira.edit(via="modal", images=[CAT], prompt="snow", wait="answer")
        asked = await mira.say("snow", [CAT])
        await mira.answer_to(int(asked["id"]), wait="answer")
        chosen: Given = {"n": 1, "format": "png", "quality": "high", "previews": 0}
        await mira.edit(images=[CAT], prompt="snow", options=chosen, wait="answer")

        *left_open, decided = (scene.book.jobs[number].request.options for number in (1, 2, 3, 4))
        for options in left_open:
            filled = (options.quality, options.n, options.output_format, options.output_compression)
            assert (*filled, options.partial_images) == ("low", 2, "jpeg", 80, 1)
        assert (decided.quality, decided.n, decided.output_format) == ("high", 1, "png")
        assert (decided.output_compression, decided.partial_images) == (None, 0)


async def test_suggested_by_model(tmp_path: Path) -> None:
    """What is suggested follows the model that was chosen in the same command."""
    async with a_scene(tmp_path) as scene:
        default = await suggested(scene, "fidelity", fidelity="")
        chosen = await suggested(scene, "fidelity", model="gpt-image-1.5", fidelity="")
        ends = await suggested(scene, "model", model="gpt-image-1.5")

        assert default == []
        assert [one["value"] for one in chosen] == ["low", "high"]
        assert [one["value"] for one in ends] == ["gpt-image-1.5"]
        assert ends[0]["name"].startswith("gpt-image-1.5 · ")


async def test_models(tmp_path: Path) -> None:
    """`/models` lists in private what can be used here; one model by its name is told with all its options."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        everything, one = await models(mira), await models(mira, model="gpt-image-2")
        unknown = await models(mira, model="dall-e-9")

        assert everything["flags"] & EPHEMERAL
        assert len(everything["embeds"][0]["fields"]) == len(scene.client.desk.catalog.names)
        [field] = one["embeds"][0]["fields"]
        assert "previews: up to 3" in field["value"].splitlines()
        assert unknown["content"].startswith("There is no model called dall-e-9 here. These work: gpt-image-2")
