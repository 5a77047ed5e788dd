"""A picture as it goes to the provider: decoded wholly, upright, in sRGB, without metadata, light enough.

A file whose pixels need no change is not encoded again: it keeps its compressed pixels and loses everything else.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image

from bot.domain.errors import PictureTooHeavy
from bot.images import colour
from bot.images.container import Header
from bot.images.fit import PNG, Encoding, Written, encodings, fitted, megabytes, resized, square, write_under
from bot.images.load import upright
from bot.images.raster import Profile, decode, pixels, stripped_copy
from bot.images.tasks import Made, PictureTask, named

_CLEAR = (0, 0, 0, 0)
_Step = Callable[[Image.Image], Image.Image]


def prepare(task: PictureTask, decoded: Callable[[], None]) -> Made:
    """Write the picture; `decoded` is called when its pixels are there. Raises the refusal that names it."""
    target = Path(task.target)
    copy = target.with_suffix(".stripped")
    header, profile = stripped_copy(Path(task.path), task.name, copy)
    with copy.open("rb") as file:
        picture = decode(file, header.format, task.name)
    decoded()
    if _may_stay(picture, header, profile, task) and copy.stat().st_size <= task.most_bytes:
        written = Written(copy.rename(named(target, header.format)), header.format, *picture.size)
        return _made(written, header)
    copy.unlink()
    with pixels(task.name):
        for step in _steps(header, profile, task):  # each lets go of the picture before it: at 50 megapixels it must
            picture = step(picture)
        anew = write_under(picture, task.most_bytes, _tries(picture, header, task), target)
    if anew is None:
        raise PictureTooHeavy(name=task.name, limit=megabytes(task.most_bytes), model=task.model)
    return _made(anew, header)


def _may_stay(picture: Image.Image, header: Header, profile: Profile, task: PictureTask) -> bool:
    """Whether the compressed pixels can be sent as they are."""
    if header.format not in task.formats or header.orientation != 1 or (header.animated and header.format != "png"):
        return False
    if task.square and picture.width != picture.height:
        return False
    if fitted(picture.size, task.most_pixels, square=task.square) != picture.size:
        return False
    return colour.is_plain(picture, profile, deep=header.deep)


def _steps(header: Header, profile: Profile, task: PictureTask) -> Iterator[_Step]:
    """From the decoded pixels to those that are sent; turning comes after scaling, for it is cheaper so."""
    yield lambda picture: colour.plain(picture, profile, deep=header.deep)
    yield lambda picture: resized(picture, fitted(picture.size, task.most_pixels, square=task.square))
    yield lambda picture: upright(picture, header)
    if task.square and header.width != header.height:
        yield lambda picture: picture.convert("RGBA")
        yield lambda picture: square(picture, fill=_CLEAR)


def _tries(picture: Image.Image, header: Header, task: PictureTask) -> tuple[Encoding, ...]:
    if task.square and "png" in task.formats:
        return (PNG,)
    return encodings(task.formats, has_alpha=picture.mode == "RGBA", lossy=header.lossy)


def _made(written: Written, header: Header) -> Made:
    return Made(written.format, written.width, written.height, written.bytes, *header.upright)
