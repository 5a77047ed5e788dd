"""What `/help` and `/about` say: the ways in, what else there is, what is kept, and who sees the pictures."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.gathering import PICKER_LIVES_S, TRAY_LIVES_S
from bot.domain.imprint import Imprint, Seer
from bot.words.escape import cut, escape, plain
from bot.words.language import language, marked

DOT = " · "
LONGEST_FIELD = 1024  # characters of an embed's field: Discord's reference

# The three ways in, in the order of the picture.
WAYS = (
    marked("`/edit` with a picture and what should change"),
    marked("Right-click a message with a picture, or hold it on a phone: Apps → Edit picture"),
    marked("Reply to a picture, mention me and say what should change"),
)
MORE = (
    marked("Only a part of it? Add a mask: a copy of the picture with that part erased or scribbled over."),
    marked("Several pictures? Collect them with Apps → Add to tray; `/edit` without a picture takes those of `/tray`."),
    marked("Presets, which are wishes with a name, are suggested while you write in `/edit`."),
    marked("Below a result are its buttons. Whatever you write in reply to a result goes on from it."),
    marked("`/quota` shows what you have left, `/history` your edits, `/models` what there is and what it costs."),
)
MANAGING = marked(
    "`/settings` says where I work and how, `/preset` writes presets, "
    "`/quota-admin` says who may make and spend how much."
)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an answer with its heading."""

    heading: str
    text: str


def help_title(locale: str) -> str:
    """What stands above the ways in."""
    return language(locale).gettext("Three ways to edit a picture")


def ways(locale: str) -> tuple[str, ...]:
    """The ways in, a line each."""
    return tuple(language(locale).gettext(one) for one in WAYS)


def ways_alt(locale: str) -> str:
    """What the picture of the ways shows, for those who do not see it."""
    return language(locale).gettext(
        "Three panels. 1: the command /edit with a picture attached. 2: the menu of a message with a picture, "
        "with Apps and then Edit picture. 3: a reply to a picture that mentions the bot. "
        "Each ends with an arrow to the changed picture."
    )


def help_sections(locale: str, *, manages: bool) -> tuple[Section, ...]:
    """What else there is to know; for those who manage the server what is theirs alone."""
    words = language(locale)
    more = Section(words.gettext("Good to know"), _list(words.gettext(one) for one in MORE))
    if not manages:
        return (more,)
    return more, Section(words.gettext("You manage this server"), words.gettext(MANAGING))


def about_title(locale: str) -> str:
    """What stands above the rest."""
    return language(locale).gettext("About me")


def about_text(imprint: Imprint, locale: str) -> str:
    """What the bot is."""
    words = language(locale)
    what = words.gettext(
        "I edit pictures with AI models, as you say in your own words. Every result is made by AI, says so, and may be "
        "wrong."
    )
    name = f"Darkroom {imprint.version}".strip()
    free = words.gettext("I am {name}, free software under the MIT licence.").format(name=name)
    return f"{what}\n{free}"


def about_sections(imprint: Imprint, locale: str) -> tuple[Section, ...]:
    """Who sees the pictures, what is kept how long, and who is to be asked."""
    parts = (_seen(imprint, locale), _kept(imprint, locale), _asked(imprint, locale))
    return tuple(part for part in parts if part is not None)


def _seen(imprint: Imprint, locale: str) -> Section | None:
    if not imprint.seers:
        return None
    words = language(locale)
    first = words.gettext("The provider of the model gets your pictures, mask and text, without your name:")
    lines = [_seer(one) for one in imprint.seers]
    return Section(words.gettext("Who sees your pictures"), _fitting([first, *lines], locale))


def _seer(seer: Seer) -> str:
    return f"**{escape(seer.host)}**{DOT}{escape(', '.join(seer.models))}"


def _kept(imprint: Imprint, locale: str) -> Section:
    words, days = language(locale), imprint.retention_days
    pictures = words.ngettext(
        "Pictures, prompts and names of files: {n} day", "Pictures, prompts and names of files: {n} days", days
    ).format(n=days)
    tray = words.gettext("What is in your tray: {n} hours").format(n=TRAY_LIVES_S // 3600)
    drafts = words.gettext("Questions that nobody has answered: {n} minutes").format(n=PICKER_LIVES_S // 60)
    books = words.gettext("For the books, without your name once you delete it: what was made and spent")
    yours = words.gettext(
        "`/privacy export` gives you all of it, `/privacy delete` deletes it, `/privacy sharing` says whether others "
        "may edit your pictures."
    )
    return Section(words.gettext("What I keep"), "\n".join((_list((pictures, tray, drafts, books)), yours)))


def _asked(imprint: Imprint, locale: str) -> Section | None:
    """The operator's own words and links, which are theirs to answer for and so are shown as they are."""
    words = language(locale)
    links = ((words.gettext("Privacy"), imprint.privacy_url), (words.gettext("Terms"), imprint.terms_url))
    there = DOT.join(f"[{name}]({url})" for name, url in links if url)
    contact = cut(plain(imprint.contact or ""), LONGEST_FIELD - len(there) - 1)  # half a link leads nowhere
    text = "\n".join(line for line in (contact, there) if line)
    return Section(words.gettext("Who runs me"), text) if text else None


def _fitting(lines: list[str], locale: str) -> str:
    """The lines that one field takes, and how many more there are."""
    taken: list[str] = []
    for place, line in enumerate(lines):
        rest = len(lines) - place - 1
        more = language(locale).gettext("and {n} more").format(n=rest + 1)
        room = LONGEST_FIELD - len("\n".join((*taken, ""))) - (len(more) + 1 if rest else 0)
        if len(line) > room:
            whole_one_fits = len(taken) > 1 or room < 100
            return "\n".join((*taken, more if whole_one_fits else cut(line, room)))
        taken.append(line)
    return "\n".join(taken)


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
