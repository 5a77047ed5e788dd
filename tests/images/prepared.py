"""A picture of four colours, and what `prepare` makes of a file."""

from io import BytesIO
from pathlib import Path

from PIL import Image

from bot.images.prepare import prepare
from bot.images.tasks import PictureTask, named

ALL = ("png", "jpeg", "webp")


def colourful(mode: str = "RGB", size: tuple[int, int] = (48, 32)) -> Image.Image:
    """Four quarters of different colour, so that every turn shows; smooth, so that JPEG keeps it."""
    width, height = size
    picture = Image.new("RGB", size, "red")
    picture.paste("lime", (width // 2, 0, width, height // 2))
    picture.paste("blue", (0, height // 2, width // 2, height))
    picture.paste("white", (width // 2, height // 2, width, height))
    return picture.convert(mode)


def sent(folder: Path, content: bytes, formats: tuple[str, ...] = ALL, **changes: int) -> tuple[Path, Image.Image]:
    """Prepare these bytes; the file that was written, and its pixels."""
    path, target = folder / "input", folder / "image_0"
    path.write_bytes(content)
    task = PictureTask(
        str(path),
        "cat.png",
        str(target),
        formats,
        most_bytes=changes.get("most_bytes", 50_000_000),
        most_pixels=changes.get("most_pixels", 50_000_000),
        square=bool(changes.get("square", False)),
        model="gpt-image-2",
    )
    signs: list[str] = []
    made = prepare(task, lambda: signs.append("decoded"))
    result = named(target, made.format)
    assert signs == ["decoded"]
    picture = Image.open(BytesIO(result.read_bytes()))
    picture.load()
    assert (made.width, made.height, made.bytes) == (*picture.size, result.stat().st_size)
    return result, picture


def pixels(picture: Image.Image) -> bytes:
    return picture.convert("RGBA").tobytes()


def close(picture: Image.Image, other: Image.Image, tolerance: int = 12) -> bool:
    """Whether the middles of the four quarters have the same colours."""
    width, height = other.size
    places = [(x * width // 4, y * height // 4) for x in (1, 3) for y in (1, 3)]
    pairs = [(picture.convert("RGB").getpixel(place), other.convert("RGB").getpixel(place)) for place in places]
    return picture.size == other.size and all(
        abs(one - two) <= tolerance
        for first, second in pairs
        if isinstance(first, tuple) and isinstance(second, tuple)
        for one, two in zip(first, second, strict=True)
    )
