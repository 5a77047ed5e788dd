"""Interactions: what a member's command, click or modal becomes on its way to the bot, with its clocks."""

import secrets
from dataclasses import dataclass, field

from bot.sandbox.discord_api.events import Events
from bot.sandbox.discord_api.payloads import Payloads
from bot.sandbox.discord_api.permissions import IN_A_DM, Access, P
from bot.sandbox.discord_api.refusals import Json, Refusal, SandboxRefusal
from bot.sandbox.discord_api.world import Channel, ChannelKind, Guild, Message, User, World

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
ANSWER_WITHIN_S = 3.0
TOKEN_LIFE_S = 900.0
MOST_USER_INSTALL_FOLLOWUPS = 5
REPLY_TO_SLASH, REPLY_TO_MENU, REPLY = 20, 23, 19


@dataclass(slots=True)
class Interaction:
    """One interaction from its dispatch to the end of its token."""

    id: int
    token: str
    kind: int
    user_id: int
    channel_id: int
    guild_id: int | None
    began: float
    owners: dict[str, str]
    answers_as: int
    upload_limit: int
    payload: Json
    source: Message | None = None
    origin: "Interaction | None" = None
    target_id: int | None = None
    answer: int | None = None
    ephemeral: bool = False
    original: Message | None = None
    modal: Json | None = None
    choices: list[Json] | None = None
    followups: list[Message] = field(default_factory=list)

    @property
    def user_install_only(self) -> bool:
        """Whether the app is there only because the user installed it for themselves."""
        return "0" not in self.owners


