"""Registered commands: what an application may declare, how Discord keeps it, and how a member finds it.

Limits: Discord's reference, "Application Commands".
"""

from dataclasses import dataclass, field

from bot.sandbox.discord_api.locales import check_translations, clashes, goes_by, legal_name
from bot.sandbox.discord_api.refusals import FormErrors, Json, Refusal, malformed
from bot.sandbox.discord_api.world import World

CHAT_INPUT, USER_MENU, MESSAGE_MENU = 1, 2, 3
MOST = {CHAT_INPUT: 100, USER_MENU: 15, MESSAGE_MENU: 15}
SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(1, 12)
WITH_CHOICES = {STRING: (str,), INTEGER: (int,), NUMBER: (int, float)}
MOST_OPTIONS, MOST_CHOICES, MOST_CHARACTERS = 25, 25, 8000

Path = tuple[str | int, ...]
Scope = int | None


@dataclass(slots=True)
class Registry:
    """The application's commands by scope: None is global, a number a guild."""

    world: World
    puts: int = 0
    kept: dict[Scope, dict[tuple[int, str], Json]] = field(default_factory=dict)

    def all(self, scope: Scope) -> list[Json]:
        """Every command of a scope."""
        return list(self.kept.get(scope, {}).values())

    def replace(self, scope: Scope, given: list[Json]) -> list[Json]:
        """PUT: these and no others; a command of the same name and type keeps its id, and its version if unchanged."""
        self.puts += 1
        _check_all(given)
        before = self.kept.get(scope, {})
        fresh = [self._written(one, scope, before.get(_key(one))) for one in given]
        self.kept[scope] = {(one["type"], one["name"]): one for one in fresh}
        return fresh

    def create(self, scope: Scope, given: Json) -> tuple[Json, bool]:
        """POST: add one or overwrite its namesake; says whether it is new."""
        before = self.kept.setdefault(scope, {})
        others = [one for key, one in before.items() if key != _key(given)]
        _check_all([*others, given], only=len(others))
        written = self._written(given, scope, before.get(_key(given)))
        new = _key(given) not in before
        before[_key(given)] = written
        return written, new

    def change(self, scope: Scope, command_id: int, given: Json) -> Json:
        """PATCH one by its id."""
        before = self.by_id(scope, command_id)
        changed = {**before, **given}
        _check_all([changed])
        del self.kept[scope][_key(before)]
        written = self._written(changed, scope, before)
        self.kept[scope][_key(written)] = written
        return written

    def remove(self, scope: Scope, command_id: int) -> None:
        """DELETE one by its id."""
        del self.kept[scope][_key(self.by_id(scope, command_id))]

    def by_id(self, scope: Scope, command_id: int) -> Json:
        """The command of that id, or 10063."""
        for one in self.all(scope):
            if one["id"] == str(command_id):
                return one
        raise Refusal(10063)

    def find(self, kind: int, name: str, guild_id: int | None) -> Json | None:
        """What a member in a guild (None: a DM) finds under a name, in any language; a guild's hides the global one."""
        in_guild = self.kept.get(guild_id, {}) if guild_id is not None else {}
        scopes = (in_guild, self.kept.get(None, {}))
        exact = (scope.get((kind, name)) for scope in scopes)
        translated = (one for scope in scopes for one in scope.values() if one["type"] == kind and goes_by(one, name))
        return next(filter(None, exact), None) or next(translated, None)

    def reachable(self, guild_id: int | None) -> list[Json]:
        """Every command of a guild (None: a DM), its own before the global ones that they do not hide."""
        own = {} if guild_id is None else self.kept.get(guild_id, {})
        return list((self.kept.get(None, {}) | own).values())

    def names(self, kind: int, guild_id: int | None) -> list[str]:
        """The names a member could choose from."""
        scopes = [None] if guild_id is None else [None, guild_id]
        return sorted({name for scope in scopes for of, name in self.kept.get(scope, {}) if of == kind})

    def _written(self, given: Json, scope: Scope, before: Json | None) -> Json:
        permissions = given.get("default_member_permissions")
        written: Json = {
            "id": before["id"] if before else str(self.world.ids.mint()),
            "application_id": str(self.world.bot.id),
            "default_member_permissions": None if permissions is None else str(permissions),
            "type": given.get("type") or CHAT_INPUT,
            "name": given["name"],
            "name_localizations": given.get("name_localizations"),
            "description": given.get("description") or "",
            "description_localizations": given.get("description_localizations"),
            "nsfw": bool(given.get("nsfw")),
            "options": [_option(one) for one in given.get("options") or ()],
            "integration_types": given.get("integration_types") or [0],
        }
        if scope is None:
            written |= {
                "contexts": given.get("contexts"),
                "dm_permission": given.get("dm_permission", True) is not False,
            }
        else:
            written["guild_id"] = str(scope)
        unchanged = before is not None and {**before, "version": ""} == {**written, "version": ""}
        written["version"] = before["version"] if before and unchanged else str(self.world.ids.mint())
        return written


def _key(command: Json) -> tuple[int, str]:
    return command.get("type") or CHAT_INPUT, command["name"]


