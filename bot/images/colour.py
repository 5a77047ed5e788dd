"""Any mode and profile that a file can hold, turned into 8 bits of sRGB, with alpha where there is any."""

from io import BytesIO
from math import isfinite

from PIL import Image, ImageCms

_DEEP_TO_EIGHT = 1 / 257  # 65535 becomes 255
_USUAL_WHITES = (1.0, 255.0, 65535.0)
_FOREIGN_PROFILE = (ImageCms.PyCMSError, OSError, ValueError, TypeError, KeyError)


def plain(picture: Image.Image, icc: bytes | None, *, deep: bool = False) -> Image.Image:
    """The picture as RGB or RGBA in sRGB. `deep` says that the file had 16 bits a channel."""
    picture = _eight_bits(picture, deep=deep)
    profile = foreign_profile(icc)
    space = profile.profile.xcolor_space.strip() if profile else ""
    if profile and space == "CMYK" and picture.mode == "CMYK":
        return _through(picture, profile, picture)
    if profile and space == "GRAY" and picture.mode in ("L", "LA"):
        return _grey_through(picture, profile)
    picture = _rgb(picture)
    return _through(picture, profile, picture) if profile and space == "RGB" else picture


def is_plain(picture: Image.Image, icc: bytes | None, *, deep: bool) -> bool:
    """Whether `plain` would leave the pixels as they are."""
    return picture.mode in ("RGB", "RGBA") and not deep and "transparency" not in picture.info and not icc_matters(icc)


def icc_matters(icc: bytes | None) -> bool:
    """Whether a profile changes the pixels: it can be read and is not sRGB."""
    return foreign_profile(icc) is not None


def foreign_profile(icc: bytes | None) -> ImageCms.ImageCmsProfile | None:
    """The profile, unless it is absent, broken or sRGB."""
    if not icc:
        return None
    try:
        profile = ImageCms.ImageCmsProfile(BytesIO(icc))
        description = ImageCms.getProfileDescription(profile)
    except _FOREIGN_PROFILE:
        return None
    return None if description.strip().startswith("sRGB") else profile


def _eight_bits(picture: Image.Image, *, deep: bool) -> Image.Image:
    """Scale more bits down; Pillow does so itself for colours but clips greys, and keeps the clear colour as it was."""
    clear = picture.info.get("transparency")
    if picture.mode in ("I", "F"):
        return _measured(picture)
    if picture.mode.startswith("I"):
        picture = picture.convert("I") if picture.mode == "I;16B" else picture  # which cannot be counted with
        picture = picture.point(lambda value: value * _DEEP_TO_EIGHT + 0.5).convert("L")
        clear = round(clear * _DEEP_TO_EIGHT) if isinstance(clear, int) else None
    elif deep and isinstance(clear, tuple):
        clear = tuple(value >> 8 for value in clear)
    else:
        return picture
    picture.info.pop("transparency", None)
    if clear is not None:
        picture.info["transparency"] = clear
    return picture


def _measured(picture: Image.Image) -> Image.Image:
    """Grey of 32 bits, which does not say how bright white is: the least usual scale that holds it, or its own.

    Raises ValueError where a value is infinite or no number.
    """
    low, high = (float(value) for value in picture.getextrema())  # type: ignore[arg-type]  # one band has two numbers
    if not isfinite(low) or not isfinite(high):
        raise ValueError("a pixel is no number")
    white = next((usual for usual in _USUAL_WHITES if low >= 0 and high <= usual), None)
    black, span = (0.0, white) if white else (low, (high - low) or 1.0)
    scaled = picture.convert("F").point(lambda value: value * (255 / span) + (0.5 - black * 255 / span))
    return scaled.convert("L")


def _rgb(picture: Image.Image) -> Image.Image:
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    return picture if picture.mode == mode else picture.convert(mode)


def _through(picture: Image.Image, profile: ImageCms.ImageCmsProfile, fallback: Image.Image) -> Image.Image:
    """The picture in sRGB; the unchanged colours where the profile turns out to be unusable."""
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        changed = ImageCms.profileToProfile(
            picture, profile, ImageCms.createProfile("sRGB"), outputMode=mode, inPlace=picture.mode == mode
        )
    except _FOREIGN_PROFILE:
        return _rgb(fallback)
    return picture if changed is None else changed


def _grey_through(picture: Image.Image, profile: ImageCms.ImageCmsProfile) -> Image.Image:
    colours = _through(picture.convert("L"), profile, picture)
    if picture.has_transparency_data:
        colours.putalpha(picture.convert("RGBA").getchannel("A"))
    return colours
