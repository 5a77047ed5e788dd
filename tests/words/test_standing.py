"""The answer to `/quota`."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import SafetyRefused
from bot.domain.job import State
from bot.domain.quota import HOUSE, Allowance, Balance, Period, Unit, Window
from bot.words.standing import BLOCKS, bar, standing
from tests.words.test_status import DONE, JOB

EN = "en-US"
IMAGES = Window(Allowance("user:42", Unit.IMAGES, Period.DAY, 20), 0, 86_400)
MONEY = Window(Allowance("user:42", Unit.MICRO_USD, Period.MONTH, 5_000_000), 0, 99)
HOURS = Window(Allowance("user:42@7", Unit.IMAGES, Period.ROLLING, 10, 12), 0, 46_800)
SERVER = Window(Allowance("guild:7", Unit.MICRO_USD, Period.MONTH, 8_000_000), 0, 99)
HOUSES = Window(Allowance(HOUSE, Unit.MICRO_USD, Period.MONTH, 50_000_000), 0, 99)
GIFT = Window(Allowance("user:42@7", Unit.IMAGES, Period.GRANT, 5), 0, 1_790_000_000)
LINK = "https://discord.com/channels/1100000000000000001/1100000000000000301/1100000000000000{}"


def test_standing() -> None:
    """Each allowance has a bar, what is left, used and held, and when it starts afresh; the house's is nobody's."""
    said = standing((Balance(IMAGES, 12, 1), Balance(MONEY, 100_000, 0), Balance(HOUSES, 1, 1)), (), EN)

    assert said.splitlines() == [
        "**Pictures a day** · 7 of 20 left",
        "██████▒░░░ 12 used · 1 held · starts afresh <t:86400:R>",
        "**Money a month** · $4.90 of $5.00 left",
        "█░░░░░░░░░ $0.10 used · starts afresh <t:99:R>",
    ]


def test_other_windows() -> None:
    """A rolling allowance has no moment at which it starts afresh; the server's is said to be everybody's."""
    said = standing((Balance(HOURS, 0, 0), Balance(SERVER, 9_000_000, 0)), (), EN)

    assert said.splitlines() == [
        "**Pictures in 12 hours** · 10 of 10 left",
        "░░░░░░░░░░ 0 used · each counts for 12 hours",
        "**This server: money a month** · $0.00 of $8.00 left",
        "██████████ $9.00 used · starts afresh <t:99:R>",
    ]


def test_grants() -> None:
    """A grant is shown with what is left of it and until when."""
    said = standing((Balance(GIFT, 2, 0),), (), EN)

    assert said.splitlines() == [
        "Nothing limits you here.",
        "**Granted to you: pictures** · 3 of 5 left, until <t:1790000000:f>",
    ]


def test_many_grants() -> None:
    """A heap of grants does not push the edits out."""
    said = standing([Balance(GIFT, 0, 0)] * 40, [(DONE, None)], EN)

    assert "and 35 grants more" in said
    assert said.endswith("#7 · $0.05 · done")


def test_edits() -> None:
    """The last edits have their cost, how they ended, and a link; of one under way it is what it holds."""
    failed = replace(JOB, id=8, state=State.TOLD, ended_at=9.0, trouble=SafetyRefused())
    said = standing((), [(DONE, LINK), (failed, None), (replace(JOB, id=9), None)], EN)

    assert said.splitlines() == [
        "Nothing limits you here.",
        "**Your last edits**",
        f"[#7]({LINK}) · $0.05 · done",
        "#8 · $0.00 · failed",
        "#9 · holds $0.05 · under way",
    ]


def test_one_message() -> None:
    """Every kind of allowance and ten edits with links fit one message, and more of them would be left out."""
    balances = [Balance(window, 3, 2) for window in (IMAGES, MONEY, HOURS, SERVER, SERVER, IMAGES, *[GIFT] * 9)]
    ten = [(replace(DONE, id=10**6 + number), LINK.format(number)) for number in range(10)]

    assert 1000 < len(standing(balances, ten * 5, EN)) <= 2000
    assert standing(balances[:4], ten, EN).count("](https://") == 10


@pytest.mark.parametrize(
    ("used", "held", "limit", "drawn"),
    [
        (0, 0, 20, "░░░░░░░░░░"),
        (1, 0, 1000, "█░░░░░░░░░"),
        (0, 1, 1000, "▒░░░░░░░░░"),
        (10, 5, 20, "█████▒▒░░░"),
        (20, 0, 20, "██████████"),
        (50, 50, 20, "██████████"),
        (0, 0, 0, "░░░░░░░░░░"),
        (3, 0, 0, "██████████"),
    ],
)
def test_bar(used: int, held: int, limit: int, drawn: str) -> None:
    """Something is never drawn as nothing, and more than the limit as no more than all."""
    assert bar(used, held, limit) == drawn


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.integers(0, 10**12))
def test_bar_is_ten_blocks(used: int, held: int, limit: int) -> None:
    """Whatever the numbers, a bar has ten blocks."""
    assert len(bar(used, held, limit)) == BLOCKS
