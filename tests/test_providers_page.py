"""docs/providers.md: every block of settings on it works, and what it says of the providers is what the cards say."""

import dataclasses
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.domain.catalog import FlexibleSizes, ModelCard, Provider, read_shelf, shipped_cards
from bot.domain.catalog.reading import dialect_names
from bot.provider.dialect import DIALECTS, find_address
from bot.settings import ProviderSetup, Settings, provider_entries

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/providers.md").read_text()
TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDe.a-token-that-is-none-at-all-0000"


@dataclass(frozen=True, slots=True)
class Block:
    """Lines for `.env`, with the providers' file where they name one, and the heading that they stand under."""

    heading: str
    lines: dict[str, str]
    file: str | None


def blocks() -> Iterator[Block]:
    """The blocks of the page, from the top; a file belongs to the lines before it."""
    for section in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]:
        heading = section.splitlines()[0]
        fenced = re.findall(r"^```(\w+)\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
        for place, (kind, text) in enumerate(fenced):
            if kind == "ini":
                lines = dict(line.split("=", 1) for line in text.splitlines())
                yield Block(heading, lines, fenced[place + 1][1] if "PROVIDERS_FILE" in lines else None)


BLOCKS = tuple(blocks())
each_block = pytest.mark.parametrize("block", BLOCKS, ids=lambda one: one.heading)


def set_up(block: Block, folder: Path) -> tuple[Settings, ProviderSetup]:
    """What the bot makes of a block; raises for anything that is wrong with it, a missing key among them."""
    lines = dict(block.lines)
    if block.file is not None:
        (folder / lines["PROVIDERS_FILE"]).write_text(block.file)
        lines["PROVIDERS_FILE"] = str(folder / lines["PROVIDERS_FILE"])
    settings = Settings.of({"DISCORD_TOKEN": TOKEN, **lines})
    return settings, provider_entries(settings)


@each_block
def test_a_block_of_settings_works(block: Block, tmp_path: Path) -> None:
    """Each block gives a shelf of cards with the default model on it, and addresses that can be asked."""
    settings, setup = set_up(block, tmp_path)

    shelf = read_shelf(setup.providers, setup.models)
    assert shelf[settings.default_model]
    for provider in setup.providers:
        assert find_address(provider.url, DIALECTS[provider.dialect]).edits.path.endswith("/images/edits")


@each_block
def test_a_block_names_settings_and_keys_only(block: Block, tmp_path: Path) -> None:
    """A line of a block is a setting, or the key of a provider of its file."""
    _, setup = set_up(block, tmp_path)

    strange = set(block.lines) - {name.upper() for name in Settings.model_fields}
    assert strange <= {provider.key for provider in setup.providers}


def test_every_file_stands_behind_its_lines() -> None:
    """No file on the page is left out of these tests."""
    assert len(re.findall(r"^```toml$", PAGE, re.MULTILINE)) == len([one for one in BLOCKS if one.file is not None])


def test_every_dialect_has_its_block(tmp_path: Path) -> None:
    """There is a block for each way in which a provider can speak."""
    spoken = {provider.dialect for block in BLOCKS for provider in set_up(block, tmp_path)[1].providers}

    assert spoken == set(dialect_names())


ROWS = re.findall(r"^\| ([^|]+) \| `(\w+)` \| ([\w ]+) \| (\w+) \| (\d+) \| (\w+) \|$", PAGE, re.MULTILINE)


def test_the_table_has_every_dialect() -> None:
    """The table of what they can do leaves none out."""
    assert {dialect for _, dialect, *_ in ROWS} == set(dialect_names())


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_the_table_says_what_the_cards_say(row: tuple[str, ...]) -> None:
    """Mask, previews, results in one call and sizes are those of gpt-image-2's card in that dialect."""
    name, dialect, *said = row
    card = shipped_cards(dialect, direct="Direct" in name)["gpt-image-2"]

    assert said == [
        "yes" if card.sends_mask() else "with the lock" if card.takes_mask() else "no",
        "yes" if card.partial_images else "no",
        str(card.n_per_call),
        "any" if isinstance(card.sizes, FlexibleSizes) else {3: "three"}[len(card.sizes)],
    ]


def test_every_line_of_a_provider_is_explained() -> None:
    """The table of a provider's lines is complete, and names no other."""
    table = PAGE[PAGE.index("| line of a provider |") :].split("\n\n")[0]

    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == {one.name for one in dataclasses.fields(Provider)}


def test_the_days_on_the_page_are_those_of_the_cards() -> None:
    """Which models end on the day that the page names, and which are gone, is what the cards say."""
    sentence = re.search(r"switched off; ([^.]*(?:\.\d[^.]*)*) end on (\d{4}-\d\d-\d\d)", PAGE)
    assert sentence is not None
    named = set(re.findall(r"[\w.-]*image[\w.-]*", sentence[1]))

    def ends(card: ModelCard) -> bool:
        return card.status.standing.value == "ends" and str(card.status.ends_on) == sentence[2]

    assert named == {name for name, card in shipped_cards().items() if ends(card)}


def test_links_lead_somewhere() -> None:
    """Every link of the page to a file of the project leads to one."""
    links = re.findall(r"\]\(([^)#:]+)\)", PAGE)

    assert links
    assert [link for link in links if not (ROOT / "docs" / link).is_file()] == []


def test_the_settings_in_the_text_exist() -> None:
    """Every setting that the page names outside its blocks is one."""
    text = re.sub(r"^```.*?^```", "", PAGE, flags=re.MULTILINE | re.DOTALL)
    named = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`", text))

    assert named - {name.upper() for name in Settings.model_fields} == set()


def test_a_file_is_toml_that_others_read_alike() -> None:
    """Comments in a file stand where TOML allows them, and hide nothing."""
    for block in BLOCKS:
        if block.file is not None:
            assert set(tomllib.loads(block.file)) <= {"providers", "models", "defaults"}
