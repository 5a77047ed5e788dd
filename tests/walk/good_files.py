"""Odd files that a member's edit shall not fail for, built by code, and what has to arrive of each."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, ImageChops, PngImagePlugin

from tests.images.files import encoded

Size = tuple[int, int]
Colours = tuple[tuple[int, int, int], ...]

SECRET = b"SECRET-9bd1"
SIZE = (96, 64)
MASKED = (1408, 1216)
RED, GREEN, BLUE, PALE = (200, 40, 40), (40, 160, 60), (40, 60, 200), (225, 225, 215)
QUARTERS: Colours = (RED, GREEN, BLUE, PALE)
GREYS: Colours = ((30,) * 3, (100,) * 3, (170,) * 3, (235,) * 3)
FIRST_FRAME = "only the first frame is used"
TAIL = b"<script>" + SECRET + b"</script>"


@dataclass(frozen=True, slots=True)
class Good:
    """A file, and what has to arrive of it: the size, the colours of its quarters, line by line, and what is said.

    A colour may be off by `off` levels in each channel.
    """

    name: str
    content: bytes
    size: Size = SIZE
    colours: Colours = QUARTERS
    off: int = 24
    note: str = ""


# ── pictures ────────────────────────────────────────────────────────────────────────────────────────────────


def quarters(colours: Colours = QUARTERS, size: Size = SIZE) -> Image.Image:
    """Four areas of one colour each, so that every way of turning it shows."""
    small = Image.new("RGB", (2, 2))
    small.putdata(colours)
    return small.resize(size, Image.Resampling.NEAREST)


def greys() -> Image.Image:
    """Four greys."""
    return quarters(GREYS).convert("L")


def chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(size: Size, depth: int, colour_type: int, pixels: bytes) -> bytes:
    """A PNG whose pixels are already packed, or are no pixels at all."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, depth, colour_type, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def with_chunks(content: bytes, *chunks: bytes) -> bytes:
    """A PNG with these chunks behind its header."""
    return content[:33] + b"".join(chunks) + content[33:]


def deep_png() -> bytes:
    """The quarters with 16 bits a channel."""
    picture, width = quarters().tobytes(), 3 * SIZE[0]
    rows = (picture[start : start + width] for start in range(0, len(picture), width))
    deep = b"".join(b"\0" + b"".join(bytes((value, value)) for value in row) for row in rows)
    return png(SIZE, 16, 2, zlib.compress(deep))


def deep_grey_png() -> bytes:
    """The greys with 16 bits: whoever cuts them off instead of scaling makes all of it white."""
    return encoded(greys().convert("I").point(lambda value: value * 257).convert("I;16"), "PNG")


def see_through() -> bytes:
    """The quarters with a palette, of which one colour is transparent."""
    return encoded(quarters().quantize(4), "PNG", transparency=0)


def ycck() -> bytes:
    """The quarters as a JPEG of luma, chroma and black, as Photoshop writes it: Pillow's CMYK with other planes."""
    luma = ImageChops.invert(quarters()).convert("YCbCr").split()
    planes = [*map(ImageChops.invert, luma), Image.new("L", SIZE, 0)]
    content = encoded(Image.merge("CMYK", planes), "JPEG", quality=95)
    at = content.index(b"Adobe") + 11
    return content[:at] + b"\2" + content[at + 1 :]


def turned(orientation: int) -> bytes:
    """The quarters, stored so that only this orientation shows them upright; one that there is not means upright."""
    back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = quarters().transpose(back[orientation]) if orientation in back else quarters()
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(stored, "JPEG", exif=exif, quality=95)


def told_everything() -> Image.Exif:
    """A camera's remarks: who, where, with what, and its maker's own."""
    exif = Image.Exif()
    exif[0x010F] = exif[0x013B] = SECRET.decode()
    exif.get_ifd(0x8769)[0x927C] = SECRET * 20
    exif.get_ifd(0x8825).update({1: "N", 2: (59.0, 54.0, 50.0), 29: SECRET.decode()})
    return exif


def profile() -> bytes:
    """A colour profile of nonsense."""
    return struct.pack(">I", 128 + len(SECRET)) + bytes(124) + SECRET


