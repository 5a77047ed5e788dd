"""What members do: write, use commands, press buttons, choose, fill in modals, within what Discord's client allows."""

from collections.abc import Mapping

from bot.sandbox.discord_api.bodies import Body, Upload
from bot.sandbox.discord_api.cdn import Cdn
from bot.sandbox.discord_api.commands import CHAT_INPUT, MESSAGE_MENU, Registry
from bot.sandbox.discord_api.components import BUTTON, LINK_STYLE, SELECTS, every
from bot.sandbox.discord_api.interactions import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    MODAL_SUBMIT,
    REPLY,
    REPLY_TO_MENU,
    REPLY_TO_SLASH,
    Interaction,
    Interactions,
)
from bot.sandbox.discord_api.message_forms import read_message_form
from bot.sandbox.discord_api.messages import Messages
from bot.sandbox.discord_api.naming import Naming
from bot.sandbox.discord_api.payloads import Payloads
from bot.sandbox.discord_api.permissions import EVERYTHING, Access, P, of_roles
from bot.sandbox.discord_api.refusals import Json, Refusal, SandboxRefusal
from bot.sandbox.discord_api.slash_options import attachments_in, command_words, declared_options, fill_in
from bot.sandbox.discord_api.submissions import fill_in_modal, uploads_in
from bot.sandbox.discord_api.world import Channel, ChannelKind, Message, User, World


