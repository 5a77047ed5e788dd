"""What a member may have of what is kept: the whole of it, or its end."""

import json

import pytest

from bot.domain.errors import DiskFull, EditsUnfinished
from bot.storage.errors import DatabaseUnusable
from bot.storage.privacy import PSEUDONYM
from bot.workflow.forgetting import Forgetting
from tests.standins import Comes
from tests.workflow.house import ANN, BOB, House


def forgetting(house: House, key: bytes = b"key") -> Forgetting:
    """The conductor of a house with this key."""
    return Forgetting(house.book, key)


async def test_export_is_json_that_people_can_read(house: House) -> None:
    """What was said stands in it as it was said, in UTF-8."""
    await house.placed(Comes(), request=house.edit(prompt="laß es schneien ❄"))

    kept = await forgetting(house).export(ANN)

    assert "laß es schneien ❄" in kept.decode()
    assert json.loads(kept)["member"] == ANN


async def test_nothing_is_forgotten_while_an_edit_is_not_over(house: House) -> None:
    """The refusal counts the edits, and they go on; afterwards it is done, however often it is asked for."""
    await house.placed(Comes())
    with pytest.raises(EditsUnfinished) as refused:
        await forgetting(house).forget(ANN)
    await house.work()
    before = house.job().request.prompt

    for _ in range(2):
        await forgetting(house).forget(ANN)

    assert refused.value.fields == {"count": 1}
    assert (before, house.job().request.prompt) == ("make it snow", "")


async def test_a_full_disk_is_said_plainly(house: House) -> None:
    """A member is told that it could not be written down, and not that something is wrong."""
    house.steps.raise_at("forget", DatabaseUnusable("full", full=True))

    with pytest.raises(DiskFull):
        await forgetting(house).forget(ANN)


def test_pseudonyms(house: House) -> None:
    """The same for a member each time, another for each member and in each house, and no id can be read in it."""
    mine = forgetting(house).pseudonym(ANN)

    assert PSEUDONYM.fullmatch(mine)
    assert mine == forgetting(house).pseudonym(ANN)
    assert len({mine, forgetting(house).pseudonym(BOB), forgetting(house, b"another").pseudonym(ANN)}) == 3
