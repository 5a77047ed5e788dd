"""The register of all stories, in the order in which a newcomer would read them."""

from collections.abc import Mapping

from bot.sandbox.stories import editing, gathering, server, workbench
from bot.sandbox.stories.stage import Story

STORIES: Mapping[str, Story] = {
    "slash": Story("Two pictures are given to /edit", editing.slash),
    "menu": Story("A message is right-clicked, and a form filled in", editing.menu),
    "reply": Story("A picture is replied to, then its result", editing.reply),
    "mask": Story("Only what the mask leaves open changes", editing.mask),
    "tray": Story("Pictures of several messages are collected and edited together", gathering.tray),
    "picker": Story("Of several pictures some are chosen, in an order", gathering.picker),
    "workbench": Story("A result is edited again, varied and undone", workbench.workbench),
    "presets": Story("Presets are written for a server, and one is used", server.presets),
    "settings": Story("An admin decides where edits may be made", server.settings),
    "private": Story("A result that only one member sees", editing.private),
    "history": Story("Past edits are found and shown again", workbench.history),
    "help": Story("A newcomer asks for help", server.help_),
    "about": Story("Somebody asks what the bot is and keeps", server.about),
    "spoiler": Story("A hidden picture has a hidden result", editing.spoiler),
    "refused": Story("The provider refuses, and nothing is charged", editing.refused),
    "welcome": Story("The bot comes to a server", server.welcome),
    "permission": Story("The bot lacks a permission and says which", editing.permission),
}
