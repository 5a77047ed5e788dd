"""What people, other bots and webhooks write: texts, files, stickers, forwards, embeds and components."""

import re

from bot.sandbox.discord_api.bodies import Body, Upload
from bot.sandbox.discord_api.cdn import Cdn
from bot.sandbox.discord_api.components import ROW, V2_FLAG
from bot.sandbox.discord_api.handing import named
from bot.sandbox.discord_api.message_forms import MessageForm, read_message_form
from bot.sandbox.discord_api.messages import FORWARD, Messages
from bot.sandbox.discord_api.permissions import Access, P
from bot.sandbox.discord_api.refusals import Json, Refusal, SandboxRefusal
from bot.sandbox.discord_api.world import Channel, Membership, Message, User, World

LINK = re.compile(r"(?<!<)https?://[^\s<>]+")
WRITTEN_BY = ("bot", "webhook")


class Writing:
    """Every verb returns the message it made; SandboxRefusal says why it could not be written."""

    def __init__(self, world: World, cdn: Cdn, access: Access, messages: Messages) -> None:
        self._world = world
        self._cdn = cdn
        self._access = access
        self._messages = messages

    def say(self, user: User, channel: Channel, text: str, uploads: tuple[Upload, ...], **how: object) -> Message:
        """Post a message as a member.

        `reply_to` is a message's id, `mention` whether the bot is to be mentioned, `forward` the id of a message to
        hand on, `stickers` placeholders of uploads, `spoiler` whether the files are hidden.
        """
        mention, reply_to = bool(how.get("mention")), how.get("reply_to")
        payload: Json = {"content": text, "allowed_mentions": {"parse": ["users"], "replied_user": mention}}
        if reply_to is not None:
            payload["message_reference"] = {"message_id": str(reply_to)}
        if how.get("forward") is not None:
            payload["message_reference"] = self._forward(int(str(how["forward"])))
        if mention and not self._ping_suffices(channel, reply_to):
            payload["content"] = f"<@{self._world.bot.id}> {text}".strip()
        files, payload["sticker_ids"] = self._without_stickers(how.get("stickers"), uploads)
        files = tuple(_spoilered(one) for one in files) if how.get("spoiler") else files
        limit = max(user.upload_limit, self._world.file_limit_in(channel))
        try:
            form = self._unfurled(user, channel, payload, files)
            return self._messages.send(user.id, channel.id, form, file_limit=limit)
        except Refusal as exc:
            raise SandboxRefusal(f"{user.name} cannot send this: {exc}") from exc

    def post(self, name: str, by: str, channel: Channel, given: Json, uploads: tuple[Upload, ...]) -> Message:
        """Post as another bot, or as a webhook, of that name; neither needs rights, but their form has to be right."""
        author = self._author(name, by, channel)
        files, sticker_ids = self._without_stickers(given.get("stickers"), uploads)
        components = given.get("components") or []
        flags = V2_FLAG if any(one.get("type") != ROW for one in components) else 0
        payload: Json = {"content": given.get("text") or "", "embeds": given.get("embeds") or []}
        payload |= {"components": components, "flags": flags, "sticker_ids": sticker_ids, "allowed_mentions": {}}
        try:
            form = read_message_form(Body({name: value for name, value in payload.items() if value}, files))
            limit = self._world.file_limit_in(channel)
            message = self._messages.compose(self._world.ids.mint(), channel, author.id, form, limit)
        except Refusal as exc:
            raise SandboxRefusal(f"{name} cannot send this: {exc}") from exc
        message.webhook_id = author.id if author.webhook else None
        self._messages.put(channel, message)
        return message

    def _author(self, name: str, by: str, channel: Channel) -> User:
        if by not in WRITTEN_BY:
            raise SandboxRefusal(f"`by` is one of {', '.join(WRITTEN_BY)}")
        author = self._world.user_named(name)
        if author is None:
            author = User(self._world.ids.mint(), name, name, bot=True, webhook=by == "webhook")
            self._world.users[author.id] = author
        if not author.bot:
            raise SandboxRefusal(f"{name} is a member, who says things by themselves")
        guild = self._world.guild_of(channel)
        if guild is not None and not author.webhook:
            guild.members.setdefault(author.id, Membership(author.id, self._world.clock.now()))
        return author

    def _ping_suffices(self, channel: Channel, reply_to: object) -> bool:
        target = channel.messages.get(int(str(reply_to))) if reply_to is not None else None
        own = target is not None and target.author_id == self._world.bot.id
        return own and target is not None and target.webhook_id is None

    def _forward(self, message_id: int) -> Json:
        source = self._world.any_message(message_id)
        if source is None:
            raise SandboxRefusal(f"there is no message {message_id} to forward")
        return {"type": FORWARD, "channel_id": str(source.channel_id), "message_id": str(source.id)}

    def _without_stickers(self, stickers: object, uploads: tuple[Upload, ...]) -> tuple[tuple[Upload, ...], list[str]]:
        """The uploads that are files, and the ids of those that are stickers."""
        wanted = [named(uploads, one) for one in stickers] if isinstance(stickers, list) else []
        return tuple(one for one in uploads if one not in wanted), [str(self._cdn.sticker(one).id) for one in wanted]

    def _unfurled(self, user: User, channel: Channel, payload: Json, uploads: tuple[Upload, ...]) -> MessageForm:
        """The form, with an embed for every link to a picture on the web, as Discord makes one where it may."""
        if self._access.may(user.id, channel, P.EMBED_LINKS):
            known = [one for one in LINK.findall(payload["content"]) if one in self._world.web]
            payload["embeds"] = [{"url": one, "thumbnail": {"url": one}} for one in known]
        form = read_message_form(Body(payload, uploads))
        for embed in form.embeds:
            embed["type"] = "image"
        return form


def _spoilered(upload: Upload) -> Upload:
    return Upload(upload.slot, f"SPOILER_{upload.filename}", upload.body)
