"""The world behind the Discord stand-in: guilds, people, channels and messages, held in memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum

from bot.sandbox.clock import Clock
from bot.sandbox.discord_api.bell import Bell
from bot.sandbox.discord_api.refusals import Json, Refusal
from bot.sandbox.discord_api.snowflake import Snowflakes

MIB = 1024 * 1024
FILE_LIMITS = {0: 10 * MIB, 1: 10 * MIB, 2: 50 * MIB, 3: 100 * MIB}
EPHEMERAL = 1 << 6
LOADING = 1 << 7


class ChannelKind(IntEnum):
    """Discord's channel types, as far as a picture bot meets them."""

    TEXT = 0
    DM = 1
    VOICE = 2
    GROUP_DM = 3
    CATEGORY = 4
    NEWS = 5
    NEWS_THREAD = 10
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12
    STAGE = 13
    FORUM = 15
    MEDIA = 16


@dataclass(slots=True)
class User:
    """An account: a person, the bot, another bot, or a webhook under the name it posts with."""

    id: int
    name: str
    shown_as: str
    bot: bool = False
    locale: str = "en-US"
    upload_limit: int = FILE_LIMITS[0]
    accepts_dms: bool = True
    webhook: bool = False


@dataclass(slots=True)
class Role:
    """A role of a guild; permissions is Discord's bit set."""

    id: int
    name: str
    permissions: int
    position: int
    bot_id: int | None = None


@dataclass(slots=True)
class Overwrite:
    """What a channel allows and denies a role (kind 0) or a member (kind 1)."""

    id: int
    kind: int
    allow: int = 0
    deny: int = 0


@dataclass(slots=True)
class Membership:
    """A user in a guild."""

    user_id: int
    joined_at: float
    roles: list[int] = field(default_factory=list)
    nick: str | None = None


@dataclass(slots=True)
class Guild:
    """A server."""

    id: int
    name: str
    owner_id: int
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Membership] = field(default_factory=dict)
    premium_tier: int = 0
    active_thread_cap: int = 1000
    locale: str = "en-US"
    system_channel: int | None = None
    unavailable: bool = False

    @property
    def file_limit(self) -> int:
        """Bytes one file may have here, by the guild's boost tier."""
        return FILE_LIMITS[self.premium_tier]


@dataclass(slots=True)
class ThreadState:
    """What a thread knows beyond a channel."""

    owner_id: int
    created_at: float
    auto_archive_min: int = 4320
    archived: bool = False
    archived_at: float = 0.0
    locked: bool = False
    invitable: bool = True
    members: dict[int, float] = field(default_factory=dict)
    posted: int = 0
    last_active: float = 0.0


@dataclass(slots=True)
class Attachment:
    """A file on the CDN; size is what Discord announces, body what it serves."""

    id: int
    place_id: int
    filename: str
    body: bytes
    size: int
    content_type: str
    width: int | None = None
    height: int | None = None
    description: str | None = None
    title: str | None = None
    ephemeral: bool = False
    shown_inside: bool = False


@dataclass(frozen=True, slots=True)
class WebPicture:
    """A picture somewhere outside of Discord, which shows it through its proxy."""

    id: int
    url: str
    body: bytes
    content_type: str
    width: int | None
    height: int | None


@dataclass(frozen=True, slots=True)
class Sticker:
    """A sticker; `kind` is 1 PNG, 2 APNG, 3 Lottie, 4 GIF, as Discord counts them."""

    id: int
    name: str
    kind: int
    body: bytes


@dataclass(slots=True)
class Reference:
    """What a message replies to, starts from or, where `forwards`, hands on."""

    channel_id: int
    message_id: int
    guild_id: int | None
    forwards: bool = False


@dataclass(slots=True)
class Message:
    """A message, whether everyone sees it or, where visible_to is set, one member only."""

    id: int
    channel_id: int
    author_id: int
    written_at: float
    content: str = ""
    kind: int = 0
    attachments: list[Attachment] = field(default_factory=list)
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    mentions: list[int] = field(default_factory=list)
    mention_roles: list[int] = field(default_factory=list)
    mention_everyone: bool = False
    edited_at: float | None = None
    flags: int = 0
    nonce: str | int | None = None
    reference: Reference | None = None
    reactions: dict[str, list[int]] = field(default_factory=dict)
    webhook_id: int | None = None
    interaction: Json | None = None
    command: Json | None = None
    visible_to: int | None = None
    thread_id: int | None = None
    tts: bool = False
    stickers: list[Sticker] = field(default_factory=list)
    snapshots: "list[Message]" = field(default_factory=list)


