"""What a status and a body mean, as a table of refusals that were really seen."""

import json

import pytest

from bot.provider.fault import TEXT_CAP, Fault, loggable, parse_json, read_fault
from bot.provider.verdict import Unsold, Verdict, blames_stream, judge, refusal
from bot.workflow.ports import Declined, Doubtful, Unsent

V = Verdict


def openai(code: str | None, message: str = "no", kind: str = "x", param: str | None = None) -> object:
    """An error as OpenAI writes it."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


USER = "image_generation_user_error"
INVALID = "invalid_request_error"
AS_PYTHON = str(openai("insufficient_quota", "You exceeded it", "insufficient_quota"))
NESTED = json.dumps(openai("moderation_blocked", "Your request was rejected"))

SEEN = [
    # rate limits and busy gateways: wait, then again
    (429, openai("rate_limit_exceeded", "Rate limit reached for gpt-image-2. Please try again in 12s."), V.BUSY),
    (429, None, V.BUSY),
    (429, {"error": "slow down"}, V.BUSY),
    (429, openai("all_deployments_in_cooldown"), V.BUSY),
    (429, openai(None, "no available image quota"), V.BUSY),
    (429, openai("bad_response_status_code", "当前分组上游负载已饱和，请稍后再试"), V.BUSY),
    (200, openai("rate_limit_exceeded"), V.BUSY),
    # money, keys, addresses: the operator
    (429, openai("insufficient_quota", "You exceeded your current quota", "insufficient_quota"), V.CLOSED),
    (429, openai(None, "You exceeded your current quota, please check your plan", "insufficient_quota"), V.CLOSED),
    (429, openai("credit_balance_exhausted"), V.CLOSED),
    (429, openai("project_spend_limit_exceeded"), V.CLOSED),
    (429, openai("organization_spend_limit_exceeded"), V.CLOSED),
    (400, openai("billing_hard_limit_reached", "Billing hard limit has been reached."), V.CLOSED),
    (401, openai("invalid_api_key"), V.CLOSED),
    (401, None, V.CLOSED),
    (402, {"error": "payment"}, V.CLOSED),
    (403, openai(None, "Your organization must be verified to use the model", INVALID), V.UNSOLD),
    (403, openai("insufficient_user_quota", "用户额度不足"), V.CLOSED),
    (403, openai(None, "预扣费额度失败, 用户剩余额度"), V.CLOSED),
    (403, openai("pre_consume_token_quota_failed"), V.CLOSED),
    (404, openai("model_not_found"), V.UNSOLD),
    (404, None, V.CLOSED),
    (401, openai(None, "无效的令牌 (request id: 20261120)", "new_api_error"), V.CLOSED),
    (200, openai(None, "该令牌额度已用尽 !token.UnlimitedQuota"), V.CLOSED),
    (429, openai("429", f"litellm.RateLimitError: Error code: 429 - {AS_PYTHON}"), V.CLOSED),
    (501, openai("api_not_implemented"), V.CLOSED),
    (503, openai("model_not_found", "分组 default 下模型 gpt-image-2 无可用渠道"), V.UNSOLD),
    (503, openai(None, "分组 default 下模型 gpt-image-2 无可用渠道（distributor）"), V.UNSOLD),
    (307, None, V.CLOSED),
    (302, openai("rate_limit_exceeded"), V.CLOSED),
    # the safety system, in every dress
    (400, openai("moderation_blocked", "Your request was rejected by the safety system.", USER), V.SAFETY),
    (400, openai(None, "Your request was rejected by the safety system. safety_violations=[sexual]", USER), V.SAFETY),
    (400, openai("content_policy_violation"), V.SAFETY),
    (400, openai("contentFilter", "Your task failed as a result of our safety system."), V.SAFETY),
    (400, openai("sensitive_words_detected"), V.SAFETY),
    (400, openai(None, "非常抱歉，生成的图片可能违反了我们的内容政策"), V.SAFETY),
    (400, {"detail": "blocked"}, V.SAFETY),
    (200, openai(None, "提示词包含敏感词"), V.SAFETY),
    (500, {"error": "request moderated"}, V.SAFETY),
    (451, None, V.SAFETY),
    (502, openai("moderation_blocked"), V.SAFETY),
    (200, openai("moderation_blocked"), V.SAFETY),
    (400, openai("400", f"litellm.BadRequestError: OpenAIException - {NESTED}"), V.SAFETY),
    # the picture or the mask
    (413, None, V.PICTURE),
    (413, openai("read_request_body_failed"), V.PICTURE),
    (400, openai("invalid_image_file", "Invalid image file or mode for image 1", USER), V.PICTURE),
    (400, openai("invalid_mask_image_format", "Invalid mask image format - no alpha", USER), V.PICTURE),
    (400, openai("unsupported_file_mimetype", "Invalid file 'image'", INVALID, "image"), V.PICTURE),
    (400, openai("odd_code", "odd", INVALID, "image[0]"), V.PICTURE),
    (400, openai("odd_code", "odd", INVALID, "mask"), V.PICTURE),
    # the request
    (400, openai("invalid_value", "Invalid size '1792x936'.", USER, "size"), V.REQUEST),
    (400, openai("unknown_parameter", "Unknown parameter: 'style'.", INVALID, "style"), V.REQUEST),
    (400, openai("duplicate_parameter", "Duplicate parameter: 'image'.", INVALID, "image"), V.REQUEST),
    (400, openai("missing_required_parameter", "Missing", INVALID, "image"), V.REQUEST),
    (400, openai("array_above_max_length", "17", INVALID, "image"), V.REQUEST),
    (400, openai("invalid_value", "The model 'dall-e-2' does not exist.", USER, "model"), V.UNSOLD),
    (400, None, V.REQUEST),
    (404, openai("DeploymentNotFound", "The API deployment for this resource does not exist."), V.UNSOLD),
    (422, {"detail": [{"loc": ["body", "image"], "msg": "Expected UploadFile"}]}, V.REQUEST),
    (422, {"detail": [{"loc": ["body"]}, {"loc": "x"}, 3]}, V.REQUEST),
    (422, {"detail": [{"loc": ["body", "model"], "msg": "field required", "input": "insufficient_quota"}]}, V.REQUEST),
    (500, openai("invalid_request", "bad"), V.REQUEST),
    (500, openai(None, "bad", INVALID), V.REQUEST),
    # an explicit failure: nothing was made
    (500, openai("server_error", "The server had an error while processing your request"), V.DOWN),
    (500, openai("image_generation_failed", "…", "image_generation_server_error"), V.DOWN),
    (503, {"detail": "overloaded"}, V.DOWN),
    # nobody knows
    (408, openai("timeout"), V.DOUBT),
    (409, None, V.DOUBT),
    (500, None, V.DOUBT),
    (503, None, V.DOUBT),
    (502, None, V.DOUBT),
    (502, openai("server_error"), V.DOUBT),
    (504, openai("timeout"), V.DOUBT),
    (524, None, V.DOUBT),
    (500, openai("do_request_failed"), V.DOUBT),
    (500, openai("bad_response_status_code", "x", "upstream_error"), V.DOUBT),
    (200, openai(None, "x", "upstream_error"), V.DOUBT),
    # a 200 that says no
    (200, openai("server_error"), V.USELESS),
    (200, {"message": "something", "code": "fail"}, V.USELESS),
]


@pytest.mark.parametrize(("status", "body", "verdict"), SEEN)
def test_judge(status: int, body: object, verdict: Verdict) -> None:
    """The code decides, then the words, then the status."""
    assert judge(status, read_fault(body)) is verdict


@pytest.mark.parametrize("verdict", list(Verdict))
def test_refusal(verdict: Verdict) -> None:
    """A verdict becomes the exception of its kind, without a word of the provider's."""
    said = Fault("evil code", "evil", "evil", "@everyone evil, try again in 5s")

    raised = refusal(verdict, 400, said, {}, "req_1", 0.0)

    kind = {V.DOUBT: Doubtful, V.BUSY: Unsent, V.DOWN: Unsent, V.UNSOLD: Unsold}.get(verdict, Declined)
    assert type(raised) is kind
    assert raised.request_id == "req_1"
    assert "evil" not in f"{raised!r} {raised}"
    if isinstance(raised, Unsent):
        assert raised.after_s == 5.0
    if isinstance(raised, Declined | Unsent):
        assert raised.trouble.fields == {}


