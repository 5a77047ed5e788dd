"""Results that are not what they should be: other formats, half a file, a bomb, an archive behind the picture."""

import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from io import BytesIO
from types import MappingProxyType

from PIL import Image

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_BOMB_SIDE = 30_000


def _bomb(_: bytes) -> bytes:
    """A PNG of a few bytes that says how large it would be."""
    header = struct.pack(">IIBBBBB", _BOMB_SIDE, _BOMB_SIDE, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(4096))
    return _SIGNATURE + b"".join(map(_chunk, (b"IHDR", b"IDAT", b"IEND"), (header, pixels, b"")))


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _gif(picture: bytes) -> bytes:
    out = BytesIO()
    with Image.open(BytesIO(picture)) as whole:
        whole.convert("RGB").resize((64, 64)).save(out, "GIF")
    return out.getvalue()


def _svg(_: bytes) -> bytes:
    return (
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="64" height="64">'
        b'<script>alert(1)</script><rect width="64" height="64" fill="teal"/></svg>'
    )


def _html(_: bytes) -> bytes:
    return b"<!DOCTYPE html><html><body><script>alert(1)</script>Sign in to see this picture.</body></html>"


def _half(picture: bytes) -> bytes:
    return picture[: len(picture) // 2]


def _zip_tail(picture: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("hidden.txt", "not a part of the picture")
    return picture + out.getvalue()


SPOILED: Mapping[str, Callable[[bytes], bytes]] = MappingProxyType(
    {"bomb": _bomb, "gif": _gif, "half": _half, "html": _html, "svg": _svg, "zip_tail": _zip_tail}
)
