"""The tables of the book, with every rule that the database itself can keep."""

from bot.storage.tables.decided import blocks, deeds, guilds, pauses, permits, presets, rules
from bot.storage.tables.ground import STILL_ASKED, Serial, metadata
from bot.storage.tables.money import LEDGER_KINDS, grants, holds, ledger, windows
from bot.storage.tables.noted import forgotten, identifies, notes, notices
from bot.storage.tables.waiting import drafts, paintings, pickers, preferences, tray
from bot.storage.tables.work import (
    ATTEMPT_STATES,
    STILL_FULL,
    STILL_OPEN,
    attempts,
    inputs,
    jobs,
    parts,
    results,
    threads,
)

__all__ = [
    "ATTEMPT_STATES",
    "LEDGER_KINDS",
    "STILL_ASKED",
    "STILL_FULL",
    "STILL_OPEN",
    "Serial",
    "attempts",
    "blocks",
    "deeds",
    "drafts",
    "forgotten",
    "grants",
    "guilds",
    "holds",
    "identifies",
    "inputs",
    "jobs",
    "ledger",
    "metadata",
    "notes",
    "notices",
    "paintings",
    "parts",
    "pauses",
    "permits",
    "pickers",
    "preferences",
    "presets",
    "results",
    "rules",
    "threads",
    "tray",
    "windows",
]
