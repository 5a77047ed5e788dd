"""Every message that is translated: those marked in the code, the sentences of the errors, and the commands.

The operator is spoken to in English: by the log, by the command line, and by the notices among the errors.
"""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import discord
from babel.messages.extract import extract_from_file
from discord import app_commands
from discord.app_commands import TranslationContextTypes, Translator, locale_str

from bot.chat.client import DarkroomClient
from bot.chat.doors import COGS
from bot.chat.translator import COMMAND, MENU, OPTION, context_of
from bot.domain.errors import Notice, Trouble
from bot.sandbox.clock import Clock
from tests.translations.lengths import CHOICE_CHARACTERS, DESCRIPTION_CHARACTERS, NAME_CHARACTERS, room

ROOT = Path(__file__).parents[2]
ERRORS = Path("bot/domain/errors.py")
ELSEWHERE = "bot/sandbox/"  # it imports nothing of ours, and so speaks English only
KEYWORDS = {
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "marked": None,
}
COMMENT = "Translators:"


@dataclass(frozen=True, slots=True)
class Message:
    """A text in English. `sources` are the files that say it, `most` how many characters Discord takes of it."""

    text: str
    plural: str | None = None
    context: str | None = None
    sources: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    most: int | None = None

    @property
    def key(self) -> tuple[str | None, str]:
        """What tells it from others."""
        return self.context, self.text


def gather() -> tuple[Message, ...]:
    """All of them, each once, by the files that say them."""
    together: dict[tuple[str | None, str], Message] = {}
    for message in (*_of_code(ROOT), *_of_errors(), *asyncio.run(of_commands())):
        known = together.get(message.key)
        together[message.key] = message if known is None else _both(known, message)
    return tuple(sorted((_explained(one) for one in together.values()), key=lambda message: message.sources[0]))


async def loaded() -> DarkroomClient:
    """A client with all its commands, that was never connected."""
    client = DarkroomClient(
        clock=Clock(), recall=_nothing, remember=_forget, identified=_uncounted, identifies=_none_yet
    )
    for name in COGS:
        await client.load_extension(name)
    return client


async def of_commands() -> list[Message]:
    """What discord.py asks a translator for, command by command."""
    client = await loaded()
    asked: list[Message] = []
    async with client:
        for command in client.tree.get_commands():
            listening = _Listening(f"{command.module.replace('.', '/')}.py" if command.module else "cogs")
            await command.get_translated_payload(client.tree, listening)
            asked.extend(listening.heard)
    return asked


class _Listening(Translator):
    """Translates nothing, and keeps what it was asked."""

    def __init__(self, source: str) -> None:
        self._source = source
        self.heard: dict[Message, None] = {}

    async def translate(
        self, string: locale_str, locale: discord.Locale, context: TranslationContextTypes
    ) -> str | None:
        """Keep it."""
        about = context_of(context)
        most = {None: DESCRIPTION_CHARACTERS, COMMAND: NAME_CHARACTERS, OPTION: NAME_CHARACTERS, MENU: NAME_CHARACTERS}
        self.heard[
            Message(
                string.message,
                context=about,
                sources=(self._source,),
                comments=_where(context.data) if about else (),
                most=most.get(about, CHOICE_CHARACTERS),
            )
        ] = None
        return None


def _where(named: object) -> tuple[str, ...]:
    """What is known of a name besides itself: which command an option is of."""
    if isinstance(named, app_commands.Parameter):
        return (f"Of /{named.command.qualified_name}.",)
    return ()


def _of_code(root: Path) -> Iterator[Message]:
    files = sorted(path for room_ in ("bot", "cogs") for path in (root / room_).rglob("*.py"))
    for path in files:
        source = path.relative_to(root).as_posix()
        if source.startswith(ELSEWHERE):
            continue
        found = extract_from_file("python", path, KEYWORDS, (COMMENT,), strip_comment_tags=True)
        for _, said, comments, context in found:
            text, plural = said if isinstance(said, tuple) else (said, None)
            if text:
                yield Message(text, plural, context, (source,), tuple(comments), room(source, text))


def _of_errors() -> Iterator[Message]:
    for name, kind in Trouble.kinds.items():
        if kind.__module__ == Trouble.__module__ and not issubclass(kind, Notice):
            yield Message(kind.sentence(), sources=(ERRORS.as_posix(),), comments=(f"{name}.",))


def _both(one: Message, other: Message) -> Message:
    """The same message said in two places: the shorter room is the one that counts.

    Raises `ValueError` where a count is said in two ways, of which a catalogue could hold only one.
    """
    if one.plural and other.plural and one.plural != other.plural:
        raise ValueError(f"{one.text!r} has two plurals, in {one.sources} and {other.sources}: give one a context.")
    rooms = [most for most in (one.most, other.most) if most is not None]
    return replace(
        one,
        plural=one.plural or other.plural,
        sources=_once((*one.sources, *other.sources)),
        comments=_once((*one.comments, *other.comments)),
        most=min(rooms, default=None),
    )


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _explained(message: Message) -> Message:
    """The message with a comment that says how much room there is for it."""
    if message.most is None:
        return message
    how = "lower case, no spaces, " if message.context in (COMMAND, OPTION) else ""
    return replace(message, comments=(*message.comments, f"{how}at most {message.most} characters.".capitalize()))


async def _nothing(key: str) -> str | None:
    return None


async def _forget(key: str, value: str) -> None:
    return None


async def _uncounted(at: float) -> None:
    return None


async def _none_yet(since: float) -> tuple[float, ...]:
    return ()
