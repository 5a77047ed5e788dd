"""What holds calls back, on a clock that is moved by hand."""

import pytest

from bot.provider.gate import BREAKER_S, PATIENCE_MOST_S, PATIENCE_S, Breaker, Gate, Minute


class Hand:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = 1_000_000.0

    def __call__(self) -> float:
        """The time."""
        return self.at


@pytest.fixture
def clock() -> Hand:
    """A clock."""
    return Hand()


# ── patience ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_gate_is_open(clock: Hand) -> None:
    """Nobody waits before the first refusal."""
    assert Gate(clock).left() == 0.0


def test_a_gate_shuts_for_as_long_as_it_is_asked(clock: Hand) -> None:
    """What the provider asked is waited, and not a second more."""
    gate = Gate(clock)

    gate.ask(12.0)

    assert gate.left() == 12.0
    clock.at += 11.5
    assert gate.left() == 0.5
    clock.at += 0.5
    assert gate.left() == 0.0


def test_the_longest_wait_counts(clock: Hand) -> None:
    """Of several refusals at a time the one that asks for most is heard."""
    gate = Gate(clock)

    gate.ask(30.0)
    gate.ask(2.0)

    assert gate.left() == 30.0


def test_a_wait_without_a_number(clock: Hand) -> None:
    """A refusal that names no time is given twice as long as the one before, up to a limit, until a call is taken."""
    gate = Gate(clock)
    waits = []
    for _ in range(8):
        gate.ask(None)
        waits.append(gate.left())
        clock.at += gate.left()

    assert waits[:3] == [PATIENCE_S, PATIENCE_S * 2, PATIENCE_S * 4]
    assert waits[-1] == PATIENCE_MOST_S
    gate.please()
    gate.ask(None)
    assert gate.left() == PATIENCE_S


def test_a_clock_that_is_set_back_opens_the_gate(clock: Hand) -> None:
    """An hour that comes twice is not waited."""
    gate = Gate(clock)
    gate.ask(60.0)

    clock.at -= 3600

    assert gate.left() == 0.0


# ── pictures a minute ───────────────────────────────────────────────────────────────────────────────────────


def test_no_limit(clock: Hand) -> None:
    """0 is no limit."""
    minute = Minute(0, clock)
    minute.take(1000)

    assert minute.wait(1000) == 0.0


def test_pictures_of_any_minute(clock: Hand) -> None:
    """Within any sixty seconds no more pictures go than the limit says."""
    minute = Minute(5, clock)
    minute.take(3)
    clock.at += 20
    minute.take(2)

    assert minute.wait(1) == 40.0
    assert minute.wait(3) == 40.0
    assert minute.wait(4) == 60.0
    clock.at += 40
    assert minute.wait(3) == 0.0
    assert minute.wait(4) == 20.0


def test_more_than_the_limit_at_once(clock: Hand) -> None:
    """A call of more pictures than the limit waits for an empty minute instead of for ever."""
    minute = Minute(5, clock)
    assert minute.wait(16) == 0.0
    minute.take(16)

    assert minute.wait(16) == 60.0
    clock.at += 60
    assert minute.wait(16) == 0.0


def test_a_clock_that_is_set_back_empties_the_minute(clock: Hand) -> None:
    """Pictures of the future are forgotten."""
    minute = Minute(1, clock)
    minute.take(1)

    clock.at -= 3600

    assert minute.wait(1) == 0.0


# ── the breaker ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_breaker_opens_and_rests(clock: Hand) -> None:
    """After a lock-out nobody calls, until it has rested."""
    breaker = Breaker(clock)
    assert breaker.enter()
    breaker.lock()
    breaker.leave()

    assert breaker.is_open
    assert not breaker.enter()
    clock.at += BREAKER_S - 1
    assert not breaker.enter()


def test_one_call_is_let_through(clock: Hand) -> None:
    """Of a breaker that has rested one call at a time may try."""
    breaker = Breaker(clock)
    breaker.lock()
    clock.at += BREAKER_S

    assert not breaker.is_open
    assert breaker.enter()
    assert not breaker.enter()
    assert breaker.is_open
    breaker.leave()
    assert breaker.enter()


def test_the_call_that_is_let_in_closes_it(clock: Hand) -> None:
    """Then everybody may call again."""
    breaker = Breaker(clock)
    breaker.lock()
    clock.at += BREAKER_S
    breaker.enter()

    breaker.admit()

    assert breaker.enter()
    assert breaker.enter()


def test_the_call_that_is_locked_out_opens_it_anew(clock: Hand) -> None:
    """The rest begins again."""
    breaker = Breaker(clock)
    breaker.lock()
    clock.at += BREAKER_S
    breaker.enter()

    breaker.lock()
    breaker.leave()

    assert breaker.is_open
    clock.at += BREAKER_S
    assert breaker.enter()


def test_a_clock_that_is_set_back_ends_the_rest(clock: Hand) -> None:
    """A breaker that was opened in the future may be tried."""
    breaker = Breaker(clock)
    breaker.lock()

    clock.at -= 3600

    assert breaker.enter()
