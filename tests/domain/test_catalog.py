"""Model cards: what each of them takes, and what it answers to everything else."""

from typing import Any

import pytest

from bot.domain.catalog import (
    MIB,
    Catalog,
    FlatPrice,
    ModelCard,
    check_announced,
    check_wish,
    read_card,
    shipped_cards,
)
from bot.domain.errors import (
    FileTooBig,
    MaskUnsupported,
    OptionAbsent,
    OptionUnknown,
    PromptTooLong,
    TooManyPictures,
    TooManyResults,
    UnknownModel,
)
from bot.domain.request import Options

CARDS = list(shipped_cards().values())
CHOICES = ("quality", "background", "output_format")


def card(name: str = "gpt-image-2") -> ModelCard:
    """A shipped card."""
    return shipped_cards()[name]


def named(cards: list[ModelCard]) -> pytest.MarkDecorator:
    """One test for each of these cards."""
    return pytest.mark.parametrize("card", cards, ids=lambda card: card.name)


def wishing(option: str, value: str | None) -> Options:
    """A wish with this one choice."""
    choices: dict[str, Any] = {option: value}
    return Options(**choices)


# ── the catalogue ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_default_model_stands_first_and_answers_to_no_name() -> None:
    """A member who names no model gets the default."""
    catalog = Catalog(shipped_cards(), "gpt-image-2.5-flare")

    assert catalog.names[0] == "gpt-image-2.5-flare"
    assert sorted(catalog.names) == sorted(shipped_cards())
    assert catalog.card(None).name == catalog.card("").name == "gpt-image-2.5-flare"
    assert catalog.card("dall-e-2").name == "dall-e-2"


def test_an_unknown_model_is_refused_with_those_that_work() -> None:
    """The refusal lists the models that are there."""
    with pytest.raises(UnknownModel) as refused:
        Catalog({"a": card(), "b": card()}, "a").card("gpt-image-9")

    assert refused.value.fields == {"model": "gpt-image-9", "known": "a, b"}


def test_a_catalogue_without_its_default_cannot_be_made() -> None:
    """A wrong IMAGES_MODEL is found at start, not at the first edit."""
    with pytest.raises(UnknownModel):
        Catalog(shipped_cards(), "gpt-image-9")


@named(CARDS)
def test_a_shipped_card_agrees_with_itself(card: ModelCard) -> None:
    """Every card takes a picture of a known format, and its lists hold what its price and its sizes need."""
    assert card.max_pictures >= 1
    assert card.max_n >= 1
    assert set(card.picture_formats) <= {"png", "jpeg", "webp"}
    assert "png" in card.picture_formats or not card.mask
    assert (card.mask_bytes > 0) is card.mask
    assert isinstance(card.price, FlatPrice) or set(card.price.base) == set(card.quality) - {"auto"}


def test_a_card_of_an_operator_is_read_from_its_table() -> None:
    """What an own card leaves out is absent, and a table that lacks what every card needs is no card."""
    table = {
        "status": "active",
        "max_pictures": 2,
        "picture_formats": ["png"],
        "picture_bytes": 1000,
        "mask": False,
        "prompt_characters": 100,
        "max_n": 1,
        "sizes": ["512x512"],
        "price": {"flat": 10_000},
    }

    own = read_card("own", table, {})

    assert (own.name, own.sizes, own.price) == ("own", ("512x512",), FlatPrice(10_000))
    assert (own.quality, own.background, own.output_format, own.mask_bytes) == ((), (), (), 0)
    with pytest.raises(KeyError):
        read_card("own", {key: value for key, value in table.items() if key != "price"}, {})


# ── before a byte is fetched ────────────────────────────────────────────────────────────────────────────────


@named(CARDS)
def test_as_many_pictures_as_the_card_takes_and_no_more(card: ModelCard) -> None:
    """The last allowed picture passes, the next is refused with both numbers."""
    check_announced(card, card.max_pictures, {}, None, 50 * MIB)

    with pytest.raises(TooManyPictures) as refused:
        check_announced(card, card.max_pictures + 1, {}, None, 50 * MIB)
    assert refused.value.fields == {"count": card.max_pictures + 1, "model": card.name, "limit": card.max_pictures}