@pytest.mark.parametrize(
    ("status", "body", "blamed"),
    [
        (400, openai("unsupported_parameter", "Unsupported parameter.", INVALID, "stream"), True),
        (400, openai("unknown_parameter", "Unknown parameter: 'partial_images'.", INVALID, "partial_images"), True),
        (400, openai("unknown_parameter", "Unknown parameter: 'stream'."), True),
        (400, openai("unsupported_parameter", "Streaming is only supported with n=1.", USER, "input"), True),
        (400, {"error": "streaming is not supported"}, True),
        (400, {"error": "this server does not support streaming yet"}, True),
        (422, {"detail": [{"loc": ["body", "stream"], "msg": "Extra inputs are not permitted"}]}, True),
        (500, openai("invalid_request", "stream is currently not supported"), True),
        (400, openai("invalid_value", "Invalid size 'x'.", USER, "size"), False),
        (400, openai("invalid_value", "Your text 'a stream in a forest' is odd.", USER, "prompt"), False),
        (401, openai("invalid_api_key", "stream", INVALID, "stream"), False),
        (400, openai("moderation_blocked", "Unknown parameter: 'stream'."), False),
        (400, None, False),
    ],
)
def test_blames_stream(status: int, body: object, blamed: bool) -> None:
    """A refusal of the stream itself is told from one of anything else, such as a wish for a stream in a forest."""
    fault = read_fault(body)

    assert blames_stream(judge(status, fault), fault) is blamed


