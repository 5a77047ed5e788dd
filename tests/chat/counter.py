"""The counter behind the doors, with nothing behind it but stand-ins, and an edit to bring there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import discord

from bot.chat.intake.download import DISCORD_ORIGINS, Downloads, Offered
from bot.chat.intake.fetching import Caps
from bot.chat.intake.reading import Asked
from bot.chat.intake.taking import Intake
from bot.domain.catalog import Catalog
from bot.domain.request import Door, HouseRules, Origin, Place, PlaceKind
from bot.words.amounts import MIB
from bot.workflow.sources import Sources
from tests.chat.scene import a_catalog
from tests.standins import FolderBlobs, HandClock, Steps
from tests.workflow.memory_book import MemoryBook
from tests.workflow.memory_council import MemoryCouncil
from tests.workflow.memory_gatherings import MemoryGatherings
from tests.workflow.memory_guilds import MemoryGuilds

# An address that no test may reach: what gets as far as a download fails as unreachable.
NOWHERE = "https://127.0.0.1:1/x"


def file(name: str, size: int = 10) -> Offered:
    """A file as Discord announces it."""
    return Offered(name, NOWHERE, size)


def asked(*names: str) -> Asked:
    """An edit of files with these names."""
    return Asked(
        origin=Origin(Door.SLASH, 1),
        place=Place(5, 6, PlaceKind.CHANNEL),
        user_id=42,
        locale="en-US",
        granted=discord.Permissions.all(),
        prompt="make it snow",
        pictures=tuple(file(name) for name in names),
    )


@asynccontextmanager
async def an_intake(
    folder: Path,
    *,
    rules: HouseRules | None = None,
    stopping: bool = False,
    catalog: Catalog | None = None,
    guilds: MemoryGuilds | None = None,
    gatherings: MemoryGatherings | None = None,
    steps: Steps | None = None,
    council: MemoryCouncil | None = None,
    book: MemoryBook | None = None,
) -> AsyncIterator[Intake]:
    """An intake with nothing behind it but stand-ins."""
    steps = steps or Steps()
    clock = HandClock(steps)
    blobs = FolderBlobs(folder, clock, steps)
    book = book or MemoryBook(clock, steps)
    sources = Sources(book, blobs, gatherings or MemoryGatherings(clock))
    async with Downloads(DISCORD_ORIGINS) as downloads:
        yield Intake(
            blobs,
            downloads,
            catalog or a_catalog(),
            rules or HouseRules(),
            lambda: stopping,
            guilds or MemoryGuilds(clock),
            council or MemoryCouncil(book, clock),
            sources,
            caps=Caps(50 * MIB, 200 * MIB),
        )
