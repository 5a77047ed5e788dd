"""What the bot lacks in a place, by the names that Discord's settings show."""

from collections.abc import Iterable

from bot.words.language import language, marked

# discord.py's name of each permission, and Discord's own.
PERMISSIONS = {
    "view_channel": marked("View Channel"),
    "read_message_history": marked("Read Message History"),
    "send_messages": marked("Send Messages"),
    "create_public_threads": marked("Create Public Threads"),
    "send_messages_in_threads": marked("Send Messages in Threads"),
    "embed_links": marked("Embed Links"),
    "attach_files": marked("Attach Files"),
}


def listed(permissions: Iterable[str], locale: str) -> str:
    """The permissions by the names under which they are found in Discord's settings: "Send Messages, Attach Files"."""
    words = language(locale)
    return ", ".join(words.gettext(PERMISSIONS[name]) for name in permissions)


def lack_line(channel_id: int, permissions: Iterable[str], locale: str) -> str:
    """The line of a server's log about a channel in which somebody asked for an edit in vain."""
    sentence = language(locale).gettext(
        "In {channel} somebody asked for an edit, and I could not begin. What I need there: {permissions}."
    )
    return sentence.format(channel=f"<#{channel_id}>", permissions=listed(permissions, locale))
