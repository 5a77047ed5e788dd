"""The third way in: a message that mentions the bot, most often in reply to a picture."""

import re

import discord

from bot.chat.intake.reading import Asked, mention, pictures_of
from bot.domain.errors import PictureInvisible


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


async def read(message: discord.Message, me: int, *, sees_content: bool) -> Asked:
    """What the message asks for: the pictures of the message that it answers first, then its own.

    Raises `PictureInvisible` where Discord hides the answered message, whatever else is attached: an edit of half of
    what was meant would cost as much as the right one. Without the Message Content intent a bot sees
    the content only of direct messages, of its own messages and of those that mention it; the message that such a
    message answers is not among them (Discord's documentation, "Message Content Intent").
    """
    own = pictures_of(message)
    source = await _answered(message)
    theirs = pictures_of(source) if source else ()
    if not theirs and message.reference is not None and not _visible(source, me, sees_content=sees_content):
        raise PictureInvisible
    return mention(message, wish(message.content, me), (*theirs, *own))


async def _answered(message: discord.Message) -> discord.Message | None:
    reference = message.reference
    if reference is None or reference.message_id is None:
        return None
    if isinstance(reference.resolved, discord.Message):
        return reference.resolved
    if isinstance(reference.resolved, discord.DeletedReferencedMessage):
        return None
    try:
        return await message.channel.fetch_message(reference.message_id)
    except discord.HTTPException:
        return None


def _visible(source: discord.Message | None, me: int, *, sees_content: bool) -> bool:
    if source is None:
        return False
    mentioned = any(user.id == me for user in source.mentions)
    return sees_content or source.guild is None or source.author.id == me or mentioned
