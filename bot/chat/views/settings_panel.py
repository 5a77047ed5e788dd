"""The panel of `/settings`: one message that shows every setting, or one of them with what it is changed with.

Its ids say everything, so that it works after a restart; whether somebody may is asked of each press, since a panel can
stay open for longer than a right.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import discord

from bot.chat import answers, warrant
from bot.chat.desk import Desk, Host
from bot.chat.views.in_place import hold
from bot.chat.views.pressed import Pressed
from bot.chat.views.settings_controls import Item, Sight, controls
from bot.domain.deed import Decider
from bot.domain.guild import GuildSettings, Setting, value_of
from bot.words import decisions, labels
from bot.words import settings as words
from bot.words.escape import cut

SETTINGS = re.compile(r"settings:(?:top|open|(?:pick|clear):[a-z_]{1,40}|set:[a-z_]{1,40}:[a-z_]{1,40})")
LONGEST_FIELD = 1024

Interaction = discord.Interaction[Any]


class Panel(NamedTuple):
    """What the message shows."""

    embed: discord.Embed
    view: discord.ui.View


class Press(NamedTuple):
    """What was pressed, by whom: a setting of another version is None."""

    by: Decider
    setting: Setting | None
    values: tuple[str, ...]


class SettingsItem(Pressed, discord.ui.DynamicItem[Item], template=SETTINGS):
    """Any button or menu of the panel."""

    def __init__(self, item: Item) -> None:
        super().__init__(item)
        _, self.action, *rest = self.custom_id.split(":")
        self.setting, self.value = (*rest, None, None)[:2]

    async def use(self, host: Host, interaction: Interaction) -> None:
        """Ask whether they may, do it, show what holds now."""
        by = warrant.manager(interaction, host.desk.intake)
        await hold(interaction)
        said, panel = await ACTIONS[self.action](host.desk, interaction, self._press(interaction, by))
        await answers.answer(interaction, said, panel.embed, view=panel.view)

    def _press(self, interaction: Interaction, by: Decider) -> Press:
        picked = tuple(map(str, dict(interaction.data or {}).get("values") or ()))  # type: ignore[call-overload]
        if self.action == "open":
            return Press(by, _known(picked[0] if picked else None), ())
        return Press(by, _known(self.setting), picked if self.value is None else (self.value,))


async def overview(desk: Desk, interaction: Interaction) -> Panel:
    """Every setting, and a menu of what can be changed."""
    sight = await _look(desk, interaction)
    presets = await desk.hosting.presets(interaction.guild_id)
    embed = discord.Embed(title=words.heading(sight.locale), description=words.elsewhere(len(presets), sight.locale))
    for heading, lines in words.overview(sight.settings, sight.locale, sight.gone):
        embed.add_field(name=heading, value=cut(lines, LONGEST_FIELD), inline=False)
    options = [discord.SelectOption(label=words.name(one, sight.locale), value=one.value) for one in Setting]
    placeholder = labels.label(labels.WHAT_TO_CHANGE, sight.locale)
    return Panel(embed, _rows(discord.ui.Select(custom_id="settings:open", placeholder=placeholder, options=options)))


async def one_setting(desk: Desk, interaction: Interaction, setting: Setting) -> Panel:
    """One setting, and what it is changed with."""
    sight = await _look(desk, interaction)
    found = controls(setting, sight)
    text = words.page(setting, sight.settings, sight.locale, sight.gone)
    if not found:
        text = "\n\n".join((text, words.nothing_to_choose(sight.locale)))
    usual = value_of(sight.settings, setting) == value_of(GuildSettings(), setting)
    found += [
        _button(labels.AS_USUAL, f"settings:clear:{setting}", sight.locale, disabled=usual),
        _button(labels.BACK, "settings:top", sight.locale),
    ]
    return Panel(discord.Embed(title=words.name(setting, sight.locale), description=text), _rows(*found))


async def _look(desk: Desk, interaction: Interaction) -> Sight:
    settings = await desk.hosting.settings(interaction.guild_id)
    card = await desk.hosting.card(interaction.guild_id)
    gone = _gone(interaction.guild, settings)
    return Sight(settings, desk.catalog, card.name, gone, interaction.created_at.date(), interaction.locale.value)


def _gone(guild: discord.Guild | None, settings: GuildSettings) -> frozenset[str]:
    """The ids of channels and roles that were chosen and are deleted; none while Discord has not told of the server."""
    if guild is None or guild.unavailable or not guild.channels:
        return frozenset()
    channels = settings.channels.allowed | settings.channels.blocked
    roles = settings.roles.allowed | settings.roles.blocked
    lost = [one for one in channels if guild.get_channel(one) is None]
    return frozenset(map(str, (*lost, *(one for one in roles if guild.get_role(one) is None))))


def _rows(*items: Item) -> discord.ui.View:
    # discord.py keeps no record of such rows: the ids say everything.
    view = discord.ui.View(timeout=None)
    for item in items:
        view.add_item(SettingsItem(item))
    return view


def _button(label: str, custom_id: str, locale: str, *, disabled: bool = False) -> Item:
    return discord.ui.Button(
        label=labels.label(label, locale),
        style=discord.ButtonStyle.secondary,
        custom_id=custom_id,
        disabled=disabled,
    )


def _known(name: str | None) -> Setting | None:
    return Setting(name) if name in set(Setting) else None


Shown = tuple[str | None, Panel]


async def _top(desk: Desk, interaction: Interaction, press: Press) -> Shown:  # noqa: ARG001 - as every action
    return None, await overview(desk, interaction)


async def _open(desk: Desk, interaction: Interaction, press: Press) -> Shown:
    if press.setting is None:
        return await _top(desk, interaction, press)
    return None, await one_setting(desk, interaction, press.setting)


async def _change(desk: Desk, interaction: Interaction, press: Press) -> Shown:
    if press.setting is None:
        return await _top(desk, interaction, press)
    deed = await desk.hosting.change(press.by, press.setting, press.values)
    return decisions.decided(deed, interaction.locale.value), await one_setting(desk, interaction, press.setting)


ACTIONS: dict[str, Callable[[Desk, Interaction, Press], Awaitable[Shown]]] = {
    "top": _top,
    "open": _open,
    "pick": _change,
    "set": _change,
    "clear": _change,
}
