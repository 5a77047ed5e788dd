"""`/preset`, through the front door: written by those who manage the server, seen by everybody."""

from pathlib import Path
from typing import Any

import pytest

from bot.domain.deed import Decider
from bot.domain.guild import Setting
from bot.domain.preset import MOST, Preset
from bot.domain.request import HouseRules, Options
from bot.sandbox.discord_api.furnish import ADA, BEN, GENERAL, GUILD, MIRA, OTHER_GUILD
from bot.words import presets as words
from tests.chat.command import command
from tests.chat.scene import Scene, a_scene

NOT_YOURS = "Only people with the permission"
BY_ADA = Decider(ADA, GUILD)
SNOW: dict[str, Any] = {"name": "Let it snow", "prompt": "make it snow"}


async def listed(scene: Scene, by: str = "ben") -> dict[str, str]:
    """What a member sees in the list: each name with what is below it, and the text above under ""."""
    async with scene.member(by) as member:
        acted = await member.slash("preset list", wait="answer")
    assert acted.private is not None
    [embed] = acted.private["embeds"]
    assert acted.private["flags"] & 64
    return {"": embed["description"], **{one["name"]: one["value"] for one in embed.get("fields", ())}}


async def known(scene: Scene) -> tuple[Preset, ...]:
    """The presets of the server."""
    return await scene.guilds.presets(GUILD)


# ── writing ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_add(tmp_path: Path) -> None:
    """What was typed and chosen is kept, and said to the admin and in the log channel."""
    async with a_scene(tmp_path) as scene, scene.member("ada") as ada:
        await command(scene, "quota-admin log", ADA, channel=GENERAL)

        chosen: dict[str, Any] = {
            "model": "gpt-image-1.5",
            "quality": "high",
            "background": "transparent",
            "format": "webp",
        }
        answer = await command(scene, "preset add", ADA, **SNOW, **chosen, size="1024x1024")

        options = Options("1024x1024", "high", background="transparent", output_format="webp")
        assert answer.text == f"Done: <@{ADA}> wrote the preset Let it snow"
        assert answer.private
        assert await known(scene) == (Preset("Let it snow", "make it snow", "gpt-image-1.5", options),)
        said = [one["content"] for one in await ada.messages("general")]
        assert said[-1] == f"<@{ADA}> wrote the preset Let it snow"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": "   "}, "A preset needs a name of 1 to 40 characters."),
        ({"name": "\u2800"}, "A preset needs a name of 1 to 40 characters."),
        ({"name": "n" * 41}, "A preset needs a name of 1 to 40 characters."),
        ({"prompt": " \n "}, "There is no wish yet."),
        ({"prompt": "s" * 5000}, "This text has 5000 characters, and a preset keeps at most 4000."),
        ({"model": "gpt-9"}, "There is no model called gpt-9 here."),
        ({"quality": "superb"}, "gpt-image-2 does not know quality superb."),
        ({"size": "same"}, "gpt-image-2 does not know size same."),
        ({"background": "transparent"}, "gpt-image-2 does not know background transparent."),
        ({"model": "flux-kontext-pro", "quality": "high"}, "flux-kontext-pro"),
    ],
)
async def test_what_cannot_be_kept(tmp_path: Path, given: dict[str, Any], said: str) -> None:
    """A name, text or wish that cannot be is refused in words, even from a client that knows no bounds."""
    async with a_scene(tmp_path) as scene:
        answer = await command(scene, "preset add", ADA, checked=False, **{**SNOW, **given})

        assert said in answer.text
        assert await known(scene) == ()


async def test_one_too_many(tmp_path: Path) -> None:
    """The twenty-sixth is refused with the way on; one that is there can still be written anew."""
    async with a_scene(tmp_path) as scene:
        for number in range(MOST):
            await scene.guilds.put_preset(BY_ADA, Preset(f"preset {number}", "make it snow"), MOST)

        refused = await command(scene, "preset add", ADA, **SNOW)
        anew = await command(scene, "preset add", ADA, name="PRESET 3", prompt="make it rain")

        assert refused.text.startswith("There are 25 presets here")
        assert "/preset remove" in refused.text
        assert anew.text.startswith("Done")
        assert len(await known(scene)) == MOST


async def test_remove(tmp_path: Path) -> None:
    """One is taken away by its name, which is suggested; once more it is not there."""
    async with a_scene(tmp_path) as scene, scene.member("ada") as ada:
        await command(scene, "preset add", ADA, **SNOW)
        suggested = await ada.autocomplete("preset remove", "name", "SNOW")
        answers = [await command(scene, "preset remove", ADA, name="let it snow") for _ in range(2)]

        assert [(one["name"], one["value"]) for one in suggested] == [("★ Let it snow", "Let it snow")]
        assert answers[0].text == f"Done: <@{ADA}> took away the preset Let it snow"
        assert answers[1].text == "There is no preset called let it snow here. These work: –."
        assert await known(scene) == ()


