"""What an edit costs: predicted before it starts, settled from what the provider reports. Integer micro-USD."""

import math
from dataclasses import dataclass

from bot.domain.catalog.card import ModelCard, TokenPrice
from bot.domain.catalog.sizes import dimensions, is_possible
from bot.domain.request import Options

# A token is about four letters of English or one sign of Chinese; a prediction should not be too low for either.
BYTES_PER_TEXT_TOKEN = 3
PATCH_PX = 32
IMAGE_EDGE_PX = 1024
IMAGE_TOKENS_MAX = 1536
COMMON_SIZES = ("1024x1024", "1536x1024", "2048x2048", "3840x2160")


@dataclass(frozen=True, slots=True)
class Usage:
    """The tokens that a provider says an edit took."""

    text_in: int
    image_in: int
    out: int

    @property
    def reported(self) -> bool:
        """Whether this is a report at all: some gateways send zeros."""
        return self.out > 0


@dataclass(frozen=True, slots=True)
class PriceLine:
    """The price of one result in micro-USD; size and quality are None where they make no difference."""

    size: str | None
    quality: str | None
    micro_usd: int


def predict(
    card: ModelCard, options: Options, size: tuple[int, int], pictures: list[tuple[int, int]], prompt: str
) -> int:
    """The most that an edit should cost, in micro-USD.

    `size` is the result's width and height in pixels, `pictures` those of every input, the mask included.
    """
    price = card.price
    if not isinstance(price, TokenPrice):
        return price.flat * options.n
    # Every call sends the prompt and the pictures anew.
    streamed = card.stream and bool(options.stream or options.partial_images)
    calls = math.ceil(options.n / (1 if streamed else card.n_per_call))
    text = (math.ceil(len(prompt.encode()) / BYTES_PER_TEXT_TOKEN) + 16) * calls
    image = sum(input_tokens(*picture) for picture in pictures) * calls
    each = output_tokens(price, card.priced_quality(options.quality), *size)
    out = (each + price.partial * (options.partial_images or 0)) * options.n
    return _cost(price, Usage(text, image, out))


def settle(card: ModelCard, usage: Usage | None, made: int, asked: int, predicted: int) -> int:
    """What an edit did cost, in micro-USD, for the pictures that really came.

    From the tokens where the provider reports them, else from the card's flat price, else from the prediction.
    """
    price = card.price
    if not isinstance(price, TokenPrice):
        return price.flat * made
    if usage is not None and usage.reported:
        return _cost(price, usage)
    return math.ceil(predicted * made / asked)


def price_list(card: ModelCard) -> tuple[PriceLine, ...]:
    """What one result costs in the common sizes, in each quality; without what the input pictures and the text add."""
    price = card.price
    if not isinstance(price, TokenPrice):
        return (PriceLine(None, None, price.flat),)
    sizes = [size for size in COMMON_SIZES if is_possible(card, *dimensions(size))]
    qualities = [quality for quality in card.quality if quality in price.base] or [card.priced_quality(None)]
    return tuple(
        PriceLine(size, quality, _cost(price, Usage(0, 0, output_tokens(price, quality, *dimensions(size)))))
        for size in sizes
        for quality in qualities
    )


def output_tokens(price: TokenPrice, quality: str, width: int, height: int) -> int:
    """Tokens of one result picture.

    Source: OpenAI's calculator for GPT image models; it agrees with the 54 cells of the published price table.
    """
    base = price.base[quality]
    if price.table:
        return price.table[quality][0 if width == height else 1]
    other = max(1, round(base * min(width, height) / max(width, height)))
    return math.ceil(base * other * (2_000_000 + width * height) / 4_000_000)


def input_tokens(width: int, height: int) -> int:
    """Tokens of one input picture: the 32-px patches it is cut into, small pictures enlarged, large ones shrunk.

    Source: OpenAI's image token rules: 512x512 and 1024x1024 take 1024, 1536x1024 takes 1536, 2048x2048 takes 1521.
    """
    enlarge = min(2.0, max(1.0, IMAGE_EDGE_PX / max(width, height)))
    wide, high = (math.ceil(edge * enlarge / PATCH_PX) for edge in (width, height))
    if wide * high <= IMAGE_TOKENS_MAX:
        return wide * high
    shrink = math.sqrt(IMAGE_TOKENS_MAX * PATCH_PX**2 / (width * height))
    return min(IMAGE_TOKENS_MAX, max(1, int(width * shrink / PATCH_PX)) * max(1, int(height * shrink / PATCH_PX)))


def _cost(price: TokenPrice, usage: Usage) -> int:
    # Prices are USD per million tokens, so tokens times price is micro-USD; kept in thousandths to stay integer.
    thousandths = usage.text_in * price.text_in + usage.image_in * price.image_in + usage.out * price.image_out
    return math.ceil(thousandths / 1000)