@dataclass(slots=True)
class Channel:
    """A place where messages are: a guild's channel, a thread or a DM."""

    id: int
    kind: ChannelKind
    name: str
    guild_id: int | None = None
    parent_id: int | None = None
    position: int = 0
    topic: str | None = None
    overwrites: list[Overwrite] = field(default_factory=list)
    recipients: tuple[int, ...] = ()
    thread: ThreadState | None = None
    messages: dict[int, Message] = field(default_factory=dict)
    last_message_id: int | None = None
    slowmode_s: int = 0
    adult: bool = False
    changed_at: float = 0.0
    revision: int = 0


@dataclass(slots=True)
class Entitlement:
    """Something a user or guild has bought from the application."""

    id: int
    sku_id: int
    user_id: int
    guild_id: int | None = None
    consumed: bool = False


class World:
    """Everything there is, and how to find it."""

    def __init__(self, clock: Clock, bot: User) -> None:
        self.clock = clock
        self.ids = Snowflakes(clock)
        self.bell = Bell()
        self.bot = bot
        self.users: dict[int, User] = {bot.id: bot}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.private_messages: dict[int, Message] = {}
        self.attachments: dict[int, Attachment] = {}
        self.stickers: dict[int, Sticker] = {}
        self.web: dict[str, WebPicture] = {}
        self.entitlements: dict[int, Entitlement] = {}
        self.user_installs: set[int] = set()
        self.message_content_allowed = False

    def channel(self, channel_id: int) -> Channel:
        """The channel of that id, or 10003."""
        found = self.channels.get(channel_id)
        if found is None:
            raise Refusal(10003)
        if found.thread is not None:
            self._archive_if_idle(found.thread)
        return found

    def _archive_if_idle(self, state: ThreadState) -> None:
        idle_at = state.last_active + state.auto_archive_min * 60
        if not state.archived and self.clock.now() >= idle_at:
            state.archived, state.archived_at = True, idle_at

    def guild_of(self, channel: Channel) -> Guild | None:
        """The guild a channel belongs to; None for a DM."""
        return None if channel.guild_id is None else self.guilds[channel.guild_id]

    def guild(self, guild_id: int, viewer_id: int) -> Guild:
        """The guild of that id as a member sees it, else 10004 (to an outsider it does not exist)."""
        found = self.guilds.get(guild_id)
        if found is None or viewer_id not in found.members:
            raise Refusal(10004)
        return found

    def message(self, channel_id: int, message_id: int) -> Message:
        """A message that everyone in the channel can see, or 10008."""
        found = self.channel(channel_id).messages.get(message_id)
        if found is None:
            raise Refusal(10008)
        return found

    def any_message(self, message_id: int) -> Message | None:
        """A message wherever it is, private answers included."""
        places = (channel.messages[message_id] for channel in self.channels.values() if message_id in channel.messages)
        return self.private_messages.get(message_id) or next(places, None)

    def everywhere(self) -> Iterator[Message]:
        """Every message that more than one can see."""
        return (one for channel in self.channels.values() for one in channel.messages.values())

    def user_named(self, name: str) -> User | None:
        """The account with that name or id."""
        return next((user for user in self.users.values() if name in (user.name, str(user.id))), None)

    def threads_of(self, guild_id: int) -> Iterator[Channel]:
        """The guild's threads, archived ones included."""
        return (one for one in self.channels.values() if one.guild_id == guild_id and one.thread is not None)

    def dm_with(self, user_id: int) -> Channel:
        """The bot's DM channel with a user, opened when it is not there yet."""
        for channel in self.channels.values():
            if channel.kind is ChannelKind.DM and user_id in channel.recipients:
                return channel
        opened = Channel(self.ids.mint(), ChannelKind.DM, "", recipients=(user_id,))
        self.channels[opened.id] = opened
        return opened

    def file_limit_in(self, channel: Channel) -> int:
        """Bytes one file of the bot may have in a channel."""
        guild = self.guild_of(channel)
        return FILE_LIMITS[0] if guild is None else guild.file_limit

    async def pause(self, seconds: float, given_up: Callable[[], bool] = lambda: False) -> None:
        """Wait in the sandbox's time; whoever waits in vain may give up, and the end of the server ends it."""
        over = self.clock.now() + seconds
        await self.bell.until(lambda: True if self.clock.now() >= over or given_up() else None, seconds)

    def touched(self, channel: Channel) -> None:
        """Note that something changed in a channel and wake whoever waits for it."""
        channel.changed_at = self.bell.moment()
        channel.revision += 1
        self.bell.ring()
