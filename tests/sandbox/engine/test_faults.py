"""Every fault as a caller meets it, for JSON and for streams, and what the stand-in believes it billed."""

import base64
import email.utils
import json
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from bot.sandbox.engine.faults import FAULTS, HEADER
from tests.sandbox.engine.caller import Caller, Said, entered, mask, picture

PNG = ("image", picture(), "image/png")
ASKED = {"model": "gpt-image-2", "prompt": "a red door", "size": "1024x640"}
STREAM = {**ASKED, "stream": "true", "partial_images": "1"}
SMALL = {"model": "dall-e-2", "prompt": "a door", "size": "256x256", "response_format": "b64_json", "n": "2"}
SQUARE = ("image", picture((32, 32)), "image/png")
CUT = ("refused", "reset", "cut_upload", "cut", "cut_answer", "big_header", "sse_cut", "timeout")
ENDLESS = ("huge_body", "gzip_bomb", "content_length", "drip", "slow_headers", "endless_line", "endless_pings")
WHOLE = sorted({*FAULTS} - {*CUT, *ENDLESS})


def _error(said: Said) -> Mapping[str, Any]:
    found: Mapping[str, Any] = said.json["error"]
    return found


def _results(said: Said) -> list[bytes]:
    return [base64.b64decode(item["b64_json"]) for item in said.json["data"]]


@pytest.mark.parametrize("fault", WHOLE)
@pytest.mark.parametrize("stream", [False, True])
async def test_the_books_say_what_the_table_says(api: Caller, fault: str, stream: bool) -> None:
    """A fault that ends in an answer is billed as its row says; one of streams only leaves other answers alone."""
    api.engine.plan({"fault": fault})
    said = await (api.edit(STREAM, [PNG]) if stream else api.edit(SMALL, [SQUARE]))

    assert said.status == (api.engine.books.calls[0].status or 200)
    if FAULTS[fault].streams and not stream:
        assert [len(api.engine.books.calls), len(_results(said))] == [1, 2]
        assert api.engine.books.calls[0].after == "fine"
    else:
        await entered(api, fault)


LIMITED: Mapping[str, Callable[[Said, float], bool]] = {
    "429": lambda said, _: said.headers["Retry-After"] == "2",
    "429_date": lambda said, now: (
        abs(email.utils.parsedate_to_datetime(said.headers["Retry-After"]).timestamp() - now) < 60
    ),
    "429_ms": lambda said, _: said.headers["retry-after-ms"] == "1500" and "Retry-After" not in said.headers,
    "429_text": lambda said, _: "try again in 2s" in _error(said)["message"] and "Retry-After" not in said.headers,
    "429_garbage": lambda said, _: said.headers["Retry-After"] == "soon",
    "429_hour": lambda said, _: said.headers["Retry-After"] == "3600",
}


@pytest.mark.parametrize("fault", LIMITED)
async def test_every_way_to_ask_for_patience(api: Caller, fault: str) -> None:
    """429 in seconds, as a date, in milliseconds, in the text, meaningless and far too long."""
    said = await api.edit({**ASKED, "prompt": f"a door [fault:{fault}]"}, [PNG])

    assert (said.status, _error(said)["code"]) == (429, "rate_limit_exceeded")
    assert LIMITED[fault](said, api.clock.now())


REFUSALS = {
    "quota": (429, "insufficient_quota"),
    "credit": (429, "credit_balance_exhausted"),
    "spend_limit": (429, "organization_spend_limit_exceeded"),
    "hard_limit": (400, "billing_hard_limit_reached"),
    "gateway_quota": (403, "insufficient_user_quota"),
    "500": (500, "server_error"),
    "503": (503, "overloaded"),
    "401": (401, "invalid_api_key"),
    "403": (403, None),
    "404": (404, "model_not_found"),
    "501": (501, "api_not_implemented"),
    "moderation": (400, "moderation_blocked"),
    "moderation_output": (400, "moderation_blocked"),
    "sensitive_words": (400, "sensitive_words_detected"),
    "bad_image": (400, "invalid_image_file"),
    "bad_mask": (400, "invalid_mask_image_format"),
    "bad_request": (400, "unknown_parameter"),
    "408": (408, None),
    "409": (409, None),
}


@pytest.mark.parametrize("fault", REFUSALS)
async def test_refusals_have_their_status_and_code(api: Caller, fault: str) -> None:
    """Asked for by a header, each fault is refused as its row says."""
    said = await api.edit(ASKED, [PNG], headers={HEADER: fault})

    assert (said.status, _error(said)["code"]) == REFUSALS[fault]


