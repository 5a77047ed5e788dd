"""Registering commands: what Discord accepts, and how often the bot asked."""

from typing import Any

import pytest

from bot.sandbox.discord_api import furnish
from tests.sandbox.discord.stand import Json, Stand

TEXT = {"type": 3, "name": "t", "description": "d"}


def slash(**changes: Any) -> Json:
    """A correct slash command with something changed."""
    return {"name": "edit", "description": "d", **changes}


def option(**changes: Any) -> list[Json]:
    """A slash command with one option, something in it changed."""
    return [slash(options=[{**TEXT, **changes}])]


WRONG: list[tuple[str, list[Json]]] = [
    ("an upper-case name", [slash(name="Edit")]),
    ("a name with a space", [slash(name="e t")]),
    ("a long name", [slash(name="e" * 33)]),
    ("no description", [slash(description="")]),
    ("a long description", [slash(description="d" * 101)]),
    ("26 options", [slash(options=[{**TEXT, "name": f"t{n}"} for n in range(26)])]),
    ("required last", [slash(options=[TEXT, {**TEXT, "name": "u", "required": True}])]),
    ("an option twice", [slash(options=[TEXT, TEXT])]),
    ("26 choices", option(choices=[{"name": str(n), "value": str(n)} for n in range(26)])),
    ("a choice of another type", option(choices=[{"name": "n", "value": 1}])),
    ("choices of a file", option(type=11, choices=[{"name": "n", "value": "n"}])),
    ("a length of 6001", option(max_length=6001)),
    ("an unknown type", option(type=12)),
    ("more than 8000 characters", option(choices=[{"name": "n" * 100, "value": "v" * 100}] * 25) * 1),
    ("the same name twice", [slash(), slash()]),
    ("101 slash commands", [slash(name=f"e{n}") for n in range(101)]),
    ("16 message commands", [{"name": f"E {n}", "type": 3} for n in range(16)]),
    ("a described message command", [{"name": "E", "type": 3, "description": "d"}]),
    ("a language that there is not", [slash(name_localizations={"es": "editar"})]),
    ("a translated name with a space", [slash(name_localizations={"de": "bild ändern"})]),
    ("a translated name in capitals", option(name_localizations={"de": "Text"})),
    ("a long translated name", [slash(name_localizations={"de": "e" * 33})]),
    ("a long translated description", option(description_localizations={"fr": "d" * 101})),
    (
        "a long translated choice",
        option(choices=[{"name": "n", "value": "n", "name_localizations": {"de": "n" * 101}}]),
    ),
    ("one translation for two commands", [slash(), slash(name="view", name_localizations={"de": "edit"})]),
    (
        "one translation for two options",
        [slash(options=[TEXT, {**TEXT, "name": "u", "name_localizations": {"de": "t"}}])],
    ),
]
LARGE = slash(
    options=[
        {
            **TEXT,
            "name": f"t{n}",
            "choices": [{"name": f"{m}" + "n" * 90, "value": f"{m}" + "v" * 90} for m in range(25)],
        }
        for n in range(2)
    ]
)


def path(stand: Stand, guild: int | None = None) -> str:
    """Where the commands are."""
    within = "" if guild is None else f"/guilds/{guild}"
    return f"/applications/{stand.application_id}{within}/commands"


@pytest.mark.parametrize(
    "commands",
    [one[1] for one in WRONG if one[0] != "more than 8000 characters"] + [[LARGE]],
    ids=[one[0] for one in WRONG if one[0] != "more than 8000 characters"] + ["more than 8000 characters"],
)
async def test_a_wrong_command_is_a_form_error_and_changes_nothing(stand: Stand, commands: list[Json]) -> None:
    """50035, and what was registered before stays."""
    await stand.call("PUT", path(stand), [slash(name="kept")])

    reply = await stand.call("PUT", path(stand), commands)

    assert (reply.status, reply.code) == (400, 50035)
    assert [one["name"] for one in (await stand.call("GET", path(stand))).body] == ["kept"]


