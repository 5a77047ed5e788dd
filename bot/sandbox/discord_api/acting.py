"""What members do with the bot's commands, within what Discord's client allows."""

from collections.abc import Mapping

from bot.sandbox.discord_api.bodies import Upload
from bot.sandbox.discord_api.commands import CHAT_INPUT, MESSAGE_MENU, Registry
from bot.sandbox.discord_api.finding import Finding
from bot.sandbox.discord_api.handing import Handing
from bot.sandbox.discord_api.interactions import (
    AUTOCOMPLETE,
    COMMAND,
    REPLY_TO_MENU,
    REPLY_TO_SLASH,
    Interaction,
    Interactions,
    context_of,
)
from bot.sandbox.discord_api.locales import shown_in
from bot.sandbox.discord_api.naming import Naming
from bot.sandbox.discord_api.payloads import Payloads
from bot.sandbox.discord_api.permissions import EVERYTHING, Access, P, of_roles
from bot.sandbox.discord_api.refusals import Json, SandboxRefusal
from bot.sandbox.discord_api.slash_options import attachments_in, command_words, declared_options, fill_in
from bot.sandbox.discord_api.world import Channel, User, World

PLACES = ("in a server", "in a DM", "in a private channel")


class Acting:
    """Every verb returns what it made; SandboxRefusal says why a member could not do it."""

    def __init__(
        self,
        world: World,
        payloads: Payloads,
        access: Access,
        registry: Registry,
        interactions: Interactions,
        finding: Finding,
        handing: Handing,
        naming: Naming,
    ) -> None:
        self._world = world
        self._payloads = payloads
        self._access = access
        self._registry = registry
        self._interactions = interactions
        self._finding = finding
        self._handing = handing
        self._naming = naming

    def slash(
        self, user: User, channel: Channel, command: str, values: Mapping[str, object], uploads: tuple[Upload, ...]
    ) -> Interaction:
        """Use a slash command; an option {"$file": n} is the n-th upload, and @ben, &Friends or #pictures who or what
        it names.
        """
        name, below = command_words(command)
        declared = self._usable(CHAT_INPUT, name, user, channel)
        stored = {option: self._handing.option(user, channel, value, uploads) for option, value in values.items()}
        options = fill_in(declared, below, self._with_ids(declared, below, user, channel, stored))
        resolved = self._handing.resolved(attachments_in(options)) | self._naming.resolved(user, channel, options)
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
        message = self._finding.message(user, message_id)
        channel = self._world.channel(message.channel_id)
        declared = self._usable(MESSAGE_MENU, command, user, channel)
        target = self._payloads.message_in_interaction(message)
        given = {**_named(declared), "target_id": str(message.id), "resolved": {"messages": {str(message.id): target}}}
        return self._interactions.open(COMMAND, user, channel, given, answers_as=REPLY_TO_MENU, target_id=message.id)

    def offered(self, user: User, channel: Channel) -> list[Json]:
        """Every command that the member finds in a place, in their language."""
        found: list[Json] = []
        for command in self._registry.reachable(channel.guild_id):
            try:
                self._usable(command["type"], command["name"], user, channel)
            except SandboxRefusal:
                continue
            found.append(shown_in(command, user.locale))
        return found

    def _usable(self, kind: int, name: str, user: User, channel: Channel) -> Json:
        command = self._registry.find(kind, name, channel.guild_id)
        if command is None:
            known = ", ".join(self._registry.names(kind, channel.guild_id)) or "none"
            raise SandboxRefusal(f"the bot has no command {name}; it has {known}")
        owners = self._interactions.owners(user, channel)
        if not any(int(owner) in command["integration_types"] for owner in owners):
            raise SandboxRefusal(f"{name} is not installed here")
        contexts = command.get("contexts")
        context = context_of(channel)
        closed = context == 1 and command.get("dm_permission") is False
        # Without contexts of its own a command goes wherever its installation does: among people only a user's own.
        if closed or (contexts is not None and context not in contexts):
            raise SandboxRefusal(f"{name} cannot be used {PLACES[context]}")
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


def _named(command: Json) -> Json:
    guild = {"guild_id": command["guild_id"]} if "guild_id" in command else {}
    return {"id": command["id"], "name": command["name"], "type": command["type"], **guild}
