"""A result as the provider sent it: decoded wholly, and rid of what hangs on behind its picture."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot.domain.errors import PictureDamaged, PictureUnknown
from bot.images.raster import verify
from tests.images.files import encoded, placed
from tests.images.prepared import colourful

FORMATS = ["PNG", "JPEG", "MPO", "WEBP"]


@pytest.mark.parametrize("format_", FORMATS)
def test_whole_and_cut(tmp_path: Path, format_: str) -> None:
    """A whole result is seen as it is, and stays so to the byte; a cut one is damaged."""
    content = encoded(colourful(), format_, xmp=b"<made by a model>")
    path = placed(tmp_path, content)

    seen = verify(path, "result")
    kept = path.read_bytes()
    path.write_bytes(content[:-9])

    assert (seen.format, seen.width, seen.height) == (format_.lower().replace("mpo", "jpeg"), 48, 32)
    assert kept == content
    with pytest.raises(PictureDamaged):
        verify(path, "result")


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("tail", [b"PK\3\4and so on", b"\0", b"\xff\xd9", encoded(colourful(), "JPEG")])
def test_a_tail_is_cut_off(tmp_path: Path, format_: str, tail: bytes) -> None:
    """What follows the picture is not posted; the provider's own marks before its end are."""
    content = encoded(colourful(), format_, xmp=b"<made by a model>")
    path = placed(tmp_path, content + tail)

    verify(path, "result")

    assert path.read_bytes() == content


def test_further_pictures_are_cut_off(tmp_path: Path) -> None:
    """Of several pictures in one JPEG the first is the result."""
    path = placed(tmp_path, encoded(colourful(), "MPO", save_all=True, append_images=[colourful().rotate(180)]))

    verify(path, "result")

    assert path.read_bytes().count(b"\xff\xd9") == 1
    assert Image.open(BytesIO(path.read_bytes())).convert("RGB").size == (48, 32)


def test_a_damaged_result_stays_as_it_came(tmp_path: Path) -> None:
    """Nothing is cut off from what is no picture."""
    content = bytearray(encoded(colourful(), "PNG") + b"tail")
    content[60] ^= 1
    path = placed(tmp_path, bytes(content))

    with pytest.raises(PictureDamaged):
        verify(path, "result")

    assert path.read_bytes() == content


def test_a_gif_is_no_result(tmp_path: Path) -> None:
    """A provider that starts to send GIF has sent no usable picture."""
    with pytest.raises(PictureUnknown) as caught:
        verify(placed(tmp_path, encoded(colourful(), "GIF")), "result")

    assert caught.value.fields == {"name": "result", "found": "GIF"}
