"""Gathered pictures as they are shown: one picture with small copies of them all, each with its number."""

import asyncio
import io
from collections.abc import Sequence
from typing import Any

import discord
import structlog

from bot.chat.answers import FAULTS, NOBODY, tokens_of
from bot.chat.desk import Desk
from bot.domain.errors import Trouble
from bot.domain.gathering import Gathered
from bot.words.escape import cut
from bot.words.gathering import sheet_alt

LONGEST = 2000

log = structlog.get_logger()


async def sheet(desk: Desk, pictures: Sequence[Gathered], locale: str) -> list[discord.File]:
    """The file to post; none where there is nothing to see, or nothing that can be drawn.

    With a picture in it that was hidden it is hidden itself: all may see it, and nobody has clicked on that one yet.
    """
    if not pictures:
        return []
    try:
        async with desk.trays.sheet(pictures) as path:
            content = await asyncio.to_thread(path.read_bytes)
    except (Trouble, OSError) as fault:
        log.warning("sheet_failed", kind=type(fault).__name__)  # the names say enough to go on
        return []
    name, hidden = f"pictures{path.suffix}", any(one.spoiler for one in pictures)
    return [discord.File(io.BytesIO(content), name, description=sheet_alt(locale), spoiler=hidden)]


async def show(
    interaction: discord.Interaction[Any], text: str, files: Sequence[discord.File], view: discord.ui.View | None
) -> None:
    """Put all of it in the place of what the message said and showed before. Whoever cannot hear it, does not."""
    if interaction.is_expired():
        return
    tokens = tokens_of(interaction)
    try:
        message = await interaction.edit_original_response(
            content=cut(text, LONGEST), attachments=files, view=view, allowed_mentions=NOBODY
        )
    except FAULTS as fault:
        log.info("not_shown", interaction=interaction.id, kind=type(fault).__name__)
    else:
        if (kept := tokens.get(interaction.id)) is not None:
            tokens.shown(kept, message.id)  # so that nothing else is put in its place
