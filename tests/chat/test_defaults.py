"""What the operator chose, in the places that a member left open."""

import pytest

from bot.chat.intake.defaults import with_defaults
from bot.domain.catalog import shipped_cards
from bot.domain.request import Options

CARDS = shipped_cards()
OPERATOR = Options(
    size="1536x1024",
    quality="low",
    n=2,
    background="auto",
    output_format="jpeg",
    input_fidelity="high",
    output_compression=80,
    partial_images=2,
    stream=True,
)


def filled(model: str, options: Options, defaults: Options = OPERATOR, *, n_open: bool = True) -> Options:
    """The member's options at the model's first card."""
    return with_defaults(CARDS[model], "snow", options, defaults, n_open=n_open)


def test_everything_is_open() -> None:
    """A card that lists every option takes all of the operator's."""
    assert filled("gpt-image-1.5", Options()) == OPERATOR


def test_the_member_decides() -> None:
    """What a member chose stays, a single result and an unwanted stream included."""
    chosen = Options("1024x1024", "high", 1, "opaque", "webp", "low", 10, 0, False)

    assert filled("gpt-image-1.5", chosen, n_open=False) == chosen


def test_only_what_the_card_lists() -> None:
    """A default that the card does not know is left out, and the edit is none the less possible."""
    assert filled("flux-kontext-pro", Options()) == Options(n=2, output_format="jpeg")


@pytest.mark.parametrize(
    ("chosen", "compression"),
    [(Options(), 80), (Options(output_format="webp"), 80), (Options(output_format="png"), None)],
)
def test_defaults_that_hang_together(chosen: Options, compression: int | None) -> None:
    """A default compression goes with the formats that have one, whoever chose the format."""
    assert filled("gpt-image-2", chosen).output_compression == compression


def test_too_many() -> None:
    """A default number above what the model makes is no reason to refuse."""
    assert filled("gpt-image-2", Options(), Options(n=11)).n == 1


def test_nothing_chosen() -> None:
    """Without defaults everything stays as it was."""
    assert filled("gpt-image-2", Options(n=3), Options(), n_open=False) == Options(n=3)
