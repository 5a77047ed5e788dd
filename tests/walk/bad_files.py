"""Files that are refused, built by code, and what is said of each."""

import random
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from PIL import Image

from tests.images.files import encoded
from tests.walk.good_files import SIZE, Size, archive, png, quarters

DAMAGED = "is damaged or incomplete. Save it again"


@dataclass(frozen=True, slots=True)
class Bad:
    """A file, and how the sentence begins that is said of it."""

    name: str
    content: bytes
    says: str


def bombs() -> Iterator[Bad]:
    """Pictures of 400 megapixels and more in files of some kilobytes."""
    yield Bad("real.png", real_bomb(20_000), "real.png has 400 megapixels; the limit is 50. Scale it down")
    yield Bad("cut.png", real_bomb(30_000)[:60], "cut.png has 900 megapixels; the limit is 50.")
    yield Bad("quiet.png", bomb(9400, 9400), "quiet.png has 89 megapixels; the limit is 50.")


def absurdities() -> Iterator[Bad]:
    """Sizes that no picture has."""
    yield Bad("a.png", bomb(65_535, 65_535), "a.png has 4295 megapixels; the limit is 50.")
    yield Bad("b.png", bomb(2**31 - 1, 2**31 - 1)[:66], "b.png has 4611686014133 megapixels; the limit is 50.")
    yield Bad("c.gif", b"GIF89a" + b"\xff" * 4 + bytes(3), "c.gif has 4295 megapixels; the limit is 50.")
    yield Bad("d.jpg", large_jpeg(65_500, 65_500), "d.jpg has 4291 megapixels; the limit is 50.")
    yield Bad("e.png", bomb(0, 64), f"e.png {DAMAGED}")


def stumps() -> Iterator[Bad]:
    """Nothing, next to nothing, and a signature alone."""
    yield Bad("none.png", b"", "none.png is empty. Upload it again.")
    yield Bad("one.png", b"\x89", "one.png is not a picture that I can read")
    yield Bad("signed.png", b"\x89PNG\r\n\x1a\n", f"signed.png {DAMAGED}")
    yield Bad("signed.jpg", b"\xff\xd8\xff", f"signed.jpg {DAMAGED}")
    yield Bad("signed.webp", b"RIFF\x24\0\0\0WEBP", f"signed.webp {DAMAGED}")


def cut_short() -> Iterator[Bad]:
    """Six tenths of each kind whose header tells where it ends."""
    yield from (_cut(format_, name) for format_, name in _NAMES.items())


def damaged_within() -> Iterator[Bad]:
    """Kinds whose header does not tell where they end, and pixels that cannot be unpacked behind a faultless header."""
    yield _cut("JPEG", "cut.jpg")
    yield _cut("GIF", "cut.gif")
    pixels = bytearray(zlib.compress(noisy().tobytes()))
    pixels[2000:2100] = bytes(100)
    yield Bad("spoiled.png", png((160, 120), 8, 2, bytes(pixels)), f"spoiled.png {DAMAGED}")


def foreign() -> Iterator[Bad]:
    """Drawings, pages, programs and archives, all called .png, which Discord then announces as PNG."""
    mvg = b"push graphic-context\nviewbox 0 0 9 9\nimage over 0,0 0,0 'https://evil.test/x'\npop graphic-context"
    yield _called("SVG", b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>")
    yield _called("HTML", b"<!DOCTYPE html><html><script>alert(1)</script></html>")
    yield _called("MVG", mvg)
    yield _called("EPS", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    yield _called("PDF", encoded(quarters(), "PDF"))
    yield _called("ELF", b"\x7fELF\2\1\1" + bytes(64))
    yield _called("ZIP", archive())


def unopened() -> Iterator[Bad]:
    """Pictures of kinds that have no decoder here, though Pillow has one."""
    yield _called("PSD", b"8BPS\0\1" + bytes(64))
    yield _called("JPEG 2000", b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 " + bytes(64))
    yield _called("DDS", encoded(quarters(), "DDS"))
    yield _called("BLP", encoded(quarters().quantize(4), "BLP"))


def shapes() -> Iterator[Bad]:
    """A dot, a thread and a strip."""
    yield Bad("dot.png", encoded(quarters(size=(1, 1)), "PNG"), "dot.png is only 1x1: the shorter side needs at least")
    yield Bad("line.png", encoded(quarters(size=(1, 20_000)), "PNG"), "line.png is only 1x20000: the shorter side")
    yield Bad("strip.png", encoded(quarters(size=(450, 30)), "PNG"), "strip.png is 450x30: one side is more than 10")


def masks() -> Iterator[Bad]:
    """Masks for the quarters that select nothing, everything, or nobody knows what."""
    opaque, clear = Image.new("RGB", SIZE, "black"), Image.new("RGBA", SIZE, (0, 0, 0, 0))
    yield Bad("tall.png", encoded(clear.resize((64, 96)), "PNG"), "The mask tall.png is 64x96 and the first picture is")
    yield Bad("opaque.png", encoded(opaque, "PNG"), "The mask opaque.png selects nothing, so nothing would change.")
    yield Bad("same.png", encoded(quarters(), "PNG"), "The mask same.png selects nothing, so nothing would change.")
    yield Bad("clear.png", encoded(clear, "PNG"), "The mask clear.png selects the whole picture. Leave it out")
    yield Bad("noise.png", encoded(noisy(SIZE), "PNG"), "I can't tell from noise.png which part should change.")
    yield Bad("bomb.png", bomb(30_000, 20_000), "bomb.png has 600 megapixels; the limit is 50.")
    yield Bad("page.png", b"<html></html>", "page.png is not a picture that I can read: it looks like HTML.")


_NAMES: Mapping[str, str] = {
    "PNG": "cut.png",
    "WEBP": "cut.webp",
    "TIFF": "cut.tiff",
    "BMP": "cut.bmp",
    "AVIF": "cut.avif",
    "HEIF": "cut.heic",
}


def noisy(size: Size = (160, 120)) -> Image.Image:
    """A picture that cannot be packed, so that a file's middle lies in its pixels."""
    return Image.frombytes("RGB", size, random.Random(3).randbytes(3 * size[0] * size[1]))


def bomb(width: int, height: int) -> bytes:
    """A PNG of some bytes that says it is so large."""
    return png((width, height), 1, 0, b"\0")


def real_bomb(side: int) -> bytes:
    """A PNG that really has all its pixels, one bit each, and still weighs next to nothing."""
    packer, row = zlib.compressobj(9), bytes(1 + side // 8)
    packed = b"".join(packer.compress(row * 1000) for _ in range(side // 1000)) + packer.flush()
    return png((side, side), 1, 0, packed)


def large_jpeg(width: int, height: int) -> bytes:
    """A small JPEG whose frame header says another size."""
    content = encoded(quarters(), "JPEG")
    at = content.index(b"\xff\xc0") + 5
    return content[:at] + struct.pack(">HH", height, width) + content[at + 4 :]


def _cut(format_: str, name: str) -> Bad:
    whole = encoded(noisy(), format_)
    return Bad(name, whole[: len(whole) * 6 // 10], f"{name} {DAMAGED}")


def _called(what: str, content: bytes) -> Bad:
    name = f"{what.lower().replace(' ', '-')}.png"
    return Bad(name, content, f"{name} is not a picture that I can read: it looks like {what}. Send it as PNG")
