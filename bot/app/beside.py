"""What is done beside the bot, whether it runs or not: the database renewed, the books read, a cost foretold."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path

from bot.app.trouble import plain_sentences
from bot.domain.request import Options
from bot.images.decoder import Decoder
from bot.settings import Settings, provider_entries, usable_catalog
from bot.storage import ledger
from bot.storage.database import Database
from bot.storage.migrate import upgrade
from bot.workflow.ports import Source
from bot.workflow.settling import predict_edit


async def migrate(settings: Settings) -> None:
    """Bring the database up to date, making it where there is none. Raises `CannotStart`."""
    with plain_sentences():
        await upgrade(settings.database_url)


async def check_ledger(settings: Settings) -> tuple[str, ...] | None:
    """Every imbalance in the books as a sentence; None where there are no books yet. Raises `CannotStart`."""
    async with books(settings) as database:
        if database is None:
            return None
        wrong = await ledger.check(database)
    return tuple(ledger_sentence(one) for one in wrong)


async def show_ledger(settings: Settings, user_id: int) -> tuple[dict[str, object], ...]:
    """The last entries of a member, the newest first. Raises `CannotStart`."""
    async with books(settings) as database:
        return () if database is None else tuple(asdict(entry) for entry in await ledger.show(database, user_id))


async def estimate(settings: Settings, pictures: tuple[Path, ...], prompt: str, options: Options) -> int:
    """What one edit with these files should cost at most, in micro-USD. Raises `Refused`."""
    card = usable_catalog(settings, provider_entries(settings)).card(None)
    async with Decoder() as decoder:
        seen = [await decoder.probe(Source(path, path.name)) for path in pictures]
    return predict_edit(card, options, prompt, [(probe.width, probe.height) for probe in seen])


@asynccontextmanager
async def books(settings: Settings) -> AsyncGenerator[Database | None, None]:
    """The database beside a bot that may run; None where there is none yet. Raises `CannotStart`, in its body, too."""
    with plain_sentences():
        database = Database(settings.database_url)
        if database.file is not None and not await asyncio.to_thread(database.file.exists):
            yield None
            return
        async with database:
            yield database


def ledger_sentence(one: ledger.Imbalance) -> str:
    """An imbalance as a person reads it."""
    return f"{one.where}: {one.what} should be {one.expected} and is {one.found}."
