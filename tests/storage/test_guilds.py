"""Servers: what their admins choose is kept with its line in the audit, and goes some time after the bot has gone."""

import asyncio
import json
from collections import Counter

import pytest

from bot.domain.deed import Deed, Verb
from bot.domain.errors import TooManyPresets, ValueUnknown
from bot.domain.guild import AgeRule, Gate, GuildSettings, Setting
from bot.domain.preset import Preset, named
from bot.domain.request import Options
from bot.storage.database import Database
from bot.storage.guilds import settings_from, settings_text
from bot.workflow.ports import Guilds as Port
from tests.storage.desk import ADMIN, DAY, GUILD, HOUSE_RULES, NOON, Desk

OTHER = 2
RESTORE = Preset("Restore photo", "Remove scratches.\nKeep faces.", "some-model", Options(quality="high", n=2))


async def names(desk: Desk, guild: int | None = GUILD) -> list[str]:
    return [preset.name for preset in await desk.guilds.presets(guild)]


async def put(desk: Desk, name: str, most: int = 25) -> Deed:
    return await desk.guilds.put_preset(ADMIN, Preset(name, "make it snow"), most)


async def test_the_rows_obey_their_port(desk: Desk) -> None:
    """They can be given to whoever asks for them."""
    port: Port = desk.guilds

    assert port is desk.guilds


# ── settings ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_where_nobody_chose_it_is_as_most_would_have_it(desk: Desk) -> None:
    """In a guild of which nothing is known, and outside of guilds."""
    assert await desk.guilds.settings(GUILD) == await desk.guilds.settings(None) == GuildSettings()


async def test_a_choice_is_kept_with_its_line_in_the_audit(desk: Desk) -> None:
    """Who, what, old and new; each guild for itself, and beside what the council notes of it."""
    await desk.council.set_zone(ADMIN, "Europe/Vienna")

    told = [
        await desk.guilds.change(ADMIN, Setting.CHANNELS_ALLOWED, ("12", "5")),
        await desk.guilds.change(ADMIN, Setting.THREAD, ("off",)),
        await desk.guilds.change(ADMIN, Setting.CHANNELS_ALLOWED, ("7",)),
    ]

    expected = GuildSettings(channels=Gate(allowed=frozenset({7})), thread=False)
    assert await desk.guilds.settings(GUILD) == expected
    assert await desk.guilds.settings(OTHER) == GuildSettings()
    assert [(deed.verb, deed.what, deed.old, deed.new, deed.target) for deed in told] == [
        (Verb.SETTING, "channels_allowed", "", "5 12", None),
        (Verb.SETTING, "thread", "on", "off", None),
        (Verb.SETTING, "channels_allowed", "5 12", "7", None),
    ]
    assert (await desk.council.deeds(GUILD, 0))[0] == told[-1]
    await desk.council.set_log(ADMIN, 99)
    assert ((await desk.council.guild(GUILD)).zone, await desk.guilds.settings(GUILD)) == ("Europe/Vienna", expected)


async def test_a_choice_can_be_taken_back(desk: Desk) -> None:
    """No values are what holds where nobody chose, and then nothing is kept of it but the audit."""
    await desk.guilds.change(ADMIN, Setting.MODEL, ("some-model",))

    deed = await desk.guilds.change(ADMIN, Setting.MODEL, ())

    assert (deed.old, deed.new) == ("some-model", "")
    assert await desk.guilds.settings(GUILD) == GuildSettings()
    assert [row["settings"] for row in (await desk.rows())["guilds"]] == [None]


async def test_a_refused_choice_changes_nothing(desk: Desk) -> None:
    """Neither the settings nor the audit, and the house has none to choose."""
    await desk.guilds.change(ADMIN, Setting.AGE, ("refuse",))
    before = await desk.rows()

    with pytest.raises(ValueUnknown):
        await desk.guilds.change(ADMIN, Setting.AGE, ("perhaps",))
    with pytest.raises(ValueError, match="house"):
        await desk.guilds.change(HOUSE_RULES, Setting.AGE, ("refuse",))
    assert await desk.rows() == before


