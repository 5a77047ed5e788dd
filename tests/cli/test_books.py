"""`darkroom migrate` and `darkroom ledger`: the books, alone and beside a running bot."""

import asyncio
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.sandbox.discord_api.furnish import BEN, MIRA
from bot.sandbox.samples import Samples
from bot.sandbox.serve import Sandbox
from tests.chaos.bot_process import Command, Ended
from tests.cli.conftest import Run


def objects(ended: Ended) -> list[dict[str, object]]:
    """What `--json` printed: one JSON object a line."""
    return [json.loads(line) for line in ended.out.splitlines()]


async def test_a_new_database(run: Run, tmp_path: Path) -> None:
    """Before there is a database nothing is wrong; `migrate` makes it, needs no key for that, and may be repeated."""
    data = {"DATA_DIR": str(tmp_path / "data")}
    nothing = await run("ledger", "check", **data)
    made_already = (tmp_path / "data").exists()
    made = await run("migrate", **data)
    again, empty = await asyncio.gather(run("migrate", **data), run("ledger", "check", "--json", **data))

    assert (nothing.code, made_already) == (0, False)
    assert "no database yet" in nothing.out
    assert (made.code, made.out) == (0, "The database is up to date.\n")
    assert (tmp_path / "data" / "darkroom.db").is_file()
    assert again == made
    assert (empty.code, objects(empty)) == (0, [{"exact": True, "database": True}])


async def test_beside_a_running_bot(sandbox: Sandbox, run: Run, tmp_path: Path, samples: Samples) -> None:
    """The books are read while the bot runs: exact after an edit, its entries in words and as JSON."""
    data = {"DATA_DIR": str(tmp_path / "data"), "OPS_BIND": "off"}
    bot = await Command.start("run", settings={**sandbox.settings, **data}, folder=tmp_path)
    try:
        async with sandbox.member("mira") as mira:
            await bot.line(lambda line: "listening" in line)
            await mira.edit(images=[samples.picture], prompt="Make it snow")
            check, show, as_json, other = await asyncio.gather(
                run("ledger", "check", **data),
                run("ledger", "show", str(MIRA), **data),
                run("ledger", "show", str(MIRA), "--json", **data),
                run("ledger", "show", str(BEN), **data),
            )
    finally:
        await bot.end()

    assert (check.code, check.out) == (0, "The ledger is exact.\n")
    assert re.search(r"edit #1  charge +1 picture  of the day from", show.out)
    entries = objects(as_json)
    assert {(one["kind"], one["unit"]) for one in entries} >= {
        ("hold", "images"),
        ("charge", "images"),
        ("hold", "micro_usd"),
        ("charge", "micro_usd"),
    }
    assert {one["job_id"] for one in entries} == {1}
    assert len(show.out.splitlines()) == len(entries)
    assert (other.code, other.out) == (0, "There are no entries of this member.\n")


async def test_broken_by_hand(run: Run, tmp_path: Path) -> None:
    """A balance that does not come from the ledger is found, said in a sentence or as JSON, and exits 1."""
    data = {"DATA_DIR": str(tmp_path / "data")}
    await run("migrate", **data)
    with closing(sqlite3.connect(tmp_path / "data" / "darkroom.db")) as connection, connection:
        connection.execute(
            "INSERT INTO windows (account, unit, period, starts_at, ends_at, used, held)"
            " VALUES ('user:42', 'images', 'day', 0, 86400, 3, 0)"
        )
    said, as_json = await asyncio.gather(run("ledger", "check", **data), run("ledger", "check", "--json", **data))

    assert (said.code, as_json.code) == (1, 1)
    assert said.out.startswith("window 1, images of user:42 in the day from 0: used should be 0 and is 3.")
    assert objects(as_json) == [{"imbalance": said.out.strip()}]
