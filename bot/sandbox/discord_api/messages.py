"""Messages in channels: sending, editing, deleting, reading and reacting, with Discord's refusals."""

from collections.abc import Mapping
from dataclasses import replace

from bot.sandbox.discord_api.composer import Composer
from bot.sandbox.discord_api.events import Events
from bot.sandbox.discord_api.limits import Limits
from bot.sandbox.discord_api.message_forms import MessageForm
from bot.sandbox.discord_api.permissions import Access, P
from bot.sandbox.discord_api.refusals import Json, Refusal, malformed
from bot.sandbox.discord_api.world import Channel, ChannelKind, Message, Reference, World

TALKING = (
    ChannelKind.TEXT, ChannelKind.DM, ChannelKind.VOICE, ChannelKind.NEWS, ChannelKind.STAGE,
    ChannelKind.NEWS_THREAD, ChannelKind.PUBLIC_THREAD, ChannelKind.PRIVATE_THREAD,
)  # fmt: skip
# "The past few minutes" of Discord's reference, taken at its shortest.
NONCE_LIFE_S = 180.0
OLD_AFTER_S = 3600.0
REPLY, THREAD_CREATED, THREAD_STARTER = 19, 18, 21
FORWARD = 1
SYSTEM_KINDS = (THREAD_CREATED, THREAD_STARTER)


