"""Every file that Pillow can write, and what may happen to a file on its way to us, by a seed."""

import contextlib
import random
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pillow_heif
from PIL import Image

MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "LAB", "HSV", "I", "I;16", "F")
SIZE = (40, 28)
VARIANTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("JPEG", "RGB", {"progressive": True, "quality": 92}),
    ("JPEG", "RGB", {"subsampling": 0, "exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0"}),
    ("PNG", "RGBA", {"save_all": True, "append_images": 1}),
    ("GIF", "RGB", {"save_all": True, "append_images": 1}),
    ("WEBP", "RGBA", {"lossless": True}),
    ("WEBP", "RGB", {"save_all": True, "append_images": 1}),
    ("AVIF", "RGB", {"save_all": True, "append_images": 1}),
    ("TIFF", "RGB", {"save_all": True, "append_images": 1}),
    *(("TIFF", "RGB", {"compression": how}) for how in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg")),
    ("TIFF", "1", {"compression": "group4"}),
)
TAILS = (b"PK\x03\x04" + b"zip" * 40, b"<html><script>alert(1)</script>", b"\0" * 333, b"\xff\xd8\xff\xe0tail")

pillow_heif.register_heif_opener()


@dataclass(frozen=True, slots=True)
class Good:
    """A whole file as Pillow wrote it: "PNG", "RGBA", its bytes."""

    format: str
    mode: str
    content: bytes
    variant: str = ""

    @property
    def name(self) -> str:
        """For the name of a test."""
        return f"{self.format}-{self.mode}{self.variant}"


@dataclass(frozen=True, slots=True)
class Damaged:
    """What became of a good file: how, and the bytes."""

    how: str
    content: bytes


def every_file() -> tuple[Good, ...]:
    """One small file for each format and mode that can be written together, and for each variant of the table."""
    Image.init()
    plain: list[tuple[str, str, dict[str, Any]]] = [(format_, mode, {}) for format_ in Image.SAVE for mode in MODES]
    return tuple(
        Good(format_, mode, content, "-".join(map(str, options)))
        for format_, mode, options in sorted((*plain, *VARIANTS), key=str)
        if (content := _written(format_, mode, options)) is not None
    )


def damaged(good: Good, seed: int, *, cuts: int, flips: int) -> Iterator[Damaged]:
    """The same file cut short, with bits turned over, and with something foreign at its end."""
    chance = random.Random(f"{good.name}-{seed}")
    whole = good.content
    for _ in range(cuts):
        at = chance.randrange(len(whole))
        yield Damaged(f"cut at {at}", whole[:at])
    for _ in range(flips):
        yield _flipped(whole, chance)
    for tail in TAILS:
        yield Damaged(f"tail {tail[:4]!r}", whole + tail)


def _flipped(whole: bytes, chance: random.Random) -> Damaged:
    """One to eight bits; every other time in the first bytes, where sizes and lengths stand."""
    turned = bytearray(whole)
    reach = len(whole) if chance.random() < 0.5 else min(64, len(whole))
    places = [(chance.randrange(reach), chance.randrange(8)) for _ in range(chance.randint(1, 8))]
    for at, bit in places:
        turned[at] ^= 1 << bit
    return Damaged(f"bits {places}", bytes(turned))


def _written(format_: str, mode: str, options: dict[str, Any]) -> bytes | None:
    buffer = BytesIO()
    # A format says in many ways that it has no such mode, or that it cannot be written without a helper program.
    with contextlib.suppress(Exception), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        picture = _picture(mode)
        if "append_images" in options:
            options = {**options, "append_images": [picture.transpose(Image.Transpose.ROTATE_180)]}
        picture.save(buffer, format_, **options)
        return buffer.getvalue() or None
    return None


def _picture(mode: str) -> Image.Image:
    """Slopes in every channel, so that no two parts of it are alike."""
    across, down = Image.linear_gradient("L").resize(SIZE), Image.radial_gradient("L").resize(SIZE)
    colours = Image.merge("RGBA", (across, down, across.transpose(Image.Transpose.ROTATE_180), down))
    match mode:
        case "I;16":
            return across.convert("I").point(lambda value: value * 257).convert("I;16")
        case "PA":
            return colours.convert("RGB").quantize(32).convert("PA")
        case "LAB":
            return Image.merge("LAB", (across, down, across))
        case _:
            return colours.convert("RGB").convert(mode) if mode != "RGBA" else colours
