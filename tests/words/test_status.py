"""The lines about a job."""

from dataclasses import replace

import pytest

from bot.domain.errors import OutcomeUnknown, PictureDamaged, SafetyRefused
from bot.domain.job import Job, ResultPicture, State
from bot.domain.progress import Phase, Progress
from bot.domain.request import Door, EditRequest, InputFile, Origin, Place, PlaceKind
from bot.words import answers, status

REQUEST = EditRequest(
    Origin(Door.SLASH, 1), Place(1, 2, PlaceKind.CHANNEL), 42, "en-US", "make it snow", (), None, "gpt-image-2"
)
JOB = Job(7, State.QUEUED, False, REQUEST, predicted=50_000, placed_at=100.0)
PNG = ResultPicture("b", "png", 1024, 1024, 5)
DONE = replace(JOB, state=State.DELIVERED, sent_at=106.0, ended_at=120.0, charged=50_000, version=1, results=(PNG,))


@pytest.mark.parametrize(
    ("progress", "line"),
    [
        (Progress(Phase.QUEUED, ahead=2), "Edit #7 · queued, 2 ahead · holds $0.05"),
        (Progress(Phase.QUEUED), "Edit #7 · queued · holds $0.05"),
        (Progress(Phase.QUEUED, ahead=3, eta_s=130), "Edit #7 · queued, 3 ahead · about 2 min · holds $0.05"),
        (Progress(Phase.QUEUED, eta_s=22), "Edit #7 · queued · about 20 s · holds $0.05"),
        (Progress(Phase.WAITING), "Edit #7 · the provider is working · holds $0.05"),
        (Progress(Phase.PATIENCE, wait_s=12), "Edit #7 · the provider is busy, next try in 12 s · holds $0.05"),
    ],
)
def test_status_line(progress: Progress, line: str) -> None:
    """A status line says which edit, how far it is, and what it holds."""
    assert status.status_line(JOB, progress, "en-US") == line


@pytest.mark.parametrize(
    ("progress", "said"),
    [
        (Progress(Phase.SENDING, percent=40), "sending to the provider, 40 %"),
        (Progress(Phase.SENDING, percent=0), "sending to the provider, 0 %"),
        (Progress(Phase.SENDING, percent=5, call=2, calls=3), "sending to the provider, 5 % · call 2 of 3"),
        (Progress(Phase.SENDING, typical_s=30), "sending to the provider"),
        (Progress(Phase.WAITING, typical_s=31), "the provider is working · mostly 30 s"),
        (Progress(Phase.WAITING, typical_s=200), "the provider is working · mostly 3 min"),
        (Progress(Phase.WAITING, call=2, calls=3), "the provider is working · call 2 of 3"),
        (Progress(Phase.WAITING, previews=2), "the provider is working"),
        (Progress(Phase.WAITING, preview=1, previews=2), "the provider is working · preview 1 of 2"),
        (Progress(Phase.WAITING, preview=3, previews=2), "the provider is working · preview 3 of 3"),
        (
            Progress(Phase.WAITING, typical_s=12, preview=1, previews=3, call=1, calls=4),
            "the provider is working · mostly 10 s · preview 1 of 3 · call 1 of 4",
        ),
        (Progress(Phase.RECEIVING), "receiving"),
        (Progress(Phase.DELIVERING), "posting"),
    ],
)
def test_what_is_known_is_said(progress: Progress, said: str) -> None:
    """How much has left, which call it is, how long it mostly takes, which preview is shown: where it is known."""
    assert status.status_line(JOB, progress, "en-US") == f"Edit #7 · {said} · holds $0.05"


@pytest.mark.parametrize("phase", Phase)
def test_a_clock_counts_by_itself(phase: Phase) -> None:
    """The second line says when it was asked; while the provider works, when that began."""
    said = status.status_text(JOB, Progress(phase, since=130.9), "en-US").splitlines()

    clock = "begun <t:130:R>" if phase is Phase.WAITING else "asked <t:100:R>"
    assert said == [status.status_line(JOB, Progress(phase), "en-US"), f"<@42> · {clock}"]


def test_a_provider_whose_beginning_nobody_saw() -> None:
    """Without its beginning the edit's own is counted."""
    assert status.status_text(JOB, Progress(Phase.WAITING), "en-US").endswith("asked <t:100:R>")


def test_the_clock_and_the_mask() -> None:
    """Two lines are enough for everything."""
    masked = replace(JOB, request=replace(REQUEST, mask=InputFile("b", "sky-mask.png", 3), mask_share=230))

    said = status.status_text(masked, Progress(Phase.QUEUED), "en-US").splitlines()

    assert said[1] == "<@42> · asked <t:100:R> · mask: sky-mask.png, 23 % will change"
    assert len(said) == 2


def test_every_phase_has_words() -> None:
    """There is no station that a member cannot read."""
    assert set(status.PHASES) == set(Phase)


@pytest.mark.parametrize(
    ("job", "line"),
    [
        (DONE, "Edit #7 · done · v1 · $0.05"),
        (replace(DONE, state=State.TOLD, muted=True), "Edit #7 · stopped, its pictures are kept · $0.05"),
        (replace(JOB, state=State.TOLD), "Edit #7 · cancelled · nothing charged"),
        (replace(JOB, state=State.TOLD, trouble=SafetyRefused()), "Edit #7 · failed · nothing charged"),
        (replace(JOB, state=State.TOLD, trouble=OutcomeUnknown()), "Edit #7 · outcome unknown · nothing charged"),
    ],
)
def test_end_line(job: Job, line: str) -> None:
    """The last line says how it ended and what it cost."""
    assert status.end_line(job, None, "en-US") == line
    assert status.end_line(job, "<#9>", "en-US") == f"{line} · <#9>"


def test_told() -> None:
    """An edit without pictures says why, that nothing was charged, and what to do."""
    unknown = replace(JOB, state=State.UNKNOWN, trouble=OutcomeUnknown())

    assert status.told(unknown, "en-US").startswith("Edit #7: The connection to the provider broke")
    assert "Nothing was charged" in status.told(replace(JOB, state=State.CANCELLED), "en-US")


def test_told_of_a_damaged_picture() -> None:
    """A picture that turns out damaged after the edit was placed was the member's, and cost nothing either."""
    damaged = replace(JOB, state=State.FAILED, trouble=PictureDamaged(name="cat.png"))

    assert status.told(damaged, "en-US") == (
        "Edit #7: cat.png is damaged or incomplete. "
        "Save it again as PNG or JPEG and send it once more. Nothing was charged."
    )


def test_byline() -> None:
    """Who asked is named, and so is the mask with what it selects: nothing is guessed silently."""
    masked = replace(REQUEST, mask=InputFile("b", "sky-mask.png", 3))

    assert status.byline(REQUEST, "en-US") == "<@42>"
    assert status.byline(masked, "en-US") == "<@42> · mask: sky-mask.png"
    assert status.byline(replace(masked, mask_share=230), "en-US") == "<@42> · mask: sky-mask.png, 23 % will change"


def test_accepted() -> None:
    """The private answer links to the public message and adds what was decided."""
    said = answers.accepted(JOB, 2, "https://discord.com/channels/1/2/3", ("mask: sky-mask.png",), "en-US")

    assert said.splitlines() == [
        "Edit #7 · queued, 2 ahead · holds $0.05",
        "https://discord.com/channels/1/2/3",
        "mask: sky-mask.png",
    ]
