"""The sizes that a model card offers: what is refused, what is nearest, and what the bot sends where none was asked."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as some

from bot.domain.catalog import (
    FlexibleSizes,
    ModelCard,
    check_wish,
    dimensions,
    nearest_size,
    settled_options,
    shipped_cards,
    text_of,
)
from bot.domain.errors import OptionAbsent, OptionUnknown, SizeImpossible
from bot.domain.request import Options

CARDS = list(shipped_cards().values())
FLEXIBLE = [card for card in CARDS if isinstance(card.sizes, FlexibleSizes)]
LISTED = [card for card in CARDS if isinstance(card.sizes, tuple) and card.sizes]
SIZELESS = [card for card in CARDS if not card.sizes]


def card(name: str = "gpt-image-2") -> ModelCard:
    """A shipped card."""
    return shipped_cards()[name]


def named(cards: list[ModelCard]) -> pytest.MarkDecorator:
    """One test for each of these cards."""
    return pytest.mark.parametrize("card", cards, ids=lambda card: card.name)


def allowed(card: ModelCard, width: int, height: int) -> bool:
    """The size rule of the vendor's guide, or the card's list, read once more."""
    if isinstance(card.sizes, tuple):
        return f"{width}x{height}" in card.sizes
    long, short = max(width, height), min(width, height)
    in_steps = width % 16 == 0 and height % 16 == 0
    return in_steps and long <= 3840 and long <= 3 * short and 655_360 <= width * height <= 8_294_400


# ── what is asked for ───────────────────────────────────────────────────────────────────────────────────────


@named(CARDS)
@pytest.mark.parametrize("size", [None, "auto"])
def test_no_size_and_auto_are_for_the_bot_to_settle(card: ModelCard, size: str | None) -> None:
    """Every card takes a wish without a size."""
    check_wish(card, "snow", Options(size=size))


@named(LISTED)
def test_a_listed_size_passes_and_another_is_refused_with_the_nearest(card: ModelCard) -> None:
    """A size outside the list is refused with one of the list."""
    for size in card.sizes if isinstance(card.sizes, tuple) else ():
        check_wish(card, "snow", Options(size=size))

    with pytest.raises(SizeImpossible) as refused:
        check_wish(card, "snow", Options(size="2000x1000"))
    check_wish(card, "snow", Options(size=str(refused.value.fields["nearest"])))


@named(SIZELESS)
def test_a_card_without_sizes_has_no_setting_for_them(card: ModelCard) -> None:
    """A size is refused as a setting that is not there."""
    with pytest.raises(OptionAbsent) as refused:
        check_wish(card, "snow", Options(size="1024x1024"))
    assert refused.value.fields == {"model": card.name, "option": "size"}


@named(FLEXIBLE)
@pytest.mark.parametrize(
    "size",
    [
        *("1024x1024", "1536x1024", "1024x1536", "1536x864", "2048x2048", "2560x1440", "816x816"),
        *("3840x2160", "2160x3840", "3840x1280", "1280x3840", "640x1024", "1024x640"),
    ],
)
def test_a_free_size_within_the_rule_passes(card: ModelCard, size: str) -> None:
    """Multiples of 16, up to 3840, up to 3:1, from 655 360 to 8 294 400 pixels: the borders belong to it."""
    check_wish(card, "snow", Options(size=size))


@named(FLEXIBLE)
@pytest.mark.parametrize(
    ("size", "nearest"),
    [
        ("1000x1000", "1008x1008"),
        ("1025x1024", "1024x1024"),
        ("1023x1024", "1024x1024"),
        ("1920x1080", "1920x1088"),
        ("3856x2160", "3840x2144"),
        ("4096x4096", "2880x2880"),
        ("3840x1264", "3808x1280"),
    ],
)
def test_a_free_size_outside_the_rule_is_refused_with_the_nearest(card: ModelCard, size: str, nearest: str) -> None:
    """The refusal says "use 1008x1008": allowed, near in shape, near in pixels."""
    with pytest.raises(SizeImpossible) as refused:
        check_wish(card, "snow", Options(size=size))

    assert refused.value.fields == {"size": size, "model": card.name, "nearest": nearest}


@pytest.mark.parametrize(
    "size",
    ["big", "1024", "x", "1024x", "1024x1024x1024", "-1024x1024", "0x0", "1024x0", "1e3x1e3", "16:9", "9" * 30 + "x1"],
)
def test_what_is_no_size_is_refused_with_examples(size: str) -> None:
    """A size that cannot be read is refused as an unknown value, with some that work."""
    with pytest.raises(OptionUnknown) as refused:
        check_wish(card(), "snow", Options(size=size))

    assert (refused.value.fields["option"], refused.value.fields["value"]) == ("size", size)
    for example in str(refused.value.fields["known"]).split(", "):
        check_wish(card(), "snow", Options(size=example))


@pytest.mark.parametrize(
    "size", [" 1024x1024", "1024x1024\n", "+1024x1024", "1_024x1024", "01024x1024", "１０２４x1024"]
)
def test_a_size_is_written_as_it_is_sent(size: str) -> None:
    """A size goes to the provider letter for letter, so a number that only Python can read is no size."""
    with pytest.raises(OptionUnknown):
        check_wish(card(), "snow", Options(size=size))


# ── what is settled ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_size_is_read_and_written() -> None:
    """ "1536x1024" and (1536, 1024) are the same, both ways."""
    assert dimensions("1536x1024") == (1536, 1024)
    assert text_of((1536, 1024)) == "1536x1024"


@named(FLEXIBLE + LISTED)
@given(width=some.integers(1, 100_000), height=some.integers(1, 100_000))
def test_the_nearest_size_is_always_allowed(card: ModelCard, width: int, height: int) -> None:
    """For every picture there is a size, and the provider takes it."""
    assert allowed(card, *nearest_size(card, width, height))
    assert allowed(card, *nearest_size(card, width, height, pixels=card.default_pixels))


@named(FLEXIBLE)
@given(width=some.integers(1, 240), height=some.integers(1, 240))
def test_an_allowed_size_is_nearest_to_itself(card: ModelCard, width: int, height: int) -> None:
    """What is possible is left alone."""
    size = (16 * width, 16 * height)
    assume(allowed(card, *size))

    assert nearest_size(card, *size) == size


@named(FLEXIBLE)
@given(width=some.integers(300, 4000), height=some.integers(300, 4000))
def test_the_settled_size_keeps_the_shape_and_the_price_low(card: ModelCard, width: int, height: int) -> None:
    """Within 3:1 the shape is kept to a step of 16, and the area to what the card makes by default."""
    assume(max(width, height) <= 2.8 * min(width, height))

    size = settled_options(card, Options(), (width, height)).size

    assert size is not None
    made = dimensions(size)
    assert 0.93 < (made[0] / made[1]) / (width / height) < 1.07
    assert made[0] * made[1] <= 1.05 * card.default_pixels


@pytest.mark.parametrize(
    ("model", "picture", "size"),
    [
        ("gpt-image-2", (1024, 1024), "1024x1024"),
        ("gpt-image-2", (1920, 1080), "1680x944"),
        ("gpt-image-2", (1254, 1254), "1248x1248"),
        ("gpt-image-2", (4000, 3000), "1456x1088"),
        ("gpt-image-2", (3000, 100), "1408x480"),
        ("gpt-image-2", (64, 64), "816x816"),
        ("gpt-image-1", (1920, 1080), "1536x1024"),
        ("gpt-image-1", (1080, 1920), "1024x1536"),
        ("gpt-image-1", (600, 600), "1024x1024"),
        ("gpt-image-2-c", (1100, 1000), "1024x1024"),
        ("dall-e-2", (300, 300), "256x256"),
        ("dall-e-2", (5000, 400), "1024x1024"),
        ("flux-kontext-pro", (1024, 1024), None),
    ],
)
@pytest.mark.parametrize("asked", [None, "auto"])
def test_a_size_is_always_settled(model: str, picture: tuple[int, int], size: str | None, asked: str | None) -> None:
    """Gateways disagree about defaults: auto, or none, becomes the size nearest to the first picture's shape."""
    settled = settled_options(card(model), Options(size=asked, quality="low", n=2), picture)

    assert settled == Options(size=size, quality="low", n=2)


def test_a_size_that_was_asked_for_stays() -> None:
    """A member's own size is not bent to the picture."""
    asked = Options(size="1536x1024", quality="low")

    assert settled_options(card(), asked, (64, 64)) == asked


@named(CARDS)
@given(width=some.integers(1, 20_000), height=some.integers(1, 20_000))
def test_settled_options_can_be_wished(card: ModelCard, width: int, height: int) -> None:
    """What the bot settles is something that the card says yes to."""
    check_wish(card, "snow", settled_options(card, Options(), (width, height)))


def test_a_quality_that_was_not_asked_for_is_settled() -> None:
    """Gateways disagree about the quality of none, and it decides the price: the card's own default is sent."""
    assert settled_options(card(), Options(), (64, 64)).quality == "medium"
