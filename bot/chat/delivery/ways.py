"""What Discord's refusals of a message mean, code by code, and which way is left after each of them."""

from enum import Enum, auto

import discord

from bot.workflow.ports import Undeliverable, Unreachable


class Closed(Undeliverable):
    """This place refuses the message for good: it is gone, locked, or the bot may not write there."""


class Spent(Closed):
    """The token is not good any more: its fifteen minutes are over, or Discord has forgotten it."""


class TooLarge(Exception):
    """The place would take the message if its files were smaller."""


class TooFree(Exception):
    """A rule of the server's does not like the words that a member wrote; ours alone may pass."""


class Way(Enum):
    """What is left to do."""

    ELSEWHERE = auto()  # the next place of the route: thread, channel, direct message, and in the end /history
    ANSWER_SPENT = auto()  # by direct message
    SMALLER = auto()  # half of the files at a time; a file alone as a lighter copy, else it is said to be kept
    PLAINER = auto()  # once more without the member's words, then elsewhere
    LATER = auto()  # nothing is wrong with the place


# Source: Discord's "Opcodes and Status Codes".
WAYS: dict[int, Way] = {
    10003: Way.ELSEWHERE,  # the channel or thread was deleted
    10004: Way.ELSEWHERE,  # the server is gone
    10008: Way.ELSEWHERE,  # the message was deleted
    10015: Way.ANSWER_SPENT,  # Discord does not know the token
    10062: Way.ANSWER_SPENT,  # nor the interaction
    40005: Way.SMALLER,
    40094: Way.ELSEWHERE,  # five followups where the bot is only the member's own
    50001: Way.ELSEWHERE,  # the bot does not see the channel, or has left the server
    50007: Way.ELSEWHERE,  # the member takes no direct messages
    50013: Way.ELSEWHERE,  # a permission is missing
    50027: Way.ANSWER_SPENT,  # the fifteen minutes are over
    50045: Way.SMALLER,
    50083: Way.ELSEWHERE,  # archived: sending opens it again, unless it is closed to us as well
    160005: Way.ELSEWHERE,  # the thread is locked
    160006: Way.ELSEWHERE,  # the server has as many threads as it may
    200000: Way.PLAINER,  # AutoMod blocked the message
    200001: Way.PLAINER,  # AutoMod blocked the title
}
BY_STATUS = {401: Way.LATER, 408: Way.LATER, 413: Way.SMALLER, 429: Way.LATER}
MEANINGS: dict[Way, type[Exception]] = {
    Way.ELSEWHERE: Closed,
    Way.ANSWER_SPENT: Spent,
    Way.SMALLER: TooLarge,
    Way.PLAINER: TooFree,
    Way.LATER: Unreachable,
}


def way_of(fault: Exception) -> Way:
    """What is left after this fault."""
    if not isinstance(fault, discord.HTTPException) or isinstance(fault, discord.DiscordServerError):
        return Way.LATER
    return WAYS.get(fault.code) or BY_STATUS.get(fault.status, Way.ELSEWHERE)


def verdict(fault: Exception) -> Exception:
    """What a fault at Discord's side means for us."""
    return MEANINGS[way_of(fault)]()


def code_of(fault: Exception) -> int | None:
    """Discord's error code, for the log."""
    return fault.code if isinstance(fault, discord.HTTPException) else None
