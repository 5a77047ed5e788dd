"""Presets in words."""

import pytest

from bot.domain.catalog import accepts, shipped_cards
from bot.domain.preset import LONGEST_NAME, LONGEST_PROMPT, MOST, Preset, readable
from bot.domain.request import Options
from bot.words import presets as words
from bot.words.language import languages

EN = "en-US"


@pytest.mark.parametrize("locale", languages())
@pytest.mark.parametrize("transparent", [True, False])
def test_starters(locale: str, transparent: bool) -> None:
    """In every language the usual ones are proper presets of different names."""
    found = words.starters(locale, transparent=transparent)

    assert len({preset.name.casefold() for preset in found}) == len(words.STARTERS) == 6
    assert [readable(preset) for preset in found] == list(found)


def test_starters_are_possible() -> None:
    """Every model that comes with the bot can do the usual ones as they are made for it."""
    for card in shipped_cards().values():
        for preset in words.starters(EN, transparent="transparent" in card.background):
            assert accepts(card, preset.prompt, preset.options), (card.name, preset.name)


def test_lines() -> None:
    """A preset is shown with its prompt and what was chosen for it, none of which can format or ping."""
    preset = Preset("*snow*", "make it\n# snow @everyone", "gpt-image-1.5", Options("1024x1024", quality="high"))

    assert words.lines([preset]) == (
        ("\\*snow\\*", "make it \\# snow @\u200beveryone · gpt-image-1.5 · 1024x1024 · high"),
    )


@pytest.mark.parametrize("letter", ["s", "*", "@"])
def test_all_of_them_fit(letter: str) -> None:
    """As many presets as there can be, each as long as it can be, fit into one embed."""
    options = Options("1536x1024", "medium", background="transparent", output_format="webp")
    name = letter * LONGEST_NAME
    presets = [Preset(name, letter * LONGEST_PROMPT, "gpt-image-2.5-sunburst", options)] * MOST

    lines = words.lines(presets)

    assert len(lines) == MOST
    assert all(len(name) <= 256 and 1 <= len(wish) <= 1024 for name, wish in lines)
    assert sum(len(name) + len(wish) for name, wish in lines) <= 5_500


def test_a_few_are_shown_at_length() -> None:
    """The fewer there are, the more of each is shown."""
    [(_, wish)] = words.lines([Preset("snow", "s" * 1000)])

    assert len(wish) == 400


def test_added() -> None:
    """The answer names what is new, or says that nothing is."""
    assert words.added(["Snow", "*Rain*"], EN) == "Done. New presets: Snow, \\*Rain\\*"
    assert words.added([], EN) == "The usual presets are all here already."
