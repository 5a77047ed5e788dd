"""Events taken from bytes, however they are cut, named and broken."""

import base64
import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.money import Usage
from bot.provider.sse import Event, EventReader, Kind
from tests.provider.wire import event

K = Kind
PARTIAL, DONE = "image_edit.partial_image", "image_edit.completed"
B64 = base64.b64encode(b"one").decode()


def read(folder: Path, *pieces: bytes, close: bool = False) -> list[Event]:
    """The events of these pieces."""
    reader = EventReader(folder)
    events = [each for piece in pieces for each in reader.feed(piece)]
    return [*events, *(reader.close() if close else [])]


def contents(events: list[Event]) -> list[bytes]:
    """The pictures of these events."""
    return [result.read_bytes() for each in events for result in each.reply.results if isinstance(result, Path)]


def test_a_stream_as_openai_sends_it(tmp_path: Path) -> None:
    """Partial pictures, then the completed one with its usage."""
    usage = {"input_tokens": 530, "output_tokens": 396, "input_tokens_details": {"text_tokens": 18}}

    found = read(tmp_path, event(PARTIAL, b"p", partial_image_index=0), event(DONE, b"one", usage=usage))

    assert [each.kind for each in found] == [K.PARTIAL, K.COMPLETED]
    assert contents(found) == [b"p", b"one"]
    assert found[1].reply.usage == Usage(18, 512, 396)


SHAPES = [
    (event(DONE, b"one", named=False), K.COMPLETED),
    (event("image_generation.completed", b"one"), K.COMPLETED),
    (event("image_generation.partial_image", b"one"), K.PARTIAL),
    (f'event: {DONE}\ndata: {{"b64_json": "{B64}"}}\n\n'.encode(), K.COMPLETED),
    (f'event:{DONE}\ndata:{{"b64_json":"{B64}"}}\n\n'.encode(), K.COMPLETED),
    (f'id: 7\nretry: 10\nevent: {DONE}\ndata: {{"b64_json": "{B64}"}}\n\n'.encode(), K.COMPLETED),
    (f'data: {{"type": "{DONE}",\ndata: "b64_json": "{B64}"}}\n\n'.encode(), K.COMPLETED),
    (f'data: {{"created": 1, "data": [{{"b64_json": "{B64}"}}]}}\n\n'.encode(), K.COMPLETED),
    (f'data: {{"type": "{DONE}", "b64_json": "data:image/png;base64,{B64}"}}\n\n'.encode(), K.COMPLETED),
    (f'\ufeffevent: {DONE}\ndata: {{"b64_json": "{B64}"}}\n\n'.encode(), K.COMPLETED),
    (b": PING\n\n: PING\n\n" + event(DONE, b"one"), K.COMPLETED),
    (b"x" * 20_000 + b"\n" + event(DONE, b"one"), K.COMPLETED),
    (event("image_edit.news", b"one"), K.OTHER),
]


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize(("text", "kind"), SHAPES)
def test_the_shapes_of_an_event(tmp_path: Path, text: bytes, kind: Kind, ending: bytes) -> None:
    """An event is known by its JSON, its name or what it holds, whatever line ends and comments are about it."""
    found = read(tmp_path, text.replace(b"\n", ending))

    assert [each.kind for each in found] == [kind]
    assert contents(found) == [b"one"]


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        (event("error", error={"code": "moderation_blocked", "message": "No"}), "moderation_blocked", "no"),
        (event("error", error={"code": "x", "message": "No"}, named=False), "x", "no"),
        (b'event: error\ndata: {"message": "No", "code": "x"}\n\n', "x", "no"),
        (b'data: {"error": {"code": "x", "message": "No"}}\n\n', "x", "no"),
        (b'data: {"error": "No"}\n\n', "", "no"),
        (b"event: error\ndata: Upstream gone\n\n", "", "upstream gone"),
    ],
)
def test_an_error(tmp_path: Path, text: bytes, code: str, said: str) -> None:
    """An error is read in each of its shapes."""
    (found,) = read(tmp_path, text)

    assert found.kind is K.ERROR
    assert found.reply.fault is not None
    assert (found.reply.fault.code, found.reply.fault.text) == (code, said)


