"""TIFF: its first page in every way that programs write it; the directory is judged before any library reads it."""

import struct
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageOps

from bot.domain.errors import PictureDamaged, PictureTooLarge, PictureUnknown
from bot.workflow.ports import Probe
from tests.images.files import corner, encoded, grey, loaded, look, never_half, placed, ramp, refusal, surveyed

Tags = dict[int, tuple[str, tuple[int, ...]]]  # kind of number as `struct` calls it, and the numbers

KINDS = {"B": 1, "H": 3, "I": 4, "f": 11}
PIXELS_AT = 8
PLAIN: Tags = {
    256: ("H", (4,)),
    257: ("H", (2,)),
    258: ("H", (8,)),
    259: ("H", (1,)),
    262: ("H", (1,)),
    273: ("I", (PIXELS_AT,)),
    277: ("H", (1,)),
    278: ("H", (2,)),
    279: ("I", (8,)),
}
ROWS = b"\0\0\0\0\xff\xff\xff\xff"


def tiff(changes: Tags | None = None, *, pixels: bytes = ROWS, order: str = "<", following: int = 0) -> bytes:
    """Header, pixels, directory, and what did not fit into it; a tag without numbers is left out."""
    tags = {tag: value for tag, value in sorted({**PLAIN, **(changes or {})}.items()) if value[1]}
    pixels = pixels.ljust(len(pixels) + len(pixels) % 2, b"\0")
    directory_at = PIXELS_AT + len(pixels)
    spill_at, spill, entries = directory_at + 2 + 12 * len(tags) + 4, b"", b""
    for tag, (kind, numbers) in tags.items():
        value = struct.pack(f"{order}{len(numbers)}{kind}", *numbers)
        if len(value) > 4:
            spill += value
            value = struct.pack(order + "I", spill_at + len(spill) - len(value))
        entries += struct.pack(order + "HHI", tag, KINDS[kind], len(numbers)) + value.ljust(4, b"\0")
    directory = struct.pack(order + "H", len(tags)) + entries + struct.pack(order + "I", following)
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return mark + struct.pack(order + "I", directory_at) + pixels + directory + spill


@pytest.mark.parametrize("how", [None, "tiff_lzw", "tiff_adobe_deflate", "tiff_deflate", "packbits", "zstd"])
@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "LAB", "I;16", "I", "F"]
)
def test_modes(tmp_path: Path, mode: str, how: str | None) -> None:
    """Every mode and packing comes back as the picture that was saved, with alpha where there was any."""
    picture = (
        ramp("I").point(lambda value: value * 257).convert(mode) if mode in ("I", "I;16") else ramp().convert(mode)
    )
    shown = (ramp("L") if mode in ("I", "I;16") else picture).convert("RGB")

    content = encoded(picture, "TIFF", **({"compression": how} if how else {}))

    has_alpha = mode in ("LA", "PA", "RGBA")
    assert look(tmp_path, content) == Probe("tiff", 64, 48, animated=False, has_alpha=has_alpha)
    result = loaded(tmp_path, content)
    assert result.mode == ("RGBA" if has_alpha else "RGB")
    difference = ImageChops.difference(result.convert("RGB"), shown)
    assert max(most for _, most in difference.getextrema()) <= 2  # type: ignore[misc]  # three pairs of numbers


@pytest.mark.parametrize("how", [None, "tiff_lzw"])
def test_sixteen_bits_of_a_mac(tmp_path: Path, how: str | None) -> None:
    """Big numbers first, packed or not, are neither white nor noise."""
    picture = Image.frombytes("I;16B", (2, 1), struct.pack(">2H", 25_700, 51_400))

    result = loaded(tmp_path, encoded(picture, "TIFF", **({"compression": how} if how else {})))

    assert (grey(result, (0, 0)), grey(result, (1, 0))) == (100, 200)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_jpeg_inside(tmp_path: Path, mode: str) -> None:
    """A TIFF may keep its pixels as JPEG."""
    content = encoded(ramp(mode), "TIFF", compression="jpeg", quality=95)

    assert abs(grey(loaded(tmp_path, content), (32, 24)) - grey(ramp(), (32, 24))) < 8


@pytest.mark.parametrize("how", ["group3", "group4"])
def test_faxes(tmp_path: Path, how: str) -> None:
    """A TIFF may keep black and white as a fax machine does."""
    picture = ramp("1")

    assert loaded(tmp_path, encoded(picture, "TIFF", compression=how)).tobytes() == picture.convert("RGB").tobytes()