async def test_a_put_replaces_everything_and_keeps_what_is_the_same(stand: Stand) -> None:
    """A command of the same name keeps its id, and its version only if nothing changed; puts are counted."""
    first = (await stand.call("PUT", path(stand), [slash(), slash(name="gone")])).body
    second = (await stand.call("PUT", path(stand), [slash(), {"name": "Edit picture", "type": 3}])).body
    third = (await stand.call("PUT", path(stand), [slash(description="new")])).body

    assert [one["name"] for one in second] == ["edit", "Edit picture"]
    assert (second[0]["id"], second[0]["version"]) == (first[0]["id"], first[0]["version"])
    assert (third[0]["id"], third[0]["version"] == first[0]["version"]) == (first[0]["id"], False)
    assert stand.server.command_puts == 3


async def test_one_command_can_be_added_changed_read_and_removed(stand: Stand) -> None:
    """POST is 201 for a new name and 200 for a known one; afterwards it is unknown."""
    created, again = [await stand.call("POST", path(stand), slash()) for _ in range(2)]
    one = f"{path(stand)}/{created.body['id']}"

    changed = await stand.call("PATCH", one, {"description": "new"})
    read = await stand.call("GET", one)
    removed = await stand.call("DELETE", one)

    assert (created.status, again.status, again.body["id"]) == (201, 200, created.body["id"])
    assert (changed.body["description"], read.body["description"], removed.status) == ("new", "new", 204)
    assert (await stand.call("GET", one)).code == 10063


async def test_localizations_are_read_only_when_asked_for(stand: Stand) -> None:
    """As Discord does, and the guild's commands are apart from the global ones."""
    localized = slash(name_localizations={"de": "bearbeiten"})
    await stand.call("PUT", path(stand, furnish.GUILD), [localized])

    plain = (await stand.call("GET", path(stand, furnish.GUILD))).body
    full = (await stand.call("GET", path(stand, furnish.GUILD) + "?with_localizations=true")).body

    assert "name_localizations" not in plain[0]
    assert full[0]["name_localizations"] == {"de": "bearbeiten"}
    assert (await stand.call("GET", path(stand))).body == []


@pytest.mark.parametrize(("where", "code"), [("/applications/7/commands", 10002), ("guild", 50001)])
async def test_another_application_and_a_foreign_guild_are_refused(stand: Stand, where: str, code: int) -> None:
    """A bot registers only for itself and where it is."""
    asked = path(stand, furnish.OTHER_GUILD) if where == "guild" else where

    assert (await stand.call("GET", asked)).code == code


GERMAN = slash(
    name_localizations={"de": "bearbeiten", "es-ES": "editar", "hi": "बदलें", "zh-CN": "编辑"},
    description_localizations={"de": "Ein Bild ändern"},
    options=[
        {
            **TEXT,
            "name_localizations": {"de": "größe"},
            "choices": [{"name": "Small", "value": "s", "name_localizations": {"de": "Klein"}}],
        }
    ],
)


@pytest.mark.parametrize(
    ("locale", "name", "option_name", "choice"),
    [
        ("de", "bearbeiten", "größe", "Klein"),
        ("es-419", "editar", "t", "Small"),
        ("hi", "बदलें", "t", "Small"),
        ("fr", "edit", "t", "Small"),
    ],
)
async def test_a_member_is_shown_commands_in_their_language(
    stand: Stand, locale: str, name: str, option_name: str, choice: str
) -> None:
    """In the default where there is no translation, nor one of a language that Discord takes instead."""
    await stand.call("PUT", path(stand), [GERMAN])
    async with stand.member() as mira:
        await mira.lever("members", {"name": "mira", "locale": locale})
        [shown] = await mira.commands()

    [only] = shown["options"]
    assert (shown["name"], only["name"], only["choices"]) == (name, option_name, [choice])
    assert (shown["description"] == "Ein Bild ändern") is (locale == "de")


@pytest.mark.parametrize(("name", "options"), [("edit", {"t": "s"}), ("bearbeiten", {"größe": "Klein"})])
async def test_the_bot_hears_the_name_that_it_gave(stand: Stand, name: str, options: dict[str, str]) -> None:
    """A member may use either name, and choices by what they are called; what is sent is the same."""
    await stand.call("PUT", path(stand), [GERMAN])
    async with stand.bot() as socket, stand.member(timeout_s=0.1) as mira:
        with pytest.raises(TimeoutError):
            await mira.slash(name, options)
        heard = await socket.until("INTERACTION_CREATE")

    assert heard["data"]["name"] == "edit"
    assert heard["data"]["options"] == [{"type": 3, "name": "t", "value": "s"}]
