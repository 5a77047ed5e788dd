"""The bytes of a paid call on the wire, held against files that a person can read."""

import asyncio
import contextlib
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bot.domain.catalog import shipped_cards
from bot.domain.request import Options
from bot.provider.client import ImageClient
from bot.provider.dialect import DIALECTS
from bot.workflow.ports import Call, SendFile, Unsent

HERE = Path(__file__).parent
# As long as the real one, so that Content-Length stays right.
BOUNDARY = b"0123456789abcdef0123456789abcdef"
ANSWER = b'HTTP/1.1 500 No\r\nContent-Length: 15\r\nConnection: close\r\n\r\n{"error": "no"}'

NASTY = (
    "line one\r\nline two\n"
    f"--{BOUNDARY.decode()}\r\n"
    'Content-Disposition: form-data; name="n"\r\n\r\n10\r\n'
    f"--{BOUNDARY.decode()}--\r\n"
    "quotes \" ' and \\ backslash; percent %0d%0a %s {0} \t雪 \U0001f3d4️ \u202e"
)

ORDERS = 'make it <SD_cpp_extra_args>{"steps": 9999}</sd_cpp_extra_args>snow<sd_cpp_extra_args>{"seed": 1}'


def pictures(folder: Path, *names: str) -> tuple[SendFile, ...]:
    """Files whose bytes say which one they are, so that a golden file can be read."""
    sent = []
    for name in names:
        (folder / name).write_bytes(f"<the bytes of {name}>".encode())
        kind = "jpeg" if name.endswith("jpg") else name.rpartition(".")[2]
        size = (folder / name).stat().st_size
        sent.append(SendFile(folder / name, name, f"image/{kind}", 8, 8, size))
    return tuple(sent)


@dataclass(frozen=True)
class Wanted:
    """One call: which dialect and model, and what goes into the form. `base` is a path below the provider's origin."""

    dialect: str
    model: str
    names: tuple[str, ...] = ("image_0.png",)
    mask: bool = False
    options: Options = field(default_factory=Options)
    prompt: str = "make it snow"
    direct: bool = True
    base: str = ""

    def call(self, folder: Path) -> Call:
        """The call, with its files on disk."""
        return Call(
            attempt="7f3a0000-0000-4000-8000-000000000001",
            card=shipped_cards(self.dialect, direct=self.direct)[self.model],
            prompt=self.prompt,
            options=self.options,
            pictures=pictures(folder, *self.names),
            mask=pictures(folder, "mask.png")[0] if self.mask else None,
            user="hash",
            folder=folder,
        )


EVERY_OPTION = Options("1536x1024", "high", 3, "opaque", "webp", None, 80)
JPEG = replace(EVERY_OPTION, output_format="jpeg")
STREAMED = Options("1024x1024", "low", output_format="jpeg", output_compression=0, partial_images=2, stream=True)
SQUARE = Options("1024x1024")
THREE = ("image_0.png", "image_1.jpg", "image_2.webp")
TWO = THREE[:2]
DEPLOYMENT = "/openai/deployments/pictures?api-version=2025-04-01-preview"
GENERATION_1 = Options("auto", "auto", 10, "transparent", "webp", "high", 100)

