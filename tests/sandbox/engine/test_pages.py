"""That everything the five published pages list can be sent here, is in the books, and shows in what comes back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest

from tests.sandbox.engine.caller import Caller, Upload, mask, picture

GROUND = picture((64, 64))
IMAGE, FIRST = ("image", GROUND, "image/png"), ("image[]", GROUND, "image/png")
SECOND = ("image[]", picture((32, 48), kind="JPEG"), "image/jpeg")
MASK = ("mask", mask((64, 64)), "image/png")


@dataclass(frozen=True, slots=True)
class Page:
    """A page: where it is served, its model, and for each field the values it names."""

    shop: str
    model: str
    values: Mapping[str, Sequence[str]]
    uploads: Sequence[Sequence[Upload]] = ((IMAGE,), (IMAGE, MASK), (FIRST, SECOND), (FIRST, SECOND, MASK))
    needs: Mapping[str, Mapping[str, str]] | None = None


_ANYFAST = {
    "output_format": ("png", "jpeg"),
    "output_compression": ("0", "100"),
    "n": ("1", "10"),
    "size": ("1024x1024", "1536x1024", "1024x640"),
}
_GPT_1 = {
    "n": ("1", "10"),
    "quality": ("low", "medium", "high", "auto"),
    "size": ("1024x1024", "1536x1024", "1024x1536", "auto"),
}
_DALL_E = {
    "n": ("1", "10"),
    "response_format": ("url", "b64_json"),
    "size": ("256x256", "512x512", "1024x1024"),
    "quality": ("standard",),
    "user": ("u-7",),
}
_JPEG = {"output_compression": {"output_format": "jpeg"}, "partial_images": {"stream": "true"}}

PAGES: Mapping[str, Page] = {
    "000 and 001, gpt-image-2 with the Direct group": Page("anyfast_direct", "gpt-image-2", _ANYFAST, needs=_JPEG),
    "000 and 001, gpt-image-2 without it": Page(
        "anyfast",
        "gpt-image-2",
        {**_ANYFAST, "n": ("1",), "size": ("1024x1024",)},
        ((IMAGE,), (FIRST, SECOND)),
        _JPEG,
    ),
    "002, gpt-image-1": Page("anyfast", "gpt-image-1", {**_GPT_1, "response_format": ("b64_json",)}),
    "002, dall-e-2": Page("anyfast", "dall-e-2", _DALL_E, ((IMAGE,), (IMAGE, MASK))),
    "002, flux-kontext-pro": Page("anyfast", "flux-kontext-pro", {"response_format": ("url", "b64_json")}, ((IMAGE,),)),
    "002, flux-kontext-max": Page("anyfast", "flux-kontext-max", {"n": ("1",)}, ((IMAGE,),)),
    "003, gpt-image-1": Page(
        "openai",
        "gpt-image-1",
        {
            **_GPT_1,
            "background": ("transparent", "opaque", "auto"),
            "input_fidelity": ("high", "low"),
            "output_format": ("png", "jpeg", "webp"),
            "output_compression": ("0", "100"),
            "partial_images": ("0", "1", "3"),
            "stream": ("true", "false"),
            "user": ("u-7",),
        },
        needs=_JPEG,
    ),
    "003, dall-e-2": Page("openai", "dall-e-2", _DALL_E, ((IMAGE,), (IMAGE, MASK))),
    "004, gpt-image-2": Page(
        "anyfast_direct",
        "gpt-image-2",
        {"n": ("1", "10"), "size": ("1024x1024", "1024x640")},
        ((IMAGE,), (IMAGE, MASK)),
    ),
    "004, gpt-image-2-c": Page(
        "anyfast_direct",
        "gpt-image-2-c",
        {"n": ("1", "10"), "size": ("1024x1024", "1024x640"), "response_format": ("url",)},
        ((IMAGE,), (IMAGE, MASK)),
    ),
    "004, gpt-image-2-c without the Direct group": Page(
        "anyfast", "gpt-image-2-c", {"n": ("1",), "size": ("1024x1024",), "response_format": ("url",)}, ((IMAGE,),)
    ),
}
CASES = [(page, name, value) for page, row in PAGES.items() for name, values in row.values.items() for value in values]


@pytest.mark.parametrize(("page", "name", "value"), CASES)
async def test_every_value_of_every_field_is_accepted_and_kept(api: Caller, page: str, name: str, value: str) -> None:
    """The call passes, the field stands in the books as it was sent, and the answer has what was asked for."""
    row = PAGES[page]
    fields = {"model": row.model, "prompt": "a red door", **(row.needs or {}).get(name, {}), name: value}
    said = await api.edit(fields, [IMAGE], shop=row.shop)

    assert said.status == 200
    (call,) = api.engine.books.calls
    assert (call.model, dict(call.fields)[name]) == (row.model, value)
    assert (call.made, call.billed) == (int(dict(call.fields).get("n", "1")), True)
    if name == "n":
        assert len(said.json["data"]) == int(value)
    if name == "response_format":
        assert said.json["data"][0].keys() >= {value}
    if said.json and name in said.json and value != "auto":
        assert said.json[name] == value
    if name == "partial_images":
        assert said.body.count(b"event: image_edit.partial_image\n") == int(value)


@pytest.mark.parametrize("page", PAGES)
async def test_every_way_to_send_files_is_accepted(api: Caller, page: str) -> None:
    """One file as `image`, several as `image[]`, each with and without a mask, as far as the page has them."""
    row = PAGES[page]
    for uploads in row.uploads:
        said = await api.edit({"model": row.model, "prompt": "a red door"}, uploads, shop=row.shop)
        assert said.status == 200

    assert [len(call.files) for call in api.engine.books.calls] == [len(uploads) for uploads in row.uploads]
