"""`darkroom demo --story all`: each story is told to its end, and its transcript says what a reader should learn."""

import json
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image

from bot.sandbox.portrait import WIDTH
from bot.sandbox.stories import STORIES
from tests.chaos.bot_process import darkroom

pytestmark = pytest.mark.asyncio(loop_scope="module")

# What stands in the transcript, in this order.
WORDS: dict[str, tuple[str, ...]] = {
    "slash": ("> /edit prompt:", "image2: balloon.jpg", "only mira sees this", "done", "edit-1-v1-1.png"),
    "menu": ("Ben", "lake.png", "┌ Edit picture", "purple sunset", "edit-1-v1-1.png"),
    "reply": ("╭ Ben: Our weekend", "@Darkroom Turn the sky", "edit-1-v1-1.png", "let it snow", "edit-2-v2-1.png"),
    "mask": ("mask: sky-mask.png", "46", "edit-1-v1-1.png", "before and after"),
    "tray": ("used Add to tray", "1 of 16", "> /tray", "2 of 16", "┌ Edit picture", "edit-1-v1-1.png"),
    "picker": ("balloon.jpg", "> /edit", "[Go ahead]", "1. lake.png", "2. balloon.jpg", "edit-1-v1-1.png"),
    "workbench": ("edit-1-v1-1.png", "Let it snow", "edit-2-v2-1.png", "v3 from v1", "Back to v2"),
    "presets": ("used /preset starter", "used /preset list", "Cartoon style", "edit-1-v1-1.png"),
    "settings": ("> /settings", "[What shall be changed? ▾]", "Channels allowed", "#pictures, #gallery"),
    "private": ("private: True", "only mira sees this", "only mira sees this", "edit-1-v1-1.png"),
    "history": ("> /history", "Make it night", "[Show again ▾]", "edit-2-v1-1.png", "[Post here]"),
    "help": ("> /help", "Three ways"),
    "about": ("> /about", "Who sees your pictures", "What I keep"),
    "spoiler": ("SPOILER_lake.png", "spoiler", "SPOILER_edit-1-v1-1.png"),
    "refused": ("failed", "nothing charged", "safety system"),
    "welcome": ("Darkroom", "/help", "/settings"),
    "permission": ("Attach Files", "Ask someone", "Attach Files", "You can give me that"),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Where all stories were saved, and what was printed of each."""
    folder = tmp_path_factory.mktemp("stories")
    ended = await darkroom("demo", "--story", "all", "--out", str(folder), "--json", settings={}, folder=folder)
    assert ended.code == 0, ended
    printed = [json.loads(line) for line in ended.out.splitlines() if line.startswith("{")]
    return folder, {one["story"]: one for one in printed}


async def test_every_story_is_told(told: tuple[Path, dict[str, Any]]) -> None:
    """In the order of the register, and each is told of here."""
    _, printed = told

    assert list(printed) == list(STORIES) == list(WORDS)


@pytest.mark.parametrize("name", STORIES)
async def test_a_story_leaves_one_picture(told: tuple[Path, dict[str, Any]], name: str) -> None:
    """As wide as a page, with its transcript, which says what happened in its order; nothing is left loading."""
    folder, printed = told
    text = (folder / f"{name}.txt").read_text("utf-8")
    with Image.open(folder / f"{name}.png") as picture:
        size = picture.size

    assert (size[0], size[1] > 300) == (WIDTH, True)
    at = 0
    for words in WORDS[name]:
        assert words in text[at:], (words, text)
        at += text[at:].index(words) + len(words)
    assert "is thinking…" not in text
    assert "[Cancel]" not in text
    assert printed[name]["files"][-2:] == [str(folder / f"{name}.txt"), str(folder / f"{name}.png")]
