"""How the bot behaves in a server: what is chosen, what is refused, and the presets."""

import asyncio
from pathlib import Path

import pytest

from bot.domain.catalog import Catalog, shipped_shelf
from bot.domain.deed import Decider, Verb
from bot.domain.errors import (
    NoPrompt,
    OptionUnknown,
    PresetNameImpossible,
    PresetTooLong,
    PresetUnknown,
    PromptTooLong,
    Refused,
    TooManyPresets,
    UnknownModel,
    ValueUnknown,
)
from bot.domain.guild import AgeRule, GuildSettings, Setting
from bot.domain.preset import MOST, Preset
from bot.domain.request import Options
from tests.workflow.house import ADMIN, GUILD, House

LOG = 4_000
ANOTHER = Decider(actor_id=8, guild_id=2)
SNOW = Preset("Let it snow", "make it snow")


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A house whose admins have chosen nothing yet."""
    return House(tmp_path)


# ── settings ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_choice_holds_in_its_server_and_is_written_down(house: House) -> None:
    """What is chosen holds from then on, there and nowhere else, with who chose it, what it was and what it is."""
    deed = await house.hosting.change(ADMIN, Setting.AGE, ("refuse",))

    assert (await house.hosting.settings(GUILD)).age is AgeRule.REFUSE
    assert await house.hosting.settings(2) == await house.hosting.settings(None) == GuildSettings()
    assert (deed.actor_id, deed.verb, deed.what, deed.old, deed.new) == (7, Verb.SETTING, "age", "allow", "refuse")


async def test_a_choice_is_told_in_the_log_channel(house: House) -> None:
    """Whoever reads the log channel sees what was changed."""
    await house.govern.set_log(ADMIN, LOG)

    deed = await house.hosting.change(ADMIN, Setting.THREAD, ("off",))

    assert house.postbox.log_lines[-1] == (LOG, deed)


async def test_as_usual(house: House) -> None:
    """No values are what holds where nobody chose."""
    await house.hosting.change(ADMIN, Setting.MODEL, ("gpt-image-1.5",))
    await house.hosting.change(ADMIN, Setting.MODEL, ())

    assert await house.hosting.settings(GUILD) == GuildSettings()


@pytest.mark.parametrize(
    ("setting", "values", "refusal"),
    [
        (Setting.MODEL, ("gpt-9",), UnknownModel),
        (Setting.QUALITY, ("superb",), OptionUnknown),
        (Setting.BACKGROUND, ("plaid",), OptionUnknown),
        (Setting.FORMAT, ("tiff",), OptionUnknown),
        (Setting.SIZE, ("9x9",), Refused),
        (Setting.SIZE, ("huge",), Refused),
        (Setting.LANGUAGE, ("tlh",), ValueUnknown),
        (Setting.THREAD, ("maybe",), ValueUnknown),
        (Setting.SPOILERS, ("never",), ValueUnknown),
        (Setting.CHANNELS_ALLOWED, ("general",), ValueUnknown),
        (Setting.ROLES_BLOCKED, ("-1",), ValueUnknown),
    ],
)
async def test_what_cannot_be_chosen(
    house: House, setting: Setting, values: tuple[str, ...], refusal: type[Refused]
) -> None:
    """A value that means nothing here is refused, and nothing is noted."""
    with pytest.raises(refusal):
        await house.hosting.change(ADMIN, setting, values)

    assert await house.hosting.settings(GUILD) == GuildSettings()
    assert house.council.audit == []


async def test_an_option_of_any_model(house: House) -> None:
    """An option that the server's own model has not, but another here, can be chosen: it holds where it is possible."""
    await house.hosting.change(ADMIN, Setting.BACKGROUND, ("transparent",))

    assert (await house.hosting.settings(GUILD)).options == Options(background="transparent")


async def test_two_admins_at_once(house: House) -> None:
    """Of two that change different settings at once, neither undoes the other."""
    await asyncio.gather(
        house.hosting.change(ADMIN, Setting.THREAD, ("off",)),
        house.hosting.change(Decider(8, GUILD), Setting.PRIVATE, ("on",)),
    )

    settings = await house.hosting.settings(GUILD)
    assert (settings.thread, settings.private) == (False, True)


async def test_the_servers_model(house: House) -> None:
    """What makes an edit is the server's model, and the house's again once that one is no longer to be had."""
    usual = await house.hosting.card(GUILD)
    await house.hosting.change(ADMIN, Setting.MODEL, ("gpt-image-1.5",))
    chosen = await house.hosting.card(GUILD)
    shelf = {name: cards for name, cards in shipped_shelf().items() if name != "gpt-image-1.5"}
    house.catalog = Catalog(shelf, "gpt-image-2")
    house.start()

    assert (usual.name, chosen.name) == ("gpt-image-2", "gpt-image-1.5")
    assert (await house.hosting.card(GUILD)).name == "gpt-image-2"


