"""Choosing in select menus, of messages and of forms: what may be chosen, by name or value, in the member's order.

A string select is chosen from by an option's value or label; the others by id or as a member would write it: @ben,
&Friends, #pictures. Shapes: Discord's component reference.
"""

from bot.sandbox.discord_api.commands import CHANNEL, MENTIONABLE, ROLE, USER
from bot.sandbox.discord_api.components import STRING_SELECT
from bot.sandbox.discord_api.naming import Naming
from bot.sandbox.discord_api.refusals import Json, SandboxRefusal
from bot.sandbox.discord_api.world import Channel, User

# What the options of commands call the things that a select of each type chooses from.
CHOOSES = {5: USER, 6: ROLE, 7: MENTIONABLE, 8: CHANNEL}


class Choosing:
    """Holds what a member chooses against a select, as Discord's client would."""

    def __init__(self, naming: Naming) -> None:
        self._naming = naming

    def values(self, user: User, place: Channel, select: Json, wanted: list[object], called: str) -> list[str]:
        """The values to send, in the order they were chosen in; SandboxRefusal for a choice that cannot be made."""
        if select["type"] == STRING_SELECT:
            chosen = [_option(select, str(one), called) for one in wanted]
        else:
            declared = {**select, "type": CHOOSES[select["type"]], "name": called}
            chosen = [str(self._naming.read(user, place, declared, one)) for one in wanted]
        least, most = select.get("min_values"), select.get("max_values")
        least, most = 1 if least is None else least, 1 if most is None else most
        if len(set(chosen)) != len(chosen):
            raise SandboxRefusal(f"{called}: each can be chosen once")
        if not least <= len(chosen) <= most:
            raise SandboxRefusal(f"{called}: choose {least} to {most}, not {len(chosen)}")
        return chosen

    def resolved(self, user: User, place: Channel, select: Json, chosen: list[str]) -> Json:
        """The objects of what was chosen, as Discord sends them along; nothing for a string select."""
        kind = CHOOSES.get(select["type"])
        return {} if kind is None else self._naming.objects(user, place, [(kind, int(one)) for one in chosen])


def preselected(select: Json) -> list[object]:
    """What is chosen in a select that the member leaves alone."""
    if select["type"] == STRING_SELECT:
        return [one["value"] for one in select["options"] if one.get("default")]
    return [one["id"] for one in select.get("default_values") or ()]


def _option(select: Json, wanted: str, called: str) -> str:
    options = select["options"]
    for name in ("value", "label"):
        for one in options:
            if one[name] == wanted:
                return str(one["value"])
    raise SandboxRefusal(f"{called}: {wanted} is none of {', '.join(one['label'] for one in options)}")
