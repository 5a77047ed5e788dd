"""What is said on Discord, as a terminal shows it: names and moments written out, marks of emphasis taken away."""

import re
from datetime import UTC, datetime

from bot.domain.deed import Deed
from bot.domain.quota import Scope
from bot.words.deeds import deed_line
from bot.words.escape import BREAK
from bot.words.language import ENGLISH

NAMES = (
    (re.compile(r"<@&(\d+)>"), r"role \1"),
    (re.compile(r"<@!?(-?\d+)>"), r"user \1"),
    (re.compile(r"<#(\d+)>"), r"channel \1"),
    (re.compile(r"\*\*"), ""),
    (re.compile(r"\\([^\w\s])"), r"\1"),
    (re.compile(BREAK), ""),
)
MOMENT = re.compile(r"<t:(-?\d+)(?::[a-zA-Z])?>")


def plain(text: str) -> str:
    """The text without Discord's marks; moments in UTC."""
    text = MOMENT.sub(lambda match: f"{datetime.fromtimestamp(int(match[1]), UTC):%Y-%m-%d %H:%M} UTC", text)
    for mark, written in NAMES:
        text = mark.sub(written, text)
    return text


def plain_deed(deed: Deed) -> str:
    """What was decided, with its server where that is not said: "The operator blocked user 42 (server 7)"."""
    guild = deed.target.id if deed.target and deed.target.scope is Scope.GUILD else deed.guild_id
    return plain(deed_line(deed, ENGLISH)) + (f" (server {guild})" if guild else "")
