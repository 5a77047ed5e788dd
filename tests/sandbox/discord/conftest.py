"""What the tests of the Discord stand-in share: a running one, and pictures."""

import io
from collections.abc import AsyncIterator

import pytest
from PIL import Image

from tests.sandbox.discord.asking import Asking, asking
from tests.sandbox.discord.stand import Stand, StoppedClock, standing


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    """A stand-in of the test's own, whose time stands still until the test moves it."""
    async with standing(clock=StoppedClock()) as running:
        yield running


@pytest.fixture
async def living() -> AsyncIterator[Stand]:
    """A stand-in whose time flows, for a real bot to live in."""
    async with standing() as running:
        yield running


@pytest.fixture(scope="session")
def png() -> bytes:
    """A small picture, 8 by 6."""
    out = io.BytesIO()
    Image.new("RGB", (8, 6), "teal").save(out, "PNG")
    return out.getvalue()


@pytest.fixture
async def scene(stand: Stand) -> AsyncIterator[Asking]:
    """A bot that answers by hand, and mira."""
    async with asking(stand) as ready:
        yield ready