@pytest.mark.parametrize(
    "content",
    [
        tiff(),
        tiff(order=">"),
        tiff({262: ("H", (0,))}, pixels=b"\xff\xff\xff\xff\0\0\0\0"),
        tiff({278: ("H", ())}),
        tiff({278: ("H", (1,)), 273: ("I", (8, 12)), 279: ("I", (4, 4))}),
        tiff({273: ("H", (8,)), 279: ("H", (8,))}),
        tiff({258: ("H", (16,)), 279: ("I", (16,))}, pixels=bytes(8) + b"\xff" * 8),
        tiff({258: ("H", (16,)), 279: ("I", (16,))}, pixels=bytes(8) + b"\xff" * 8, order=">"),
        tiff(
            {258: ("H", (8, 8, 8)), 262: ("H", (2,)), 277: ("H", (3,)), 279: ("I", (24,))},
            pixels=bytes(12) + b"\xff" * 12,
        ),
        tiff(
            {258: ("H", (16, 16, 16)), 262: ("H", (2,)), 277: ("H", (3,)), 279: ("I", (48,))},
            pixels=bytes(24) + b"\xff" * 24,
        ),
        tiff(
            {258: ("H", (8, 8, 8)), 262: ("H", (2,)), 277: ("H", (3,)), 273: ("I", (8,) * 3), 279: ("I", (8,) * 3)}
            | {284: ("H", (2,))}
        ),
        tiff(
            dict.fromkeys((273, 278, 279), ("I", ()))
            | {322: ("H", (16,)), 323: ("H", (16,)), 324: ("I", (8,)), 325: ("I", (256,))},
            pixels=bytes(16) + b"\xff" * 240,
        ),
        tiff(
            {258: ("H", (32,)), 339: ("H", (3,)), 279: ("I", (32,))}, pixels=struct.pack("<8f", *[0.0] * 4, *[1.0] * 4)
        ),
        tiff(
            {258: ("H", (32,)), 339: ("H", (2,)), 279: ("I", (32,))}, pixels=struct.pack("<8i", *[-9] * 4, *[10**9] * 4)
        ),
        tiff(
            {258: ("H", (16,)), 339: ("H", (2,)), 279: ("I", (16,))}, pixels=struct.pack("<8h", *[-9] * 4, *[900] * 4)
        ),
    ],
    ids=[
        *("little endian", "big endian", "white is zero", "one strip", "two strips", "short numbers"),
        *("16 bits", "16 bits, big endian", "colours", "colours of 16 bits", "planes", "tiles"),
        *("fractions", "32 bits with a sign", "16 bits with a sign"),
    ],
)
def test_layouts(tmp_path: Path, content: bytes) -> None:
    """Black above, white below, in every way in which a TIFF can say so; no beginning of it is half of that."""
    picture = loaded(tmp_path, content)

    assert picture.size == (4, 2)
    assert [grey(picture, (x, y)) for y in range(2) for x in range(4)] == [0] * 4 + [255] * 4
    never_half(tmp_path, content)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_values_that_are_no_numbers(tmp_path: Path, value: float) -> None:
    """A measurement without a value has no colour."""
    content = tiff({258: ("H", (32,)), 339: ("H", (3,)), 279: ("I", (32,))}, pixels=struct.pack("<8f", *[value] * 8))

    with pytest.raises(PictureDamaged):
        loaded(tmp_path, content)


@pytest.mark.parametrize("how", [None, "tiff_lzw"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation(tmp_path: Path, orientation: int, how: str | None) -> None:
    """A picture is turned upright, once, and the header knows its size before."""
    options = {"compression": how} if how else {}
    content = encoded(corner(), "TIFF", tiffinfo={274: orientation}, **options)
    exif = Image.Exif()
    exif[0x0112] = orientation
    upright = ImageOps.exif_transpose(Image.open(placed(tmp_path, encoded(corner(), "PNG", exif=exif))))

    result = loaded(tmp_path, content)

    seen = look(tmp_path, content)
    assert (seen.width, seen.height) == result.size == upright.size
    assert result.tobytes() == upright.convert("RGB").tobytes()


def test_the_orientation_of_xmp_turns_nothing(tmp_path: Path) -> None:
    """Only a TIFF's own tag turns it: the size of the header is the size of the picture."""
    content = encoded(corner(), "TIFF", tiffinfo={700: b'<x tiff:Orientation="6"/>'})

    assert loaded(tmp_path, content).size == (64, 32)


@pytest.mark.parametrize("kind", ["L", "RGB", "CMYK"])
def test_a_page_of_many(tmp_path: Path, kind: str) -> None:
    """The first page is the picture, and it is said that there are more."""
    content = encoded(ramp(kind), "TIFF", save_all=True, append_images=[Image.new("L", (9, 9))])

    assert look(tmp_path, content) == Probe("tiff", 64, 48, animated=True, has_alpha=False)
    assert loaded(tmp_path, content).size == (64, 48)


def test_pages_without_end(tmp_path: Path) -> None:
    """Pages are never counted: one that follows itself is one look."""
    first = tiff()
    (page,) = struct.unpack_from("<I", first, 4)

    assert look(tmp_path, tiff(following=page)).animated


def test_a_thumbnail_is_no_page(tmp_path: Path) -> None:
    """A small version of the first page behind it is not a second one."""
    first = tiff({254: ("I", (0,))})
    (page,) = struct.unpack_from("<I", first, 4)
    small = bytearray(tiff({254: ("I", (0,))}, following=len(first)) + first[page:])
    small[len(first) + 2 + 8] = 1

    assert not look(tmp_path, bytes(small)).animated


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (tiff({254: ("I", (1,)), 330: ("I", (8,))}), "a camera's raw file"),
        (tiff({50706: ("B", (1, 4, 0, 0))}), "a camera's raw file"),
        (tiff({262: ("H", (32803,))}), "a camera's raw file"),
        (tiff({262: ("H", (34892,))}), "a camera's raw file"),
        (tiff({273: ("I", (16,))}, pixels=b"CR\2\0" + bytes(12)), "a camera's raw file"),
        (b"II+\0\x08\0\0\0", "BigTIFF"),
        (b"MM\0+\0\x08\0\0", "BigTIFF"),
        (tiff({258: ("H", (64,)), 339: ("H", (3,))}), "a scientific TIFF"),
        (tiff({258: ("H", (12,))}), "a scientific TIFF"),
        (tiff({339: ("H", (2,))}), "a scientific TIFF"),
        (tiff({258: ("H", (16,)), 262: ("H", (0,)), 279: ("I", (16,))}, pixels=bytes(16)), "a scientific TIFF"),
        (tiff({259: ("H", (6,))}), "a TIFF with a rare compression"),
        (tiff({259: ("H", (34676,))}), "a TIFF with a rare compression"),
        (tiff({259: ("H", (65000,))}), "a TIFF with a rare compression"),
    ],
)
def test_kinds_that_are_left_alone(tmp_path: Path, content: bytes, found: str) -> None:
    """A TIFF that is no picture yet, or that few programs read, is called what it is."""
    trouble = refusal(tmp_path, content)

    assert isinstance(trouble, PictureUnknown)
    assert trouble.fields["found"] == found


