"""Page 004, anyfast gpt-image-2 and gpt-image-2-c: every field and value, from an option to the wire and back.

| field | values | how a member says it |
|---|---|---|
| image | one file: PNG, JPEG or WebP | one file |
| model | gpt-image-2, gpt-image-2-c | model |
| prompt | text | prompt |
| mask | with alpha, like the picture in format and size; Direct group | mask |
| n | 1 to 10; Direct group. 1 is the default and is not sent | n |
| size | WIDTHxHEIGHT; free sizes with the Direct group | size |
| response_format | url; gpt-image-2-c only, by its card | (the card) |
"""

from collections.abc import Mapping

import pytest
import pytest_asyncio

from tests.contract import edits, pages
from tests.contract.edits import JPEG, MASK, PNG, WEBP, Edit
from tests.contract.playing import Ask, Evening, play

FIELDS: pages.Fields = {
    "image": (),
    "model": ("gpt-image-2", "gpt-image-2-c"),
    "prompt": (),
    "mask": (),
    "n": ("1..10",),
    "size": (),
    "response_format": ("url",),
}
NOT_SENT = {("n", "1"): "one result is the default, and the field is for some accounts only"}

PLAIN = """
[[providers]]
name = "anyfast"
url = "{engine}/anyfast"
key = "IMAGES_API_KEY"
dialect = "anyfast"
models = ["gpt-image-2", "gpt-image-2-c"]
"""
DIRECT = PLAIN.replace("/anyfast", "/anyfast_direct") + "direct = true\n"

TWO, C = "gpt-image-2", "gpt-image-2-c"
SMALL, SQUARE = {"size": "1024x640"}, {"size": "1024x1024"}
BY_LINK = {"response_format": "url"}
WITH_MASK = ("image image/png", "mask image/png")
WITH_DIRECT: Mapping[str, Edit] = {
    "2": Edit(Ask(TWO, SMALL), SMALL),
    "2, answered with a link [fault:url]": Edit(Ask(TWO, SMALL), SMALL),
    "2, one result and a mask": Edit(Ask(TWO, {**SMALL, "n": 1}, mask=MASK), SMALL, WITH_MASK),
    "2, ten results": Edit(Ask(TWO, {**SMALL, "n": 10}), {"n": "10", **SMALL}),
    "c": Edit(Ask(C, SMALL), {**SMALL, **BY_LINK}),
    "c, nothing chosen": Edit(Ask(C), {"size": "816x816", **BY_LINK}),
    "c, the page's size, a JPEG": Edit(Ask(C, SQUARE, (JPEG,)), {**SQUARE, **BY_LINK}, ("image image/jpeg",)),
    "c, the largest size": Edit(Ask(C, {"size": "3840x2160"}), {"size": "3840x2160", **BY_LINK}),
    "c, a mask": Edit(Ask(C, SMALL, mask=MASK), {**SMALL, **BY_LINK}, WITH_MASK),
    "c, a mask for a WebP": Edit(Ask(C, SMALL, (WEBP,), mask=MASK), {**SMALL, **BY_LINK}, WITH_MASK),
    "c, ten results": Edit(Ask(C, {**SMALL, "n": 10}), {"n": "10", **SMALL, **BY_LINK}),
}
WITHOUT_DIRECT: Mapping[str, Edit] = {
    "2": Edit(Ask(TWO), SQUARE),
    "2, two results": Edit(Ask(TWO, {"n": 2}), SQUARE, calls=2),
    "c": Edit(Ask(C), {**SQUARE, **BY_LINK}),
    "c, a WebP": Edit(Ask(C, pictures=(WEBP,)), {**SQUARE, **BY_LINK}, ("image image/webp",)),
    "c, oblong": Edit(Ask(C, {"size": "1536x1024"}), {"size": "1536x1024", **BY_LINK}),
    "c, upright": Edit(Ask(C, {"size": "1024x1536"}), {"size": "1024x1536", **BY_LINK}),
    "c, one result": Edit(Ask(C, {"n": 1}), {**SQUARE, **BY_LINK}),
    "c, ten results": Edit(Ask(C, {"n": 10}), {**SQUARE, **BY_LINK}, calls=10),
}

