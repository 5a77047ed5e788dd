"""Messages as Discord writes them in JSON, for the one who looks: without the intent they come emptied.

Shapes: Discord's OpenAPI description. What is emptied and when: its reference, "Message Content Intent".
"""

from bot.sandbox.discord_api.cdn import Cdn
from bot.sandbox.discord_api.media import with_links
from bot.sandbox.discord_api.place_payloads import PlacePayloads
from bot.sandbox.discord_api.refusals import Json
from bot.sandbox.discord_api.snowflake import iso
from bot.sandbox.discord_api.world import Attachment, Message, Sticker, World

SPOILER = 1 << 3


class Payloads(PlacePayloads):
    """Writes the world's objects; `reads` says whether the reader has the Message Content intent."""

    def __init__(self, world: World, cdn: Cdn) -> None:
        super().__init__(world)
        self._cdn = cdn

    def attachment(self, kept: Attachment) -> Json:
        """A file with a fresh link."""
        link = self._cdn.link(kept)
        written: Json = {
            "id": str(kept.id),
            "filename": kept.filename,
            "size": kept.size,
            "url": link,
            "proxy_url": link,
            "content_type": kept.content_type,
        }
        if kept.width is not None:
            written |= {"width": kept.width, "height": kept.height}
        if kept.filename.startswith("SPOILER_"):
            written["flags"] = SPOILER
        optional = {"description": kept.description, "title": kept.title, "ephemeral": kept.ephemeral or None}
        return written | {name: value for name, value in optional.items() if value is not None}

    def hidden(self, message: Message) -> bool:
        """Whether this message comes emptied to an app without the Message Content intent."""
        bot = self._world.bot.id
        in_guild = self._world.channels[message.channel_id].guild_id is not None
        return in_guild and message.author_id != bot and bot not in message.mentions

    def message(self, message: Message, *, reads: bool, nested: bool = True, fresh: bool = False) -> Json:
        """A message; `nested` adds the message it replies to, `fresh` echoes its nonce."""
        emptied = not reads and self.hidden(message)
        written: Json = {
            "id": str(message.id),
            "channel_id": str(message.channel_id),
            "author": self.user(message.author_id),
            "mention_everyone": message.mention_everyone,
            "pinned": False,
            "tts": message.tts,
            **self._said(message, emptied=emptied),
        }
        written |= self._message_extras(message)
        if message.snapshots:
            handed_on = [{"message": self._said(one, emptied=emptied)} for one in message.snapshots]
            written["message_snapshots"] = handed_on
        if fresh and message.nonce is not None:
            written["nonce"] = message.nonce
        if nested and message.reference is not None:
            written |= self._referenced(message, reads=reads)
        return written

    def _said(self, message: Message, *, emptied: bool) -> Json:
        """What a message says and shows, which is all that is handed on when it is forwarded."""
        shown = [one for one in message.attachments if not one.shown_inside]
        return {
            "type": message.kind,
            "content": "" if emptied else message.content,
            "attachments": [] if emptied else [self.attachment(one) for one in shown],
            "embeds": [] if emptied else self._linked(message, message.embeds),
            "components": [] if emptied else self._linked(message, message.components),
            "mentions": [self.user(one) for one in message.mentions],
            "mention_roles": [str(one) for one in message.mention_roles],
            "timestamp": iso(message.written_at),
            "edited_timestamp": None if message.edited_at is None else iso(message.edited_at),
            "flags": message.flags,
            **({"sticker_items": [_sticker(one) for one in message.stickers]} if message.stickers else {}),
        }

    def message_in_interaction(self, message: Message) -> Json:
        """The message that a command or click is about: always with its content, unlike the one it replies to."""
        written = self.message(message, reads=True, nested=False)
        return written | self._referenced(message, reads=self._world.message_content_allowed)

    def _linked(self, message: Message, objects: list[Json]) -> list[Json]:
        return with_links(objects, message.attachments, self._cdn.link, self._cdn.proxied)

    def _message_extras(self, message: Message) -> Json:
        extras: Json = {}
        if message.reactions:
            extras["reactions"] = [self._reaction(emoji, users) for emoji, users in message.reactions.items()]
        if message.webhook_id is not None:
            extras["webhook_id"] = str(message.webhook_id)
        if message.webhook_id == self._world.bot.id:
            extras["application_id"] = str(message.webhook_id)
        if message.interaction is not None:
            extras["interaction_metadata"] = message.interaction
        if message.command is not None:
            extras["interaction"] = message.command
        thread = self._world.channels.get(message.thread_id or 0)
        if thread is not None:
            extras["thread"] = self.channel(thread)
        return extras

    def _referenced(self, message: Message, *, reads: bool) -> Json:
        reference = message.reference
        if reference is None:
            return {}
        pointed: Json = {"type": 0, "channel_id": str(reference.channel_id), "message_id": str(reference.message_id)}
        if reference.guild_id is not None:
            pointed["guild_id"] = str(reference.guild_id)
        if reference.forwards:
            return {"message_reference": {**pointed, "type": 1}}
        place = self._world.channels.get(reference.channel_id)
        target = None if place is None else place.messages.get(reference.message_id)
        shown = None if target is None else self.message(target, reads=reads, nested=False)
        return {"message_reference": pointed, "referenced_message": shown}

    def _reaction(self, emoji: str, users: list[int]) -> Json:
        return {
            "emoji": {"id": None, "name": emoji},
            "count": len(users),
            "count_details": {"burst": 0, "normal": len(users)},
            "burst_colors": [],
            "me": self._world.bot.id in users,
            "me_burst": False,
        }


def _sticker(sticker: Sticker) -> Json:
    return {"id": str(sticker.id), "name": sticker.name, "format_type": sticker.kind}