async def test_choices_made_at_once_are_all_kept(desk: Desk, url: str) -> None:
    """Two admins who choose different things at the same moment do not undo each other."""
    wishes = [(Setting.AGE, "refuse"), (Setting.PRIVATE, "on"), (Setting.OTHERS, "off"), (Setting.MODEL, "m")] * 2
    async with Database(url) as other:
        rows = [desk.guilds, Desk(other).guilds]

        await asyncio.gather(*(rows[n % 2].change(ADMIN, one, (value,)) for n, (one, value) in enumerate(wishes)))

    expected = GuildSettings(age=AgeRule.REFUSE, private=True, others=False, model="m")
    assert await desk.guilds.settings(GUILD) == expected
    assert len(await desk.council.deeds(GUILD, 0)) == len(wishes)


def test_only_what_was_changed_is_written() -> None:
    """So that what most would have may change with a version; and all of it comes back."""
    settings = GuildSettings(roles=Gate(blocked=frozenset({3})), options=Options(size="auto"), others=False)
    text = settings_text(settings)

    assert text is not None
    assert json.loads(text) == {"roles_blocked": ["3"], "size": ["auto"], "others": ["off"]}
    assert settings_from(text) == settings
    assert (settings_text(GuildSettings()), settings_from(None)) == (None, GuildSettings())


def test_what_another_version_wrote_locks_nobody_out() -> None:
    """A setting or a value that this version does not know is as if nobody chose; the rest counts."""
    text = json.dumps({"colour": ["blue"], "age": ["whisper"], "thread": ["off"]})

    assert settings_from(text) == GuildSettings(thread=False)


# ── presets ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_preset_is_kept_as_it_was_made(desk: Desk) -> None:
    """Prompt, model and options come back, the names in order; each guild has its own."""
    await desk.guilds.put_preset(ADMIN, RESTORE, 25)
    await put(desk, "  add   snow ")

    assert await desk.guilds.presets(GUILD) == (Preset("add snow", "make it snow"), RESTORE)
    assert await desk.guilds.presets(OTHER) == await desk.guilds.presets(None) == ()
    assert named(await desk.guilds.presets(GUILD), "ADD SNOW") is not None


async def test_a_preset_is_replaced_by_its_name_however_it_is_written(desk: Desk) -> None:
    """The audit tells the new from the changed by what was there before; the prompt is not repeated there."""
    first = await put(desk, "Straße bei Nacht")
    again = await put(desk, "STRASSE  bei nacht", most=1)
    gone = await desk.guilds.drop_preset(ADMIN, "strasse BEI nacht")

    told = [(deed.verb, deed.what, deed.old, deed.new) for deed in (first, again, gone) if deed]
    assert told == [
        (Verb.PRESET, "Straße bei Nacht", "", "Straße bei Nacht"),
        (Verb.PRESET, "STRASSE bei nacht", "Straße bei Nacht", "STRASSE bei nacht"),
        (Verb.UNPRESET, "STRASSE bei nacht", "STRASSE bei nacht", ""),
    ]
    assert await names(desk) == []
    assert "snow" not in str(await desk.council.deeds(GUILD, 0))


async def test_a_preset_that_is_not_there_cannot_be_taken_away(desk: Desk) -> None:
    """None, and nothing in the audit; that of another guild stays."""
    await put(desk, "snow")

    assert await desk.guilds.drop_preset(ADMIN, "rain") is None
    assert await desk.guilds.drop_preset(ADMIN, "snow") is not None
    assert await desk.guilds.drop_preset(ADMIN, "snow") is None
    assert len(await desk.council.deeds(None, 0)) == 2
    with pytest.raises(ValueError, match="house"):
        await desk.guilds.drop_preset(HOUSE_RULES, "snow")


async def test_a_menu_that_is_full_takes_only_changes(desk: Desk) -> None:
    """One more is refused and leaves nothing; the one of its name may be replaced all the same."""
    await put(desk, "a", most=2)
    await put(desk, "b", most=2)
    before = await desk.rows()

    with pytest.raises(TooManyPresets) as full:
        await put(desk, "c", most=2)
    assert (full.value.fields, await desk.rows()) == ({"limit": 2}, before)
    await put(desk, "B", most=2)
    assert await names(desk) == ["a", "B"]