async def test_the_stage_of_moderation(api: Caller) -> None:
    """What was blocked on the way in was never painted, what was blocked on the way out was, and neither is billed."""
    api.engine.plan({"fault": "moderation"}, {"fault": "moderation_output"})
    stages = [_error(await api.edit(ASKED, [PNG]))["moderation_details"]["moderation_stage"] for _ in range(2)]

    assert stages == ["input", "output"]
    assert [(call.made, call.billed) for call in api.engine.books.calls] == [(0, False), (1, False)]


async def test_pages_and_details(api: Caller) -> None:
    """413, 502, 504, 524 and a 200 are pages; 422 is a list."""
    names = ("413", "502", "504", "524", "html", "422")
    api.engine.plan(*[{"fault": name} for name in names])
    said = [await api.edit(ASKED, [PNG]) for _ in names]

    assert [each.status for each in said] == [413, 502, 504, 524, 200, 422]
    assert all(each.body.startswith(b"<!DOCTYPE html>") for each in said[:5])
    assert said[5].json["detail"][0]["loc"] == ["body", "image"]


SEEN: Mapping[str, Callable[[bytes], bool]] = {
    "bomb": lambda found: found[16:24] == (30_000).to_bytes(4, "big") * 2 and len(found) < 200,
    "gif": lambda found: found.startswith(b"GIF8"),
    "svg": lambda found: b"<svg" in found,
    "html_picture": lambda found: found.startswith(b"<!DOCTYPE html>"),
    "half_picture": lambda found: found.startswith(b"\x89PNG") and b"IEND" not in found,
    "zip_tail": lambda found: found.startswith(b"\x89PNG") and b"PK\x03\x04" in found,
    "not_a_picture": lambda found: found.startswith(b"this is no picture"),
}


@pytest.mark.parametrize("fault", SEEN)
@pytest.mark.parametrize("stream", [False, True])
async def test_pictures_that_are_none(api: Caller, fault: str, stream: bool) -> None:
    """The result is replaced, in an answer as in the last event of a stream; the partial picture stays whole."""
    said = await api.edit(STREAM if stream else ASKED, [PNG], headers={HEADER: fault})
    found = said.body.rpartition(b'"b64_json":"')[2].partition(b'"')[0]

    assert SEEN[fault](base64.b64decode(found))


async def test_pictures_that_keep_to_no_mask(api: Caller) -> None:
    """A mask ignored, one strayed from, and noise: each in the size and the format that were asked for."""
    ground = picture((1024, 640))
    uploads = [("image", ground, "image/png"), ("mask", mask((1024, 640), (0, 0, 400, 300)), "image/png")]
    names = ("zero_usage", "mask_ignored", "mask_strays", "heavy")
    seen = [_results(await api.edit(ASKED, uploads, headers={HEADER: name}))[0] for name in names]

    opened = [Image.open(BytesIO(each)) for each in seen]
    assert [(each.format, each.size) for each in opened] == [("PNG", (1024, 640))] * 4
    true, ignored, strayed, _ = [each.crop((500, 320, 1000, 620)) for each in opened]
    assert len({each.tobytes() for each in (true, ignored, strayed)}) == 3
    assert true.tobytes() == Image.open(BytesIO(ground)).crop((500, 320, 1000, 620)).tobytes()
    assert len(seen[3]) > 4 * len(seen[0])


async def test_bodies_that_are_none(api: Caller) -> None:
    """Brackets, bytes in an unknown charset, newlines before an error, half a JSON."""
    names = ("deep_json", "bad_charset", "newlines_error", "truncated_json", "bad_base64", "empty_data", "error_200")
    api.engine.plan(*[{"fault": name} for name in names])
    deep, charset, newlines, half, star, empty, error = [await api.edit(ASKED, [PNG]) for _ in names]

    assert deep.body.count(b"[") == 100_000
    assert (b"\xff\xfe" in charset.body, "klingon" in charset.headers["Content-Type"]) == (True, True)
    assert newlines.body.startswith(b"\n\n\n{")
    assert newlines.json["error"]["code"] == "bad_response_status_code"
    assert (half.status, half.json) == (200, None)
    assert "*" in star.json["data"][0]["b64_json"]
    assert (empty.json["data"], error.json["error"]["code"]) == ([], "image_generation_failed")


