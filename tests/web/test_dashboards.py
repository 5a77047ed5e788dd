"""The dashboard, the alert rules and the table of metrics go by names and labels that there are."""

import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest

from bot.domain.job import OVER, State
from bot.domain.request import Door
from bot.storage.tables import LEDGER_KINDS
from bot.web.health import Health
from bot.web.metrics import MUTED, Meter
from bot.workflow.ports import Freight, Gauges, Outcome
from tests.web.door import MODELS, PROVIDERS, samples
from tests.web.jobs import a_job

DOCS = Path(__file__).parents[2] / "docs"
BY_PROMETHEUS = {"instance", "job"}
DONE_AS = {"delivered", MUTED, "failed", "cancelled", "unknown"}
# Of each label that a question may name a value of: every value that it can have.
VALUES = {
    "state": DONE_AS | {state.value for state in State if state not in OVER},
    "outcome": {one.value for one in Outcome},
    "freight": {one.value for one in Freight},
    "door": {one.value for one in Door},
    "kind": set(LEDGER_KINDS),
}


def labels_of_samples() -> dict[str, set[str]]:
    """Every sample that there can be, and its labels."""
    meter, job = Meter(MODELS, PROVIDERS), a_job(State.DONE)
    meter.edit_placed(job.request)
    meter.edit_ended(job, "openai")
    meter.called("openai", "flux", Outcome.ANSWERED, 1)
    meter.discord_failed("50013")
    gauges = Gauges({State.QUEUED: 1}, 1, 0, dict.fromkeys(LEDGER_KINDS, 1))
    said = samples(meter.exposition(Health(providers={"openai": True}), gauges, now=1).decode())
    return {name: {label for label, _ in labels} for name, labels in said}


def panels() -> list[dict[str, Any]]:
    """The panels of the dashboard."""
    found: list[dict[str, Any]] = json.loads((DOCS / "grafana.json").read_text())["panels"]
    return found


def rules() -> dict[str, str]:
    """The alert rules: name to question. They are written so plainly that no parser of YAML is needed."""
    text = (DOCS / "alerts.yml").read_text()
    found = re.findall(r"- alert: (\w+)\n\s+expr: (\|\n(?:\s{10,}.*\n)+|.*\n)", text)
    assert len(found) == text.count("- alert:")
    return {name: question.removeprefix("|") for name, question in found}


QUESTIONS = [
    *(pytest.param(one["expr"], id=panel["title"]) for panel in panels() for one in panel.get("targets", ())),
    *(pytest.param(question, id=name) for name, question in rules().items()),
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_asks_for_what_there_is(question: str) -> None:
    """Every metric that is asked for exists, with the labels and values by which it is asked for."""
    there = {**labels_of_samples(), "up": set()}  # the last is what Prometheus says of who answers it
    asked = re.findall(r"\b((?:darkroom|process)_\w+|up\b)(?:\{([^}]*)\})?", question)

    assert asked
    assert [name for name, _ in asked if name not in there] == []
    for name, selector in asked:
        for label, values in re.findall(r'(\w+)=~?"([^"]*)"', selector):
            assert label in there[name] | BY_PROMETHEUS, name
            unknown = set(values.split("|")) - VALUES.get(label, set(values.split("|")))
            assert unknown == set(), name
    grouped = {label.strip() for labels in re.findall(r"by \(([^)]*)\)", question) for label in labels.split(",")}
    assert grouped <= set.union(BY_PROMETHEUS, *(there[name] for name, _ in asked))


def test_every_bucket_that_is_named_is_one() -> None:
    """A rule that counts what is above a limit names the limit of a bucket."""
    said = samples(Meter(MODELS, PROVIDERS).exposition(Health(), Gauges(), now=0).decode())
    limits = {(name, dict(labels).get("le")) for name, labels in said}
    asked = re.findall(r'\b(darkroom_\w+_bucket)\{le="([^"]+)"\}', (DOCS / "alerts.yml").read_text())

    assert asked
    assert set(asked) <= limits


def test_the_table_is_whole() -> None:
    """docs/operating.md names every metric of ours with its labels, and no other."""
    rows = re.findall(r"^\| (`darkroom_[^|]*)\|([^|]*)\|", (DOCS / "operating.md").read_text(), re.MULTILINE)
    table = {
        name: set(re.findall(r"`(\w+)`", labels)) for names, labels in rows for name in re.findall(r"`(\w+)`", names)
    }

    there: dict[str, set[str]] = {}
    for name, labels in labels_of_samples().items():
        if name.startswith("darkroom_") and not name.endswith("_created"):
            there.setdefault(re.sub(r"_(bucket|count|sum)$", "", name), set()).update(labels - {"le"})
    assert table == there


def test_every_rule_is_explained() -> None:
    """docs/operating.md says what to do about each alert rule, and about no other."""
    rows = re.findall(r"^\| (Darkroom[\w, ]+) \|", (DOCS / "operating.md").read_text(), re.MULTILINE)

    assert sorted(name for row in rows for name in row.split(", ")) == sorted(rules())


def test_the_dashboard_can_be_imported() -> None:
    """Each panel has an id and a place of its own on a grid of 24 columns, and asks the source that is chosen."""
    placed = panels()
    squares = [
        (x, y)
        for at in (panel["gridPos"] for panel in placed)
        for x, y in itertools.product(range(at["x"], at["x"] + at["w"]), range(at["y"], at["y"] + at["h"]))
    ]

    assert len({panel["id"] for panel in placed}) == len(placed)
    assert len(set(squares)) == len(squares)
    assert {x for x, _ in squares} == set(range(24))
    assert {one["datasource"]["uid"] for panel in placed for one in panel.get("targets", ())} == {"${source}"}
