"""What a member asks for: the prompt, which file is the mask, and where the bot answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.domain.errors import NoPicture, NoPrompt, NotHere, NotInPrivate, PromptUnreadable, TwoMasks
from bot.domain.request import HouseRules, is_mask_name, pick_mask, readable_prompt


@pytest.mark.parametrize(
    ("filename", "is_mask"),
    [
        ("mask.png", True),
        ("sky-mask.png", True),
        ("sky_mask.PNG", True),
        ("SkyMASK.webp", True),
        ("sky.mask.png", True),
        ("mask", True),
        ("mask-of-zorro.png", False),
        ("mask (1).png", False),
        ("masked.png", False),
        ("photo.mask", False),
        ("photo.png", False),
        ("", False),
    ],
)
def test_a_mask_is_known_by_the_end_of_its_name(filename: str, is_mask: bool) -> None:
    """A file whose name before the extension is, or ends in, `mask` is the mask, in any case of letters."""
    assert is_mask_name(filename) is is_mask


@pytest.mark.parametrize(
    ("filenames", "place"),
    [
        (["photo.png"], None),
        (["mask.png"], None),
        (["photo.png", "other.png"], None),
        (["photo.png", "sky-mask.png"], 1),
        (["mask.png", "photo.png"], 0),
        (["a.png", "b.png", "mask.webp", "c.png"], 2),
    ],
)
def test_the_mask_is_picked_by_name(filenames: list[str], place: int | None) -> None:
    """The one file named as a mask is it, wherever it stands; a lone file is always the picture."""
    assert pick_mask(filenames) == place


def test_no_file_at_all_is_refused() -> None:
    """Without a file there is nothing to edit."""
    with pytest.raises(NoPicture):
        pick_mask([])


def test_two_masks_are_refused_by_name() -> None:
    """Which of two masks is meant is not guessed: the refusal names both."""
    with pytest.raises(TwoMasks) as refused:
        pick_mask(["sky-mask.png", "photo.png", "sea-mask.png"])

    assert refused.value.fields == {"first": "sky-mask.png", "second": "sea-mask.png"}


@given(filenames=some.lists(some.sampled_from(["a.png", "b.jpg", "mask.png"]), min_size=1, max_size=16))
def test_a_picture_is_always_left(filenames: list[str]) -> None:
    """Whatever the names are, taking the mask away leaves at least one picture, or the choice is refused."""
    try:
        place = pick_mask(filenames)
    except TwoMasks:
        assert filenames.count("mask.png") > 1
    else:
        assert len(filenames) - (place is not None) >= 1


@pytest.mark.parametrize(
    ("typed", "prompt"),
    [
        ("make it snow", "make it snow"),
        ("  make it snow \n", "make it snow"),
        ("make it\nsnow", "make it\nsnow"),
        ("雪を降らせて", "雪を降らせて"),
        ("👩‍🚀", "👩‍🚀"),
        ("\u200fשלג", "\u200fשלג"),
        (".", "."),
    ],
)
def test_a_prompt_is_what_was_typed_without_the_space_around_it(typed: str, prompt: str) -> None:
    """Lines, joined emoji and writing direction are the member's and stay."""
    assert readable_prompt(typed) == prompt


@pytest.mark.parametrize("typed", ["", " ", "\n\t ", "\u3000", "\u200b", "\u2060 \u200d", "\ufeff", "\u202e"])
def test_a_prompt_in_which_nothing_can_be_seen_is_no_prompt(typed: str) -> None:
    """White space and invisible characters alone would be accepted by a provider, and billed."""
    with pytest.raises(NoPrompt):
        readable_prompt(typed)


@pytest.mark.parametrize("typed", ["snow\0", "\0", "\ud83d snow", "snow \udc00"])
def test_a_prompt_that_no_form_can_carry_is_refused(typed: str) -> None:
    """NUL and half characters are refused in words, before anything is fetched."""
    with pytest.raises(PromptUnreadable):
        readable_prompt(typed)


@given(typed=some.text())
def test_a_readable_prompt_can_be_sent(typed: str) -> None:
    """Every prompt that passes can be encoded, is not empty, and would pass again unchanged."""
    try:
        prompt = readable_prompt(typed)
    except (NoPrompt, PromptUnreadable):
        return

    assert prompt.encode()
    assert readable_prompt(prompt) == prompt


def test_a_house_without_a_list_answers_everywhere() -> None:
    """No list of servers means every server, and private messages."""
    HouseRules().admit(1)
    HouseRules().admit(None)


def test_a_house_with_a_list_answers_there_only() -> None:
    """Elsewhere the refusal says whom to ask; in private it says where to go."""
    rules = HouseRules(frozenset({1, 2}))
    rules.admit(2)

    with pytest.raises(NotHere):
        rules.admit(3)
    with pytest.raises(NotInPrivate):
        rules.admit(None)