async def test_links_that_must_not_be_followed(api: Caller) -> None:
    """Each leads where its name says; whoever follows to the loopback, also by redirects, stands in the books."""
    names = ("url_metadata", "url_file", "url_data", "url_loopback", "url_redirects")
    api.engine.plan(*[{"fault": name} for name in names])
    links = [(await api.edit(ASKED, [PNG])).json["data"][0]["url"] for _ in names]
    before = api.engine.books.trapped
    for link in links[3:]:
        async with api.session.get(link) as response:
            assert response.content_type == "image/png"

    assert [link.split(":")[0] for link in links] == ["http", "file", "data", "http", "http"]
    assert links[0].startswith("http://169.254.169.254/")
    assert (before, api.engine.books.trapped) == ((), ("GET /_trap/loopback", "GET /_trap/redirects"))


async def test_a_call_that_is_sent_on(api: Caller) -> None:
    """A 307 names a private place under another host; a caller that obeys is noted there."""
    said = await api.edit(ASKED, [PNG], headers={HEADER: "307"})
    await api.session.post(said.headers["Location"], data=b"secret")

    assert said.status == 307
    assert said.headers["Location"].startswith("http://localhost:")
    assert (await api.get("/_books"))["trapped"] == ["POST /_trap/post"]


async def _events(api: Caller, fault: str) -> bytes:
    return (await api.edit({**STREAM, "prompt": f"[fault:{fault}] a door"}, [PNG])).body


async def test_events_with_other_manners(api: Caller) -> None:
    """Other names, no names, other line ends, pings and [DONE], a second result, a link."""
    assert b"event: image_generation.completed\n" in await _events(api, "aliases")
    assert (await _events(api, "unnamed")).startswith(b'data: {"type":"image_edit.partial_image"')
    assert b"\r\n\r\nevent: image_edit.completed\r\ndata: " in await _events(api, "crlf")
    assert (await _events(api, "done")).endswith(b": PING\n\ndata: [DONE]\n\n")
    assert (await _events(api, "completed_twice")).count(b"event: image_edit.completed\n") == 2
    assert b'"image_edit.completed","url":"http://' in await _events(api, "completed_url")


async def test_events_without_a_result(api: Caller) -> None:
    """A clean end, an error, a blocked one and rubbish: a partial picture, and no completed event."""
    for fault, sign in (
        ("no_completed", b"partial_image"),
        ("error_event", b'"code":"image_generation_failed"'),
        ("moderation_event", b'"code":"moderation_blocked"'),
        ("garbage", b"{not json"),
    ):
        body = await _events(api, fault)
        assert sign in body
        assert body.startswith(b"event: image_edit.partial_image\n")
        assert b"completed" not in body


async def test_words_that_must_not_be_passed_on(api: Caller) -> None:
    """The caller's own key, a shout with a mention and a link, and 4,000 characters."""
    names = ("key_echo", "everyone", "long_error")
    api.engine.plan(*[{"fault": name} for name in names])
    key, shout, long = [_error(await api.edit(ASKED, [PNG]))["message"] for _ in names]

    assert api.engine.key in key
    assert shout.startswith("@everyone <@1> [free](")
    assert len(long) == 4_000


async def test_a_tag_may_count(api: Caller) -> None:
    """`[fault:503*2]` hits the first two calls with that prompt; another prompt counts for itself."""
    fields = {**ASKED, "prompt": "a door [fault:503*2] at dusk"}
    said = [(await api.edit(fields, [PNG])).status for _ in range(3)]
    other = await api.edit({**fields, "prompt": "a door [fault:503*2] at dawn"}, [PNG])

    assert (said, other.status) == ([503, 503, 200], 503)


async def test_a_plan_comes_before_a_header_and_a_header_before_a_tag(api: Caller) -> None:
    """Of three wishes the plan's is done."""
    fields, headers = {**ASKED, "prompt": "a door [fault:401]"}, {HEADER: "404"}
    api.engine.plan({})
    said = [(await api.edit(fields, [PNG], headers=headers)).status for _ in range(2)]

    assert [*said, (await api.edit(fields, [PNG])).status] == [200, 404, 401]


async def test_an_unknown_fault_is_said(api: Caller) -> None:
    """A name that is not in the table is a 400 that says where the table is; the list is there."""
    said = await api.edit({**ASKED, "prompt": "[fault:gravity]"}, [PNG])
    listed = await api.get("/_faults")

    assert (said.status, "GET /_faults" in _error(said)["message"]) == (400, True)
    assert listed.keys() == FAULTS.keys()
    assert json.dumps(listed["quota"]).count("insufficient_quota") == 1
