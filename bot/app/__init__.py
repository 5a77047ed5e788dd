"""The composition root: the only room that knows every other.

`house` opens them in the order in which they lean on each other, `living` runs what lives in them until it is stopped,
`beside` is what may be done whether the bot runs or not, and `trouble` says why it cannot start.
"""

from bot.app.beside import books, check_ledger, estimate, migrate, show_ledger
from bot.app.house import House, WallClock, user_key
from bot.app.living import run, running
from bot.app.trouble import BooksWrong, CannotStart, plain_sentences

__all__ = [
    "BooksWrong",
    "CannotStart",
    "House",
    "WallClock",
    "books",
    "check_ledger",
    "estimate",
    "migrate",
    "plain_sentences",
    "run",
    "running",
    "show_ledger",
    "user_key",
]
