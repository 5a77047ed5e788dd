"""Pictures that wait for an edit: what is in a member's tray, and which of several are meant."""

from collections.abc import Sequence

from bot.domain.gathering import MOST, Picker, TrayPicture
from bot.words.amounts import duration
from bot.words.escape import cut, plain, shown
from bot.words.language import language
from bot.words.status import DOT

NAME_IN_A_LIST = 40
LABEL, DESCRIPTION = 100, 100  # the most that Discord takes of a menu's option
DAY_S = 86_400


def tray(pictures: Sequence[TrayPicture], locale: str) -> str:
    """The pictures of a tray by their numbers, until when it is kept, and how more get into it."""
    words = language(locale)
    if not pictures:
        return words.gettext("Your tray is empty. Right-click a message with a picture and choose Apps → Add to tray.")
    heading = words.gettext("**Your tray** · {count} of {limit} pictures").format(count=len(pictures), limit=MOST)
    until = words.gettext("emptied {when}").format(when=f"<t:{int(pictures[0].expires_at)}:R>")
    lines = [f"{number}. {_name(one.picture.file.filename)}" for number, one in enumerate(pictures, 1)]
    hint = words.gettext("A number takes its picture out. /edit without a picture uses them all.")
    return "\n".join((DOT.join((heading, until)), *lines, hint))


def added(count: int, known: int, locale: str) -> str:
    """What came of adding: how many are new, and how many were there before."""
    words = language(locale)
    new = words.ngettext("{count} picture added.", "{count} pictures added.", count).format(count=count)
    before = words.ngettext("{count} was in it already.", "{count} were in it already.", known).format(count=known)
    return " ".join(([new] if count else []) + ([before] if known else []))


def picking(picker: Picker, most: int, locale: str) -> str:
    """Which are meant: what to do, until when, and what is chosen so far, in its order."""
    words = language(locale)
    ask = words.ngettext(
        "Which picture do you mean? Choose it in the menu.",
        "Which pictures do you mean? Choose up to {most} in the menu, in the order in which they are used.",
        most,
    ).format(most=most)
    until = words.gettext("closes {when}").format(when=f"<t:{int(picker.expires_at)}:R>")
    names = [f"{number}. {_name(one.file.filename)}" for number, one in enumerate(picker.picked, 1)]
    return "\n".join((DOT.join((ask, until)), *(["  ".join(names)] if names else [])))


def option(number: int, filename: str) -> str:
    """ "2 · cat.png": a picture in a menu, which knows no Markdown."""
    return cut(DOT.join((str(number), plain(filename))), LABEL)


def origin(author: str, age_s: float | None, locale: str) -> str:
    """ "ben · 5 min ago": who posted it and when, as far as that is known."""
    known = ([plain(author)] if author else []) + ([ago(age_s, locale)] if age_s is not None else [])
    return cut(DOT.join(known), DESCRIPTION)


def ago(seconds: float, locale: str) -> str:
    """ "5 min ago", "3 days ago"."""
    words, days = language(locale), int(seconds // DAY_S)
    if days:
        return words.ngettext("{count} day ago", "{count} days ago", days).format(count=days)
    whole = seconds if seconds < 60 else seconds // 60 * 60
    return words.gettext("{time} ago").format(time=duration(whole, locale))


def dropped(locale: str) -> str:
    """What a press on Drop it came to."""
    return language(locale).gettext("It was dropped. Nothing was charged.")


def sheet_alt(locale: str) -> str:
    """What the picture with the small copies shows, for those who hear it."""
    return language(locale).gettext("Small copies of the pictures, each with its number")


def _name(filename: str) -> str:
    return shown(filename, NAME_IN_A_LIST)