async def test_a_menu_never_has_more_than_it_may(desk: Desk, url: str) -> None:
    """Of ten that are made at once, over two sets of connections, as many stay as fit."""
    async with Database(url) as other:
        rows = [desk.guilds, Desk(other).guilds]
        wishes = (rows[n % 2].put_preset(ADMIN, Preset(f"preset {n}", "snow"), 3) for n in range(10))

        answers = await asyncio.gather(*wishes, return_exceptions=True)

    assert Counter(type(answer).__name__ for answer in answers) == {"Deed": 3, "TooManyPresets": 7}
    assert len(await names(desk)) == 3
    assert len(await desk.council.deeds(GUILD, 0)) == 3


# ── where the bot is ────────────────────────────────────────────────────────────────────────────────────────


async def test_a_guild_is_new_once(desk: Desk) -> None:
    """Of many notes at the same moment one is told that the bot came; and again after it had left."""
    first = await asyncio.gather(*(desk.guilds.joined(GUILD) for _ in range(5)))
    await desk.guilds.left(GUILD)
    await desk.guilds.left(GUILD)

    assert sorted(first) == [False, False, False, False, True]
    assert [await desk.guilds.joined(GUILD), await desk.guilds.joined(GUILD)] == [True, False]


async def test_where_the_bot_is_and_no_longer_is(desk: Desk) -> None:
    """At a start it is told where it came to and what it left meanwhile; what it knows already is nothing new."""
    first = await desk.guilds.present({1, 2, 3})
    again = await desk.guilds.present({1, 2, 3})
    desk.clock.time += 5
    moved = await desk.guilds.present({3, 4})
    desk.clock.time += 5
    back = await desk.guilds.present([1, 3, 4])

    assert [sorted(one) for one in (first, again, moved, back)] == [[1, 2, 3], [], [4], [1]]
    left_at = {row["guild_id"]: row["left_at"] for row in (await desk.rows())["guilds"]}
    assert left_at == {1: None, 2: NOON + 5, 3: None, 4: None}


async def test_a_guild_whose_admins_chose_something_is_known(desk: Desk) -> None:
    """A server that was there before anybody noted where the bot is is not greeted as a new one."""
    await desk.council.set_zone(ADMIN, "Europe/Vienna")

    assert await desk.guilds.present({GUILD, OTHER}) == {OTHER}
    assert (await desk.council.guild(GUILD)).zone == "Europe/Vienna"
    assert (await desk.council.guild(OTHER)).zone == "UTC"


async def test_what_was_chosen_goes_some_time_after_the_bot(desk: Desk) -> None:
    """Settings and presets, once; limits, the zone and the audit stay, and so do the servers where the bot is."""
    for by in (ADMIN, type(ADMIN)(78, OTHER)):
        await desk.guilds.change(by, Setting.THREAD, ("off",))
        await desk.guilds.put_preset(by, RESTORE, 25)
        await desk.council.set_zone(by, "Europe/Vienna")
    await desk.guilds.present({GUILD, OTHER, 3})
    await desk.guilds.left(GUILD)
    await desk.guilds.left(3)

    early = await desk.guilds.forget_left(NOON)
    kept = await desk.guilds.settings(GUILD)
    late = await desk.guilds.forget_left(NOON + DAY)

    assert (early, late, await desk.guilds.forget_left(NOON + DAY)) == (0, 1, 0)
    assert kept == await desk.guilds.settings(OTHER) == GuildSettings(thread=False)
    assert (await desk.guilds.settings(GUILD), await names(desk)) == (GuildSettings(), [])
    assert await names(desk, OTHER) == [RESTORE.name]
    assert (await desk.council.guild(GUILD)).zone == "Europe/Vienna"
    assert len(await desk.council.deeds(GUILD, 0)) == 3


async def test_presets_alone_go_too_and_a_return_keeps_everything(desk: Desk) -> None:
    """A server that the bot came back to in time has what it had."""
    await put(desk, "snow")
    await desk.guilds.left(GUILD)
    await desk.guilds.joined(GUILD)
    kept = await desk.guilds.forget_left(NOON + DAY)
    await desk.guilds.left(GUILD)

    assert (kept, await names(desk)) == (0, ["snow"])
    assert (await desk.guilds.forget_left(NOON + DAY), await names(desk)) == (1, [])
