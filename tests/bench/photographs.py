"""Pictures that compress like photographs: soft shapes under fine grain, in any size."""

from pathlib import Path

from PIL import Image, ImageChops, ImageDraw
from pillow_heif import register_heif_opener

ORIENTATION, GPS = 0x0112, 0x8825
GRAIN = 6.0
SHAPES = 90.0
TURNED = 6  # to be shown a quarter turn clockwise, as telephones write upright photographs


def photograph(width: int, height: int) -> Image.Image:
    """An RGB picture of so many pixels."""
    return Image.merge("RGB", [_channel(width, height) for _ in "RGB"])


def save_jpeg(picture: Image.Image, path: Path) -> None:
    """As a telephone does: with the place and the way it was held."""
    exif = Image.Exif()
    exif[ORIENTATION] = TURNED
    exif.get_ifd(GPS).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 36.0)})
    picture.save(path, "JPEG", quality=92, exif=exif)


def save_heic(picture: Image.Image, path: Path) -> None:
    """As newer telephones do."""
    register_heif_opener()
    picture.save(path, "HEIF", quality=80, enc_params={"preset": "ultrafast"})


def save_png(picture: Image.Image, path: Path) -> None:
    """As it is, at the level that most programs use."""
    picture.save(path, "PNG")


def disc(width: int, height: int) -> Image.Image:
    """A mask: a white disc on black."""
    mask = Image.new("L", (width, height))
    ImageDraw.Draw(mask).ellipse((width // 4, height // 4, width * 3 // 4, height * 3 // 4), fill="white")
    return mask


def see_through(picture: Image.Image) -> Image.Image:
    """The picture with a soft transparency."""
    clear = picture.convert("RGBA")
    clear.putalpha(Image.radial_gradient("L").resize(picture.size))
    return clear


def _channel(width: int, height: int) -> Image.Image:
    shapes = Image.effect_noise((width // 64, height // 64), SHAPES).resize((width, height), Image.Resampling.BICUBIC)
    return ImageChops.add(shapes, Image.effect_noise((width, height), GRAIN), offset=-128)
