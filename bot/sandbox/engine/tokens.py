"""What the stand-in counts and bills: tokens by the published formula, money in integer micro-USD.

The formula for gpt-image-2 and 2.5 and the patches of input pictures follow OpenAI's price calculator; the numbers
of the 1 family are those of its price page. The bot has arithmetic of its own and must come to the same end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, sqrt
from types import MappingProxyType

from bot.sandbox.engine.rules import Rules

PARTIAL_TOKENS = 100

_BASE: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "2": {"low": 16, "medium": 48, "high": 96},
        "2.5": {"low": 16, "medium": 24, "high": 48, "xhigh": 64, "max": 96},
    }
)
_FIXED: Mapping[str, Mapping[tuple[int, int], int]] = MappingProxyType(
    {
        "low": {(1024, 1024): 272, (1024, 1536): 408, (1536, 1024): 400},
        "medium": {(1024, 1024): 1056, (1024, 1536): 1584, (1536, 1024): 1568},
        "high": {(1024, 1024): 4160, (1024, 1536): 6240, (1536, 1024): 6208},
    }
)
_PATCH, _PATCHES, _FULL_SIDE = 32, 1536, 1024


@dataclass(frozen=True, slots=True)
class Usage:
    """The tokens of one call."""

    text_in: int
    image_in: int
    image_out: int

    def as_json(self) -> dict[str, object]:
        """The `usage` object of an answer."""
        spent = self.text_in + self.image_in
        return {
            "input_tokens": spent,
            "input_tokens_details": {"text_tokens": self.text_in, "image_tokens": self.image_in},
            "output_tokens": self.image_out,
            "output_tokens_details": {"text_tokens": 0, "image_tokens": self.image_out},
            "total_tokens": spent + self.image_out,
        }


def output_tokens(table: str, quality: str, width: int, height: int) -> int:
    """Tokens of one result picture."""
    if table == "1":
        return _FIXED[quality][width, height]
    base, long, short = _BASE[table][quality], max(width, height), min(width, height)
    other = max(1, (2 * base * short + long) // (2 * long))
    return -(-base * other * (2_000_000 + width * height) // 4_000_000)


def input_tokens(width: int, height: int) -> int:
    """Tokens of one input picture: patches of 32 pixels, at most 1536, small pictures enlarged up to twice."""
    grow = min(2.0, max(1.0, _FULL_SIDE / max(width, height)))
    across, down = width * grow / _PATCH, height * grow / _PATCH
    if ceil(across) * ceil(down) > _PATCHES:
        shrink = sqrt(_PATCHES / (across * down))
        across, down = across * shrink, down * shrink
        fit = min(floor(across) / across, floor(down) / down)
        across, down = across * fit, down * fit
    return max(1, ceil(round(across, 6)) * ceil(round(down, 6)))


def text_tokens(prompt: str) -> int:
    """About four bytes a token."""
    return max(1, -(-len(prompt.encode("utf-8", "replace")) // 4))


def usage(
    rules: Rules,
    quality: str,
    size: tuple[int, int],
    prompt: str,
    inputs: Sequence[tuple[int, int]],
    made: int,
    partials: int = 0,
) -> Usage:
    """The tokens of a call that made so many pictures of that size, and sent so many partial ones."""
    out = output_tokens(rules.tokens, quality, *size) * made + PARTIAL_TOKENS * partials
    return Usage(text_tokens(prompt), sum(input_tokens(*each) for each in inputs), out)


def bill(rules: Rules, spent: Usage | None, size: tuple[int, int], made: int) -> int:
    """Micro-USD, rounded up; by tokens where the model counts them, else flat for each picture."""
    if spent is None:
        each = rules.flat.get(f"{size[0]}x{size[1]}", rules.flat.get("", 0))
        return each * made
    rates = rules.rates
    thousandths = spent.text_in * rates.text_in + spent.image_in * rates.image_in + spent.image_out * rates.image_out
    return -(-thousandths // 1000)
