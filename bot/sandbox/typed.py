"""Options of a slash command as somebody types them on a command line, made into what the command takes."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.sandbox.discord_api.commands import ATTACHMENT, BOOLEAN, CHAT_INPUT, INTEGER, NUMBER
from bot.sandbox.discord_api.refusals import Json, SandboxRefusal
from bot.sandbox.discord_api.slash_options import command_words, declared_options

YES, NO = ("true", "yes", "on"), ("false", "no", "off")


def typed(commands: Iterable[Json], words: str, given: Mapping[str, str]) -> dict[str, object]:
    """The values of "quota-admin set" and the like, by the kinds that the bot declared; files are @ and a path.

    Names of people, roles and channels are left to whoever knows them. Raises `SandboxRefusal` for what cannot be read.
    """
    name, below = command_words(words)
    found = [one for one in commands if (one["type"], one["name"]) == (CHAT_INPUT, name)]
    declared = declared_options(found[-1], below) if found else {}
    return {option: _read(declared.get(option, {"type": None}), option, text) for option, text in given.items()}


def _read(declared: Json, option: str, text: str) -> object:
    kind = declared["type"]
    try:
        if kind == INTEGER:
            return int(text)
        if kind == NUMBER:
            return float(text)
    except ValueError:
        raise SandboxRefusal(f"{option}: {text!r} is no number") from None
    if kind == BOOLEAN:
        return _switch(option, text)
    return _file(option, text) if kind == ATTACHMENT else text


def _switch(option: str, text: str) -> bool:
    if text.casefold() not in (*YES, *NO):
        raise SandboxRefusal(f"{option}: {text!r} is neither yes nor no")
    return text.casefold() in YES


def _file(option: str, text: str) -> Path:
    path = Path(text.removeprefix("@"))
    if not path.is_file():
        raise SandboxRefusal(f"{option}: there is no file {path}")
    return path
