"""The settings of the house: the environment, `.env`, and the providers' file. Read by app and cli, by nobody else."""

from bot.settings.catalog import usable_catalog
from bot.settings.environment import ProviderSetup, Settings, provider_entries
from bot.settings.live import Live
from bot.settings.values import SettingsWrong

__all__ = ["Live", "ProviderSetup", "Settings", "SettingsWrong", "provider_entries", "usable_catalog"]