_ABSENT = f"{C} has no setting for {{}}. Leave it out and send it again."
_SIZE = f"{{}} is not possible with {C}: use {{}}."
REFUSED: Mapping[str, tuple[Ask, str]] = {
    "no result": (Ask(C, {"n": 0}), "n: at least 1"),
    "eleven results": (Ask(C, {"n": 11}), "n: at most 10"),
    "two pictures": (
        Ask(C, pictures=(PNG, JPEG)),
        f"That is 2 pictures, and {C} takes at most 1. Leave some out and send it again.",
    ),
    "a quality": (Ask(C, {"quality": "low"}), _ABSENT.format("quality")),
    "a format": (Ask(C, {"format": "png"}), _ABSENT.format("format")),
    "a compression": (Ask(C, {"compression": 5}), _ABSENT.format("compression")),
    "a stream": (Ask(C, {"stream": True}), _ABSENT.format("stream")),
}
REFUSED_WITH_DIRECT: Mapping[str, tuple[Ask, str]] = {
    **REFUSED,
    "too long an edge": (Ask(C, {"size": "3856x2144"}), _SIZE.format("3856x2144", "3840x2128")),
    "no multiple of 16": (Ask(C, {"size": "1000x1000"}), _SIZE.format("1000x1000", "1008x1008")),
}
REFUSED_WITHOUT_DIRECT: Mapping[str, tuple[Ask, str]] = {
    **REFUSED,
    "a free size": (Ask(C, SMALL), _SIZE.format("1024x640", "1536x1024")),
    "a mask": (Ask(C, mask=MASK), f"{C} cannot work with a mask. Leave hole.png out, or choose another model."),
}
# Micro-USD a picture, since a link comes without usage.
FLAT = 30_000


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def direct(tmp_path_factory: pytest.TempPathFactory) -> Evening:
    """Everything on the page, by an account in the Direct group."""
    return await play(tmp_path_factory.mktemp("direct"), edits.asks(WITH_DIRECT, REFUSED_WITH_DIRECT), DIRECT)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def plain(tmp_path_factory: pytest.TempPathFactory) -> Evening:
    """Everything on the page, by an account outside of it."""
    return await play(tmp_path_factory.mktemp("plain"), edits.asks(WITHOUT_DIRECT, REFUSED_WITHOUT_DIRECT), PLAIN)


def test_the_table_is_the_page() -> None:
    """The table has every field of the page, with every value and bound."""
    text = pages.page("004")

    assert pages.rendered_fields(text, "Body", "Response") == FIELDS
    assert pages.example_fields(text) == set(FIELDS)


@pytest.mark.parametrize(("field", "value"), pages.values(FIELDS))
def test_every_value_is_sent_as_it_was_chosen(direct: Evening, field: str, value: str) -> None:
    """A call that the API accepted has this value in this field, unless it is one that goes without saying."""
    said = edits.sent_somewhere(field, value, direct, WITH_DIRECT)

    assert said is ((field, value) not in NOT_SENT)


@pytest.mark.parametrize("name", WITH_DIRECT)
def test_with_direct_an_edit_goes_out_and_comes_back(direct: Evening, name: str) -> None:
    """The call has exactly these fields and files; results, by link or not, are as they were asked for."""
    edits.check_wire(WITH_DIRECT[name], name, direct)
    edits.check_return(WITH_DIRECT[name], name, direct)


@pytest.mark.parametrize("name", WITHOUT_DIRECT)
def test_without_direct_an_edit_goes_out_and_comes_back(plain: Evening, name: str) -> None:
    """The same where neither mask, several results nor free sizes are sold: ten results are ten calls."""
    edits.check_wire(WITHOUT_DIRECT[name], name, plain)
    edits.check_return(WITHOUT_DIRECT[name], name, plain)


@pytest.mark.parametrize("name", WITH_DIRECT)
def test_every_picture_is_charged_once(direct: Evening, name: str) -> None:
    """gpt-image-2 costs what its usage says; a picture of gpt-image-2-c its flat price; each what the API billed."""
    seen = direct[name]

    assert seen.job is not None
    assert seen.job.charged == sum(call.billed_micro_usd for call in seen.calls)
    assert WITH_DIRECT[name].ask.model == TWO or seen.job.charged == FLAT * len(seen.results)


@pytest.mark.parametrize("name", REFUSED_WITH_DIRECT)
def test_one_beyond_is_refused_at_the_door(direct: Evening, name: str) -> None:
    """What the page does not allow is answered with a sentence, and nothing is sent."""
    edits.check_refused(REFUSED_WITH_DIRECT[name][1], name, direct)


@pytest.mark.parametrize("name", REFUSED_WITHOUT_DIRECT)
def test_without_direct_more_is_refused_at_the_door(plain: Evening, name: str) -> None:
    """So is what needs the Direct group."""
    edits.check_refused(REFUSED_WITHOUT_DIRECT[name][1], name, plain)


def test_nothing_else_was_asked_of_the_api(direct: Evening, plain: Evening) -> None:
    """Every call was accepted at once, none was made again, and no field is one that the page does not have."""
    for evening in (direct, plain):
        edits.check_manners(evening)
        assert {name for call in evening.books.calls for name, _ in call.fields} <= set(FIELDS)