@pytest.mark.parametrize(
    ("option", "typed", "values"),
    [
        ("model", "sunburst", ["gpt-image-2.5-sunburst"]),
        ("background", "", ["transparent", "opaque", "auto"]),
        ("quality", "h", ["high"]),
        ("format", "p", ["png", "jpeg", "webp"]),
        ("size", "same", []),
    ],
)
async def test_suggestions(tmp_path: Path, option: str, typed: str, values: list[str]) -> None:
    """What is suggested is what the model can do: the server's, where none is named."""
    async with a_scene(tmp_path) as scene, scene.member("ada") as ada:
        await scene.guilds.change(BY_ADA, Setting.MODEL, ("gpt-image-1.5",))

        suggested = await ada.autocomplete("preset add", option, typed)

        assert [one["value"] for one in suggested] == values


# ── the usual ones ──────────────────────────────────────────────────────────────────────────────────────────


async def test_starter(tmp_path: Path) -> None:
    """The usual ones are there with one command, and a second one changes nothing."""
    async with a_scene(tmp_path) as scene:
        answers = [await command(scene, "preset starter", ADA) for _ in range(2)]

        names = [name for name, _ in words.STARTERS]
        assert answers[0].text == f"Done. New presets: {', '.join(names)}"
        assert answers[1].text == "The usual presets are all here already."
        assert sorted(preset.name for preset in await known(scene)) == sorted(names)
        assert all(preset.options == Options() for preset in await known(scene))


async def test_starter_leaves_what_is_there(tmp_path: Path) -> None:
    """A preset of the same name stays as the admins wrote it."""
    async with a_scene(tmp_path) as scene:
        await command(scene, "preset add", ADA, name="cartoon style", prompt="as in the funny pages")

        answer = await command(scene, "preset starter", ADA)

        assert "Cartoon" not in answer.text
        assert Preset("cartoon style", "as in the funny pages") in await known(scene)
        assert len(await known(scene)) == len(words.STARTERS)


async def test_starter_where_the_model_can_leave_out_a_background(tmp_path: Path) -> None:
    """Where the server's model knows transparency, removing the background asks for it."""
    async with a_scene(tmp_path) as scene:
        await scene.guilds.change(BY_ADA, Setting.MODEL, ("gpt-image-1.5",))

        await command(scene, "preset starter", ADA)

        options = {preset.name: preset.options for preset in await known(scene)}
        assert options["Remove background"] == Options(background="transparent")


# ── looking ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_list(tmp_path: Path) -> None:
    """Everybody sees each preset with its prompt, which can neither ping nor format."""
    async with a_scene(tmp_path) as scene:
        await command(scene, "preset add", ADA, name="*Snow*", prompt="make it # snow @everyone", quality="high")

        seen = await listed(scene)

        assert seen["\\*Snow\\*"] == "make it \\# snow @\u200beveryone · high"
        assert seen[""].startswith("Choose one as the prompt of /edit")


async def test_list_where_there_are_none(tmp_path: Path) -> None:
    """An empty list says how there come to be some."""
    async with a_scene(tmp_path) as scene:
        seen = await listed(scene)

        assert list(seen) == [""]
        assert "/preset starter" in seen[""]


async def test_the_longest_list(tmp_path: Path) -> None:
    """As many presets as there can be, each as long as it can be, are a message that Discord takes."""
    async with a_scene(tmp_path) as scene:
        for number in range(MOST):
            await scene.guilds.put_preset(BY_ADA, Preset(f"{number:02}" + "*" * 38, "@" * 4000), MOST)

        assert len(await listed(scene)) == MOST + 1


# ── who may ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "options"),
    [("preset add", SNOW), ("preset remove", {"name": "Rain"}), ("preset starter", {})],
)
@pytest.mark.parametrize("by", [BEN, MIRA])
async def test_only_managers_write(tmp_path: Path, name: str, options: dict[str, Any], by: int) -> None:
    """A member without the right is told who has it, and nothing changes."""
    async with a_scene(tmp_path) as scene:
        rain = Preset("Rain", "make it rain")
        await scene.guilds.put_preset(BY_ADA, rain, MOST)

        answer = await command(scene, name, by, **options)

        assert answer.text.startswith(NOT_YOURS)
        assert await known(scene) == (rain,)


async def test_where_the_bot_is_switched_off(tmp_path: Path) -> None:
    """A server that the operator did not switch on gets no presets."""
    async with a_scene(tmp_path, rules=HouseRules(frozenset({OTHER_GUILD}))) as scene:
        answer = await command(scene, "preset starter", ADA)

        assert "switched on" in answer.text
        assert await known(scene) == ()


async def test_each_server_has_its_own(tmp_path: Path) -> None:
    """What another server wrote is neither seen nor taken away here."""
    async with a_scene(tmp_path) as scene:
        theirs = Preset("Rain", "make it rain")
        await scene.guilds.put_preset(Decider(1, OTHER_GUILD), theirs, MOST)

        removed = await command(scene, "preset remove", ADA, name="Rain")

        assert removed.text.startswith("There is no preset called Rain here.")
        assert list(await listed(scene)) == [""]
        assert await scene.guilds.presets(OTHER_GUILD) == (theirs,)
