"""The files beside a report: what was spent and what was decided as CSV, and a chart of it."""

import asyncio
import io

import discord
import structlog

from bot.chat.desk import Desk
from bot.domain.errors import Trouble
from bot.words import report as words
from bot.workflow.govern import Report

log = structlog.get_logger()


async def files(desk: Desk, report: Report) -> list[discord.File]:
    """As many as there is something to tell in; a chart that cannot be drawn is left out."""
    found = []
    if report.spends:
        found.append(_text("spend.csv", words.spend_table(report.spends)))
    if report.deeds:
        found.append(_text("decisions.csv", words.deed_table(report.deeds)))
    if report.spends and (chart := await _chart(desk, report)) is not None:
        found.append(chart)
    return found


async def _chart(desk: Desk, report: Report) -> discord.File | None:
    async with desk.blobs.workshop() as folder:
        try:
            path = await desk.charts.chart(report.spends, folder / "spend")
        except Trouble as trouble:
            log.warning("chart_failed", code=trouble.code)
            return None
        return discord.File(io.BytesIO(await asyncio.to_thread(path.read_bytes)), filename=path.name)


def _text(name: str, text: str) -> discord.File:
    # With its mark in front, spreadsheets read UTF-8 as what it is.
    return discord.File(io.BytesIO(text.encode("utf-8-sig")), filename=name)
