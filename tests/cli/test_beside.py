"""The operator's commands beside a running bot: what is decided holds at once, and the books stay exact."""

import asyncio
import csv
import io
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.sandbox.discord_api.furnish import BEN, GUILD, MIRA
from bot.sandbox.member import Acted, Member
from bot.sandbox.samples import Samples
from bot.sandbox.serve import Sandbox
from tests.chaos.bot_process import Command
from tests.cli.terminal import Said, Terminal


@dataclass(frozen=True, slots=True)
class Beside:
    """A bot that runs on a sandbox, and a terminal beside it."""

    sandbox: Sandbox
    bot: Command
    folder: Path
    terminal: Terminal
    picture: Path

    async def darkroom(self, *words: object) -> Said:
        """A command on the bot's own data; one at a time, since they share what they write to."""
        return await asyncio.to_thread(self.terminal, *words)

    async def stop(self) -> None:
        """Let the bot end."""
        self.bot.terminate()
        assert (await self.bot.ended()).code == 0

    async def edit(self, member: Member) -> Acted:
        """An edit of this member, to its end."""
        return await member.edit(images=[self.picture], prompt="make it snow")

    def calls(self) -> list[dict[str, Any]]:
        """Every call that the bot noted."""
        with closing(sqlite3.connect(self.folder / "data" / "darkroom.db")) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute("SELECT * FROM attempts ORDER BY opened_at, id")]

    def holding(self, *needles: str) -> list[str]:
        """Which of these texts stand anywhere in the database."""
        with closing(sqlite3.connect(self.folder / "data" / "darkroom.db")) as connection:
            everything = "\n".join(connection.iterdump())
        return [needle for needle in needles if needle in everything]


@pytest.fixture
async def beside(
    sandbox: Sandbox, terminal: Terminal, tmp_path: Path, samples: Samples
) -> AsyncGenerator[Beside, None]:
    """The bot, listening."""
    settings = {**sandbox.settings, "DATA_DIR": str(tmp_path / "data"), "OPS_BIND": "off"}
    bot = await Command.start("run", settings=settings, folder=tmp_path)
    try:
        await bot.line(lambda line: "listening" in line)
        yield Beside(sandbox, bot, tmp_path, terminal, samples.picture)
    finally:
        await bot.end()


async def test_decisions_hold_at_once(beside: Beside) -> None:
    """A pause, a limit, a grant and a block from the command line are what the next edit meets."""
    async with beside.sandbox.member("mira") as mira, beside.sandbox.member("ben") as ben:
        await beside.darkroom("ledger", "pause")
        paused = await beside.edit(mira)
        await beside.darkroom("ledger", "resume")
        await beside.darkroom("ledger", "set", "--user", MIRA, "--images", 1)
        made = await beside.edit(mira)
        spent = await beside.edit(mira)
        await beside.darkroom("ledger", "grant", MIRA, "--images", 1, "--days", 1, "--reason", "thanks")
        granted = await beside.edit(mira)
        await beside.darkroom("ledger", "block", BEN, "--guild", GUILD)
        blocked = await beside.edit(ben)
    chart = beside.folder / "spend.png"
    report = await beside.darkroom("ledger", "report", "--csv", "--chart", chart)
    check = await beside.darkroom("ledger", "check")

    assert str(paused.refused).startswith("I take no edits at the moment")
    assert (made.refused, granted.refused) == (None, None)
    assert str(spent.refused).startswith("Pictures left to you: 0 of 1")
    assert str(blocked.refused).startswith("You are blocked")
    (row,) = csv.DictReader(io.StringIO(report.out))
    assert (row["user_id"], row["edits"], row["images"]) == (str(MIRA), "2", "2")
    assert check.out == "The ledger is exact.\n"
    (drawn,) = beside.folder.glob("spend.*")
    assert report.err == f"saved: {drawn}\n"
    with Image.open(drawn) as picture:
        assert picture.width > 100


async def test_reconcile(beside: Beside) -> None:
    """Of three calls whose answers were cut off, the bill has two: what it does not have is taken back, once."""
    async with beside.sandbox.member("mira") as mira:
        await beside.edit(mira)
        beside.sandbox.engine.plan(*[{"cut": "after_body"}] * 3)
        for _ in range(3):
            await beside.edit(mira)
    answered, whole, cheap, missing = beside.calls()
    file = beside.folder / "usage.csv"
    rows = [
        ("client_request_id", "timestamp", "model", "cost_usd"),
        ("", answered["opened_at"] - 3600, "another-model", "1.00"),
        (answered["id"], answered["opened_at"], "gpt-image-2", "0.05"),
        (whole["id"], whole["opened_at"], "gpt-image-2", ""),
        (cheap["id"], cheap["opened_at"], "gpt-image-2", "0.01"),
        ("", missing["opened_at"] + 3600, "another-model", "1.00"),
    ]
    file.write_text("\n".join(",".join(map(str, row)) for row in rows), "utf-8")
    reconcile = ("ledger", "reconcile", "--csv", file)
    rehearsed = await beside.darkroom(*reconcile, "--dry-run", "--json")
    first = await beside.darkroom(*reconcile, "--json")
    again = await beside.darkroom(*reconcile, "--json")
    table, check = await beside.darkroom(*reconcile), await beside.darkroom("ledger", "check")

    outcomes = [(one["attempt"], one["outcome"], one["before"]) for one in first.objects]
    booked = first.objects[0]["suspense"]
    assert outcomes == [
        (whole["id"], "billed", False),
        (cheap["id"], "billed", False),
        (missing["id"], "not_billed", False),
    ]
    assert [one["corrected"] for one in first.objects] == [0, booked - 10_000, booked]
    assert rehearsed.out == first.out
    assert [(one["corrected"], one["before"]) for one in again.objects] == [
        (0, False),
        (booked - 10_000, True),
        (booked, True),
    ]
    assert table.out.splitlines()[-1].startswith("$0.00 taken back now; ")
    assert check.out == "The ledger is exact.\n"


