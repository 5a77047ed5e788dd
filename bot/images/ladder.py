"""The upload ladder: a copy of a result that is light enough to be posted, lighter rung by rung.

The gentlest rung that fits is taken: the same pixels as WebP, WebP with slight loss, JPEG of falling quality (falling
WebP where there is transparency, which JPEG has not), and at last fewer pixels.
"""

from collections.abc import Callable
from pathlib import Path

from PIL import Image

from bot.domain.errors import PictureTooHeavy
from bot.images.fit import FALLING, Encoding, Written, megabytes, write_under
from bot.images.load import load
from bot.images.raster import pixels
from bot.images.tasks import LightenTask, Lighter
from bot.workflow.ports import Rung

_LOSSLESS = Encoding("webp", lossless=True)
_SLIGHT = Encoding("webp", 90)
_OPAQUE = (_LOSSLESS, _SLIGHT, *(Encoding("jpeg", quality) for quality in FALLING))
_CLEAR = (_LOSSLESS, _SLIGHT, *(Encoding("webp", quality) for quality in FALLING if quality < _SLIGHT.quality))
_WHERE = "Discord"  # for the sentence of a refusal


def lighten(task: LightenTask, decoded: Callable[[], None]) -> Lighter:
    """Write the copy; `decoded` is called when the pixels are there. Raises the refusal that names the picture."""
    picture = load(Path(task.path), task.name)
    decoded()
    with pixels(task.name):
        if _is_opaque(picture):
            picture = picture.convert("RGB")
        tries = _OPAQUE if picture.mode == "RGB" else _CLEAR
        written = write_under(picture, task.most_bytes, tries, Path(task.target))
    if written is None:
        raise PictureTooHeavy(name=task.name, limit=megabytes(task.most_bytes), model=_WHERE)
    return Lighter(written.format, written.bytes, _rung(written, picture).value)


def _is_opaque(picture: Image.Image) -> bool:
    """Whether there is an alpha channel that says nothing, as many providers send it."""
    return picture.mode == "RGBA" and picture.getchannel("A").getextrema()[0] == 255


def _rung(written: Written, picture: Image.Image) -> Rung:
    if (written.width, written.height) != picture.size:
        return Rung.SMALLER
    if written.encoding.lossless:
        return Rung.LOSSLESS
    return Rung.JPEG if written.format == "jpeg" else Rung.WEBP
