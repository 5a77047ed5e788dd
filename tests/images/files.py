"""Files as Pillow writes them, and how the bot reads them: looked at, and loaded."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot.domain.errors import Trouble
from bot.images.container import Header
from bot.images.load import load
from bot.images.probe import probe, skeleton, survey
from bot.workflow.ports import Probe


def encoded(picture: Image.Image, format_: str, **options: object) -> bytes:
    """The picture as a file of this format; HEIC is "HEIF" to Pillow."""
    file = BytesIO()
    picture.save(file, format_, **options)
    return file.getvalue()


def ramp(mode: str = "RGB", size: tuple[int, int] = (64, 48)) -> Image.Image:
    """From black on the left to white on the right."""
    return Image.linear_gradient("L").transpose(Image.Transpose.ROTATE_90).resize(size).convert(mode)


def corner(size: tuple[int, int] = (64, 32)) -> Image.Image:
    """White with a black quarter at the top left, so that every way of turning it shows."""
    picture = Image.new("RGB", size, "white")
    picture.paste("black", (0, 0, size[0] // 2, size[1] // 2))
    return picture


def placed(folder: Path, content: bytes) -> Path:
    """These bytes as a file, whose name says nothing."""
    path = folder / "picture"
    path.write_bytes(content)
    return path


def look(folder: Path, content: bytes) -> Probe:
    """What the probe says of these bytes."""
    return probe(placed(folder, content), "cat.png")


def loaded(folder: Path, content: bytes) -> Image.Image:
    """These bytes as the picture that a person sees."""
    return load(placed(folder, content), "cat.png")


def refusal(folder: Path, content: bytes) -> Trouble:
    """Why these bytes are refused, by the header alone."""
    with pytest.raises(Trouble) as caught:
        look(folder, content)
    return caught.value


def surveyed(content: bytes) -> Header | None:
    """The header of these bytes, without a file; None where they are refused."""
    try:
        with skeleton("cat.png"):
            return survey(content, "cat.png")
    except Trouble:
        return None


def never_half(folder: Path, content: bytes) -> None:
    """Every beginning of a file is refused, or has all the pixels of the whole one."""
    whole = loaded(folder, content).tobytes()
    for length in range(1, len(content)):
        if surveyed(content[:length]) is not None:
            try:
                assert loaded(folder, content[:length]).tobytes() == whole
            except Trouble:
                continue


def grey(picture: Image.Image, at: tuple[int, int]) -> int:
    """How bright a pixel is."""
    value = picture.convert("L").getpixel(at)
    assert isinstance(value, int)
    return value
