"""The image API as a caller meets it: answers, streams, links, faults on request, and its books."""

import asyncio
import base64
import json
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import aiohttp
import pytest
from aiohttp import ClientSession
from PIL import Image

from bot.sandbox.clock import Clock
from bot.sandbox.engine.plan import ODDITIES
from bot.sandbox.engine.rules import MODELS
from bot.sandbox.engine.server import Engine
from bot.sandbox.engine.tokens import bill, usage
from bot.sandbox.listen import listening
from tests.sandbox.engine.caller import Caller, Said, mask, picture

PNG = ("image", picture(), "image/png")
GOOD = {"model": "gpt-image-2", "prompt": "a red door", "size": "1024x640"}
LIVES = (("dall-e-2", 3_600), ("flux-kontext-pro", 600), ("gpt-image-2-c", 86_400))


def _size(item: Mapping[str, str]) -> tuple[int, int]:
    return Image.open(BytesIO(base64.b64decode(item["b64_json"], validate=True))).size


def _events(body: bytes) -> list[tuple[str, Any]]:
    found = []
    for block in body.decode().removesuffix("\n\n").split("\n\n"):
        name, data = block.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


async def test_an_edit_is_answered_in_full(api: Caller) -> None:
    """Two results with echoes, a request id, and a usage that the books were billed by."""
    uploads = [("image[]", picture(), "image/png"), ("image[]", picture((64, 64)), "image/png")]
    said = await api.edit({**GOOD, "n": "2", "quality": "medium"}, [*uploads, ("mask", mask(), "image/png")])

    spent = usage(MODELS["gpt-image-2"], "medium", (1024, 640), "a red door", [(40, 30), (64, 64)], 2)
    echoes = {name: said.json[name] for name in ("size", "quality", "background", "output_format")}
    assert said.status == 200
    assert [_size(item) for item in said.json["data"]] == [(1024, 640)] * 2
    assert echoes == {"size": "1024x640", "quality": "medium", "background": "opaque", "output_format": "png"}
    assert said.json["usage"] == spent.as_json()
    (call,) = api.engine.books.calls
    assert said.headers["x-request-id"] == call.request_id
    assert (call.n, call.images, call.made, call.status, call.state) == (2, 2, 2, 200, "answered")
    assert call.billed_micro_usd == bill(MODELS["gpt-image-2"], spent, (1024, 640), 2)


async def test_quality_left_out_is_echoed_as_low(api: Caller) -> None:
    """What is not said is what the live API was seen to take."""
    said = await api.edit(GOOD, [PNG])

    assert said.json["quality"] == "low"


async def test_the_books_know_the_callers_ids(api: Caller) -> None:
    """Each call is listed with the ids that its caller gave it, also a refused one, which costs nothing."""
    await api.edit(GOOD, [PNG], headers={"X-Client-Request-Id": "edit-7-1", "Idempotency-Key": "k7"})
    await api.edit({**GOOD, "n": "0"}, [PNG], headers={"X-Client-Request-Id": "edit-8-1"})

    books = await api.get("/_books")
    assert [call["client_request_id"] for call in books["calls"]] == ["edit-7-1", "edit-8-1"]
    assert [call["status"] for call in books["calls"]] == [200, 400]
    assert (books["calls"][0]["idempotency_key"], books["calls"][1]["billed_micro_usd"]) == ("k7", 0)
    assert books["billed_micro_usd"] == books["calls"][0]["billed_micro_usd"] > 0


async def test_models_are_listed_for_the_right_key_only(api: Caller) -> None:
    """The list holds every model of the table; without the key it is a 401."""
    refused = await api.get("/v1/models")
    headers = {"Authorization": f"Bearer {api.engine.key}"}
    async with api.session.get(f"{api.url}/v1/models", headers=headers) as response:
        listed = await response.json()

    assert refused["error"]["type"] == "invalid_request_error"
    assert {model["id"] for model in listed["data"]} == MODELS.keys()


async def test_a_stream_ends_with_the_picture(api: Caller) -> None:
    """Partial pictures come first and really are pictures; the end has the whole one and a usage with their price."""
    said = await api.edit({**GOOD, "stream": "true", "partial_images": "2"}, [PNG])

    events = _events(said.body)
    names = [name for name, _ in events]
    assert names == ["image_edit.partial_image"] * 2 + ["image_edit.completed"]
    assert [data["type"] for _, data in events] == names
    assert [data.get("partial_image_index") for _, data in events] == [0, 1, None]
    assert _size(events[0][1])[0] == 256
    assert _size(events[2][1]) == (1024, 640)
    spent = usage(MODELS["gpt-image-2"], "low", (1024, 640), "a red door", [(40, 30)], 1, 2)
    assert events[2][1]["usage"] == spent.as_json()


