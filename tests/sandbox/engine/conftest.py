"""A running image API for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.sandbox.engine.caller import Caller, served


@pytest.fixture
async def api() -> AsyncIterator[Caller]:
    """A running engine with all its models."""
    async with served() as caller:
        yield caller
