"""What a model can do and what it costs, in words: for `/models`, for the suggestions, and for the command line."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from bot.domain.catalog import FlexibleSizes, ModelCard, Standing, Status
from bot.domain.money import PriceLine, price_list
from bot.words.amounts import megabytes, price
from bot.words.language import language

DOT = " · "
SIZES_PRICED = 2


@dataclass(frozen=True, slots=True)
class ModelText:
    """A model card as people read it, a line each: what to know first, the prices, and the rest of its options."""

    name: str
    provider: str
    status: str
    limits: tuple[str, ...]
    prices: tuple[str, ...]
    more: tuple[str, ...]


def describe(card: ModelCard, locale: str, today: date | None = None) -> ModelText:
    """The card in words. With `today`, a model whose last day is over is said to be gone."""
    return ModelText(
        name=card.name,
        provider=card.provider,
        status=standing(card.status, locale, today),
        limits=_limits(card, locale),
        prices=_prices(card, locale),
        more=_more(card, locale),
    )


def standing(status: Status, locale: str, today: date | None = None) -> str:
    """ "active", "until 2026-12-01", "switched off by its vendor on 2026-05-12" or "sold by gateways only"."""
    words = language(locale)
    if end := ending(status, locale, today):
        return end
    return words.gettext("sold by gateways only") if status.standing is Standing.GATEWAY else words.gettext("active")


def ending(status: Status, locale: str, today: date | None = None) -> str | None:
    """When it ends or has ended; None for a model whose end nobody has named."""
    words = language(locale)
    if status.standing is Standing.GONE or (today is not None and status.gone_by(today)):
        if status.ends_on is None:
            return words.gettext("switched off by its vendor")
        return words.gettext("switched off by its vendor on {date}").format(date=status.ends_on)
    return words.gettext("until {date}").format(date=status.ends_on) if status.ends_on else None


def heading(locale: str) -> str:
    """What stands above the list."""
    return language(locale).gettext("Models")


def default_mark(locale: str) -> str:
    """What stands beside the model that is used where none is named."""
    return language(locale).gettext("used unless you choose another")


def left_out(count: int, locale: str) -> str:
    """What is said where the list is longer than a message."""
    sentence = language(locale).ngettext(
        "and {n} more: name one with the option model to see it",
        "and {n} more: name one with the option model to see it",
        count,
    )
    return sentence.format(n=count)


def price_note(locale: str) -> str:
    """What the prices leave out."""
    return language(locale).gettext(
        "Prices are for one result; where they go by size or quality, your pictures and your text add a little."
    )


def _limits(card: ModelCard, locale: str) -> tuple[str, ...]:
    words = language(locale)
    pictures = words.npgettext("of a model", "{n} picture", "up to {n} pictures", card.max_pictures).format(
        n=card.max_pictures
    )
    mask = words.gettext("no mask")
    if card.takes_mask():
        mask = words.gettext("mask") if card.sends_mask() else words.gettext("mask only with the lock")
    results = words.npgettext("of a model", "{n} result", "up to {n} results", card.max_n).format(n=card.max_n)
    lines = [DOT.join((pictures, mask, results)), words.gettext("size: {sizes}").format(sizes=_sizes(card, locale))]
    if card.quality:
        lines.append(words.gettext("quality: {values}").format(values=", ".join(card.quality)))
    return tuple(lines)


def _sizes(card: ModelCard, locale: str) -> str:
    words, sizes = language(locale), card.sizes
    if not isinstance(sizes, FlexibleSizes):
        return ", ".join(sizes) or words.gettext("as the model likes")
    sentence = words.gettext(
        "any of {low} to {high} megapixels, multiples of {step}, at most {edge} wide or high and {ratio}:1"
    )
    low, high = (f"{pixels / 1_000_000:.2g}" for pixels in (sizes.min_pixels, sizes.max_pixels))
    return sentence.format(low=low, high=high, step=sizes.step, edge=sizes.max_edge, ratio=sizes.max_ratio)


def _prices(card: ModelCard, locale: str) -> tuple[str, ...]:
    by_size = [(size, tuple(lines)) for size, lines in groupby(price_list(card), key=lambda line: line.size)]
    return tuple(_priced(card, size, lines, locale) for size, lines in by_size[:SIZES_PRICED])


def _priced(card: ModelCard, size: str | None, lines: tuple[PriceLine, ...], locale: str) -> str:
    words = language(locale)
    if not any(line.micro_usd for line in lines):
        return words.gettext("costs nothing")
    # A quality that is only what the price is reckoned by, and that nobody can ask for, is not named.
    each = [f"{line.quality} {price(line.micro_usd, locale)}" for line in lines if line.quality in card.quality]
    amounts = ", ".join(each or [price(line.micro_usd, locale) for line in lines])
    if size is None:
        return words.gettext("{amount} a picture").format(amount=amounts)
    return words.gettext("{size}: {amounts}").format(size=size, amounts=amounts)


def _more(card: ModelCard, locale: str) -> tuple[str, ...]:
    words = language(locale)
    formats = ", ".join(name.upper() for name in card.picture_formats)
    files = words.gettext("files: {formats}, up to {limit} MB")
    lists = {
        words.gettext("background: {values}"): card.background,
        words.gettext("fidelity: {values}"): card.input_fidelity,
        words.gettext("format: {values}"): card.output_format,
        words.gettext("compression: {values}"): card.compressed_formats,
    }
    lines = [files.format(formats=formats, limit=megabytes(card.picture_bytes))]
    lines += [sentence.format(values=", ".join(values)) for sentence, values in lists.items() if values]
    if card.partial_images:
        lines.append(words.gettext("previews: up to {n}").format(n=card.partial_images))
    lines.append(words.gettext("text: up to {n} characters").format(n=card.prompt_characters))
    return tuple(lines)
