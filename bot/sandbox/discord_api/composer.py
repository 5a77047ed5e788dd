"""Puts a checked form into a message: its files, its mentions, and what an edit keeps."""

import re
from collections.abc import Iterable, Sequence

from bot.sandbox.discord_api.bodies import Upload
from bot.sandbox.discord_api.cdn import Cdn
from bot.sandbox.discord_api.media import named_inside
from bot.sandbox.discord_api.message_forms import MessageForm
from bot.sandbox.discord_api.permissions import Access, Permission
from bot.sandbox.discord_api.refusals import Json, Refusal
from bot.sandbox.discord_api.world import Attachment, Channel, Message, World

USER_MENTION, ROLE_MENTION = re.compile(r"<@!?(\d+)>"), re.compile(r"<@&(\d+)>")
EVERYONE_MENTION = re.compile(r"@(everyone|here)\b")


class Composer:
    """Fills messages from forms; the caller has already asked who may do it."""

    def __init__(self, world: World, cdn: Cdn, access: Access) -> None:
        self._world = world
        self._cdn = cdn
        self._access = access

    def fill(self, message: Message, form: MessageForm, limit: int) -> None:
        """Write a new message; 40005 for a file above `limit` bytes, 50006 if nothing would be left."""
        message.content, message.embeds = form.content, list(form.embeds)
        message.components, message.tts = list(form.components), form.tts
        message.flags |= form.flags
        message.attachments = self._stored(form, message.channel_id, limit)
        self._finish(message, form)

    def revise(self, message: Message, form: MessageForm, limit: int) -> None:
        """Change what the form names and keep the rest; the files kept are those listed, if any list is given."""
        content = form.content if "content" in form.given else message.content
        embeds = list(form.embeds) if "embeds" in form.given else message.embeds
        components = list(form.components) if "components" in form.given else message.components
        kept = self._kept(message, form)
        if len(kept) + len(form.uploads) > 10:
            raise Refusal(30015)
        if not (content or embeds or components or kept or form.uploads or message.stickers or message.snapshots):
            raise Refusal(50006)
        fresh = self._stored(form, message.channel_id, limit)
        message.content, message.embeds, message.components = content, embeds, components
        message.attachments = kept + fresh
        message.flags = (message.flags & ~(1 << 2)) | form.flags if "flags" in form.given else message.flags
        message.edited_at = self._world.clock.now()
        self._finish(message, form)

    def _finish(self, message: Message, form: MessageForm) -> None:
        shown = message.content or message.embeds or message.components or message.attachments
        if not (shown or message.stickers or message.snapshots):
            raise Refusal(50006)
        inside = named_inside([*message.embeds, *message.components])
        for kept in message.attachments:
            kept.shown_inside = kept.filename in inside
        self._mention(message, form.allowed_mentions)

    def _stored(self, form: MessageForm, place_id: int, limit: int) -> list[Attachment]:
        if any(len(upload.body) > limit for upload in form.uploads):
            raise Refusal(40005)
        notes = {note.id: note for note in form.notes}
        stored = []
        for upload in form.uploads:
            note = notes.get(upload.slot)
            named = upload if note is None or not note.filename else Upload(upload.slot, note.filename, upload.body)
            kept = self._cdn.store(named, place_id)
            kept.description = None if note is None else note.description
            stored.append(kept)
        return stored

    @staticmethod
    def _kept(message: Message, form: MessageForm) -> list[Attachment]:
        if "attachments" not in form.given:
            return message.attachments
        listed = {note.id: note for note in form.notes}
        kept = [one for one in message.attachments if one.id in listed]
        for one in kept:
            one.description = listed[one.id].description or one.description
        return kept

    # Mentions

    def _mention(self, message: Message, allowed: Json | None) -> None:
        channel = self._world.channels[message.channel_id]
        people = _named(USER_MENTION, message.content, allowed, "users")
        message.mentions = [one for one in people if one in self._world.users]
        message.mention_roles = _named(ROLE_MENTION, message.content, allowed, "roles")
        message.mention_everyone = self._everyone(message, channel, allowed)
        replied = self._replied_to(message)
        pings = allowed is None or bool(allowed.get("replied_user"))
        if replied is not None and pings and replied not in message.mentions:
            message.mentions.append(replied)

    def _everyone(self, message: Message, channel: Channel, allowed: Json | None) -> bool:
        wanted = allowed is None or "everyone" in (allowed.get("parse") or [])
        said = EVERYONE_MENTION.search(message.content) is not None
        return wanted and said and self._access.may(message.author_id, channel, Permission.MENTION_EVERYONE)

    def _replied_to(self, message: Message) -> int | None:
        """Whom a reply pings: nobody where the target came from an interaction, since a webhook wrote it."""
        if message.kind != 19 or message.reference is None or message.webhook_id is not None:
            return None
        place = self._world.channels.get(message.reference.channel_id)
        target = None if place is None else place.messages.get(message.reference.message_id)
        return None if target is None or target.webhook_id is not None else target.author_id


def _named(pattern: re.Pattern[str], content: str, allowed: Json | None, kind: str) -> list[int]:
    ids: Sequence[int] = list(dict.fromkeys(int(one) for one in pattern.findall(content)))
    if allowed is None or kind in (allowed.get("parse") or []):
        return list(ids)
    listed: Iterable[object] = allowed.get(kind) or []
    wanted = {int(str(one)) for one in listed}
    return [one for one in ids if one in wanted]
