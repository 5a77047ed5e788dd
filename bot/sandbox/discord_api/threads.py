"""Threads: opening them from a message, without one or as a forum post; joining, archiving, locking, deleting.

Rules: Discord's reference, "Threads" and "Start Thread from Message".
"""

from bot.sandbox.discord_api.bodies import Body
from bot.sandbox.discord_api.events import Events
from bot.sandbox.discord_api.message_forms import read_message_form
from bot.sandbox.discord_api.messages import THREAD_CREATED, THREAD_STARTER, Messages
from bot.sandbox.discord_api.permissions import Access, P
from bot.sandbox.discord_api.refusals import FormErrors, Json, Refusal
from bot.sandbox.discord_api.world import Channel, ChannelKind, Message, Reference, ThreadState, World

HAS_THREAD = 1 << 5
FORUMS = (ChannelKind.FORUM, ChannelKind.MEDIA)
ARCHIVE_AFTER_MIN = (60, 1440, 4320, 10080)
THREADS = (ChannelKind.NEWS_THREAD, ChannelKind.PUBLIC_THREAD, ChannelKind.PRIVATE_THREAD)


class Threads:
    """What accounts do with threads."""

    def __init__(self, world: World, access: Access, messages: Messages, events: Events) -> None:
        self._world = world
        self._access = access
        self._messages = messages
        self._events = events

    def open_from(self, user_id: int, channel_id: int, message_id: int, given: Json) -> Channel:
        """A thread under a message; it gets the message's id, so there is one at most (160004)."""
        parent = self._access.enter(user_id, channel_id)
        message = self._world.message(channel_id, message_id)
        _check(given)
        if parent.kind not in (ChannelKind.TEXT, ChannelKind.NEWS):
            raise Refusal(50024)
        self._access.need(user_id, parent, P.CREATE_PUBLIC_THREADS)
        if message.thread_id is not None:
            raise Refusal(160004)
        self._refuse_one_too_many(parent)
        kind = ChannelKind.NEWS_THREAD if parent.kind is ChannelKind.NEWS else ChannelKind.PUBLIC_THREAD
        thread = self._opened(message.id, kind, parent, user_id, given)
        message.thread_id = thread.id
        message.flags |= HAS_THREAD
        self._events.thread_created(thread)
        self._events.message_changed(message)
        self._announce(thread, thread, THREAD_STARTER, Reference(parent.id, message.id, parent.guild_id), user_id)
        return thread

    def open_bare(self, user_id: int, channel_id: int, given: Json) -> Channel:
        """A thread without a message: private unless its type says otherwise."""
        parent = self._access.enter(user_id, channel_id)
        _check(given)
        kind = _kind(parent, given.get("type"))
        private = kind is ChannelKind.PRIVATE_THREAD
        self._access.need(user_id, parent, P.CREATE_PRIVATE_THREADS if private else P.CREATE_PUBLIC_THREADS)
        self._refuse_one_too_many(parent)
        thread = self._opened(self._world.ids.mint(), kind, parent, user_id, given)
        self._events.thread_created(thread)
        if not private:
            reference = Reference(thread.id, thread.id, thread.guild_id)
            self._announce(parent, thread, THREAD_CREATED, reference, user_id)
        return thread

    def open_post(self, user_id: int, channel_id: int, body: Body) -> tuple[Channel, Message]:
        """A forum post: a thread and its first message, which share an id."""
        parent = self._access.enter(user_id, channel_id)
        errors = _complaints(body.payload)
        if not isinstance(body.payload.get("message"), dict):
            errors.required(("message",))
        errors.raise_if_any()
        self._access.need(user_id, parent, P.SEND_MESSAGES)
        self._refuse_one_too_many(parent)
        form = read_message_form(Body(body.payload["message"], body.uploads))
        kind = ChannelKind.PUBLIC_THREAD
        thread = self._opened(self._world.ids.mint(), kind, parent, user_id, body.payload)
        try:
            limit = self._world.file_limit_in(parent)
            message = self._messages.compose(thread.id, thread, user_id, form, limit)
        except Refusal:
            del self._world.channels[thread.id]
            raise
        self._events.thread_created(thread)
        self._messages.put(thread, message)
        return thread, message

    def is_forum(self, channel_id: int) -> bool:
        """Whether threads in this channel are posts."""
        return self._world.channel(channel_id).kind in FORUMS

    def change(self, user_id: int, thread: Channel, given: Json) -> Channel:
        """Rename, archive, lock; its creator may do all but lock, others need MANAGE_THREADS."""
        state = _state(thread)
        _check(given, naming=False)
        creator = state.owner_id == user_id
        if "locked" in given or "rate_limit_per_user" in given or not creator:
            self._access.need(user_id, thread, P.MANAGE_THREADS)
        if state.archived and given.get("archived") is not False:
            raise Refusal(50083)
        if state.archived and given.get("archived") is False:
            self._refuse_one_too_many(thread)
        self.apply(thread, given)
        return thread

    def apply(self, thread: Channel, given: Json) -> None:
        """Change a thread without asking who does it."""
        state = _state(thread)
        thread.name = given.get("name") or thread.name
        thread.slowmode_s = given.get("rate_limit_per_user", thread.slowmode_s)
        state.auto_archive_min = given.get("auto_archive_duration") or state.auto_archive_min
        state.locked = given.get("locked", state.locked)
        state.invitable = given.get("invitable", state.invitable)
        if "archived" in given and given["archived"] != state.archived:
            state.archived = given["archived"]
            state.archived_at = state.last_active = self._world.clock.now()
        self._events.channel_changed(thread)

    def join(self, user_id: int, channel_id: int, who: int) -> None:
        """Add oneself or someone else to a thread."""
        thread = self._access.enter(user_id, channel_id)
        state = _state(thread)
        if state.archived:
            raise Refusal(50083)
        guild = self._world.guild_of(thread)
        if guild is None or who not in guild.members:
            raise Refusal(10007)
        if who != user_id:
            self._access.need(user_id, thread, P.SEND_MESSAGES_IN_THREADS)
        if who not in state.members:
            state.members[who] = self._world.clock.now()
            self._events.thread_members_changed(thread, [who], [])

    def leave(self, user_id: int, channel_id: int, who: int) -> None:
        """Leave a thread, or remove someone with MANAGE_THREADS or, in a private one, as its creator."""
        thread = self._access.enter(user_id, channel_id)
        state = _state(thread)
        if state.archived:
            raise Refusal(50083)
        own_private = thread.kind is ChannelKind.PRIVATE_THREAD and state.owner_id == user_id
        if who != user_id and not own_private:
            self._access.need(user_id, thread, P.MANAGE_THREADS)
        if state.members.pop(who, None) is not None:
            self._events.thread_members_changed(thread, [], [who])

    def delete(self, channel: Channel) -> None:
        """Remove a channel or thread with everything in it; threads of a channel go with it."""
        for thread in [one for one in self._world.channels.values() if one.parent_id == channel.id and one.thread]:
            self._world.channels.pop(thread.id)
        self._world.channels.pop(channel.id)
        self._events.channel_deleted(channel)

    def _opened(self, thread_id: int, kind: ChannelKind, parent: Channel, user_id: int, given: Json) -> Channel:
        now = self._world.clock.now()
        state = ThreadState(user_id, now, last_active=now, members={user_id: now})
        state.auto_archive_min = given.get("auto_archive_duration") or state.auto_archive_min
        thread = Channel(thread_id, kind, given["name"].strip(), parent.guild_id, parent.id, thread=state)
        thread.slowmode_s = given.get("rate_limit_per_user") or 0
        self._world.channels[thread.id] = thread
        return thread

    def _announce(self, place: Channel, thread: Channel, kind: int, reference: Reference, user_id: int) -> None:
        now = self._world.clock.now()
        text = thread.name if kind == THREAD_CREATED else ""
        note = Message(self._world.ids.mint(), place.id, user_id, now, text, kind, reference=reference)
        self._messages.put(place, note)

    def _refuse_one_too_many(self, place: Channel) -> None:
        guild = self._world.guild_of(place)
        if guild is None:
            raise Refusal(50003)
        active = sum(one.thread is not None and not one.thread.archived for one in self._world.threads_of(guild.id))
        if active >= guild.active_thread_cap:
            raise Refusal(160006)


