"""Which parts a form has: what the card lists and the dialect documents, and nothing else."""

import contextlib
import re
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp.abc import AbstractStreamWriter
from multidict import CIMultiDict

from bot.domain.catalog import shipped_cards
from bot.domain.request import Options
from bot.provider.dialect import DIALECTS
from bot.provider.form import BLOCK, FilePart, Form, build_form
from bot.workflow.ports import Call, SendFile

EVERYTHING = Options("1024x1024", "high", 4, "opaque", "png")


class Writer(AbstractStreamWriter):
    """Takes what is written, as aiohttp's own writer would."""

    def __init__(self) -> None:
        self.blocks: list[bytes] = []

    async def write(self, chunk: bytes | bytearray | memoryview) -> None:
        """Keep it, and report it as sent."""
        self.blocks.append(bytes(chunk))
        if self.on_body_write is not None:
            self.on_body_write(len(chunk), 0)

    async def write_eof(self, chunk: bytes = b"") -> None:
        """Nothing ends here."""

    async def drain(self) -> None:
        """Nothing waits here."""

    def enable_compression(self, encoding: str = "deflate", strategy: int | None = None) -> None:
        """Nothing is packed here."""

    def enable_chunking(self) -> None:
        """Nothing is chunked here."""

    async def write_headers(self, status_line: str, headers: CIMultiDict[str]) -> None:
        """Heads are not looked at here."""


async def body_of(form: Form) -> bytes:
    """The form as it is written."""
    writer = Writer()
    await form.write(writer)
    return b"".join(writer.blocks)


async def names(form: Form) -> list[str]:
    """The names of the parts in their order."""
    return re.findall(r'; name="([^"]+)"', (await body_of(form)).decode("latin-1"))


@pytest.mark.parametrize(
    ("model", "parts"),
    [
        ("gpt-image-2", ["mask", "n", "size", "quality", "background", "output_format"]),
        ("gpt-image-2.5-sunburst", ["mask", "n", "size", "quality", "background", "output_format"]),
        ("gpt-image-1", ["mask", "n", "size", "quality", "background", "output_format"]),
        ("dall-e-2", ["mask", "n", "size", "response_format"]),
        ("gpt-image-2-c", ["size", "response_format"]),
        ("flux-kontext-pro", ["output_format"]),
        ("flux-kontext-max", ["output_format"]),
    ],
)
async def test_only_what_the_card_lists(call: Call, model: str, parts: list[str]) -> None:
    """An option that the card does not list is never sent, even where a caller set it."""
    asked = replace(call, card=shipped_cards()[model], options=EVERYTHING, mask=call.pictures[0])

    assert await names(build_form(DIALECTS["openai"], asked)) == ["model", "prompt", "image", *parts]


async def test_nothing_that_was_not_chosen(call: Call) -> None:
    """Without a choice only model, prompt and picture are sent."""
    assert await names(build_form(DIALECTS["openai"], replace(call, options=Options()))) == ["model", "prompt", "image"]


@pytest.mark.parametrize(("count", "name"), [(1, "image"), (2, "image[]"), (16, "image[]")])
async def test_one_and_many_pictures(call: Call, count: int, name: str) -> None:
    """One picture is `image`, more are `image[]`."""
    form = build_form(DIALECTS["openai"], replace(call, pictures=call.pictures * count, options=Options()))

    assert await names(form) == ["model", "prompt", *[name] * count]


async def test_what_a_dialect_does_not_document(call: Call) -> None:
    """A field that the dialect omits is not sent, whatever the card lists."""
    sent = await names(build_form(DIALECTS["anyfast"], replace(call, options=EVERYTHING)))

    assert "quality" not in sent
    assert "background" not in sent


@pytest.mark.parametrize("length", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 7])
async def test_the_announced_length(call: Call, tmp_path: Path, length: int) -> None:
    """The announced length is that of the body, to the byte."""
    path = tmp_path / "picture"
    path.write_bytes(b"x" * length)
    picture = SendFile(path, "image_0.png", "image/png", 1, 1, length)

    form = build_form(DIALECTS["openai"], replace(call, pictures=(picture,), prompt="雪 \r\n"))

    assert form.size == len(await body_of(form))


async def test_a_file_goes_out_in_blocks(tmp_path: Path) -> None:
    """No more than one block of a file is read at a time."""
    path = tmp_path / "picture"
    content = bytes(range(256)) * 1500
    path.write_bytes(content)
    writer = Writer()

    await FilePart(SendFile(path, "image_0.png", "image/png", 1, 1, len(content))).write(writer)

    assert b"".join(writer.blocks) == content
    assert max(len(block) for block in writer.blocks) == BLOCK


async def test_a_file_that_shrinks(tmp_path: Path) -> None:
    """A file that ends before its announced length breaks the call instead of leaving the provider waiting."""
    path = tmp_path / "picture"
    path.write_bytes(b"short")

    with pytest.raises(OSError, match="shorter"):
        await FilePart(SendFile(path, "image_0.png", "image/png", 1, 1, 10)).write(Writer())


class ClosedWriter(Writer):
    """A connection that the other side closed before the first byte."""

    async def write(self, chunk: bytes | bytearray | memoryview) -> None:
        """Refuse it."""
        raise ConnectionResetError


async def test_a_form_knows_what_left(call: Call) -> None:
    """Nothing left of a fresh form, nor of one that met a closed connection; all of one that was written."""
    fresh, refused, sent = (build_form(DIALECTS["openai"], call) for _ in range(3))

    with contextlib.suppress(ConnectionResetError):
        await refused.write(ClosedWriter())
    await sent.write(Writer())

    assert [(form.began, form.out.is_set()) for form in (fresh, refused, sent)] == [
        (False, False),
        (False, False),
        (True, True),
    ]
