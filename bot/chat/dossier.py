"""Everything that is kept about a member as a file to send, as small as it has to be."""

import asyncio
import io
import zipfile

import discord

from bot.domain.errors import ExportTooLarge
from bot.words.amounts import megabytes

NAME = "darkroom.json"
MOST_BYTES = 10 * 1024 * 1024  # of a file in the smallest server and in direct messages
PLAIN_UP_TO = 1024 * 1024


async def dossier(kept: bytes) -> discord.File:
    """The JSON as it is, or packed where it is long. Raises `ExportTooLarge`."""
    if len(kept) <= PLAIN_UP_TO:
        return discord.File(io.BytesIO(kept), NAME)
    packed = await asyncio.to_thread(_packed, kept)
    if len(packed) > MOST_BYTES:
        raise ExportTooLarge(size=megabytes(len(packed)))
    return discord.File(io.BytesIO(packed), f"{NAME}.zip")


def _packed(kept: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(NAME, kept)
    return file.getvalue()
