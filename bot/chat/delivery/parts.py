"""Results cut into messages: how many pictures go together, the same way each time."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.workflow.ports import Parcel

FILES_A_MESSAGE = 10
# Discord documents 25 MiB for a whole request; the rest is for the form around the files.
BYTES_A_MESSAGE = 24 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Part:
    """One message of results; `number` counts from 0 and is what the book remembers."""

    number: int
    parcels: tuple[Parcel, ...]


def parts_of(parcels: Sequence[Parcel]) -> tuple[Part, ...]:
    """The parcels in their order, as few messages as possible.

    What a place allows for one file plays no part in it, so that a lighter copy counts as its original does: a part
    must mean the same pictures after a restart, even where a server has lost its boosts meanwhile.
    """
    groups: list[list[Parcel]] = []
    for parcel in parcels:
        room = bool(groups) and len(groups[-1]) < FILES_A_MESSAGE
        if room and sum(map(_weight, groups[-1])) + _weight(parcel) <= BYTES_A_MESSAGE:
            groups[-1].append(parcel)
        else:
            groups.append([parcel])
    return tuple(Part(number, tuple(group)) for number, group in enumerate(groups))


def _weight(parcel: Parcel) -> int:
    return parcel.lighter_than or parcel.bytes