@pytest.mark.parametrize("verdict", [V.BUSY, V.DOWN])
def test_unsent_no_more(verdict: Verdict) -> None:
    """After a picture of a stream came, a refusal that could be tried again is final, for the call was billed."""
    raised = refusal(verdict, 200, None, {}, None, 0.0, billed=True)

    assert isinstance(raised, Declined)
    assert raised.billed


@pytest.mark.parametrize(
    ("verdict", "status", "billed"),
    [(V.USELESS, 200, True), (V.SAFETY, 200, True), (V.CLOSED, 200, False), (V.SAFETY, 400, False)],
)
def test_billed(verdict: Verdict, status: int, billed: bool) -> None:
    """After a 200 the work may have been counted, unless the account was closed to us."""
    raised = refusal(verdict, status, None, {}, None, 0.0)

    assert isinstance(raised, Declined)
    assert raised.billed is billed


@pytest.mark.parametrize(
    "body", [b"", b"<html>no</html>", b"[1, 2]", b'"text"', b"{", b"[" * 200_000, b'{"a":' * 100_000, b"\xff\xfe{}"]
)
def test_what_is_no_error(body: bytes) -> None:
    """A body without an error in JSON is no fault, however deep or broken it is."""
    assert read_fault(parse_json(body)) is None


def test_a_long_error_is_cut() -> None:
    """Of an error that holds a picture only the beginning is kept."""
    fault = read_fault(openai("x" * 100_000, "y" * 100_000))

    assert fault is not None
    assert (len(fault.code), len(fault.text)) == (TEXT_CAP, TEXT_CAP)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rate_limit_exceeded", "rate_limit_exceeded"),
        ("image[0]", "image[0]"),
        ("", ""),
        ("req\r\n@everyone <b>", "unreadable"),
        ("make it snow", "unreadable"),
        ("x" * 129, "unreadable"),
        ("prefix SK-KEY suffix", "withheld"),
        ("雪", "unreadable"),
    ],
)
def test_loggable(text: str, shown: str) -> None:
    """What is logged of a provider's code is short, plain and never the key."""
    assert loggable(text, "sk-key") == shown
