"""Waiting for the bot: whether an interaction is answered, and what came of an edit. Looks only; the bell wakes it."""

from bot.sandbox.discord_api.answers import CHOICES, DEFERRED_UPDATE, MODAL, UPDATE
from bot.sandbox.discord_api.components import BUTTON, GREEN, every
from bot.sandbox.discord_api.interactions import ANSWER_WITHIN_S, Interaction, Interactions
from bot.sandbox.discord_api.messages import SYSTEM_KINDS
from bot.sandbox.discord_api.payloads import Payloads
from bot.sandbox.discord_api.refusals import Json
from bot.sandbox.discord_api.world import LOADING, Channel, Message, World

# A status message shows its buttons or its thread at once; a refusal, or what was only shown, never has either.
REFUSAL_AFTER_S = 2.0


class Watching:
    """Each look says what there is to see, or None while it is too early to tell."""

    def __init__(self, world: World, payloads: Payloads, interactions: Interactions) -> None:
        self._world = world
        self._payloads = payloads
        self._interactions = interactions

    def answer(self, kept: Interaction) -> Json | None:
        """How the bot answered: state is answered, modal, choices or silent."""
        if kept.answer is None:
            return {"state": "silent"} if self._interactions.silent(kept) else None
        if kept.answer == MODAL:
            return {"state": "modal", "modal": kept.modal}
        if kept.answer == CHOICES:
            return {"state": "choices", "choices": kept.choices}
        if kept.answer in (DEFERRED_UPDATE, UPDATE):
            return self._on_source(kept)
        if kept.original is not None and kept.original.flags & LOADING:
            return {"state": "silent"} if self._interactions.expired(kept) else None
        shown = kept.original or (kept.followups[-1] if kept.followups else None)
        return {"state": "answered", "message": self.written(shown)}

    def results(self, message_id: int, quiet_s: float, *, agreed: bool = False, besides: int = 0) -> Json | None:
        """What was posted after a status message, once it has been quiet there for that many real seconds.

        A message that asks for a yes ends the wait at once, unless that was `agreed` to, and so does one that stays
        without buttons and thread. `besides` is an answer to the member, which is no result wherever it stands.
        """
        seen, place = self.seen(message_id, besides), self._place(message_id)
        if place is None or (seen["asks"] and agreed):
            return None
        if seen["asks"] or (not seen["posted"] and self._bare(message_id, REFUSAL_AFTER_S)):
            return {**seen, "settled": True}
        if not seen["posted"]:
            return None
        quiet = self._world.bell.moment() - place.changed_at
        return {**seen, "settled": True} if quiet >= quiet_s else None

    def seen(self, message_id: int, besides: int = 0) -> Json:
        """The status message, whether it asks for a yes, its thread and the bot's messages after it, as they are now.

        A message with files that is no status message is itself what was posted.
        """
        status, place = self._world.any_message(message_id), self._place(message_id)
        first = message_id if self._shows(message_id) else message_id + 1
        after = [] if place is None else [one for one in self._bots(place) if one.id >= first and one.id != besides]
        return {
            "settled": False,
            "asks": self.asks(message_id),
            "status": self.written(status),
            "thread_id": None if status is None else status.thread_id,
            "posted": [self.written(one) for one in after],
        }

    def asks(self, message_id: int) -> bool:
        """Whether a message waits for a yes, to be told by its green button: it has no thread, and nothing follows."""
        message = self._world.any_message(message_id)
        if message is None or message.thread_id is not None:
            return False
        buttons = (one for one in every(message.components) if one["type"] == BUTTON)
        return any(one["style"] == GREEN and not one.get("disabled") for one in buttons)

    def whispers(self, kept: Interaction, quiet_s: float) -> Json | None:
        """What came on an interaction's token, once it has files and is quiet, asks for a yes, or stays bare."""
        seen = self.whispered(kept)
        place = self._world.channels.get(kept.channel_id)
        if place is None or not seen["messages"]:
            return {**seen, "settled": True} if self._interactions.silent(kept) else None
        first = kept.original or kept.followups[0]
        quiet = self._world.bell.moment() - place.changed_at >= quiet_s
        shown = any(one["attachments"] for one in seen["messages"])
        idle = not first.flags & LOADING and self._bare(first.id, REFUSAL_AFTER_S)
        return {**seen, "settled": True} if seen["asks"] or (shown and quiet) or (not shown and idle) else None

    def whispered(self, kept: Interaction) -> Json:
        """The answers on an interaction's token as they are now, in order, and whether the first asks for a yes."""
        messages = [one for one in (kept.original, *kept.followups) if one is not None]
        asks = bool(messages) and self.asks(messages[0].id)
        return {"settled": False, "asks": asks, "messages": [self.written(one) for one in messages]}

    def _shows(self, message_id: int) -> bool:
        message = self._world.any_message(message_id)
        if message is None or not message.attachments:
            return False
        return self._bare(message_id) or self._cannot_post(message)

    @staticmethod
    def _cannot_post(message: Message) -> bool:
        """Whether only the user installed the app, so that its answer itself shows the results."""
        owners = (message.interaction or {}).get("authorizing_integration_owners", {"0": ""})
        return "0" not in owners

    def _bare(self, message_id: int, for_s: float = 0.0) -> bool:
        """Whether a message has been without buttons and thread for that long."""
        message = self._world.any_message(message_id)
        if message is None or message.components or message.thread_id is not None:
            return False
        return self._world.clock.now() - (message.edited_at or message.written_at) >= for_s

    def reply(self, message_id: int) -> Json | None:
        """The bot's next message in the channel after a mention; `refusal` says whether it was one."""
        asked = self._world.any_message(message_id)
        if asked is None:
            return None
        place = self._world.channels[asked.channel_id]
        said = self._said_after(place, message_id)
        if said is None:
            return None
        if said.components or said.thread_id is not None:
            return {"refusal": False, "message": self.written(said)}
        waited = self._world.clock.now() - said.written_at
        return {"refusal": True, "message": self.written(said)} if waited >= REFUSAL_AFTER_S else None

    def _said_after(self, place: Channel, message_id: int) -> Message | None:
        """The bot's reply to a message, else the first thing it said afterwards that replies to nobody."""
        later = [one for one in self._bots(place) if one.id > message_id]
        replies = (one for one in later if one.reference is not None and one.reference.message_id == message_id)
        return next(replies, None) or next((one for one in later if one.reference is None), None)

    def written(self, message: Message | None) -> Json | None:
        """A message as a member sees it."""
        if message is None or message.channel_id not in self._world.channels:
            return None
        return self._payloads.message(message, reads=True)

    def _on_source(self, kept: Interaction) -> Json | None:
        if kept.followups:
            return {"state": "answered", "message": self.written(kept.followups[-1])}
        source = kept.source
        changed = source is not None and (source.edited_at or 0.0) >= kept.began
        waited = self._world.clock.now() - kept.began
        if kept.answer == DEFERRED_UPDATE and not changed and waited < ANSWER_WITHIN_S:
            return None
        own = source is not None and source.visible_to is not None
        return {"state": "answered", "message": self.written(source) if own else None}

    def _place(self, message_id: int) -> Channel | None:
        message = self._world.any_message(message_id)
        if message is None:
            return None
        return self._world.channels.get(message.thread_id or message.channel_id)

    def _bots(self, place: Channel) -> list[Message]:
        mine = (one for one in place.messages.values() if one.author_id == self._world.bot.id)
        return sorted((one for one in mine if one.kind not in SYSTEM_KINDS), key=lambda one: one.id)
