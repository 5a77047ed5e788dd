"""The usual words of a refusal, by its code: what the API says where a plan brings no words of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.sandbox.engine.refusal import REQUEST, USER


@dataclass(frozen=True, slots=True)
class Refused:
    """The usual words of a code."""

    type: str | None
    message: str
    status: int


_SPENT = "You exceeded your current quota, please check your plan and billing details."

CODES: Mapping[str, Refused] = MappingProxyType(
    {
        "rate_limit_exceeded": Refused(
            "input-images",
            "Rate limit reached for gpt-image-2 (for limit gpt-image) on input-images per min: Limit 5, Used 5, "
            "Requested 1. Please try again in 12s.",
            429,
        ),
        "insufficient_quota": Refused("insufficient_quota", _SPENT, 429),
        "credit_balance_exhausted": Refused("insufficient_quota", "Your credit balance is exhausted.", 429),
        "organization_spend_limit_exceeded": Refused(
            "insufficient_quota", "Your organization has reached its spend limit.", 429
        ),
        "project_spend_limit_exceeded": Refused("insufficient_quota", "Your project has reached its spend limit.", 429),
        "billing_hard_limit_reached": Refused("billing_limit_user_error", "Billing hard limit has been reached.", 400),
        "insufficient_user_quota": Refused("new_api_error", "用户额度不足, 剩余额度: ＄0.000000", 403),
        "invalid_api_key": Refused(REQUEST, "Incorrect API key provided: sk-***0000.", 401),
        "model_not_found": Refused(REQUEST, "The model 'gpt-image-2' does not exist or you do not have access.", 404),
        "moderation_blocked": Refused(
            USER,
            "Your request was rejected by the safety system. If you believe this is an error, contact us at "
            "help.openai.com and include the request ID. safety_violations=[sexual].",
            400,
        ),
        "sensitive_words_detected": Refused("new_api_error", "检测到敏感词: 请修改后重试", 400),
        "invalid_image_file": Refused(
            USER, "Invalid image file or mode for image 1, please check your image file.", 400
        ),
        "invalid_mask_image_format": Refused(
            USER, "Invalid mask image format - mask size does not match image size", 400
        ),
        "unknown_parameter": Refused(REQUEST, "Unknown parameter: 'style'.", 400),
        "server_error": Refused(
            "server_error", "The server had an error while processing your request. Sorry about that!", 500
        ),
        "overloaded": Refused("server_error", "The engine is currently overloaded, please try again later.", 503),
        "api_not_implemented": Refused("one_api_error", "API not implemented", 501),
    }
)
