"""What the tests of the conductors share: a house, whose books are balanced when the test is over."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workflow.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house in a folder of its own. Whatever a test does in it, every hold ends once, as charge and release."""
    house = House(tmp_path)
    yield house
    assert house.book.imbalances() == []
