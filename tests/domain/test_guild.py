"""What a server's admins can choose: gates, rules of manners, and how a choice is written down as short texts."""

import pytest

from bot.domain.errors import AgeRestricted, ChannelClosed, Refused, RoleClosed, ValueUnknown
from bot.domain.guild import FIELDS, MOST_IDS, AgeRule, Gate, GuildSettings, Setting, Spoilers, changed, value_of
from bot.domain.request import Options, Place, PlaceKind

HERE = Place(1, 20, PlaceKind.THREAD, parent_id=10)
ADULT = Place(1, 30, PlaceKind.CHANNEL, adult=True)
NEUTRAL = GuildSettings()

# A value of every setting, and what it makes of the settings.
CHOICES = {
    Setting.CHANNELS_ALLOWED: (("10", "9"), GuildSettings(channels=Gate(allowed=frozenset({9, 10})))),
    Setting.CHANNELS_BLOCKED: (("10",), GuildSettings(channels=Gate(blocked=frozenset({10})))),
    Setting.ROLES_ALLOWED: (("5",), GuildSettings(roles=Gate(allowed=frozenset({5})))),
    Setting.ROLES_BLOCKED: (("5",), GuildSettings(roles=Gate(blocked=frozenset({5})))),
    Setting.MODEL: (("some-model",), GuildSettings(model="some-model")),
    Setting.SIZE: (("1024x1536",), GuildSettings(options=Options(size="1024x1536"))),
    Setting.QUALITY: (("low",), GuildSettings(options=Options(quality="low"))),
    Setting.BACKGROUND: (("transparent",), GuildSettings(options=Options(background="transparent"))),
    Setting.FORMAT: (("webp",), GuildSettings(options=Options(output_format="webp"))),
    Setting.OTHERS: (("off",), GuildSettings(others=False)),
    Setting.SPOILERS: (("always",), GuildSettings(spoilers=Spoilers.ALWAYS)),
    Setting.AGE: (("refuse",), GuildSettings(age=AgeRule.REFUSE)),
    Setting.PRIVATE: (("on",), GuildSettings(private=True)),
    Setting.THREAD: (("off",), GuildSettings(thread=False)),
    Setting.LANGUAGE: (("zh-CN",), GuildSettings(language="zh-CN")),
}


def test_every_setting_can_be_chosen() -> None:
    """The table has a line for each, and so has this test."""
    assert set(FIELDS) == set(Setting) == set(CHOICES)


@pytest.mark.parametrize("setting", Setting)
def test_a_choice_changes_one_thing_and_can_be_taken_back(setting: Setting) -> None:
    """The texts of a choice come back from it, ids in order, and no values are what holds where nobody chose."""
    values, expected = CHOICES[setting]

    settings = changed(NEUTRAL, setting, values)

    assert settings == expected
    assert set(value_of(settings, setting)) == set(values)
    assert changed(NEUTRAL, setting, value_of(settings, setting)) == settings
    assert changed(settings, setting, ()) == NEUTRAL


def test_choices_stand_beside_each_other() -> None:
    """Every setting at once: each keeps its own, options and gates included."""
    settings = NEUTRAL
    for setting, (values, _) in CHOICES.items():
        settings = changed(settings, setting, values)

    assert {one: set(value_of(settings, one)) for one in Setting} == {
        one: set(values) for one, (values, _) in CHOICES.items()
    }


def test_what_holds_where_nobody_chose_can_be_written_and_read() -> None:
    """Switches and rules have a value from the start, everything else has none."""
    assert {one: value_of(NEUTRAL, one) for one in Setting if value_of(NEUTRAL, one)} == {
        Setting.OTHERS: ("on",),
        Setting.SPOILERS: ("as_source",),
        Setting.AGE: ("allow",),
        Setting.PRIVATE: ("off",),
        Setting.THREAD: ("on",),
    }
    for one in Setting:
        assert changed(NEUTRAL, one, value_of(NEUTRAL, one)) == NEUTRAL


