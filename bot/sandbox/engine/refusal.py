"""A refusal of the image API: a status and the envelope `{"error": {message, type, param, code}}`."""

from dataclasses import dataclass

REQUEST, USER = "invalid_request_error", "image_generation_user_error"


@dataclass(slots=True)
class Refusal(Exception):
    """What the API says no with."""

    message: str
    type: str | None = REQUEST
    param: str | None = None
    code: str | None = None
    status: int = 400

    def as_json(self) -> dict[str, object]:
        """The body of the answer."""
        error = {"message": self.message, "type": self.type, "param": self.param, "code": self.code}
        return {"error": error}


def invalid(param: str | None, code: str | None, message: str) -> Refusal:
    """The request itself is wrong."""
    return Refusal(message, REQUEST, param, code)


def unfit(param: str | None, code: str | None, message: str) -> Refusal:
    """The request is well formed, but this model cannot do that."""
    return Refusal(message, USER, param, code)
