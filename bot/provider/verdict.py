"""What a refusal means: unsent, declined or doubtful, as tables. By code first, then by words, then by status.

Gateways disagree about statuses (a moderation may come as a 502, a client's error as a 500, anything as a 200), so
the status has the last word only. None of the provider's own words is passed on.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.errors import (
    AnswerUseless,
    PictureRejected,
    ProviderBusy,
    ProviderClosed,
    ProviderDown,
    RequestRejected,
    SafetyRefused,
    Trouble,
)
from bot.provider.fault import Fault
from bot.provider.waiting import asked_wait
from bot.workflow.ports import Declined, Doubtful, Unsent


class Verdict(StrEnum):
    """The kinds of refusal."""

    CLOSED = "closed"  # key, account, credit or address: the operator has to act
    UNSOLD = "unsold"  # this model is not to be had here, though others may be: the operator has to act
    SAFETY = "safety"
    BUSY = "busy"
    PICTURE = "picture"
    REQUEST = "request"
    DOWN = "down"  # an explicit failure, nothing billed
    USELESS = "useless"  # answered without a picture
    DOUBT = "doubt"  # it may still be made and billed


TROUBLES: Mapping[Verdict, type[Trouble]] = {
    Verdict.CLOSED: ProviderClosed,
    Verdict.UNSOLD: ProviderClosed,
    Verdict.SAFETY: SafetyRefused,
    Verdict.BUSY: ProviderBusy,
    Verdict.PICTURE: PictureRejected,
    Verdict.REQUEST: RequestRejected,
    Verdict.DOWN: ProviderDown,
    Verdict.USELESS: AnswerUseless,
}


@dataclass(frozen=True, slots=True)
class Sign:
    """What a verdict is known by: codes or types as a whole, phrases as a part of the text. All in lower case."""

    verdict: Verdict
    codes: frozenset[str]
    phrases: tuple[str, ...] = ()


SIGNS = (
    Sign(
        Verdict.CLOSED,
        frozenset(
            {
                "insufficient_quota",
                "billing_hard_limit_reached",
                "billing_not_active",
                "credit_balance_exhausted",
                "project_spend_limit_exceeded",
                "organization_spend_limit_exceeded",
                "insufficient_user_quota",
                "pre_consume_token_quota_failed",
                "invalid_api_key",
                "account_deactivated",
                "invalid_token",
                "api_not_implemented",
            }
        ),
        (
            "insufficient_quota",
            "exceeded your current quota",
            "billing hard limit",
            "incorrect api key",
            "无效的令牌",
            "令牌额度已用尽",
            "令牌已过期",
            "用户额度不足",
            "额度不足",
            "余额不足",
            "预扣费额度失败",
        ),
    ),
    Sign(
        Verdict.UNSOLD,
        frozenset({"model_not_found", "deploymentnotfound"}),
        ("must be verified to use the model", "无可用渠道", "无权访问模型"),
    ),
    Sign(
        Verdict.SAFETY,
        frozenset(
            {
                "moderation_blocked",
                "content_policy_violation",
                "contentfilter",
                "content_filter",
                "sensitive_words_detected",
            }
        ),
        (
            "safety system",
            "content policy",
            "content_policy_violation",
            "moderation_blocked",
            "sensitive words detected",
            "request moderated",
            "content moderated",
            "可能违反",
            "敏感词",
            "内容违规",
            "内容安全",
        ),
    ),
    Sign(
        Verdict.BUSY,
        frozenset({"rate_limit_exceeded", "all_deployments_in_cooldown"}),
        ("rate limit reached", "no available image quota", "负载已饱和", "请求过于频繁", "请求数限制"),
    ),
    Sign(
        Verdict.PICTURE,
        frozenset(
            {
                "invalid_image_file",
                "invalid_mask_image_format",
                "unsupported_file_mimetype",
                "image_too_large",
                "read_request_body_failed",
            }
        ),
        ("invalid image file", "invalid mask image"),
    ),
    Sign(
        Verdict.REQUEST,
        frozenset(
            {
                "array_above_max_length",
                "duplicate_parameter",
                "invalid_request",  # New-API's word for a client's error, which it sends as a 500
                "missing_required_parameter",
                "unknown_parameter",
                "unsupported_parameter",
            }
        ),
    ),
)

# The field by its name, or a sentence about streaming; a wish that an error quotes may hold the bare word.
_STREAM = re.compile(
    r"""['"`]stream['"`]|\bpartial_images\b|\bstream(?:ing)?\b(?: \w+){0,4} (?:not|only)\b"""
    r"""|(?:support|unknown|unexpected|unrecognized)\w*\W+(?:\w+\W+){0,3}stream(?:ing)?\b"""
)
# OpenAI says so of a retired model, with a 400 and a code that means anything.
_NO_MODEL = re.compile(r"does not exist|not supported|unknown model")

