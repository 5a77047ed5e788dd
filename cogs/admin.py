"""What a server's admins decide, and the operator for all servers: limits, grants, blocks, pauses, and the report.

Discord shows these commands to people with the permission "Manage Server". That is for its menu only: whether somebody
may is asked of each interaction.
"""

import asyncio

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat import answers, report, ruling, warrant
from bot.chat.client import DarkroomClient
from bot.chat.intake import reading
from bot.chat.ruling import UNITS, Counted, Per, What
from bot.chat.views import suggest
from bot.domain.quota import Member, Scope, user_account
from bot.words import decisions as words
from bot.words import labels
from bot.words.report import report as report_words

Interaction = discord.Interaction[DarkroomClient]
Whom = discord.Member | discord.User | discord.Role
Person = discord.Member | discord.User
MANAGERS = discord.Permissions(manage_guild=True)
DAY_S = 86_400
Reason = app_commands.Range[str, 1, 200]


class AdminCog(commands.Cog):
    """Deciding what others may."""

    admin = app_commands.Group(
        name=labels.ADMIN,
        description=labels.ADMIN_DESCRIPTION,
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
        default_permissions=MANAGERS,
    )

    def __init__(self, client: DarkroomClient) -> None:
        self.client = client

    @admin.command(name="show", description=labels.SHOW_LIMITS)
    @app_commands.describe(whom=labels.SHOW_WHOM)
    async def show(self, interaction: Interaction, whom: Whom | None = None) -> None:
        """`/quota-admin show`."""
        await answers.acknowledge(interaction)
        desk, locale = self.client.desk, interaction.locale.value
        by = warrant.manager(interaction, desk.intake)
        subject = warrant.subject(by, whom)
        member = _stand_in(interaction, whom)
        statute = await desk.govern.statute(member)
        if subject.scope is Scope.GUILD:
            rules = await desk.govern.rules(by.guild_id)
            text = words.overview(await desk.govern.guild(subject.id), statute, rules, locale)
        elif subject.scope is Scope.USER:
            rules = await desk.govern.rules(by.guild_id, subject)
            balances = await desk.submit.standing(member)
            if not isinstance(whom, discord.Member):  # what somebody does elsewhere is no business of this server
                balances = tuple(one for one in balances if one.window.allowance.account != user_account(subject.id))
            text = words.of_person(subject, statute, rules, balances, locale)
        else:
            text = words.of_subject(subject, statute, await desk.govern.rules(by.guild_id, subject), locale)
        await answers.answer(interaction, text)

    @admin.command(name="set", description=labels.SET)
    @app_commands.describe(**labels.SET_OPTIONS)
    async def set(
        self,
        interaction: Interaction,
        what: What,
        limit: app_commands.Range[str, 1, 400],
        whom: Whom | None = None,
        per: Per | None = None,
        hours: app_commands.Range[int, 1, 8760] | None = None,
    ) -> None:
        """`/quota-admin set`."""
        await answers.acknowledge(interaction)
        by = warrant.manager(interaction, self.client.desk.intake)
        subject = warrant.subject(by, whom)
        deed = await ruling.rule(self.client.desk.govern, by, subject, what, limit, per, hours)
        await answers.answer(interaction, words.decided(deed, interaction.locale.value))

    @admin.command(name="grant", description=labels.GRANT)
    @app_commands.describe(**labels.GRANT_OPTIONS)
    async def grant(
        self,
        interaction: Interaction,
        user: Person,
        what: Counted,
        amount: app_commands.Range[str, 1, 40],
        days: app_commands.Range[int, 1, 366],
        reason: Reason,
    ) -> None:
        """`/quota-admin grant`."""
        await answers.acknowledge(interaction)
        by = warrant.manager(interaction, self.client.desk.intake)
        unit = UNITS[what]
        number = ruling.amount(unit, amount)
        deed = await self.client.desk.govern.grant(by, warrant.person(user), unit, number, days, reason)
        await answers.answer(interaction, words.decided(deed, interaction.locale.value))

    @admin.command(name="reset", description=labels.RESET)
    @app_commands.describe(user=labels.WHO, reason=labels.WHY)
    async def reset(self, interaction: Interaction, user: Person, reason: Reason) -> None:
        """`/quota-admin reset`."""
        await answers.acknowledge(interaction)
        by = warrant.manager(interaction, self.client.desk.intake)
        deed = await self.client.desk.govern.reset(by, warrant.person(user), reason)
        await answers.answer(interaction, words.decided(deed, interaction.locale.value))

    @admin.command(name="block", description=labels.BLOCK)
    @app_commands.describe(user=labels.WHO, reason=labels.WHY)
    async def block(self, interaction: Interaction, user: Person, reason: Reason) -> None:
        """`/quota-admin block`."""
        await answers.acknowledge(interaction)
        by = warrant.manager(interaction, self.client.desk.intake)
        deed = await self.client.desk.govern.block(by, warrant.person(user), reason)
        await answers.answer(interaction, words.decided(deed, interaction.locale.value))

    @admin.command(name="unblock", description=labels.UNBLOCK)
    @app_commands.describe(user=labels.WHO)
    async def unblock(self, interaction: Interaction, user: Person) -> None:
        """`/quota-admin unblock`."""
        await answers.acknowledge(interaction)
        by = warrant.manager(interaction, self.client.desk.intake)
        deed = await self.client.desk.govern.unblock(by, warrant.person(user))
        await answers.answer(interaction, words.decided(deed, interaction.locale.value))

    @admin.command(name="report", description=labels.REPORT)
    @app_commands.describe(days=labels.REPORT_DAYS)
    async def report(self, interaction: Interaction, days: app_commands.Range[int, 1, 366] = 30) -> None:
        """`/quota-admin report`."""
        await answers.acknowledge(interaction)
        desk = self.client.desk
        by = warrant.manager(interaction, desk.intake)
        found = await desk.govern.report(by.guild_id, interaction.created_at.timestamp() - days * DAY_S)
        text = report_words(found.spends, found.deeds, days, interaction.locale.value)
        await answers.answer(interaction, text, files=await report.files(desk, found))

    @admin.command(name="zone", description=labels.ZONE)
    @app_commands.describe(name=labels.ZONE_NAME)
    async def zone(self, interaction: Interaction, name: app_commands.Range[str, 1, 64]) -> None:
        """`/quota-admin zone`."""
        await answers.acknowledge(interaction)
        by = warrant.manager(interaction, self.client.desk.intake)
        deed = await self.client.desk.govern.set_zone(by, name)
        await answers.answer(interaction, words.decided(deed, interaction.locale.value))

    @zone.autocomplete("name")
    async def suggest_zone(self, _: Interaction, typed: str) -> suggest.Choices:
        """The zones that there are; their list is on disk."""
        return await asyncio.to_thread(suggest.zones, typed)

    @admin.command(name="log", description=labels.LOG)
    @app_commands.describe(channel=labels.LOG_CHANNEL)
    async def log(self, interaction: Interaction, channel: discord.TextChannel | None = None) -> None:
        """`/quota-admin log`."""
        await answers.acknowledge(interaction)
        by = warrant.manager(interaction, self.client.desk.intake)
        deed = await self.client.desk.govern.set_log(by, channel.id if channel else None)
        await answers.answer(interaction, words.decided(deed, interaction.locale.value))

    @app_commands.command(name=labels.PAUSE, description=labels.PAUSE_DESCRIPTION)
    @app_commands.describe(reason=labels.WHY, everywhere=labels.EVERYWHERE)
    @app_commands.default_permissions(MANAGERS)
    async def pause(self, interaction: Interaction, reason: Reason = "", everywhere: bool = False) -> None:
        """`/pause`."""
        await answers.acknowledge(interaction)
        by = warrant.decider(interaction, self.client.desk, everywhere=everywhere)
        deed = await self.client.desk.govern.pause(by, reason)
        await answers.answer(interaction, words.decided(deed, interaction.locale.value))

    @app_commands.command(name=labels.RESUME, description=labels.RESUME_DESCRIPTION)
    @app_commands.describe(everywhere=labels.EVERYWHERE)
    @app_commands.default_permissions(MANAGERS)
    async def resume(self, interaction: Interaction, everywhere: bool = False) -> None:
        """`/resume`."""
        await answers.acknowledge(interaction)
        by = warrant.decider(interaction, self.client.desk, everywhere=everywhere)
        deed = await self.client.desk.govern.resume(by)
        await answers.answer(interaction, words.decided(deed, interaction.locale.value))


def _stand_in(interaction: Interaction, whom: Whom | None) -> Member:
    """Whose statute tells what is asked: the member's own, or that of nobody who has the role, or all of them."""
    if isinstance(whom, discord.Role):
        return Member(0, interaction.guild_id, (whom.id,))
    if whom is None:
        roles = interaction.guild.roles if interaction.guild else ()
        return Member(0, interaction.guild_id, tuple(role.id for role in roles))
    return reading.member_of(interaction, whom)


async def setup(client: DarkroomClient) -> None:
    """Called by discord.py when the cog is loaded by name."""
    await client.add_cog(AdminCog(client))
