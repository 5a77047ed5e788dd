"""`darkroom ledger set`, `grant` and the like: what the operator decides, and where it is read."""

import csv
import io

import pytest

from tests.cli.terminal import Terminal

HUGE = 10**30


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("set --user 42 --images 50", "set pictures of user 42: as usual → 50 pictures a day"),
        ("set --user 42 --usd 2.50", "set money of user 42: as usual → $2.50 a month"),
        ("set --user 42 --images free", "set pictures of user 42: as usual → no limit"),
        ("set --user 42 --guild 7 --images 0", "set pictures of user 42: as usual → none at all (server 7)"),
        ("set --role 5 --guild 7 --usd $1 --per week", "set money of role 5: as usual → $1.00 a week (server 7)"),
        (
            "set --everyone --guild 7 --images 9 --hours 12",
            "set pictures of everyone: as usual → 9 pictures in 12 hours (server 7)",
        ),
        (
            "set --guild 7 --images 9 --per hours --hours 1",
            "set pictures of this server: as usual → 9 pictures in 1 hour (server 7)",
        ),
        ("set --house --usd 20 --per day", "set money of all servers: as usual → $20.00 a day"),
        (
            "set --role 5 --guild 7 --qualities low,medium",
            "set the qualities that role 5 may choose: all → low, medium (server 7)",
        ),
        ("set --user 42 --n 2", "set the most pictures at a time that user 42 may choose: all → 2"),
        ("block 42 --reason spam", "blocked user 42 · spam"),
        ("block 42 --guild 7", "blocked user 42 (server 7)"),
        ("pause --reason upgrade", "paused edits in all servers · upgrade"),
        ("pause --guild 7", "paused edits in this server (server 7)"),
        ("reset 42 --guild 7 --reason oops", "let what user 42 has used count as not used · oops (server 7)"),
    ],
)
def test_decided(terminal: Terminal, words: str, said: str) -> None:
    """Each decision is answered with its line of the audit, which the report has, too."""
    done = terminal("ledger", *words.split())
    report = terminal("ledger", "report")

    assert (done.code, done.out) == (0, f"Done: The operator {said}\n")
    assert report.out.splitlines()[1].endswith(f"The operator {said}")


def test_several_at_once(terminal: Terminal) -> None:
    """One command may limit several things of somebody; as JSON it is a line of the audit for each."""
    done = terminal("ledger", "set", "--user", 42, "--images", 5, "--usd", 1, "--models", "gpt-image-2", "--json")

    assert [(one["what"], one["new"]) for one in done.objects] == [
        ("images", "images:day:5"),
        ("micro_usd", "micro_usd:month:1000000"),
        ("model", "gpt-image-2"),
    ]
    assert {one["actor_id"] for one in done.objects} == {0}
    assert done.objects[0]["target"] == {"scope": "user", "id": 42}


def test_grant(terminal: Terminal) -> None:
    """A grant is in the ledger, in what holds for its member, and the books stay exact."""
    given = terminal("ledger", "grant", 42, "--images", 5, "--usd", "0.5", "--days", 3, "--reason", "thank you")
    shown, limits = terminal("ledger", "show", 42), terminal("ledger", "limits", "--user", 42)

    assert [line.split(" until ")[0] for line in given.out.splitlines()] == [
        "Done: The operator granted user 42 5 pictures",
        "Done: The operator granted user 42 $0.50",
    ]
    assert "decision 1  grant        5 pictures  of the grant from" in shown.out
    assert "Granted to you: pictures · 5 of 5 left" in limits.out
    assert terminal("ledger", "check").code == 0


def test_taken_back(terminal: Terminal) -> None:
    """What was decided can be taken back, once; what is not there cannot."""
    pairs = [
        (("set", "--user", 42, "--images", 1), ("set", "--user", 42, "--images", "default")),
        (("block", 42), ("unblock", 42)),
        (("pause",), ("resume",)),
        (("set", "--user", 42, "--n", 1), ("set", "--user", 42, "--n", "free")),
    ]
    for there, back in pairs:
        assert (terminal("ledger", *there).code, terminal("ledger", *back).code) == (0, 0)
    again = [terminal("ledger", *back) for _, back in pairs[:3]]

    assert [one.code for one in again] == [1, 1, 1]
    assert all(one.err.startswith("refused: ") and "darkroom ledger limits" in one.err for one in again)
    assert "user 42" not in terminal("ledger", "limits").out


