"""`/help` and `/about`, through the front door: everybody is answered, and managers are told what is theirs."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.chat.views.about import WAYS, about_embed, help_embed
from bot.domain.imprint import Imprint, Seer
from bot.domain.request import HouseRules
from bot.words.language import languages
from tests.chat.scene import a_scene

LIMIT = 6000  # characters of an embed, all in all


def fields(message: dict[str, Any]) -> dict[str, str]:
    """The parts of the answer by their headings."""
    [embed] = message["embeds"]
    return {field["name"]: field["value"] for field in embed.get("fields", ())}


@pytest.mark.parametrize("where", ["pictures", "dm"])
async def test_help(tmp_path: Path, where: str) -> None:
    """A member sees the three ways in words and as a picture with an alternative text; in a server alone."""
    async with a_scene(tmp_path) as scene, scene.member(channel=where) as mira:
        answer = (await mira.slash("help", wait="answer")).private

        assert answer is not None
        [embed], [file] = answer["embeds"], answer["attachments"]
        assert [line[:5] for line in embed["description"].splitlines()] == ["**1**", "**2**", "**3**"]
        assert "three panels" in file["description"].casefold()
        assert await mira.download(file["url"]) == WAYS.read_bytes()
        assert list(fields(answer)) == ["Good to know"]
        assert bool(answer["flags"] & 64) is (where == "pictures")


@pytest.mark.parametrize(("name", "managing"), [("otto", True), ("mira", False)])
async def test_help_for_those_who_manage(tmp_path: Path, name: str, managing: bool) -> None:
    """The owner is told of /settings, and a member is not."""
    async with a_scene(tmp_path) as scene, scene.member(name) as member:
        answer = (await member.slash("help", wait="answer")).private

    assert answer is not None
    assert ("You manage this server" in fields(answer)) is managing


async def test_help_where_the_bot_does_not_work(tmp_path: Path) -> None:
    """Where the operator takes no edits, what the bot is and keeps can be asked all the same."""
    async with a_scene(tmp_path, rules=HouseRules(frozenset({1}))) as scene, scene.member() as mira:
        for command in ("help", "about"):
            answer = (await mira.slash(command, wait="answer")).private
            assert answer is not None
            assert answer["embeds"]


async def test_about(tmp_path: Path) -> None:
    """Who sees the pictures, what is kept and who runs the bot are said as the house has them."""
    imprint = Imprint("1.2.3", 7, "https://example.org/p", None, "otto@example.org", (Seer("api.example", ("m",)),))
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        scene.client.desk = replace(scene.client.desk, imprint=imprint)
        answer = (await mira.slash("about", wait="answer")).private

    assert answer is not None
    told = fields(answer)
    assert "api.example" in told["Who sees your pictures"]
    assert "7 days" in told["What I keep"]
    assert told["Who runs me"] == "otto@example.org\n[Privacy](https://example.org/p)"


@pytest.mark.parametrize("locale", languages())
def test_limits(locale: str) -> None:
    """In no language is an answer longer than Discord takes."""
    link = f"https://example.org/{'x' * 380}"
    longest = Imprint("1", 3650, link, link, "x" * 200, tuple(Seer("h" * 60, ("m" * 60,) * 9) for _ in range(50)))

    for embed in (about_embed(longest, locale), help_embed(locale, manages=True)):
        assert len(embed) <= LIMIT
        assert all(len(field.value or "") <= 1024 and len(field.name or "") <= 256 for field in embed.fields)
        assert len(embed.title or "") <= 256


def test_the_picture() -> None:
    """The picture comes with the bot, is as wide as it was drawn, and light enough for every server."""
    with Image.open(WAYS) as picture:
        assert (picture.format, picture.width) == ("PNG", 1200)
    assert WAYS.stat().st_size < 512 * 1024
