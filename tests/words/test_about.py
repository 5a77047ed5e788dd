"""What `/help` and `/about` say, within the limits of one message."""

from dataclasses import replace

import pytest

from bot.domain.imprint import Imprint, Seer
from bot.words import about

LINK = "https://example.org/"
IMPRINT = Imprint(
    "1.2.3", 30, f"{LINK}privacy", f"{LINK}terms", "otto@example.org", (Seer("api.openai.com", ("gpt-image-2",)),)
)


def section(imprint: Imprint, heading: str) -> str:
    """The text below this heading."""
    [found] = [one.text for one in about.about_sections(imprint, "en-US") if one.heading == heading]
    return found


def test_there_are_three_ways() -> None:
    """Every way in has its line: the command, the menu and the mention."""
    command, menu, mention = about.ways("en-US")

    assert "/edit" in command
    assert "Apps → Edit picture" in menu
    assert "mention me" in mention


@pytest.mark.parametrize(("manages", "headings"), [(False, 1), (True, 2)])
def test_what_managers_need_is_for_managers(manages: bool, headings: int) -> None:
    """Only those who manage the server are told of /settings."""
    sections = about.help_sections("en-US", manages=manages)

    assert len(sections) == headings
    assert any("/settings" in one.text for one in sections) is manages
    assert all(command in sections[0].text for command in ("/quota", "/history", "/models", "/tray"))


def test_who_sees_the_pictures() -> None:
    """Each host is named with its models."""
    two = replace(IMPRINT, seers=(Seer("a.example", ("one", "two")), Seer("b.example", ("two",))))

    assert section(two, "Who sees your pictures").splitlines()[1:] == [
        "**a.example** · one, two",
        "**b.example** · two",
    ]


def test_more_hosts_than_fit() -> None:
    """Where one field does not take them all it says how many more there are."""
    many = replace(IMPRINT, seers=tuple(Seer(f"host-{number}.example", ("model",) * 9) for number in range(30)))

    said = section(many, "Who sees your pictures")

    assert len(said) <= about.LONGEST_FIELD
    shown = said.count("host-")
    assert said.endswith(f"and {30 - shown} more")


def test_one_host_with_more_models_than_fit() -> None:
    """A single line that is too long is cut, and not left out."""
    said = section(replace(IMPRINT, seers=(Seer("one.example", ("a-model",) * 300),)), "Who sees your pictures")

    assert len(said) <= about.LONGEST_FIELD
    assert "one.example" in said
    assert said.endswith("…")


def test_hosts_that_are_no_names() -> None:
    """A host with marks of Discord's in it is shown as it is."""
    assert "**\\*a\\*.example**" in section(
        replace(IMPRINT, seers=(Seer("*a*.example", ("m",)),)), "Who sees your pictures"
    )


@pytest.mark.parametrize(("days", "said"), [(1, "1 day"), (30, "30 days")])
def test_what_is_kept(days: int, said: str) -> None:
    """How long is said of everything, and how to see, delete or withhold it."""
    kept = section(replace(IMPRINT, retention_days=days), "What I keep").splitlines()

    assert kept[0] == f"- Pictures, prompts and names of files: {said}"
    assert kept[1].endswith(": 24 hours")
    assert kept[2].endswith(": 15 minutes")
    assert all(f"/privacy {verb}" in kept[-1] for verb in ("export", "delete", "sharing"))


@pytest.mark.parametrize(
    ("contact", "privacy", "terms", "said"),
    [
        ("otto@example.org", f"{LINK}p", f"{LINK}t", f"otto@example.org\n[Privacy]({LINK}p) · [Terms]({LINK}t)"),
        (None, None, f"{LINK}t", f"[Terms]({LINK}t)"),
        ("Otto,\n at the desk", None, None, "Otto, at the desk"),
    ],
)
def test_who_runs_it(contact: str | None, privacy: str | None, terms: str | None, said: str) -> None:
    """What the operator has filled in is shown, and nothing else."""
    imprint = replace(IMPRINT, contact=contact, privacy_url=privacy, terms_url=terms)

    assert section(imprint, "Who runs me") == said


def test_an_operator_who_says_nothing() -> None:
    """Without links and contact there is no heading for them, and without providers none for these."""
    headings = [one.heading for one in about.about_sections(Imprint(), "en-US")]

    assert headings == ["What I keep"]


@pytest.mark.parametrize(("version", "name"), [("1.2.3", "Darkroom 1.2.3,"), ("", "Darkroom,")])
def test_what_it_is(version: str, name: str) -> None:
    """Its version and its licence are named, and that results are made by AI."""
    said = about.about_text(replace(IMPRINT, version=version), "en-US")

    assert f"I am {name}" in said
    assert "MIT" in said
    assert "made by AI" in said


def test_everything_fits() -> None:
    """The longest that an operator can have stays within one embed."""
    link = f"https://example.org/{'x' * 380}"
    longest = Imprint("1", 3650, link, link, "x" * 200, tuple(Seer("h" * 60, ("m" * 60,) * 9) for _ in range(50)))
    sections = [*about.about_sections(longest, "en-US"), *about.help_sections("en-US", manages=True)]

    assert all(len(one.text) <= 1024 and len(one.heading) <= 256 for one in sections)
    assert sum(len(one.text) + len(one.heading) for one in sections) < 5000
