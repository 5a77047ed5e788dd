"""A server for one story alone, before the bot of a crowd: what its admin decides holds in no other story."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.sandbox.acted import labels_of
from bot.sandbox.discord_api.components import SELECTS, every
from bot.sandbox.discord_api.furnish import add_channel, add_guild, add_member
from bot.sandbox.discord_api.interactions import COMMAND, COMPONENT, REPLY, REPLY_TO_SLASH
from bot.sandbox.discord_api.permissions import INVITED, Permission
from bot.sandbox.discord_api.world import Guild, Membership, Role
from bot.sandbox.member import Acted, Member
from bot.words.language import language
from tests.walk.conftest import Crowd, Stage
from tests.walk.sight import Json

ADMIN = "otto"  # owns every server
ROLES = ("Artists", "Newcomers")
NOTHING = Permission(0)
CHANGE = "What shall be changed?"


@dataclass(frozen=True, slots=True)
class Server:
    """A server with the bot: the channels studio-7, other-7, log-7 and lobby-7, and the roles Artists and Newcomers."""

    stage: Stage
    guild: Guild
    number: int

    @property
    def place(self) -> str:
        """Where its members are."""
        return self.channel("studio")

    def channel(self, name: str) -> str:
        """The full name of one of its channels."""
        return f"{name}-{self.number}"

    def channel_id(self, name: str) -> int:
        """The id of one of its channels."""
        channels = self.stage.sandbox.discord.world.channels.values()
        [found] = [one.id for one in channels if one.name == self.channel(name)]
        return found

    def member(self, name: str = "mira", channel: str | int = "studio", locale: str = "en-US") -> Member:
        """A member of it, new or known, whose client speaks that language; a channel goes by its name or id."""
        called, world = f"{name}-{self.number}", self.stage.sandbox.discord.world
        user = world.user_named(called) or add_member(world, self.guild, called)
        user.locale = locale
        return self.stage.member(called, channel if isinstance(channel, int) else self.channel(channel))

    def admin(self, channel: str = "lobby") -> Member:
        """Its owner."""
        return self.stage.member(ADMIN, self.channel(channel))

    def id_of(self, name: str) -> str:
        """The id of one of its members."""
        return self.stage.id_of(f"{name}-{self.number}")

    async def give(self, member: Member, *roles: str) -> None:
        """Let the member have these roles and no others."""
        await member.lever("members", {"name": member.name, "guild": str(self.guild.id), "roles": list(roles)})

    async def rights(self, member: Member, **changed: object) -> None:
        """Change rights of the bot, or `whom`, in a `channel` or in all of the server."""
        if "channel" in changed:
            changed["channel"] = self.channel(str(changed["channel"]))
        await member.lever("permissions", {"guild": str(self.guild.id), **changed})


def open_server(crowd: Crowd) -> Server:
    """A new server that has just invited the bot. Discord says so before anything that is done in it."""
    return invited(new_server(crowd.stage, next(crowd.places)))


def new_server(stage: Stage, number: int = 1, locale: str = "en-US") -> Server:
    """A server without the bot, whose system messages go to its lobby; `locale` is its language at Discord."""
    world = stage.sandbox.discord.world
    guild = add_guild(world, world.ids.mint(), f"Server {number}", bot_inside=False)
    guild.locale = locale
    for name in ROLES:
        role = Role(world.ids.mint(), name, 0, 1)
        guild.roles[role.id] = role
    channels = {name: add_channel(world, guild, f"{name}-{number}").id for name in ("lobby", "studio", "other", "log")}
    guild.system_channel = channels["lobby"]
    return Server(stage, guild, number)


def invited(server: Server, lacking: Permission = NOTHING) -> Server:
    """The same when somebody invites the bot, with the rights that its link asks for but those that are `lacking`."""
    discord, guild = server.stage.sandbox.discord, server.guild
    bot = Role(guild.id + 10, discord.world.bot.shown_as, int(INVITED & ~lacking), 2, bot_id=discord.world.bot.id)
    guild.roles[bot.id] = bot
    guild.roles[guild.id].permissions &= ~int(lacking)
    guild.members[discord.world.bot.id] = Membership(discord.world.bot.id, discord.world.clock.now(), [bot.id])
    discord.stage.events.guild_joined(guild)
    return server


# ── at the panel ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def decide(admin: Member, setting: str, *wanted: str) -> Acted:
    """`/settings`, the setting by its name, and what is chosen there: a button, or values in its menu."""
    opened = await opened_at(admin, setting)
    message = message_of(opened)
    if len(wanted) == 1 and wanted[0] in labels_of(opened.private):
        return await admin.press(message, wanted[0], wait="answer")
    return await admin.choose(message, menu_of(opened), wanted, wait="answer")


async def opened_at(admin: Member, setting: str) -> Acted:
    """`/settings`, with this setting open."""
    panel = await admin.slash("settings", wait="answer")
    return await admin.choose(message_of(panel), CHANGE, [setting], wait="answer")


def menu_of(acted: Acted) -> str:
    """The one menu of an answer, by what it says."""
    assert acted.private is not None
    [menu] = [one for one in every(acted.private["components"]) if one["type"] in SELECTS]
    return str(menu["placeholder"])


def message_of(acted: Acted) -> int:
    """The message of a private answer."""
    assert acted.private is not None
    return int(acted.private["id"])


def spoken(locale: str, message: str, **fields: object) -> str:
    """A sentence of the bot's in this language."""
    return language(locale).gettext(message).format(**fields)


