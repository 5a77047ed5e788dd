"""A refusal of the image API: a status and what its envelope says (`envelopes.py` has the envelopes)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

REQUEST, USER = "invalid_request_error", "image_generation_user_error"


@dataclass(slots=True)
class Refusal(Exception):
    """What the API says no with; `more` are members of the error beside the usual four."""

    message: str
    type: str | None = REQUEST
    param: str | None = None
    code: str | None = None
    status: int = 400
    more: Mapping[str, object] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """OpenAI's body: `{"error": {message, type, param, code}}`."""
        error = {"message": self.message, "type": self.type, "param": self.param, "code": self.code}
        return {"error": {**error, **self.more}}


def invalid(param: str | None, code: str | None, message: str) -> Refusal:
    """The request itself is wrong."""
    return Refusal(message, REQUEST, param, code)


def unfit(param: str | None, code: str | None, message: str) -> Refusal:
    """The request is well formed, but this model cannot do that."""
    return Refusal(message, USER, param, code)
