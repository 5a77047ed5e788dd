"""Who may decide what: asked anew at each command and press, since what a client shows or hides protects nothing.

Discord computes a member's permissions for the very place of an interaction and signs them with it, so they hold for
this server and no other.
"""

from typing import Any

import discord

from bot.chat.desk import Desk
from bot.chat.intake.taking import Intake
from bot.domain.deed import Decider
from bot.domain.errors import NotForBots, NotHere, NotInPrivate, NotManager
from bot.domain.quota import Scope, Subject

Interaction = discord.Interaction[Any]


def manager(interaction: Interaction, intake: Intake) -> Decider:
    """Somebody who manages this server, deciding for it. Raises `NotInPrivate`, `NotHere` or `NotManager`."""
    guild_id = interaction.guild_id
    if guild_id is None:
        raise NotInPrivate
    if not interaction.is_guild_integration():  # somebody has brought the bot along for themselves
        raise NotHere
    intake.admit(guild_id)
    if not manages(interaction):
        raise NotManager
    return Decider(interaction.user.id, guild_id)


def manages(interaction: Interaction) -> bool:
    """Whether whoever asks manages the server that has invited the bot."""
    may = interaction.permissions
    at_home = interaction.guild_id is not None and interaction.is_guild_integration()
    return at_home and (may.manage_guild or may.administrator)


def operator(interaction: Interaction, operators: frozenset[int]) -> Decider:
    """One of the accounts that run the bot, deciding for the whole house. Raises `NotManager`."""
    if interaction.user.id not in operators:
        raise NotManager
    return Decider(interaction.user.id, None)


def decider(interaction: Interaction, desk: Desk, *, everywhere: bool) -> Decider:
    """Whoever decides for this server, or `everywhere`. Raises what the two above do."""
    return operator(interaction, desk.operators) if everywhere else manager(interaction, desk.intake)


def person(user: discord.abc.User) -> int:
    """The id of somebody who can make edits. Raises `NotForBots`."""
    if user.bot:
        raise NotForBots
    return user.id


def subject(by: Decider, whom: discord.abc.User | discord.Role | None) -> Subject:
    """Whom a limit is for: a person, a role, everyone by the role of that name, or the server as a whole for None.

    Raises `NotForBots` for a bot and for the role that belongs to one.
    """
    if whom is None:
        return Subject(Scope.GUILD, by.guild_id or 0)
    if not isinstance(whom, discord.Role):
        return Subject(Scope.USER, person(whom))
    if whom.is_bot_managed():
        raise NotForBots
    return Subject(Scope.EVERYONE) if whom.id == by.guild_id else Subject(Scope.ROLE, whom.id)
