"""Pictures as the private answer to a press or a choice: as many messages as they need."""

from collections.abc import Sequence
from typing import Any

import discord

from bot.chat import answers
from bot.workflow.ports import Parcel

FILES_A_MESSAGE = 10
BYTES_A_MESSAGE = 24 * 1024 * 1024  # as in what the bot posts: Discord documents 25 MiB for a whole request

Interaction = discord.Interaction[Any]


def most_bytes(interaction: Interaction) -> int:
    """The most bytes of one file that this member takes here, in a request that Discord takes."""
    return min(interaction.filesize_limit, BYTES_A_MESSAGE)


async def hand_over(
    interaction: Interaction,
    text: str,
    parcels: Sequence[Parcel],
    alt: str,
    *,
    hidden: bool = False,
    view: discord.ui.View | None = None,
) -> None:
    """Answer with these; the buttons are under the first message."""
    first, *others = bundles(parcels) or [()]
    await answers.answer(interaction, text, files=_files(first, alt, hidden=hidden), view=view)
    for bundle in others:
        await answers.add(interaction, text.partition("\n")[0], _files(bundle, alt, hidden=hidden))


def bundles(parcels: Sequence[Parcel]) -> list[tuple[Parcel, ...]]:
    """The parcels in their order, as few messages as possible."""
    found: list[tuple[Parcel, ...]] = []
    for parcel in parcels:
        last = found[-1] if found else ()
        weight = sum(one.bytes for one in last) + parcel.bytes
        if last and len(last) < FILES_A_MESSAGE and weight <= BYTES_A_MESSAGE:
            found[-1] = (*last, parcel)
        else:
            found.append((parcel,))
    return found


def _files(parcels: Sequence[Parcel], alt: str, *, hidden: bool) -> list[discord.File]:
    return [discord.File(one.path, one.filename, description=alt, spoiler=hidden) for one in parcels]
