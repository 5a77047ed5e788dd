"""Model cards, in words."""

from dataclasses import replace
from datetime import date

import pytest

from bot.domain.catalog import FlatPrice, Standing, Status, shipped_cards
from bot.words.models import describe, standing

CARDS = shipped_cards()
DAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (Status(Standing.ACTIVE), "active"),
        (Status(Standing.ENDS, date(2026, 12, 1)), "until 2026-12-01"),
        (Status(Standing.ENDS, DAY), "switched off by its vendor on 2026-11-20"),
        (Status(Standing.GONE, date(2026, 5, 12)), "switched off by its vendor on 2026-05-12"),
        (Status(Standing.GONE), "switched off by its vendor"),
        (Status(Standing.GATEWAY), "sold by gateways only"),
    ],
)
def test_standing(status: Status, said: str) -> None:
    """A model is said to be active, to end on a day, to be gone since one, or to be known to gateways only."""
    assert standing(status, "en-US", DAY) == said


def test_flexible() -> None:
    """Free sizes are said as their rule, and prices by size and quality."""
    text = describe(CARDS["gpt-image-2"], "en-US")

    assert text.limits == (
        "up to 16 pictures · mask · up to 10 results",
        "size: any of 0.66 to 8.3 megapixels, multiples of 16, at most 3840 wide or high and 3:1",
        "quality: low, medium, high, auto",
    )
    assert text.prices == (
        "1024x1024: low $0.006, medium $0.053, high $0.211",
        "1536x1024: low $0.005, medium $0.041, high $0.165",
    )
    assert "previews: up to 3" in text.more


def test_flat() -> None:
    """A flat price is said by the picture; what the card does not have is not mentioned, but a missing mask is."""
    text = describe(CARDS["flux-kontext-pro"], "en-US")

    assert text.limits == ("1 picture · no mask · up to 10 results", "size: as the model likes")
    assert text.prices == ("$0.04 a picture",)
    assert describe(replace(CARDS["flux-kontext-pro"], price=FlatPrice(0)), "en-US").prices == ("costs nothing",)


def test_ignored_mask() -> None:
    """Where the provider ignores masks, only the lock makes one of use."""
    card = shipped_cards("vllm_omni")["gpt-image-2"]

    assert "mask only with the lock" in describe(card, "en-US").limits[0]


def test_quality_that_cannot_be_asked_for() -> None:
    """Where a provider takes no quality, the price is a single one."""
    text = describe(shipped_cards("anyfast", direct=False)["gpt-image-2"], "en-US")

    assert text.prices[0] == "1024x1024: $0.053"


@pytest.mark.parametrize("dialect", ["openai", "azure", "anyfast", "newapi", "litellm", "sdcpp", "vllm_omni", "sglang"])
def test_every_card(dialect: str) -> None:
    """Every card of every dialect has words, on single lines without a hole in them."""
    for card in shipped_cards(dialect).values():
        text = describe(card, "en-US", DAY)
        lines = (text.name, text.status, *text.limits, *text.prices, *text.more)

        assert all(line and "\n" not in line and "{" not in line for line in lines)
