"""Modals: what Discord accepts as one, at most five components with labels, text inputs, selects and file uploads."""

from bot.sandbox.discord_api.components import (
    ROW,
    SELECTS,
    TEXT,
    TEXT_INPUT,
    check_select,
    every,
    numbered,
)
from bot.sandbox.discord_api.refusals import FormErrors, Json

LABEL, FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 18, 19, 21, 22, 23
IN_A_LABEL = (TEXT_INPUT, *SELECTS, FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX)
MOST_COMPONENTS = 5
# How many choices a group offers: at least, at most.
MOST_CHOICES = {RADIO_GROUP: (2, 10), CHECKBOX_GROUP: (1, 10)}

Path = tuple[str | int, ...]


def check_modal(given: Json) -> Json:
    """The modal as the member will see it; 50035 with every complaint otherwise."""
    errors = FormErrors()
    components = given.get("components") or []
    errors.length(("data", "title"), given.get("title", ""), 1, 45)
    errors.length(("data", "custom_id"), given.get("custom_id", ""), 1, 100)
    errors.count(("data", "components"), components, 1, MOST_COMPONENTS)
    for index, one in enumerate(components):
        _check_top(one, ("data", "components", index), errors)
    _check_ids(components, errors)
    errors.raise_if_any()
    return {"custom_id": given["custom_id"], "title": given["title"], "components": _numbered(components)}


def inputs(components: list[Json]) -> list[tuple[str, Json]]:
    """The things to fill in, each with the label above it, top to bottom."""
    found = [(one["label"], one["component"]) for one in components if one["type"] == LABEL]
    rows = [child for one in components if one["type"] == ROW for child in one["components"]]
    return found + [(child.get("label", ""), child) for child in rows]


def _numbered(components: list[Json]) -> list[Json]:
    flat = [{**one, "accessory": one["component"]} if "component" in one else one for one in components]
    written = numbered(flat)
    for one in written:
        if "component" in one:
            one["component"] = one.pop("accessory")
    return written


def _check_top(one: Json, path: Path, errors: FormErrors) -> None:
    errors.choice((*path, "type"), one.get("type"), (ROW, TEXT, LABEL))
    if one.get("type") == LABEL:
        errors.length((*path, "label"), one.get("label", ""), 1, 45)
        if one.get("description") is not None:
            errors.length((*path, "description"), one["description"], 1, 100)
        component = one.get("component")
        if component is None:
            errors.required((*path, "component"))
            return
        errors.choice((*path, "component", "type"), component.get("type"), IN_A_LABEL)
        _check_input(component, (*path, "component"), errors)
    for index, child in enumerate(one.get("components") or ()):
        errors.choice((*path, "components", index, "type"), child.get("type"), (TEXT_INPUT,))
        _check_input(child, (*path, "components", index), errors)


def _check_input(one: Json, path: Path, errors: FormErrors) -> None:
    errors.length((*path, "custom_id"), one.get("custom_id", ""), 1, 100)
    kind = one.get("type")
    if kind == TEXT_INPUT:
        errors.choice((*path, "style"), one.get("style"), (1, 2))
        for name, most in (("value", 4000), ("placeholder", 100)):
            if one.get(name) is not None:
                errors.length((*path, name), one[name], 0, most)
        _check_range(one, path, errors, "length", 0, 4000)
    elif kind == FILE_UPLOAD:
        _check_range(one, path, errors, "values", 0, 10)
        if one.get("required", True) and one.get("min_values") == 0:
            errors.add((*path, "min_values"), "NUMBER_TYPE_MIN", "Must be at least 1 when required.")
    elif kind in SELECTS:
        check_select(one, path, errors)
        if one.get("disabled"):
            errors.add((*path, "disabled"), "COMPONENT_DISABLED_IN_MODAL", "This field cannot be set in a modal.")
    elif kind in MOST_CHOICES:
        _check_choices(one, path, errors, *MOST_CHOICES[kind])


def _check_choices(one: Json, path: Path, errors: FormErrors, least: int, most: int) -> None:
    options = one.get("options") or []
    errors.count((*path, "options"), options, least, most)
    for index, option in enumerate(options):
        errors.length((*path, "options", index, "label"), option.get("label"), 1, 100)
        errors.length((*path, "options", index, "value"), option.get("value"), 1, 100)
        if option.get("description") is not None:
            errors.length((*path, "options", index, "description"), option["description"], 0, 100)
    _check_range(one, path, errors, "values", 0, most)


def _check_range(one: Json, path: Path, errors: FormErrors, of: str, least: int, most: int) -> None:
    for name, lowest in ((f"min_{of}", least), (f"max_{of}", max(1, least))):
        value = one.get(name)
        if value is not None and not (isinstance(value, int) and lowest <= value <= most):
            errors.add((*path, name), "NUMBER_TYPE_RANGE", f"Must be between {lowest} and {most}.")


def _check_ids(components: list[Json], errors: FormErrors) -> None:
    nested = [one["component"] for one in components if one.get("component")]
    ids = [one["custom_id"] for one in (*every(components), *nested) if one.get("custom_id")]
    if len(ids) != len(set(ids)):
        errors.add(("data", "components"), "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
