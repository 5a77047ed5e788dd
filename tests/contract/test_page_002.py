"""Page 002, gpt-image-1 and its neighbours at a gateway: every field and value, from an option to the wire and back.

| field | values | how a member says it |
|---|---|---|
| image | a file or several; dall-e-2: one square PNG under 4 MB | one file; several files |
| prompt | at most 1000 characters for dall-e-2, 32000 for gpt-image-1 | prompt |
| mask | a PNG with alpha, as large as picture 1 | mask |
| model | dall-e-2, gpt-image-1, flux-kontext-pro, flux-kontext-max | model |
| n | 1 to 10. 1 is the default and is not sent | n |
| quality | high, medium, low, auto; gpt-image-1 only | quality |
| response_format | url, b64_json; dall-e-2 only, by its card | (the operator's card) |
| size | three for each family; auto becomes the one nearest to picture 1 | size |
"""

from collections.abc import Mapping

import pytest
import pytest_asyncio

from tests.contract import edits, pages
from tests.contract.edits import JPEG, LOCKED, MASK, OBLONG, PNG, SEVEN, SIX, TEN, WEBP, Edit
from tests.contract.playing import Ask, Evening, play
from tests.walk.sight import picture

FIELDS: pages.Fields = {
    "image": (),
    "prompt": (),
    "mask": (),
    "model": ("dall-e-2", "gpt-image-1", "flux-kontext-pro", "flux-kontext-max"),
    "n": ("1..10",),
    "quality": ("high", "medium", "low", "auto"),
    "response_format": ("url", "b64_json"),
    "size": ("1024x1024", "1536x1024", "1024x1536", "auto", "256x256", "512x512"),
}
NOT_SENT = {
    ("n", "1"): "one result is the default",
    ("size", "auto"): "the price hangs on the size, so it is always said",
}
# Beside the page's fields: the member's hash, which gpt-image-1 and dall-e-2 take.
BESIDE = {"user"}

PROVIDERS = """
[[providers]]
name = "gateway"
url = "{engine}/newapi"
key = "IMAGES_API_KEY"
dialect = "newapi"
models = ["gpt-image-1", "dall-e-2", "dall-e-2-by-link", "flux-kontext-pro", "flux-kontext-max"]

[models."dall-e-2-by-link"]
like = "dall-e-2"
wire_name = "dall-e-2"
response_format = "url"
"""

GPT, DALLE, LINK, PRO, MAX = "gpt-image-1", "dall-e-2", "dall-e-2-by-link", "flux-kontext-pro", "flux-kontext-max"
WIDE_JPEG = picture("wide.jpg", (96, 64))
AS_B64 = {"response_format": "b64_json"}
EDITS: Mapping[str, Edit] = {
    "nothing chosen": Edit(Ask(GPT), {"size": "1024x1024", "quality": "medium"}),
    "high": Edit(Ask(GPT, {"quality": "high", "size": "1536x1024"}), {"size": "1536x1024", "quality": "high"}),
    "medium": Edit(Ask(GPT, {"quality": "medium", "size": "1024x1536"}), {"size": "1024x1536", "quality": "medium"}),
    "low": Edit(Ask(GPT, {"quality": "low", "size": "1024x1024"}), {"size": "1024x1024", "quality": "low"}),
    "auto": Edit(Ask(GPT, {"quality": "auto", "size": "auto"}, (OBLONG,)), {"size": "1536x1024", "quality": "auto"}),
    "one result": Edit(Ask(GPT, {"n": 1, "quality": "low"}), {"size": "1024x1024", "quality": "low"}),
    "ten results": Edit(Ask(GPT, {"n": 10, "quality": "low"}), {"n": "10", "size": "1024x1024", "quality": "low"}),
    "several kinds and a mask": Edit(
        Ask(GPT, {"quality": "low"}, (PNG, JPEG, WEBP), mask=MASK),
        {"size": "1024x1024", "quality": "low"},
        ("image[] image/png", "image[] image/jpeg", "image[] image/webp", "mask image/png"),
        size=LOCKED,
    ),
    "sixteen pictures": Edit(
        Ask(GPT, pictures=TEN, own=SIX, via="menu"),
        {"size": "1536x1024", "quality": "medium"},
        ("image[] image/png",) * 16,
    ),
    "dall-e-2": Edit(Ask(DALLE, {"size": "256x256"}), {"size": "256x256", **AS_B64}),
    "dall-e-2, medium, ten results": Edit(
        Ask(DALLE, {"size": "512x512", "n": 10}), {"n": "10", "size": "512x512", **AS_B64}
    ),
    "dall-e-2, large, of a JPEG that is not square": Edit(
        Ask(DALLE, {"size": "1024x1024"}, (WIDE_JPEG,)), {"size": "1024x1024", **AS_B64}
    ),
    "dall-e-2, a mask": Edit(
        Ask(DALLE, {"size": "256x256"}, mask=MASK),
        {"size": "256x256", **AS_B64},
        ("image image/png", "mask image/png"),
    ),
    "dall-e-2, a thousand characters": Edit(
        Ask(DALLE, {"size": "256x256"}, prompt="a" * 1000), {"size": "256x256", **AS_B64}
    ),
    "dall-e-2 by link": Edit(
        Ask(LINK, {"size": "256x256", "n": 2}),
        {"n": "2", "size": "256x256", "response_format": "url"},
        model=DALLE,
    ),
    "flux pro": Edit(Ask(PRO), {}, size=(64, 64)),
    "flux pro, ten results": Edit(Ask(PRO, {"n": 10}), {}, calls=10, size=(64, 64)),
    "flux max": Edit(Ask(MAX, pictures=(WEBP,)), {}, ("image image/webp",), size=(64, 64)),
}
# Micro-USD: what is charged where a picture has a flat price, and how many there were.
FLAT = {"dall-e-2": 20_000, "dall-e-2 by link": 40_000, "flux pro, ten results": 400_000, "flux max": 80_000}

