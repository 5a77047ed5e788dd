"""What each model of the stand-in accepts and costs, as a table that knows nothing of the bot's own cards."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal


@dataclass(frozen=True, slots=True)
class Flexible:
    """Any WIDTHxHEIGHT in multiples of `step` within an edge, a ratio and a budget of pixels."""

    step: int = 16
    max_edge: int = 3840
    max_ratio: int = 3
    min_pixels: int = 655_360
    max_pixels: int = 8_294_400


@dataclass(frozen=True, slots=True)
class Rates:
    """Micro-USD for a thousand tokens."""

    text_in: int
    image_in: int
    image_out: int


@dataclass(frozen=True, slots=True)
class Rules:
    """One model: its text fields, their values, its pictures, its sizes and its price.

    `sizes` is a rule, a list, or None where the model takes no size and answers with that of picture 1.
    `tokens` names a table of `tokens.py`; without it every picture costs `flat`, in micro-USD by size ("" for any).
    """

    fields: frozenset[str]
    choices: Mapping[str, tuple[str, ...]]
    sizes: Flexible | tuple[str, ...] | None
    images: int = 16
    image_bytes: int = 50 * 2**20
    formats: tuple[str, ...] = ("image/jpeg", "image/png", "image/webp")
    square: bool = False
    array: bool = True
    mask_bytes: int = 4 * 2**20
    prompt_units: int = 32_000
    n: int = 10
    transparent: bool = True
    fidelity_refused: bool = False
    auto_quality: str = "low"
    tokens: str = ""
    rates: Rates = Rates(0, 0, 0)
    flat: Mapping[str, int] = field(default_factory=dict)
    url_life_s: float = 0
    """How long a result's link lives; 0 where results come as base64."""
    default_size: str | None = None
    """What is made where no size is said: auto, or the first square of a list, unless this says otherwise."""
    mask: Literal["alpha", "white", "unused"] = "alpha"
    """What lets the ground change: full transparency, white in a grey picture, or nothing (the mask is not read)."""
    mask_like_image: bool = False
    """Whether the mask must have the format of picture 1."""
    gated: bool = False
    """Whether mask, several results and free sizes are for accounts of a group only."""
    skips_damaged: bool = False
    """Whether a picture that cannot be decoded is left out without a word."""


def choices(**values: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """The values of each field that has a list of them."""
    return MappingProxyType(values)


_FORMATS = ("png", "webp", "jpeg")
_BACKGROUNDS = ("transparent", "opaque", "auto")
_QUALITIES = ("low", "medium", "high", "auto")
ALWAYS = frozenset({"model", "prompt", "image", "n"})
_IMAGE_FIELDS = ALWAYS | {
    "mask",
    "size",
    "quality",
    "background",
    "output_format",
    "output_compression",
    "stream",
    "partial_images",
    "user",
}

_IMAGE_2 = Rules(
    fields=_IMAGE_FIELDS | {"input_fidelity"},
    choices=choices(quality=_QUALITIES, background=_BACKGROUNDS, output_format=_FORMATS),
    sizes=Flexible(),
    transparent=False,
    fidelity_refused=True,
    tokens="2",
    rates=Rates(5_000, 8_000, 30_000),
)
_IMAGE_25 = replace(
    _IMAGE_2,
    fields=_IMAGE_2.fields | {"complexity"},
    choices=choices(
        quality=("low", "medium", "high", "xhigh", "max", "auto"),
        background=_BACKGROUNDS,
        output_format=_FORMATS,
        complexity=("low", "medium", "high"),
    ),
    transparent=True,
    tokens="2.5",
)
_IMAGE_15 = Rules(
    fields=_IMAGE_FIELDS | {"input_fidelity"},
    choices=choices(
        quality=_QUALITIES,
        background=_BACKGROUNDS,
        output_format=_FORMATS,
        input_fidelity=("low", "high"),
    ),
    sizes=("1024x1024", "1536x1024", "1024x1536", "auto"),
    auto_quality="medium",
    tokens="1",
    rates=Rates(5_000, 8_000, 32_000),
)
_DALL_E = Rules(
    fields=ALWAYS | {"mask", "size", "response_format", "quality", "user"},
    choices=choices(quality=("standard",), response_format=("url", "b64_json")),
    sizes=("256x256", "512x512", "1024x1024"),
    images=1,
    image_bytes=4 * 2**20,
    formats=("image/png",),
    square=True,
    array=False,
    prompt_units=1_000,
    auto_quality="standard",
    flat=MappingProxyType({"256x256": 16_000, "512x512": 18_000, "1024x1024": 20_000}),
    url_life_s=3_600,
)
_REVERSE = Rules(
    fields=ALWAYS | {"size", "response_format"},
    choices=choices(response_format=("url",)),
    sizes=("1024x1024", "1536x1024", "1024x1536"),
    images=1,
    image_bytes=4 * 2**20,
    n=1,
    auto_quality="",
    flat=MappingProxyType({"": 30_000}),
    url_life_s=86_400,
)
_KONTEXT = Rules(
    fields=ALWAYS | {"output_format"},
    choices=choices(output_format=("png", "jpeg")),
    sizes=None,
    images=1,
    image_bytes=20 * 2**20,
    n=1,
    auto_quality="",
    flat=MappingProxyType({"": 40_000}),
    url_life_s=600,
)

MODELS: Mapping[str, Rules] = MappingProxyType(
    {
        "gpt-image-2": _IMAGE_2,
        "gpt-image-2.5-sunburst": _IMAGE_25,
        "gpt-image-2.5-flare": _IMAGE_25,
        "gpt-image-2.6-sunburst": _IMAGE_25,
        "gpt-image-2.6-flare": _IMAGE_25,
        "gpt-image-1.5": _IMAGE_15,
        "chatgpt-image-latest": _IMAGE_15,
        "gpt-image-1": replace(_IMAGE_15, rates=Rates(5_000, 10_000, 40_000)),
        "gpt-image-1-mini": replace(
            _IMAGE_15,
            fields=_IMAGE_FIELDS,
            choices=choices(quality=_QUALITIES, background=_BACKGROUNDS, output_format=_FORMATS),
            rates=Rates(2_000, 2_500, 8_000),
        ),
        "dall-e-2": _DALL_E,
        "gpt-image-2-c": _REVERSE,
        "flux-kontext-pro": _KONTEXT,
        "flux-kontext-max": replace(_KONTEXT, flat=MappingProxyType({"": 80_000})),
    }
)
