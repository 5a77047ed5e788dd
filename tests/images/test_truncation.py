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


def encoded(format_: str, **options: object) -> bytes:
    file = BytesIO()
    Image.effect_noise((160, 120), 90).convert("RGB").save(file, format_, **options)
    return file.getvalue()


FILES = {
    "png": encoded("PNG"),
    "interlaced": encoded("PNG", interlace=True),
    "jpeg": encoded("JPEG", quality=90),
    "progressive": encoded("JPEG", progressive=True),
    "mpo": encoded("MPO", save_all=True, append_images=[Image.new("RGB", (8, 8))]),
    "webp": encoded("WEBP"),
    "lossless": encoded("WEBP", lossless=True),
    "gif": encoded("GIF"),
}


def sent(content: bytes) -> bytes | None:
    """The pixels that are sent for these bytes; None where they are refused."""
    with TemporaryDirectory() as folder:
        path, target = Path(folder, "input"), Path(folder, "image_0")
        path.write_bytes(content)
        try:
            made = prepare(PictureTask(str(path), "x", str(target), ("png", "jpeg", "webp"), 10**8, False, "m"))
        except Trouble:
            return None
        return Image.open(BytesIO(named(target, made.format).read_bytes())).convert("RGB").tobytes()


WHOLE = {kind: sent(content) for kind, content in FILES.items()}


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(sorted(FILES)), st.floats(0, 1))
def test_a_cut_file_is_whole_or_refused(kind: str, part: float) -> None:
    """However much of a file is missing, no picture with other pixels is ever accepted."""
    content = FILES[kind]

    assert sent(content[: int(part * len(content))]) in (None, WHOLE[kind])


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(sorted(FILES)), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8)
)
def test_changed_bytes_raise_nothing_else(kind: str, changes: list[tuple[float, int]]) -> None:
    """Whatever a changed file is, it ends as a picture or as a trouble."""
    content = bytearray(FILES[kind])
    for part, value in changes:
        content[int(part * (len(content) - 1))] = value

    assert sent(bytes(content)) != b""


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(FILES)), st.binary(max_size=200))
def test_junk_after_a_beginning_raises_nothing_else(kind: str, junk: bytes) -> None:
    """A signature followed by anything is refused, or has a whole picture in it."""
    assert sent(FILES[kind][:30] + junk) != b""
