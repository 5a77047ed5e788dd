"""Commands in the languages of members: what Discord accepts of translations, and which one somebody is shown.

Source: Discord's reference, "Locales" and "Localization" of application commands.
"""

import unicodedata
from collections.abc import Iterator, Sequence

from bot.sandbox.discord_api.refusals import FormErrors, Json

LOCALES = (
    "ar", "bg", "cs", "da", "de", "el", "en-GB", "en-US", "es-419", "es-ES", "fi", "fr", "he", "hi", "hr", "hu", "id",
    "it", "ja", "ko", "lt", "nl", "no", "pl", "pt-BR", "ro", "ru", "sv-SE", "th", "tr", "uk", "vi", "zh-CN", "zh-TW",
)  # fmt: skip
FALLBACKS = {"en-US": "en-GB", "en-GB": "en-US", "es-419": "es-ES"}
# Scripts of which names may hold every sign, vowel marks included.
WHOLE_SCRIPTS = ("DEVANAGARI ", "THAI ")

Path = tuple[str | int, ...]


def in_locale(given: Json, part: str, locale: str) -> str:
    """A name or description as a member of that locale reads it."""
    translated = given.get(f"{part}_localizations") or {}
    found = translated.get(locale) or translated.get(FALLBACKS.get(locale, ""))
    return str(found or given.get(part) or "")


def goes_by(given: Json, wanted: str) -> bool:
    """Whether a command, option or choice is called that, in any language."""
    return wanted == given["name"] or wanted in (given.get("name_localizations") or {}).values()


def shown_in(command: Json, locale: str) -> Json:
    """A command as somebody sees it: names and descriptions in their language, options and choices below."""
    shown: Json = {"type": command["type"], "name": in_locale(command, "name", locale)}
    if "description" in command:
        shown["description"] = in_locale(command, "description", locale)
    if command.get("options"):
        shown["options"] = [shown_in(one, locale) for one in command["options"]]
    if command.get("choices"):
        shown["choices"] = [in_locale(one, "name", locale) for one in command["choices"]]
    return shown


def legal_name(name: str) -> bool:
    """Whether a slash command or option may be called that: letters, digits, - _ ', in small letters."""
    return name == name.lower() and all(one.isalnum() or one in "-_'" or _of_whole_script(one) for one in name)


def check_translations(given: Json, part: str, path: Path, errors: FormErrors, *, most: int, free: bool = True) -> None:
    """Complain about translations into languages that there are not, too long ones and, unless `free`, odd names."""
    field = f"{part}_localizations"
    for locale, text in (given.get(field) or {}).items():
        if locale not in LOCALES:
            errors.add((*path, field), "DICT_TYPE_INVALID_KEY", f"{locale} is no locale.")
        errors.length((*path, field, locale), text, 1, most)
        if not free and isinstance(text, str) and not legal_name(text):
            errors.add((*path, field, locale), "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def clashes(siblings: Sequence[Json]) -> Iterator[tuple[str, str]]:
    """Locales in which two of these would bear the same name, with that name."""
    spoken = {locale for one in siblings for locale in one.get("name_localizations") or ()}
    for locale in sorted(spoken):
        names = [in_locale(one, "name", locale) for one in siblings]
        yield from ((locale, name) for name in sorted({one for one in names if names.count(one) > 1}))


def _of_whole_script(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(WHOLE_SCRIPTS)
