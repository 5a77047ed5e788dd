"""Every trouble, said."""

import re
from string import Formatter

import pytest

from bot.domain.errors import (
    GuildMoneySpent,
    HouseNearlySpent,
    ImagesSpent,
    MoneySpent,
    OptionAbsent,
    SuspenseGrowing,
    Trouble,
    TwoMasks,
    UnknownModel,
)
from bot.words.refusals import say

NAMES = sorted(Trouble.kinds)
HOSTILE = "[x](https://evil.example) @everyone <@1>\n# {name} \u202egnp.exe " + "y" * 5000


def fields_of(kind: type[Trouble]) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in Formatter().parse(kind.sentence()) if name}


@pytest.mark.parametrize("name", NAMES)
def test_every_trouble_is_said(name: str) -> None:
    """Each trouble makes one plain sentence or a few that fit a message, with numbers in its fields."""
    kind = Trouble.kinds[name]

    said = say(kind(**dict.fromkeys(fields_of(kind), 7)), "en-US")

    assert 10 < len(said) <= 400
    assert "{" not in said
    assert "\n" not in said


@pytest.mark.parametrize("name", NAMES)
def test_hostile_fields(name: str) -> None:
    """Nothing that a member or a provider wrote into a field comes alive, breaks the line or floods the channel."""
    kind = Trouble.kinds[name]
    timestamps = {field for field in fields_of(kind) if f"<t:{{{field}}}" in kind.sentence()}

    said = say(kind(**{field: 7 if field in timestamps else HOSTILE for field in fields_of(kind)}), "en-US")

    assert len(said) <= 2000
    assert not re.search(r"@everyone|<@\d|(?<!\\)\]\(|https?://|\n|\u202e", said)


def test_timestamps() -> None:
    """A time stays as Discord reads it."""
    said = say(ImagesSpent(need=2, left=1, limit=20, resets_at=1_795_219_200), "en-US")

    assert said == "Pictures left to you: 1 of 20, and this edit makes 2. More from <t:1795219200:R>."


def test_money() -> None:
    """Money is in dollars; a need is rounded up and a rest down, so that the sentence is true."""
    said = say(MoneySpent(need=52_700, left=52_100, limit=5_000_000, resets_at=7), "en-US")

    assert said == "Money left to you: $0.05 of $5.00, and this edit may cost $0.06. More from <t:7:R>."


def test_money_of_a_server() -> None:
    """So is the money of a server, and that of the house."""
    spent = say(GuildMoneySpent(need=52_700, left=52_100, limit=5_000_000, resets_at=7), "en-US")
    nearly = say(HouseNearlySpent(left=9_999_999, limit=50_000_000, resets_at=7), "en-US")
    suspense = say(SuspenseGrowing(amount=5_000_001, limit=50_000_000), "en-US")

    assert spent == "Money left to this server: $0.05 of $5.00, and this edit may cost $0.06. More from <t:7:R>."
    assert "$9.99 of $50.00 are left" in nearly
    assert "may have cost you $5.01 since yesterday, of $50.00 for the month" in suspense


def test_options_are_called_what_they_are_called() -> None:
    """An option is named as the member sees it in the command; what nobody translated is shown as it is."""
    refusal = OptionAbsent(model="gpt-image-2", option="model")

    assert "模型" in say(refusal, "zh-CN")
    assert "model" in say(refusal, "en-US")
    assert "no such option" in say(OptionAbsent(model="gpt-image-2", option="no such option"), "zh-CN")


def test_names_are_shown_as_they_are() -> None:
    """An ordinary name is not disfigured."""
    said = say(TwoMasks(first="sky-mask.png", second="mask.png"), "en-US")

    assert said.startswith("Both sky-mask.png and mask.png look like masks")


def test_lists_are_not_cut() -> None:
    """The list of models that work is shown whole."""
    known = ", ".join(f"gpt-image-{number}" for number in range(15))

    assert known in say(UnknownModel(model="dall-e-9", known=known), "en-US")


def test_missing_field() -> None:
    """A field that an old row does not have costs the member only that field."""
    assert say(UnknownModel(model="x"), "en-US") == "There is no model called x here. These work: …."
