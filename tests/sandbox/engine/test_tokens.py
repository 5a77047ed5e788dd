"""The stand-in's own arithmetic, held against the numbers that are published."""

import pytest

from bot.sandbox.engine.rules import MODELS
from bot.sandbox.engine.tokens import Usage, bill, input_tokens, output_tokens, usage

QUALITIES = {"2": ("low", "medium", "high"), "2.5": ("low", "medium", "high", "xhigh", "max")}
CELLS = {
    (1024, 1024): ((196, 1756, 7024), (196, 439, 1756, 3122, 7024)),
    (1536, 1024): ((158, 1372, 5488), (158, 343, 1372, 2459, 5488)),
    (1536, 864): ((120, 1078, 4312), (120, 280, 1078, 1917, 4312)),
    (2048, 2048): ((397, 3568, 14272), (397, 892, 3568, 6343, 14272)),
    (2560, 1440): ((205, 1843, 7370), (205, 478, 1843, 3276, 7370)),
    (3840, 2160): ((371, 3336, 13342), (371, 865, 3336, 5930, 13342)),
}


@pytest.mark.parametrize("size", CELLS)
def test_results_cost_what_is_published(size: tuple[int, int]) -> None:
    """Every published cell of both families is met to the token, lying and standing."""
    for (table, qualities), tokens in zip(QUALITIES.items(), CELLS[size], strict=True):
        assert tuple(output_tokens(table, quality, *size) for quality in qualities) == tokens
        assert tuple(output_tokens(table, quality, *size[::-1]) for quality in qualities) == tokens


@pytest.mark.parametrize(
    ("size", "tokens"),
    [
        ((256, 256), 256),
        ((512, 512), 1024),
        ((1024, 1024), 1024),
        ((1536, 1024), 1536),
        ((1920, 1080), 1508),
        ((2048, 2048), 1521),
        ((1, 1), 1),
    ],
)
def test_inputs_cost_patches(size: tuple[int, int], tokens: int) -> None:
    """Input pictures cost patches: enlarged at most twice, never more than 1536."""
    assert input_tokens(*size) == tokens


@pytest.mark.parametrize(
    ("model", "quality", "price"),
    [
        ("gpt-image-1", "low", 10_880),
        ("gpt-image-1", "medium", 42_240),
        ("gpt-image-1.5", "high", 133_120),
        ("gpt-image-2", "low", 5_880),
        ("gpt-image-2", "high", 210_720),
    ],
)
def test_the_bill_of_one_square(model: str, quality: str, price: int) -> None:
    """The output alone costs the published price of a 1024 x 1024, in micro-USD."""
    rules = MODELS[model]
    out = output_tokens(rules.tokens, quality, 1024, 1024)

    assert bill(rules, Usage(0, 0, out), (1024, 1024), 1) == price


def test_a_bill_is_rounded_up() -> None:
    """A fraction of a micro-USD counts as one."""
    assert bill(MODELS["gpt-image-1-mini"], Usage(0, 1, 0), (1024, 1024), 1) == 3


@pytest.mark.parametrize(
    ("model", "size", "price"),
    [
        ("dall-e-2", (512, 512), 36_000),
        ("flux-kontext-max", (640, 480), 160_000),
        ("gpt-image-2-c", (1024, 1024), 60_000),
    ],
)
def test_flat_models_cost_by_the_picture(model: str, size: tuple[int, int], price: int) -> None:
    """Models without tokens have a price a picture."""
    assert bill(MODELS[model], None, size, 2) == price


def test_usage_adds_up() -> None:
    """Two pictures in, three out and two partial ones: each part is counted, and the total is their sum."""
    spent = usage(MODELS["gpt-image-2"], "low", (1024, 1024), "a red door", [(1024, 1024), (512, 512)], 3, 2)

    assert (spent.text_in, spent.image_in, spent.image_out) == (3, 2048, 3 * 196 + 200)
    assert spent.as_json()["total_tokens"] == 3 + 2048 + 788
