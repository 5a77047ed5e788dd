"""Page 003, the whole OpenAI edits page with streams: every field and value, from an option to the wire and back.

| field | values | how a member says it |
|---|---|---|
| image | one or several; dall-e-2: one | one file; several files |
| prompt | text | prompt |
| background | transparent, opaque, auto; gpt-image-1 only | background |
| input_fidelity | high, low; gpt-image-1 only | fidelity |
| mask | a PNG as large as picture 1 | mask |
| model | gpt-image-1, dall-e-2 | model |
| n | 1 to 10. 1 is the default and is not sent | n |
| output_compression | 0 to 100, for jpeg and webp | compression |
| output_format | png, jpeg, webp; gpt-image-1 only | format |
| partial_images | 0 to 3, with a stream | previews |
| quality | auto, high, medium, low; standard is dall-e-2's | quality |
| response_format | url, b64_json; dall-e-2 only, by its card | (the operator's card) |
| size | three for each family; auto becomes the one nearest to picture 1 | size |
| stream | true. false is the default and is not sent | stream |
| user | a keyed hash of the member | (the house) |
"""

import re
from collections.abc import Mapping

import pytest
import pytest_asyncio

from tests.contract import edits, pages
from tests.contract.edits import JPEG, LOCKED, MASK, PNG, SEVEN, SIX, TEN, WEBP, Edit
from tests.contract.playing import Ask, Evening, play

FIELDS: pages.Fields = {
    "image": (),
    "prompt": (),
    "background": ("transparent", "opaque", "auto"),
    "input_fidelity": ("high", "low"),
    "mask": (),
    "model": ("gpt-image-1", "dall-e-2"),
    "n": ("1..10",),
    "output_compression": ("0..100",),
    "output_format": ("png", "jpeg", "webp"),
    "partial_images": ("0..3",),
    "quality": ("auto", "high", "medium", "low", "standard"),
    "response_format": ("url", "b64_json"),
    "size": ("1024x1024", "1536x1024", "1024x1536", "auto", "256x256", "512x512"),
    "stream": (),
    "user": (),
}
NOT_SENT = {
    ("n", "1"): "one result is the default",
    ("size", "auto"): "the price hangs on the size, so it is always said",
}

PROVIDERS = """
[[providers]]
name = "openai"
url = "{engine}/v1"
key = "IMAGES_API_KEY"
dialect = "openai"
models = ["gpt-image-1", "dall-e-2", "dall-e-2-by-link"]

[models."dall-e-2-by-link"]
like = "dall-e-2"
wire_name = "dall-e-2"
response_format = "url"
"""
GPT, DALLE, LINK = "gpt-image-1", "dall-e-2", "dall-e-2-by-link"
SQUARE, LOW = {"size": "1024x1024"}, {"quality": "low"}
PLAIN = {**SQUARE, **LOW}
EVENTS = {"stream": "true"}
AS_B64 = {"response_format": "b64_json"}


def ask(**options: str | int | bool) -> Ask:
    """One small picture with these options, made with little care."""
    return Ask(GPT, {"quality": "low", **options})


EDITS: Mapping[str, Edit] = {
    "nothing chosen": Edit(Ask(GPT), {**SQUARE, "quality": "medium"}),
    "transparent, faithful, webp": Edit(
        ask(background="transparent", fidelity="high", format="webp", compression=0),
        {
            **PLAIN,
            "background": "transparent",
            "input_fidelity": "high",
            "output_format": "webp",
            "output_compression": "0",
        },
    ),
    "opaque, unfaithful, jpeg": Edit(
        ask(background="opaque", fidelity="low", format="jpeg", compression=100, size="1536x1024", quality="medium"),
        {
            "size": "1536x1024",
            "quality": "medium",
            "background": "opaque",
            "input_fidelity": "low",
            "output_format": "jpeg",
            "output_compression": "100",
        },
    ),
    "auto, png": Edit(
        ask(background="auto", format="png", size="1024x1536", quality="high"),
        {"size": "1024x1536", "quality": "high", "background": "auto", "output_format": "png"},
    ),
    "automatic quality and size": Edit(ask(quality="auto", size="auto"), {**SQUARE, "quality": "auto"}),
    "one result": Edit(ask(n=1), PLAIN),
    "ten results": Edit(ask(n=10), {"n": "10", **PLAIN}),
    "several and a mask": Edit(
        Ask(GPT, LOW, (PNG, JPEG, WEBP), mask=MASK),
        PLAIN,
        ("image[] image/png", "image[] image/jpeg", "image[] image/webp", "mask image/png"),
        size=LOCKED,
    ),
    "sixteen pictures": Edit(
        Ask(GPT, pictures=TEN, own=SIX, via="menu"),
        {"size": "1536x1024", "quality": "medium"},
        ("image[] image/png",) * 16,
    ),
    "no stream": Edit(ask(stream=False), PLAIN),
    "a stream": Edit(ask(stream=True), {**PLAIN, **EVENTS}),
    "a stream without previews": Edit(ask(stream=True, previews=0), {**PLAIN, **EVENTS, "partial_images": "0"}),
    "a stream with previews": Edit(ask(stream=True, previews=1), {**PLAIN, **EVENTS, "partial_images": "1"}),
    "previews mean a stream": Edit(
        ask(previews=3, format="jpeg"), {**PLAIN, "output_format": "jpeg", **EVENTS, "partial_images": "3"}
    ),
    "several results are several streams": Edit(
        ask(n=3, previews=1), {**PLAIN, **EVENTS, "partial_images": "1"}, calls=3
    ),
    "a stream with a mask": Edit(
        Ask(GPT, {**LOW, "stream": True}, mask=MASK),
        {**PLAIN, **EVENTS},
        ("image image/png", "mask image/png"),
        size=LOCKED,
    ),
    "dall-e-2, standard": Edit(
        Ask(DALLE, {"size": "256x256", "quality": "standard"}),
        {"size": "256x256", "quality": "standard", **AS_B64},
    ),
    "dall-e-2, ten results": Edit(Ask(DALLE, {"size": "512x512", "n": 10}), {"n": "10", "size": "512x512", **AS_B64}),
    "dall-e-2, a mask": Edit(
        Ask(DALLE, {"size": "256x256"}, mask=MASK), {"size": "256x256", **AS_B64}, ("image image/png", "mask image/png")
    ),
    "dall-e-2 by link": Edit(
        Ask(LINK, {"size": "256x256", "n": 2}), {"n": "2", "size": "256x256", "response_format": "url"}, model=DALLE
    ),
}

