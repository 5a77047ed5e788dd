"""What members do with what the bot shows them: press buttons, choose in selects, fill in and send forms."""

from collections.abc import Mapping

from bot.sandbox.discord_api.bodies import Upload
from bot.sandbox.discord_api.choosing import Choosing
from bot.sandbox.discord_api.components import BUTTON, LINK_STYLE, SELECTS, every
from bot.sandbox.discord_api.finding import Finding
from bot.sandbox.discord_api.handing import Handing
from bot.sandbox.discord_api.interactions import COMPONENT, MODAL_SUBMIT, REPLY, Interaction, Interactions
from bot.sandbox.discord_api.refusals import Json, SandboxRefusal
from bot.sandbox.discord_api.submissions import Form, uploads_in
from bot.sandbox.discord_api.world import Message, User, World


class Clicking:
    """Every verb returns the interaction it made; SandboxRefusal says why a member could not do it."""

    def __init__(
        self, world: World, finding: Finding, handing: Handing, choosing: Choosing, interactions: Interactions
    ) -> None:
        self._world = world
        self._finding = finding
        self._handing = handing
        self._choosing = choosing
        self._interactions = interactions
        self._submitted = 0

    def press(self, user: User, message_id: int, button: str) -> Interaction:
        """Press a button by its label or custom id."""
        message = self._finding.message(user, message_id)
        buttons = [one for one in every(message.components) if one["type"] == BUTTON]
        found = next((one for one in buttons if button in (one.get("custom_id"), one.get("label"))), None)
        if found is None:
            labels = ", ".join(str(one.get("label") or one.get("custom_id")) for one in buttons) or "none"
            raise SandboxRefusal(f"the message has no button {button}; it has {labels}")
        if found.get("disabled") or found["style"] == LINK_STYLE:
            raise SandboxRefusal(f"the button {button} cannot be pressed")
        given = {"custom_id": found["custom_id"], "component_type": BUTTON, "id": found["id"]}
        return self._on(user, message, given)

    def choose(self, user: User, message_id: int, select: str, wanted: list[object]) -> Interaction:
        """Choose in a select by its custom id or placeholder, in this order; none of it where that is allowed."""
        message = self._finding.message(user, message_id)
        place = self._world.channel(message.channel_id)
        found = _select(message, select)
        values = self._choosing.values(user, place, found, wanted, select)
        given = {"custom_id": found["custom_id"], "component_type": found["type"], "id": found["id"], "values": values}
        resolved = self._choosing.resolved(user, place, found, values)
        return self._on(user, message, {**given, "resolved": resolved} if resolved else given)

    def submit(
        self, user: User, interaction_id: int, values: Mapping[str, object], uploads: tuple[Upload, ...]
    ) -> Interaction:
        """Send the modal that answered an interaction; a list of {"$file": n} fills a file upload."""
        origin = self._interactions.get(interaction_id)
        if origin.modal is None or origin.user_id != user.id:
            raise SandboxRefusal(f"interaction {interaction_id} shows {user.name} no modal")
        channel = self._world.channel(origin.channel_id)
        ready = {name: self._handing.field(user, channel, value, uploads) for name, value in values.items()}
        form = Form(origin.modal, user, channel, self._choosing)
        components = form.filled_in(ready)
        given: Json = {"custom_id": origin.modal["custom_id"], "components": components}
        resolved = self._handing.resolved(self._in_another_order(uploads_in(components))) | form.resolved(components)
        if resolved:
            given["resolved"] = resolved
        return self._interactions.open(
            MODAL_SUBMIT, user, channel, given, answers_as=origin.answers_as, source=origin.source, origin=origin
        )

    def _in_another_order(self, attachment_ids: list[int]) -> list[int]:
        """Discord promises no order for resolved objects: every second time it is that of the member."""
        self._submitted += len(attachment_ids) > 1
        return attachment_ids[::-1] if self._submitted % 2 else attachment_ids

    def _on(self, user: User, message: Message, given: Json) -> Interaction:
        channel = self._world.channel(message.channel_id)
        return self._interactions.open(COMPONENT, user, channel, given, answers_as=REPLY, source=message)


def _select(message: Message, named: str) -> Json:
    selects = [one for one in every(message.components) if one["type"] in SELECTS]
    found = next((one for one in selects if named in (one.get("custom_id"), one.get("placeholder"))), None)
    if found is None:
        known = ", ".join(str(one.get("placeholder") or one["custom_id"]) for one in selects) or "none"
        raise SandboxRefusal(f"the message has no select {named} to choose from; it has {known}")
    if found.get("disabled"):
        raise SandboxRefusal(f"the select {named} is switched off")
    return found
