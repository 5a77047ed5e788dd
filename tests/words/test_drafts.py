"""The question whether a dear edit shall be made."""

from dataclasses import replace

from bot.domain.draft import Draft, DraftState
from bot.domain.request import Door, EditRequest, InputFile, Origin, Place, PlaceKind
from bot.words import drafts

EN = "en-US"
REQUEST = EditRequest(
    Origin(Door.SLASH, 1), Place(1, 2, PlaceKind.CHANNEL), 42, EN, "make it snow", (), None, "gpt-image-2"
)
DRAFT = Draft(17, DraftState.OPEN, REQUEST, predicted=1_230_000, asked_at=100.0, expires_at=1000.5)
MASKED = replace(DRAFT, request=replace(REQUEST, mask=InputFile("b", "sky-mask.png", 3), mask_share=230))


def test_question() -> None:
    """The question says the most that it may cost, until when, who asked, and how much the mask selects."""
    first = "This edit may cost up to $1.23. Shall I? · closes <t:1000:R>"

    assert drafts.question(DRAFT, EN).splitlines() == [first, "<@42>"]
    assert drafts.question(MASKED, EN).splitlines() == [first, "<@42> · mask: sky-mask.png, 23 % will change"]


def test_over() -> None:
    """Without a yes it says how it ended, and that nothing was charged."""
    dropped, expired = (replace(DRAFT, state=state) for state in (DraftState.DROPPED, DraftState.EXPIRED))

    assert drafts.over(dropped, EN) == "This edit was dropped. Nothing was charged.\n<@42>"
    assert drafts.over(expired, EN) == "Nobody said yes to this edit in time. Nothing was charged.\n<@42>"


def test_asking() -> None:
    """The private answer leads to the question."""
    link = "https://discord.com/channels/1/2/3"

    assert drafts.asking(DRAFT, link, EN) == f"This edit may cost up to $1.23, so I ask first: {link}"
    assert drafts.asking(DRAFT, None, EN) == "This edit may cost up to $1.23, so I ask first."