_UNKNOWN = "{} does not know {} {}. These work: {}."
_ABSENT = "{} has no setting for {}. Leave it out and send it again."
REFUSED: Mapping[str, tuple[Ask, str]] = {
    "no result": (ask(n=0), "n: at least 1"),
    "eleven results": (ask(n=11), "n: at most 10"),
    "no preview at all": (ask(previews=-1), "previews: at least 0"),
    "four previews": (ask(previews=4), "previews: at most 3"),
    "compression below": (ask(format="webp", compression=-1), "compression: at least 0"),
    "compression above": (ask(format="webp", compression=101), "compression: at most 100"),
    "compression of a png": (
        ask(format="png", compression=100),
        "Compression works only with the formats jpeg, webp. Choose one of them as the format as well.",
    ),
    "a transparent jpeg": (
        ask(format="jpeg", background="transparent"),
        "JPEG has no transparent background. Choose another format, such as png, webp, or leave the background out.",
    ),
    "hd, which is for answers only": (
        ask(quality="hd"),
        _UNKNOWN.format(GPT, "quality", "hd", "low, medium, high, auto"),
    ),
    "standard, which is dall-e-2's": (
        ask(quality="standard"),
        _UNKNOWN.format(GPT, "quality", "standard", "low, medium, high, auto"),
    ),
    "a format that there is not": (ask(format="gif"), _UNKNOWN.format(GPT, "format", "gif", "png, jpeg, webp")),
    "a fidelity that there is not": (ask(fidelity="medium"), _UNKNOWN.format(GPT, "fidelity", "medium", "low, high")),
    "a background that there is not": (
        ask(background="blue"),
        _UNKNOWN.format(GPT, "background", "blue", "transparent, opaque, auto"),
    ),
    "a size of dall-e-2's": (ask(size="256x256"), f"256x256 is not possible with {GPT}: use 1024x1024."),
    "a background for dall-e-2": (Ask(DALLE, {"background": "auto"}), _ABSENT.format(DALLE, "background")),
    "a fidelity for dall-e-2": (Ask(DALLE, {"fidelity": "high"}), _ABSENT.format(DALLE, "fidelity")),
    "a format for dall-e-2": (Ask(DALLE, {"format": "png"}), _ABSENT.format(DALLE, "format")),
    "a compression for dall-e-2": (Ask(DALLE, {"compression": 1}), _ABSENT.format(DALLE, "compression")),
    "previews of dall-e-2": (Ask(DALLE, {"previews": 1}), _ABSENT.format(DALLE, "previews")),
    "a stream of dall-e-2": (Ask(DALLE, {"stream": True}), _ABSENT.format(DALLE, "stream")),
    "seventeen pictures": (
        Ask(pictures=TEN, own=SEVEN, via="menu"),
        f"That is 17 pictures, and {GPT} takes at most 16. Leave some out and send it again.",
    ),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def evening(tmp_path_factory: pytest.TempPathFactory) -> Evening:
    """Everything on the page, asked for at once."""
    return await play(tmp_path_factory.mktemp("page"), edits.asks(EDITS, REFUSED), PROVIDERS)


def test_the_table_is_the_page() -> None:
    """The table has every field of the page, with every value and bound; the artefacts of its example are no fields."""
    text = pages.page("003")

    assert pages.rendered_fields(text, "请求体", "响应") == FIELDS
    assert pages.example_fields(text) - set(FIELDS) == edits.ARTEFACTS


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
    """The member pays what the provider's tokens cost, previews included, to the micro-USD."""
    seen = evening[name]

    assert seen.job is not None
    assert seen.job.charged == sum(call.billed_micro_usd for call in seen.calls) > 0


def test_the_user_is_a_hash_of_the_member(evening: Evening) -> None:
    """Each member has one hash, and nobody else has it."""
    hashes = {name: {dict(call.fields)["user"] for call in evening[name].calls} for name in EDITS}

    assert all(len(one) == 1 for one in hashes.values())
    assert len(set.union(*hashes.values())) == len(EDITS)
    assert all(re.fullmatch("[0-9a-f]{64}", one) for each in hashes.values() for one in each)


@pytest.mark.parametrize("name", REFUSED)
def test_one_beyond_is_refused_at_the_door(evening: Evening, name: str) -> None:
    """What the page does not allow is answered with a sentence, and nothing is sent."""
    edits.check_refused(REFUSED[name][1], name, evening)


def test_nothing_else_was_asked_of_the_api(evening: Evening) -> None:
    """Every call was accepted at once, none was made again, and no field is one that the page does not have."""
    edits.check_manners(evening)
    assert {name for call in evening.books.calls for name, _ in call.fields} <= set(FIELDS)
