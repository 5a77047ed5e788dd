"""What a picture shows, in words."""

import pytest

from bot.words import alt

EN = "en-US"


@pytest.mark.parametrize(
    ("prompt", "shown"),
    [
        ("make it snow", "make it snow"),
        ("make it **blue** <@42> @everyone", "make it **blue** <@42> @everyone"),
        ("line one\nline\ttwo", "line one line two"),
        ("half \ud800 a letter", "half \ufffd a letter"),
        ("gnp\u202e.exe", "gnp.exe"),
        ("{name} {0}", "{name} {0}"),
        ("", ""),
    ],
)
def test_result(prompt: str, shown: str) -> None:
    """The prompt is the alt text, plain: on one line, without what cannot be sent or seen, and nothing escaped."""
    assert alt.result_alt(prompt, EN) == f"Edited picture: {shown}"


@pytest.mark.parametrize("letter", ["a", "ä", "🐈", "雪"])
def test_long(letter: str) -> None:
    """Discord takes 1024 characters; a longer prompt is cut between two of them, and says so."""
    for said in (alt.result_alt(letter * 4000, EN), alt.exhibit_alt("comparison", letter * 4000, EN)):
        assert len(said) == 1024
        assert said.endswith(letter + "…")
        assert said.encode().decode() == said


def test_exhibits() -> None:
    """Each picture that is shown on request says what it is."""
    assert alt.exhibit_alt("comparison", "snow", EN) == "Before and after, side by side: snow"
    assert alt.exhibit_alt("untouched", "snow", EN) == "Edited picture, as the model made it: snow"


def test_overlay() -> None:
    """The picture of what a mask selects says how much that is."""
    assert alt.overlay_alt(230, EN) == "Your picture, tinted where it will change: 23 % of it"
    assert alt.overlay_alt(None, EN) == "Your picture, tinted where it will change"
