"""What `/settings` says: each setting by its name, what it is for, and what is chosen, in words."""

from collections.abc import Callable, Collection, Sequence

from bot.domain.guild import GuildSettings, Setting, value_of
from bot.words.escape import shown
from bot.words.language import language, marked, own_name

SHORT, LONG = 5, 100  # channels or roles that are named in a list of settings, and where there is nothing else

NAMES = {
    Setting.CHANNELS_ALLOWED: marked("Channels allowed"),
    Setting.CHANNELS_BLOCKED: marked("Channels blocked"),
    Setting.ROLES_ALLOWED: marked("Roles allowed"),
    Setting.ROLES_BLOCKED: marked("Roles blocked"),
    Setting.MODEL: marked("Model"),
    Setting.SIZE: marked("Size"),
    Setting.QUALITY: marked("Quality"),
    Setting.BACKGROUND: marked("Background"),
    Setting.FORMAT: marked("File format"),
    Setting.OTHERS: marked("Pictures of others"),
    Setting.SPOILERS: marked("Spoilers"),
    Setting.AGE: marked("Age-restricted channels"),
    Setting.PRIVATE: marked("Who sees results"),
    Setting.THREAD: marked("Threads"),
    Setting.LANGUAGE: marked("Language"),
}
# Under which heading each of them stands.
GROUPS: tuple[tuple[str, tuple[Setting, ...]], ...] = (
    (
        marked("Where, and for whom"),
        (Setting.CHANNELS_ALLOWED, Setting.CHANNELS_BLOCKED, Setting.ROLES_ALLOWED, Setting.ROLES_BLOCKED),
    ),
    (
        marked("Where a member leaves it open"),
        (Setting.MODEL, Setting.SIZE, Setting.QUALITY, Setting.BACKGROUND, Setting.FORMAT),
    ),
    (marked("Pictures"), (Setting.OTHERS, Setting.SPOILERS, Setting.AGE)),
    (marked("Results"), (Setting.PRIVATE, Setting.THREAD, Setting.LANGUAGE)),
)
HINTS = {
    Setting.CHANNELS_ALLOWED: marked(
        "Edits are taken in these channels and their threads, and in no others. Where none is named, everywhere."
    ),
    Setting.CHANNELS_BLOCKED: marked("Edits are not taken in these channels and their threads."),
    Setting.ROLES_ALLOWED: marked(
        "Edits are taken of members who have one of these roles, and of nobody else. Where none is named, of everybody."
    ),
    Setting.ROLES_BLOCKED: marked(
        "Edits are not taken of members who have one of these roles, whatever other roles they have."
    ),
    Setting.MODEL: marked("Which model makes an edit where the member chooses none."),
    Setting.SIZE: marked("Which size results have where the member chooses none and the model can do it."),
    Setting.QUALITY: marked("Which quality results have where the member chooses none and the model can do it."),
    Setting.BACKGROUND: marked("What lies behind the subject where the member does not say and the model can do it."),
    Setting.FORMAT: marked("Which kind of file comes back where the member chooses none and the model can do it."),
    Setting.OTHERS: marked(
        "Whether members may edit pictures that others have posted. Each member can say no for their own with "
        "/privacy sharing."
    ),
    Setting.SPOILERS: marked("Which results are hidden until somebody clicks on them."),
    Setting.AGE: marked("What holds in channels that Discord shows to adults only."),
    Setting.PRIVATE: marked("Who sees the results of an edit where the member does not say."),
    Setting.THREAD: marked("Whether an edit opens a thread, in which its picture can be edited further."),
    Setting.LANGUAGE: marked(
        "Which language I speak where everybody reads it. What one member alone reads is in their own language."
    ),
}
# What holds where nothing is chosen.
USUAL = {
    Setting.CHANNELS_ALLOWED: marked("Everywhere"),
    Setting.CHANNELS_BLOCKED: marked("None"),
    Setting.ROLES_ALLOWED: marked("Everybody"),
    Setting.ROLES_BLOCKED: marked("None"),
    Setting.LANGUAGE: marked("That of the member who asked"),
}
AS_USUAL = marked("As usual")
# Choices that have words; all others are shown as they are.
VALUES = {
    (Setting.OTHERS, "on"): marked("May be edited"),
    (Setting.OTHERS, "off"): marked("Members edit only their own"),
    (Setting.SPOILERS, "as_source"): marked("Those made of a hidden picture"),
    (Setting.SPOILERS, "always"): marked("All of them"),
    (Setting.AGE, "allow"): marked("As in other channels"),
    (Setting.AGE, "spoiler"): marked("Results are hidden until clicked"),
    (Setting.AGE, "refuse"): marked("No edits"),
    (Setting.PRIVATE, "on"): marked("Only the member who asked"),
    (Setting.PRIVATE, "off"): marked("Everybody in the channel"),
    (Setting.THREAD, "on"): marked("One for each edit"),
    (Setting.THREAD, "off"): marked("None, results stay in the channel"),
}
MENTIONS = {
    Setting.CHANNELS_ALLOWED: "<#{id}>",
    Setting.CHANNELS_BLOCKED: "<#{id}>",
    Setting.ROLES_ALLOWED: "<@&{id}>",
    Setting.ROLES_BLOCKED: "<@&{id}>",
}


