"""The ways in: the front doors, which are loaded by name, and whatever is pressed or chosen, by the shape of its id."""

import re
from typing import Any

import discord

from bot.chat.views.buttons import TEMPLATE, EditButton
from bot.chat.views.forget import FORGET, ForgetButton
from bot.chat.views.history import HISTORY, HistoryItem
from bot.chat.views.picker import PICKER, PickerItem
from bot.chat.views.result_buttons import PRESET, PresetButton
from bot.chat.views.settings_panel import SETTINGS, SettingsItem
from bot.chat.views.tray import TRAY, TrayButton

COGS = (
    "cogs.about",
    "cogs.admin",
    "cogs.edit",
    "cogs.history",
    "cogs.models",
    "cogs.presets",
    "cogs.privacy",
    "cogs.quota",
    "cogs.settings",
    "cogs.tray",
)
# What is pressed or chosen, by the shape of its id: it works after a restart.
PRESSED: dict[re.Pattern[str], type[discord.ui.DynamicItem[Any]]] = {
    TEMPLATE: EditButton,
    PRESET: PresetButton,
    HISTORY: HistoryItem,
    FORGET: ForgetButton,
    SETTINGS: SettingsItem,
    PICKER: PickerItem,
    TRAY: TrayButton,
}
