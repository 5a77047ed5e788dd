"""What can be wrong with a catalogue, each fault in a line that says where and what."""

import asyncio
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from string import Formatter
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry

from bot.chat.translator import COMMAND, MENU, CatalogueTranslator, payloads
from bot.words.language import SPOKEN
from tests.translations import catalogues
from tests.translations.lengths import BUTTON
from tests.translations.messages import Message, loaded

COMMAND_NAME = re.compile(r"[-_'\w]{1,32}")
IN_SENTENCE = re.compile(r"(?<![\w/<])/([a-z-]+(?: [a-z-]+)?)")
MENU_COMMAND = 3
NOTHING: frozenset[str] = frozenset()
N = frozenset({"n", "count"})  # what numbers of things are called
# What a translation has as often as the English text does.
KEPT = (re.compile(r"<t:\{\w+\}:\w>"), re.compile(r"\*\*"), re.compile(r"`"), re.compile(r"\b[A-Z]+_[A-Z_]+\b"))


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a language calls the commands, as they are typed, the entries of the message menu and the buttons."""

    commands: dict[str, str]
    menus: dict[str, str]
    buttons: dict[str, str]


def incomplete(messages: tuple[Message, ...]) -> list[str]:
    """What `make messages` or a translator has left to do."""
    there = catalogues.TEMPLATE.read_text(encoding="utf-8") if catalogues.TEMPLATE.exists() else ""
    found = [] if there == catalogues.template(messages) else ["the template is out of date: run make messages"]
    keys = {message.key for message in messages}
    for name in catalogues.NAMES:
        catalogue = catalogues.read(name)
        found += [f"{name}: {_quoted(message.text)} is not translated" for message in missing(messages, catalogue)]
        found += [f"{name}: {_quoted(one)} is not used" for one in catalogue if _key(one) not in keys and one.id]
    return found


def missing(messages: Iterable[Message], catalogue: Catalog) -> Iterator[Message]:
    """Those that the catalogue does not have in its language."""
    for message in messages:
        entry = catalogues.of(message, catalogue)
        if entry is None or not all(_forms(entry)):
            yield message


def inconsistent(messages: tuple[Message, ...]) -> list[str]:
    """What is translated, and wrongly."""
    room = {message.key: message.most for message in messages}
    found: list[str] = []
    for name in catalogues.NAMES:
        catalogue = catalogues.read(name)
        spoken = spoken_in(catalogue, messages)
        for entry in catalogue:
            if entry.id and any(_forms(entry)):
                wrong = of_entry(entry, catalogue.num_plurals, room.get(_key(entry)), spoken)
                found += [f"{name}: {_quoted(entry)}: {fault}" for fault in wrong]
    return found


def of_entry(entry: Entry, plurals: int, most: int | None, spoken: Spoken) -> Iterator[str]:
    """What is wrong with one translated entry."""
    if entry.fuzzy:
        yield "it is marked as fuzzy"
    forms, (singular, plural) = _forms(entry), _ids(entry)
    if not all(forms):
        yield "one of its forms is missing"
    if entry.pluralizable and len(forms) != plurals:
        yield f"it has {len(forms)} forms, and the language has {plurals}"
    for number, form in enumerate(forms):
        source = singular if number == 0 and plurals > 1 else plural
        optional = N if number == 0 and plurals > 1 and entry.pluralizable else NOTHING
        yield from of_text(source, form, optional)
        yield from _unkept(source, form, spoken)
        if most is not None and len(form) > most:
            yield f"it has {len(form)} characters, and there is room for {most}"


def of_text(source: str, form: str, optional: frozenset[str] = NOTHING) -> Iterator[str]:
    """What differs between a text and its translation besides the words."""
    try:
        wanted, found = fields(source), fields(form)
    except ValueError as wrong:
        yield f"its braces are broken ({wrong})"
        return
    if lost := wanted - found - optional:
        yield f"it lacks {_listed(lost)}"
    if invented := found - wanted - optional:
        yield f"it has {_listed(invented)}, which the English text has not"
    if form[:1].isspace() != source[:1].isspace() or form[-1:].isspace() != source[-1:].isspace():
        yield "it begins or ends with a space where the English text does not, or the other way round"
    if form.count("\n") != source.count("\n"):
        yield f"it has {form.count(chr(10))} line breaks, and the English text has {source.count(chr(10))}"


def fields(text: str) -> set[str]:
    """The names in braces, with whatever is asked of them. Raises `ValueError` where the braces are broken."""
    parts = Formatter().parse(text)
    return {
        name + (f"!{how}" if how else "") + (f":{spec}" if spec else "")
        for _, name, spec, how in parts
        if name is not None
    }


def unfit_names() -> list[str]:
    """What Discord would refuse, or mix up, among the commands of each language."""
    return asyncio.run(_unfit_names())


async def _unfit_names() -> list[str]:
    client = await loaded()
    async with client:
        await client.tree.set_translator(CatalogueTranslator())
        every = await payloads(client.tree)
    found: dict[str, None] = {}
    for locale in SPOKEN:
        typed = [one for one in every if one["type"] != MENU_COMMAND]
        chosen = [one for one in every if one["type"] == MENU_COMMAND]
        for fault in (*_of_names(typed, locale, "/"), *_of_names(chosen, locale, "Apps → ", menu=True)):
            found[f"{SPOKEN[locale]}: {fault}"] = None
    return list(found)


def _of_names(named: list[dict[str, Any]], locale: str, where: str, *, menu: bool = False) -> Iterator[str]:
    """The faults of names that stand beside one another, and of what is below them."""
    seen: dict[str, str] = {}
    for one in named:
        name = said(one, "name", locale)
        if not menu and (not COMMAND_NAME.fullmatch(name) or name != name.lower()):
            yield f"{where}{one['name']} cannot be called {name!r}: lower case, no spaces, at most 32 characters"
        if name in seen:
            yield f"{where}{one['name']} and {where}{seen[name]} are both called {name!r}"
        seen[name] = one["name"]
        yield from _of_names(one.get("options", []), locale, f"{where}{one['name']} ")
        labels = [said(choice, "name", locale) for choice in one.get("choices", [])]
        if len(set(labels)) < len(labels):
            yield f"{where}{one['name']} has two choices of one name"


def said(payload: dict[str, Any], what: str, locale: str) -> str:
    """The name or description as it is shown in this language."""
    return str((payload.get(f"{what}_localizations") or {}).get(locale, payload.get(what, "")))


def spoken_in(catalogue: Catalog, messages: Iterable[Message]) -> Spoken:
    """What the catalogue calls what sentences speak of; the English name where it has none."""
    commands = {one.text: _said(one, catalogue) for one in messages if one.context == COMMAND}
    menus = {one.text: _said(one, catalogue) for one in messages if one.context == MENU}
    buttons = {one.text: _said(one, catalogue) for one in messages if one.context is None and one.most == BUTTON}
    return Spoken(commands, menus, buttons)


def _unkept(source: str, form: str, spoken: Spoken) -> Iterator[str]:
    for pattern in KEPT:
        if sorted(pattern.findall(source)) != sorted(pattern.findall(form)):
            yield f"it does not keep what looks like {pattern.pattern}"
    names = [f"/{_path(found, spoken)}" for found in IN_SENTENCE.findall(source)]
    names += [called for menu, called in spoken.menus.items() if f"Apps → {menu}" in source]
    names += [
        called for button, called in spoken.buttons.items() if re.search(rf"\b[Pp]ress {re.escape(button)}\b", source)
    ]
    yield from (f"it should say {name!r}" for name in names if name not in form)


def _path(typed: str, spoken: Spoken) -> str:
    """ "quota-admin show" as it is typed in the language; a word that is no command ends the path."""
    first, _, second = typed.partition(" ")
    parts = [spoken.commands.get(first, first)]
    return " ".join((*parts, spoken.commands[second])) if second in spoken.commands else parts[0]


def _said(message: Message, catalogue: Catalog) -> str:
    entry = catalogues.of(message, catalogue)
    return (_forms(entry)[0] if entry is not None else "") or message.text


def _forms(entry: Entry) -> tuple[str, ...]:
    return (entry.string or "",) if isinstance(entry.string, str | None) else tuple(entry.string)


def _ids(entry: Entry) -> tuple[str, str]:
    return (entry.id, entry.id) if isinstance(entry.id, str) else (entry.id[0], entry.id[1])


def _key(entry: Entry) -> tuple[str | None, str]:
    return entry.context, _ids(entry)[0]


def _quoted(what: Entry | str) -> str:
    text = what if isinstance(what, str) else _ids(what)[0]
    return f'"{text[:57]}…"' if len(text) > 60 else f'"{text}"'


def _listed(names: set[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))