class Acting:
    """Every verb returns what it made; SandboxRefusal says why a member could not do it."""

    def __init__(
        self,
        world: World,
        cdn: Cdn,
        payloads: Payloads,
        access: Access,
        messages: Messages,
        registry: Registry,
        interactions: Interactions,
    ) -> None:
        self._world = world
        self._cdn = cdn
        self._payloads = payloads
        self._access = access
        self._messages = messages
        self._registry = registry
        self._interactions = interactions
        self._naming = Naming(world, payloads, access)
        self._submitted = 0

    # Finding

    def person(self, name: str) -> User:
        """The member of that name or id."""
        user = self._world.user_named(name)
        if user is None or user.bot:
            raise SandboxRefusal(f"there is nobody called {name}")
        return user

    def place(self, user: User, named: str) -> Channel:
        """A channel by name, id or "dm", which the member can see."""
        if named == "dm":
            return self._world.dm_with(user.id)
        for channel in self._world.channels.values():
            if named in (str(channel.id), channel.name) and self._access.may(user.id, channel, P.VIEW_CHANNEL):
                return channel
        raise SandboxRefusal(f"{user.name} sees no channel called {named}")

    # Writing

    def say(self, user: User, channel: Channel, text: str, uploads: tuple[Upload, ...], **how: object) -> Message:
        """Post a message; `reply_to` is a message's id, `mention` whether the bot is to be mentioned."""
        mention, reply_to = bool(how.get("mention")), how.get("reply_to")
        payload: Json = {"content": text, "allowed_mentions": {"parse": ["users"], "replied_user": mention}}
        if reply_to is not None:
            payload["message_reference"] = {"message_id": str(reply_to)}
        if mention and not self._ping_suffices(channel, reply_to):
            payload["content"] = f"<@{self._world.bot.id}> {text}".strip()
        limit = max(user.upload_limit, self._world.file_limit_in(channel))
        try:
            form = read_message_form(Body(payload, uploads))
            return self._messages.send(user.id, channel.id, form, file_limit=limit)
        except Refusal as exc:
            raise SandboxRefusal(f"{user.name} cannot send this: {exc}") from exc

    def _ping_suffices(self, channel: Channel, reply_to: object) -> bool:
        target = channel.messages.get(int(str(reply_to))) if reply_to is not None else None
        own = target is not None and target.author_id == self._world.bot.id
        return own and target is not None and target.webhook_id is None

    # Commands

    def slash(
        self, user: User, channel: Channel, command: str, values: Mapping[str, object], uploads: tuple[Upload, ...]
    ) -> Interaction:
        """Use a slash command; an option {"$file": n} is the n-th upload, and @ben, &Friends or #pictures who or what
        it names.
        """
        name, below = command_words(command)
        declared = self._usable(CHAT_INPUT, name, user, channel)
        stored = {option: self._stored_option(user, channel, value, uploads) for option, value in values.items()}
        options = fill_in(declared, below, self._with_ids(declared, below, user, channel, stored))
        resolved = self._resolved(attachments_in(options)) | self._naming.resolved(user, channel, options)
        given = {**_named(declared), "options": options, **({"resolved": resolved} if resolved else {})}
        return self._interactions.open(COMMAND, user, channel, given, answers_as=REPLY_TO_SLASH)

    def autocomplete(
        self, user: User, channel: Channel, command: str, values: Mapping[str, object], focused: str
    ) -> Interaction:
        """Type into an option that completes."""
        name, below = command_words(command)
        declared = self._usable(CHAT_INPUT, name, user, channel)
        given = {**_named(declared), "options": fill_in(declared, below, values, focused)}
        return self._interactions.open(AUTOCOMPLETE, user, channel, given, answers_as=REPLY_TO_SLASH)

    def menu(self, user: User, command: str, message_id: int) -> Interaction:
        """Use a message command; the message comes with its content whatever the bot's intents."""
        message = self._visible_message(user, message_id)
        channel = self._world.channel(message.channel_id)
        declared = self._usable(MESSAGE_MENU, command, user, channel)
        target = self._payloads.message_in_interaction(message)
        given = {**_named(declared), "target_id": str(message.id), "resolved": {"messages": {str(message.id): target}}}
        return self._interactions.open(COMMAND, user, channel, given, answers_as=REPLY_TO_MENU, target_id=message.id)

    def _usable(self, kind: int, name: str, user: User, channel: Channel) -> Json:
        command = self._registry.find(kind, name, channel.guild_id)
        if command is None:
            known = ", ".join(self._registry.names(kind, channel.guild_id)) or "none"
            raise SandboxRefusal(f"the bot has no command {name}; it has {known}")
        owners = self._interactions.owners(user, channel)
        if not any(int(owner) in command["integration_types"] for owner in owners):
            raise SandboxRefusal(f"{name} is not installed here")
        contexts = command.get("contexts")
        dm = channel.kind is ChannelKind.DM
        if (contexts is not None and int(dm) not in contexts) or (dm and command.get("dm_permission") is False):
            raise SandboxRefusal(f"{name} cannot be used {'in a DM' if dm else 'in a server'}")
        self._refuse_without_rights(command, user, channel)
        return command

    def _refuse_without_rights(self, command: Json, user: User, channel: Channel) -> None:
        guild = self._world.guild_of(channel)
        if not self._access.may(user.id, channel, P.USE_APPLICATION_COMMANDS):
            raise SandboxRefusal(f"{user.name} may not use commands here")
        needed = command["default_member_permissions"]
        if guild is None or needed is None:
            return
        mine = of_roles(guild, user.id)
        if mine != EVERYTHING and (int(needed) == 0 or int(mine) & int(needed) != int(needed)):
            raise SandboxRefusal(f"{user.name} has not the rights that {command['name']} asks for")

    def _with_ids(
        self, declared: Json, below: tuple[str, ...], user: User, channel: Channel, values: Mapping[str, object]
    ) -> dict[str, object]:
        known = declared_options(declared, below)
        return {
            name: self._naming.read(user, channel, known[name], value) if name in known else value
            for name, value in values.items()
        }

    def _stored_option(self, user: User, channel: Channel, value: object, uploads: tuple[Upload, ...]) -> object:
        if not isinstance(value, dict):
            return value
        return self._stored(user, channel, [_upload(uploads, value)])[0]

    def _stored(self, user: User, channel: Channel, uploads: list[Upload]) -> list[int]:
        limit = max(user.upload_limit, self._world.file_limit_in(channel))
        for upload in uploads:
            if len(upload.body) > limit:
                raise SandboxRefusal(f"{upload.filename} is too large: at most {limit} bytes")
        return [self._cdn.store(one, self._world.bot.id, ephemeral=True).id for one in uploads]

    def _resolved(self, attachment_ids: list[int]) -> Json:
        kept = [self._world.attachments[one] for one in attachment_ids]
        return {"attachments": {str(one.id): self._payloads.attachment(one) for one in kept}} if kept else {}

    # Buttons, selects, modals

    def press(self, user: User, message_id: int, button: str) -> Interaction:
        """Press a button by its label or custom id."""
        message = self._visible_message(user, message_id)
        buttons = [one for one in every(message.components) if one["type"] == BUTTON]
        found = next((one for one in buttons if button in (one.get("custom_id"), one.get("label"))), None)
        if found is None:
            labels = ", ".join(str(one.get("label") or one.get("custom_id")) for one in buttons) or "none"
            raise SandboxRefusal(f"the message has no button {button}; it has {labels}")
        if found.get("disabled") or found["style"] == LINK_STYLE:
            raise SandboxRefusal(f"the button {button} cannot be pressed")
        return self._component(
            user, message, {"custom_id": found["custom_id"], "component_type": BUTTON, "id": found["id"]}
        )

    def choose(self, user: User, message_id: int, select: str, values: list[str]) -> Interaction:
        """Choose in a select menu by its custom id or placeholder."""
        message = self._visible_message(user, message_id)
        selects = [one for one in every(message.components) if one["type"] in SELECTS]
        found = next((one for one in selects if select in (one.get("custom_id"), one.get("placeholder"))), None)
        if found is None or found.get("disabled"):
            raise SandboxRefusal(f"the message has no select {select} to choose from")
        offered = [option["value"] for option in found.get("options") or ()]
        if not found["min_values"] <= len(values) <= found["max_values"] or (offered and set(values) - set(offered)):
            raise SandboxRefusal(
                f"{select}: choose {found['min_values']} to {found['max_values']} of {', '.join(offered)}"
            )
        given = {"custom_id": found["custom_id"], "component_type": found["type"], "id": found["id"], "values": values}
        return self._component(user, message, given)

    def submit(
        self, user: User, interaction_id: int, values: Mapping[str, object], uploads: tuple[Upload, ...]
    ) -> Interaction:
        """Send the modal that answered an interaction; a list of {"$file": n} fills a file upload."""
        origin = self._interactions.get(interaction_id)
        if origin.modal is None or origin.user_id != user.id:
            raise SandboxRefusal(f"interaction {interaction_id} shows {user.name} no modal")
        channel = self._world.channel(origin.channel_id)
        ready = {name: self._stored_files(user, channel, value, uploads) for name, value in values.items()}
        components = fill_in_modal(origin.modal, ready)
        given: Json = {"custom_id": origin.modal["custom_id"], "components": components}
        resolved = self._resolved(self._in_another_order(uploads_in(components)))
        if resolved:
            given["resolved"] = resolved
        return self._interactions.open(
            MODAL_SUBMIT, user, channel, given, answers_as=origin.answers_as, source=origin.source, origin=origin
        )

    def _in_another_order(self, attachment_ids: list[int]) -> list[int]:
        """Discord promises no order for resolved objects: every second time it is that of the member."""
        self._submitted += len(attachment_ids) > 1
        return attachment_ids[::-1] if self._submitted % 2 else attachment_ids

    def _stored_files(self, user: User, channel: Channel, value: object, uploads: tuple[Upload, ...]) -> object:
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            return value
        return self._stored(user, channel, [_upload(uploads, one) for one in value])

    def _component(self, user: User, message: Message, given: Json) -> Interaction:
        channel = self._world.channel(message.channel_id)
        return self._interactions.open(COMPONENT, user, channel, given, answers_as=REPLY, source=message)

    def _visible_message(self, user: User, message_id: int) -> Message:
        message = self._world.any_message(message_id)
        if message is None or message.visible_to not in (None, user.id):
            raise SandboxRefusal(f"{user.name} sees no message {message_id}")
        channel = self._world.channel(message.channel_id)
        if not self._access.may(user.id, channel, P.VIEW_CHANNEL):
            raise SandboxRefusal(f"{user.name} does not see that channel")
        return message


def _named(command: Json) -> Json:
    guild = {"guild_id": command["guild_id"]} if "guild_id" in command else {}
    return {"id": command["id"], "name": command["name"], "type": command["type"], **guild}


def _upload(uploads: tuple[Upload, ...], placeholder: Json) -> Upload:
    for one in uploads:
        if one.slot == placeholder.get("$file"):
            return one
    raise SandboxRefusal(f"the request has no file {placeholder}")