@pytest.mark.parametrize(
    ("setting", "values"),
    [
        (Setting.CHANNELS_ALLOWED, ("general",)),
        (Setting.CHANNELS_ALLOWED, ("1", "-1")),
        (Setting.CHANNELS_BLOCKED, ("0",)),
        (Setting.ROLES_ALLOWED, ("9" * 19,)),
        (Setting.ROLES_BLOCKED, ("٣",)),
        (Setting.ROLES_BLOCKED, tuple(str(number) for number in range(1, MOST_IDS + 2))),
        (Setting.OTHERS, ("yes",)),
        (Setting.PRIVATE, ("on", "off")),
        (Setting.THREAD, ("",)),
        (Setting.SPOILERS, ("never",)),
        (Setting.AGE, ("ALLOW",)),
        (Setting.SIZE, ("1024",)),
        (Setting.SIZE, ("same",)),
        (Setting.MODEL, ("two words",)),
        (Setting.QUALITY, ("low", "high")),
        (Setting.LANGUAGE, ("Deutsch!",)),
    ],
)
def test_a_value_that_cannot_be_is_refused(setting: Setting, values: tuple[str, ...]) -> None:
    """The refusal names the setting, the value and what could be, and nothing is changed."""
    with pytest.raises(ValueUnknown) as refusal:
        changed(NEUTRAL, setting, values)

    assert refusal.value.fields["option"] == setting.value
    assert refusal.value.fields["known"]


@pytest.mark.parametrize(
    ("settings", "refusal"),
    [
        (GuildSettings(channels=Gate(blocked=frozenset({10}))), ChannelClosed),
        (GuildSettings(channels=Gate(blocked=frozenset({20}))), ChannelClosed),
        (GuildSettings(channels=Gate(allowed=frozenset({11}))), ChannelClosed),
        (GuildSettings(channels=Gate(allowed=frozenset({10}), blocked=frozenset({20}))), ChannelClosed),
        (GuildSettings(roles=Gate(allowed=frozenset({6}))), RoleClosed),
        (GuildSettings(roles=Gate(blocked=frozenset({5}))), RoleClosed),
        (GuildSettings(channels=Gate(allowed=frozenset({10})), roles=Gate(allowed=frozenset({5, 6}))), None),
        (GuildSettings(age=AgeRule.REFUSE), None),
        (NEUTRAL, None),
    ],
)
def test_a_thread_goes_by_its_channel_too(settings: GuildSettings, refusal: type[Refused] | None) -> None:
    """Who is blocked stays out though allowed by another name; where none is allowed by name, all are."""
    if refusal is None:
        settings.admit(HERE, (5,))
        return
    with pytest.raises(refusal):
        settings.admit(HERE, (5,))


def test_everybody_has_the_role_of_everyone() -> None:
    """Its id is the server's own, and Discord does not name it among a member's roles."""
    everyone = frozenset({HERE.guild_id or 0})

    GuildSettings(roles=Gate(allowed=everyone)).admit(HERE, ())
    with pytest.raises(RoleClosed):
        GuildSettings(roles=Gate(blocked=everyone)).admit(HERE, (5,))


def test_channels_for_adults_may_be_closed() -> None:
    """Only where admins chose so."""
    NEUTRAL.admit(ADULT, ())
    with pytest.raises(AgeRestricted):
        GuildSettings(age=AgeRule.REFUSE).admit(ADULT, ())


@pytest.mark.parametrize(
    ("settings", "place", "spoiler", "hidden"),
    [
        (NEUTRAL, HERE, False, False),
        (NEUTRAL, HERE, True, True),
        (NEUTRAL, ADULT, False, False),
        (GuildSettings(spoilers=Spoilers.ALWAYS), HERE, False, True),
        (GuildSettings(age=AgeRule.SPOILER), ADULT, False, True),
        (GuildSettings(age=AgeRule.SPOILER), HERE, False, False),
    ],
)
def test_what_is_hidden(settings: GuildSettings, place: Place, spoiler: bool, hidden: bool) -> None:
    """A result of a hidden picture is hidden everywhere; others by the server's rules."""
    assert settings.hides(place, spoiler=spoiler) is hidden
