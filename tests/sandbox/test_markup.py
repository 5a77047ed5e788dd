"""Discord's Markdown, read as a person sees it."""

from datetime import UTC, datetime

import pytest

from bot.sandbox.markup import Run, plain, read

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
NAMES = {"1": "Mira", "2": "Friends", "3": "pictures"}


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("**bold** _slanted_ __under__ ~~gone~~ ||hidden||", "bold slanted under gone hidden"),
        (r"\*not\* \_this\_ \`one\`", "*not* _this_ `one`"),
        ("2 * 3 and **open", "2 * 3 and **open"),
        ("sky_mask.png and a_b_c", "sky_mask.png and a_b_c"),
        ("`**code**`", "**code**"),
        ("<@1> <@!1> <@&2> <#3> <@9>", "@Mira @Mira @Friends #pictures @9"),
        ("</preset list:12>", "/preset list"),
        ("[here](<https://a.example/x>) <https://b.example>", "here https://b.example"),
        ("# Big\n-# small\n> said\n- one", "Big\nsmall\nsaid\n  • one"),
        ("```py\nx = **1**\n```\nafter", "x = **1**\nafter"),
        ("@\u200beveryone", "@everyone"),
        ("", ""),
    ],
)
def test_marks_are_not_seen(text: str, seen: str) -> None:
    """Those that mean something are taken away, those behind a backslash, in code or left open stay."""
    assert plain(text, NAMES) == seen


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        (f"<t:{AT + 7300}:R>", "in 2 hours"),
        (f"<t:{AT - 60}:R>", "1 minute ago"),
        (f"<t:{AT}:R>", "now"),
        (f"<t:{AT + 40 * 86400}:R>", "in 1 month"),
        (f"<t:{AT}:t>", "12:00"),
        (f"<t:{AT}>", "20 November 2026 12:00"),
        ("https://discord.com/channels/1/3/4", "#pictures › message"),
    ],
)
def test_times_and_links_to_messages_are_words(text: str, seen: str) -> None:
    """As a client says them: times from now on, and the place of a message."""
    [line] = read(text, NAMES, NOW)

    assert line.text == seen


def test_styles_nest_and_end() -> None:
    """Each run has its own."""
    [line] = read("a **b _c_** `d` <@1>", NAMES)

    assert line.runs == (
        Run("a "),
        Run("b ", bold=True),
        Run("c", bold=True, italic=True),
        Run(" "),
        Run("d", code=True),
        Run(" "),
        Run("@Mira", mention=True),
    )
