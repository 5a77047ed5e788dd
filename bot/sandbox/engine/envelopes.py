"""The body of a refusal, as each kind of server writes it."""

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType

from bot.sandbox.engine.refusal import Refusal

Envelope = Callable[[Refusal, str], object]

_LITELLM: Mapping[int, str] = {
    400: "BadRequestError",
    401: "AuthenticationError",
    403: "PermissionDeniedError",
    404: "NotFoundError",
    408: "Timeout",
    422: "UnprocessableEntityError",
    429: "RateLimitError",
    503: "ServiceUnavailableError",
}
_BLOCKED = ("moderation_blocked", "content_policy_violation")


def openai(refusal: Refusal, _request_id: str) -> object:
    """OpenAI's own."""
    return refusal.as_json()


def azure(refusal: Refusal, _request_id: str) -> object:
    """Azure's: short where its gateway or its content filter says no, OpenAI's where the model does."""
    if refusal.code in _BLOCKED:
        return {"error": {"code": "contentFilter", "message": "Your task failed as a result of our safety system."}}
    if refusal.type is None:
        return {"error": {"code": refusal.code, "message": refusal.message}}
    return refusal.as_json()


def newapi(refusal: Refusal, request_id: str) -> object:
    """New-API's: OpenAI's, with the gateway's own request id at the end of the message."""
    said = refusal.as_json()["error"]
    return {"error": {**said, "message": f"{refusal.message} (request id: {request_id})"}}  # type: ignore[dict-item]


def litellm(refusal: Refusal, _request_id: str) -> object:
    """LiteLLM's: the status as a string for a code, and the upstream's JSON inside the message."""
    if refusal.code == "field_required":
        return detail(refusal, "")
    kind = _LITELLM.get(refusal.status, "InternalServerError")
    inner = json.dumps(refusal.as_json())
    message = f"litellm.{kind}: {kind}: OpenAIException - {inner}"
    return {"error": {"message": message, "type": None, "param": None, "code": str(refusal.status)}}


def bare(refusal: Refusal, _request_id: str) -> object:
    """stable-diffusion.cpp's: a string."""
    return {"error": refusal.message}


def detail(refusal: Refusal, _request_id: str) -> object:
    """FastAPI's: a list where a field is missing or wrong, else a string."""
    if refusal.code != "field_required":
        return {"detail": refusal.message}
    return {"detail": [{"type": "missing", "loc": ["body", refusal.param], "msg": refusal.message, "input": None}]}


def vllm(refusal: Refusal, _request_id: str) -> object:
    """vLLM's: its own error for a wrong model, FastAPI's for everything else."""
    if refusal.code != "model":
        return detail(refusal, "")
    kind = "NotFoundError" if refusal.status == 404 else "BadRequestError"
    return {"error": {"message": refusal.message, "type": kind, "param": "model", "code": refusal.status}}


ENVELOPES: Mapping[str, Envelope] = MappingProxyType(
    {
        "openai": openai,
        "azure": azure,
        "newapi": newapi,
        "litellm": litellm,
        "bare": bare,
        "detail": detail,
        "vllm": vllm,
    }
)


def headers_of(envelope: str, headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of a refusal: LiteLLM passes its upstream's on under names of its own."""
    return (
        {f"llm_provider-{name.lower()}": value for name, value in headers.items()}
        if envelope == "litellm"
        else {**headers}
    )
