"""Signed links: who may paint which picture, until when, in a text that nobody else can make.

A link is bound to its row, its member and its picture, and each word of it counts: `parsed` compares the whole
signature as text, so that no other spelling of a good one is good as well. Its key is made from the house's for the
day, so that what leaks today opens nothing tomorrow.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

LINK_LIVES_S = 1800
_DAY_S = 86_400
_CONTEXT = b"darkroom painter link"
_LONGEST = 200  # characters
_WORDS = 6  # key, row, member, end, subject, signature
_SUBJECT = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says: its row, whom it is for, the picture that it is about, and its end in seconds of the epoch."""

    row: int
    user_id: int
    subject: str  # of `subject_of`
    expires_at: int


@dataclass(frozen=True, slots=True)
class LinkKeys:
    """The keys of a house, one for each day, named by the day's number."""

    root: bytes

    def __repr__(self) -> str:
        return "LinkKeys()"  # what signs links is in no log

    def issue(self, link: Link, now: float) -> str:
        """The link as text. Raises `ValueError` for an end that is past or later than a link may live."""
        if not now < link.expires_at <= now + LINK_LIVES_S:
            raise ValueError("a link ends in the half hour after it was made")
        if not _SUBJECT.fullmatch(link.subject):
            raise ValueError("the subject of a link comes from `subject_of`")
        said = f"{_day(now)}.{link.row}.{link.user_id}.{link.expires_at}.{link.subject}"
        return f"{said}.{self._signature(_day(now), said)}"

    def parsed(self, token: str, now: float) -> Link | None:
        """What a token says; None for one that was not made here, was changed, or is over. Takes equally long."""
        said, _, signature = token.rpartition(".")
        if len(token) > _LONGEST or not token.isascii() or token.count(".") != _WORDS - 1:
            return None
        fits = [hmac.compare_digest(self._signature(day, said), signature) for day in _days(now)]
        if not any(fits):
            return None
        day, row, user_id, expires_at, subject = said.split(".")  # ours from here on: it is as `issue` wrote it
        link = Link(int(row), int(user_id), subject, int(expires_at))
        in_time = now < link.expires_at <= now + LINK_LIVES_S
        return link if in_time and fits[_days(now).index(int(day))] else None

    def _signature(self, day: int, said: str) -> str:
        key = hmac.digest(self.root, b"%s, day %d" % (_CONTEXT, day), "sha256")
        return base64.urlsafe_b64encode(hmac.digest(key, said.encode(), "sha256")).rstrip(b"=").decode()


def subject_of(*keys: str) -> str:
    """What stands in a link for files, by their keys among the blobs: 16 hexadecimal digits."""
    return hashlib.sha256("\n".join(keys).encode()).hexdigest()[:16]


def _day(now: float) -> int:
    return int(now // _DAY_S)


def _days(now: float) -> tuple[int, ...]:
    """The keys that a link of the last half hour may have: today's, and around midnight yesterday's as well."""
    return _day(now), _day(now - LINK_LIVES_S)
