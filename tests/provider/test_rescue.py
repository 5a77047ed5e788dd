"""A stream quoted in an error's message, wherever its bytes are cut."""

import base64
import json
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.provider.rescue import Quoted
from tests.provider.wire import event

CONTENT = bytes(range(256)) * 3
TEXT = (
    'litellm.APIError: \\ " {} '
    + (event("image_edit.partial_image", b"p") + event("image_edit.completed", CONTENT)).decode()
)
BODY = json.dumps({"error": {"message": TEXT, "type": "x"}}).encode().replace(b"/", b"\\/")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cuts=st.lists(st.integers(0, len(BODY)), max_size=12))
def test_wherever_it_is_cut(tmp_path: Path, cuts: list[int]) -> None:
    """The pieces in which the error arrives make no difference."""
    quoted = Quoted(tmp_path)
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(BODY)], strict=True):
        quoted.feed(BODY[start:end])
    quoted.close()

    assert (quoted.found, quoted.partials) == (True, 1)
    assert quoted.result is not None
    assert [path.read_bytes() for path in quoted.result.results if isinstance(path, Path)] == [CONTENT]


def test_half_a_picture(tmp_path: Path) -> None:
    """The quotation mark that ends the message does not end the picture that was cut in it."""
    half = TEXT[: TEXT.rindex(base64.b64encode(CONTENT)[-40:].decode())]
    quoted = Quoted(tmp_path)

    quoted.feed(json.dumps({"error": {"message": half, "type": "x"}}).encode())
    quoted.close()

    assert (quoted.found, quoted.result) == (True, None)


@given(body=st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_nothing_upsets_it(tmp_path: Path, body: bytes) -> None:
    """Whatever an error holds, reading it raises nothing."""
    quoted = Quoted(tmp_path)
    for piece in (body, b'event: image_edit.completed\\ndata: {\\"', body, body):
        quoted.feed(piece)
    quoted.close()