class Messages:
    """What accounts do with messages; every verb asks first whether they may."""

    def __init__(self, world: World, access: Access, composer: Composer, events: Events, limits: Limits) -> None:
        self._world = world
        self._access = access
        self._composer = composer
        self._events = events
        self._limits = limits

    def send(self, author_id: int, channel_id: int, form: MessageForm, *, file_limit: int | None = None) -> Message:
        """Post a message, or answer with the earlier one that had the same enforced nonce."""
        channel = self._access.enter(author_id, channel_id)
        self._may_send(author_id, channel, form)
        repeated = self._repeated(author_id, channel, form)
        if repeated is not None:
            return repeated
        reference = self._reference(author_id, channel, form.reference)
        limit = file_limit or self._world.file_limit_in(channel)
        message = self.compose(self._world.ids.mint(), channel, author_id, form, limit, reference)
        self.put(channel, message)
        return message

    def compose(
        self,
        message_id: int,
        channel: Channel,
        author_id: int,
        form: MessageForm,
        limit: int,
        reference: Reference | None = None,
    ) -> Message:
        """A finished message that nobody has been told of yet."""
        message = Message(message_id, channel.id, author_id, self._world.clock.now(), nonce=form.nonce)
        message.reference = reference
        message.kind = 0 if reference is None or reference.forwards else REPLY
        if reference is not None and reference.forwards:
            source = self._world.message(reference.channel_id, reference.message_id)
            message.snapshots = source.snapshots or [replace(source, snapshots=[])]
        message.stickers = [one for one in map(self._world.stickers.get, form.stickers) if one is not None]
        self._composer.fill(message, form, limit)
        return message

    def put(self, channel: Channel, message: Message) -> None:
        """Place a finished message in its channel and tell everyone."""
        channel.messages[message.id] = message
        channel.last_message_id = message.id
        if channel.thread is not None:
            self._count(channel, message)
        self._events.message_created(message)

    def edit(self, author_id: int, channel_id: int, message_id: int, form: MessageForm) -> Message:
        """Change a message of one's own: 50005 for another's, 50083 in an archived thread."""
        channel = self._access.enter(author_id, channel_id)
        message = self._world.message(channel_id, message_id)
        if message.author_id != author_id:
            raise Refusal(50005)
        if message.kind in SYSTEM_KINDS:
            raise Refusal(50021)
        _refuse_archived(channel)
        if self._world.clock.now() - message.written_at > OLD_AFTER_S:
            self._limits.edit_old(channel_id)
        self._composer.revise(message, form, self._world.file_limit_in(channel))
        self._events.message_changed(message)
        return message

    def delete(self, user_id: int, channel_id: int, message_id: int) -> None:
        """Remove one's own message, or anybody's with MANAGE_MESSAGES."""
        channel = self._access.enter(user_id, channel_id)
        message = self._world.message(channel_id, message_id)
        if message.author_id != user_id:
            self._access.need(user_id, channel, P.MANAGE_MESSAGES)
        _refuse_archived(channel)
        self.remove(channel, message)

    def remove(self, channel: Channel, message: Message) -> None:
        """Take a message out of the world."""
        channel.messages.pop(message.id, None)
        self._world.private_messages.pop(message.id, None)
        forwarded = {
            one.id for other in self._world.everywhere() for copy in other.snapshots for one in copy.attachments
        }
        for kept in message.attachments:
            if kept.id not in forwarded:
                self._world.attachments.pop(kept.id, None)
        self._events.message_deleted(channel, message)

    def history(self, user_id: int, channel_id: int, query: Mapping[str, str]) -> list[Message]:
        """Newest first; before, after, around and limit as the reference says; nothing without the history right."""
        channel = self._access.enter(user_id, channel_id)
        if channel.kind not in TALKING:
            raise Refusal(50008)
        limit = _limit(query.get("limit", "50"))
        if not self._access.may(user_id, channel, P.READ_MESSAGE_HISTORY):
            return []
        newest_first = sorted(channel.messages.values(), key=lambda one: -one.id)
        return _window(newest_first, query, limit)

    def react(self, user_id: int, channel_id: int, message_id: int, emoji: str, *, add: bool) -> None:
        """Put or take back one's reaction."""
        message = self._access.read_message(user_id, channel_id, message_id)
        channel = self._world.channels[channel_id]
        if not emoji or emoji.isascii():
            raise Refusal(10014)
        if add and emoji not in message.reactions:
            self._access.need(user_id, channel, P.ADD_REACTIONS)
        users = message.reactions.setdefault(emoji, [])
        changed = (user_id not in users) if add else (user_id in users)
        if changed:
            users.append(user_id) if add else users.remove(user_id)
            self._events.reacted(channel, message, user_id, emoji, added=add)
        if not users:
            del message.reactions[emoji]

    # What sending asks first

    def _may_send(self, author_id: int, channel: Channel, form: MessageForm) -> None:
        if channel.kind not in TALKING:
            raise Refusal(50008)
        if channel.kind is ChannelKind.DM and not self._world.users[channel.recipients[0]].accepts_dms:
            raise Refusal(50007)
        self._access.need(author_id, channel, P.SEND_MESSAGES if channel.thread is None else P.SEND_MESSAGES_IN_THREADS)
        if form.uploads:
            self._access.need(author_id, channel, P.ATTACH_FILES)
        if form.embeds:
            self._access.need(author_id, channel, P.EMBED_LINKS)
        locked = channel.thread is not None and channel.thread.locked
        if locked and not self._access.may(author_id, channel, P.MANAGE_THREADS):
            raise Refusal(160005)

    def _repeated(self, author_id: int, channel: Channel, form: MessageForm) -> Message | None:
        if form.nonce is None or not form.enforce_nonce:
            return None
        since = self._world.clock.now() - NONCE_LIFE_S
        same = (one for one in channel.messages.values() if str(one.nonce) == str(form.nonce))
        return next((one for one in same if one.author_id == author_id and one.written_at >= since), None)

    def _reference(self, author_id: int, channel: Channel, given: Json | None) -> Reference | None:
        if given is None:
            return None
        if given.get("type") == FORWARD:
            return self._forwarded(author_id, given)
        if not self._access.may(author_id, channel, P.READ_MESSAGE_HISTORY):
            raise Refusal(160002)
        target = channel.messages.get(int(given["message_id"]))
        if target is not None and target.kind not in SYSTEM_KINDS:
            return Reference(channel.id, target.id, channel.guild_id)
        if given.get("fail_if_not_exists", True) is False:
            return None
        raise malformed(("message_reference",), "REPLIES_UNKNOWN_MESSAGE", "Unknown message")

    def _forwarded(self, author_id: int, given: Json) -> Reference:
        """A message that the author can read, from anywhere."""
        source = self._access.read_message(author_id, int(given["channel_id"]), int(given["message_id"]))
        if source.kind in SYSTEM_KINDS:
            raise Refusal(50021)
        place = self._world.channel(source.channel_id)
        return Reference(place.id, source.id, place.guild_id, forwards=True)

    def _count(self, channel: Channel, message: Message) -> None:
        state = channel.thread
        if state is None or message.kind in SYSTEM_KINDS:
            return
        state.posted += 1
        state.last_active = self._world.clock.now()
        if message.author_id not in state.members:
            state.members[message.author_id] = state.last_active
            self._events.thread_members_changed(channel, [message.author_id], [])
        if state.archived:
            state.archived, state.archived_at = False, state.last_active
            self._events.channel_changed(channel)


def _refuse_archived(channel: Channel) -> None:
    if channel.thread is not None and channel.thread.archived:
        raise Refusal(50083)


def _limit(given: str) -> int:
    if not given.isdecimal() or not 1 <= int(given) <= 100:
        raise malformed(("limit",), "NUMBER_TYPE_RANGE", "int value should be between 1 and 100.")
    return int(given)


def _window(newest_first: list[Message], query: Mapping[str, str], limit: int) -> list[Message]:
    if "around" in query:
        middle = int(query["around"])
        newer = [one for one in newest_first if one.id >= middle]
        older = [one for one in newest_first if one.id < middle]
        return newer[-(limit - limit // 2) :] + older[: limit // 2]
    if "before" in query:
        return [one for one in newest_first if one.id < int(query["before"])][:limit]
    if "after" in query:
        return [one for one in newest_first if one.id > int(query["after"])][-limit:]
    return newest_first[:limit]
