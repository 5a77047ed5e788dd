"""What an edit costs: predicted before it starts, settled from what the provider reports. Integer micro-USD."""

import math
from dataclasses import dataclass

from bot.domain.catalog import ModelCard, TokenPrice
from bot.domain.request import Options

# A token is about four letters of English or one sign of Chinese; a prediction should not be too low for either.
BYTES_PER_TEXT_TOKEN = 3
PATCH_PX = 32
IMAGE_EDGE_PX = 1024
IMAGE_TOKENS_MAX = 1536


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


def predict(
    card: ModelCard, options: Options, size: tuple[int, int], pictures: list[tuple[int, int]], prompt: str
) -> int:
    """The most that an edit should cost, in micro-USD.

    `size` is the result's width and height in pixels, `pictures` those of every input, the mask included.
    """
    price = card.price
    if not isinstance(price, TokenPrice):
        return price.flat * options.n
    text = math.ceil(len(prompt.encode()) / BYTES_PER_TEXT_TOKEN) + 16
    image = sum(input_tokens(*picture) for picture in pictures)
    out = output_tokens(price, card.quality_or_dearest(options.quality), *size) * options.n
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
