"""Each kind of server as its callers know it: what it takes, what it ignores, and how it says no."""

import base64
import json
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from bot.sandbox.engine.shops import SHOPS
from tests.sandbox.engine.caller import Caller, Upload, mask, picture

PNG = ("image", picture(), "image/png")
LISTED = ("image[]", picture(), "image/png")
JPEG = ("image[]", picture(kind="JPEG"), "image/jpeg")
MASK = ("mask", mask(), "image/png")
ASKED = {"model": "gpt-image-2", "prompt": "a red door", "size": "1024x1024"}
LOCAL = {"prompt": "a red door", "size": "256x256"}
GREY = ("sdcpp", "vllm_omni", "sglang")


def _fields(shop: str) -> dict[str, str]:
    if shop == "azure":
        return {name: value for name, value in ASKED.items() if name != "model"}
    return dict(LOCAL if shop in GREY else ASKED)


async def _picture(api: Caller, item: Mapping[str, str]) -> Image.Image:
    if "b64_json" in item:
        return Image.open(BytesIO(_unpacked(item["b64_json"])))
    async with api.session.get(item["url"] if "://" in item["url"] else api.url + item["url"]) as response:
        return Image.open(BytesIO(await response.read()))


def _unpacked(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


@pytest.mark.parametrize("shop", SHOPS)
async def test_every_shop_edits_a_picture(api: Caller, shop: str) -> None:
    """With its own address, key and field names, each answers with a picture and enters the call into the books."""
    said = await api.edit(_fields(shop), [LISTED], shop=shop, headers={"X-Client-Request-Id": "a-1"})
    size = 256 if shop in GREY else 1024
    seen = await _picture(api, said.json["data"][0])

    assert (said.status, seen.size) == (200, (size, size))
    (call,) = api.engine.books.calls
    assert (call.dialect, call.client_request_id, call.after, call.billed) == (shop, "a-1", "fine", True)
    assert dict(call.fields) == _fields(shop)
    assert [(part.name, part.content_type, part.bytes) for part in call.files] == [
        ("image[]", "image/png", len(LISTED[1]))
    ]
    assert call.files[0].filename == "picture-0.png"
    assert call.request_id in said.headers.values()


@pytest.mark.parametrize("shop", SHOPS)
async def test_every_shop_lists_its_models(api: Caller, shop: str) -> None:
    """`GET models` beside the edits names what `Engine.models` says; where there is a key, only for that key."""
    row = SHOPS[shop]
    url = f"{api.url}{row.home}{row.listing[0]}?api-version=preview"
    async with api.session.get(url) as response:
        keyless = response.status
    headers = {"Authorization": f"Bearer {api.engine.key}", "api-key": api.engine.key}
    async with api.session.get(url, headers=headers) as response:
        listed = await response.json()

    assert tuple(model["id"] for model in listed["data"]) == api.engine.models(shop)
    assert keyless == (200 if shop in GREY else 401)


REFUSED: Mapping[str, tuple[str, Mapping[str, str], Sequence[Upload], int, str]] = {
    "azure takes no key as bearer": ("azure", {"headers": "none"}, [LISTED], 401, "Access denied"),
    "azure knows no model beside a deployment": ("azure", {"model": "gpt-image-2"}, [LISTED], 400, "'model'"),
    "azure knows no image": ("azure", {}, [PNG], 400, "'image'"),
    "azure v1 wants a model": ("azure_v1", {"model": ""}, [LISTED], 400, "'model'"),
    "azure reads no webp": ("azure", {}, [("image[]", picture(kind="WEBP"), "image/webp")], 400, "mimetype"),
    "azure writes no webp": ("azure", {"output_format": "webp"}, [LISTED], 400, "'png' and 'jpeg'"),
    "anyfast sells masks to some": ("anyfast", {}, [PNG, MASK], 400, "'mask' requires the Direct group"),
    "anyfast sells several to some": ("anyfast", {"n": "2"}, [PNG], 400, "'n' requires the Direct group"),
    "anyfast sells free sizes to some": ("anyfast", {"size": "1024x640"}, [PNG], 400, "'size' requires"),
    "anyfast reads no webp": ("anyfast", {}, [("image", picture(kind="WEBP"), "image/webp")], 400, "mimetype"),
    "anyfast knows no quality": ("anyfast_direct", {"quality": "low"}, [PNG], 400, "'quality'"),
    "anyfast writes no webp": ("anyfast_direct", {"output_format": "webp"}, [PNG], 400, "'png' and 'jpeg'"),
    "anyfast wants one format": ("anyfast_direct", {}, [("image", JPEG[1], JPEG[2]), MASK], 400, "mask format"),
    "anyfast gives base64 of one only": (
        "anyfast",
        {"model": "gpt-image-2-c", "response_format": "b64_json"},
        [PNG],
        400,
        "'b64_json'",
    ),
    "anyfast's other model has the format": ("anyfast", {"response_format": "url"}, [PNG], 400, "'response_format'"),
    "litellm wants one name": ("litellm", {}, [PNG, LISTED], 422, "Field required"),
    "sd-server wants a prompt": ("sdcpp", {"prompt": ""}, [LISTED], 400, "prompt required"),
    "sd-server wants a picture": ("sdcpp", {}, [], 400, "at least one image[] required"),
    "sd-server writes two formats": ("sdcpp", {"output_format": "webp"}, [LISTED], 400, "invalid output_format"),
    "vllm serves one model": ("vllm_omni", {"model": "gpt-image-2"}, [LISTED], 400, "does not exist"),
    "vllm gives base64": ("vllm_omni", {"response_format": "url"}, [LISTED], 400, "response_format"),
    "vllm wants a picture": ("vllm_omni", {}, [], 422, "'image' or 'url' is required"),
    "sglang wants a prompt": ("sglang", {"prompt": ""}, [LISTED], 422, "Field required"),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_each_shop_refuses_what_it_does_not_sell(api: Caller, case: str) -> None:
    """The status, and the reason somewhere in the body; nothing is billed and the books call it final."""
    shop, changed, uploads, status, reason = REFUSED[case]
    fields = {name: value for name, value in {**_fields(shop), **changed}.items() if value}
    key = "sk-no" if fields.pop("headers", "") else None
    said = await api.edit(fields, uploads, shop=shop, key=key)

    assert said.status == status
    assert reason in said.body.decode()
    (call,) = api.engine.books.calls
    assert (call.billed, call.after) == (False, "final")


async def test_azure_wants_a_version_and_a_deployment(api: Caller) -> None:
    """Without `api-version`, and for a deployment that is not there, it is a 404."""
    headers = {"api-key": api.engine.key}
    seen = []
    for path in ("gpt-image-2/images/edits", "mine/images/edits?api-version=2025-04-01-preview"):
        async with api.session.post(
            f"{api.url}/azure/openai/deployments/{path}", data=b"", headers=headers
        ) as response:
            seen.append((response.status, (await response.json())["error"]["code"]))

    assert seen == [(404, "404"), (404, "DeploymentNotFound")]


async def test_the_direct_group_unlocks(api: Caller) -> None:
    """A mask, several results and free sizes, for both models; the second still answers in links only."""
    fields = {**ASKED, "n": "2", "size": "1024x640"}
    own = await api.edit(fields, [PNG, MASK], shop="anyfast_direct")
    other = await api.edit({**fields, "model": "gpt-image-2-c"}, [PNG, MASK], shop="anyfast_direct")

    assert [item.keys() for item in own.json["data"]] == [{"b64_json", "revised_prompt"}] * 2
    assert [item.keys() for item in other.json["data"]] == [{"url", "revised_prompt"}] * 2
    assert (await _picture(api, other.json["data"][1])).size == (1024, 640)
    assert "usage" not in other.json


async def test_a_gateway_looks_at_names_only(api: Caller) -> None:
    """New-API drops `image[]` beside `image`, and goes by the extension whatever the part says of its type."""
    both = await api.edit(ASKED, [PNG, LISTED, LISTED], shop="newapi")
    wrong = await api.edit(ASKED, [("image[0]", picture(), "image/gif"), LISTED], shop="newapi")

    assert (both.status, wrong.status) == (200, 200)
    assert [(call.images, len(call.files)) for call in api.engine.books.calls] == [(1, 3), (1, 2)]


ENVELOPES: Mapping[str, Any] = {
    "openai": lambda body: body["error"]["code"] == "unknown_parameter",
    "azure": lambda body: body["error"]["code"] == "unknown_parameter",
    "anyfast": lambda body: body["error"]["message"].startswith("Unknown parameter: 'style'. (request id: req_"),
    "newapi": lambda body: body["error"]["message"].startswith("Unknown parameter: 'style'. (request id: req_"),
    "litellm": lambda body: (
        body["error"]["code"] == "400"
        and json.loads(body["error"]["message"].partition(" - ")[2])["error"]["code"] == "unknown_parameter"
    ),
    "sdcpp": lambda body: body == {"error": "Unknown parameter: 'style'."},
    "vllm_omni": lambda body: body == {"detail": "Unknown parameter: 'style'."},
    "sglang": lambda body: body == {"detail": "Unknown parameter: 'style'."},
}


@pytest.mark.parametrize("shop", ENVELOPES)
async def test_each_shop_has_its_own_envelope(api: Caller, shop: str) -> None:
    """The same refusal in the words of each kind of server."""
    api.engine.plan({"fault": "bad_request"})
    said = await api.edit(_fields(shop), [LISTED], shop=shop)

    assert said.status == 400
    assert ENVELOPES[shop](said.json)


async def test_azures_filter_has_a_code_of_its_own(api: Caller) -> None:
    """What is blocked there is `contentFilter`."""
    api.engine.plan({"fault": "moderation"})
    said = await api.edit(_fields("azure"), [LISTED], shop="azure")

    assert said.json["error"]["code"] == "contentFilter"


async def test_a_proxy_renames_headers_and_breaks_streams(api: Caller) -> None:
    """LiteLLM's Retry-After has a prefix, and a stream comes back as a 500 with its text inside; it was billed."""
    api.engine.plan({"fault": "429"}, {})
    limited = await api.edit(ASKED, [PNG], shop="litellm")
    broken = await api.edit({**ASKED, "stream": "true", "partial_images": "1"}, [PNG], shop="litellm")

    assert (limited.headers["llm_provider-retry-after"], "Retry-After" in limited.headers) == ("2", False)
    assert (broken.status, broken.json["error"]["code"]) == (500, "500")
    assert "event: image_edit.completed\ndata: " in broken.json["error"]["message"]
    assert api.engine.books.calls[1].billed


async def test_a_gateways_events(api: Caller) -> None:
    """New-API's events are named after generations, with pings between them and [DONE] at the end."""
    said = await api.edit({**ASKED, "stream": "true", "partial_images": "1"}, [PNG], shop="newapi")

    assert said.body.startswith(b": PING\n\nevent: image_generation.partial_image\n")
    assert b"event: image_generation.completed\n" in said.body
    assert said.body.endswith(b": PING\n\ndata: [DONE]\n\n")


async def test_a_servers_arguments_in_a_prompt_are_obeyed(api: Caller) -> None:
    """sd-server takes parameters out of a prompt: to be seen in the size, in the books and on the picture."""
    extra = '<sd_cpp_extra_args>{"width": 320, "height": 192, "batch_count": 2}</sd_cpp_extra_args>'
    said = await api.edit({"prompt": f"a door{extra}"}, [LISTED], shop="sdcpp")

    assert [(await _picture(api, item)).size for item in said.json["data"]] == [(320, 192)] * 2
    assert api.engine.books.calls[0].injected.startswith('{"width": 320')


async def test_a_white_mask_lets_change(api: Caller) -> None:
    """sd-server reads a mask as grey, white changes and transparency says nothing."""
    ground, half = picture((64, 64)), Image.new("LA", (64, 64), (0, 0))
    half.paste((255, 0), (0, 0, 64, 20))
    out = BytesIO()
    half.save(out, "PNG")
    said = await api.edit(
        {"prompt": "red"}, [("image[]", ground, "image/png"), ("mask", out.getvalue(), "image/png")], shop="sdcpp"
    )
    seen, before = await _picture(api, said.json["data"][0]), Image.open(BytesIO(ground))

    assert seen.getpixel((5, 5)) != before.getpixel((5, 5))
    assert seen.crop((0, 20, 64, 64)).tobytes() == before.crop((0, 20, 64, 64)).tobytes()


async def test_what_cannot_be_decoded_is_left_out_silently(api: Caller) -> None:
    """sd-server goes on with the other pictures, and without any if there is none."""
    broken = ("image[]", b"not a picture", "image/png")
    some = await api.edit({"prompt": "red"}, [broken, ("image[]", picture((48, 80)), "image/png")], shop="sdcpp")
    none = await api.edit({"prompt": "red"}, [broken], shop="sdcpp")

    assert (await _picture(api, some.json["data"][0])).size == (48, 80)
    assert (await _picture(api, none.json["data"][0])).size == (512, 512)


@pytest.mark.parametrize("shop", ["vllm_omni", "sglang"])
async def test_some_servers_ignore_masks(api: Caller, shop: str) -> None:
    """A mask, even a broken one, changes nothing: everything is repainted, and nobody says so."""
    ground = ("image", picture((64, 64)), "image/png")
    plain = await api.edit({"prompt": "red"}, [ground], shop=shop)
    masked = await api.edit({"prompt": "red"}, [ground, ("mask", b"no mask at all", "image/png")], shop=shop)

    first, second = [await _picture(api, said.json["data"][0]) for said in (plain, masked)]
    assert first.getpixel((60, 2)) == second.getpixel((60, 2)) != Image.open(BytesIO(ground[1])).getpixel((60, 2))


async def test_a_relative_link(api: Caller) -> None:
    """SGLang's link has no host; the picture is there below its own address and below the root. Its n is clamped."""
    said = await api.edit({**LOCAL, "response_format": "url", "n": "40"}, [LISTED], shop="sglang")
    link = said.json["data"][0]["url"]
    async with api.session.get(api.engine.address("sglang") + link) as response:
        below = response.status

    assert link.startswith("/v1/images/")
    assert (below, len(said.json["data"])) == (200, 10)
    assert (await _picture(api, said.json["data"][9])).size == (256, 256)
