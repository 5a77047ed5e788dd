"""What the image API refuses, in which words and in which order, over real HTTP."""

import base64
from collections.abc import Mapping, Sequence

import pytest

from bot.sandbox.engine.rules import MODELS
from tests.sandbox.engine.caller import Caller, Upload, mask, picture, served

REQUEST, USER = "invalid_request_error", "image_generation_user_error"
PNG = ("image", picture(), "image/png")
GOOD = {"model": "gpt-image-2", "prompt": "a red door"}
INTEGER = "expected an integer, but got a string value that could not be converted into an integer."


def _form(**changes: str) -> Mapping[str, str]:
    return {name: value for name, value in {**GOOD, **changes}.items() if value != "-"}


def _size(size: str, complaint: str) -> tuple[Mapping[str, str], Sequence[Upload], tuple[str | None, ...]]:
    return _form(size=size), [PNG], (USER, "size", "invalid_value", f"Invalid size '{size}'. {complaint}")


REFUSED: Mapping[str, tuple[Mapping[str, str], Sequence[Upload], tuple[str | None, ...]]] = {
    "no model": (
        _form(model="-"),
        [PNG],
        (REQUEST, "model", "missing_required_parameter", "Missing required parameter: 'model'."),
    ),
    "no prompt": (
        _form(prompt="-"),
        [PNG],
        (REQUEST, "prompt", "missing_required_parameter", "Missing required parameter: 'prompt'."),
    ),
    "no image": (
        _form(),
        [],
        (REQUEST, "image", "missing_required_parameter", "Missing required parameter: 'image'."),
    ),
    "unknown model": (
        _form(model="dall-e-9"),
        [PNG],
        (USER, "model", "invalid_value", "The model 'dall-e-9' does not exist."),
    ),
    "unknown field": (
        _form(style="vivid"),
        [PNG],
        (REQUEST, "style", "unknown_parameter", "Unknown parameter: 'style'."),
    ),
    "response_format": (
        _form(response_format="b64_json"),
        [PNG],
        (REQUEST, "response_format", "unknown_parameter", "Unknown parameter: 'response_format'."),
    ),
    "indexed image": (
        _form(),
        [("image.0", picture(), "image/png")],
        (REQUEST, "image.0", "unknown_parameter", "Unknown parameter: 'image.0'."),
    ),
    "part named images": (
        _form(),
        [("images", picture(), "image/png")],
        (
            REQUEST,
            "images",
            "invalid_value",
            "Unknown parameter: 'images'. For multipart/form-data use 'image' or 'image[]'.",
        ),
    ),
    "two parts image": (
        _form(),
        [PNG, PNG],
        (
            REQUEST,
            "image",
            "duplicate_parameter",
            "Duplicate parameter: 'image'. You provided multiple values for this parameter, whereas only one is "
            "allowed. If you are trying to provide a list of values, use the array syntax instead "
            "e.g. 'image[]=<value>'.",
        ),
    ),
    "empty prompt": (
        _form(prompt=""),
        [PNG],
        (
            REQUEST,
            "prompt",
            "empty_string",
            "Invalid 'prompt': empty string. Expected a string with minimum length 1, but got an empty string instead.",
        ),
    ),
    "long prompt": (
        _form(prompt="🎈" * 16_001),
        [PNG],
        (
            REQUEST,
            "prompt",
            "string_above_max_length",
            "Invalid 'prompt': string too long. Expected a string with maximum length 32000, "
            "but got a string with length 32002 instead.",
        ),
    ),
    "n below": (
        _form(n="0"),
        [PNG],
        (
            REQUEST,
            "n",
            "integer_below_min_value",
            "Invalid 'n': integer below minimum value. Expected a value >= 1, but got 0 instead.",
        ),
    ),
    "n above": (
        _form(n="11"),
        [PNG],
        (
            REQUEST,
            "n",
            "integer_above_max_value",
            "Invalid 'n': integer above maximum value. Expected a value <= 10, but got 11 instead.",
        ),
    ),
    "n no number": (
        _form(n="abc"),
        [PNG],
        (REQUEST, "n", "invalid_type", f"Invalid type for 'n': {INTEGER}"),
    ),
    "quality": (
        _form(quality="ultra"),
        [PNG],
        (
            REQUEST,
            "quality",
            "invalid_value",
            "Invalid value: 'ultra'. Supported values are: 'low', 'medium', 'high', and 'auto'.",
        ),
    ),
    "empty quality": (
        _form(quality=""),
        [PNG],
        (
            REQUEST,
            "quality",
            "invalid_value",
            "Invalid value: ''. Supported values are: 'low', 'medium', 'high', and 'auto'.",
        ),
    ),
    "format": (
        _form(output_format="gif"),
        [PNG],
        (
            REQUEST,
            "output_format",
            "invalid_value",
            "Invalid value: 'gif'. Supported values are: 'png', 'webp', and 'jpeg'.",
        ),
    ),
    "background": (
        _form(background="blue"),
        [PNG],
        (
            REQUEST,
            "background",
            "invalid_value",
            "Invalid value: 'blue'. Supported values are: 'transparent', 'opaque', and 'auto'.",
        ),
    ),
    "transparent": (
        _form(background="transparent"),
        [PNG],
        (USER, "background", "invalid_value", "Transparent background is not supported for this model."),
    ),
    "compression above": (
        _form(output_compression="101", output_format="jpeg"),
        [PNG],
        (
            REQUEST,
            "output_compression",
            "integer_above_max_value",
            "Invalid 'output_compression': integer above maximum value. Expected a value <= 100, but got 101 instead.",
        ),
    ),
    "partials above": (
        _form(partial_images="4", stream="true"),
        [PNG],
        (
            REQUEST,
            "partial_images",
            "integer_above_max_value",
            "Invalid 'partial_images': integer above maximum value. Expected a value <= 3, but got 4 instead.",
        ),
    ),
    "compressed png": (
        _form(output_compression="50"),
        [PNG],
        (
            USER,
            None,
            "invalid_png_output_compression",
            "Compression less than 100 is not supported for PNG output format",
        ),
    ),
    "size bogus": _size("bogus", "Expected WIDTHxHEIGHT, for example '1824x1024'."),
    "size zero": _size("0x0", "Expected WIDTHxHEIGHT, for example '1824x1024'."),
    "size step": _size("1792x936", "Width and height must both be divisible by 16."),
    "size edge": _size("3856x2160", "The longest edge must be less than or equal to 3840."),
    "size small": _size("512x512", "Requested resolution is below the current minimum pixel budget."),
    "size large": _size("3840x3840", "Requested resolution exceeds the current pixel budget."),
    "size narrow": _size("3072x512", "The aspect ratio must not be greater than 3:1."),
    "size of a list": (
        _form(model="gpt-image-1.5", size="512x512"),
        [PNG],
        (
            REQUEST,
            "size",
            "invalid_value",
            "Invalid value: '512x512'. Supported values are: '1024x1024', '1536x1024', '1024x1536', and 'auto'.",
        ),
    ),
    "two values": (
        _form(model="gpt-image-1.5", input_fidelity="medium"),
        [PNG],
        (
            REQUEST,
            "input_fidelity",
            "invalid_value",
            "Invalid value: 'medium'. Supported values are: 'low' and 'high'.",
        ),
    ),
    "fidelity": (
        _form(input_fidelity="high"),
        [PNG],
        (
            USER,
            None,
            "invalid_input_fidelity_model",
            "The model 'gpt-image-2' does not support the 'input_fidelity' parameter.",
        ),
    ),
    "stream of two": (
        _form(stream="true", n="2"),
        [PNG],
        (USER, "input", "unsupported_parameter", "Streaming is only supported with n=1."),
    ),
    "part type": (
        _form(),
        [("image", picture(), "application/octet-stream")],
        (
            REQUEST,
            "image",
            "unsupported_file_mimetype",
            "Invalid file 'image': unsupported mimetype ('application/octet-stream'). "
            "Supported file formats are 'image/jpeg', 'image/png', and 'image/webp'.",
        ),
    ),
    "part type in an array": (
        _form(),
        [("image[]", picture(), "image/png"), ("image[]", picture(), "image/gif")],
        (
            REQUEST,
            "image[1]",
            "unsupported_file_mimetype",
            "Invalid file 'image[1]': unsupported mimetype ('image/gif'). "
            "Supported file formats are 'image/jpeg', 'image/png', and 'image/webp'.",
        ),
    ),
    "image as text": (
        _form(image="https://example.org/a.png"),
        [],
        (
            REQUEST,
            "image",
            "invalid_type",
            "Invalid type for 'image': expected a file, but got a string instead.",
        ),
    ),
    "seventeen": (
        _form(),
        [("image[]", picture((4, 4)), "image/png")] * 17,
        (
            REQUEST,
            "image",
            "array_above_max_length",
            "Invalid 'image': array too long. Expected an array with maximum length 16, "
            "but got an array with length 17 instead.",
        ),
    ),
    "no picture": (
        _form(),
        [("image", b"not a picture", "image/png")],
        (
            USER,
            None,
            "invalid_image_file",
            "Invalid image file or mode for image 1, please check your image file.",
        ),
    ),
    "half a picture": (
        _form(),
        [("image[]", picture(), "image/png"), ("image[]", picture((80, 60))[:-40], "image/png")],
        (
            USER,
            None,
            "invalid_image_file",
            "Invalid image file or mode for image 2, please check your image file.",
        ),
    ),
    "cmyk": (
        _form(),
        [("image", picture(mode="CMYK", kind="JPEG"), "image/jpeg")],
        (
            USER,
            None,
            "invalid_image_file",
            "Invalid image file or mode for image 1, please check your image file.",
        ),
    ),
    "gif in disguise": (
        _form(),
        [("image", picture(kind="GIF"), "image/png")],
        (
            USER,
            None,
            "invalid_image_file",
            "Invalid image file or mode for image 1, please check your image file.",
        ),
    ),
    "mask without alpha": (
        _form(),
        [PNG, ("mask", picture(), "image/png")],
        (
            USER,
            None,
            "invalid_mask_image_format",
            "Invalid mask image format - mask image missing alpha channel",
        ),
    ),
    "mask of another size": (
        _form(),
        [PNG, ("mask", mask((41, 30)), "image/png")],
        (
            USER,
            None,
            "invalid_mask_image_format",
            "Invalid mask image format - mask size does not match image size",
        ),
    ),
    "old model, array": (
        _form(model="dall-e-2"),
        [("image[]", picture(), "image/png")],
        (
            REQUEST,
            "image",
            "invalid_type",
            "Invalid type for 'image': expected a file, but got an array instead.",
        ),
    ),
    "old model, jpeg": (
        _form(model="dall-e-2"),
        [("image", picture(kind="JPEG"), "image/jpeg")],
        (
            REQUEST,
            "image",
            "unsupported_file_mimetype",
            "Invalid file 'image': unsupported mimetype ('image/jpeg'). Supported file formats are 'image/png'.",
        ),
    ),
    "kontext, mask": (
        _form(model="flux-kontext-pro"),
        [PNG, ("mask", mask(), "image/png")],
        (REQUEST, "mask", "unknown_parameter", "Unknown parameter: 'mask'."),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_a_bad_form_is_refused_in_the_measured_words(api: Caller, case: str) -> None:
    """Status 400, the envelope of four fields with the exact type, param, code and message, and a request id."""
    fields, uploads, (kind, param, code, message) = REFUSED[case]

    said = await api.edit(fields, uploads)

    assert said.json == {"error": {"message": message, "type": kind, "param": param, "code": code}}
    assert said.status == 400
    assert said.headers["x-request-id"].startswith("req_")
    assert api.engine.books.calls[0].billed_micro_usd == 0


WRONG = {
    "model": "none",
    "style": "x",
    "prompt": "",
    "n": "0",
    "quality": "x",
    "output_compression": "101",
    "size": "x",
}
MENDED = (
    ("model", "model", "gpt-image-2"),
    ("style", "style", None),
    ("prompt", "prompt", "a red door"),
    ("image", "image", None),
    ("n", "n", "1"),
    ("quality", "quality", "low"),
    ("output_compression", "output_compression", "100"),
    ("size", "size", "1024x1024"),
)


async def test_complaints_come_in_the_measured_order(api: Caller) -> None:
    """Everything is wrong at once and mended one by one: the key first, the bad mask, which hides no size, last."""
    fields, uploads = dict(WRONG), [("mask", picture(), "image/png")]
    unknown = await api.edit(fields, uploads, key="sk-wrong-0000000")
    seen = []
    for _, field, good in MENDED:
        said = await api.edit(fields, uploads)
        seen.append(said.json["error"]["param"])
        if field == "image":
            uploads.append(PNG)
        elif good is None:
            del fields[field]
        else:
            fields[field] = good
    last = await api.edit(fields, uploads)

    assert unknown.status == 401
    assert seen == [param for param, _, _ in MENDED]
    assert last.json["error"]["code"] == "invalid_mask_image_format"


async def test_a_wrong_key_is_refused_without_repeating_it(api: Caller) -> None:
    """401 with the code, and the key in the message is cut."""
    said = await api.edit(GOOD, [PNG], key="sk-someone-elses-secret")

    assert (said.status, said.json["error"]["code"]) == (401, "invalid_api_key")
    assert b"elses" not in said.body


async def test_a_model_that_is_not_served_does_not_exist() -> None:
    """An engine can be told which models it has."""
    async with served(models={"gpt-image-2": MODELS["gpt-image-2"]}) as api:
        said = await api.edit({"model": "dall-e-2", "prompt": "x"}, [PNG])

    assert said.json["error"]["message"] == "The model 'dall-e-2' does not exist."


async def test_whitespace_is_a_prompt(api: Caller) -> None:
    """A prompt of spaces passes, as it does on the real API, and is billed."""
    said = await api.edit({**GOOD, "prompt": "  ", "size": "1024x640"}, [PNG])

    assert said.status == 200
    assert api.engine.books.calls[0].billed_micro_usd > 0


async def test_json_bodies_name_their_pictures_images(api: Caller) -> None:
    """A JSON body with data URLs is edited; one with `image` is told to use `images`; none at all is missing."""
    link = "data:image/png;base64," + base64.b64encode(picture()).decode()
    headers = {"Authorization": f"Bearer {api.engine.key}"}
    said = []
    for more in ({"images": [{"image_url": link}], "n": 1, "size": "1024x640"}, {"image": link}, {}):
        async with api.session.post(f"{api.url}/images/edits", json={**GOOD, **more}, headers=headers) as response:
            said.append(await response.json())

    assert len(said[0]["data"]) == 1
    assert said[1]["error"]["message"] == (
        "Unknown parameter: 'image'. For application/json on /v1/images/edits, use 'images' (array)."
    )
    assert (said[2]["error"]["param"], said[2]["error"]["code"]) == ("images", "missing_required_parameter")


@pytest.mark.parametrize(("content", "kind"), [(b"x", "text/plain"), (b"--a\r\nx", "multipart/form-data; boundary=a")])
async def test_what_is_no_form_is_refused(api: Caller, content: bytes, kind: str) -> None:
    """Another content type or a torn form is a 400, not a crash."""
    headers = {"Authorization": f"Bearer {api.engine.key}", "Content-Type": kind}
    async with api.session.post(f"{api.url}/v1/images/edits", data=content, headers=headers) as response:
        said = await response.json()

    assert response.status == 400
    assert said["error"]["type"] == REQUEST


async def test_an_unknown_address_is_a_404_in_the_same_envelope(api: Caller) -> None:
    """A wrong path says so."""
    said = await api.post("/v1/images/edit", {})

    assert (said.status, said.json["error"]["message"]) == (404, "Invalid URL (POST /v1/images/edit)")
