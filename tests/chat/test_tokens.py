"""The open answers: kept for as long as Discord takes their tokens, found again by message and member, never shown."""

from dataclasses import dataclass, field
from typing import Any, cast

import discord

from bot.chat.tokens import LIFE_S, MOST, Answer, Tokens

SECRET = "aW50ZXJhY3Rpb246c2VjcmV0"


@dataclass
class Watch:
    """A clock that a test moves."""

    moment: float = 1000.0

    def now(self) -> float:
        return self.moment


@dataclass
class Press:
    """As much of an interaction as is kept."""

    id: int
    user_id: int = 1
    channel_id: int = 5
    on: int | None = None
    guild_id: int | None = 9
    filesize_limit: int = 10
    token: str = SECRET
    followup: str = field(default=f"a webhook with {SECRET}")

    @property
    def user(self) -> discord.Object:
        return discord.Object(self.user_id)

    @property
    def message(self) -> discord.Object | None:
        return None if self.on is None else discord.Object(self.on)

    def is_guild_integration(self) -> bool:
        return True


def kept(tokens: Tokens, press: Press) -> Answer:
    """The answer to this press, remembered."""
    tokens.keep(cast("Any", press))
    answer = tokens.get(press.id)
    assert answer is not None
    return answer


def test_kept_for_a_quarter_of_an_hour() -> None:
    """An answer is there as long as its token is good, and not a moment longer."""
    watch = Watch()
    tokens = Tokens(watch.now)
    kept(tokens, Press(7))

    watch.moment += LIFE_S - 1
    assert tokens.get(7) is not None
    watch.moment += 1
    assert tokens.get(7) is None
    assert tokens.newest(1, 5) is None
    assert tokens.get(None) is None


def test_found_by_its_message() -> None:
    """Once it is known which message the answer is, the message leads to it, until Discord refuses the token."""
    tokens = Tokens(Watch().now)
    answer = kept(tokens, Press(7))
    assert tokens.of_message(70) is None

    tokens.shown(answer, 70)
    assert tokens.of_message(70) is answer
    tokens.drop(answer)
    assert tokens.of_message(70) is None
    assert tokens.get(7) is None


def test_the_newest_of_a_member_in_a_place() -> None:
    """Nobody's answer is taken for another's, nor one place's for another's."""
    tokens = Tokens(Watch().now)
    first, second = kept(tokens, Press(7)), kept(tokens, Press(8))
    kept(tokens, Press(9, user_id=2))
    kept(tokens, Press(10, channel_id=6))

    assert tokens.newest(1, 5) is second
    tokens.shown(second, 80)
    assert tokens.newest(1, 5) is second
    assert tokens.newest(1, 5, unused=True) is first


def test_renewed_by_a_press_under_it() -> None:
    """A press of its own member makes the answer live on, on the newer token; a press of somebody else does not."""
    watch = Watch()
    tokens = Tokens(watch.now)
    answer = kept(tokens, Press(7))
    tokens.shown(answer, 70)
    watch.moment += LIFE_S - 5

    stranger, owner = cast("Any", Press(8, user_id=2, on=70)), cast("Any", Press(9, on=70, followup="newer"))
    tokens.renew(stranger)
    assert not tokens.took_over(stranger)
    tokens.renew(owner)
    watch.moment += 60

    assert tokens.took_over(owner)
    assert tokens.get(7) is answer
    assert cast("Any", answer.webhook) == "newer"


def test_twice() -> None:
    """An interaction that comes twice has one answer, which knows what it shows."""
    tokens = Tokens(Watch().now)
    answer = kept(tokens, Press(7))
    tokens.shown(answer, 70)

    assert kept(tokens, Press(7)) is answer
    assert answer.used


def test_no_more_than_so_many() -> None:
    """The oldest goes when there are too many, and those whose time is over go by themselves."""
    watch = Watch()
    tokens = Tokens(watch.now)
    for number in range(MOST + 1):
        tokens.keep(cast("Any", Press(number + 1)))
    assert tokens.get(1) is None
    assert tokens.get(2) is not None

    watch.moment += LIFE_S
    tokens.keep(cast("Any", Press(MOST + 2)))
    assert len(tokens) == 1


def test_never_shown() -> None:
    """Whatever prints an answer prints nothing of its token."""
    answer = kept(Tokens(Watch().now), Press(7))

    assert SECRET not in f"{answer!r} {answer}"