async def log_to(server: Server) -> None:
    """Have the server's log written into its channel for that."""
    async with server.admin() as admin:
        await admin.slash("quota-admin log", {"channel": f"#{server.channel('log')}"}, wait="answer")


async def logged(server: Server, lines: int) -> list[str]:
    """So many lines of its log, once they are there."""
    async with server.admin("log") as admin:

        def look(seen: list[Json]) -> list[str] | None:
            return [one["content"] for one in seen] if len(seen) >= lines else None

        return await admin.wait_for(look)


# ── what no client sends ──────────────────────────────────────────────────────────────────────────────────────────────


async def forged(stage: Stage, member: Member, message_id: int, custom_id: str, values: tuple[str, ...] = ()) -> Json:
    """What is answered to a press or choice that no client offers, on a message that is not shown to this member."""
    world, parts = stage.sandbox.discord.world, stage.sandbox.discord.stage
    source, user = world.any_message(message_id), world.user_named(member.name)
    assert source is not None
    assert user is not None
    given: Json = {"custom_id": custom_id, "component_type": 3 if values else 2, "id": 1}
    if values:
        given["values"] = list(values)
    place = parts.finding.any_place(member.channel)
    return await _answered(
        stage, parts.interactions.open(COMPONENT, user, place, given, answers_as=REPLY, source=source).id
    )


async def forged_command(stage: Stage, member: Member, name: str) -> Json:
    """What is answered to a command that Discord does not offer to this member."""
    world, parts = stage.sandbox.discord.world, stage.sandbox.discord.stage
    user, place = world.user_named(member.name), parts.finding.any_place(member.channel)
    assert user is not None
    declared = parts.registry.find(1, name, place.guild_id)
    assert declared is not None
    given: Json = {"id": declared["id"], "name": name, "type": 1, "options": []}
    return await _answered(stage, parts.interactions.open(COMMAND, user, place, given, answers_as=REPLY_TO_SLASH).id)


async def _answered(stage: Stage, interaction_id: int) -> Json:
    parts = stage.sandbox.discord.stage
    kept = parts.interactions.get(interaction_id)
    seen = await stage.sandbox.discord.world.bell.until(lambda: parts.watching.answer(kept), 30)
    assert seen is not None
    assert seen["state"] == "answered", seen
    message: Json = seen["message"]
    return message


# ── the provider's pace ───────────────────────────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def held(crowd: Crowd, calls: int, **more: object) -> AsyncGenerator[None, None]:
    """The next calls wait until they are let go, at the latest after the story."""
    step: Mapping[str, object] = {"hold": True, **more}
    crowd.stage.sandbox.engine.plan(*[step] * calls)
    try:
        yield
    finally:
        crowd.stage.sandbox.engine.release()


async def let_go(crowd: Crowd) -> None:
    """Let the calls that wait go on, and return when they are answered."""
    books = crowd.stage.sandbox.engine.books
    over = sum(call.state in ("answered", "cut") for call in books.calls)
    await books.until(answered=over + crowd.stage.sandbox.engine.release())
