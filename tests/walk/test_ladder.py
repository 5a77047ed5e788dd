"""Results that are heavier than a place takes: lighter copies that say so, and several messages."""

import pytest

from tests.walk.conftest import Crowd
from tests.walk.sight import edited, exhibited, picture, size_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

LIMIT = 10 * 2**20  # bytes of a file in a server without boosts


async def test_a_heavy_result_goes_as_a_lighter_copy(crowd: Crowd) -> None:
    """Twelve megabytes of noise are posted under the limit, with all their pixels, and the message says what was done;
    what can be looked at beside it keeps to the limit as well."""
    async with crowd.newcomer() as mira:
        acted = await edited(
            mira, images=[picture()], prompt="[fault:heavy] alone", options={"size": "2048x2048", "n": 1}
        )
        result = await mira.download(acted.files[0]["url"])
        [(shown, _)] = await exhibited(mira, acted, "Before/after")

    [file] = acted.files
    name = file["filename"]
    assert name.endswith("-v1-1.webp")
    assert file["size"] <= LIMIT
    assert size_of(result) == (2048, 2048)
    said = acted.posted[0]["content"].splitlines()[-1]
    assert said == (
        f"{name} is a lighter copy as WebP: the original has 12 MB, over the limit of 10 MB here, and is kept."
    )
    assert file["description"] == "Edited picture: [fault:heavy] alone"
    assert shown["size"] <= LIMIT


async def test_several_heavy_results_are_several_messages(crowd: Crowd) -> None:
    """Four pictures that a message cannot hold together are posted as they came, in order, over as many as it takes."""
    async with crowd.newcomer() as mira:
        acted = await edited(
            mira, images=[picture()], prompt="[fault:heavy] four", options={"size": "1536x1536", "n": 4}
        )

    assert [file["filename"].rpartition("-")[2] for file in acted.files] == ["1.png", "2.png", "3.png", "4.png"]
    assert all(file["size"] <= LIMIT for file in acted.files)
    assert len(acted.posted) > 1
    assert all(sum(file["size"] for file in message["attachments"]) <= 25 * 2**20 for message in acted.posted)
    parts = range(2, len(acted.posted) + 1)
    assert [message["content"].rpartition(" · ")[2] for message in acted.posted[1:]] == [
        f"message {part} of {len(acted.posted)}" for part in parts
    ]
