"""Signed links: what was issued is read, and nothing else is, whatever was changed in it."""

import base64
import random
import string
from dataclasses import replace

import pytest

from bot.domain.link import LINK_LIVES_S, Link, LinkKeys, subject_of

NOW = 1_795_000_000.0
MIDNIGHT = 86_400 * 20_776
KEYS = LinkKeys(b"k" * 32)
LINK = Link(row=7, user_id=42, subject=subject_of("a" * 64), expires_at=int(NOW) + LINK_LIVES_S)
LETTERS = string.ascii_letters + string.digits + "-_.=+/ \0é%"


def mutated(token: str, dice: random.Random) -> str:
    """The token with one to three small accidents in it."""
    letters = list(token)
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(letters))
        match dice.randrange(5):
            case 0:
                letters[at] = dice.choice(LETTERS)
            case 1:
                letters.insert(at, dice.choice(LETTERS))
            case 2:
                del letters[at]
            case 3:
                letters[at] = letters[at].swapcase()
            case _:
                other = dice.randrange(len(letters))
                letters[at], letters[other] = letters[other], letters[at]
    return "".join(letters)


def test_a_link_says_what_was_put_into_it() -> None:
    """Row, member, picture and end come back from the text, which fits an address as it is."""
    token = KEYS.issue(LINK, NOW)

    assert KEYS.parsed(token, NOW) == LINK
    assert set(token) <= set(string.ascii_letters + string.digits + "-_.")


def test_ten_thousand_changed_links_are_refused() -> None:
    """A letter changed, added, lost, moved or in the other case: none of them opens anything."""
    dice, token = random.Random(7), KEYS.issue(LINK, NOW)
    changed = {mutated(token, dice) for _ in range(13_000)} - {token}

    assert len(changed) >= 10_000
    assert [one for one in changed if KEYS.parsed(one, NOW) is not None] == []


def test_every_other_last_letter_is_refused() -> None:
    """The last letter of a signature has bits that mean nothing; they have to be right all the same."""
    token = KEYS.issue(LINK, NOW)
    others = [token[:-1] + letter for letter in string.ascii_letters + string.digits + "-_" if letter != token[-1]]

    assert base64.urlsafe_b64decode(others[0].rpartition(".")[2] + "=")  # it can be read; it is not ours
    assert not any(KEYS.parsed(one, NOW) for one in others)


@pytest.mark.parametrize("place", range(5))
def test_words_of_two_good_links_do_not_mix(place: int) -> None:
    """A link is bound to all that it says: another's row, member, end, picture or day under this signature is none."""
    other = replace(LINK, row=8, user_id=43, subject=subject_of("b"), expires_at=LINK.expires_at - 1)
    mine, theirs = KEYS.issue(LINK, NOW).split("."), KEYS.issue(other, NOW).split(".")
    theirs[0] = str(int(mine[0]) - 1)
    mixed = [*mine[:place], theirs[place], *mine[place + 1 :]]

    assert KEYS.parsed(".".join(mixed), NOW) is None


@pytest.mark.parametrize(
    "token", ["", ".", ".....", "a.b.c.d.e.f", "1.2.3.4.5.6", "٧" * 20, "9" * 5000, "." * 5000, "1.7.42.1.é.x"]
)
def test_what_is_no_link_at_all_is_refused_quietly(token: str) -> None:
    """Empty, endless, foreign digits: no exception tells anything about it."""
    assert KEYS.parsed(token, NOW) is None


def test_a_link_ends() -> None:
    """It is good until its last second, and no longer; one that seems to come from the future is none, either."""
    token = KEYS.issue(LINK, NOW)

    assert KEYS.parsed(token, LINK.expires_at - 1) == LINK
    assert KEYS.parsed(token, LINK.expires_at) is None
    assert KEYS.parsed(token, NOW - 60) is None


@pytest.mark.parametrize("lives", [-1, 0, LINK_LIVES_S + 60])
def test_no_link_is_made_that_lives_too_long_or_not_at_all(lives: int) -> None:
    """Half an hour is the most; the keys see to it, whoever asks."""
    with pytest.raises(ValueError, match="half hour"):
        KEYS.issue(replace(LINK, expires_at=int(NOW) + lives), NOW)


def test_another_house_signs_otherwise() -> None:
    """What one house signed is nothing to the next."""
    assert LinkKeys(b"j" * 32).parsed(KEYS.issue(LINK, NOW), NOW) is None


def test_keys_change_at_midnight_and_links_live_through_it() -> None:
    """A link made five minutes before is good after; a day later its key is none any more."""
    made, later = MIDNIGHT - 300, MIDNIGHT + 300
    link = replace(LINK, expires_at=MIDNIGHT + 1200)
    before, after = KEYS.issue(link, made), KEYS.issue(link, later)

    assert before.split(".")[0] != after.split(".")[0]
    assert KEYS.parsed(before, later) == KEYS.parsed(after, later) == link
    assert KEYS.parsed(before.replace(before.split(".")[0], after.split(".")[0], 1), later) is None


def test_keys_do_not_show_themselves() -> None:
    """What a log might make of them holds nothing of the key."""
    assert "k" * 4 not in repr(KEYS)
