"""What a file is by its bytes, as Discord's upload pipeline would find: type, width and height."""

import io
import mimetypes
import re

from PIL import Image, UnidentifiedImageError

TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp", "AVIF": "image/avif"}


def sniff(filename: str, body: bytes) -> tuple[str, int | None, int | None]:
    """Content type, width and height; a file that is no picture is typed by its name and has no size."""
    try:
        with Image.open(io.BytesIO(body), formats=tuple(TYPES)) as picture:
            return TYPES[picture.format or ""], picture.width, picture.height
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, KeyError, Image.DecompressionBombError):
        return mimetypes.guess_type(filename)[0] or "application/octet-stream", None, None


def moves(body: bytes) -> bool:
    """Whether a picture has more than one frame."""
    try:
        with Image.open(io.BytesIO(body), formats=("PNG", "GIF")) as picture:
            return bool(getattr(picture, "is_animated", False))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return False


def stored_name(filename: str) -> str:
    """A file's name as the CDN keeps it: spaces become underscores, anything unusual goes."""
    kept = re.sub(r"[^\w.\-]", "", filename.replace(" ", "_"), flags=re.ASCII).lstrip(".")
    return kept[-150:] or "unknown"
