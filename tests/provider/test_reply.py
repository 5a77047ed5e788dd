"""What is read of an answer, and what is passed over."""

import pytest

from bot.domain.money import Usage
from bot.workflow.ports import Answer, Call
from tests.provider.wire import Serve, answer_of, pictures, reply


async def test_everything_that_an_answer_may_hold(serve: Serve, call: Call) -> None:
    """What a provider repeats of the request is passed over; a `data:` prefix is no part of the picture."""
    echoes = {"background": "opaque", "output_format": "png", "quality": "low", "size": "1x1", "safety_identifier": "x"}
    item = {"b64_json": "data:image/png;base64,b25l", "url": None, "revised_prompt": None}
    wire = await serve(reply(200, {"created": 1, **echoes, "data": [item], "usage": None}))

    answer = await answer_of(wire, call)

    assert answer == Answer((call.folder / "answer_0",), None, None, None)
    assert answer.pictures[0].read_bytes() == b"one"


@pytest.mark.parametrize(
    ("usage", "read"),
    [
        (None, None),
        ({}, Usage(0, 0, 0)),
        ({"input_tokens": 530, "output_tokens": 196}, Usage(0, 530, 196)),
        ({"input_tokens": 530, "output_tokens": 196, "input_tokens_details": None}, Usage(0, 530, 196)),
        ({"input_tokens": 530, "output_tokens": 9, "input_tokens_details": {"text_tokens": 30}}, Usage(30, 500, 9)),
        ({"output_tokens": -1, "input_tokens": True}, Usage(0, 0, 0)),
        ({"output_tokens": 10**30, "input_tokens": "12"}, Usage(0, 0, 0)),
    ],
)
async def test_usage(serve: Serve, call: Call, usage: object, read: Usage | None) -> None:
    """Usage is taken where it is one; what cannot be a count of tokens is none."""
    wire = await serve(reply(200, pictures(b"one", usage=usage)))

    assert (await answer_of(wire, call)).usage == read


@pytest.mark.parametrize(
    "document",
    [
        {"data": {"b64_json": "b25l"}},
        {"code": 0, "data": {"data": [{"b64_json": "b25l"}]}},
        {"images": [{"b64_json": "b25l"}]},
    ],
)
async def test_a_picture_in_the_wrong_place(serve: Serve, call: Call, document: dict[str, object]) -> None:
    """A picture that a gateway has wrapped in a shape of its own is paid for, and so it is a result."""
    answer = await answer_of(await serve(reply(200, document)), call)

    assert [each.read_bytes() for each in answer.pictures] == [b"one"]


@pytest.mark.parametrize(
    ("said", "kept"),
    [("snow \ud83c falls", "snow ? falls"), ("a\0b", "ab"), ("\0", None), ("", None), (7, None), ("❄", "❄")],
)
async def test_a_revised_prompt_that_no_database_takes(
    serve: Serve, call: Call, said: object, kept: str | None
) -> None:
    """Half a sign or a NUL in the text beside a picture must not cost the picture."""
    wire = await serve(reply(200, {"data": [{"b64_json": "b25l", "revised_prompt": said}]}))

    assert (await answer_of(wire, call)).revised_prompt == kept