async def test_reconcile_without_proof(beside: Beside) -> None:
    """A file that shows none of our calls changes nothing; one that is no export is wrong usage."""
    file = beside.folder / "usage.csv"
    async with beside.sandbox.member("mira") as mira:
        nothing = await beside.darkroom("ledger", "reconcile", "--csv", Path(__file__))
        file.write_text("timestamp,model,cost\n", "utf-8")
        empty = await beside.darkroom("ledger", "reconcile", "--csv", file)
        await beside.edit(mira)
        beside.sandbox.engine.plan({"cut": "after_body"})
        await beside.edit(mira)
    days = ("--since", "2020-01-01", "--until", "2099-12-31")
    open_ = await beside.darkroom("ledger", "reconcile", "--csv", file, *days)
    other = await beside.darkroom("ledger", "reconcile", "--csv", file, "--provider", "somebody")

    assert (nothing.code, empty.code, open_.code, other.code) == (2, 0, 0, 0)
    assert "cannot be used" in nothing.err
    assert empty.out == other.out == "Nothing is in suspense.\n"
    assert "not shown by this file" in open_.out
    assert open_.out.splitlines()[-1].startswith("$0.00 taken back now; ")


async def test_backup_and_restore(beside: Beside) -> None:
    """A copy is made while the bot runs, put back only when it is stopped, and what was there is kept."""
    copies = beside.folder / "copies"
    copies.mkdir()
    async with beside.sandbox.member("mira") as mira:
        await beside.edit(mira)
        made = await beside.darkroom("backup", copies)
        (copy,) = copies.iterdir()
        twice = await beside.darkroom("backup", copy)
        await beside.edit(mira)
    running = await beside.darkroom("restore", copy, "--force")
    await beside.stop()
    there = await beside.darkroom("restore", copy)
    wrong = await beside.darkroom("restore", beside.picture, "--force")
    put_back = await beside.darkroom("restore", copy, "--force")
    check, show = await beside.darkroom("ledger", "check"), await beside.darkroom("ledger", "show", MIRA)

    assert (made.code, put_back.code) == (0, 0)
    assert [one.code for one in (twice, running, there, wrong)] == [1, 1, 1, 1]
    assert all(one.err.startswith("refused: ") for one in (twice, running, there, wrong))
    assert "Another process runs the bot here" in running.err
    assert "--force" in there.err
    assert (beside.folder / "data" / "darkroom.db.before-restore").is_file()
    assert check.out == "The ledger is exact.\n"
    assert "edit #1" in show.out
    assert "edit #2" not in show.out


async def test_a_member_asks_for_their_own(beside: Beside) -> None:
    """`/privacy` on the whole road: a file in private, a question, and after a yes no trace but the sums."""
    prompt, url = "make it snow", ("--url", beside.sandbox.settings["SANDBOX_URL"])
    async with beside.sandbox.member("mira") as mira, beside.sandbox.member("ben") as ben:
        await beside.edit(mira)
        await ben.edit(images=[beside.picture], prompt="make it rain")
    before = beside.holding(prompt, str(MIRA), "sky")
    exported = await beside.darkroom(
        "sandbox", "act", "command", "privacy export", *url, "--out", beside.folder / "mine"
    )
    asked = await beside.darkroom("sandbox", "act", "command", "privacy delete", *url, "--json")
    (question,) = asked.objects
    press = ("--message", question["private_id"], "--button", question["private_asks"][0])
    done = await beside.darkroom("sandbox", "act", "press", *url, *press)
    check = await beside.darkroom("ledger", "check")
    by_operator = await beside.darkroom("privacy", "delete", BEN, "--yes")
    nothing = await beside.darkroom("privacy", "export", BEN)
    await beside.stop()

    assert len(before) >= 2
    assert prompt in (beside.folder / "mine" / "darkroom.json").read_text("utf-8")
    assert exported.code == 0
    assert done.out.startswith("private: Done: it is deleted.")
    assert check.out == "The ledger is exact.\n"
    assert by_operator.code == 0
    assert '"edits": []' in nothing.out
    assert beside.holding(prompt, "make it rain") == []


async def test_delete_asks_first(beside: Beside) -> None:
    """Without --yes and without somebody to say it, nothing is deleted."""
    no = await beside.darkroom("privacy", "delete", MIRA)

    assert no.code == 1
    assert "for good?" in no.out
