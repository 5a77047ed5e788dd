"""What an edit costs: the published tables, the prediction before it and the charge after it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.domain.catalog import ModelCard, TokenPrice, shipped_cards
from bot.domain.money import PriceLine, Usage, input_tokens, output_tokens, predict, price_list, settle
from bot.domain.request import Options

# OpenAI's price table of GPT image models: output tokens of one picture, and their price in dollars.
TWO = "gpt-image-2"
TWO_AND_A_HALF = "gpt-image-2.5-sunburst"
PUBLISHED: dict[str, dict[str, tuple[str, ...]]] = {
    TWO: {
        "1024x1024": ("196 0.0059", "1756 0.0527", "7024 0.2107"),
        "1536x1024": ("158 0.0047", "1372 0.0412", "5488 0.1646"),
        "1536x864": ("120 0.0036", "1078 0.0323", "4312 0.1294"),
        "2048x2048": ("397 0.0119", "3568 0.1070", "14272 0.4282"),
        "2560x1440": ("205 0.0062", "1843 0.0553", "7370 0.2211"),
        "3840x2160": ("371 0.0111", "3336 0.1001", "13342 0.4003"),
    },
    TWO_AND_A_HALF: {
        "1024x1024": ("196 0.0059", "439 0.0132", "1756 0.0527", "3122 0.0937", "7024 0.2107"),
        "1536x1024": ("158 0.0047", "343 0.0103", "1372 0.0412", "2459 0.0738", "5488 0.1646"),
        "1536x864": ("120 0.0036", "280 0.0084", "1078 0.0323", "1917 0.0575", "4312 0.1294"),
        "2048x2048": ("397 0.0119", "892 0.0268", "3568 0.1070", "6343 0.1903", "14272 0.4282"),
        "2560x1440": ("205 0.0062", "478 0.0143", "1843 0.0553", "3276 0.0983", "7370 0.2211"),
        "3840x2160": ("371 0.0111", "865 0.0260", "3336 0.1001", "5930 0.1779", "13342 0.4003"),
    },
}
QUALITIES = {TWO: ("low", "medium", "high"), TWO_AND_A_HALF: ("low", "medium", "high", "xhigh", "max")}
CELLS = [
    (model, quality, size, int(cell.split()[0]), cell.split()[1])
    for model, sizes in PUBLISHED.items()
    for size, row in sizes.items()
    for quality, cell in zip(QUALITIES[model], row, strict=True)
]
BY_TOKEN = [card for card in shipped_cards().values() if isinstance(card.price, TokenPrice)]
FLAT = [card for card in shipped_cards().values() if not isinstance(card.price, TokenPrice)]
pictures = some.lists(some.tuples(some.integers(1, 6000), some.integers(1, 6000)), min_size=1, max_size=17)


def card(name: str = TWO) -> ModelCard:
    """A shipped card."""
    return shipped_cards()[name]


def by_token(name: str) -> TokenPrice:
    """The token price of a shipped card."""
    price = card(name).price
    assert isinstance(price, TokenPrice)
    return price


def test_all_published_cells_are_here() -> None:
    """The two tables have six sizes, by three and by five qualities."""
    assert len(CELLS) == 6 * 3 + 6 * 5


@pytest.mark.parametrize(("model", "quality", "size", "tokens", "dollars"), CELLS)
def test_output_tokens_and_their_price_are_the_published_ones(
    model: str, quality: str, size: str, tokens: int, dollars: str
) -> None:
    """The formula agrees with every published cell, in tokens and in dollars to the fourth digit."""
    width, height = (int(edge) for edge in size.split("x"))

    assert output_tokens(by_token(model), quality, width, height) == tokens
    assert f"{settle(card(model), Usage(0, 0, tokens), 1, 1, 0) / 1_000_000:.4f}" == dollars


@pytest.mark.parametrize(
    ("quality", "square", "oblong"), [("low", 0.011, 0.016), ("medium", 0.042, 0.063), ("high", 0.167, 0.25)]
)
def test_the_retired_model_costs_what_was_published_by_picture(quality: str, square: float, oblong: float) -> None:
    """gpt-image-1, which gateways still sell, keeps its published prices, to the tenth of a cent."""
    price = by_token("gpt-image-1")
    costs = [
        settle(card("gpt-image-1"), Usage(0, 0, output_tokens(price, quality, *size)), 1, 1, 0)
        for size in ((1024, 1024), (1536, 1024), (1024, 1536))
    ]

    assert costs[0] / 1_000_000 == pytest.approx(square, abs=0.0007)
    assert costs[1] == costs[2]
    assert costs[1] / 1_000_000 == pytest.approx(oblong, abs=0.0007)


@pytest.mark.parametrize(
    ("size", "tokens"),
    [
        ((512, 512), 1024),
        ((1024, 1024), 1024),
        ((1536, 1024), 1536),
        ((1024, 1536), 1536),
        ((1920, 1080), 1508),
        ((2048, 2048), 1521),
        ((64, 64), 16),
        ((1, 1), 1),
        ((1000, 1000), 1024),
    ],
)
def test_input_tokens_are_the_published_ones(size: tuple[int, int], tokens: int) -> None:
    """A picture costs the 32-px patches it is cut into, after a small one was enlarged, at most twice."""
    assert input_tokens(*size) == tokens


@given(width=some.integers(1, 8000), height=some.integers(1, 8000))
def test_an_input_picture_takes_from_one_to_1536_tokens(width: int, height: int) -> None:
    """However large or narrow a picture is, it takes a token and never more than 1536."""
    assert 1 <= input_tokens(width, height) <= 1536


def test_a_strip_takes_no_more_than_1536_tokens() -> None:
    """The border holds for a picture of one row, too."""
    assert input_tokens(60_000, 1) <= 1536


@pytest.mark.parametrize("card", BY_TOKEN, ids=lambda card: card.name)
@given(inputs=pictures, n=some.integers(1, 10), prompt=some.text(some.characters(codec="ascii"), max_size=300))
def test_a_prediction_covers_the_same_usage(
    card: ModelCard, inputs: list[tuple[int, int]], n: int, prompt: str
) -> None:
    """What is held is never less than the charge for the tokens that the formula foresees."""
    price, options, size = card.price, Options(n=n, quality="medium"), (1536, 1024)
    assert isinstance(price, TokenPrice)
    usage = Usage(
        text_in=math.ceil(len(prompt.encode()) / 4),
        image_in=sum(input_tokens(*one) for one in inputs),
        out=n * output_tokens(price, "medium", *size),
    )

    predicted = predict(card, options, size, inputs, prompt)

    assert settle(card, usage, n, n, predicted) <= predicted
    assert settle(card, None, n, n, predicted) == predicted


@pytest.mark.parametrize("card", BY_TOKEN, ids=lambda card: card.name)
def test_a_quality_left_to_the_provider_is_held_as_the_dearest(card: ModelCard) -> None:
    """Nobody knows what `auto` will cost, so the most is held."""
    each = [predict(card, Options(quality=one), (1024, 1024), [(512, 512)], "snow") for one in card.quality]

    assert predict(card, Options(quality="auto"), (1024, 1024), [(512, 512)], "snow") == max(each)


@pytest.mark.parametrize("card", BY_TOKEN, ids=lambda card: card.name)
def test_a_quality_that_nobody_chose_is_held_as_the_cards_own(card: ModelCard) -> None:
    """The card's default is what is sent, and what is priced where a provider takes no quality at all."""
    own = predict(card, Options(quality=card.default_quality), (1024, 1024), [(512, 512)], "snow")

    assert predict(card, Options(), (1024, 1024), [(512, 512)], "snow") == own