# A gateway that lost its own upstream: what became of the edit is not known. A 4xx that it passes on is a refusal.
LOST_UPSTREAM = frozenset(
    {"upstream_error", "do_request_failed", "bad_response_status_code", "bad_response_body", "bad_response"}
)
CLIENT_TYPES = frozenset({"invalid_request_error", "image_generation_user_error"})

BY_STATUS: Mapping[int, Verdict] = {
    401: Verdict.CLOSED,
    402: Verdict.CLOSED,
    403: Verdict.CLOSED,
    404: Verdict.CLOSED,
    408: Verdict.DOUBT,
    409: Verdict.DOUBT,
    413: Verdict.PICTURE,
    422: Verdict.REQUEST,  # the form was not what the server reads: no picture of a member mends that
    429: Verdict.BUSY,
    451: Verdict.SAFETY,
    501: Verdict.CLOSED,
}
# Of these a JSON error is an explicit refusal; a page without one comes from a gateway on the way.
EXPLICIT = frozenset({500, 503})


def judge(status: int, fault: Fault | None) -> Verdict:
    """What this status and error mean; `fault` is None where the body held none that can be read."""
    if 300 <= status < 400:
        return Verdict.CLOSED  # never followed: the address in the settings is not the provider's
    if fault is not None:
        if fault.text == "blocked":
            return Verdict.SAFETY
        for sign in SIGNS:
            if fault.code in sign.codes or fault.type in sign.codes:
                return sign.verdict
        for sign in SIGNS:
            if any(phrase in fault.text for phrase in sign.phrases):
                return sign.verdict
    return _by_status(status, fault or Fault(), explicit=fault is not None)


def _by_status(status: int, fault: Fault, *, explicit: bool) -> Verdict:
    if fault.param == "model" and _NO_MODEL.search(fault.text):
        return Verdict.UNSOLD
    if 400 <= status < 500:
        about_picture = fault.param.split("[")[0] in ("image", "mask")
        return BY_STATUS.get(status, Verdict.PICTURE if about_picture else Verdict.REQUEST)
    if LOST_UPSTREAM & {fault.code, fault.type}:
        return Verdict.DOUBT
    if fault.type in CLIENT_TYPES:
        return Verdict.REQUEST
    if status < 300:
        return Verdict.USELESS
    return BY_STATUS.get(status, Verdict.DOWN if explicit and status in EXPLICIT else Verdict.DOUBT)


def blames_stream(verdict: Verdict, fault: Fault | None) -> bool:
    """Whether a request was refused for asking for a stream."""
    if verdict is not Verdict.REQUEST or fault is None:
        return False
    return fault.param in ("stream", "partial_images") or bool(_STREAM.search(fault.text))


class Unsold(Declined):
    """This model is not to be had at this provider; nothing is said of its others."""


def refusal(
    verdict: Verdict,
    status: int,
    fault: Fault | None,
    headers: Mapping[str, str],
    request_id: str | None,
    now: float,
    *,
    billed: bool | None = None,
) -> Unsent | Declined | Doubtful:
    """The exception that says so to the conductor. `now` is seconds since the epoch.

    `billed` is what is known beside the status: after a picture of a stream came, nothing counts as unsent.
    """
    if verdict is Verdict.DOUBT:
        return Doubtful(f"status {status}", request_id)
    trouble = TROUBLES[verdict]()
    if verdict in (Verdict.BUSY, Verdict.DOWN) and not billed:
        return Unsent(trouble, asked_wait(headers, fault.text if fault else "", now), request_id)
    kind = Unsold if verdict is Verdict.UNSOLD else Declined
    if billed is None:
        # After a 200 the provider may have done the work all the same, unless it says that it was never let in.
        billed = status < 300 and verdict not in (Verdict.CLOSED, Verdict.UNSOLD)
    return kind(trouble, billed=billed, request_id=request_id)