def test_a_completed_event_with_a_link(tmp_path: Path) -> None:
    """A result may be linked instead."""
    (found,) = read(tmp_path, event(DONE, url="https://example.com/x.png"))

    assert (found.kind, found.reply.results) == (K.COMPLETED, ("https://example.com/x.png",))


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\n\n\n",
        b"event: image_edit.completed\n\n",
        b"data\n\n",
        b"data:\n\n",
        b": comment\n\n",
        b"\xff\xfe\x00\n\n",
    ],
)
def test_no_event(tmp_path: Path, text: bytes) -> None:
    """What holds no data is no event."""
    assert read(tmp_path, text, close=True) == []


@pytest.mark.parametrize(
    "text",
    [b"data: [DONE]\n\n", b"data: {\n\n", b"data: []\n\n", b"data: " + b"[" * 100_000 + b"\n\n", b"data: \xff\n\n"],
)
def test_an_event_that_means_nothing(tmp_path: Path, text: bytes) -> None:
    """A mark at the end, and garbage, hold no picture and no error."""
    (found,) = read(tmp_path, text)

    assert found.kind is (K.END if b"DONE" in text else K.OTHER)
    assert (found.reply.results, found.reply.fault) == ((), None)


COMPLETED = event(DONE, b"one" * 50, usage={"input_tokens": 1})


@pytest.mark.parametrize(
    ("missing", "kinds"),
    [(1, [K.COMPLETED]), (2, [K.COMPLETED]), (3, [K.COMPLETED]), (20, [K.COMPLETED]), (150, [])],
)
def test_a_cut(tmp_path: Path, missing: int, kinds: list[Kind]) -> None:
    """A result that came whole is taken although its event did not end; one that did not is none."""
    found = read(tmp_path, COMPLETED[:-missing], close=True)

    assert [each.kind for each in found] == kinds
    assert contents(found) == [b"one" * 50] * len(kinds)


def test_a_cut_without_a_name(tmp_path: Path) -> None:
    """The type that stood before a picture is known although the JSON did not end."""
    found = read(tmp_path, event(DONE, b"one", named=False, size="1024x1024")[:-10], close=True)

    assert [each.kind for each in found] == [K.COMPLETED]


STREAM = (
    event(PARTIAL, b"p" * 40).replace(b"\n", b"\r\n") + b": PING\r\r" + event(DONE, b"one" * 40) + b"data: [DONE]\n\n"
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cuts=st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_wherever_it_is_cut(tmp_path: Path, cuts: list[int]) -> None:
    """The pieces in which a stream arrives make no difference."""
    edges = [0, *sorted(cuts), len(STREAM)]

    found = read(tmp_path, *(STREAM[start:end] for start, end in pairwise(edges)))

    assert [each.kind for each in found] == [K.PARTIAL, K.COMPLETED, K.END]
    assert contents(found) == [b"p" * 40, b"one" * 40]


def test_a_byte_at_a_time(tmp_path: Path) -> None:
    """Even byte by byte."""
    found = read(tmp_path, *(STREAM[place : place + 1] for place in range(len(STREAM))))

    assert contents(found) == [b"p" * 40, b"one" * 40]


def test_a_line_of_many_megabytes(tmp_path: Path) -> None:
    """A picture of 12 MB on one line goes to disk as it comes; hardly anything waits in memory."""
    picture = bytes(range(256)) * 48_000
    text = event(DONE, picture)
    reader = EventReader(tmp_path)

    found = []
    for place in range(0, len(text), 65_536):
        found += reader.feed(text[place : place + 65_536])
        assert len(reader._line) < 100
        assert reader._data is None or reader._data.held < 1000

    assert contents(found) == [picture]


@given(text=st.binary(max_size=300), close=st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_nothing_upsets_it(tmp_path: Path, text: bytes, close: bool) -> None:
    """Whatever the bytes are, reading them raises nothing."""
    read(tmp_path, text, b"\ndata: " + text, b"\n\n", json.dumps({"data": text.hex()}).encode(), close=close)
