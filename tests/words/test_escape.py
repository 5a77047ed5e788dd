"""Foreign text, shown."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.words.escape import NAME_CHARACTERS, escape, plain, quoted, shown, thread_name

# What Discord turns into something else than text, once every backslashed mark is taken away.
LIVE = {
    "mention": r"<@!?&?\d+>|<#\d+>|@everyone|@here|</[^>]*:\d+>|<id:\w+>",
    "link": r"https?://|steam://|\[[^\]]*\]\([^)]*\)|<[a-z]+:[^>]*>|discord(\.gg|\.com)/",
    "heading": r"(?m)^\s*(#{1,3}|-#)\s",
    "list or quote": r"(?m)^\s*(>|>>>|[-*+]|\d+\.)\s",
    "code": r"`",
    "style": r"\*[^*]+\*|~~|\|\||__|(?<![A-Za-z0-9])_[^_]+_(?![A-Za-z0-9])",
    "timestamp": r"<t:-?\d+(:\w)?>",
}
HOSTILE = (
    "@everyone",
    "@here <@1> <@!1> <@&1> <#1> </quota set:1> <id:home>",
    "[click](https://evil.example)",
    "https://evil.example discord.gg/abc <https://evil.example>",
    "# heading",
    "-# small",
    "- list",
    "1. list",
    "> quote",
    "``` code",
    "**bold** __under__ _it_ ~~gone~~ ||spoiler|| *i*",
    "<t:0:R>",
    "a\n# heading\n> quote\n- list",
    "\\",
    "\\*\\*",
    "\\\\[a](b)",
    "{0.__class__} %n {name}",
)
text_of_marks = st.text(st.sampled_from("\\*_~|`<>[]()#@:/.-+ \n\u202e\u200b1aevryon&!t"), max_size=80)


def unescaped(text: str) -> str:
    """The text with every mark that stands behind a backslash replaced by one that starts nothing."""
    return re.sub(r"\\[^0-9A-Za-z\s]", "·", text)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("show", [shown, quoted])
def test_hostile(text: str, show: object) -> None:
    """No name and no prompt is a live mention, link, heading, list, quote or style."""
    assert callable(show)
    seen = unescaped(show(text))

    assert {kind for kind, pattern in LIVE.items() if re.search(pattern, seen)} == set()


@given(text_of_marks | st.text(max_size=200))
def test_anything(text: str) -> None:
    """Whatever the text, nothing in it is live, and nothing of it that can be seen is lost."""
    once = escape(plain(text))

    assert {kind for kind, pattern in LIVE.items() if re.search(pattern, unescaped(once))} == set()
    assert re.sub(r"\\([^0-9A-Za-z\s])", r"\1", once).replace("\u200b", "") == plain(text)


@pytest.mark.parametrize("name", ["sky-mask.png", "IMG_2024_01.jpg", "photo (1).png", "a+b=c.png", "Grüße 😀.webp"])
def test_harmless(name: str) -> None:
    """An ordinary file name is shown letter for letter."""
    assert shown(name) == name


@given(st.text(max_size=300))
def test_shown_is_short(text: str) -> None:
    """A name is on one line, and short before it is escaped."""
    seen = shown(text)

    assert "\n" not in seen
    assert len(plain(text)) <= NAME_CHARACTERS or "…" in seen
    assert len(seen) <= NAME_CHARACTERS * 2


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("make it snow", "make it snow"),
        ("  two\nlines\t here ", "two lines here"),
        ("a" * 100, "a" * 100),
        ("a" * 101, "a" * 99 + "…"),
        ("😀" * 150, "😀" * 99 + "…"),
        ("abc\u202egnp.exe\u200b", "abcgnp.exe"),
        ("**bold** @everyone", "**bold** @everyone"),
        ("\u200b\u202e\u00ad", "…"),
        ("", "…"),
        ("nul\x00 bell\x07", "nul bell"),
        ("half \ud800 of it", "half \ufffd of it"),
    ],
)
def test_thread_name(prompt: str, name: str) -> None:
    """A thread is named by its prompt: one line of 1 to 100 characters that can all be seen."""
    assert thread_name(prompt) == name


@given(st.text(max_size=200))
def test_thread_name_fits(prompt: str) -> None:
    """Discord takes every thread's name."""
    name = thread_name(prompt)

    assert 1 <= len(name) <= 100
    assert name.strip() == name


def test_quoted_lines() -> None:
    """A prompt keeps its lines, the empty ones aside, and loses what is too long."""
    assert quoted("sky\n\nsea") == "sky\nsea"
    assert quoted("\n".join("abcdefghijkl")).count("\n") == 7
    assert len(quoted("*" * 5000)) <= 4096
