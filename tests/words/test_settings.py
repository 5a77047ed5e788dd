"""The settings of a server in words."""

import pytest

from bot.domain.guild import Gate, GuildSettings, Setting
from bot.words import settings as words
from bot.words.language import languages

EN = "en-US"
MANY = tuple(str(number) for number in range(1, 101))


def test_every_setting_has_words() -> None:
    """Each has a name, a hint and its place below one heading."""
    grouped = [setting for _, group in words.GROUPS for setting in group]

    assert sorted(grouped) == sorted(Setting)
    assert set(words.NAMES) == set(words.HINTS) == set(Setting)


@pytest.mark.parametrize(
    ("setting", "values", "text"),
    [
        (Setting.CHANNELS_ALLOWED, (), "Everywhere"),
        (Setting.CHANNELS_BLOCKED, ("5",), "<#5>"),
        (Setting.CHANNELS_BLOCKED, ("5", "6"), "<#5>, <#6>"),
        (Setting.CHANNELS_BLOCKED, ("5", "9"), "<#5>, 1 that is gone"),
        (Setting.ROLES_ALLOWED, ("5", "8", "9"), "<@&5>, 2 that are gone"),
        (Setting.ROLES_BLOCKED, ("9",), "1 that is gone"),
        (Setting.ROLES_BLOCKED, tuple("1234567"), "<@&1>, <@&2>, <@&3>, <@&4>, <@&5>, 2 more"),
        (Setting.MODEL, (), "As usual"),
        (Setting.MODEL, ("gpt_image **2** @everyone",), "gpt_image \\*\\*2\\*\\* @\u200beveryone"),
        (Setting.SIZE, ("1024x1024",), "1024x1024"),
        (Setting.OTHERS, ("off",), "Members edit only their own"),
        (Setting.LANGUAGE, (), "That of the member who asked"),
        (Setting.LANGUAGE, ("zh-CN",), "简体中文"),
        (Setting.AGE, ("a value of tomorrow",), "a value of tomorrow"),
    ],
)
def test_chosen(setting: Setting, values: tuple[str, ...], text: str) -> None:
    """What is chosen is named, mentioned or counted, and can neither ping nor format."""
    assert words.chosen(setting, values, EN, gone=("8", "9")) == text


def test_lengths() -> None:
    """However much is chosen: a field of the overview has room for its lines, and a page for its text."""
    ids = frozenset(int(f"11000000000000{number:05}") for number in range(100))
    settings = GuildSettings(channels=Gate(ids, ids), roles=Gate(ids, ids), model="m" * 100)

    fields = words.overview(settings, EN)

    assert max(len(lines) for _, lines in fields) <= 1024
    assert sum(len(heading) + len(lines) for heading, lines in fields) <= 5000
    assert max(len(words.page(setting, settings, EN)) for setting in Setting) <= 4096


@pytest.mark.parametrize("locale", languages())
def test_labels(locale: str) -> None:
    """In every language names and choices have room in a menu and on a button."""
    assert all(1 <= len(words.name(setting, locale)) <= 100 for setting in Setting)
    assert all(1 <= len(words.choice(setting, value, locale)) <= 80 for setting, value in words.VALUES)


def test_languages_are_called_by_their_own_name() -> None:
    """Whoever looks for their language finds it as they write it."""
    assert [words.choice(Setting.LANGUAGE, one, EN) for one in ("de", "ja")] == ["Deutsch", "日本語"]


@pytest.mark.parametrize(("count", "line"), [(0, "0 presets"), (1, "1 preset:"), (25, "25 presets")])
def test_elsewhere(count: int, line: str) -> None:
    """The panel says how many presets there are, and where limits are."""
    said = words.elsewhere(count, EN)

    assert said.startswith(line)
    assert "/quota-admin" in said
