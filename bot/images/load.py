"""From a file to the picture that a person sees: the first in it, upright, 8 bits of sRGB, with alpha or without."""

from io import BytesIO
from pathlib import Path

from PIL import Image

from bot.images import colour
from bot.images.container import Header
from bot.images.probe import opened, skeleton, survey
from bot.images.raster import decode, pixels, profile_of, strip

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


def load(path: Path, name: str) -> Image.Image:
    """The picture as RGB or RGBA. Raises the refusal that says what is wrong with `name`."""
    with opened(path, name) as content, skeleton(name):
        header = survey(content, name)
        profile = profile_of(content, header.format)
        stripped = BytesIO()
        stripped.writelines(strip(content, header.format))
        stripped.seek(0)
    picture = decode(stripped, header.format, name)
    with pixels(name):
        return upright(colour.plain(picture, profile, deep=header.deep), header)


def upright(picture: Image.Image, header: Header) -> Image.Image:
    """The picture turned as its header asks."""
    turn = _TURNS.get(header.orientation)
    return picture if turn is None else picture.transpose(turn)
