"""Message components: what Discord accepts (rows, buttons, selects, Components V2) and how it writes them back.

Limits: Discord's component reference. A row holds five buttons or one select; ids are given where none came.
"""

from collections.abc import Callable, Iterator, Sequence

from bot.sandbox.discord_api.refusals import FormErrors, Json

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
SELECTS = (3, 5, 6, 7, 8)
HOLDS = {5: ("user",), 6: ("role",), 7: ("user", "role"), 8: ("channel",)}
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER = 9, 10, 11, 12, 13, 14, 17
V2_FLAG = 1 << 15
GREEN, LINK_STYLE, PREMIUM_STYLE = 3, 5, 6
MOST_ROWS, MOST_V2 = 5, 40

Path = tuple[str | int, ...]


def check_components(given: Sequence[Json], errors: FormErrors, *, v2: bool) -> list[Json]:
    """The components as they will be shown; complaints go to `errors`."""
    path: Path = ("components",)
    if not v2:
        errors.count(path, given, 0, MOST_ROWS)
    elif len(list(every(given))) > MOST_V2:
        errors.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be {MOST_V2} or fewer in all.")
    seen: dict[str, Path] = {}
    for index, one in enumerate(given):
        top = (ROW,) if not v2 else (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER)
        errors.choice((*path, index, "type"), one.get("type"), top)
        _check(one, (*path, index), errors, seen)
    return numbered(given)


def every(components: Sequence[Json]) -> Iterator[Json]:
    """All components, however deep, in the order in which they are shown."""
    for one in components:
        yield one
        yield from every(one.get("components") or ())
        if accessory := one.get("accessory"):
            yield accessory


def numbered(components: Sequence[Json]) -> list[Json]:
    """The components with an `id` each and the defaults that Discord writes out."""
    taken = {one["id"] for one in every(components) if one.get("id")}
    free = iter(range(1, 1000))
    return [_written(one, lambda: next(n for n in free if n not in taken)) for one in components]


def _written(given: Json, next_id: Callable[[], int]) -> Json:
    kept = {name: value for name, value in given.items() if value is not None}
    written = {**DEFAULTS.get(kept.get("type", 0), {}), **kept, "id": kept.get("id") or next_id()}
    if "components" in kept:
        written["components"] = [_written(one, next_id) for one in kept["components"]]
    if "items" in kept:
        written["items"] = [{"description": None, "spoiler": False, **one} for one in kept["items"]]
    if "accessory" in kept:
        written["accessory"] = _written(kept["accessory"], next_id)
    return written


DEFAULTS: dict[int, Json] = {
    STRING_SELECT: {"min_values": 1, "max_values": 1},
    5: {"min_values": 1, "max_values": 1},
    6: {"min_values": 1, "max_values": 1},
    7: {"min_values": 1, "max_values": 1},
    8: {"min_values": 1, "max_values": 1},
    THUMBNAIL: {"description": None, "spoiler": False},
    FILE: {"name": None, "size": None, "spoiler": False},
    SEPARATOR: {"spacing": 1, "divider": True},
    CONTAINER: {"accent_color": None, "spoiler": False},
}


def _check(one: Json, path: Path, errors: FormErrors, seen: dict[str, Path]) -> None:
    kind = one.get("type")
    if kind == ROW:
        _check_row(one, path, errors)
    elif kind == BUTTON:
        _check_button(one, path, errors)
    elif kind in SELECTS:
        _check_select(one, path, errors)
    _check_custom_id(one, path, errors, seen)
    for index, child in enumerate(one.get("components") or ()):
        _check(child, (*path, "components", index), errors, seen)
    if accessory := one.get("accessory"):
        _check(accessory, (*path, "accessory"), errors, seen)


def _check_row(row: Json, path: Path, errors: FormErrors) -> None:
    children = row.get("components") or []
    selects = sum(child.get("type") in SELECTS for child in children)
    most = 1 if selects else 5
    errors.count((*path, "components"), children, 1, most)
    for index, child in enumerate(children):
        errors.choice((*path, "components", index, "type"), child.get("type"), (BUTTON, *SELECTS))


