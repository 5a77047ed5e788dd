"""The answer taken apart as it arrives: whatever the pieces, the same pictures and the same small rest."""

import base64
import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.provider.splitter import REST_CAP, Splitter

PICTURES = (b"\x89PNG one", b"\xff\xd8\xff two, longer", b"RIFF three")


def answer(*pictures: bytes, **json_style: object) -> bytes:
    """An answer with these pictures and things around them that look like more."""
    document = {
        "created": 1,
        "note": 'a quoted "b64_json": "AAAA" inside a string, with \\ and \\"',
        "data": [{"b64_json": base64.b64encode(each).decode(), "revised_prompt": "snow"} for each in pictures],
        "usage": {"output_tokens": 7},
    }
    return json.dumps(document, **json_style).encode()  # type: ignore[arg-type]


def split(folder: Path, pieces: list[bytes], most: int = 10) -> Splitter:
    """All of it fed in these pieces."""
    splitter = Splitter(folder, most)
    for piece in pieces:
        splitter.feed(piece)
    splitter.close()
    return splitter


def contents(splitter: Splitter) -> list[bytes]:
    """What is on disk of the pictures that came whole."""
    return [path.read_bytes() for path in splitter.whole]


@pytest.mark.parametrize("style", [{}, {"indent": 2}, {"separators": (",", ":")}])
def test_every_cut_gives_the_same(tmp_path: Path, style: dict[str, object]) -> None:
    """Wherever the answer is cut in two, pictures and rest are those of the answer in one piece."""
    whole = answer(*PICTURES, **style)
    rest = split(tmp_path, [whole]).rest

    for cut in range(len(whole) + 1):
        splitter = split(tmp_path, [whole[:cut], whole[cut:]])

        assert contents(splitter) == list(PICTURES)
        assert splitter.rest == rest


def test_byte_by_byte(tmp_path: Path) -> None:
    """An answer that arrives a byte at a time is read all the same."""
    whole = answer(*PICTURES)

    splitter = split(tmp_path, [whole[at : at + 1] for at in range(len(whole))])

    assert contents(splitter) == list(PICTURES)


@given(
    pictures=st.lists(st.binary(min_size=1, max_size=400), max_size=4),
    cuts=st.lists(st.integers(min_value=0, max_value=3000), max_size=12),
    prefix=st.sampled_from([b"", b"data:image/png;base64,", b"data:image\\/webp;base64,"]),
    escape=st.sampled_from([{}, {b"/": b"\\/"}, {b"+": b"\\u002B", b"=": b"\\u003d"}, {b"A": b"A\\r\\n"}]),
)
def test_any_pieces(
    tmp_path_factory: pytest.TempPathFactory,
    pictures: list[bytes],
    cuts: list[int],
    prefix: bytes,
    escape: dict[bytes, bytes],
) -> None:
    """Any pictures, cut anywhere, with a prefix or in another JSON writer's spelling, come out as they went in."""
    encoded = [base64.b64encode(each) for each in pictures]
    for letter, spelling in escape.items():
        encoded = [each.replace(letter, spelling) for each in encoded]
    whole = b'{"data": [' + b",".join(b'{"b64_json" :\n"' + prefix + each + b'"}' for each in encoded) + b"]}"
    edges = sorted({0, *(min(cut, len(whole)) for cut in cuts), len(whole)})

    pieces = [whole[start:end] for start, end in itertools.pairwise(edges)]
    splitter = split(tmp_path_factory.mktemp("split"), pieces)

    assert contents(splitter) == pictures
    assert [item["b64_json"] for item in json.loads(splitter.rest)["data"]] == [
        str(number) for number in range(len(pictures))
    ]


@pytest.mark.parametrize(
    "text",
    [
        b"not base64 at all!",
        b"AAAA=AAA",
        b"AA==AAAA",
        b"AAAAA",
        b"",
        b"<html>",
        b"data:image/png;base64,",
        b"data:" + b"x" * 500,
        b"data:",
        b"AAA\\",
        b"AAAA\\t",
        "雪雪".encode(),
    ],
)
def test_what_is_no_base64(tmp_path: Path, text: bytes) -> None:
    """A string that is not base64 gives no picture, and the next one is read all the same."""
    body = b'{"data":[{"b64_json":"' + text + b'"},{"b64_json":"AAAA"}]}'

    for piece in (1, 3, 4096):
        splitter = split(tmp_path, [body[at : at + piece] for at in range(0, len(body), piece)])

        assert contents(splitter) == [b"\0\0\0"]


@pytest.mark.parametrize("piece", [1, 3, 4096])
def test_other_spellings_of_base64(tmp_path: Path, piece: int) -> None:
    """The URL's alphabet and white space between the letters cost nobody a picture."""
    picture = bytes(range(256)) * 3
    lines = base64.encodebytes(picture).replace(b"\n", b" \r\n\t")
    body = b'{"b64_json":"' + base64.urlsafe_b64encode(picture) + b'"},{"b64_json":"' + lines + b'"}'

    splitter = split(tmp_path, [body[at : at + piece] for at in range(0, len(body), piece)])

    assert contents(splitter) == [picture, picture]


def test_missing_padding_is_forgiven(tmp_path: Path) -> None:
    """Base64 without its closing equals signs is read."""
    assert contents(split(tmp_path, [b'{"b64_json":"QUI"}'])) == [b"AB"]


def test_cut_short(tmp_path: Path) -> None:
    """Of an answer that breaks off, the pictures that ended are whole and the last one is not."""
    body = answer(*PICTURES)
    second = body.rindex(base64.b64encode(PICTURES[1]))

    splitter = split(tmp_path, [body[: second + 8]])

    assert contents(splitter) == [PICTURES[0]]


def test_extra_pictures_are_dropped(tmp_path: Path) -> None:
    """What comes beyond the number that was asked for is not written."""
    splitter = split(tmp_path, [answer(*PICTURES)], most=2)

    assert contents(splitter) == list(PICTURES[:2])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["answer_0", "answer_1"]


def test_little_is_held(tmp_path: Path) -> None:
    """Ten pictures of 4 MB pass through, and between two pieces next to nothing of them is in memory."""
    picture = bytes(range(256)) * 16384
    encoded = base64.b64encode(picture)
    splitter, most = Splitter(tmp_path, 10), 0

    for number in range(10):
        splitter.feed(b',{"b64_json":"' if number else b'{"data":[{"b64_json":"')
        for at in range(0, len(encoded), 131_071):
            splitter.feed(encoded[at : at + 131_071])
            most = max(most, splitter.held)
        splitter.feed(b'"}')
    splitter.close()

    assert most < 1024
    assert [path.stat().st_size for path in splitter.whole] == [len(picture)] * 10


def test_a_flood_is_not_kept(tmp_path: Path) -> None:
    """An answer that goes on and on without a picture is let through unkept."""
    splitter = Splitter(tmp_path, 1)

    for _ in range(40):
        splitter.feed(b"<p>" * 40_000)

    assert splitter.held == 0
    assert splitter.rest == b""


def test_the_longest_rest(tmp_path: Path) -> None:
    """A rest of up to the cap is kept."""
    splitter = split(tmp_path, [b" " * (REST_CAP - 2), b"{}"])

    assert splitter.rest.endswith(b"{}")
