"""A filled-in modal: the member's values held against its components, as Discord's client would."""

from collections.abc import Mapping, Sequence

from bot.sandbox.discord_api.components import STRING_SELECT, TEXT_INPUT
from bot.sandbox.discord_api.modal_forms import CHECKBOX, CHECKBOX_GROUP, FILE_UPLOAD, LABEL, RADIO_GROUP, inputs
from bot.sandbox.discord_api.refusals import Json, SandboxRefusal


def fill_in_modal(modal: Json, values: Mapping[str, object]) -> list[Json]:
    """The `components` of the submit's data; files are given as lists of attachment ids, in the member's order."""
    fields = inputs(modal["components"])
    names = [name for label, one in fields for name in (label, one["custom_id"])]
    if unknown := set(values) - set(names):
        raise SandboxRefusal(f"the modal has no {', '.join(sorted(unknown))}; it has {', '.join(names)}")
    filled = {one["custom_id"]: _filled(label, one, _value(values, label, one)) for label, one in fields}
    return [_placed(one, filled) for one in modal["components"] if _holds_inputs(one)]


def uploads_in(components: Sequence[Json]) -> list[int]:
    """The attachment ids among a submit's components, in the member's order."""
    within = [one["component"] for one in components if one["type"] == LABEL]
    return [int(value) for one in within if one["type"] == FILE_UPLOAD for value in one["values"]]


def _value(values: Mapping[str, object], label: str, one: Json) -> object:
    return values.get(one["custom_id"], values.get(label))


def _holds_inputs(one: Json) -> bool:
    return "component" in one or "components" in one


def _placed(one: Json, filled: Mapping[str, Json]) -> Json:
    if "component" in one:
        return {"type": one["type"], "id": one["id"], "component": filled[one["component"]["custom_id"]]}
    within = [filled[child["custom_id"]] for child in one["components"]]
    return {"type": one["type"], "id": one["id"], "components": within}


def _filled(label: str, one: Json, value: object) -> Json:
    answer: Json = {"type": one["type"], "id": one["id"], "custom_id": one["custom_id"]}
    if one["type"] == TEXT_INPUT:
        return {**answer, "value": _text(label, one, value)}
    if one["type"] == CHECKBOX:
        return {**answer, "value": bool(value)}
    if one["type"] == RADIO_GROUP:
        return {**answer, "value": None if value is None else str(value)}
    return {**answer, "values": _chosen(label, one, value)}


def _text(label: str, one: Json, value: object) -> str:
    text = one.get("value") or "" if value is None else str(value)
    if not text and one.get("required", True):
        raise SandboxRefusal(f"{label}: this has to be filled in")
    least, most = one.get("min_length") or 0, one.get("max_length") or 4000
    if text and not least <= len(text) <= most:
        raise SandboxRefusal(f"{label}: between {least} and {most} characters, not {len(text)}")
    return text


def _chosen(label: str, one: Json, value: object) -> list[str]:
    chosen = _listed(one, value)
    required = one.get("required", True)
    least = one.get("min_values")
    least = (1 if required else 0) if least is None else least
    most = one.get("max_values") or 1
    if not chosen and not required:
        return []
    if not least <= len(chosen) <= most:
        raise SandboxRefusal(f"{label}: between {least} and {most}, not {len(chosen)}")
    options = [option["value"] for option in one.get("options") or ()]
    if one["type"] in (STRING_SELECT, CHECKBOX_GROUP) and (wrong := set(chosen) - set(options)):
        raise SandboxRefusal(f"{label}: {', '.join(sorted(wrong))} is none of {', '.join(options)}")
    return chosen


def _listed(one: Json, value: object) -> list[str]:
    if value is None:
        return [option["value"] for option in one.get("options") or () if option.get("default")]
    return [str(each) for each in value] if isinstance(value, list | tuple) else [str(value)]
