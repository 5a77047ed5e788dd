"""The answer to `/models`, and what Discord takes of it."""

from datetime import date

import discord
import pytest

from bot.chat.views.model_list import model_list
from bot.domain.catalog import Catalog, Provider, read_shelf
from bot.domain.errors import UnknownModel
from tests.chat.scene import a_catalog

DAY = date(2026, 11, 20)


def listed(catalog: Catalog, only: str | None = None) -> dict[str, str]:
    """The list as names and texts."""
    return {str(field.name): str(field.value) for field in model_list(catalog, only, DAY, "en-US").fields}


def check_limits(embed: discord.Embed) -> None:
    """Discord's limits of an embed."""
    assert len(embed) <= 6000
    assert len(embed.fields) <= 25
    for field in embed.fields:
        assert 1 <= len(str(field.name)) <= 256
        assert 1 <= len(str(field.value)) <= 1024


def test_every_model() -> None:
    """Every model that comes with the bot is in the list, the default first, and the list is one message."""
    catalog = a_catalog()
    embed = model_list(catalog, None, DAY, "en-US")

    check_limits(embed)
    assert [str(field.name).split(" · ")[0] for field in embed.fields] == list(catalog.names)
    assert embed.fields[0].name == "gpt-image-2 · used unless you choose another"
    assert embed.footer.text is None


def test_lines() -> None:
    """A model says its standing, its limits and its prices; asked for by name, everything that it takes."""
    short, long = listed(a_catalog())["gpt-image-1.5"], listed(a_catalog(), "gpt-image-1.5")["gpt-image-1.5"]

    assert short.splitlines() == [
        "until 2026-12-01",
        "up to 16 pictures · mask · up to 10 results",
        "size: 1024x1024, 1536x1024, 1024x1536, auto",
        "quality: low, medium, high, auto",
        "1024x1024: low $0.009, medium $0.034, high $0.133",
        "1536x1024: low $0.013, medium $0.051, high $0.20",
    ]
    assert long.startswith(short)
    assert "fidelity: low, high" in long.splitlines()


def test_providers_that_differ() -> None:
    """A model that two providers take differently is listed twice, with their names; one that is the same, once."""
    names = listed(a_catalog("openai", "anyfast"))

    assert "gpt-image-2 · openai · used unless you choose another" in names
    assert "gpt-image-2 · anyfast · used unless you choose another" in names
    assert "flux-kontext-pro" in names


def test_many_models() -> None:
    """A longer list is cut where Discord would refuse it, and says how many are missing and how to see them."""
    names = ("gpt-image-2", *(f"**own**-{number}" for number in range(60)))
    own = {name: {"like": "gpt-image-2", "sizes": [f"{edge}x{edge}" for edge in range(512, 2048, 8)]} for name in names}
    catalog = Catalog(read_shelf([Provider("a", "", "", "openai", names)], own), "gpt-image-2")

    embed = model_list(catalog, None, DAY, "en-US")

    check_limits(embed)
    check_limits(model_list(catalog, "**own**-59", DAY, "en-US"))
    assert embed.footer.text == f"and {61 - len(embed.fields)} more: name one with the option model to see it"
    assert "**own" not in str(embed.fields[1].name)


def test_unknown() -> None:
    """A name that is not there is refused with those that are."""
    with pytest.raises(UnknownModel):
        model_list(a_catalog(), "dall-e-9", DAY, "en-US")
