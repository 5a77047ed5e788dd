"""The commands as Discord gets them."""

from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest
from discord.http import Route

from bot.chat.client import DarkroomClient
from bot.chat.doors import COGS
from bot.sandbox.clock import Clock

SUBCOMMAND, STRING, INTEGER, BOOLEAN, MENTIONABLE, ATTACHMENT = 1, 3, 4, 5, 9, 11
MANAGE_GUILD = 1 << 5


async def nothing(key: str) -> str | None:
    """Remembers nothing."""
    return None


async def forget(key: str, value: str) -> None:
    """Keeps nothing."""


async def uncounted(at: float) -> None:
    """Counts nothing."""


async def none_yet(since: float) -> tuple[float, ...]:
    """Nothing was counted."""
    return ()


@pytest.fixture
async def payload() -> AsyncIterator[dict[str, dict[str, Any]]]:
    """Every command by its name."""
    async with DarkroomClient(
        clock=Clock(), recall=nothing, remember=forget, identified=uncounted, identifies=none_yet
    ) as client:
        for name in COGS:
            await client.load_extension(name)
        yield {command.name: command.to_dict(client.tree) for command in client.tree.get_commands()}


def characters(command: dict[str, Any]) -> int:
    """What Discord counts towards its limit of a whole command."""
    texts = [command["name"], command.get("description", "")]
    texts += [str(text) for choice in command.get("choices", ()) for text in choice.values()]
    return len("".join(texts)) + sum(characters(option) for option in command.get("options", ()))


def check(command: dict[str, Any]) -> None:
    """Hold a command or option, and what is below it, against Discord's limits."""
    options = command.get("options", ())
    required = [option.get("required", False) for option in options]
    assert len(options) <= 25
    assert required == sorted(required, reverse=True)
    assert len(command.get("choices", ())) <= 25
    for option in options:
        assert 1 <= len(option["name"]) <= 32
        assert 1 <= len(option["description"]) <= 100
        check(option)


async def test_names(payload: dict[str, dict[str, Any]]) -> None:
    """The commands are those that documents and scripts name."""
    assert {(name, command["type"]) for name, command in payload.items()} == {
        ("edit", 1),
        ("Add to tray", 3),
        ("Edit picture", 3),
        ("about", 1),
        ("help", 1),
        ("history", 1),
        ("models", 1),
        ("pause", 1),
        ("preset", 1),
        ("privacy", 1),
        ("quota", 1),
        ("quota-admin", 1),
        ("resume", 1),
        ("settings", 1),
        ("tray", 1),
    }


async def test_options_of_edit(payload: dict[str, dict[str, Any]]) -> None:
    """`/edit` takes a prompt, up to ten pictures, a mask and what the card lists: as many options as Discord takes."""
    options = {option["name"]: option for option in payload["edit"]["options"]}

    pictures = ["image", *(f"image{number}" for number in range(2, 11))]
    assert list(options) == [
        "prompt", *pictures, "mask", "model", "size", "quality", "n", "background", "format",
        "fidelity", "compression", "previews", "stream", "lock", "feather", "private",
    ]  # fmt: skip
    assert len(options) == 25
    assert [name for name, option in options.items() if option["required"]] == ["prompt"]
    assert {options[name]["type"] for name in (*pictures, "mask")} == {ATTACHMENT}
    ranges = {name: (one["min_value"], one["max_value"]) for name, one in options.items() if one["type"] == INTEGER}
    assert ranges == {"n": (1, 10), "compression": (0, 100), "previews": (0, 3), "feather": (0, 200)}
    assert {options[name]["type"] for name in ("stream", "lock", "private")} == {BOOLEAN}
    completed = {name for name, option in options.items() if option.get("autocomplete")}
    assert completed == {"prompt", "model", "size", "quality", "background", "format", "fidelity"}


async def test_options_of_set(payload: dict[str, dict[str, Any]]) -> None:
    """A limit is for a member or a role in one option, of six things, in four kinds of time."""
    below = {option["name"]: option for option in payload["quota-admin"]["options"]}
    options = {option["name"]: option for option in below["set"]["options"]}

    assert set(below) == {"show", "set", "grant", "reset", "block", "unblock", "report", "zone", "log"}
    assert {option["type"] for option in below.values()} == {SUBCOMMAND}
    assert options["whom"]["type"] == MENTIONABLE
    choices = {name: [one["value"] for one in options[name]["choices"]] for name in ("what", "per")}
    assert choices == {
        "what": ["images", "money", "models", "sizes", "qualities", "n"],
        "per": ["day", "week", "month", "hours"],
    }


async def test_limits(payload: dict[str, dict[str, Any]]) -> None:
    """Discord takes every command: lengths of names and descriptions, number of options, and all of it together."""
    for command in payload.values():
        assert characters(command) <= 8000
        check(command)


async def test_where(payload: dict[str, dict[str, Any]]) -> None:
    """Commands are for servers and direct messages with the bot, limits for servers; only servers install them."""
    for name, command in payload.items():
        assert command["contexts"] == ([0] if name in ("preset", "quota-admin", "settings") else [0, 1])
        assert command["integration_types"] == [0]


async def test_who(payload: dict[str, dict[str, Any]]) -> None:
    """What admins decide is in their menu only, as long as they do not say otherwise; the rest is in everybody's."""
    shown_to = {name: command["default_member_permissions"] for name, command in payload.items()}

    assert {name for name, rights in shown_to.items() if rights is not None} == {
        "quota-admin",
        "pause",
        "resume",
        "settings",
    }
    assert {rights for rights in shown_to.values() if rights is not None} == {MANAGE_GUILD}


async def test_user_install() -> None:
    """With the setting, members can install the bot, too."""
    client = DarkroomClient(
        clock=Clock(), recall=nothing, remember=forget, identified=uncounted, identifies=none_yet, user_install=True
    )
    async with client:
        await client.load_extension("cogs.quota")
        [command] = client.tree.get_commands()

        assert command.to_dict(client.tree)["integration_types"] == [0, 1]


async def test_elsewhere_by_default() -> None:
    """Without settings discord.py talks to Discord."""
    base = Route.BASE
    DarkroomClient(clock=Clock(), recall=nothing, remember=forget, identified=uncounted, identifies=none_yet)

    assert base == Route.BASE
    assert discord.http.Route("GET", "/x").url.startswith(base)


async def test_options_of_preset(payload: dict[str, dict[str, Any]]) -> None:
    """A preset has a name, a prompt and what it is about; its name is suggested where one is taken away."""
    below = {option["name"]: option for option in payload["preset"]["options"]}
    options = {option["name"]: option for option in below["add"]["options"]}

    assert set(below) == {"add", "remove", "list", "starter"}
    assert list(options) == ["name", "prompt", "model", "size", "quality", "background", "format"]
    assert [options[name]["max_length"] for name in ("name", "prompt")] == [40, 4000]
    assert {name for name, option in options.items() if option.get("autocomplete")} == set(options) - {"name", "prompt"}
    assert below["remove"]["options"][0]["autocomplete"]
