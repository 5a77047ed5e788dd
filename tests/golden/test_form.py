"""The bytes of a paid call on the wire, held against files that a person can read."""

import asyncio
import contextlib
import re
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.catalog import shipped_cards
from bot.domain.request import Options
from bot.provider.client import ImageClient
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


def pictures(folder: Path, *names: str) -> tuple[SendFile, ...]:
    """Files whose bytes say which one they are, so that a golden file can be read."""
    sent = []
    for name in names:
        (folder / name).write_bytes(f"<the bytes of {name}>".encode())
        kind = "jpeg" if name.endswith("jpg") else name.rpartition(".")[2]
        size = (folder / name).stat().st_size
        sent.append(SendFile(folder / name, name, f"image/{kind}", 8, 8, size))
    return tuple(sent)


def call(folder: Path, model: str, names: tuple[str, ...], mask: bool, prompt: str, options: Options) -> Call:
    """A call with these files, in this order."""
    return Call(
        attempt="7f3a0000-0000-4000-8000-000000000001",
        card=shipped_cards()[model],
        prompt=prompt,
        options=options,
        pictures=pictures(folder, *names),
        mask=pictures(folder, "mask.png")[0] if mask else None,
        user="hash",
        folder=folder,
    )


EVERY_OPTION = Options("1536x1024", "high", 3, "opaque", "webp")
THREE = ("image_0.png", "image_1.jpg", "image_2.webp")

CALLS = {
    "one-picture": ("openai", "gpt-image-2", ("image_0.png",), False, "make it snow", Options("1024x1024")),
    "three-pictures-mask-every-option": ("openai", "gpt-image-2", THREE, True, "make it snow", EVERY_OPTION),
    "three-pictures-mask-anyfast": ("anyfast", "gpt-image-2", THREE, True, "make it snow", EVERY_OPTION),
    "dall-e-2": ("openai", "dall-e-2", ("image_0.png",), True, "make it snow", Options("512x512", n=2)),
    "gpt-image-2-c": ("anyfast", "gpt-image-2-c", ("image_0.png",), False, "make it snow", Options("1024x1024")),
    "flux-kontext-pro": (
        "newapi",
        "flux-kontext-pro",
        ("image_0.jpg",),
        False,
        "make it snow",
        Options(output_format="png"),
    ),
    "nasty-prompt": ("openai", "gpt-image-2", ("image_0.png",), False, NASTY, Options("1024x1024")),
}


async def captured(dialect: str, wanted: Call) -> bytes:
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
        async with ImageClient(f"http://127.0.0.1:{port}", "sk-golden", dialect) as client:
            with contextlib.suppress(Unsent):
                async with contextlib.aclosing(client.edit(wanted)) as events:
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
    dialect, *wanted = CALLS[name]

    request = with_fixed_boundary(await captured(dialect, call(tmp_path, *wanted)))  # type: ignore[arg-type]

    assert request == (HERE / f"{name}.http").read_bytes()


@pytest.mark.parametrize("name", ["one-picture", "nasty-prompt"])
async def test_a_second_call_is_built_anew(name: str, tmp_path: Path) -> None:
    """The same call made again has the same bytes but for its boundary: a form is never used twice."""
    dialect, *wanted = CALLS[name]
    again = call(tmp_path, *wanted)  # type: ignore[arg-type]

    first, second = await captured(dialect, again), await captured(dialect, replace(again))

    assert first != second
    assert with_fixed_boundary(first) == with_fixed_boundary(second)


async def test_a_prompt_cannot_end_its_part(tmp_path: Path) -> None:
    """A prompt that imitates a boundary stays inside its own part, byte for byte."""
    dialect, *wanted = CALLS["nasty-prompt"]

    request = await captured(dialect, call(tmp_path, *wanted))  # type: ignore[arg-type]

    boundary = re.search(rb"boundary=([0-9a-f]{32})\r\n", request)
    assert boundary is not None
    parts = request.split(b"--" + boundary[1])[1:-1]
    names = [re.findall(rb'; name="([^"]+)"', part.split(b"\r\n\r\n")[0]) for part in parts]
    assert names == [[b"model"], [b"prompt"], [b"image"], [b"size"]]
    assert parts[1].split(b"\r\n\r\n", 1)[1] == NASTY.encode() + b"\r\n"
