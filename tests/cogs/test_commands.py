"""The commands as Discord gets them."""

from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest
from discord.http import Route

from bot.chat.client import COGS, DarkroomClient
from bot.sandbox.clock import Clock

STRING, INTEGER, BOOLEAN, ATTACHMENT = 3, 4, 5, 11


async def nothing(key: str) -> str | None:
    """Remembers nothing."""
    return None


async def forget(key: str, value: str) -> None:
    """Keeps nothing."""


@pytest.fixture
async def payload() -> AsyncIterator[dict[str, dict[str, Any]]]:
    """Every command by its name."""
    async with DarkroomClient(clock=Clock(), recall=nothing, remember=forget) as client:
        for name in COGS:
            await client.load_extension(name)
        yield {command.name: command.to_dict(client.tree) for command in client.tree.get_commands()}


def characters(command: dict[str, Any]) -> int:
    """What Discord counts towards its limit of a whole command."""
    texts = [command["name"], command.get("description", "")]
    return len("".join(texts)) + sum(characters(option) for option in command.get("options", ()))


async def test_names(payload: dict[str, dict[str, Any]]) -> None:
    """The commands are those that documents and scripts name."""
    assert {(name, command["type"]) for name, command in payload.items()} == {
        ("edit", 1),
        ("Edit picture", 3),
        ("models", 1),
        ("quota", 1),
    }


async def test_options_of_edit(payload: dict[str, dict[str, Any]]) -> None:
    """`/edit` takes a prompt and a picture, then up to nine more, a mask and what the card lists."""
    options = {option["name"]: option for option in payload["edit"]["options"]}

    pictures = ["image", *(f"image{number}" for number in range(2, 11))]
    assert list(options) == [
        "prompt", *pictures, "mask", "model", "size", "quality", "n", "background", "format",
        "fidelity", "compression", "previews", "stream", "lock", "feather",
    ]  # fmt: skip
    assert len(options) == 24
    assert [name for name, option in options.items() if option["required"]] == ["prompt", "image"]
    assert {options[name]["type"] for name in (*pictures, "mask")} == {ATTACHMENT}
    ranges = {name: (one["min_value"], one["max_value"]) for name, one in options.items() if one["type"] == INTEGER}
    assert ranges == {"n": (1, 10), "compression": (0, 100), "previews": (0, 3), "feather": (0, 200)}
    assert {options[name]["type"] for name in ("stream", "lock")} == {BOOLEAN}
    completed = {name for name, option in options.items() if option.get("autocomplete")}
    assert completed == {"model", "size", "quality", "background", "format", "fidelity"}


async def test_limits(payload: dict[str, dict[str, Any]]) -> None:
    """Discord takes every command: lengths of names and descriptions, number of options, and all of it together."""
    for command in payload.values():
        assert characters(command) <= 8000
        assert len(command.get("options", ())) <= 25
        for option in command.get("options", ()):
            assert 1 <= len(option["name"]) <= 32
            assert 1 <= len(option["description"]) <= 100


async def test_where(payload: dict[str, dict[str, Any]]) -> None:
    """Commands are for servers and direct messages with the bot, and installed by servers only."""
    for command in payload.values():
        assert command["contexts"] == [0, 1]
        assert command["integration_types"] == [0]


async def test_user_install() -> None:
    """With the setting, members can install the bot, too."""
    client = DarkroomClient(clock=Clock(), recall=nothing, remember=forget, user_install=True)
    async with client:
        await client.load_extension("cogs.quota")
        [command] = client.tree.get_commands()

        assert command.to_dict(client.tree)["integration_types"] == [0, 1]


async def test_elsewhere_by_default() -> None:
    """Without settings discord.py talks to Discord."""
    base = Route.BASE
    DarkroomClient(clock=Clock(), recall=nothing, remember=forget)

    assert base == Route.BASE
    assert discord.http.Route("GET", "/x").url.startswith(base)
