"""What each setting is changed with: a menu of channels, of roles or of values, or two buttons.

Everything that a press has to say is in its id: `settings:pick:model` takes what was chosen in the menu, and
`settings:set:thread:off` is a choice by itself.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import discord

from bot.chat.views import suggest
from bot.domain.catalog import Catalog
from bot.domain.guild import OFF, ON, AgeRule, GuildSettings, Setting, Spoilers, value_of
from bot.domain.request import ResultSize
from bot.words import labels
from bot.words import settings as words
from bot.words.escape import cut
from bot.words.language import languages

Item = discord.ui.Item[Any]
MOST = 25  # what Discord lets one menu offer, and one menu of channels or roles choose
LONGEST = 100  # characters of an option
# A thread goes by its channel; categories hold channels and are none.
CHANNEL_TYPES = [
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.forum,
    discord.ChannelType.media,
    discord.ChannelType.voice,
    discord.ChannelType.stage_voice,
]


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen of the server when a control is made: `model` is what it uses, `gone` what it has no longer."""

    settings: GuildSettings
    catalog: Catalog
    model: str
    gone: frozenset[str]
    today: date
    locale: str


def controls(setting: Setting, sight: Sight) -> list[Item]:
    """What the setting is changed with; nothing where there is no choice."""
    return CONTROLS[setting](setting, sight)


def _channels(setting: Setting, sight: Sight) -> list[Item]:
    chosen = _chosen(setting, sight, discord.SelectDefaultValueType.channel)
    return [
        discord.ui.ChannelSelect(
            custom_id=f"settings:pick:{setting}",
            channel_types=CHANNEL_TYPES,
            placeholder=labels.label(labels.CHOOSE_CHANNELS, sight.locale),
            min_values=0,
            max_values=MOST,
            default_values=chosen,
        )
    ]


def _roles(setting: Setting, sight: Sight) -> list[Item]:
    chosen = _chosen(setting, sight, discord.SelectDefaultValueType.role)
    return [
        discord.ui.RoleSelect(
            custom_id=f"settings:pick:{setting}",
            placeholder=labels.label(labels.CHOOSE_ROLES, sight.locale),
            min_values=0,
            max_values=MOST,
            default_values=chosen,
        )
    ]


def _chosen(setting: Setting, sight: Sight, kind: discord.SelectDefaultValueType) -> list[discord.SelectDefaultValue]:
    there = [value for value in value_of(sight.settings, setting) if value not in sight.gone]
    return [discord.SelectDefaultValue(id=int(value), type=kind) for value in there[:MOST]]


def _buttons(setting: Setting, sight: Sight) -> list[Item]:
    """One button for each, of which the one that holds cannot be pressed."""
    return [_button(setting, value, sight) for value in (ON, OFF)]


def _button(setting: Setting, value: str, sight: Sight) -> Item:
    holds = value_of(sight.settings, setting) == (value,)
    return discord.ui.Button(
        label=words.choice(setting, value, sight.locale),
        style=discord.ButtonStyle.primary if holds else discord.ButtonStyle.secondary,
        custom_id=f"settings:set:{setting}:{value}",
        disabled=holds,
    )


def _menu(setting: Setting, sight: Sight) -> list[Item]:
    options = _options(VALUES[setting](sight), value_of(sight.settings, setting))
    if not options:
        return []
    return [
        discord.ui.Select(
            custom_id=f"settings:pick:{setting}",
            placeholder=labels.label(labels.CHOOSE, sight.locale),
            options=options,
        )
    ]


def _options(known: dict[str, str], chosen: Sequence[str]) -> list[discord.SelectOption]:
    """As many of the values as fit, and always the one that is chosen, even if nothing offers it any more."""
    shown = dict(list(known.items())[:MOST])
    if chosen and chosen[0] not in shown:
        shown = {chosen[0]: known.get(chosen[0], chosen[0]), **dict(list(known.items())[: MOST - 1])}
    return [
        discord.SelectOption(label=cut(label, LONGEST), value=value, default=value in chosen)
        for value, label in shown.items()
    ]


def _models(sight: Sight) -> dict[str, str]:
    return _named(suggest.models(sight.catalog, "", sight.today, sight.locale))


def _of_model(option: str) -> Callable[[Sight], dict[str, str]]:
    def values(sight: Sight) -> dict[str, str]:
        known = _named(suggest.options(sight.catalog, sight.model, option, "", sight.locale))
        return {value: label for value, label in known.items() if value != ResultSize.SAME}

    return values


def _in_words(setting: Setting, values: Callable[[], Iterable[str]]) -> Callable[[Sight], dict[str, str]]:
    return lambda sight: {value: words.choice(setting, value, sight.locale) for value in values()}


def _named(choices: suggest.Choices) -> dict[str, str]:
    return {choice.value: choice.name for choice in choices}


# What a menu of values offers: each value, and how it is called.
VALUES: dict[Setting, Callable[[Sight], dict[str, str]]] = {
    Setting.MODEL: _models,
    Setting.SIZE: _of_model("size"),
    Setting.QUALITY: _of_model("quality"),
    Setting.BACKGROUND: _of_model("background"),
    Setting.FORMAT: _of_model("format"),
    Setting.SPOILERS: _in_words(Setting.SPOILERS, lambda: Spoilers),
    Setting.AGE: _in_words(Setting.AGE, lambda: AgeRule),
    Setting.LANGUAGE: _in_words(Setting.LANGUAGE, languages),
}
CONTROLS: dict[Setting, Callable[[Setting, Sight], list[Item]]] = {
    Setting.CHANNELS_ALLOWED: _channels,
    Setting.CHANNELS_BLOCKED: _channels,
    Setting.ROLES_ALLOWED: _roles,
    Setting.ROLES_BLOCKED: _roles,
    Setting.OTHERS: _buttons,
    Setting.PRIVATE: _buttons,
    Setting.THREAD: _buttons,
    **dict.fromkeys(VALUES, _menu),
}