class Interactions:
    """Opens interactions, finds them again and tells how far they are."""

    def __init__(self, world: World, payloads: Payloads, access: Access, events: Events) -> None:
        self._world = world
        self._payloads = payloads
        self._access = access
        self._events = events
        self._kept: dict[int, Interaction] = {}

    def open(
        self,
        kind: int,
        user: User,
        channel: Channel,
        given: Json,
        *,
        answers_as: int,
        source: Message | None = None,
        origin: Interaction | None = None,
        target_id: int | None = None,
    ) -> Interaction:
        """Dispatch what a member did; the 3 seconds begin."""
        opened = Interaction(
            id=self._world.ids.mint(),
            token=secrets.token_urlsafe(48),
            kind=kind,
            user_id=user.id,
            channel_id=channel.id,
            guild_id=channel.guild_id,
            began=self._world.clock.now(),
            owners=self.owners(user, channel),
            answers_as=answers_as,
            upload_limit=max(user.upload_limit, self._world.file_limit_in(channel)),
            payload={},
            source=source,
            origin=origin,
            target_id=target_id,
        )
        opened.payload = self._payload(opened, user, channel, given)
        self._kept[opened.id] = opened
        self._events.interaction(opened.payload, opened.guild_id)
        return opened

    def redeliver(self, interaction_id: int) -> None:
        """Dispatch the same interaction once more, id and all."""
        kept = self.get(interaction_id)
        self._events.interaction(kept.payload, kept.guild_id)

    def get(self, interaction_id: int) -> Interaction:
        """An interaction by its id; SandboxRefusal where there is none."""
        if interaction_id not in self._kept:
            raise SandboxRefusal(f"there is no interaction {interaction_id}")
        return self._kept[interaction_id]

    def newest(self) -> Interaction:
        """The interaction that was opened last."""
        if not self._kept:
            raise SandboxRefusal("nobody has used a command yet")
        return self._kept[max(self._kept)]

    def to_answer(self, interaction_id: int, token: str) -> Interaction:
        """The interaction for a callback: 10062 if unknown or later than 3 s, 40060 if it was answered."""
        kept = self._kept.get(interaction_id)
        if kept is None or not secrets.compare_digest(kept.token, token):
            raise Refusal(10062)
        if kept.answer is not None:
            raise Refusal(40060)
        if self.silent(kept):
            raise Refusal(10062)
        return kept

    def by_token(self, application_id: int, token: str) -> Interaction:
        """The interaction whose token works as a webhook: 10015 before it is answered, 50027 after 15 minutes."""
        if application_id != self._world.bot.id:
            raise Refusal(10015)
        kept = next((one for one in self._kept.values() if one.token == token), None)
        if kept is None or self._world.clock.now() - kept.began > TOKEN_LIFE_S:
            raise Refusal(50027)
        if kept.answer is None:
            raise Refusal(10015)
        return kept

    def silent(self, kept: Interaction) -> bool:
        """Whether the bot let the 3 seconds pass."""
        return kept.answer is None and self._world.clock.now() - kept.began > ANSWER_WITHIN_S

    def expired(self, kept: Interaction) -> bool:
        """Whether the token has run out."""
        return self._world.clock.now() - kept.began > TOKEN_LIFE_S

    def owners(self, user: User, channel: Channel) -> dict[str, str]:
        """Who installed the app that is used here: "0" a guild (or the bot's own DM), "1" the user."""
        found: dict[str, str] = {}
        guild = self._world.guild_of(channel)
        if guild is None:
            found |= {"0": "0"} if channel.kind is ChannelKind.DM else {}
        elif self._world.bot.id in guild.members:
            found["0"] = str(guild.id)
        if user.id in self._world.user_installs:
            found["1"] = str(user.id)
        return found

    def command_of(self, kept: Interaction) -> Json | None:
        """What a message says of the command that it answers, in the older way, which alone has its name."""
        if kept.kind != COMMAND:
            return None
        words, options = [kept.payload["data"]["name"]], kept.payload["data"].get("options") or []
        while options and options[0]["type"] in (1, 2):
            words, options = [*words, options[0]["name"]], options[0].get("options") or []
        name, user = " ".join(words), self._payloads.user(kept.user_id)
        return {"id": str(kept.id), "type": kept.kind, "name": name, "user": user}

    def metadata(self, kept: Interaction) -> Json:
        """What a message says about the interaction that it answers."""
        written: Json = {
            "id": str(kept.id),
            "type": kept.kind,
            "user": self._payloads.user(kept.user_id),
            "authorizing_integration_owners": kept.owners,
        }
        if kept.kind == COMPONENT and kept.source is not None:
            written["interacted_message_id"] = str(kept.source.id)
        if kept.target_id is not None and kept.kind == COMMAND:
            written["target_message_id"] = str(kept.target_id)
        if kept.origin is not None:
            written["triggering_interaction_metadata"] = self.metadata(kept.origin)
        return written

    def _payload(self, opened: Interaction, user: User, channel: Channel, given: Json) -> Json:
        guild = self._world.guild_of(channel)
        mine = [one for one in self._world.entitlements.values() if one.user_id == user.id and not one.consumed]
        payload: Json = {
            "id": str(opened.id),
            "application_id": str(self._world.bot.id),
            "type": opened.kind,
            "token": opened.token,
            "version": 1,
            "data": given,
            "channel_id": str(channel.id),
            "channel": {**self._payloads.channel(channel), "permissions": self._permissions(user.id, channel)},
            "locale": user.locale,
            "app_permissions": self._app_permissions(user, channel),
            "entitlements": [self._payloads.entitlement(one) for one in mine],
            "authorizing_integration_owners": opened.owners,
            "context": context_of(channel),
            "attachment_size_limit": opened.upload_limit,
        }
        if opened.source is not None:
            payload["message"] = self._payloads.message_in_interaction(opened.source)
        return payload | self._who(user, channel, guild)

    def _who(self, user: User, channel: Channel, guild: Guild | None) -> Json:
        if guild is None:
            return {"user": self._payloads.user(user.id)}
        member = self._payloads.member(guild.members[user.id])
        return {
            "guild_id": str(guild.id),
            "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
            "guild_locale": guild.locale,
            "member": {**member, "permissions": self._permissions(user.id, channel)},
        }

    def forced_private(self, kept: Interaction) -> bool:
        """Whether only the member sees any answer: an app of their own, where others' apps may not speak publicly."""
        channel = self._world.channels.get(kept.channel_id)
        if channel is None or channel.guild_id is None or not kept.user_install_only:
            return False
        return not self._access.may(kept.user_id, channel, P.USE_EXTERNAL_APPS)

    def may_show(self, kept: Interaction, *, files: bool, embeds: bool) -> None:
        """Refuse what the member could not show either, where the app is there only for them."""
        channel = self._world.channels.get(kept.channel_id)
        if channel is not None and channel.guild_id is not None and kept.user_install_only:
            needed = ([P.ATTACH_FILES] if files else []) + ([P.EMBED_LINKS] if embeds else [])
            self._access.need(kept.user_id, channel, *needed)

    def _permissions(self, user_id: int, channel: Channel) -> str:
        return str(int(self._access.of(user_id, channel)))

    def _app_permissions(self, user: User, channel: Channel) -> str:
        guild = self._world.guild_of(channel)
        if guild is None:
            return str(int(IN_A_DM))
        inside = self._world.bot.id in guild.members
        return self._permissions(self._world.bot.id if inside else user.id, channel)


def context_of(channel: Channel) -> int:
    """Where a command is used: 0 in a guild, 1 with the bot alone, 2 among people."""
    if channel.guild_id is not None:
        return 0
    return 1 if channel.kind is ChannelKind.DM else 2
