"""Files that were cut or changed anywhere: never half a picture, never anything but a trouble."""

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.domain.errors import Trouble
from bot.images.prepare import prepare
from bot.images.tasks import PictureTask, named
from tests.images.files import encoded

NOISE = Image.effect_noise((80, 60), 90).convert("RGB")
FILES = {
    "png": encoded(NOISE, "PNG"),
    "interlaced": encoded(NOISE, "PNG", interlace=True),
    "jpeg": encoded(NOISE, "JPEG", quality=90),
    "progressive": encoded(NOISE, "JPEG", progressive=True),
    "mpo": encoded(NOISE, "MPO", save_all=True, append_images=[Image.new("RGB", (8, 8))]),
    "webp": encoded(NOISE, "WEBP"),
    "lossless": encoded(NOISE, "WEBP", lossless=True),
    "gif": encoded(NOISE, "GIF"),
    "bmp": encoded(NOISE, "BMP"),
    "tiff": encoded(NOISE, "TIFF"),
    "packed tiff": encoded(NOISE, "TIFF", compression="tiff_lzw"),
    "pages": encoded(NOISE, "TIFF", save_all=True, append_images=[Image.new("RGB", (8, 8))]),
    "fax": encoded(NOISE.convert("1"), "TIFF", compression="group4"),
    "avif": encoded(NOISE, "AVIF"),
    "frames": encoded(NOISE, "AVIF", save_all=True, append_images=[NOISE.rotate(180)]),
    "heic": encoded(NOISE, "HEIF"),
    "tiles": encoded(NOISE, "HEIF", tile_size=64),
}


def sent(content: bytes) -> bytes | None:
    """The pixels that are sent for these bytes; None where they are refused."""
    with TemporaryDirectory() as folder:
        path, target = Path(folder, "input"), Path(folder, "image_0")
        path.write_bytes(content)
        try:
            made = prepare(
                PictureTask(str(path), "x", str(target), ("png", "jpeg", "webp"), 10**8, 10**8, False, "m"),
                lambda: None,
            )
        except Trouble:
            return None
        return Image.open(BytesIO(named(target, made.format).read_bytes())).convert("RGB").tobytes()


WHOLE = {kind: sent(content) for kind, content in FILES.items()}


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(FILES)), st.floats(0, 1))
def test_a_cut_file_is_whole_or_refused(kind: str, part: float) -> None:
    """However much of a file is missing, no picture with other pixels is ever accepted."""
    content = FILES[kind]

    assert sent(content[: int(part * len(content))]) in (None, WHOLE[kind])


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(sorted(FILES)), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8)
)
def test_changed_bytes_raise_nothing_else(kind: str, changes: list[tuple[float, int]]) -> None:
    """Whatever a changed file is, it ends as a picture or as a trouble."""
    content = bytearray(FILES[kind])
    for part, value in changes:
        content[int(part * (len(content) - 1))] = value

    assert sent(bytes(content)) != b""


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(FILES)), st.binary(max_size=200))
def test_junk_after_a_beginning_raises_nothing_else(kind: str, junk: bytes) -> None:
    """A signature followed by anything is refused, or has a whole picture in it."""
    assert sent(FILES[kind][:30] + junk) != b""
