"""The catalogues as files: the template, written anew from the messages, and each language, kept in step with it.

Neither has a date or a line's number in it, so that they change with the messages and with nothing else.
"""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.pofile import read_po, write_po

from bot.words.language import CATALOGUES, DOMAIN, SPOKEN, catalogue_file
from tests.translations.messages import Message

TEMPLATE = CATALOGUES / f"{DOMAIN}.pot"
NAMES = tuple(dict.fromkeys(SPOKEN.values()))
PYTHON = frozenset({"python-format", "python-brace-format"})  # Babel's guess; ours are all brace formats

HEADER = """# What Darkroom says, in {language}. `make messages` keeps it in step; see CONTRIBUTING.md for the rest.
msgid ""
msgstr ""
{fields}
"""


def template(messages: Iterable[Message]) -> str:
    """The template's text."""
    return _header("every language", {}) + _body(_catalogue(messages, None, None))


def updated(messages: Iterable[Message], old: Catalog, name: str) -> str:
    """The text of a language's catalogue with these messages: what was translated of them is kept, the rest is gone."""
    new = _catalogue(messages, name, old)
    fields = {"Language": name, "Plural-Forms": new.plural_forms}
    return _header(Locale.parse(name).get_display_name("en") or name, fields) + _body(new)


def read(name: str, folder: Path = CATALOGUES) -> Catalog:
    """A language's catalogue; an empty one where there is none yet."""
    file = catalogue_file(folder, name)
    return read_po(BytesIO(file.read_bytes() if file.exists() else b""), locale=name)


def of(message: Message, catalogue: Catalog) -> Entry | None:
    """What the catalogue has for this message; None where it has nothing, or something of another shape."""
    entry = catalogue.get(message.text, message.context)
    return entry if entry is not None and entry.id == _id(message) else None


def _catalogue(messages: Iterable[Message], name: str | None, old: Catalog | None) -> Catalog:
    new = Catalog(locale=name)
    for message in messages:
        known = None if old is None else of(message, old)
        entry = new.add(
            _id(message),
            known.string if known is not None else None,
            locations=[(source, 0) for source in message.sources],
            flags=(known.flags if known is not None else set()) - PYTHON,
            auto_comments=message.comments,
            user_comments=known.user_comments if known is not None else (),
            context=message.context,
        )
        entry.flags -= PYTHON
    return new


def _id(message: Message) -> str | tuple[str, str]:
    return message.text if message.plural is None else (message.text, message.plural)


def _header(language: str, fields: dict[str, str]) -> str:
    plain = {"MIME-Version": "1.0", "Content-Type": "text/plain; charset=utf-8", "Content-Transfer-Encoding": "8bit"}
    lines = "\n".join(f'"{field}: {value}\\n"' for field, value in (fields | plain).items())
    return HEADER.format(language=language, fields=lines) + "\n"


def _body(catalogue: Catalog) -> str:
    text = BytesIO()
    write_po(text, catalogue, width=0, omit_header=True, include_lineno=False)
    return text.getvalue().decode().rstrip("\n") + "\n"
