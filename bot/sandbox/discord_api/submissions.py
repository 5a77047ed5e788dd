"""A filled-in modal: the member's values held against its components, as Discord's client would."""

from collections.abc import Mapping, Sequence

from bot.sandbox.discord_api.choosing import Choosing, preselected
from bot.sandbox.discord_api.components import SELECTS, TEXT_INPUT
from bot.sandbox.discord_api.modal_forms import CHECKBOX, CHECKBOX_GROUP, FILE_UPLOAD, LABEL, RADIO_GROUP, inputs
from bot.sandbox.discord_api.refusals import Json, SandboxRefusal
from bot.sandbox.discord_api.world import Channel, User


class Form:
    """One modal in the hands of one member."""

    def __init__(self, modal: Json, user: User, place: Channel, choosing: Choosing) -> None:
        self._modal = modal
        self._user = user
        self._place = place
        self._choosing = choosing

    def filled_in(self, values: Mapping[str, object]) -> list[Json]:
        """The `components` of the submit's data, by labels or custom ids.

        Files are given as lists of attachment ids, choices by value, label or name; both stay in the member's order.
        """
        fields = inputs(self._modal["components"])
        names = [name for label, one in fields for name in (label, one["custom_id"])]
        if unknown := set(values) - set(names):
            raise SandboxRefusal(f"the modal has no {', '.join(sorted(unknown))}; it has {', '.join(names)}")
        filled = {one["custom_id"]: self._filled(label, one, _value(values, label, one)) for label, one in fields}
        return [_placed(one, filled) for one in self._modal["components"] if _holds_inputs(one)]

    def resolved(self, components: Sequence[Json]) -> Json:
        """The people, roles and channels that were chosen in the form."""
        found: Json = {}
        for one in (each["component"] for each in components if each["type"] == LABEL):
            if one["type"] in SELECTS:
                for kind, objects in self._choosing.resolved(self._user, self._place, one, one["values"]).items():
                    found.setdefault(kind, {}).update(objects)
        return found

    def _filled(self, label: str, one: Json, value: object) -> Json:
        answer: Json = {"type": one["type"], "id": one["id"], "custom_id": one["custom_id"]}
        if one["type"] == TEXT_INPUT:
            return {**answer, "value": _text(label, one, value)}
        if one["type"] == CHECKBOX:
            return {**answer, "value": bool(one.get("default") if value is None else value)}
        if one["type"] == RADIO_GROUP:
            return {**answer, "value": _radio(label, one, value)}
        if one["type"] in SELECTS:
            return {**answer, "values": self._selected(label, one, value)}
        return {**answer, "values": _listed(label, one, value)}

    def _selected(self, label: str, one: Json, value: object) -> list[str]:
        wanted = preselected(one) if value is None else _as_list(value)
        if not wanted and not one.get("required", True):
            return []
        return self._choosing.values(self._user, self._place, one, wanted, label)


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


def _text(label: str, one: Json, value: object) -> str:
    text = one.get("value") or "" if value is None else str(value)
    if not text and one.get("required", True):
        raise SandboxRefusal(f"{label}: this has to be filled in")
    least, most = one.get("min_length") or 0, one.get("max_length") or 4000
    if text and not least <= len(text) <= most:
        raise SandboxRefusal(f"{label}: between {least} and {most} characters, not {len(text)}")
    return text


def _radio(label: str, one: Json, value: object) -> str | None:
    wanted = next((each["value"] for each in one["options"] if each.get("default")), None) if value is None else value
    if wanted is None:
        if one.get("required", True):
            raise SandboxRefusal(f"{label}: one of them has to be chosen")
        return None
    return _offered(label, one, [str(wanted)])[0]


def _listed(label: str, one: Json, value: object) -> list[str]:
    """What goes into a file upload or a group of checkboxes."""
    boxes = one["type"] == CHECKBOX_GROUP
    if value is None:
        chosen = [each["value"] for each in one["options"] if each.get("default")] if boxes else []
    else:
        chosen = _offered(label, one, _as_list(value)) if boxes else [str(each) for each in _as_list(value)]
    required = one.get("required", True)
    least = one.get("min_values")
    least = (1 if required else 0) if least is None else least
    most = one.get("max_values") or (len(one["options"]) if boxes else 1)
    if not chosen and not required:
        return []
    if not least <= len(chosen) <= most:
        raise SandboxRefusal(f"{label}: between {least} and {most}, not {len(chosen)}")
    return chosen


def _offered(label: str, one: Json, wanted: Sequence[object]) -> list[str]:
    known = {name: str(each["value"]) for each in one["options"] for name in (each["label"], each["value"])}
    if wrong := [str(each) for each in wanted if str(each) not in known]:
        raise SandboxRefusal(f"{label}: {', '.join(wrong)} is none of {', '.join(known.values())}")
    return [known[str(each)] for each in wanted]


def _as_list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else [value]
