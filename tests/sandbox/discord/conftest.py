"""What the tests of the Discord stand-in share: a running one, and pictures."""

import io
from collections.abc import AsyncIterator

import pytest
from PIL import Image

from tests.sandbox.discord.stand import Stand, standing


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    """A stand-in of the test's own."""
    async with standing() as running:
        yield running


@pytest.fixture(scope="session")
def png() -> bytes:
    """A small picture, 8 by 6."""
    out = io.BytesIO()
    Image.new("RGB", (8, 6), "teal").save(out, "PNG")
    return out.getvalue()