async def test_partial_pictures_come_before_the_wait(api: Caller) -> None:
    """A held stream has sent its partial picture already; let go, it sends the end."""
    api.engine.plan({"hold": True})
    form = aiohttp.FormData({**GOOD, "stream": "true", "partial_images": "1"})
    form.add_field("image", BytesIO(PNG[1]), filename="a.png", content_type="image/png")
    headers = {"Authorization": f"Bearer {api.engine.key}"}
    async with api.session.post(f"{api.url}/v1/images/edits", data=form, headers=headers) as response:
        early = await response.content.readuntil(b"\n\n")
        api.engine.release()
        late = await response.content.read()

    assert early.startswith(b"event: image_edit.partial_image\n")
    assert late.startswith(b"event: image_edit.completed\n")


@pytest.mark.parametrize(("model", "life"), LIVES)
async def test_results_by_link_expire(api: Caller, model: str, life: int) -> None:
    """Models that answer with a link serve the picture there until its life on the sandbox's clock is over."""
    size = {} if model == "flux-kontext-pro" else {"size": "1024x1024"}
    said = await api.edit({"model": model, "prompt": "x", **size}, [("image", picture((32, 32)), "image/png")])
    link = said.json["data"][0]["url"]
    async with api.session.get(link) as response:
        found = Image.open(BytesIO(await response.read()))
    api.clock.advance(life)
    async with api.session.get(link) as response:
        late = response.status

    assert said.json.keys() == {"created", "data"}
    assert found.size == ((32, 32) if model == "flux-kontext-pro" else (1024, 1024))
    assert late == 404
    assert api.engine.books.calls[0].billed_micro_usd in (20_000, 30_000, 40_000)


async def test_dall_e_answers_in_base64_on_request(api: Caller) -> None:
    """`response_format=b64_json` is honoured where the model knows it."""
    fields = {"model": "dall-e-2", "prompt": "x", "size": "256x256", "response_format": "b64_json"}
    said = await api.edit(fields, [("image", picture((32, 32)), "image/png")])

    assert _size(said.json["data"][0]) == (256, 256)


async def test_a_planned_refusal_comes_once(api: Caller) -> None:
    """A 429 with Retry-After hits one call, in the usual words, and the next call passes."""
    planned = await api.post(
        "/_plan", [{"status": 429, "code": "rate_limit_exceeded", "headers": {"Retry-After": "2"}}]
    )
    refused = await api.edit(GOOD, [PNG])
    passed = await api.edit(GOOD, [PNG])

    assert planned.json == {"planned": 1}
    assert (refused.status, refused.headers["Retry-After"]) == (429, "2")
    assert refused.json["error"]["code"] == "rate_limit_exceeded"
    assert "Please try again in 12s" in refused.json["error"]["message"]
    assert passed.status == 200
    assert [call.billed_micro_usd > 0 for call in api.engine.books.calls] == [False, True]


@pytest.mark.parametrize(
    ("wish", "status", "kind"),
    [
        ({"code": "moderation_blocked"}, 400, "image_generation_user_error"),
        ({"code": "insufficient_quota"}, 429, "insufficient_quota"),
        ({"status": 500}, 500, "server_error"),
        ({"status": 403, "message": "Your organization must be verified"}, 403, "invalid_request_error"),
    ],
)
async def test_refusals_have_usual_words(api: Caller, wish: Mapping[str, object], status: int, kind: str) -> None:
    """A code alone brings its status, type and message; what a step says itself wins."""
    api.engine.plan(wish)
    said = await api.edit(GOOD, [PNG])

    assert (said.status, said.json["error"]["type"]) == (status, kind)
    assert said.json["error"]["message"].startswith(str(wish.get("message", "")))


async def test_a_gateways_page(api: Caller) -> None:
    """A status with `html` is a page, as a proxy in front of the API would send it."""
    api.engine.plan({"status": 502, "answer": "html"})
    said = await api.edit(GOOD, [PNG])

    assert (said.status, said.headers["Content-Type"], said.json) == (502, "text/html", None)


