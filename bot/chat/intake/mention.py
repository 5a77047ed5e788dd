"""The third way in: a message that mentions the bot, most often in reply to a picture."""

import re

import discord

from bot.chat.intake.finder import once, pictures_of
from bot.chat.intake.reading import Asked, granted_to, mention
from bot.chat.intake.search import Around, Look, Search, Sighting, answered, readable
from bot.domain.errors import PictureInvisible
from bot.domain.quota import Member


def wish(content: str, me: int) -> str:
    """The text without the mentions of the bot."""
    return re.sub(rf"[ \t]*<@!?{me}>[ \t]*", " ", content).strip()


def is_addressed(message: discord.Message, me: int) -> bool:
    """Whether a person speaks to the bot: by naming it, or by answering one of its messages with the ping left on.

    A bot that is only talked about, with no picture at hand, is not spoken to. `@everyone` never is.
    """
    if message.author.bot or message.webhook_id is not None:
        return False
    if message.type not in (discord.MessageType.default, discord.MessageType.reply):
        return False
    if message.reference is not None:
        return any(user.id == me for user in message.mentions)
    named = re.search(rf"<@!?{me}>", message.content)
    if named is None:
        return False
    return bool(pictures_of(message)) or not message.content[: named.start()].strip()


async def read(message: discord.Message, me: int, search: Search, *, sees_content: bool) -> tuple[Asked, Look]:
    """What the message asks for: the pictures of the message that it answers first, then its own.

    With it comes where to look if there are none: in the thread's version after a reply, else all around.

    Raises `PictureInvisible` where Discord hides the answered message, whatever else is attached: an edit of half of
    what was meant would cost as much as the right one. Without the Message Content intent a bot sees
    the content only of direct messages, of its own messages and of those that mention it; the message that such a
    message answers is not among them (Discord's documentation, "Message Content Intent").
    """
    own, is_reply = pictures_of(message), _is_reply(message)
    source = await answered(message)
    theirs = await search.in_message(source) if source is not None else Sighting()
    if not theirs.pictures and is_reply and not _visible(source, me, sees_content=sees_content):
        raise PictureInvisible
    asked = mention(message, wish(message.content, me), once((*theirs.pictures, *own)), theirs.aim)
    place = asked.place
    if is_reply:
        return asked, lambda: search.version(place)
    member = Member(asked.user_id, place.guild_id, asked.role_ids)
    both = asked.granted & granted_to(message, message.author)
    here = Around(member, place, readable(message.channel, both, place), message)
    return asked, lambda: search.around(here)


def _is_reply(message: discord.Message) -> bool:
    reference = message.reference
    return reference is not None and reference.type is not discord.MessageReferenceType.forward


def _visible(source: discord.Message | None, me: int, *, sees_content: bool) -> bool:
    if source is None:
        return False
    mentioned = any(user.id == me for user in source.mentions)
    return sees_content or source.guild is None or source.author.id == me or mentioned
