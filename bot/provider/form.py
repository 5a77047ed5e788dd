"""The multipart form of one call: which parts, in which order, and the body that reads its files as it goes."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

from aiohttp import MultipartWriter, hdrs
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import StreamWriter
from aiohttp.payload import Payload, StringPayload

from bot.domain import crash
from bot.domain.catalog import ModelCard
from bot.domain.request import Options
from bot.provider.dialect import Dialect
from bot.provider.prompt import without_tag
from bot.workflow.ports import Call, SendFile

# Half the CPU time of blocks of 64 KiB, and still small beside a picture.
BLOCK = 512 * 1024


class Form(MultipartWriter):
    """A body that knows whether any byte of it left, how many did, and when the last one has. For one call only."""

    def __init__(self) -> None:
        super().__init__("form-data")
        self.began = False
        self.out = asyncio.Event()
        self._taken = 0
        self._transport: asyncio.WriteTransport | None = None

    @property
    def percent(self) -> int:
        """How much of it has left us, from 0 to 99: what still waits in this process for the line has not."""
        waiting = self._transport.get_write_buffer_size() if self._transport is not None else 0
        return min(99, 100 * max(0, self._taken - waiting) // max(1, self.size or 0))

    async def write(self, writer: AbstractStreamWriter, close_boundary: bool = True) -> None:
        """Send every part. The first byte counts as gone when the transport has taken it."""
        writer.on_body_write = self._note
        self._transport = writer.transport if isinstance(writer, StreamWriter) else None
        await super().write(writer, close_boundary)
        await writer.drain()
        self.out.set()

    def _note(self, size: int, _position: int) -> None:
        self.began = True
        self._taken += size


class FilePart(Payload):
    """A file, sent in blocks that are read off the loop; never more than one block is held."""

    _value: SendFile
    _autoclose = True  # it is opened for each block, so there is nothing to close

    def __init__(self, file: SendFile) -> None:
        super().__init__(file, content_type=file.content_type, filename=file.filename)
        self._size = file.bytes

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Send exactly the bytes that were announced. Raises OSError where the file has fewer."""
        loop, sent = asyncio.get_running_loop(), 0
        while sent < self._value.bytes:
            most = min(BLOCK, self._value.bytes - sent)
            block = await loop.run_in_executor(None, _read, self._value.path, sent, most)
            if not block:
                raise OSError("the file is shorter than announced")
            await writer.write(block)
            crash.point("mid-body")
            sent += len(block)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """The whole file as text: what aiohttp asks of a payload; not used on the way out."""
        return self._value.path.read_bytes().decode(encoding, errors)


def build_form(dialect: Dialect, call: Call, *, model: bool = True, stream: bool = False) -> Form:
    """The form of this call. Only fields that the card lists are in it.

    `model` says whether the form has to name the model, `stream` whether the answer is asked for as a stream.
    """
    form = Form()
    if model:
        form.append_payload(_text("model", call.card.wire_name))
    prompt = without_tag(call.prompt, dialect.prompt_tag) if dialect.prompt_tag else call.prompt
    form.append_payload(_text("prompt", prompt))
    image = dialect.one_file if len(call.pictures) == 1 else dialect.many_files
    for picture in call.pictures:
        form.append_payload(_file(image, picture))
    if call.mask is not None and call.card.sends_mask():
        form.append_payload(_file("mask", call.mask))
    for name, value in _options(call.card, call.options, stream=stream):
        form.append_payload(_text(name, value))
    if call.card.user and call.user:
        form.append_payload(_text("user", call.user))
    return form


def wants_stream(call: Call) -> bool:
    """Whether this call's answer should come as a stream, which carries one picture only (OpenAI's image guide)."""
    wish = call.options.stream or (call.options.partial_images or 0) > 0
    return wish and call.card.stream and call.options.n == 1


def complete(files: tuple[SendFile, ...]) -> bool:
    """Whether every file is there with the bytes that will be announced. Touches the disk: not for the loop."""
    try:
        return all(file.path.stat().st_size == file.bytes for file in files)
    except OSError:
        return False


def _options(card: ModelCard, options: Options, *, stream: bool) -> Iterator[tuple[str, str]]:
    # One picture is every provider's default, and some sell `n` only to some accounts: it goes out where it matters.
    if options.n > 1 and card.n_per_call > 1:
        yield "n", str(options.n)
    if options.size is not None and card.sizes:
        yield "size", options.size
    for name, value, known in (
        ("quality", options.quality, card.quality),
        ("background", options.background, card.background),
        ("input_fidelity", options.input_fidelity, card.input_fidelity),
        ("output_format", options.output_format, card.output_format),
    ):
        if value is not None and known:
            yield name, value
    if options.output_compression is not None and options.output_format in card.compressed_formats:
        yield "output_compression", str(options.output_compression)
    if stream:
        yield "stream", "true"
        if options.partial_images is not None and card.partial_images:
            yield "partial_images", str(options.partial_images)
    if card.response_format is not None:
        yield "response_format", card.response_format


def _text(name: str, value: str) -> Payload:
    # The vendors' SDKs send text parts without a Content-Type; some gateways take a typed part for a file.
    part = StringPayload(value)
    part.headers.clear()
    part.set_content_disposition("form-data", name=name)
    return part


def _file(name: str, file: SendFile) -> Payload:
    part = FilePart(file)
    part.headers.clear()
    part.set_content_disposition("form-data", name=name, filename=file.filename)
    part.headers[hdrs.CONTENT_TYPE] = file.content_type
    return part


def _read(path: Path, start: int, most: int) -> bytes:
    # Opened anew for each block: a call that is cancelled while a thread reads leaves no open file behind.
    with path.open("rb", buffering=0) as file:
        file.seek(start)
        return file.read(most)
