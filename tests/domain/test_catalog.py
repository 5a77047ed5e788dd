"""Model cards: what each of them takes, and what it answers to everything else."""

from datetime import date
from typing import Any

import pytest

from bot.domain.catalog import (
    CardsWrong,
    Catalog,
    FlatPrice,
    ModelCard,
    Provider,
    check_announced,
    check_wish,
    read_shelf,
    shipped_cards,
    shipped_shelf,
)
from bot.domain.errors import (
    CompressionNeedsFormat,
    FileTooBig,
    MaskUnsupported,
    ModelGone,
    NumberImpossible,
    OptionAbsent,
    OptionUnknown,
    PromptTooLong,
    TooManyPictures,
    TooManyResults,
    TransparencyNeedsFormat,
    UnknownModel,
)
from bot.domain.request import Options

MIB = 1024 * 1024
CARDS = list(shipped_cards().values())
CHOICES = ("quality", "background", "output_format", "input_fidelity")


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
    catalog = Catalog(shipped_shelf(), "gpt-image-2.5-flare")

    assert catalog.names[0] == "gpt-image-2.5-flare"
    assert sorted(catalog.names) == sorted(shipped_cards())
    assert catalog.card(None).name == catalog.card("").name == "gpt-image-2.5-flare"
    assert catalog.card("dall-e-2").name == "dall-e-2"


def test_an_unknown_model_is_refused_with_those_that_work() -> None:
    """The refusal lists the models that are there."""
    with pytest.raises(UnknownModel) as refused:
        Catalog({"a": (card(),), "b": (card(),)}, "a").card("gpt-image-9")

    assert refused.value.fields == {"model": "gpt-image-9", "known": "a, b"}


def test_a_model_that_its_vendor_switched_off_is_said_to_be_gone() -> None:
    """Who asks for a dead model learns that it is dead, since when, and what works."""
    catalog = Catalog({"a": (card(),)}, "a", gone={"dall-e-2": date(2026, 5, 12)})

    with pytest.raises(ModelGone) as refused:
        catalog.offers("dall-e-2")

    assert refused.value.fields == {"model": "dall-e-2", "date": "2026-05-12", "known": "a"}


def test_a_catalogue_without_its_default_cannot_be_made() -> None:
    """A wrong IMAGES_MODEL is found at start, not at the first edit."""
    with pytest.raises(UnknownModel):
        Catalog(shipped_shelf(), "gpt-image-9")


@named(CARDS)
def test_a_shipped_card_agrees_with_itself(card: ModelCard) -> None:
    """Every card takes a picture of a known format, and its lists hold what its price and its sizes need."""
    assert card.max_pictures >= 1
    assert card.max_n >= 1
    assert set(card.picture_formats) <= {"png", "jpeg", "webp"}
    assert "png" in card.picture_formats or not card.mask
    assert card.mask is None or card.mask.bytes > 0
    assert 1 <= card.n_per_call <= card.max_n
    assert card.partial_images == 0 or card.stream
    assert isinstance(card.price, FlatPrice) or set(card.price.base) == set(card.quality) - {"auto"}


OWN = {
    "status": "active",
    "max_pictures": 2,
    "picture_formats": ["png"],
    "picture_bytes": 1000,
    "prompt_characters": 100,
    "max_n": 1,
    "sizes": ["512x512"],
    "price": {"flat": 10_000},
}


def shop(*models: str, dialect: str = "openai", direct: bool = False) -> Provider:
    """A provider that sells these models."""
    return Provider("shop", "https://shop.example", "SHOP_KEY", dialect, models, direct)


def test_a_card_of_an_operator_is_read_from_its_table() -> None:
    """What an own card leaves out is absent, and a table that lacks what every card needs is no card."""
    [own] = read_shelf((shop("own"),), {"own": OWN})["own"]

    assert (own.name, own.provider, own.sizes, own.price) == ("own", "shop", ("512x512",), FlatPrice(10_000))
    assert (own.quality, own.background, own.output_format, own.mask) == ((), (), (), None)
    with pytest.raises(CardsWrong, match="The card of own at shop"):
        read_shelf((shop("own"),), {"own": {key: value for key, value in OWN.items() if key != "price"}})


def test_an_operator_changes_a_line_of_a_shipped_card() -> None:
    """Every limit can be overridden, and a model of one's own can be like another."""
    tables = {"gpt-image-2": {"max_n": 4}, "mine": {"like": "gpt-image-2", "wire_name": "prod-7"}}

    shelf = read_shelf((shop("gpt-image-2", "mine"),), tables)

    assert (shelf["gpt-image-2"][0].max_n, shelf["mine"][0].max_n) == (4, 4)
    assert (shelf["mine"][0].wire_name, shelf["gpt-image-2"][0].wire_name) == ("prod-7", "gpt-image-2")


@pytest.mark.parametrize("model", ["gpt-image-2.5-flare", "flux-kontext-max", "gpt-image-1-mini"])
def test_an_operators_line_leaves_the_rest_of_a_shipped_card(model: str) -> None:
    """A card that is itself like another keeps everything that the operator did not change."""
    shipped = shipped_cards()[model]

    [changed] = read_shelf((shop(model),), {model: {"max_n": 2}})[model]

    assert (changed.max_n, changed.price, changed.quality) == (2, shipped.price, shipped.quality)


