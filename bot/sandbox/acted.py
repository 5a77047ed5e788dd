"""What came of a member's act: the private answer, a modal, or the status message and what was posted after it.

Where the bot asks before it begins, the status message is still a question: `asks` says what can be pressed on it, the
yes first.
"""

import re
from dataclasses import dataclass, field

from bot.sandbox.discord_api.components import BUTTON, GREEN, TEXT_INPUT, every
from bot.sandbox.discord_api.modal_forms import FILE_UPLOAD, inputs
from bot.sandbox.discord_api.refusals import Json, SandboxRefusal

JUMP_LINK = re.compile(r"https://(?:\w+\.)?discord(?:app)?\.com/channels/(?:\d+|@me)/\d+/(\d+)")
NO_RESPONSE = "The application did not respond"


@dataclass(frozen=True, slots=True)
class Modal:
    """A form that the bot shows in answer to an interaction."""

    interaction_id: int
    custom_id: str
    title: str
    components: tuple[Json, ...]

    def fields(self) -> tuple[tuple[str, str, int], ...]:
        """Label, custom id and component type of everything to fill in, top to bottom."""
        return tuple((label, one["custom_id"], one["type"]) for label, one in inputs(list(self.components)))

    def prompt_field(self) -> str:
        """The custom id of the text input that asks for the prompt: one named so, else the first."""
        texts = [(label, custom_id) for label, custom_id, kind in self.fields() if kind == TEXT_INPUT]
        return self._named("prompt", texts) or self._first(texts, "text input")

    def upload_field(self, *, mask: bool) -> str | None:
        """The custom id of the file upload for the mask or, otherwise, for the pictures."""
        uploads = [(label, custom_id) for label, custom_id, kind in self.fields() if kind == FILE_UPLOAD]
        for_mask = self._named("mask", uploads)
        if mask:
            return for_mask
        return next((custom_id for _, custom_id in uploads if custom_id != for_mask), None)

    @staticmethod
    def _named(word: str, fields: list[tuple[str, str]]) -> str | None:
        return next((custom_id for label, custom_id in fields if word in f"{label} {custom_id}".lower()), None)

    @staticmethod
    def _first(fields: list[tuple[str, str]], what: str) -> str:
        if not fields:
            raise SandboxRefusal(f"the modal has no {what}")
        return fields[0][1]


@dataclass(frozen=True, slots=True)
class Acted:
    """Everything that a member sees of the bot's answer; what did not come is None or empty."""

    private: Json | None = None
    modal: Modal | None = None
    refused: str | None = None
    status: Json | None = None
    thread_id: int | None = None
    posted: tuple[Json, ...] = ()
    interaction_id: int | None = None
    choices: tuple[Json, ...] = field(default=())
    asks: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[Json, ...]:
        """The attachments of all that was posted, in order."""
        return tuple(one for message in self.posted for one in message["attachments"])


def said(message: Json | None) -> str:
    """The words of a message, its embeds' included."""
    if message is None:
        return ""
    embeds = [embed.get(part, "") for embed in message["embeds"] for part in ("title", "description")]
    return "\n".join(text for text in (message["content"], *embeds) if text)


def labels_of(message: Json | None) -> tuple[str, ...]:
    """The labels of a message's buttons that can be pressed: a yes before the others, which keep their order."""
    buttons = [one for one in every(message["components"] if message else ()) if one["type"] == BUTTON]
    open_ones = [one for one in buttons if one.get("label") and not one.get("disabled")]
    return tuple(one["label"] for one in sorted(open_ones, key=lambda one: one["style"] != GREEN))


def linked_message(message: Json | None) -> int | None:
    """The id of the message that a private answer links to, in its words or in a link button."""
    if message is None:
        return None
    rows = message["components"]
    urls = [one.get("url") or "" for row in rows for one in row.get("components", ())]
    found = JUMP_LINK.search("\n".join([said(message), *urls]))
    return None if found is None else int(found[1])
