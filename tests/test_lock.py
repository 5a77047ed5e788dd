"""The lock files: in step with pyproject.toml, hashed, and free of addresses, without asking the network."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = ("requirements.lock", "requirements-dev.lock")


def pins(lock: str) -> dict[str, Version]:
    """What a lock file pins: the version by the package's name."""
    lines = re.findall(r"^([\w.-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE)
    return {canonicalize_name(name): Version(version) for name, version in lines}


def group(name: str) -> Iterator[str]:
    """The requirements of a dependency group, those of the groups it includes among them."""
    entries: list[Any] = PROJECT["dependency-groups"][name]
    for entry in entries:
        if isinstance(entry, str):
            yield entry
        else:
            yield from group(entry["include-group"])


def wanted(lock: str) -> tuple[str, ...]:
    """What pyproject.toml asks for in this lock."""
    project: dict[str, Any] = PROJECT["project"]
    if lock == "requirements.lock":
        return (*project["dependencies"], *group("build"))
    return (*project["dependencies"], *project["optional-dependencies"]["postgres"], *group("dev"))


def closure(asked: Iterable[str]) -> Iterator[Requirement]:
    """These requirements and those of what they bring in on this machine, each once."""
    waiting = [(Requirement(text), "") for text in asked]
    seen = set()
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
            continue
        yield requirement
        for wanted_extra in ("", *requirement.extras):
            key = (canonicalize_name(requirement.name), wanted_extra)
            if key not in seen:
                seen.add(key)
                waiting += [(Requirement(text), wanted_extra) for text in _brought_in(requirement.name)]


def _brought_in(name: str) -> list[str]:
    try:
        return requires(name) or []
    except PackageNotFoundError:
        return []


def imported(*packages: str) -> set[str]:
    """The distributions whose modules these packages of ours import."""
    found = set()
    for file in (file for package in packages for file in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    homes = packages_distributions()
    foreign = found - set(sys.stdlib_module_names) - {"bot", "cogs", "migrations", "tests"}
    return {canonicalize_name(homes.get(name, [name])[0]) for name in foreign}


@pytest.mark.parametrize(
    ("packages", "lock"),
    [
        (("bot", "cogs", "migrations"), "requirements.lock"),
        (("bot", "cogs", "migrations", "tests"), "requirements-dev.lock"),
    ],
    ids=["bot", "tests"],
)
def test_what_is_imported_is_asked_for(packages: tuple[str, ...], lock: str) -> None:
    """Nothing is imported that pyproject.toml does not name: what comes in with another package may leave with it."""
    asked = {canonicalize_name(Requirement(text).name) for text in wanted(lock)}

    assert imported(*packages) - asked == set()


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_answers_pyproject(lock: str) -> None:
    """Everything that the project asks for, and everything that this brings in, is pinned to a version that will do."""
    pinned = pins(lock)

    unmet = [
        str(requirement)
        for requirement in closure(wanted(lock))
        if not requirement.specifier.contains(
            pinned.get(canonicalize_name(requirement.name), Version("0.dev0")), prereleases=True
        )
        or canonicalize_name(requirement.name) not in pinned
    ]

    assert unmet == [], "run `make lock`"


def test_the_two_locks_agree() -> None:
    """What runs is what was tested: the development lock pins every package of the other at the same version."""
    runtime, development = pins(LOCKS[0]), pins(LOCKS[1])

    assert {name: development.get(name) for name in runtime} == runtime


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_a_hash(lock: str) -> None:
    """pip accepts only files whose hash is written down, and a lock names no address and no folder of a machine."""
    text = (ROOT / lock).read_text()
    blocks = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]

    assert len(blocks) == len(pins(lock))
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert not re.search(r"://|--index|--find-links|file:|^-", text, re.MULTILINE)


def test_nothing_locked_is_superfluous() -> None:
    """The runtime lock holds nothing but the runtime: no test tool and no linter is needed to run the bot."""
    assert {"pytest", "mypy", "ruff", "hypothesis"}.isdisjoint(pins("requirements.lock"))