def test_previews_and_split_calls_are_counted() -> None:
    """Each preview adds 100 tokens to each result, and every call sends text and pictures anew."""
    card, size = shipped_cards("anyfast", direct=False)["gpt-image-2"], (1024, 1024)
    two_calls = predict(card, Options(n=2), size, [(512, 512)], "snow")
    previews = predict(shipped_cards()["gpt-image-2"], Options(quality="medium", partial_images=2), size, [], "snow")

    assert two_calls == 2 * (18 * 5 + 1024 * 8 + 1756 * 30)
    assert previews == 18 * 5 + (1756 + 200) * 30


def test_the_price_list_names_the_common_sizes() -> None:
    """A price list has every common size that the model makes, in every quality; a flat price is one line."""
    lines = price_list(shipped_cards()["gpt-image-2"])

    assert PriceLine("1024x1024", "low", 196 * 30) in lines
    assert {line.size for line in lines} == {"1024x1024", "1536x1024", "2048x2048", "3840x2160"}
    assert price_list(shipped_cards()["flux-kontext-pro"]) == (PriceLine(None, None, 40_000),)


def test_a_prediction_adds_text_pictures_and_results() -> None:
    """One small medium edit of gpt-image-2, by hand: 18 text, 1024 image and 1756 output tokens."""
    predicted = predict(card(), Options(quality="medium"), (1024, 1024), [(512, 512)], "snow")

    assert predicted == 18 * 5 + 1024 * 8 + 1756 * 30


def test_a_mask_and_every_further_picture_are_counted() -> None:
    """Input tokens are linear in the pictures, results in n."""
    options = Options(quality="low")
    one, two = (predict(card(), options, (1024, 1024), [(512, 512)] * count, "snow") for count in (1, 2))
    twice = predict(card(), Options(quality="low", n=2), (1024, 1024), [(512, 512)], "snow")

    assert two - one == 1024 * 8
    assert twice - one == 196 * 30


@pytest.mark.parametrize("card", FLAT, ids=lambda card: card.name)
def test_a_flat_price_is_predicted_and_settled_by_picture(card: ModelCard) -> None:
    """A flat card costs the same whatever goes in, is charged for what came, and hears no usage."""
    assert isinstance(card.price.flat if not isinstance(card.price, TokenPrice) else None, int)
    each = predict(card, Options(), (1024, 1024), [(512, 512)], "snow")

    assert predict(card, Options(n=3), (1024, 1024), [(512, 512)] * 5, "snow" * 99) == 3 * each
    assert settle(card, None, 2, 3, 3 * each) == 2 * each
    assert settle(card, Usage(9, 9, 9), 1, 3, 3 * each) == each


@pytest.mark.parametrize("usage", [None, Usage(0, 0, 0), Usage(18, 1024, 0)])
@pytest.mark.parametrize(("made", "cost"), [(3, 1000), (2, 667), (1, 334)])
def test_without_a_report_the_prediction_is_charged_for_what_came(usage: Usage | None, made: int, cost: int) -> None:
    """Some gateways send no usage, or zeros: then each picture costs its part of the prediction."""
    assert settle(card(), usage, made, 3, 1000) == cost


def test_a_report_is_charged_as_it_is() -> None:
    """Reported tokens are charged at the card's prices, a started micro-dollar in full, whatever was predicted."""
    assert settle(card(), Usage(18, 512, 196), 1, 1, 1) == 18 * 5 + 512 * 8 + 196 * 30
    assert settle(card("gpt-image-1"), Usage(1, 1, 1), 1, 1, 1) == 5 + 10 + 40