def _state(thread: Channel) -> ThreadState:
    if thread.thread is None:
        raise Refusal(50024)
    return thread.thread


def _kind(parent: Channel, given: int | None) -> ChannelKind:
    if parent.kind is ChannelKind.NEWS and given == ChannelKind.NEWS_THREAD:
        return ChannelKind.NEWS_THREAD
    if parent.kind is not ChannelKind.TEXT or given not in (None, 11, 12):
        raise Refusal(50024)
    return ChannelKind.PRIVATE_THREAD if given is None else ChannelKind(given)


def _check(given: Json, *, naming: bool = True) -> None:
    _complaints(given, naming=naming).raise_if_any()


def _complaints(given: Json, *, naming: bool = True) -> FormErrors:
    errors = FormErrors()
    if naming or "name" in given:
        name = given.get("name", "")
        errors.length(("name",), name.strip() if isinstance(name, str) else name, 1, 100)
    if given.get("auto_archive_duration") is not None:
        errors.choice(("auto_archive_duration",), given["auto_archive_duration"], ARCHIVE_AFTER_MIN)
    slowmode = given.get("rate_limit_per_user")
    if slowmode is not None and not (isinstance(slowmode, int) and 0 <= slowmode <= 21600):
        errors.add(("rate_limit_per_user",), "NUMBER_TYPE_RANGE", "Must be between 0 and 21600.")
    return errors
