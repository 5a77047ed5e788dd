"""Everything that can go wrong at a provider, by name: what the stand-in does, and what it believes it billed.

A fault is asked for in three ways: a planned step `{"fault": "429"}`, the header `X-Sandbox-Fault: 429`, or a tag
`[fault:429]` in the prompt, so that anybody can play it; `[fault:429*2]` hits the first two calls with that prompt.

`after` is what a careful caller has afterwards:

| after | means |
|---|---|
| again | explicitly refused, nothing billed: the call may be made again |
| final | refused for good: the same call would be refused again |
| unknown | it cannot be known whether it was done and billed |
| useless | answered, and there is no picture in it |
| fine | there is a picture, whatever the manners |

This is meant for one result from a model that answers as asked: half an answer may hold a whole first picture of two,
and a link is of no use to whoever did not ask for links.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

After = Literal["again", "final", "unknown", "useless", "fine"]
HEADER = "X-Sandbox-Fault"


@dataclass(frozen=True, slots=True)
class Fault:
    """One row. `streams`: only a streamed answer can have it, any other is answered as usual; `does` is the step."""

    after: After
    billed: bool
    says: str
    does: Mapping[str, object] = field(default_factory=dict)
    streams: bool = False


def _limited(says: str, message: str = "Rate limit reached for gpt-image-2.", **headers: str) -> Fault:
    does = {
        "code": "rate_limit_exceeded",
        "message": message,
        "headers": {name.replace("_", "-"): value for name, value in headers.items()},
    }
    return Fault("again", False, says, does)


def _refused(says: str, **does: object) -> Fault:
    return Fault("final", False, says, does)


def _page(status: int) -> Fault:
    says = f"a gateway's HTML page with {status}, while the work behind it is done and billed"
    return Fault("unknown", True, says, {"status": status, "answer": "html", "worked": True})


def _lost(says: str, **does: object) -> Fault:
    return Fault("unknown", True, says, does)


def _useless(says: str, *, billed: bool = True, **does: object) -> Fault:
    return Fault("useless", billed, says, does)


def _fine(says: str, **does: object) -> Fault:
    return Fault("fine", True, says, does)


def _event(after: After, says: str, *, billed: bool = True, **does: object) -> Fault:
    return Fault(after, billed, says, does, streams=True)


_STAGE = {"moderation_stage": "output", "categories": ["violence"]}

FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        # The line, before the upload.
        "refused": Fault("again", False, "the next connection is closed when it is accepted", {"cut": "connect"}),
        "reset": Fault("unknown", False, "the line is cut before the upload is read", {"cut": "before_body"}),
        # Asked to wait.
        "429": _limited("429 with Retry-After in seconds", Retry_After="2"),
        "429_date": _limited("429 with Retry-After as a date, two seconds on", Retry_After="{date}"),
        "429_ms": _limited("429 with retry-after-ms", retry_after_ms="1500"),
        "429_text": _limited(
            "429 that says how long only in its text", "Rate limit reached on input-images. Please try again in 2s."
        ),
        "429_garbage": _limited("429 with a Retry-After that means nothing", Retry_After="soon"),
        "429_hour": _limited("429 with a Retry-After of an hour", Retry_After="3600"),
        # The account.
        "quota": _refused("429 insufficient_quota", code="insufficient_quota"),
        "credit": _refused("429 credit_balance_exhausted", code="credit_balance_exhausted"),
        "spend_limit": _refused("429 organization_spend_limit_exceeded", code="organization_spend_limit_exceeded"),
        "hard_limit": _refused("400 billing_hard_limit_reached", code="billing_hard_limit_reached"),
        "gateway_quota": _refused("403 of a New-API gateway whose user has no quota", code="insufficient_user_quota"),
        # The server says that it failed.
        "500": Fault("again", False, "500 with an error in JSON", {"code": "server_error"}),
        "503": Fault("again", False, "503 with an error in JSON", {"code": "overloaded"}),
        # The set-up.
        "401": _refused("401 invalid_api_key", code="invalid_api_key"),
        "403": _refused(
            "403, the organisation is not verified",
            status=403,
            message="Your organization must be verified to use the model `gpt-image-2`.",
        ),
        "404": _refused("404 model_not_found", code="model_not_found"),
        "413": _refused("413 with an HTML page", status=413, answer="html"),
        "422": _refused("422 with FastAPI's detail", status=422, body="detail"),
        "501": _refused("501 of a gateway without this route", code="api_not_implemented"),
        # The request.
        "moderation": _refused(
            "400 moderation_blocked on the way in",
            code="moderation_blocked",
            more={"moderation_details": {"moderation_stage": "input", "categories": ["sexual"]}},
        ),
        "moderation_output": _refused(
            "400 moderation_blocked on the way out",
            code="moderation_blocked",
            worked=True,
            more={"moderation_details": _STAGE},
        ),
        "sensitive_words": _refused("400 of a New-API gateway's word list", code="sensitive_words_detected"),
        "bad_image": _refused("400 invalid_image_file", code="invalid_image_file"),
        "bad_mask": _refused("400 invalid_mask_image_format", code="invalid_mask_image_format"),
        "bad_request": _refused("400 for any other reason", code="unknown_parameter", param="style"),
        # The upload is gone, and there is no answer.
        "timeout": _lost("no answer for an hour", worked=True, latency_s=3600, cut="after_body"),
        "cut_upload": Fault("unknown", False, "the line is cut in the middle of the upload", {"cut": "mid_upload"}),
        "cut": _lost("the line is cut after the work, before the answer", cut="after_body"),
        "cut_answer": _lost("the line is cut in the middle of the answer", cut="mid_answer"),
        "502": _page(502),
        "504": _page(504),
        "524": _page(524),
        "408": Fault("unknown", False, "408 with an error in JSON", {"status": 408, "message": "Request timeout."}),
        "409": Fault("unknown", False, "409 with an error in JSON", {"status": 409, "message": "Conflict."}),
        # An answer without a picture.
        "truncated_json": _useless("half of an answer, ended as if it were whole", answer="truncated_json"),
        "deep_json": _useless("JSON of 100,000 brackets", body="deep_json"),
        "bad_charset": _useless("bytes that are no text, in a charset that there is not", body="bad_charset"),
        "html": _useless("200 with an HTML page", body="page"),
        "empty_data": _useless("200 with data: []", billed=False, answer="empty_data"),
        "bad_base64": _useless("base64 with a star in it", answer="bad_base64"),
        "not_a_picture": _useless("base64 of a sentence", answer="not_a_picture"),
        "html_picture": _useless("base64 of an HTML page", spoil="html"),
        "half_picture": _useless("base64 of half a PNG", spoil="half"),
        "error_200": _useless("200 with an error", billed=False, answer="error_200"),
        "newlines_error": _useless("200, newlines, then an error", billed=False, body="newlines_error"),
        "bomb": _useless("a PNG that says it has 30000x30000 pixels", spoil="bomb"),
        "gif": _useless("a GIF", spoil="gif"),
        "svg": _useless("an SVG", spoil="svg"),
        # An answer with one.
        "zip_tail": _fine("a PNG with a ZIP archive behind it", spoil="zip_tail"),
        "fewer": _fine("one picture fewer than asked for", answer="fewer"),
        "more": _fine("one picture more than asked for", answer="more"),
        "newlines": _fine("newlines before the JSON", answer="newlines"),
        "data_uri": _fine("base64 with a data: prefix", answer="data_uri"),
        "no_usage": _fine("no usage", answer="no_usage"),
        "zero_usage": _fine("a usage of zeros", answer="zero_usage"),
        "wrong_size": _fine("half the size that was asked for", answer="wrong_size"),
        "mask_ignored": _fine("where a mask was sent, a picture painted anew all over", paint="everywhere"),
        "mask_strays": _fine("outside the mask a little brighter, and moved by a pixel", paint="astray"),
        "heavy": _fine("noise all over, so that the picture is as heavy as one can be", paint="noise"),
        # An answer without end.
        "huge_body": _lost("a body of 500 MB", body="huge"),
        "gzip_bomb": _lost("two megabytes that unpack to two gigabytes", body="gzip_bomb"),
        "content_length": _lost("a Content-Length of 50 GB, and then silence", body="content_length"),
        "big_header": _lost("a header of 1 MB", body="big_header"),
        "drip": _lost("a byte of the answer each second of the sandbox's clock", body="drip"),
        "slow_headers": _lost("a header line each second of the sandbox's clock", body="slow_headers"),
        # Links, and the way there.
        "url": _fine("the result as a link, asked for or not", answer="url"),
        "url_loopback": _useless("a link to the loopback", link="loopback"),
        "url_metadata": _useless("a link to a cloud's metadata", link="metadata"),
        "url_redirects": _useless("a link that leads through redirects to the loopback", link="redirects"),
        "url_file": _useless("a file: link", link="file"),
        "url_data": _useless("a data: link", link="data"),
        "307": Fault(
            "final", False, "the call is sent on to a private host", {"status": 307, "headers": {"Location": "{trap}"}}
        ),
        # Events.
        "sse_cut": _event("unknown", "cut after the partial pictures", events="cut"),
        "no_completed": _event("unknown", "a clean end without a result", answer="no_completed"),
        "error_event": _event("final", "an error event", billed=False, answer="error_200"),
        "moderation_event": _event("final", "an error event of the safety system", billed=False, events="moderation"),
        "garbage": _event("unknown", "lines that are no events, and no result", events="garbage"),
        "endless_line": _event("unknown", "a line of 500 MB without end", body="endless_line"),
        "endless_pings": _event("unknown", "a ping every ten seconds, and no result", body="endless_pings"),
        "completed_twice": _event("fine", "a second result that is no picture", events="twice"),
        "aliases": _event("fine", "events named image_generation.*", events="aliases"),
        "done": _event("fine", "pings between the events and [DONE] at the end", events="done"),
        "crlf": _event("fine", "lines that end in CR LF", events="crlf"),
        "unnamed": _event("fine", "events without an event: line", events="unnamed"),
        "completed_url": _event("fine", "a result as a link", answer="url"),
        # Words that must not be passed on.
        "key_echo": _refused("400 that repeats the caller's key", status=400, message="Your key {key} is odd."),
        "everyone": _refused("400 that shouts", status=400, message="@everyone <@1> [free](https://example.org)"),
        "long_error": _refused("400 with 4,000 characters", status=400, message="no " * 1333 + "!"),
    }
)