def _check_button(button: Json, path: Path, errors: FormErrors) -> None:
    style = button.get("style")
    errors.choice((*path, "style"), style, (1, 2, 3, 4, 5, 6))
    if button.get("label") is not None:
        errors.length((*path, "label"), button["label"], 0, 80)
    if style != PREMIUM_STYLE and not button.get("label") and not button.get("emoji"):
        errors.add(path, "BUTTON_COMPONENT_INVALID", "A button needs a label or an emoji.")
    needed = {LINK_STYLE: "url", PREMIUM_STYLE: "sku_id"}.get(style or 0, "custom_id")
    if not button.get(needed):
        errors.required((*path, needed))
    if style == LINK_STYLE and button.get("custom_id"):
        errors.add(path, "BUTTON_COMPONENT_INVALID", "A link button has no custom id.")


def _check_select(select: Json, path: Path, errors: FormErrors) -> None:
    if not select.get("custom_id"):
        errors.required((*path, "custom_id"))
    check_select(select, path, errors)


def check_select(select: Json, path: Path, errors: FormErrors) -> None:
    """What every select has to be, in a message or a form: how many of what, and what is chosen already."""
    if select.get("placeholder") is not None:
        errors.length((*path, "placeholder"), select["placeholder"], 0, 150)
    least, most = _bounds(select, path, errors)
    if select["type"] == STRING_SELECT:
        _check_options(select, path, errors, most)
    else:
        _check_chosen(select, path, errors, least, most)


def _bounds(select: Json, path: Path, errors: FormErrors) -> tuple[int, int]:
    least, most = (1 if select.get(name) is None else select[name] for name in ("min_values", "max_values"))
    for name, value, lowest in (("min_values", least, 0), ("max_values", most, 1)):
        if not isinstance(value, int) or not lowest <= value <= 25:
            errors.add((*path, name), "NUMBER_TYPE_RANGE", f"Must be between {lowest} and 25.")
            return 0, 25
    if least > most:
        errors.add((*path, "min_values"), "NUMBER_TYPE_MAX", "Must be less than or equal to max_values.")
    return least, most


def _check_options(select: Json, path: Path, errors: FormErrors, most: int) -> None:
    """A string select's options: 1 to 25 but never fewer than may be chosen, with values that differ."""
    options = select.get("options") or []
    errors.count((*path, "options"), options, max(1, most), 25)
    for index, option in enumerate(options):
        errors.length((*path, "options", index, "label"), option.get("label"), 1, 100)
        errors.length((*path, "options", index, "value"), option.get("value"), 1, 100)
        if option.get("description") is not None:
            errors.length((*path, "options", index, "description"), option["description"], 0, 100)
    values = [option.get("value") for option in options]
    if len(values) != len(set(values)):
        errors.add((*path, "options"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "Values must differ.")
    if sum(bool(option.get("default")) for option in options) > most:
        errors.add((*path, "options"), "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", f"At most {most} by default.")


def _check_chosen(select: Json, path: Path, errors: FormErrors, least: int, most: int) -> None:
    """What is chosen by default in the other selects: each of a kind that it holds, and as many as may be."""
    given = select.get("default_values") or []
    if given and not least <= len(given) <= most:
        errors.add((*path, "default_values"), "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
    for index, one in enumerate(given):
        errors.choice((*path, "default_values", index, "type"), one.get("type"), HOLDS[select["type"]])
        if not str(one.get("id", "")).isdecimal():
            errors.add((*path, "default_values", index, "id"), "NUMBER_TYPE_COERCE", "Value is not a snowflake.")


def _check_custom_id(one: Json, path: Path, errors: FormErrors, seen: dict[str, Path]) -> None:
    custom_id = one.get("custom_id")
    if custom_id is None:
        return
    errors.length((*path, "custom_id"), custom_id, 1, 100)
    if custom_id in seen:
        errors.add((*path, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
    seen[custom_id] = path