async def test_a_prompt_is_revised_as_planned(api: Caller) -> None:
    """A planned wording stands beside the pictures of one answer, and no other."""
    api.engine.plan({"revised": "Thick, fresh snow"})
    said = [(await api.edit(GOOD, [PNG])).json["data"] for _ in range(2)]

    assert [[item.get("revised_prompt") for item in items] for items in said] == [["Thick, fresh snow"], [None]]


async def test_sixteen_minutes_pass_at_once(api: Caller) -> None:
    """A call with a latency waits on the sandbox's clock and is answered when that is moved on."""
    api.engine.plan({"latency_s": 960})
    waiting = asyncio.create_task(api.edit(GOOD, [PNG]))
    await api.get("/_books?waiting=1")
    early = waiting.done()
    api.clock.advance(961)
    said = await waiting

    assert not early
    assert said.status == 200


async def test_a_held_call_waits_for_its_release(api: Caller) -> None:
    """The books show a held call as received and unanswered until somebody lets it go."""
    api.engine.plan({"hold": True})
    waiting = asyncio.create_task(api.edit(GOOD, [PNG]))
    books = await api.get("/_books?waiting=1")
    released = await api.post("/_release")
    said = await waiting
    after = await api.get("/_books?answered=1")

    assert (books["calls"][0]["state"], books["calls"][0]["billed_micro_usd"]) == ("waiting", 0)
    assert released.json == {"released": 1}
    assert said.status == 200
    assert after["calls"][0]["state"] == "answered"


@pytest.mark.parametrize(("cut", "billed"), [("before_body", False), ("after_body", True), ("mid_answer", True)])
@pytest.mark.parametrize("stream", ["false", "true"])
async def test_a_cut_after_the_work_is_billed(api: Caller, cut: str, billed: bool, stream: str) -> None:
    """Whoever is cut off gets no answer, and pays if the work was done."""
    api.engine.plan({"cut": cut})
    with pytest.raises((aiohttp.ClientError, ConnectionError)):
        await api.edit({**GOOD, "stream": stream}, [PNG])

    books = await api.get("/_books?received=1&answered=1")
    assert books["calls"][0]["state"] == "cut"
    assert (books["billed_micro_usd"] > 0) is billed


async def test_a_caller_who_leaves_pays(api: Caller) -> None:
    """A call whose caller has gone away is finished and billed all the same."""
    api.engine.plan({"hold": True})
    waiting = asyncio.create_task(api.edit(GOOD, [PNG]))
    await api.get("/_books?waiting=1")
    waiting.cancel()
    await api.post("/_release")
    books = await api.get("/_books?answered=1")

    assert books["billed_micro_usd"] > 0


def _odd(said: Said) -> object:
    items = said.json["data"] if said.json and "data" in said.json else []
    return [*map(_size, items)]


async def _answered(api: Caller, oddity: str, fields: Mapping[str, str]) -> Said:
    form = aiohttp.FormData(dict(fields))
    form.add_field("image", BytesIO(PNG[1]), filename="a.png", content_type="image/png")
    headers = {"Authorization": f"Bearer {api.engine.key}"}
    api.engine.plan({"answer": oddity})
    async with api.session.post(f"{api.url}/v1/images/edits", data=form, headers=headers) as response:
        body = await response.read()
        try:
            told = json.loads(body)
        except ValueError:
            told = None
        return Said(response.status, response.headers, body, told)


@pytest.mark.parametrize(
    ("oddity", "sizes"),
    [
        ("empty_data", []),
        ("error_200", []),
        ("fewer", [(1024, 640)]),
        ("more", [(1024, 640)] * 3),
        ("newlines", [(1024, 640)] * 2),
        ("no_usage", [(1024, 640)] * 2),
        ("wrong_size", [(512, 320)] * 2),
        ("zero_usage", [(1024, 640)] * 2),
    ],
)
async def test_odd_answers_that_are_json(api: Caller, oddity: str, sizes: Sequence[tuple[int, int]]) -> None:
    """Fewer, more, none, other sizes, no usage: always 200, as gateways do it."""
    said = await _answered(api, oddity, {**GOOD, "n": "2"})

    assert (said.status, _odd(said)) == (200, sizes)
    assert ("usage" in said.json) == (oddity not in ("no_usage", "error_200"))
    assert ("error" in said.json) == (oddity == "error_200")
    assert (api.engine.books.calls[0].billed_micro_usd > 0) == (oddity not in ("empty_data", "error_200"))


