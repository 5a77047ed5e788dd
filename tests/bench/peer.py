"""A stand-in provider that costs its caller nothing: takes any body, answers the same pictures at once.

Run as `python -m tests.bench.peer COUNT FILE`: the answer is COUNT times the file, as OpenAI writes it. It prints
its port and serves until its input ends.
"""

import asyncio
import base64
import contextlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

BLOCK = 256 * 1024


@contextlib.contextmanager
def answering(count: int, picture: Path) -> Iterator[str]:
    """A provider in a process of its own for the body of a `with`; its address."""
    command = [sys.executable, "-m", "tests.bench.peer", str(count), str(picture)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        port = running.stdout.readline().strip() if running.stdout is not None else ""
        if not port:
            raise RuntimeError("the stand-in provider did not start")
        yield f"http://127.0.0.1:{port}/v1"


class Peer:
    """Answers every request with these bytes."""

    def __init__(self, answer: bytes) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n"
        self._answer = memoryview((head + "Connection: close\r\n\r\n").encode() + answer)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer, and the end of the connection."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
            await _swallow(reader, int(length[1]) if length else 0)
            for start in range(0, len(self._answer), BLOCK):
                writer.write(self._answer[start : start + BLOCK])
                await writer.drain()
        writer.close()


async def _swallow(reader: asyncio.StreamReader, left: int) -> None:
    while left > 0:
        piece = await reader.read(min(left, BLOCK))
        if not piece:
            raise ConnectionError
        left -= len(piece)


def answer_of(count: int, picture: bytes) -> bytes:
    """The body of an answer with so many copies of a picture."""
    one = b'{"b64_json": "' + base64.b64encode(picture) + b'"}'
    usage = b'{"input_tokens": 100, "output_tokens": 1000, "total_tokens": 1100}'
    return b'{"created": 1, "data": [' + b", ".join([one] * count) + b'], "usage": ' + usage + b"}"


async def _main(answer: bytes) -> None:
    server = await asyncio.start_server(Peer(answer).serve, "127.0.0.1", 0, limit=BLOCK)
    async with server:
        sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_main(answer_of(int(sys.argv[1]), Path(sys.argv[2]).read_bytes())))