@pytest.mark.parametrize(
    "words",
    [
        ("set", "--user", 42, "--images", 1_000_001),
        ("set", "--user", 42, "--images", HUGE),
        ("set", "--user", 42, "--images", -1),
        ("set", "--user", 42, "--usd", HUGE),
        ("set", "--user", 42, "--qualities", "superb"),
        ("set", "--user", 42, "--models", "no-such-model"),
        ("grant", 42, "--images", 0, "--days", 3, "--reason", "x"),
        ("grant", 42, "--images", 5, "--days", 367, "--reason", "x"),
    ],
)
def test_refused(terminal: Terminal, words: tuple[object, ...]) -> None:
    """What is out of bounds or unknown is refused with a sentence and exit 1, and nothing is decided."""
    no = terminal("ledger", *words)

    assert (no.code, no.out) == (1, "")
    assert no.err.startswith("refused: ")
    assert len(terminal("ledger", "report").out.splitlines()) == 1


@pytest.mark.parametrize(
    "words",
    [
        "set --images 5",
        "set --user 42",
        "set --user 42 --role 5 --guild 7 --images 5",
        "set --role 5 --images 5",
        "set --everyone --images 5",
        "set --house --guild 7 --images 5",
        "set --house --models gpt-image-2",
        "set --guild 7 --n 1",
        "set --user 42 --images a-lot",
        "set --user 42 --images 2.5",
        "set --user 42 --usd 1e99",
        "set --user 42 --usd 0.0000001",
        "set --user 42 --images 5 --per hours",
        "set --user 42 --images 5 --per day --hours 3",
        "grant 42 --days 3 --reason x",
        "grant 42 --images 5 --days 3",
        f"block {HUGE}",
        "block mira",
        "report --decisions",
        "limits --role 5",
    ],
)
def test_wrong_usage(terminal: Terminal, words: str) -> None:
    """What makes no sense ends with 2 and a line about it, before anything is done."""
    wrong = terminal("ledger", *words.split())

    assert (wrong.code, wrong.out) == (2, "")
    assert "Usage:" in wrong.err


def test_limits(terminal: Terminal) -> None:
    """The house's with those of the settings, a server's with its roles', and a role's by itself."""
    for words in (
        ("--house", "--usd", 20),
        ("--guild", 7, "--images", 100),
        ("--guild", 7, "--role", 5, "--images", 50, "--n", 2),
        ("--guild", 8, "--role", 6, "--images", 60),
    ):
        terminal("ledger", "set", *words)
    terminal("ledger", "pause")
    house, server, role = (
        terminal("ledger", "limits", *words).out.splitlines()
        for words in ((), ("--guild", 7), ("--guild", 7, "--role", 5))
    )

    assert house == [
        "Edits are paused everywhere.",
        "each member: 20 pictures a day (settings)",
        "each member: $5.00 a month (settings)",
        "all servers: $50.00 a month (settings)",
        "server 7: 100 pictures a day",
        "all servers: $20.00 a month",
    ]
    of_role = ["role 5: 50 pictures a day", "role 5: the most pictures at a time: 2"]
    assert server[3:] == [*of_role, "by the operator: server 7: 100 pictures a day"]
    assert role == ["role 5", *of_role]


def test_report(terminal: Terminal) -> None:
    """Decisions as a table for a spreadsheet, in which no reason becomes a formula; of one server, or all of them."""
    terminal("ledger", "block", 42, "--guild", 7, "--reason", "=1+1")
    terminal("ledger", "block", 43, "--reason", "spam")
    table = terminal("ledger", "report", "--csv", "--decisions")
    rows = list(csv.DictReader(io.StringIO(table.out)))
    here = terminal("ledger", "report", "--guild", 7, "--json")
    spend = terminal("ledger", "report", "--csv")

    assert [(row["did"], row["target_id"], row["reason"]) for row in rows] == [
        ("block", "43", "spam"),
        ("block", "42", "'=1+1"),
    ]
    assert [one["decision"]["reason"] for one in here.objects] == ["=1+1"]
    assert spend.out.split() == ["day,user_id,edits,images,usd"]
