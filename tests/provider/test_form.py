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
from bot.provider.form import BLOCK, FilePart, Form, build_form, wants_stream
from bot.workflow.ports import Call, SendFile

EVERYTHING = Options("1024x1024", "high", 4, "opaque", "jpeg", "high", 80, 2, True)

COMMON = ["size", "quality", "background", "output_format", "output_compression"]


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
        ("gpt-image-2", ["mask", "n", *COMMON, "user"]),
        ("gpt-image-2.5-sunburst", ["mask", "n", *COMMON, "user"]),
        ("gpt-image-1", ["mask", "n", *COMMON[:3], "input_fidelity", *COMMON[3:], "user"]),
        ("gpt-image-1-mini", ["mask", "n", *COMMON, "user"]),
        ("dall-e-2", ["mask", "n", "size", "quality", "response_format", "user"]),
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
    """Without a choice only model, prompt, picture and member are sent."""
    assert await names(build_form(DIALECTS["openai"], replace(call, options=Options()))) == [
        "model",
        "prompt",
        "image",
        "user",
    ]


@pytest.mark.parametrize(("count", "name"), [(1, "image"), (2, "image[]"), (16, "image[]")])
async def test_one_and_many_pictures(call: Call, count: int, name: str) -> None:
    """One picture is `image`, more are `image[]`."""
    form = build_form(DIALECTS["openai"], replace(call, pictures=call.pictures * count, options=Options()))

    assert await names(form) == ["model", "prompt", *[name] * count, "user"]


async def test_what_a_card_leaves_of_a_model(call: Call) -> None:
    """The same model has fewer fields where its card at this provider lists fewer."""
    asked = replace(call, card=shipped_cards("anyfast")["gpt-image-2"], options=EVERYTHING, mask=call.pictures[0])

    sent = await names(build_form(DIALECTS["anyfast"], asked))

    assert sent == ["model", "prompt", "image", "mask", "n", "size", "output_format", "output_compression"]


async def test_the_name_on_the_wire(call: Call) -> None:
    """The model is called what its provider calls it."""
    form = build_form(DIALECTS["newapi"], replace(call, card=replace(call.card, wire_name="vendor/gpt-image-2")))

    assert b'name="model"\r\n\r\nvendor/gpt-image-2\r\n' in await body_of(form)


@pytest.mark.parametrize("dialect", ["vllm_omni", "sglang"])
async def test_a_mask_that_would_be_ignored(call: Call, dialect: str) -> None:
    """A mask is not sent where the provider would take it and do nothing with it."""
    asked = replace(call, card=shipped_cards(dialect)["gpt-image-2"], mask=call.pictures[0])

    assert "mask" not in await names(build_form(DIALECTS[dialect], asked))


async def test_orders_in_a_prompt(call: Call) -> None:
    """What stable-diffusion.cpp would take for its own parameters never reaches it, and reaches others unchanged."""
    wish = 'a cat <sd_cpp_extra_args>{"steps": 9999}</sd_cpp_extra_args> asleep'
    bodies = {
        name: await body_of(build_form(DIALECTS[name], replace(call, prompt=wish))) for name in ("sdcpp", "openai")
    }

    assert b'name="prompt"\r\n\r\na cat   asleep\r\n' in bodies["sdcpp"]
    assert wish.encode() in bodies["openai"]


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        (Options(output_compression=80), []),
        (Options(output_format="png", output_compression=80), ["output_format"]),
        (Options(output_format="webp", output_compression=0), ["output_format", "output_compression"]),
    ],
)
async def test_compression(call: Call, options: Options, sent: list[str]) -> None:
    """A compression goes out beside a format that has one, and with no other."""
    assert (await names(build_form(DIALECTS["openai"], replace(call, options=options))))[3:-1] == sent


@pytest.mark.parametrize(
    ("options", "wanted", "sent"),
    [
        (Options(), False, []),
        (Options(stream=False), False, []),
        (Options(stream=True), True, ["stream"]),
        (Options(stream=True, partial_images=0), True, ["stream", "partial_images"]),
        (Options(partial_images=0), False, []),
        (Options(partial_images=2), True, ["stream", "partial_images"]),
        (Options(partial_images=2, n=2), False, ["n"]),
    ],
)
async def test_streams(call: Call, options: Options, wanted: bool, sent: list[str]) -> None:
    """A stream is asked for when it, or a preview, is wished for, and only for one picture."""
    asked = replace(call, options=options)

    assert wants_stream(asked) is wanted
    assert (await names(build_form(DIALECTS["openai"], asked, stream=wanted)))[3:-1] == sent


def test_no_streams(call: Call) -> None:
    """A card without streams is never asked for one."""
    card = shipped_cards("litellm")["gpt-image-2"]

    assert not wants_stream(replace(call, card=card, options=Options(stream=True, partial_images=3)))


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
    content = bytes(range(256)) * 5000
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
