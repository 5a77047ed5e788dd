"""What a server is told when the bot joins it."""

from collections.abc import Sequence

from bot.words.about import ways
from bot.words.language import language


def greeting(missing: Sequence[str], locale: str) -> str:
    """What the bot does, what it still needs, and where to go on. `missing` are permissions by Discord's names."""
    words = language(locale)
    hello = words.gettext("Hello! I edit pictures with AI: show me one and say what should change.")
    help_ = words.gettext("`/help` shows this as a picture, `/about` what I keep and who sees your pictures.")
    manage = words.gettext(
        "For those who manage this server: `/settings` says where I work and how, `/quota-admin` who may make and "
        "spend how much."
    )
    return "\n".join((hello, *(f"- {way}" for way in ways(locale)), help_, manage, needs(missing, locale)))


def needs(missing: Sequence[str], locale: str) -> str:
    """Which permissions are missing, and where to give them; that there are enough, where none is."""
    words = language(locale)
    if not missing:
        return words.gettext("I have every permission that I need.")
    sentence = words.gettext("I still need these permissions: {names}. Give them to my role: Server Settings → Roles.")
    return sentence.format(names=", ".join(f"**{name}**" for name in missing))