def test_sixteen_pictures_pass_and_the_seventeenth_is_refused() -> None:
    """An edit with gpt-image-2 has 1 to 16 pictures."""
    check_announced(card(), 16, {}, "mask.png", 50 * MIB)

    with pytest.raises(TooManyPictures):
        check_announced(card(), 17, {}, "mask.png", 50 * MIB)


@named(CARDS)
def test_a_mask_needs_a_card_that_works_with_one(card: ModelCard) -> None:
    """A mask that would be ignored is refused by its name."""
    if card.mask:
        check_announced(card, 1, {}, "sky-mask.png", MIB)
        return

    with pytest.raises(MaskUnsupported) as refused:
        check_announced(card, 1, {}, "sky-mask.png", MIB)
    assert refused.value.fields == {"model": card.name, "name": "sky-mask.png"}


def test_a_file_is_fetched_up_to_the_limit() -> None:
    """The announced size is checked first; one byte too many is refused, and shown as more than the limit."""
    check_announced(card(), 2, {"a.png": 25 * MIB, "b.png": 0}, None, 25 * MIB)

    with pytest.raises(FileTooBig) as refused:
        check_announced(card(), 2, {"a.png": 1, "b.png": 25 * MIB + 1}, None, 25 * MIB)
    assert refused.value.fields == {"name": "b.png", "size": 26, "limit": 25}


# ── the wish ────────────────────────────────────────────────────────────────────────────────────────────────


@named(CARDS)
def test_a_prompt_as_long_as_the_card_reads_and_no_longer(card: ModelCard) -> None:
    """The last character passes, the next is refused with both numbers."""
    check_wish(card, "x" * card.prompt_characters, Options())

    with pytest.raises(PromptTooLong) as refused:
        check_wish(card, "x" * (card.prompt_characters + 1), Options())
    assert refused.value.fields["limit"] == card.prompt_characters
    assert refused.value.fields["length"] == card.prompt_characters + 1


@named(CARDS)
def test_as_many_results_as_the_card_makes_and_no_more(card: ModelCard) -> None:
    """One to the card's most; none, fewer than none and one too many are refused."""
    for n in range(1, card.max_n + 1):
        check_wish(card, "snow", Options(n=n))

    for n in (0, -1, card.max_n + 1):
        with pytest.raises(TooManyResults) as refused:
            check_wish(card, "snow", Options(n=n))
        assert refused.value.fields == {"model": card.name, "limit": card.max_n, "count": n}


@named(CARDS)
@pytest.mark.parametrize("option", CHOICES)
def test_a_choice_is_one_of_the_cards(card: ModelCard, option: str) -> None:
    """Every value that the card lists passes; another is refused with the list, or as a setting that is not there."""
    known: tuple[str, ...] = getattr(card, option)
    for value in (None, *known):
        check_wish(card, "snow", wishing(option, value))

    with pytest.raises(OptionUnknown if known else OptionAbsent) as refused:
        check_wish(card, "snow", wishing(option, "hd"))
    assert refused.value.fields["model"] == card.name
    assert refused.value.fields.get("known", "") == ", ".join(known)


@pytest.mark.parametrize(
    ("model", "option", "value"),
    [
        ("gpt-image-2", "quality", "xhigh"),
        ("gpt-image-2", "quality", "standard"),
        ("gpt-image-2", "background", "transparent"),
        ("gpt-image-2", "output_format", "gif"),
        ("gpt-image-2.5-flare", "quality", "hd"),
        ("flux-kontext-pro", "output_format", "webp"),
    ],
)
def test_what_another_model_knows_is_not_sent_to_this_one(model: str, option: str, value: str) -> None:
    """A value that the provider would answer with a 400 is refused here, in words."""
    with pytest.raises(OptionUnknown):
        check_wish(card(model), "snow", wishing(option, value))
