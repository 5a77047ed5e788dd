"""Remarks about a member's files."""

import pytest

from bot.words import notes

EN = "en-US"


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (1, "under 1 %"),
        (9, "under 1 %"),
        (10, "1 %"),
        (14, "1 %"),
        (15, "2 %"),
        (230, "23 %"),
        (985, "99 %"),
        (994, "99 %"),
        (995, "99 %"),
        (999, "99 %"),
    ],
)
def test_percent(share: int, said: str) -> None:
    """A share is said in whole percent; what is selected is never nothing, and never everything."""
    assert notes.percent(share, EN) == said


def test_mask() -> None:
    """The mask is named with how much it selects; one that nobody has read is only named."""
    assert notes.mask_note("sky*mask*.png", 230, EN) == "mask: sky\\*mask\\*.png, 23 % will change"
    assert notes.mask_note("sky-mask.png", None, EN) == "mask: sky-mask.png"


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("alpha", "what is transparent"),
        ("black_and_white", "white on black"),
        ("grey", "what is bright"),
        ("scribble", "what is scribbled over"),
        ("hole", "what is erased"),
    ],
)
def test_how_a_mask_was_read(form: str, said: str) -> None:
    """Whoever sent a mask is told how it was understood."""
    note = notes.mask_read_note("m.png", {"form": form, "share": 7}, EN)

    assert note == f"m.png is the mask ({said}): under 1 % will change"


def test_pictures() -> None:
    """What is done to a picture, or to be feared of it, is said with its name and its size."""
    assert notes.first_frame_note("a.gif", {}, EN) == "a.gif: only the first frame is used"
    assert notes.first_page_note("a.tiff", {}, EN) == "a.tiff: only the first page is used"
    scaled = notes.scaled_note("a.png", {"size": "2048x1536"}, EN)
    assert scaled == "a.png is scaled down to 2048x1536: the model takes no more pixels"
    assert notes.padded_note("a.png", {}, EN) == "a.png is not square: it is sent with transparent borders"
    assert notes.small_note("a.png", {"size": "120x90"}, EN) == "a.png is only 120x90: the result may be poor"


def test_nearly_spent() -> None:
    """What is left of an allowance that is nearly used up is said in pictures or in dollars, and never as more."""
    images: notes.Fields = {"unit": "images", "left": 3, "limit": 20, "resets_at": 99}
    money: notes.Fields = {"unit": "micro_usd", "left": 999_999, "limit": 5_000_000, "resets_at": 99}

    assert notes.nearly_spent_note("", images, EN) == (
        "Nearly used up: 3 of 20 pictures are left to you, more from <t:99:R>"
    )
    assert notes.nearly_spent_note("", money, EN) == (
        "Nearly used up: $0.99 of $5.00 is left to you, more from <t:99:R>"
    )