# ── presets ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_preset_is_there_by_its_name(house: House) -> None:
    """However its name is written, a preset is found in its own server, and in no other."""
    deed = await house.hosting.put_preset(ADMIN, Preset("  Let it\n snow ", " make it snow\n"))

    assert await house.hosting.presets(GUILD) == (SNOW,)
    assert await house.hosting.preset(GUILD, "LET IT  SNOW") == SNOW
    assert await house.hosting.presets(2) == ()
    assert (deed.verb, deed.new) == (Verb.PRESET, "Let it snow")


async def test_a_preset_is_written_anew(house: House) -> None:
    """One of the same name takes the place of the one before."""
    await house.hosting.put_preset(ADMIN, SNOW)
    await house.hosting.put_preset(ADMIN, Preset("let it SNOW", "heavily", "gpt-image-1.5", Options(quality="high")))

    assert await house.hosting.presets(GUILD) == (
        Preset("let it SNOW", "heavily", "gpt-image-1.5", Options(quality="high")),
    )


@pytest.mark.parametrize(
    ("preset", "refusal"),
    [
        (Preset(" ", "make it snow"), PresetNameImpossible),
        (Preset("\u2800\u200b", "make it snow"), PresetNameImpossible),
        (Preset("no\0", "make it snow"), PresetNameImpossible),
        (Preset("n" * 41, "make it snow"), PresetNameImpossible),
        (Preset("snow", " "), NoPrompt),
        (Preset("snow", "s" * 4001), PresetTooLong),
        (Preset("snow", "s" * 1001, "dall-e-2"), PromptTooLong),
        (Preset("snow", "make it snow", "gpt-9"), UnknownModel),
        (Preset("snow", "make it snow", options=Options(background="transparent")), OptionUnknown),
        (Preset("snow", "make it snow", "gpt-image-1.5", Options(quality="superb")), OptionUnknown),
    ],
)
async def test_what_is_no_preset(house: House, preset: Preset, refusal: type[Refused]) -> None:
    """A name or a text that is none, and a wish that its model cannot do, are refused, and nothing is noted."""
    with pytest.raises(refusal):
        await house.hosting.put_preset(ADMIN, preset)

    assert await house.hosting.presets(GUILD) == ()
    assert house.council.audit == []


async def test_a_preset_for_the_servers_own_model(house: House) -> None:
    """Without a model of its own a preset may ask for what the server's model can do."""
    await house.hosting.change(ADMIN, Setting.MODEL, ("gpt-image-1.5",))

    await house.hosting.put_preset(ADMIN, Preset("cut out", "cut it out", options=Options(background="transparent")))

    assert len(await house.hosting.presets(GUILD)) == 1


async def test_longest(house: House) -> None:
    """A name of forty characters and a text of four thousand are fine."""
    await house.hosting.put_preset(ADMIN, Preset("n" * 40, "s" * 4000))

    assert len(await house.hosting.presets(GUILD)) == 1


async def test_one_preset_too_many(house: House) -> None:
    """There are as many as a menu shows; one of them can still be written anew, and another server has its own."""
    for number in range(MOST):
        await house.hosting.put_preset(ADMIN, Preset(f"preset {number}", "make it snow"))

    with pytest.raises(TooManyPresets):
        await house.hosting.put_preset(ADMIN, SNOW)
    await house.hosting.put_preset(ADMIN, Preset("Preset 7", "make it rain"))
    await house.hosting.put_preset(ANOTHER, SNOW)

    assert len(await house.hosting.presets(GUILD)) == MOST
    assert await house.hosting.presets(2) == (SNOW,)


async def test_taken_away(house: House) -> None:
    """A preset is taken away by its name, once, and in its own server only."""
    await house.hosting.put_preset(ADMIN, SNOW)

    with pytest.raises(PresetUnknown):
        await house.hosting.drop_preset(ANOTHER, "let it snow")
    deed = await house.hosting.drop_preset(ADMIN, "let it snow")
    with pytest.raises(PresetUnknown) as refused:
        await house.hosting.drop_preset(ADMIN, "let it snow")

    assert (deed.verb, deed.old) == (Verb.UNPRESET, "Let it snow")
    assert refused.value.fields == {"name": "let it snow", "known": "–"}


async def test_the_usual_ones(house: House) -> None:
    """Only those are made whose names are not there yet; what an admin wrote stays as it is."""
    own = Preset("cartoon STYLE", "as in the funny pages")
    await house.hosting.put_preset(ADMIN, own)
    usual = (Preset("Cartoon style", "redraw"), SNOW)

    made = [await house.hosting.put_missing(ADMIN, usual) for _ in range(2)]

    assert made == [("Let it snow",), ()]
    assert await house.hosting.presets(GUILD) == (own, SNOW)


async def test_the_usual_ones_as_far_as_they_fit(house: House) -> None:
    """Where not all of them fit, some are made; where none fits, that is refused."""
    for number in range(MOST - 1):
        await house.hosting.put_preset(ADMIN, Preset(f"preset {number}", "make it snow"))
    usual = (SNOW, Preset("Rain", "make it rain"))

    made = await house.hosting.put_missing(ADMIN, usual)
    with pytest.raises(TooManyPresets):
        await house.hosting.put_missing(ADMIN, usual)

    assert made == ("Let it snow",)
