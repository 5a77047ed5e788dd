"""Message objects of Discord's API for tests of what is made of them."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from PIL import Image

MIRA: Mapping[str, Any] = {"id": "1", "username": "mira"}
BOT: Mapping[str, Any] = {"id": "2", "username": "Darkroom", "bot": True}
LABELS = [
    {"type": 2, "style": 1, "label": "Again", "custom_id": "edit:again:7:1"},
    {"type": 2, "style": 4, "label": "Delete", "custom_id": "x", "disabled": True},
]


def picture(size: tuple[int, int], mode: str = "RGB") -> bytes:
    """A gradient as a PNG."""
    out = BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(out, "PNG")
    return out.getvalue()


def attachment(number: int, name: str, content: bytes, size: tuple[int, int] | None = None) -> dict[str, Any]:
    """A file of a message."""
    pixels = {"width": size[0], "height": size[1]} if size else {}
    url = f"http://127.0.0.1/attachments/{number}/{name}?ex=1"
    return {"id": str(number), "filename": name, "size": len(content), "url": url, **pixels}


def message(author: Mapping[str, Any], second: int, content: str = "", **more: object) -> dict[str, Any]:
    """A message of an afternoon."""
    stamp = f"2026-11-20T14:03:{second:02d}.123000+00:00"
    return {"id": str(100 + second), "author": author, "content": content, "timestamp": stamp, **more}
