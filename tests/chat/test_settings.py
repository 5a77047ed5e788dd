"""`/settings`, through the front door: what holds is shown, and changed with menus and buttons."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.chat.views.settings_controls import CONTROLS
from bot.domain.catalog import Catalog, Provider, read_shelf
from bot.domain.deed import Decider
from bot.domain.guild import AgeRule, GuildSettings, Setting, Spoilers, value_of
from bot.domain.preset import Preset
from bot.domain.request import Options
from bot.sandbox.clock import Clock
from bot.sandbox.discord_api.components import every
from bot.sandbox.discord_api.furnish import ADA, FORUM, FRIENDS, GENERAL, GUILD, HIDDEN, MODERATORS, PICTURES
from bot.sandbox.member import Member
from tests.chat.panel import holds, id_of, ids_of, opened, select_of, text_of, turned_to, turned_to_again, values_of
from tests.chat.scene import a_bot, a_scene, discord_standin
from tests.standins import Steps
from tests.workflow.memory_book import MemoryBook

BY_ADA = Decider(ADA, GUILD)


# ── looking ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_overview(tmp_path: Path) -> None:
    """Only the admin sees the panel: every setting with what holds, the presets, and where the rest is decided."""
    async with a_scene(tmp_path) as scene, scene.member("ada") as ada:
        await scene.guilds.change(BY_ADA, Setting.CHANNELS_ALLOWED, (str(PICTURES),))
        await scene.guilds.change(BY_ADA, Setting.LANGUAGE, ("de",))
        await scene.guilds.put_preset(BY_ADA, Preset("snow", "make it snow"), 25)

        asked = await ada.slash("settings", wait="answer")

        text = text_of(asked)
        assert asked.private is not None
        assert asked.private["flags"] & 64
        assert f"Channels allowed: **<#{PICTURES}>**" in text
        assert "Channels blocked: **None**" in text
        assert "Roles allowed: **Everybody**" in text
        assert "Model: **As usual**" in text
        assert "Threads: **One for each edit**" in text
        assert "Language: **Deutsch**" in text
        assert "1 preset: see /preset list" in text
        assert "/quota-admin" in text
        assert values_of(select_of(asked)) == [setting.value for setting in Setting]


async def test_every_setting_has_its_page(tmp_path: Path) -> None:
    """Each can be turned to, says what it is for and what holds, and leads back."""
    assert set(CONTROLS) == set(Setting)
    async with a_scene(tmp_path) as scene, scene.member("ada") as ada:
        panel = await opened(ada)
        for setting in Setting:
            page = await turned_to(ada, panel, setting)

            assert "\n\nNow: **" in text_of(page)
            assert page.private is not None
            assert len(ids_of(page)) >= 3
            assert ids_of(page)[-2:] == [f"settings:clear:{setting}", "settings:top"]

            back = await ada.press(panel, "Back", wait="answer")
            assert text_of(back).startswith("\nSettings of this server")


async def test_the_panel_works_after_a_restart(tmp_path: Path) -> None:
    """A panel that was opened before is used on: everything that it needs is in its ids."""
    clock = Clock()
    book = MemoryBook(clock, Steps())
    async with discord_standin(clock) as (server, url), Member(url, "ada", timeout_s=20) as ada:
        async with a_bot(server, url, clock, book, tmp_path):
            panel = await opened(ada)
            await turned_to(ada, panel, Setting.THREAD)
        async with a_bot(server, url, clock, book, tmp_path) as scene:
            seen = await ada.press(panel, "settings:set:thread:off", wait="answer")

            assert not (await holds(scene)).thread
            assert "Now: **None, results stay in the channel**" in text_of(seen)


# ── choosing ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_switch(tmp_path: Path) -> None:
    """A switch has two buttons; the one that holds cannot be pressed, and what was changed is said above the panel."""
    async with a_scene(tmp_path) as scene, scene.member("ada") as ada:
        panel = await opened(ada)
        before = await turned_to(ada, panel, Setting.THREAD)
        after = await ada.press(panel, "settings:set:thread:off", wait="answer")

        assert not (await holds(scene)).thread
        assert "Now: **One for each edit**" in text_of(before)
        assert "Now: **None, results stay in the channel**" in text_of(after)
        line = f"Done: <@{ADA}> changed the setting Threads: One for each edit → None, results stay in the channel"
        assert text_of(after).startswith(f"{line}\n")
        assert after.private is not None
        shown = [one for one in every(after.private["components"]) if "custom_id" in one]
        pressable = {one["custom_id"]: not one.get("disabled") for one in shown}
        assert pressable == {
            "settings:set:thread:on": True,
            "settings:set:thread:off": False,
            "settings:clear:thread": True,
            "settings:top": True,
        }


@pytest.mark.parametrize(
    ("setting", "value", "attribute", "expected"),
    [
        (Setting.MODEL, "gpt-image-1.5", "model", "gpt-image-1.5"),
        (Setting.SIZE, "1536x1024", "options", Options(size="1536x1024")),
        (Setting.QUALITY, "high", "options", Options(quality="high")),
        (Setting.BACKGROUND, "opaque", "options", Options(background="opaque")),
        (Setting.FORMAT, "webp", "options", Options(output_format="webp")),
        (Setting.SPOILERS, "always", "spoilers", Spoilers.ALWAYS),
        (Setting.AGE, "refuse", "age", AgeRule.REFUSE),
        (Setting.LANGUAGE, "zh-CN", "language", "zh-CN"),
    ],
)
async def test_menu(tmp_path: Path, setting: Setting, value: str, attribute: str, expected: object) -> None:
    """A value is chosen in a menu, which then shows it as chosen, and is as usual again with one press."""
    async with a_scene(tmp_path) as scene, scene.member("ada") as ada:
        panel = await opened(ada)
        await turned_to(ada, panel, setting)
        chosen = await ada.choose(panel, f"settings:pick:{setting}", [value], wait="answer")
        held = await holds(scene)
        await ada.press(panel, "As usual", wait="answer")

        assert getattr(held, attribute) == expected
        assert [one["value"] for one in select_of(chosen)["options"] if one.get("default")] == [value]
        assert await holds(scene) == GuildSettings()


@pytest.mark.parametrize(
    ("setting", "names", "ids"),
    [
        (Setting.CHANNELS_ALLOWED, ("#pictures", "#gallery"), (PICTURES, FORUM)),
        (Setting.CHANNELS_BLOCKED, ("#general",), (GENERAL,)),
        (Setting.ROLES_ALLOWED, ("&Friends", "&Moderators"), (FRIENDS, MODERATORS)),
        (Setting.ROLES_BLOCKED, ("&Friends",), (FRIENDS,)),
    ],
)
async def test_channels_and_roles(tmp_path: Path, setting: Setting, names: Sequence[str], ids: Sequence[int]) -> None:
    """Channels and roles are chosen several at a time; choosing none is as usual."""
    async with a_scene(tmp_path) as scene, scene.member("ada") as ada:
        panel = await opened(ada)
        await turned_to(ada, panel, setting)
        chosen = await ada.choose(panel, f"settings:pick:{setting}", names, wait="answer")
        held = await holds(scene)
        await ada.choose(panel, f"settings:pick:{setting}", [], wait="answer")

        assert value_of(held, setting) == tuple(str(one) for one in sorted(ids))
        assert {int(one["id"]) for one in select_of(chosen)["default_values"]} == set(ids)
        assert await holds(scene) == GuildSettings()


async def test_options_of_the_servers_model(tmp_path: Path) -> None:
    """Sizes and the like are those of the model that is used here; where it leaves no choice, that is said."""
    async with a_scene(tmp_path) as scene, scene.member("ada") as ada:
        panel = await opened(ada)
        usual = values_of(select_of(await turned_to(ada, panel, Setting.BACKGROUND)))
        sizes = values_of(select_of(await turned_to_again(ada, panel, Setting.SIZE)))
        await scene.guilds.change(BY_ADA, Setting.MODEL, ("gpt-image-1.5",))
        chosen = values_of(select_of(await turned_to_again(ada, panel, Setting.BACKGROUND)))
        await scene.guilds.change(BY_ADA, Setting.MODEL, ("flux-kontext-pro",))
        without = await turned_to_again(ada, panel, Setting.BACKGROUND)

        assert usual == ["opaque", "auto"]
        assert "same" not in sizes
        assert chosen == ["transparent", "opaque", "auto"]
        assert "leaves nothing to choose" in text_of(without)


async def test_more_models_than_a_menu_shows(tmp_path: Path) -> None:
    """Of thirty models the menu shows the first, and always the one that is chosen."""
    like = {"like": "gpt-image-2"}
    names = ("gpt-image-2", *(f"model-{number}" for number in range(30)))
    shelf = read_shelf((Provider("openai", "", "", "openai", names),), dict.fromkeys(names[1:], like))
    catalog = Catalog(shelf, "gpt-image-2")
    async with a_scene(tmp_path, catalog=catalog) as scene, scene.member("ada") as ada:
        panel = await opened(ada)
        first = values_of(select_of(await turned_to(ada, panel, Setting.MODEL)))
        await scene.guilds.change(BY_ADA, Setting.MODEL, ("model-29",))
        then = values_of(select_of(await turned_to_again(ada, panel, Setting.MODEL)))

        assert (len(first), first[0]) == (25, "gpt-image-2")
        assert (len(then), then[0]) == (25, "model-29")


async def test_a_model_that_is_gone(tmp_path: Path) -> None:
    """The panel shows a model that was chosen and cannot be had any more, and can be left by it."""
    async with a_scene(tmp_path) as scene, scene.member("ada") as ada:
        await scene.guilds.change(BY_ADA, Setting.MODEL, ("model-of-old",))
        panel = await opened(ada)
        page = await turned_to(ada, panel, Setting.MODEL)
        await ada.press(panel, "As usual", wait="answer")

        assert values_of(select_of(page))[0] == "model-of-old"
        assert (await holds(scene)).model is None


async def test_a_deleted_channel_and_role(tmp_path: Path) -> None:
    """What was deleted is counted as gone, is not offered as chosen, and goes with the next choice."""
    async with a_scene(tmp_path) as scene, scene.member("ada") as ada:
        await scene.guilds.change(BY_ADA, Setting.CHANNELS_ALLOWED, (str(PICTURES), "77", "78"))
        await scene.guilds.change(BY_ADA, Setting.ROLES_BLOCKED, ("79",))
        asked = await ada.slash("settings", wait="answer")
        page = await turned_to(ada, id_of(asked), Setting.CHANNELS_ALLOWED)
        await ada.choose(id_of(asked), "settings:pick:channels_allowed", ["#pictures"], wait="answer")

        assert f"Channels allowed: **<#{PICTURES}>, 2 that are gone**" in text_of(asked)
        assert "Roles blocked: **1 that is gone**" in text_of(asked)
        assert [int(one["id"]) for one in select_of(page)["default_values"]] == [PICTURES]
        assert (await holds(scene)).channels.allowed == {PICTURES}


async def test_as_many_channels_as_can_be(tmp_path: Path) -> None:
    """A hundred channels and roles, more than one menu takes, still make a panel that Discord takes."""
    many = tuple(str(HIDDEN + number) for number in range(100))
    async with a_scene(tmp_path) as scene, scene.member("ada") as ada:
        for setting in list(Setting)[:4]:
            await scene.guilds.change(BY_ADA, setting, many)
        scene.client._connection._guilds[GUILD].unavailable = True  # so that none of them counts as gone
        panel = await opened(ada)
        pages = [await turned_to(ada, panel, Setting.CHANNELS_ALLOWED)]
        pages.append(await turned_to_again(ada, panel, Setting.ROLES_BLOCKED))

        assert all(len(select_of(page)["default_values"]) == 25 for page in pages)
        assert all(text_of(page).count("<") == 100 for page in pages)
