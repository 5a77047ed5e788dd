"""The one function that says no, in a sentence that names the limit and the nearest thing that works."""

import math
from collections.abc import Mapping
from dataclasses import replace

from bot.domain.catalog.card import ModelCard
from bot.domain.catalog.sizes import dimensions, is_possible, nearest_size, text_of
from bot.domain.errors import (
    CompressionNeedsFormat,
    FileTooBig,
    MaskUnsupported,
    NumberImpossible,
    OptionAbsent,
    OptionUnknown,
    PromptTooLong,
    Refused,
    SizeImpossible,
    TooManyPictures,
    TooManyResults,
    TransparencyNeedsFormat,
)
from bot.domain.request import Options

MIB = 1024 * 1024
COMPRESSION = (0, 100)


def check_announced(
    card: ModelCard, pictures: int, sizes: Mapping[str, int], mask: str | None, limit: int, *, lock: bool = True
) -> None:
    """What can be refused before a byte is fetched: too many pictures, a mask that cannot be, a file over the limit.

    `sizes` maps each file's shown name to its announced bytes, `limit` is the most that is fetched of one file.
    """
    check_files(card, pictures, mask, lock=lock)
    for name, size in sizes.items():
        if size > limit:
            raise FileTooBig(name=name, size=math.ceil(size / MIB), limit=limit // MIB)


def check_files(card: ModelCard, pictures: int, mask: str | None, *, lock: bool = True) -> None:
    """Raises `TooManyPictures`, or `MaskUnsupported` for a mask, given by its name, that would do nothing.

    `lock` says that what is outside the mask is put back afterwards, which makes up for a provider that ignores masks.
    """
    if pictures > card.max_pictures:
        raise TooManyPictures(count=pictures, model=card.name, limit=card.max_pictures)
    if mask is not None and not card.takes_mask(lock=lock):
        raise MaskUnsupported(model=card.name, name=mask)


def check_wish(card: ModelCard, prompt: str, options: Options) -> None:
    """Raises the `Refused` that says why this model cannot do that."""
    if len(prompt) > card.prompt_characters:
        raise PromptTooLong(length=len(prompt), model=card.name, limit=card.prompt_characters)
    if not 1 <= options.n <= card.max_n:
        raise TooManyResults(model=card.name, limit=card.max_n, count=options.n)
    _check_choice(card, "quality", options.quality, card.quality)
    _check_choice(card, "background", options.background, card.background)
    _check_choice(card, "fidelity", options.input_fidelity, card.input_fidelity)
    _check_choice(card, "format", options.output_format, card.output_format)
    if (options.background, options.output_format) == ("transparent", "jpeg"):
        raise TransparencyNeedsFormat(formats=", ".join(name for name in card.output_format if name != "jpeg"))
    _check_compression(card, options)
    _check_stream(card, options)
    if options.size not in (None, "auto"):
        _check_size(card, str(options.size))


def accepts(card: ModelCard, prompt: str, options: Options) -> bool:
    """Whether `check_wish` has nothing against it."""
    try:
        check_wish(card, prompt, options)
    except Refused:
        return False
    return True


def settled_options(card: ModelCard, options: Options, first_picture: tuple[int, int]) -> Options:
    """The options with an explicit size and quality: gateways disagree about defaults, and both decide the price.

    Size `auto`, or none, becomes the allowed size nearest to the first picture's shape. A card without sizes gets none.
    """
    if card.quality:
        options = replace(options, quality=options.quality or card.default_quality)
    if not card.sizes:
        return replace(options, size=None)
    if options.size not in (None, "auto"):
        return options
    return replace(options, size=text_of(nearest_size(card, *first_picture, pixels=card.default_pixels)))


def _check_choice(card: ModelCard, option: str, value: str | None, known: tuple[str, ...]) -> None:
    if value is None or value in known:
        return
    if not known:
        raise OptionAbsent(model=card.name, option=option)
    raise OptionUnknown(model=card.name, option=option, value=value, known=", ".join(known))


def _check_compression(card: ModelCard, options: Options) -> None:
    value = options.output_compression
    if value is None:
        return
    if not card.compressed_formats:
        raise OptionAbsent(model=card.name, option="compression")
    if options.output_format not in card.compressed_formats:
        raise CompressionNeedsFormat(formats=", ".join(card.compressed_formats))
    _check_number("compression", value, COMPRESSION)


def _check_stream(card: ModelCard, options: Options) -> None:
    if options.partial_images is not None:
        if not card.partial_images:
            raise OptionAbsent(model=card.name, option="previews")
        _check_number("previews", options.partial_images, (0, card.partial_images))
    if options.stream and not card.stream:
        raise OptionAbsent(model=card.name, option="stream")


def _check_number(option: str, value: int, bounds: tuple[int, int]) -> None:
    if not bounds[0] <= value <= bounds[1]:
        raise NumberImpossible(option=option, value=value, low=bounds[0], high=bounds[1])


def _check_size(card: ModelCard, size: str) -> None:
    if not card.sizes:
        raise OptionAbsent(model=card.name, option="size")
    try:
        width, height = dimensions(size)
    except ValueError:
        example = card.sizes if isinstance(card.sizes, tuple) else ("1024x1024", "1536x1024")
        raise OptionUnknown(model=card.name, option="size", value=size, known=", ".join(example)) from None
    if not is_possible(card, width, height):
        raise SizeImpossible(size=size, model=card.name, nearest=text_of(nearest_size(card, width, height)))