_UNKNOWN = "{} does not know {} {}. These work: {}."
_ABSENT = "{} has no setting for {}. Leave it out and send it again."
REFUSED: Mapping[str, tuple[Ask, str]] = {
    "no result": (Ask(GPT, {"n": 0}), "n: at least 1"),
    "eleven results": (Ask(GPT, {"n": 11}), "n: at most 10"),
    "standard, which is dall-e-2's": (
        Ask(GPT, {"quality": "standard"}),
        _UNKNOWN.format(GPT, "quality", "standard", "low, medium, high, auto"),
    ),
    "high, which is not dall-e-2's": (
        Ask(DALLE, {"quality": "high"}),
        _UNKNOWN.format(DALLE, "quality", "high", "standard"),
    ),
    "a size of dall-e-2's": (Ask(GPT, {"size": "512x512"}), f"512x512 is not possible with {GPT}: use 1024x1024."),
    "a size of gpt-image-1's": (
        Ask(DALLE, {"size": "1536x1024"}),
        f"1536x1024 is not possible with {DALLE}: use 1024x1024.",
    ),
    "seventeen pictures": (
        Ask(pictures=TEN, own=SEVEN, via="menu"),
        f"That is 17 pictures, and {GPT} takes at most 16. Leave some out and send it again.",
    ),
    "two pictures for dall-e-2": (
        Ask(DALLE, pictures=(PNG, JPEG)),
        f"That is 2 pictures, and {DALLE} takes at most 1. Leave some out and send it again.",
    ),
    "1001 characters for dall-e-2": (
        Ask(DALLE, prompt="a" * 1001),
        f"Your text has 1001 characters and {DALLE} reads at most 1000. Shorten it and send it again.",
    ),
    "two pictures for flux": (
        Ask(PRO, pictures=(PNG, JPEG)),
        f"That is 2 pictures, and {PRO} takes at most 1. Leave some out and send it again.",
    ),
    "a mask for flux": (
        Ask(MAX, mask=MASK),
        f"{MAX} cannot work with a mask. Leave hole.png out, or choose another model.",
    ),
    "a quality for flux": (Ask(PRO, {"quality": "low"}), _ABSENT.format(PRO, "quality")),
    "a size for flux": (Ask(MAX, {"size": "1024x1024"}), _ABSENT.format(MAX, "size")),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def evening(tmp_path_factory: pytest.TempPathFactory) -> Evening:
    """Everything on the page, asked for at once."""
    return await play(tmp_path_factory.mktemp("page"), edits.asks(EDITS, REFUSED), PROVIDERS)


def test_the_table_is_the_page() -> None:
    """The table has every field of the page, with every value and bound."""
    assert pages.table_fields(pages.page("002")) == FIELDS


@pytest.mark.parametrize(("field", "value"), pages.values(FIELDS))
def test_every_value_is_sent_as_it_was_chosen(evening: Evening, field: str, value: str) -> None:
    """A call that the API accepted has this value in this field, unless it is one that goes without saying."""
    said = edits.sent_somewhere(field, value, evening, EDITS)

    assert said is ((field, value) not in NOT_SENT)


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_goes_out_and_comes_back(evening: Evening, name: str) -> None:
    """The call has exactly these fields and files; the results have the format, size and number asked for."""
    edits.check_wire(EDITS[name], name, evening)
    edits.check_return(EDITS[name], name, evening)


@pytest.mark.parametrize("name", [name for name, edit in EDITS.items() if edit.ask.model == GPT])
def test_the_usage_settles_the_charge(evening: Evening, name: str) -> None:
    """The member pays what the provider's tokens cost, to the micro-USD."""
    seen = evening[name]

    assert seen.job is not None
    assert seen.job.charged == sum(call.billed_micro_usd for call in seen.calls) > 0


@pytest.mark.parametrize("name", FLAT)
def test_without_usage_the_flat_price_is_charged(evening: Evening, name: str) -> None:
    """A model that is sold by the picture costs its card's price for each picture that came."""
    seen = evening[name]

    assert seen.job is not None
    assert seen.job.charged == FLAT[name]


@pytest.mark.parametrize("name", REFUSED)
def test_one_beyond_is_refused_at_the_door(evening: Evening, name: str) -> None:
    """What the page does not allow is answered with a sentence, and nothing is sent."""
    edits.check_refused(REFUSED[name][1], name, evening)


def test_nothing_else_was_asked_of_the_api(evening: Evening) -> None:
    """Every call was accepted at once, none was made again, and no field is one that the page does not have."""
    edits.check_manners(evening)
    assert {name for call in evening.books.calls for name, _ in call.fields} <= set(FIELDS) | BESIDE