def _option(given: Json) -> Json:
    written = {name: value for name, value in given.items() if value is not None and value != []}
    if not written.get("required"):
        written.pop("required", None)
    if "options" in written:
        written["options"] = [_option(one) for one in written["options"]]
    if given.get("type") in (SUBCOMMAND, GROUP):
        written.setdefault("options", [])
    return written


def _check_all(given: list[Json], only: int | None = None) -> None:
    errors = FormErrors()
    seen: set[tuple[int, str]] = set()
    for index, command in enumerate(given):
        path: Path = (index,) if only is None else ()
        if only is None or index == only:
            _check(command, path, errors)
        errors.raise_if_any()
        if _key(command) in seen:
            errors.add(path, "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
        seen.add(_key(command))
    for kind in MOST:
        for locale, name in clashes([one for one in given if _key(one)[0] == kind]):
            message = f"{name} is the name of two commands in {locale}."
            errors.add((), "APPLICATION_COMMANDS_DUPLICATE_NAME", message)
    for kind, most in MOST.items():
        if sum(key[0] == kind for key in seen) > most:
            raise malformed((), "APPLICATION_COMMANDS_TOO_MANY", f"At most {most} commands of type {kind}.")
    errors.raise_if_any()


def _check(command: Json, path: Path, errors: FormErrors) -> None:
    kind = command.get("type") or CHAT_INPUT
    errors.choice((*path, "type"), kind, tuple(MOST))
    free = kind != CHAT_INPUT
    _check_name(command.get("name", ""), (*path, "name"), errors, free=free)
    check_translations(command, "name", path, errors, most=32, free=free)
    check_translations(command, "description", path, errors, most=100)
    if kind == CHAT_INPUT:
        errors.length((*path, "description"), command.get("description", ""), 1, 100)
        _check_options(command.get("options") or [], (*path, "options"), errors)
    elif command.get("description") or command.get("options"):
        message = "Context menu commands cannot have descriptions or options"
        errors.add((*path, "description"), "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION", message)
    if characters(command) > MOST_CHARACTERS:
        errors.add(path, "APPLICATION_COMMAND_TOO_LARGE", f"Must be {MOST_CHARACTERS} characters or fewer in all.")


def characters(command: Json) -> int:
    """How much of the 8000 characters a command uses: names, descriptions and values, the longest locale of each."""
    own = sum(_longest(command, name) for name in ("name", "description"))
    values = sum(_longest(one, "name") + len(str(one["value"])) for one in command.get("choices") or ())
    return own + values + sum(characters(one) for one in command.get("options") or ())


def _longest(command: Json, name: str) -> int:
    texts = [command.get(name) or "", *(command.get(f"{name}_localizations") or {}).values()]
    return max(len(text) for text in texts)


def _check_name(name: object, path: Path, errors: FormErrors, *, free: bool = False) -> None:
    errors.length(path, name, 1, 32)
    if isinstance(name, str) and name and not free and not legal_name(name):
        errors.add(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _check_options(options: list[Json], path: Path, errors: FormErrors) -> None:
    errors.count(path, options, 0, MOST_OPTIONS)
    names = [one.get("name") for one in options]
    if len(names) != len(set(names)):
        errors.add(path, "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists")
    for locale, name in clashes(options):
        message = f"{name} is the name of two options in {locale}."
        errors.add(path, "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", message)
    required = [bool(one.get("required")) for one in options]
    if required != sorted(required, reverse=True):
        message = "Required options must be placed before non-required options"
        errors.add(path, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
    for index, option in enumerate(options):
        _check_option(option, (*path, index), errors)


def _check_option(option: Json, path: Path, errors: FormErrors) -> None:
    errors.choice((*path, "type"), option.get("type"), tuple(range(1, 12)))
    _check_name(option.get("name", ""), (*path, "name"), errors)
    errors.length((*path, "description"), option.get("description", ""), 1, 100)
    check_translations(option, "name", path, errors, most=32, free=False)
    check_translations(option, "description", path, errors, most=100)
    if option.get("options"):
        _check_options(option["options"], (*path, "options"), errors)
    choices = option.get("choices") or []
    errors.count((*path, "choices"), choices, 0, MOST_CHOICES)
    allowed = WITH_CHOICES.get(option.get("type", 0), ())
    for index, choice in enumerate(choices):
        errors.length((*path, "choices", index, "name"), choice.get("name", ""), 1, 100)
        check_translations(choice, "name", (*path, "choices", index), errors, most=100)
        if isinstance(choice.get("value"), bool) or not isinstance(choice.get("value"), allowed):
            errors.add((*path, "choices", index, "value"), "APPLICATION_COMMAND_CHOICE_TYPE", "Wrong type.")
        if isinstance(choice.get("value"), str):
            errors.length((*path, "choices", index, "value"), choice["value"], 0, 100)
    _check_bounds(option, path, errors)


def _check_bounds(option: Json, path: Path, errors: FormErrors) -> None:
    for name, least in (("min_length", 0), ("max_length", 1)):
        value = option.get(name)
        if value is not None and not (isinstance(value, int) and least <= value <= 6000):
            errors.add((*path, name), "NUMBER_TYPE_RANGE", f"Must be between {least} and 6000.")
