"""Which models, sizes, qualities and numbers a member may choose: limited by role, and the most generous wins."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.domain.errors import ChoiceNotPermitted, NumberNotPermitted
from bot.domain.quota.rules import Member, Scope, Subject
from bot.domain.request import Options

OPEN_SIZES = frozenset({None, "auto"})


class Choice(StrEnum):
    """What can be limited."""

    MODEL = "model"
    SIZE = "size"
    QUALITY = "quality"
    N = "n"


@dataclass(frozen=True, slots=True)
class Permit:
    """What a subject may choose: these values; of `n`, the most is the only value."""

    guild_id: int | None
    subject: Subject
    choice: Choice
    values: tuple[str, ...]


def check_permits(permits: Sequence[Permit], member: Member, model: str, options: Options) -> None:
    """Raises `ChoiceNotPermitted` or `NumberNotPermitted` for what none of the member's permits has.

    Only what somebody limited is limited: for everyone, for one of the member's roles, or for the member. Where several
    apply, what any of them has may be chosen; one for the very member stands alone. What is left open is not looked at.
    """
    size = None if options.size in OPEN_SIZES else options.size
    for choice, wanted in ((Choice.MODEL, model), (Choice.SIZE, size), (Choice.QUALITY, options.quality)):
        allowed = _allowed(permits, member, choice)
        if allowed is not None and wanted is not None and wanted not in allowed:
            raise ChoiceNotPermitted(option=choice.value, value=wanted, known=", ".join(allowed))
    numbers = _allowed(permits, member, Choice.N)
    if numbers is not None and options.n > (most := max(map(int, numbers))):
        raise NumberNotPermitted(count=options.n, limit=most)


def open_model(permits: Sequence[Permit], member: Member, default: str) -> str:
    """The model of a member who named none: the default where they may choose it, else the first that they may."""
    allowed = _allowed(permits, member, Choice.MODEL)
    return default if allowed is None or default in allowed else allowed[0]


def fill_open(
    permits: Sequence[Permit], member: Member, asked: Options, settled: Options, works: Callable[[Options], bool]
) -> Options:
    """The settled options, as far as the member may have them.

    A size or quality that was left open, and was settled as one that the member may not choose, becomes the first of
    those that they may and that works.
    """
    for choice, asked_for, now in (
        (Choice.SIZE, None if asked.size in OPEN_SIZES else asked.size, settled.size),
        (Choice.QUALITY, asked.quality, settled.quality),
    ):
        allowed = _allowed(permits, member, choice)
        if asked_for is None and now is not None and allowed is not None and now not in allowed:
            settled = next(filter(works, (_having(settled, choice, value) for value in allowed)), settled)
    return settled


def _having(options: Options, choice: Choice, value: str) -> Options:
    return replace(options, size=value) if choice is Choice.SIZE else replace(options, quality=value)


def _allowed(permits: Sequence[Permit], member: Member, choice: Choice) -> tuple[str, ...] | None:
    """The values of every permit that applies; None where nobody limited the choice."""
    mine = [one for one in permits if one.choice is choice and one.guild_id in (None, member.guild_id)]
    own = [one for one in mine if one.subject == Subject(Scope.USER, member.user_id)]
    applying = own or [one for one in mine if _applies(one.subject, member)]
    return tuple(_values(applying)) if applying else None


def _applies(subject: Subject, member: Member) -> bool:
    return subject.scope is Scope.EVERYONE or (subject.scope is Scope.ROLE and subject.id in member.role_ids)


def _values(permits: Iterable[Permit]) -> dict[str, None]:
    return dict.fromkeys(value for one in permits for value in one.values)
