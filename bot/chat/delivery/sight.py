"""Pictures that are only looked at: read when they are sent, and only what is a picture that the place takes."""

import asyncio
import io
from dataclasses import dataclass
from pathlib import Path

import discord
import structlog

log = structlog.get_logger()

# What a provider sends as a preview has not been looked into; only what says that it is a picture is shown as one.
SIGNATURES = {"png": (0, b"\x89PNG\r\n\x1a\n"), "jpg": (0, b"\xff\xd8\xff"), "webp": (8, b"WEBP")}


@dataclass(frozen=True, slots=True)
class Sight:
    """A preview on disk, the name to show without its extension, and the most bytes that the place takes.

    One that is `hidden` is seen only by who clicks on it; `alt` says in words what it is.
    """

    path: Path
    name: str
    limit: int
    hidden: bool = False
    alt: str | None = None


async def attachment(sight: Sight) -> discord.File | None:
    """The preview as a file to upload; None where it is gone, too large or no picture."""
    try:
        content = await asyncio.to_thread(_read, sight)
    except OSError:
        return None  # the call is over and its folder with it
    extension = _extension(content)
    if extension is None or len(content) > sight.limit:
        log.info("preview_skipped", name=sight.name, bytes=len(content))
        return None
    name = f"{sight.name}.{extension}"
    return discord.File(io.BytesIO(content), filename=name, description=sight.alt, spoiler=sight.hidden)


async def extension_of(path: Path) -> str | None:
    """How the name of this picture should end, by its bytes; None where it is gone or no picture."""
    try:
        return _extension(await asyncio.to_thread(_head, path))
    except OSError:
        return None


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(16)


def _read(sight: Sight) -> bytes:
    with sight.path.open("rb") as file:
        return file.read(sight.limit + 1)


def _extension(content: bytes) -> str | None:
    return next((name for name, (place, mark) in SIGNATURES.items() if content.startswith(mark, place)), None)
