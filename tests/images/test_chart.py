"""The chart of what was spent."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.domain.deed import Spend
from bot.images.chart import _COLOURS, chart, nice_top
from bot.images.decoder import Decoder, _chart_task
from bot.images.tasks import PLACES, ChartTask, Made

CENT = 10_000
EMPTY = (0,) * PLACES


def drawn(folder: Path, spends: Sequence[Spend]) -> Image.Image:
    """The chart of these, as it was written."""
    signs: list[str] = []
    made = chart(_chart_task(spends, folder / "spend"), lambda: signs.append("decoded"))
    with Image.open(folder / "spend.png") as picture:
        picture.load()
    assert signs == ["decoded"]
    assert made == Made("png", *picture.size, (folder / "spend.png").stat().st_size, *picture.size)
    return picture


def share(picture: Image.Image, place: int, days: bool) -> int:
    """How many pixels have the colour of a place, in the bars by day or in those by member."""
    colour = tuple(bytes.fromhex(_COLOURS[place][1:]))
    half = picture.crop((0, 0, 850, picture.height) if days else (850, 0, picture.width, picture.height))
    return sum(count for count, seen in half.getcolors(2**20) or () if seen == colour)


def test_bars_are_as_tall_as_what_was_spent(tmp_path: Path) -> None:
    """Twice the money is twice the bar, by day and by member, and each member has one colour in both."""
    picture = drawn(
        tmp_path,
        [Spend("2026-11-19", 7, 1, 1, 40 * CENT), Spend("2026-11-20", 8, 1, 1, 20 * CENT)],
    )

    for days in (True, False):
        assert share(picture, 0, days) == pytest.approx(2 * share(picture, 1, days), rel=0.05)
        assert share(picture, 2, days) == 0


def test_members_of_one_day_stand_on_one_another(tmp_path: Path) -> None:
    """Two who spent the same on a day have half of its bar each."""
    both = drawn(tmp_path, [Spend("2026-11-20", 7, 1, 1, 20 * CENT), Spend("2026-11-20", 8, 1, 1, 20 * CENT)])

    assert share(both, 0, days=True) == pytest.approx(share(both, 1, days=True), rel=0.02)


@pytest.mark.parametrize(
    "spends",
    [
        (),
        (Spend("2026-11-20", 7, 1, 1, 0),),
        (Spend("2026-11-20", 7, 1, 1, 1),),
        (Spend("2026-11-20", 7, 1, 1, 10**15),),
        tuple(Spend("2026-11-20", member, 1, 1, member) for member in range(5000)),
        (Spend("2025-11-20", 7, 1, 1, 5), Spend("2026-11-20", 8, 1, 1, 9)),
    ],
    ids=["nothing", "free", "little", "much", "many members", "a year"],
)
def test_everything_is_drawn(tmp_path: Path, spends: tuple[Spend, ...]) -> None:
    """Nothing, next to nothing, a fortune, a crowd and a year make a chart of the same size."""
    picture = drawn(tmp_path, spends)

    assert picture.size == (1200, 560)
    assert (tmp_path / "spend.png").stat().st_size < 200_000


def test_task() -> None:
    """Every day has a column, also one without an edit; from the ninth member on all are one."""
    spends = [Spend("2026-11-18", member, 1, 1, 100 - member) for member in range(12)]
    task = _chart_task([*spends, Spend("2026-11-20", 11, 1, 1, 1)], Path("/x/spend"))

    assert task == ChartTask(
        "chart",
        "/x/spend",
        ("2026-11-18", "2026-11-19", "2026-11-20"),
        ((100, 99, 98, 97, 96, 95, 94, 93, 92 + 91 + 90 + 89), EMPTY, (*EMPTY[1:], 1)),
    )


@given(st.integers(0, 10**18))
def test_nice_top(most: int) -> None:
    """The scale reaches what was spent, wastes little of the height, and its quarters are whole cents."""
    top = nice_top(most)

    assert top >= most
    assert top % (4 * CENT) == 0
    assert top <= max(4 * CENT, 2.5 * most)


async def test_by_the_decoder(tmp_path: Path) -> None:
    """The chart is drawn by the decoder process, beside the target with its suffix."""
    async with Decoder(1) as decoder:
        path = await decoder.chart((Spend("2026-11-20", 7, 1, 1, CENT),), tmp_path / "spend")

    assert path == tmp_path / "spend.png"
    with Image.open(path) as picture:
        assert picture.size == (1200, 560)
