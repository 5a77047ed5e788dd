"""The main stories of the bot, played by members on a sandbox: each leaves one picture of what they saw."""

from bot.sandbox.stories.register import STORIES
from bot.sandbox.stories.stage import Cast, Story

__all__ = ["STORIES", "Cast", "Story"]
