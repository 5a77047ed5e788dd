"""What a card makes of a picture by its size: refused, padded, scaled down, or thought small."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.domain.catalog import ModelCard, check_picture, is_small, sent_size, shipped_cards
from bot.domain.errors import NotSquare, PictureTooLong, PictureTooSmall, Refused
from bot.domain.request import ResultSize

EDGES = some.integers(1, 20_000)


def card(**lines: int | bool) -> ModelCard:
    """The default model's card, with these lines."""
    return replace(shipped_cards()["gpt-image-2"], **lines)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("size", "refusal"),
    [
        ((16, 16), None),
        ((160, 16), None),
        ((16, 160), None),
        ((15, 16), PictureTooSmall),
        ((1, 1), PictureTooSmall),
        ((1, 20_000), PictureTooSmall),
        ((161, 16), PictureTooLong),
        ((3000, 200), PictureTooLong),
    ],
)
def test_specks_and_strips_are_refused(size: tuple[int, int], refusal: type[Refused] | None) -> None:
    """A short side of 16 pixels and a ratio of ten to one are the last that pass."""
    if refusal is None:
        check_picture(card(), "a.png", *size)
        return
    with pytest.raises(refusal):
        check_picture(card(), "a.png", *size)


def test_padding_is_the_cards_choice() -> None:
    """Where only squares are taken another shape is padded, unless the card says that it is refused."""
    check_picture(card(square=True), "a.png", 640, 480)
    check_picture(card(square=True, pads=False), "a.png", 640, 640)
    check_picture(card(pads=False), "a.png", 640, 480)
    with pytest.raises(NotSquare):
        check_picture(card(square=True, pads=False), "a.png", 640, 480)


@given(EDGES, EDGES, some.integers(65_536, 50_000_000), some.booleans())
def test_what_is_sent_fits_and_keeps_its_shape(width: int, height: int, pixels: int, square: bool) -> None:
    """Never more pixels than the card takes, never enlarged, and never bent by more than rounding does."""
    sent = sent_size(card(picture_pixels=pixels, square=square), width, height)

    area = max(sent) ** 2 if square else sent[0] * sent[1]
    assert area <= pixels or 1 in sent
    assert sent[0] <= width
    assert sent[1] <= height
    assert abs(sent[0] / width - sent[1] / height) <= 1 / min(width, height)


def test_what_fits_is_sent_as_it_is() -> None:
    """A picture at the limit is not touched."""
    assert sent_size(card(picture_pixels=1_000_000), 1000, 1000) == (1000, 1000)
    assert sent_size(card(picture_pixels=1_000_000), 2000, 1000) == (1414, 707)
    assert sent_size(card(picture_pixels=1_000_000, square=True), 2000, 1000) == (1000, 500)


def test_small_means_little_to_go_by() -> None:
    """A picture with one side of 256 pixels is not small."""
    assert is_small(255, 255)
    assert not is_small(256, 20)


@pytest.mark.parametrize(
    ("said", "means"),
    [
        (None, ResultSize.OPEN),
        ("auto", ResultSize.OPEN),
        ("same", ResultSize.SAME),
        ("1024x1024", ResultSize.ASKED),
    ],
)
def test_a_size_is_open_asked_for_or_picture_1s_own(said: str | None, means: ResultSize) -> None:
    """Only a size in pixels is one that was asked for."""
    assert ResultSize.of(said) is means
