"""Why the bot cannot start, in one plain sentence, whichever room found it out."""

import contextlib
from collections.abc import Generator

from bot.chat.client import ApiMissing, IntentRefused, TokenRefused
from bot.settings import SettingsWrong
from bot.storage.errors import StorageUnusable

TURNED_AWAY = (TokenRefused, ApiMissing, IntentRefused)
SETUP_TROUBLE = (SettingsWrong, StorageUnusable, *TURNED_AWAY)


class CannotStart(Exception):
    """The bot cannot start as it is set up; the text is one plain sentence."""


class BooksWrong(CannotStart):
    """The ledger does not add up, so nothing more is written into it; the text says where, and what to do."""


@contextlib.contextmanager
def plain_sentences() -> Generator[None, None, None]:
    """What a room says of a set-up that cannot work becomes `CannotStart`."""
    try:
        yield
    except SETUP_TROUBLE as trouble:
        raise CannotStart(str(trouble)) from trouble
    except BaseExceptionGroup as several:
        for one in _leaves(several):
            raise CannotStart(str(one)) from several
        raise


def _leaves(several: BaseExceptionGroup[BaseException]) -> Generator[BaseException, None, None]:
    for one in several.exceptions:
        if isinstance(one, BaseExceptionGroup):
            yield from _leaves(one)
        elif isinstance(one, SETUP_TROUBLE):
            yield one