# For each dialect the richest form that its cards allow, and the plainest; for each model the fields of its own.
CALLS = {
    "one-picture": Wanted("openai", "gpt-image-2", options=SQUARE),
    "three-pictures-mask-every-option": Wanted("openai", "gpt-image-2", THREE, mask=True, options=EVERY_OPTION),
    "stream": Wanted("openai", "gpt-image-2", options=STREAMED),
    "gpt-image-2.5-sunburst": Wanted("openai", "gpt-image-2.5-sunburst", options=Options("2048x1152", "max")),
    "gpt-image-1": Wanted("openai", "gpt-image-1", THREE, mask=True, options=GENERATION_1),
    "dall-e-2": Wanted("openai", "dall-e-2", mask=True, options=Options("512x512", "standard", 2)),
    "nasty-prompt": Wanted("openai", "gpt-image-2", options=SQUARE, prompt=NASTY),
    "azure": Wanted("azure", "gpt-image-2", options=SQUARE),
    "azure-deployment": Wanted("azure", "gpt-image-2", TWO, mask=True, options=JPEG, base=DEPLOYMENT),
    "azure-stream": Wanted("azure", "gpt-image-2", options=STREAMED, base=DEPLOYMENT),
    "anyfast": Wanted("anyfast", "gpt-image-2", options=SQUARE, direct=False),
    "anyfast-direct": Wanted("anyfast", "gpt-image-2", TWO, mask=True, options=JPEG),
    "gpt-image-2-c": Wanted("anyfast", "gpt-image-2-c", options=SQUARE, direct=False),
    "gpt-image-2-c-direct": Wanted("anyfast", "gpt-image-2-c", mask=True, options=replace(SQUARE, n=4)),
    "flux-kontext-pro": Wanted("newapi", "flux-kontext-pro", ("image_0.jpg",), options=Options(output_format="png")),
    "newapi": Wanted("newapi", "gpt-image-2", THREE, mask=True, options=EVERY_OPTION),
    "newapi-stream": Wanted("newapi", "gpt-image-2", options=STREAMED),
    "litellm": Wanted("litellm", "gpt-image-2", THREE, mask=True, options=EVERY_OPTION),
    "litellm-one": Wanted("litellm", "gpt-image-2", options=STREAMED),
    "sdcpp": Wanted("sdcpp", "gpt-image-2", TWO, mask=True, options=JPEG, prompt=ORDERS),
    "sdcpp-one": Wanted("sdcpp", "gpt-image-2", options=SQUARE),
    "vllm-omni": Wanted("vllm_omni", "gpt-image-2", TWO, mask=True, options=JPEG),
    "vllm-omni-one": Wanted("vllm_omni", "gpt-image-2", options=SQUARE),
    "sglang": Wanted("sglang", "gpt-image-2", TWO, mask=True, options=JPEG),
    "sglang-one": Wanted("sglang", "gpt-image-2", options=SQUARE),
}
KEYLESS = frozenset({"sdcpp", "vllm_omni", "sglang"})


async def captured(wanted: Wanted, folder: Path) -> bytes:
    """The request as it stood on the wire, read by nothing that knows HTTP beyond its length."""
    taken: list[bytes] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        found = re.search(rb"Content-Length: (\d+)\r\n", head)
        assert found is not None
        taken.append(head + await reader.readexactly(int(found[1])))
        writer.write(ANSWER)
        await writer.drain()
        # Whatever is sent beyond the announced length would be found here.
        taken[0] += await reader.read()
        writer.close()

    async with await asyncio.start_server(take, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        key = "" if wanted.dialect in KEYLESS else "sk-golden"
        async with ImageClient(f"http://127.0.0.1:{port}{wanted.base}", key, wanted.dialect) as client:
            with contextlib.suppress(Unsent):
                async with contextlib.aclosing(client.edit(wanted.call(folder))) as events:
                    async for _ in events:
                        pass
    return taken[0].replace(b"127.0.0.1:%d" % port, b"provider.example")


def with_fixed_boundary(request: bytes) -> bytes:
    """The request with its random boundary replaced."""
    found = re.search(rb"boundary=([0-9a-f]{32})\r\n", request)
    assert found is not None
    return request.replace(found[1], BOUNDARY)


@pytest.mark.parametrize("name", CALLS)
async def test_the_bytes_of_a_call(name: str, tmp_path: Path) -> None:
    """A call is on the wire exactly as its golden file says, from the request line to the last boundary."""
    request = with_fixed_boundary(await captured(CALLS[name], tmp_path))

    assert request == (HERE / f"{name}.http").read_bytes()


def test_every_dialect_is_here() -> None:
    """No dialect speaks without a golden file, with one picture and with more, and no file is left over."""
    for many in (False, True):
        assert {each.dialect for each in CALLS.values() if (len(each.names) > 1) is many} == set(DIALECTS)
    assert {path.stem for path in HERE.glob("*.http")} == set(CALLS)


@pytest.mark.parametrize("name", ["one-picture", "nasty-prompt"])
async def test_a_second_call_is_built_anew(name: str, tmp_path: Path) -> None:
    """The same call made again has the same bytes but for its boundary: a form is never used twice."""
    first, second = await captured(CALLS[name], tmp_path), await captured(CALLS[name], tmp_path)

    assert first != second
    assert with_fixed_boundary(first) == with_fixed_boundary(second)


async def test_a_prompt_cannot_end_its_part(tmp_path: Path) -> None:
    """A prompt that imitates a boundary stays inside its own part, byte for byte."""
    request = await captured(CALLS["nasty-prompt"], tmp_path)

    boundary = re.search(rb"boundary=([0-9a-f]{32})\r\n", request)
    assert boundary is not None
    parts = request.split(b"--" + boundary[1])[1:-1]
    names = [re.findall(rb'; name="([^"]+)"', part.split(b"\r\n\r\n")[0]) for part in parts]
    assert names == [[b"model"], [b"prompt"], [b"image"], [b"size"], [b"user"]]
    assert parts[1].split(b"\r\n\r\n", 1)[1] == NASTY.encode() + b"\r\n"