def texts() -> PngImagePlugin.PngInfo:
    """Every kind of text that a PNG can have."""
    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", SECRET.decode())
    told.add_text("Packed", SECRET.decode() * 9, zip=True)
    told.add_itxt("XML:com.adobe.xmp", f"<x:xmpmeta>{SECRET.decode()}</x:xmpmeta>")
    return told


def film(format_: str, pictures: int = 120) -> bytes:
    """An animation whose first picture is the quarters."""
    others = [quarters(QUARTERS[::-1], SIZE), quarters((PALE,) * 4, SIZE)] * (pictures // 2)
    return encoded(quarters(), format_, save_all=True, append_images=others, duration=20)


def archive() -> bytes:
    """A ZIP file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("hidden.txt", SECRET)
    return out.getvalue()


def left_half(size: Size = MASKED) -> Image.Image:
    """White on black, white being the left half."""
    drawn = Image.new("L", size)
    drawn.paste(255, (0, 0, size[0] // 2, size[1]))
    return drawn


def heavy_mask() -> bytes:
    """The left half transparent, above noise that makes some five megabytes of it."""
    noise = random.Random(5).randbytes(3 * MASKED[0] * MASKED[1])
    picture = Image.frombytes("RGB", MASKED, noise)
    picture.putalpha(ImageChops.invert(left_half()))
    return encoded(picture, "PNG")


def film_mask() -> bytes:
    """An animation of masks, of which the first opens the left half."""
    first = left_half()
    return encoded(first, "PNG", save_all=True, append_images=[ImageChops.invert(first)])


def jpeg_mask() -> bytes:
    """The left half, with what JPEG does to an edge."""
    return encoded(left_half(), "JPEG", quality=60)


# ── what is taken ───────────────────────────────────────────────────────────────────────────────────────────


def text_bombs() -> Iterator[Good]:
    """Texts and profiles that unpack to a hundred megabytes, and twenty thousand texts."""
    plain, packed = encoded(quarters(), "PNG"), zlib.compress(bytes(100_000_000), 9)
    many = [chunk(b"tEXt", b"Comment\0" + SECRET)] * 20_000
    yield Good("text.png", with_chunks(plain, chunk(b"zTXt", b"Comment\0\0" + packed)))
    yield Good("profile.png", with_chunks(plain, chunk(b"iCCP", b"sRGB\0\0" + packed)))
    yield Good("many.png", with_chunks(plain, *many))


def films() -> Iterator[Good]:
    """Animations of many pictures."""
    for format_, name in (("GIF", "film.gif"), ("WEBP", "film.webp"), ("PNG", "film.png")):
        yield Good(name, film(format_), note=f"{name}: {FIRST_FRAME}")


def kinds_of_colour() -> Iterator[Good]:
    """Every way in which a PNG or JPEG can say its colours."""
    yield Good("cmyk.jpg", encoded(quarters().convert("CMYK"), "JPEG", quality=95))
    yield Good("ycck.jpg", ycck())
    yield Good("deep.png", deep_png())
    yield Good("deep-grey.png", deep_grey_png(), colours=GREYS)
    yield Good("palette.png", see_through())
    yield Good("grey.png", encoded(greys(), "PNG"), colours=GREYS)
    yield Good("grey-alpha.png", encoded(greys().convert("LA"), "PNG"), colours=GREYS)
    yield Good("grey.jpg", encoded(greys(), "JPEG"), colours=GREYS)
    yield Good("two.png", encoded(quarters(_CHECKS).convert("1"), "PNG"), colours=_CHECKS)


def orientations() -> Iterator[Good]:
    """The eight ways in which a camera is held."""
    for way in range(1, 9):
        yield Good(f"way{way}.jpg", turned(way))


def no_orientations() -> Iterator[Good]:
    """Orientations that there are not, in a file whose camera's remarks end in the middle."""
    yield Good("zero.jpg", turned(0))
    yield Good("nine.jpg", turned(9))
    yield Good("junk.jpg", encoded(quarters(), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\1\x12"))


def tell_tales() -> Iterator[Good]:
    """Place, camera, its maker's notes, owner, texts and profile in every format that carries them."""
    exif, xmp = told_everything(), b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"
    yield Good("told.jpg", encoded(quarters(), "JPEG", exif=exif, xmp=xmp, comment=SECRET, icc_profile=profile()))
    yield Good("told.png", encoded(quarters(), "PNG", exif=exif, pnginfo=texts()))
    yield Good("told.webp", encoded(quarters(), "WEBP", exif=exif.tobytes(), xmp=xmp, quality=95))
    yield Good("told.heic", encoded(quarters(), "HEIF", exif=exif.tobytes(), xmp=xmp, quality=95))
    yield Good("told.avif", encoded(quarters(), "AVIF", exif=exif.tobytes(), xmp=xmp, quality=95))
    yield Good("told.tiff", encoded(quarters(), "TIFF", description=SECRET.decode(), artist=SECRET.decode()))


def other_kinds() -> Iterator[Good]:
    """What phones, scanners and old programs make."""
    second = quarters((PALE,) * 4)
    yield Good("phone.jpg", encoded(quarters(), "MPO", save_all=True, append_images=[second], quality=95))
    yield Good("phone.heic", encoded(quarters(), "HEIF", quality=95))
    yield Good("net.avif", encoded(quarters(), "AVIF", quality=95))
    yield Good("old.bmp", encoded(quarters(), "BMP"))
    pages = encoded(quarters(), "TIFF", save_all=True, append_images=[quarters((PALE,) * 4)])
    yield Good("scan.tiff", pages, note="scan.tiff: only the first page is used")


def polyglots() -> Iterator[Good]:
    """Pictures that are an archive, a script or a web page as well."""
    script = encoded(quarters(), "GIF")
    yield Good("zip.png", encoded(quarters(), "PNG") + archive())
    yield Good("script.gif", script + b"*/=1;alert('" + SECRET + b"')")
    yield Good("page.jpg", encoded(quarters(), "JPEG", comment=b"--><html>" + TAIL, quality=95) + TAIL)
    yield Good("page.webp", encoded(quarters(), "WEBP", quality=95) + TAIL)


def twins() -> Iterator[Good]:
    """The same file twice."""
    yield from [Good("twin.png", encoded(quarters(), "PNG"))] * 2


_CHECKS: Colours = ((0,) * 3, (255,) * 3, (255,) * 3, (0,) * 3)


# ── what arrived ────────────────────────────────────────────────────────────────────────────────────────────


def quarter_colours(picture: Image.Image) -> Colours:
    """The colours in the middle of the quarters, line by line."""
    across, down = (picture.width // 4, picture.width * 3 // 4), (picture.height // 4, picture.height * 3 // 4)
    pixels = picture.convert("RGB").load()
    assert pixels is not None
    return tuple(pixels[x, y] for y in down for x in across)  # type: ignore[misc]  # RGB has three channels


def leftovers(content: bytes) -> set[str]:
    """What a PNG, JPEG or WebP holds beside its picture, by the names of its parts; "tail" is what hangs on behind."""
    if content.startswith(b"\x89PNG"):
        return _beside_png(content)
    return _beside_jpeg(content) if content.startswith(b"\xff\xd8") else _beside_webp(content)


def _beside_png(content: bytes) -> set[str]:
    found, at = set(), 8
    while at < len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        found.add(kind.decode("latin-1"))
        at += 12 + length
        if kind == b"IEND":
            break
    return found - {"IHDR", "PLTE", "tRNS", "IDAT", "IEND"} | ({"tail"} if at != len(content) else set())


def _beside_jpeg(content: bytes) -> set[str]:
    found, at = set(), 2
    while content[at + 1] != 0xDA:
        found.add(content[at + 1])
        at += 2 + struct.unpack_from(">H", content, at + 2)[0]
    remarks = {0xFE, *range(0xE1, 0xF0)}  # APP0 says only that it is a JPEG
    tail = {"tail"} if content.index(b"\xff\xd9", at) + 2 != len(content) else set[str]()
    return {f"{marker:x}" for marker in found & remarks} | tail


def _beside_webp(content: bytes) -> set[str]:
    found, at = set(), 12
    while at < len(content):
        kind, length = struct.unpack_from("<4sI", content, at)
        found.add(kind.decode("latin-1"))
        at += 8 + length + length % 2
    whole = len(content) == 8 + struct.unpack_from("<I", content, 4)[0]
    return found - {"VP8 ", "VP8L", "VP8X", "ALPH"} | (set() if whole else {"tail"})
