"""A picture as it goes to the provider: decoded wholly, upright, in sRGB, without metadata, light enough.

A file whose pixels need no change is not encoded again: it keeps its compressed pixels and loses everything else.
"""

from pathlib import Path

from PIL import Image

from bot.domain.errors import PictureTooHeavy
from bot.images import colour
from bot.images.container import Header
from bot.images.fit import PNG, Encoding, Written, encodings, megabytes, square, write_under
from bot.images.raster import Profile, decode, pixels, stripped_copy
from bot.images.tasks import Made, PictureTask, named

_TRANSPOSE = Image.Transpose
_TURNS = {
    2: _TRANSPOSE.FLIP_LEFT_RIGHT,
    3: _TRANSPOSE.ROTATE_180,
    4: _TRANSPOSE.FLIP_TOP_BOTTOM,
    5: _TRANSPOSE.TRANSPOSE,
    6: _TRANSPOSE.ROTATE_270,
    7: _TRANSPOSE.TRANSVERSE,
    8: _TRANSPOSE.ROTATE_90,
}
_CLEAR = (0, 0, 0, 0)


def prepare(task: PictureTask) -> Made:
    """Write the picture. Raises the refusal that names it."""
    target = Path(task.target)
    copy = target.with_suffix(".stripped")
    header, profile = stripped_copy(Path(task.path), task.name, copy)
    with copy.open("rb") as file:
        picture = decode(file, header.format, task.name)
    if _may_stay(picture, header, profile, task) and copy.stat().st_size <= task.most_bytes:
        written = Written(copy.rename(named(target, header.format)), header.format, *picture.size)
    else:
        copy.unlink()
        written = _written_anew(picture, header, profile, task)
    return Made(written.format, written.width, written.height, written.bytes, *header.upright)


def upright(picture: Image.Image, header: Header) -> Image.Image:
    """The picture turned as its EXIF asks."""
    turn = _TURNS.get(header.orientation)
    return picture if turn is None else picture.transpose(turn)


def _may_stay(picture: Image.Image, header: Header, profile: Profile, task: PictureTask) -> bool:
    """Whether the compressed pixels can be sent as they are."""
    if header.format not in task.formats or header.orientation != 1 or (header.animated and header.format != "png"):
        return False
    if task.square and picture.width != picture.height:
        return False
    return colour.is_plain(picture, profile, deep=header.deep)


def _written_anew(picture: Image.Image, header: Header, profile: Profile, task: PictureTask) -> Written:
    with pixels(task.name):
        picture = upright(colour.plain(picture, profile, deep=header.deep), header)
        if task.square and picture.width != picture.height:
            picture = square(picture.convert("RGBA"), fill=_CLEAR)
        written = write_under(picture, task.most_bytes, _tries(picture, header, task), Path(task.target))
    if written is None:
        raise PictureTooHeavy(name=task.name, limit=megabytes(task.most_bytes), model=task.model)
    return written


def _tries(picture: Image.Image, header: Header, task: PictureTask) -> tuple[Encoding, ...]:
    if task.square and "png" in task.formats:
        return (PNG,)
    return encodings(task.formats, has_alpha=picture.mode == "RGBA", lossy=header.lossy)
