"""A row of the table: what was compared with what, and figures of which less is better."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from tests.bench.reading import Reading


@dataclass(frozen=True, slots=True)
class Figure:
    """One quantity of both sides, round by round."""

    name: str
    unit: str
    ours: tuple[float, ...]
    reference: tuple[float, ...]

    @property
    def medians(self) -> tuple[float, float]:
        """Ours, and the reference's."""
        return median(self.ours), median(self.reference)

    @property
    def ratios(self) -> tuple[float, float, float] | None:
        """The median of ours to the reference's in the same round, the lowest and the highest; None against zero."""
        if not all(self.reference):
            return None
        ratios = [one / other for one, other in zip(self.ours, self.reference, strict=True)]
        return median(ratios), min(ratios), max(ratios)


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison: what ours does, and what the reference is."""

    name: str
    ours: str
    reference: str
    figures: tuple[Figure, ...]


Readings = tuple[Sequence[Reading], Sequence[Reading]]


def cpu_ms(readings: Readings, name: str = "CPU", each: float = 1) -> Figure:
    """Processor time of the process, all threads; of a round, or of each of so many things in it."""
    return _figure(name, "ms", readings, lambda one: 1000 * one.cpu_s / each)


def wall_ms(readings: Readings, name: str, each: float = 1) -> Figure:
    """Time by the clock; of a round, or of each of so many things in it."""
    return _figure(name, "ms", readings, lambda one: 1000 * one.wall_s / each)


def memory_mb(readings: Readings) -> Figure:
    """The peak of resident memory over the idle process."""
    return _figure("memory over idle", "MB", readings, lambda one: one.grown / 1e6)


def worst_ms(readings: Readings, name: str = "worst loop stall") -> Figure:
    """The longest time that the loop could not serve anybody else."""
    return _figure(name, "ms", readings, lambda one: 1000 * one.worst_s)


def late_ms(readings: Readings) -> Figure:
    """What one callback in a thousand waits at least."""
    return _figure("loop stall p99.9", "ms", readings, lambda one: 1000 * one.late_s)


def _figure(name: str, unit: str, readings: Readings, of: Callable[[Reading], float]) -> Figure:
    ours, reference = (tuple(of(one) for one in side) for side in readings)
    return Figure(name, unit, ours, reference)
