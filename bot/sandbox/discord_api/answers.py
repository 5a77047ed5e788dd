"""The bot's answers to interactions: callbacks, the original answer, and followups on the token."""

from bot.sandbox.discord_api.bodies import Body
from bot.sandbox.discord_api.composer import Composer
from bot.sandbox.discord_api.events import Events
from bot.sandbox.discord_api.interactions import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    MODAL_SUBMIT,
    MOST_USER_INSTALL_FOLLOWUPS,
    REPLY,
    Interaction,
    Interactions,
)
from bot.sandbox.discord_api.message_forms import MessageForm, read_message_form
from bot.sandbox.discord_api.messages import Messages
from bot.sandbox.discord_api.modal_forms import check_modal
from bot.sandbox.discord_api.refusals import FormErrors, Json, Refusal, malformed
from bot.sandbox.discord_api.world import EPHEMERAL, LOADING, Message, Reference, World

MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
ALLOWED: dict[int, tuple[int, ...]] = {
    COMMAND: (MESSAGE, DEFERRED, MODAL),
    COMPONENT: (MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, MODAL),
    AUTOCOMPLETE: (CHOICES,),
    MODAL_SUBMIT: (MESSAGE, DEFERRED),
}
MOST_CHOICES = 25


class Answers:
    """What the bot may say on an interaction, each verb with Discord's refusals."""

    def __init__(
        self, world: World, interactions: Interactions, composer: Composer, messages: Messages, events: Events
    ) -> None:
        self._world = world
        self._interactions = interactions
        self._composer = composer
        self._messages = messages
        self._events = events

    def first(self, kept: Interaction, body: Body) -> Message | None:
        """The callback: a message, a deferral, choices or a modal; what it shows, if anything."""
        kind = body.payload.get("type")
        _refuse_wrong_kind(kept, kind)
        given = body.payload.get("data") or {}
        if kind == MODAL:
            kept.modal = check_modal(given)
        elif kind == CHOICES:
            kept.choices = _checked_choices(given)
        elif kind in (DEFERRED_UPDATE, UPDATE):
            self._on_source(kept, Body(given, body.uploads), update=kind == UPDATE)
        else:
            self._on_new(kept, Body(given, body.uploads), deferred=kind == DEFERRED)
        kept.answer = kind
        self._world.bell.ring()
        return kept.original

    def original(self, kept: Interaction) -> Message:
        """The first answer, or 10008 where it is gone or was none."""
        if kept.original is None:
            raise Refusal(10008)
        return kept.original

    def one_of(self, kept: Interaction, message_id: int) -> Message:
        """An answer of this interaction by its id, or 10008."""
        own = [one for one in (kept.original, *kept.followups) if one is not None and one.id == message_id]
        if not own:
            raise Refusal(10008)
        return own[0]

    def edit(self, kept: Interaction, message: Message, body: Body) -> Message:
        """Change an answer; a loading one becomes what is written into it."""
        self._refuse_gone(message)
        form = read_message_form(body, old_flags=message.flags)
        self._may_show(kept, message, form)
        was_loading = bool(message.flags & LOADING)
        self._composer.revise(message, form, kept.upload_limit)
        message.flags &= ~LOADING
        if was_loading:
            message.edited_at = None
        self._events.message_changed(message)
        return message

    def follow_up(self, kept: Interaction, body: Body) -> Message:
        """One more message; right after a deferral it fills the loading one instead, which keeps its privacy."""
        if kept.original is not None and kept.original.flags & LOADING:
            payload = {name: value for name, value in body.payload.items() if name != "flags"}
            return self.edit(kept, kept.original, Body(payload, body.uploads))
        if kept.user_install_only and len(kept.followups) >= MOST_USER_INSTALL_FOLLOWUPS:
            raise Refusal(40094)
        form = read_message_form(body, extra_flags=EPHEMERAL)
        message = self._blank(kept, ephemeral=bool(form.flags & EPHEMERAL))
        message.kind = REPLY
        self._may_show(kept, message, form)
        if kept.original is not None:
            message.reference = Reference(kept.channel_id, kept.original.id, kept.guild_id)
        self._fill(kept, message, form)
        kept.followups.append(message)
        self._show(message)
        return message

    def delete(self, kept: Interaction, message: Message) -> None:
        """Take an answer back."""
        self._refuse_gone(message)
        if message is kept.original:
            kept.original = None
        else:
            kept.followups.remove(message)
        self._messages.remove(self._world.channels[message.channel_id], message)

    def _on_new(self, kept: Interaction, body: Body, *, deferred: bool) -> None:
        form = read_message_form(body, extra_flags=EPHEMERAL)
        if deferred and form.flags & ~EPHEMERAL:
            raise malformed(("data", "flags"), "MESSAGE_FLAGS_INVALID", "Only EPHEMERAL can be set when deferring.")
        message = self._blank(kept, ephemeral=bool(form.flags & EPHEMERAL))
        if deferred:
            message.flags |= LOADING
        else:
            self._may_show(kept, message, form)
            self._fill(kept, message, form)
        kept.original, kept.ephemeral = message, message.visible_to is not None
        self._show(message)

    def _on_source(self, kept: Interaction, body: Body, *, update: bool) -> None:
        source = kept.source
        if source is None:
            raise Refusal(10008)
        if update:
            self._refuse_gone(source)
            form = read_message_form(body, old_flags=source.flags, extra_flags=EPHEMERAL)
            self._composer.revise(source, form, kept.upload_limit)
            self._events.message_changed(source)
        kept.original, kept.ephemeral = source, source.visible_to is not None

    def _blank(self, kept: Interaction, *, ephemeral: bool) -> Message:
        bot = self._world.bot.id
        message = Message(self._world.ids.mint(), kept.channel_id, bot, self._world.clock.now(), kind=kept.answers_as)
        message.webhook_id, message.interaction = bot, self._interactions.metadata(kept)
        message.command = self._interactions.command_of(kept)
        if kept.answers_as == REPLY and kept.source is not None:
            message.reference = Reference(kept.channel_id, kept.source.id, kept.guild_id)
        if ephemeral or self._interactions.forced_private(kept):
            message.flags |= EPHEMERAL
            message.visible_to = kept.user_id
        return message

    def _may_show(self, kept: Interaction, message: Message, form: MessageForm) -> None:
        if message.visible_to is None:
            self._interactions.may_show(kept, files=bool(form.uploads), embeds=bool(form.embeds))

    def _fill(self, kept: Interaction, message: Message, form: MessageForm) -> None:
        if kept.channel_id not in self._world.channels:
            raise Refusal(10003)
        self._composer.fill(message, form, kept.upload_limit)

    def _show(self, message: Message) -> None:
        channel = self._world.channel(message.channel_id)
        if message.visible_to is None:
            self._messages.put(channel, message)
        else:
            self._world.private_messages[message.id] = message
            self._world.touched(channel)

    def _refuse_gone(self, message: Message) -> None:
        channel = self._world.channel(message.channel_id)
        if message.id not in channel.messages and message.id not in self._world.private_messages:
            raise Refusal(10008)


def _refuse_wrong_kind(kept: Interaction, kind: object) -> None:
    allowed = ALLOWED[kept.kind]
    if kept.kind == MODAL_SUBMIT and kept.source is not None:
        allowed += (DEFERRED_UPDATE, UPDATE)
    errors = FormErrors()
    errors.choice(("type",), kind, allowed)
    errors.raise_if_any()


def _checked_choices(given: Json) -> list[Json]:
    choices: list[Json] = given.get("choices") or []
    errors = FormErrors()
    errors.count(("data", "choices"), choices, 0, MOST_CHOICES)
    for index, choice in enumerate(choices):
        errors.length(("data", "choices", index, "name"), choice.get("name", ""), 1, 100)
    errors.raise_if_any()
    return choices