def test_a_line_that_no_card_has_is_said() -> None:
    """A slip of the pen must not pass for a limit."""
    with pytest.raises(CardsWrong, match="max_picture"):
        read_shelf((shop("gpt-image-2"),), {"gpt-image-2": {"max_picture": 3}})


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("n_per_call", 0),
        ("max_n", -1),
        ("max_n", float("inf")),
        ("max_pictures", 0),
        ("picture_bytes", 0),
        ("picture_formats", []),
        ("prompt_characters", 0),
        ("default_pixels", 1000),
        ("default_quality", "ultra"),
        ("sizes", ["auto"]),
        ("sizes", ["1024"]),
        ("price", {"flat": -5}),
        ("price", {"flat": 1.5}),
        ("price", {"text_in": 5.5, "image_in": 8, "image_out": 30, "base": {"high": 48}}),
        ("price", {"text_in": 5, "image_in": 8, "image_out": 30, "base": {}}),
        ("price", {"text_in": 5, "image_in": 8, "image_out": 30, "base": {"high": "48"}}),
    ],
)
def test_a_number_that_makes_no_sense_is_said(line: str, value: object) -> None:
    """A card under which an edit would never end, or be paid for backwards, is refused before anything starts."""
    with pytest.raises(CardsWrong, match="The card of gpt-image-2 at shop"):
        read_shelf((shop("gpt-image-2"),), {"gpt-image-2": {line: value}})


def test_a_card_cannot_be_like_itself() -> None:
    """Two cards that lean on each other hold nothing up."""
    with pytest.raises(CardsWrong, match="like itself"):
        read_shelf((shop("a"),), {"a": {"like": "b"}, "b": {"like": "a"}})


def test_a_model_without_a_card_is_said() -> None:
    """A name that nobody knows is no reason to guess; the sentence shows the line that is missing."""
    with pytest.raises(CardsWrong, match='like = "gpt-image-2"'):
        read_shelf((shop("gpt-image-9"),))


def test_an_engine_serves_any_name() -> None:
    """Self-hosted engines serve models under names of their own; they get the engine's card."""
    [card] = read_shelf((shop("qwen-image-edit", dialect="sdcpp"),))["qwen-image-edit"]

    assert card.takes_mask()
    assert card.price == FlatPrice(0)


@pytest.mark.parametrize(("direct", "mask", "n_per_call"), [(False, False, 1), (True, True, 10)])
@pytest.mark.parametrize("model", ["gpt-image-2", "gpt-image-2-c"])
def test_the_direct_group_unlocks_masks_and_several_results(
    model: str, direct: bool, mask: bool, n_per_call: int
) -> None:
    """At anyfast, masks, several results a call and free sizes belong to the Direct group."""
    [card] = read_shelf((shop(model, dialect="anyfast", direct=direct),))[model]

    assert card.takes_mask() is mask
    assert card.n_per_call == n_per_call
    assert isinstance(card.sizes, tuple) is not direct


def test_a_model_that_is_like_another_has_its_dialects_rules() -> None:
    """A name of one's own unlocks nothing: without the Direct group it has no mask, either."""
    own = {"portraits": {"like": "gpt-image-2", "wire_name": "gpt-image-2"}}

    [card] = read_shelf((shop("portraits", dialect="anyfast"),), own)["portraits"]

    assert not card.takes_mask()
    assert card.n_per_call == 1


def test_the_first_provider_that_can_do_it_comes_first() -> None:
    """Of two providers the one that cannot is passed over; where none can, the first one's reason is told."""
    narrow, wide = shop("gpt-image-2", dialect="anyfast"), shop("gpt-image-2")
    catalog = Catalog(read_shelf((narrow, wide)), "gpt-image-2")

    able = catalog.able(None, lambda card: check_announced(card, 1, {}, "sky-mask.png", MIB))

    assert [card.n_per_call for card in able] == [10]
    with pytest.raises(TooManyPictures):
        catalog.able(None, lambda card: check_announced(card, 17, {}, None, MIB))


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
    if card.takes_mask():
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
def test_compression_belongs_to_formats_that_have_it(card: ModelCard) -> None:
    """0 to 100 where the chosen format can be compressed; other formats and numbers are refused with what works."""
    if not card.compressed_formats:
        with pytest.raises(OptionAbsent):
            check_wish(card, "snow", Options(output_compression=50))
        return
    for value in (0, 100):
        check_wish(card, "snow", Options(output_format="jpeg", output_compression=value))

    for value in (-1, 101):
        with pytest.raises(NumberImpossible):
            check_wish(card, "snow", Options(output_format="jpeg", output_compression=value))
    for other in (None, "png"):
        with pytest.raises(CompressionNeedsFormat):
            check_wish(card, "snow", Options(output_format=other, output_compression=50))


@named(CARDS)
def test_previews_need_a_model_that_streams(card: ModelCard) -> None:
    """Up to the card's number of previews; where nothing is streamed, both settings are said to be absent."""
    if not card.stream:
        for options in (Options(stream=True), Options(partial_images=1)):
            with pytest.raises(OptionAbsent):
                check_wish(card, "snow", options)
        return
    for number in range(card.partial_images + 1):
        check_wish(card, "snow", Options(stream=True, partial_images=number))

    with pytest.raises(NumberImpossible):
        check_wish(card, "snow", Options(partial_images=card.partial_images + 1))


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


def test_a_transparent_background_needs_a_format_that_has_one() -> None:
    """JPEG cannot be transparent: that is said before the provider does."""
    mini = card("gpt-image-1-mini")
    check_wish(mini, "snow", Options(background="transparent", output_format="webp"))

    with pytest.raises(TransparencyNeedsFormat) as refused:
        check_wish(mini, "snow", Options(background="transparent", output_format="jpeg"))
    assert refused.value.fields == {"formats": "png, webp"}
