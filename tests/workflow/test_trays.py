"""Trays: pictures that a member collects, in each server a tray of its own."""

from dataclasses import replace

import pytest

from bot.domain.errors import FileTooBig, TrayFull
from bot.domain.gathering import MOST, MOST_BYTES, TRAY_LIVES_S, Gathered
from bot.domain.quota import Member
from tests.workflow.house import ANN, BOB, GUILD, House

HERE, ELSEWHERE = Member(ANN, GUILD), Member(ANN, None)


def pictures(house: House, *widths: int) -> tuple[Gathered, ...]:
    """Pictures of these widths, which are their names."""
    return tuple(Gathered(house.file(f"{width}.png", f"png {width}x64".encode()), ANN) for width in widths)


def names(tray: object) -> list[str]:
    """What is in a tray."""
    return [one.picture.file.filename for one in tray]  # type: ignore[attr-defined]  # a tray's pictures


async def test_collected(house: House) -> None:
    """What is added comes behind what is there, what is there already is not added again, and trays are apart."""
    await house.trays.add(HERE, pictures(house, 1, 2))
    await house.trays.add(ELSEWHERE, pictures(house, 9))
    tray = await house.trays.add(HERE, pictures(house, 2, 3))

    assert names(tray) == ["1.png", "2.png", "3.png"]
    assert names(await house.trays.show(ELSEWHERE)) == ["9.png"]
    assert await house.trays.show(Member(BOB, GUILD)) == ()


async def test_seventeen(house: House) -> None:
    """A tray holds sixteen; where the rest is too much nothing is added."""
    await house.trays.add(HERE, pictures(house, *range(1, MOST)))

    with pytest.raises(TrayFull) as full:
        await house.trays.add(HERE, pictures(house, 100, 101))

    assert full.value.fields == {"limit": 16}
    assert len(await house.trays.show(HERE)) == MOST - 1


async def test_taken_out(house: House) -> None:
    """One can be taken out, twice without harm, and never from somebody else's tray."""
    first, second = await house.trays.add(HERE, pictures(house, 1, 2))
    assert names(await house.trays.take_out(Member(BOB, GUILD), second.id)) == []

    await house.trays.take_out(HERE, first.id)
    assert names(await house.trays.take_out(HERE, first.id)) == ["2.png"]

    await house.trays.clear(HERE)
    assert await house.trays.show(HERE) == ()


async def test_used(house: House) -> None:
    """What an edit was made of leaves the tray; what was put there meanwhile stays."""
    await house.trays.add(HERE, pictures(house, 1, 2, 3))

    await house.trays.used(HERE, [one.file for one in pictures(house, 3, 1, 7)])

    assert names(await house.trays.show(HERE)) == ["2.png"]


async def test_a_day(house: House) -> None:
    """A tray is kept for a day after something was put there."""
    await house.trays.add(HERE, pictures(house, 1))
    house.clock.moment += TRAY_LIVES_S - 1
    await house.trays.add(HERE, pictures(house, 2))
    house.clock.moment += TRAY_LIVES_S - 1
    assert names(await house.trays.show(HERE)) == ["1.png", "2.png"]

    house.clock.moment += 1
    assert await house.trays.show(HERE) == ()


async def test_sheet(house: House) -> None:
    """The small copies are drawn in the tray's order, and their file is gone afterwards."""
    async with house.trays.sheet(pictures(house, 64, 32)) as path:
        assert path.read_bytes() == b"webp 64x64 sheet of 64 wide | 32 wide"

    assert not path.exists()


async def test_as_heavy_as_an_edit(house: House) -> None:
    """A tray takes no more bytes than one edit does: the rest could never be used together."""
    first, second = pictures(house, 1, 2)
    heavy = [replace(one, file=replace(one.file, bytes=MOST_BYTES // 2 + 1)) for one in (first, second)]
    await house.trays.add(HERE, heavy[:1])

    with pytest.raises(FileTooBig):
        await house.trays.add(HERE, heavy[1:])

    assert names(await house.trays.add(HERE, heavy[:1])) == ["1.png"]
    assert names(await house.trays.add(Member(BOB, GUILD), heavy[1:])) == ["2.png"]