def name(setting: Setting, locale: str) -> str:
    """ "Threads"."""
    return language(locale).gettext(NAMES[setting])


def hint(setting: Setting, locale: str) -> str:
    """What it is for, in one or two sentences."""
    return language(locale).gettext(HINTS[setting])


def choice(setting: Setting, value: str, locale: str) -> str:
    """One value as a button or a menu shows it: plain text."""
    if setting is Setting.LANGUAGE:
        return own_name(value)
    known = VALUES.get((setting, value))
    return value if known is None else language(locale).gettext(known)


def chosen(setting: Setting, values: Sequence[str], locale: str, gone: Collection[str] = (), most: int = SHORT) -> str:
    """What is chosen, as a message shows it; of channels and roles those that are `gone` are only counted."""
    words = language(locale)
    if not values:
        return words.gettext(USUAL.get(setting, AS_USUAL))
    if setting not in MENTIONS:
        return ", ".join(shown(choice(setting, value, locale)) for value in values)
    there = [value for value in values if value not in gone]
    parts = [MENTIONS[setting].format(id=value) for value in there[:most]]
    counts: tuple[tuple[int, Callable[[int], str]], ...] = (
        (len(there) - most, lambda n: words.ngettext("{n} more", "{n} more", n)),
        (len(values) - len(there), lambda n: words.ngettext("{n} that is gone", "{n} that are gone", n)),
    )
    return ", ".join((*parts, *(say(number).format(n=number) for number, say in counts if number > 0)))


def heading(locale: str) -> str:
    """What stands above all of them."""
    return language(locale).gettext("Settings of this server")


def overview(settings: GuildSettings, locale: str, gone: Collection[str] = ()) -> tuple[tuple[str, str], ...]:
    """Every setting with its value, a line each, below the headings they belong to."""
    words = language(locale)

    def line(setting: Setting) -> str:
        return f"{name(setting, locale)}: **{chosen(setting, value_of(settings, setting), locale, gone)}**"

    return tuple((words.gettext(title), "\n".join(map(line, group))) for title, group in GROUPS)


def elsewhere(presets: int, locale: str) -> str:
    """What else can be decided, and where."""
    words = language(locale)
    count = words.ngettext("{n} preset: see /preset list", "{n} presets: see /preset list", presets)
    return "\n".join((count.format(n=presets), words.gettext("Limits, blocks and the log channel: see /quota-admin")))


def page(setting: Setting, settings: GuildSettings, locale: str, gone: Collection[str] = ()) -> str:
    """One setting alone: what it is for, and what is chosen."""
    now = language(locale).gettext("Now: {value}")
    value = chosen(setting, value_of(settings, setting), locale, gone, LONG)
    return "\n\n".join((hint(setting, locale), now.format(value=f"**{value}**")))


def nothing_to_choose(locale: str) -> str:
    """What is said where a setting has no choices."""
    return language(locale).gettext("The model that is used here leaves nothing to choose.")