async def test_odd_answers_that_are_no_pictures(api: Caller) -> None:
    """Pages, torn JSON, broken base64, prefixes, text instead of a picture and unasked links."""
    page = await _answered(api, "html", GOOD)
    torn = await _answered(api, "truncated_json", GOOD)
    broken = await _answered(api, "bad_base64", GOOD)
    prefixed = await _answered(api, "data_uri", GOOD)
    text = await _answered(api, "not_a_picture", GOOD)
    link = await _answered(api, "url", GOOD)

    assert page.body.startswith(b"<!DOCTYPE html>")
    assert (torn.status, torn.json) == (200, None)
    assert "*" in broken.json["data"][0]["b64_json"]
    assert prefixed.json["data"][0]["b64_json"].startswith("data:image/png;base64,")
    assert base64.b64decode(text.json["data"][0]["b64_json"]).startswith(b"this is no picture")
    assert link.json["data"][0]["url"].startswith(f"{api.url}/files/")


@pytest.mark.parametrize("oddity", ODDITIES)
async def test_every_oddity_exists_for_streams_too(api: Caller, oddity: str) -> None:
    """A stream with any oddity is still answered; error and missing end are what they say."""
    said = await _answered(api, oddity, {**GOOD, "stream": "true", "partial_images": "1"})

    assert said.status == 200
    assert said.body.startswith(b"event: image_edit.partial_image\n")
    assert (b"event: error\n" in said.body) == (oddity in ("empty_data", "error_200"))
    assert (b"completed" in said.body) == (oddity not in ("empty_data", "error_200", "no_completed"))


@pytest.mark.parametrize(
    "wish", [{"statuz": 1}, {"status": "429"}, {"cut": "somewhere"}, {"answer": "odd"}, {"status": True}, 7]
)
async def test_a_senseless_step_is_refused(api: Caller, wish: object) -> None:
    """A step with an unknown part or value is refused with a sentence, and nothing is planned."""
    said = await api.post("/_plan", [wish])
    after = await api.edit(GOOD, [PNG])

    assert said.status == 400
    assert isinstance(said.json["error"], str)
    assert after.status == 200


async def test_a_plan_can_be_forgotten(api: Caller) -> None:
    """After DELETE the next call is a normal one."""
    api.engine.plan({"status": 500}, {"status": 500})
    async with api.session.delete(f"{api.url}/_plan") as response:
        assert await response.json() == {"planned": 0}

    assert (await api.edit(GOOD, [PNG])).status == 200


async def test_exchanges_are_recorded(api: Caller) -> None:
    """Each call once: an edit with its upload and its JSON, a cut with status 0; control calls are left out."""
    api.engine.plan({}, {"cut": "after_body"})
    said = await api.edit(GOOD, [PNG])
    with pytest.raises((aiohttp.ClientError, ConnectionError)):
        await api.edit(GOOD, [PNG])
    await api.get("/_books?answered=2")
    await api.get("/v1/models")

    whole, cut, models = api.recorder.records
    assert (models["path"], models["status"]) == ("/v1/models", 401)
    assert (whole["side"], whole["method"], whole["path"]) == ("engine", "POST", "/v1/images/edits")
    assert PNG[1] in base64.b64decode(str(whole["body_b64"]))
    assert str(whole["content_type"]).startswith("multipart/form-data; boundary=")
    assert (whole["status"], whole["response"]) == (200, said.json)
    assert (cut["status"], cut["response"]) == (0, None)
    assert PNG[1] in base64.b64decode(str(cut["body_b64"]))


async def test_stopping_lets_go_of_held_calls() -> None:
    """A server that stops does not wait for calls that are held."""
    engine = Engine(Clock())
    engine.plan({"hold": True})
    form = aiohttp.FormData(GOOD)
    form.add_field("image", BytesIO(PNG[1]), filename="a.png", content_type="image/png")
    headers = {"Authorization": f"Bearer {engine.key}"}
    async with ClientSession() as session:
        async with listening(engine.application()) as url:
            waiting = asyncio.create_task(session.post(f"{url}/images/edits", data=form, headers=headers))
            await engine.books.until(waiting=1)
        with pytest.raises((aiohttp.ClientError, ConnectionError)):
            await waiting

    assert engine.books.calls[0].state == "cut"
