"""A member's options for a slash command, held against what the bot registered, as Discord's client would."""

from collections.abc import Mapping

from bot.sandbox.discord_api.commands import (
    ATTACHMENT,
    BOOLEAN,
    CHANNEL,
    GROUP,
    INTEGER,
    MENTIONABLE,
    NUMBER,
    ROLE,
    STRING,
    SUBCOMMAND,
    USER,
)
from bot.sandbox.discord_api.locales import goes_by
from bot.sandbox.discord_api.refusals import Json, SandboxRefusal

# True is an int to Python but not to Discord.
TYPES: dict[int, tuple[type, ...]] = {
    STRING: (str,),
    INTEGER: (int,),
    BOOLEAN: (bool,),
    USER: (int, str),
    CHANNEL: (int, str),
    ROLE: (int, str),
    MENTIONABLE: (int, str),
    NUMBER: (int, float),
    ATTACHMENT: (int,),
}
SNOWFLAKES = (USER, CHANNEL, ROLE, MENTIONABLE, ATTACHMENT)


def command_words(command: str) -> tuple[str, tuple[str, ...]]:
    """A command's name and the subcommands said after it: "quota-admin show" is ("quota-admin", ("show",))."""
    name, *below = command.removeprefix("/").split()
    return name, tuple(below)


def fill_in(
    command: Json, below: tuple[str, ...], values: Mapping[str, object], focused: str | None = None
) -> list[Json]:
    """The `options` of the interaction's data; SandboxRefusal for anything the client would not let one send.

    Attachments are given by their ids. With `focused` the member is still typing: nothing is required yet.
    """
    if not below:
        return _leaf(command, values, focused)
    inner = _subcommand(command, below[0])
    return [{"type": inner["type"], "name": inner["name"], "options": fill_in(inner, below[1:], values, focused)}]


def declared_options(command: Json, below: tuple[str, ...]) -> dict[str, Json]:
    """What may be filled in after these words, by name and by its translations."""
    for name in below:
        command = _subcommand(command, name)
    options = command.get("options") or ()
    translated = {name: option for option in options for name in (option.get("name_localizations") or {}).values()}
    return translated | {option["name"]: option for option in options}


def attachments_in(options: list[Json]) -> list[int]:
    """The ids of all attachments among filled-in options."""
    own = [int(one["value"]) for one in options if one["type"] == ATTACHMENT]
    return own + [found for one in options for found in attachments_in(one.get("options") or [])]


def _subcommand(command: Json, name: str) -> Json:
    for option in command.get("options") or ():
        if option["type"] in (SUBCOMMAND, GROUP) and goes_by(option, name):
            found: Json = option
            return found
    raise SandboxRefusal(f"/{command['name']} has no subcommand {name}")


def _leaf(command: Json, values: Mapping[str, object], focused: str | None) -> list[Json]:
    declared = {option["name"]: option for option in command.get("options") or ()}
    anyhow = declared_options(command, ())
    values = {anyhow[name]["name"] if name in anyhow else name: value for name, value in values.items()}
    focused = anyhow[focused]["name"] if focused in anyhow else focused
    if any(option["type"] in (SUBCOMMAND, GROUP) for option in declared.values()):
        raise SandboxRefusal(f"/{command['name']} needs one of its subcommands: {', '.join(declared)}")
    if unknown := set(values) - set(declared):
        raise SandboxRefusal(
            f"/{command['name']} has no option {', '.join(sorted(unknown))}; it has {', '.join(declared)}"
        )
    missing = [name for name, option in declared.items() if option.get("required") and name not in values]
    if missing and focused is None:
        raise SandboxRefusal(f"/{command['name']} needs {', '.join(missing)}")
    return [_filled(declared[name], value, typing=name == focused) for name, value in values.items()]


def _filled(option: Json, value: object, *, typing: bool) -> Json:
    kind, name = option["type"], option["name"]
    value = value if typing else _choice(option, value)
    wrong_bool = isinstance(value, bool) and kind != BOOLEAN
    if wrong_bool or not isinstance(value, TYPES[kind]):
        raise SandboxRefusal(f"{name}: {value!r} is not of the kind this option takes")
    if not typing:
        _refuse_outside(option, value)
    filled: Json = {"type": kind, "name": name, "value": str(value) if kind in SNOWFLAKES else value}
    return {**filled, "focused": True} if typing else filled


def _choice(option: Json, value: object) -> object:
    """A choice's value, where the member named it as it is shown."""
    choices = option.get("choices") or ()
    if not isinstance(value, str) or any(choice["value"] == value for choice in choices):
        return value
    return next((choice["value"] for choice in choices if goes_by(choice, value)), value)


def _refuse_outside(option: Json, value: object) -> None:
    name = option["name"]
    choices = [choice["value"] for choice in option.get("choices") or ()]
    if choices and value not in choices:
        raise SandboxRefusal(f"{name}: {value!r} is none of the choices {', '.join(map(str, choices))}")
    size = len(value) if isinstance(value, str) else value
    bounds = ("min_length", "max_length") if isinstance(value, str) else ("min_value", "max_value")
    least, most = (option.get(bound) for bound in bounds)
    if isinstance(size, int | float) and least is not None and size < least:
        raise SandboxRefusal(f"{name}: at least {least}")
    if isinstance(size, int | float) and most is not None and size > most:
        raise SandboxRefusal(f"{name}: at most {most}")