@pytest.mark.parametrize("sides", [(10_000, 5_001), (65_535, 65_535), (2**32 - 1, 2**32 - 1), (50_000_001, 1)], ids=str)
def test_bombs(tmp_path: Path, sides: tuple[int, int]) -> None:
    """Too many pixels are refused from the directory, whatever the strips say."""
    content = tiff({256: ("I", (sides[0],)), 257: ("I", (sides[1],)), 273: ("I", ()), 279: ("I", ())})

    assert isinstance(refusal(tmp_path, content), PictureTooLarge)


@pytest.mark.parametrize(
    "changes",
    [
        {256: ("H", (0,))},
        {257: ("H", (0,))},
        {256: ("H", ())},
        {256: ("f", (4,))},
        {273: ("I", ())},
        {279: ("I", ())},
        {273: ("I", (9_999,))},
        {279: ("I", (9_999,))},
        {279: ("I", (7,))},
        {279: ("I", (0,)), 259: ("H", (5,))},
        {273: ("I", (2**32 - 1,))},
        {273: ("I", (8, 8)), 279: ("I", (8, 8))},
        {278: ("H", (1,))},
        {278: ("H", (0,))},
        {256: ("I", (7_000,)), 257: ("I", (7_000,)), 278: ("H", (1,))},
        {284: ("H", (2,)), 277: ("H", (65_535,))},
        {324: ("I", (8,)), 325: ("I", (8,)), 322: ("H", (16,)), 323: ("H", (16,))},
        {
            **dict.fromkeys((273, 278, 279), ("I", ())),
            322: ("I", (2**31,)),
            323: ("I", (2**31,)),
            324: ("I", (8,)),
            325: ("I", (8,)),
        },
    ],
    ids=lambda changes: " ".join(map(str, changes)),
)
def test_strips_that_do_not_fit(tmp_path: Path, changes: Tags) -> None:
    """Strips and tiles that are missing, elsewhere or too short would leave black in the picture."""
    assert isinstance(refusal(tmp_path, tiff(changes)), PictureDamaged)


@pytest.mark.parametrize(
    "content",
    [
        b"II*\0",
        b"II*\0\xff\xff\xff\xff",
        b"II*\0\x08\0\0\0\xff\xff",
        tiff({270: ("B", tuple(range(200)))})[:-1],
        tiff({257: ("H", (2,))}).replace(struct.pack("<HHI", 257, 3, 1), struct.pack("<HHI", 256, 3, 1)),
        tiff({279: ("I", (8,) * (2**18 + 1))}),
        tiff(dict.fromkeys(range(1000, 5100), ("B", (0,)))),
    ],
    ids=["cut", "no directory", "cut directory", "cut tag", "a tag twice", "too many strips", "too many tags"],
)
def test_broken_directories(tmp_path: Path, content: bytes) -> None:
    """A directory that cannot be followed is damage, and is never followed far."""
    assert isinstance(refusal(tmp_path, content), PictureDamaged)


@pytest.mark.parametrize("how", [None, "tiff_lzw", "jpeg", "packbits"])
def test_every_beginning(tmp_path: Path, how: str | None) -> None:
    """However much of a file is missing, no half of a picture is accepted."""
    never_half(tmp_path, encoded(ramp(size=(17, 9)), "TIFF", **({"compression": how} if how else {})))


def test_pixels_after_the_directory(tmp_path: Path) -> None:
    """The header of a file whose last strip is cut is refused, wherever the directory stands."""
    content = encoded(ramp(size=(17, 9)), "TIFF")

    assert surveyed(content) is not None
    assert surveyed(content[:-1]) is None
