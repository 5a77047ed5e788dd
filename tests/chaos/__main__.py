"""`python -m tests.chaos`: the driver, large. Random kills, and every named point in several rounds; then the table.

Each play is a line of FILE when it is over. Called again with the same seed and file it goes on after the last of them;
a play in which something broke is played again, and its folder, with the record and the rows, stays beside the file.
"""

import argparse
import asyncio
import json
import random
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.domain.crash import POINTS
from tests.chaos.driver import AT_RANDOM, Death, Outcome, Play, named_deaths, random_deaths

KILLS_A_PLAY = 10
DIALECTS = ("openai", "anyfast")


@dataclass(frozen=True, slots=True)
class Planned:
    """A play that is to be played: its name is also that of its folder."""

    name: str
    kills: int = 0
    points: tuple[str, ...] = ()
    dialect: str = DIALECTS[0]

    def play(self, folder: Path, seed: str) -> Play:
        """The play itself, with dice of its own, so that it is the same whichever were played before."""
        dice = random.Random(f"{seed}/{self.name}")
        deaths: Sequence[Death] = named_deaths(dice, self.points) if self.points else random_deaths(dice, self.kills)
        return Play(folder, deaths, dice, self.dialect)


def main() -> None:
    """Play all that was not played yet; exit 1 where a promise was broken."""
    asked = _arguments()
    console = Console()
    console.print(f"seed {asked.seed} · {asked.file}", highlight=False)
    done = _done(asked.file, asked.seed)
    for planned in _planned(asked.kills, asked.rounds, asked.points or tuple(POINTS)):
        if planned.name not in done:
            done[planned.name] = _played(planned, asked.seed, asked.file, console)
    _show(done.values(), console)
    sys.exit(1 if any(outcome.broken for outcome in done.values()) else 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", default=str(random.SystemRandom().randrange(10**6)), help="any word")
    parser.add_argument("--kills", type=int, default=200, help="how many kills at random moments")
    parser.add_argument("--rounds", type=int, default=20, help="how often every named point is passed")
    parser.add_argument("--point", action="append", dest="points", choices=POINTS, help="only this one; repeatable")
    parser.add_argument("--file", type=Path, help="where the plays are written down (out/chaos/SEED.jsonl)")
    asked = parser.parse_args()
    asked.file = (asked.file or Path("out/chaos") / f"{asked.seed}.jsonl").absolute()
    return asked


def _planned(kills: int, rounds: int, points: tuple[str, ...]) -> Iterator[Planned]:
    for number, first in enumerate(range(0, kills, KILLS_A_PLAY)):
        yield Planned(f"random-{number}", min(KILLS_A_PLAY, kills - first), dialect=DIALECTS[number % 2])
    for number in range(rounds):
        yield Planned(f"points-{number}", points=points, dialect=DIALECTS[number % 2])


def _played(planned: Planned, seed: str, file: Path, console: Console) -> Outcome:
    folder, began = file.with_suffix("") / planned.name, time.monotonic()
    shutil.rmtree(folder, ignore_errors=True)
    outcome = asyncio.run(planned.play(folder, seed).play())
    took = time.monotonic() - began
    died, ended = sum(outcome.deaths.values()), sum(outcome.ends.values())
    console.print(f"{planned.name}: {died} deaths, {ended} edits in {took:.0f} s", highlight=False)
    for sentence in outcome.broken:
        console.print(f"  BROKEN: {sentence}", markup=False, highlight=False)
    with file.open("a") as written:
        written.write(json.dumps({"seed": seed, "name": planned.name, **asdict(outcome)}) + "\n")
    if not outcome.broken:
        shutil.rmtree(folder)
    return outcome


def _done(file: Path, seed: str) -> dict[str, Outcome]:
    """What an earlier call with this seed has played and found whole."""
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = file.read_text().splitlines() if file.exists() else []
    found = {}
    for line in map(json.loads, lines):
        of, name = line.pop("seed"), line.pop("name")
        if of == seed and not line["broken"]:
            found[name] = Outcome(**line)
    return found


def _show(outcomes: Iterable[Outcome], console: Console) -> None:
    every = tuple(outcomes)
    deaths = sum((Counter(one.deaths) for one in every), Counter())
    ends = sum((Counter(one.ends) for one in every), Counter())
    table = Table("killed", "times", title="deaths")
    for name in (AT_RANDOM, *POINTS):
        table.add_row(name, str(deaths[name]))
    console.print(table)
    table = Table("edits that ended", "", title="edits")
    for name, times in ends.most_common():
        table.add_row(name or "NOT AT ALL", str(times))
    table.add_row("asked for, heard or not", str(sum(one.asked for one in every)))
    table.add_row("paid calls", str(sum(one.calls for one in every)))
    table.add_row("pictures posted", str(sum(one.pictures for one in every)))
    table.add_row("slowest start, s", str(max((one.slowest_start_s for one in every), default=0)))
    table.add_row("promises broken", str(sum(len(one.broken) for one in every)))
    console.print(table)


if __name__ == "__main__":
    main()
