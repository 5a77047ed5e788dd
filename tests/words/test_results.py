"""What is said beside the pictures of an edit."""

from dataclasses import replace

import pytest

from bot.domain.job import IGNORED_FROM, Job, ResultPicture, State
from bot.domain.request import Door, EditRequest, InputFile, MaskWish, Options, Origin, Place, PlaceKind, ResultSize
from bot.words import results

EN = "en-US"
MIB = 1024 * 1024
REQUEST = EditRequest(
    Origin(Door.SLASH, 1), Place(1, 2, PlaceKind.CHANNEL), 42, EN, "make it snow", (), None, "gpt-image-2"
)
PNG = ResultPicture("b", "png", 1024, 1024, 5)
DONE = Job(
    7, State.DELIVERED, False, REQUEST, 50_000, 100.0,
    sent_at=106.0, ended_at=120.0, charged=50_000, version=1, results=(PNG,),
)  # fmt: skip
FACTS = "gpt-image-2 · 1024x1024 · 14 s · $0.05 · edited by AI"
PUT_BACK = "This provider ignored the mask; I put your picture back outside it."
IGNORED = "This provider ignored the mask."
MISFIT = "The result has another shape than your picture, so it could not be put back outside the mask."
MISFITS = "Results of another shape than your picture could not be put back outside the mask."
FAULT = "Something went wrong, so your picture could not be put back outside the mask."
LOCKED = replace(PNG, untouched="a", strayed=3, locked=True)
STRAY = replace(LOCKED, strayed=IGNORED_FROM)
BENT = replace(PNG, locked=False)


def line(job: Job, part: int = 0, parts: int = 1, *, titled: bool = False) -> str:
    """What is said above one message of results."""
    return results.result_line(job, part, parts, EN, titled=titled)


def test_line() -> None:
    """Results say version, model, size, time, cost and AI; further messages only which they are, and AI."""
    assert line(DONE) == f"v1 · {FACTS}"
    assert line(DONE, titled=True) == f"Edit #7 · v1 · {FACTS}"
    assert line(DONE, 1, 2, titled=True) == "Edit #7 · v1 · edited by AI · message 2 of 2"


def test_fewer_than_asked() -> None:
    """Where fewer pictures came than were asked for, that is said beside what they cost."""
    four = replace(DONE, request=replace(REQUEST, options=Options(n=4)), results=(PNG, PNG))

    assert line(four) == f"v1 · 2 of 4 pictures · {FACTS}"


@pytest.mark.parametrize(
    ("pictures", "lock", "said"),
    [
        ((LOCKED,), True, []),
        ((STRAY,), True, [PUT_BACK]),
        ((LOCKED, STRAY), True, [PUT_BACK]),
        ((BENT,), True, [MISFIT]),
        ((replace(BENT, untouched="a"),), True, [MISFIT]),
        ((LOCKED, BENT), True, [MISFITS]),
        ((STRAY, BENT), True, [IGNORED, MISFITS]),
        ((PNG,), True, [FAULT]),
        ((STRAY, PNG), True, [IGNORED, FAULT]),
        ((replace(PNG, strayed=900),), False, [IGNORED]),
        ((replace(PNG, strayed=IGNORED_FROM - 1),), False, []),
        ((PNG,), False, []),
    ],
)
def test_mask(pictures: tuple[ResultPicture, ...], lock: bool, said: list[str]) -> None:
    """What became of the mask is said once: ignored, mended, or impossible to mend; nothing where all went well."""
    request = replace(REQUEST, mask=InputFile("b", "sky-mask.png", 3), mask_wish=MaskWish(lock=lock))
    job = replace(DONE, request=request, results=pictures)

    assert line(job).splitlines()[1:] == said
    assert line(job, 1, 2) == "v1 · edited by AI · message 2 of 2"


def test_size() -> None:
    """Where a size that was wished could not be given that is said, and only then."""
    request = replace(REQUEST, result_size=ResultSize.SAME)
    sized = replace(PNG, untouched="a", locked=False)

    assert line(replace(DONE, request=request, results=(sized, PNG))).splitlines()[1:] == [
        "Something went wrong, so not every result has the size of your picture."
    ]
    assert line(replace(DONE, request=request, results=(sized, sized))).splitlines()[1:] == []


def test_exhibits() -> None:
    """What is shown on request says of which edit it is, and what."""
    assert results.exhibit_line(DONE, "comparison", 0, 1, EN) == "Edit #7 · before and after · edited by AI"
    assert results.exhibit_line(DONE, "untouched", 0, 2, EN) == "Edit #7 · as the model made it · edited by AI"
    assert (
        results.exhibit_line(DONE, "untouched", 1, 2, EN)
        == "Edit #7 · as the model made it · edited by AI · message 2 of 2"
    )


@pytest.mark.parametrize(
    ("rung", "how"),
    [
        ("lossless", "is the same picture as lossless WebP"),
        ("webp", "is a lighter copy as WebP"),
        ("jpeg", "is a lighter copy as JPEG"),
        ("smaller", "is a copy with fewer pixels"),
    ],
)
def test_lighter(rung: str, how: str) -> None:
    """A lighter copy says how it was made, how large the original is, and that it is kept."""
    assert results.lighter_line("edit-7-v1-1.webp", 30 * MIB + 1, 10 * MIB, rung, EN) == (
        f"edit-7-v1-1.webp {how}: the original has 31 MB, over the limit of 10 MB here, and is kept."
    )
