"""The world as it starts: the guild "Darkroom Test", its people and its channels, with ids that never change."""

from bot.sandbox.clock import Clock
from bot.sandbox.discord_api.permissions import EVERYONE, INVITED, MODERATOR, P
from bot.sandbox.discord_api.world import Channel, ChannelKind, Guild, Membership, Overwrite, Role, User, World

GUILD = 1_100_000_000_000_000_001
OTHER_GUILD = 1_100_000_000_000_000_002
BOT = 1_100_000_000_000_000_100
MIRA, BEN, ADA, OWNER = (BOT + n for n in range(1, 5))
BOT_ROLE, MODERATORS, FRIENDS = (1_100_000_000_000_000_200 + n for n in range(1, 4))
LOUNGE, PICTURES, GENERAL, NEWS, VOICE, STAGE, FORUM, HIDDEN = (1_100_000_000_000_000_300 + n for n in range(8))
TRIP = 1_100_000_000_000_000_400
JOINED = 1_690_000_000.0

CHANNELS = (
    (LOUNGE, ChannelKind.CATEGORY, "lounge", None),
    (PICTURES, ChannelKind.TEXT, "pictures", "Pictures, and what becomes of them"),
    (GENERAL, ChannelKind.TEXT, "general", None),
    (NEWS, ChannelKind.NEWS, "news", None),
    (VOICE, ChannelKind.VOICE, "voice", None),
    (STAGE, ChannelKind.STAGE, "stage", None),
    (FORUM, ChannelKind.FORUM, "gallery", None),
    (HIDDEN, ChannelKind.TEXT, "hidden", "The bot cannot see this one"),
)
PEOPLE = ((MIRA, "mira"), (BEN, "ben"), (ADA, "ada"), (OWNER, "otto"))


def new_world(clock: Clock) -> World:
    """A world with one guild, the bot in it, and everything a newcomer needs to try it."""
    world = World(clock, User(BOT, "Darkroom", "Darkroom", bot=True))
    for user_id, name in PEOPLE:
        world.users[user_id] = User(user_id, name, name.capitalize())
    guild = add_guild(world, GUILD, "Darkroom Test")
    guild.roles[MODERATORS] = Role(MODERATORS, "Moderators", int(MODERATOR), 3)
    guild.roles[FRIENDS] = Role(FRIENDS, "Friends", 0, 1)
    for user_id, _ in PEOPLE:
        guild.members[user_id] = Membership(user_id, JOINED, [FRIENDS])
    guild.members[ADA].roles.append(MODERATORS)
    for position, (channel_id, kind, name, topic) in enumerate(CHANNELS):
        parent = None if kind is ChannelKind.CATEGORY else LOUNGE
        world.channels[channel_id] = Channel(channel_id, kind, name, GUILD, parent, position, topic)
    world.channels[HIDDEN].overwrites = [
        Overwrite(GUILD, 0, deny=int(P.VIEW_CHANNEL)),
        Overwrite(FRIENDS, 0, allow=int(P.VIEW_CHANNEL)),
    ]
    guild.system_channel = GENERAL
    # A group of people without the bot, who can have it along only by installing it for themselves.
    world.channels[TRIP] = Channel(TRIP, ChannelKind.GROUP_DM, "trip", recipients=(MIRA, BEN))
    return world


def add_guild(world: World, guild_id: int, name: str, *, bot_inside: bool = True) -> Guild:
    """A guild with its owner, and the bot with the rights its invite link asks for."""
    guild = Guild(guild_id, name, OWNER)
    guild.roles[guild_id] = Role(guild_id, "@everyone", int(EVERYONE), 0)
    guild.members[OWNER] = Membership(OWNER, JOINED)
    world.guilds[guild_id] = guild
    if bot_inside:
        role = BOT_ROLE if guild_id == GUILD else guild_id + 10
        guild.roles[role] = Role(role, world.bot.shown_as, int(INVITED), 2, bot_id=world.bot.id)
        guild.members[world.bot.id] = Membership(world.bot.id, JOINED, [role])
    return guild


def add_other_server(world: World, *, bot_inside: bool = True) -> Guild:
    """A second guild, "Other Server", with mira in it and one text channel, "elsewhere"."""
    guild = add_guild(world, OTHER_GUILD, "Other Server", bot_inside=bot_inside)
    guild.members[MIRA] = Membership(MIRA, JOINED)
    add_channel(world, guild, "elsewhere")
    return guild


def add_channel(world: World, guild: Guild, name: str, kind: ChannelKind = ChannelKind.TEXT) -> Channel:
    """One more channel in a guild."""
    channel = Channel(world.ids.mint(), kind, name, guild.id, position=len(world.channels))
    world.channels[channel.id] = channel
    return channel


def add_member(world: World, guild: Guild, name: str) -> User:
    """One more person in a guild, known by that name everywhere."""
    user = world.user_named(name) or User(world.ids.mint(), name, name.capitalize())
    world.users[user.id] = user
    guild.members[user.id] = Membership(user.id, world.clock.now())
    return user
