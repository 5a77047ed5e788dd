"""The ways in which Discord says no: JSON error codes, their HTTP statuses and the tree of form errors.

Codes and wordings are those of Discord's reference, "Opcodes and Status Codes" and "Error Messages".
"""

from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]

REFUSALS: dict[int, tuple[int, str]] = {
    10002: (404, "Unknown Application"),
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10013: (404, "Unknown User"),
    10014: (400, "Unknown Emoji"),
    10015: (404, "Unknown Webhook"),
    10029: (404, "Unknown Entitlement"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    30015: (400, "Maximum number of attachments in a message reached (10)"),
    30046: (429, "Maximum number of edits to messages older than 1 hour reached. Try again later"),
    40005: (413, "Request entity too large"),
    40060: (400, "Interaction has already been acknowledged."),
    40094: (400, "This interaction has reached the maximum number of follow up messages"),
    50001: (403, "Missing Access"),
    50003: (400, "Cannot execute action on a DM channel"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50008: (400, "Cannot send messages in a non-text channel"),
    50013: (403, "Missing Permissions"),
    50021: (403, "Cannot execute action on a system message"),
    50024: (400, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50035: (400, "Invalid Form Body"),
    50083: (400, "Thread is archived"),
    50109: (400, "The request body contains invalid JSON."),
    160002: (400, "Cannot reply without permission to read message history"),
    160004: (400, "A thread has already been created for this message"),
    160005: (400, "Thread is locked"),
    160006: (400, "Maximum number of active threads reached"),
}


class Refusal(Exception):
    """Discord refuses a request; it becomes the JSON error body that the caller reads."""

    def __init__(self, code: int, *, status: int | None = None, message: str | None = None, **extra: Any) -> None:
        known_status, known_message = REFUSALS.get(code, (400, "400: Bad Request"))
        self.code = code
        self.status = status or known_status
        self.message = message or known_message
        self.extra = extra
        self.headers: dict[str, str] = {}
        super().__init__(f"{self.status} {code} {self.message}")

    def body(self) -> Json:
        """The JSON that goes over the wire."""
        return {"message": self.message, "code": self.code, **self.extra}


class SandboxRefusal(Exception):
    """A member cannot do that: Discord's own client would not let them, for the reason given."""


class FormErrors:
    """Gathers what is wrong with a body, field by field, and refuses it once with 50035."""

    def __init__(self) -> None:
        self._tree: Json = {}

    def add(self, path: Sequence[str | int], code: str, message: str) -> None:
        """Put one complaint at a path such as ("embeds", 0, "title")."""
        node = self._tree
        for step in path:
            node = node.setdefault(str(step), {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def length(self, path: Sequence[str | int], text: object, least: int, most: int) -> None:
        """Complain where a text is not a text between two lengths."""
        if not isinstance(text, str):
            self.add(path, "STRING_TYPE_CONVERT", "Could not interpret as string.")
        elif not text and least:
            self.add(path, "BASE_TYPE_REQUIRED", "This field is required")
        elif not least <= len(text) <= most:
            self.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")

    def count(self, path: Sequence[str | int], items: Sequence[object], least: int, most: int) -> None:
        """Complain where a list holds too few or too many."""
        if not least <= len(items) <= most:
            self.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")

    def required(self, path: Sequence[str | int]) -> None:
        """Complain that something is missing."""
        self.add(path, "BASE_TYPE_REQUIRED", "This field is required")

    def choice(self, path: Sequence[str | int], value: object, allowed: Sequence[object]) -> None:
        """Complain where a value is none of those allowed."""
        if value not in allowed:
            named = ", ".join(str(one) for one in allowed)
            self.add(path, "BASE_TYPE_CHOICES", f"Value must be one of ({named}).")

    def raise_if_any(self) -> None:
        """Refuse the body if anything was complained about."""
        if self._tree:
            raise Refusal(50035, errors=self._tree)


def malformed(path: Sequence[str | int], code: str, message: str) -> Refusal:
    """A 50035 with a single complaint in it."""
    errors = FormErrors()
    errors.add(path, code, message)
    try:
        errors.raise_if_any()
    except Refusal as refusal:
        return refusal
    raise AssertionError("a complaint always refuses")
