"""The picture of a conversation: what is in a message, a form or a command is in the picture too."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops

from bot.sandbox.portrait import WIDTH, Form, Section, Talk, Typed, composed
from bot.sandbox.portrait.heads import HEAD
from tests.sandbox.messages import BOT, LABELS, MIRA, attachment, message, picture

FILES = {"7": picture((640, 480)), "https://cdn.example/cat.png": picture((300, 300))}
CAT = {"url": "https://web.example/cat.png", "proxy_url": "https://cdn.example/cat.png", "width": 300, "height": 300}
PICTURE = attachment(7, "lake.png", FILES["7"], (640, 480))
SELECT = {"type": 3, "custom_id": "s", "placeholder": "Which", "options": [{"label": "One", "value": "1"}]}
CHOSEN = {**SELECT, "options": [{"label": "One", "value": "1", "default": True}]}
SNAPSHOT = message(MIRA, 1, "look", attachments=[PICTURE])

PLAIN: dict[str, Any] = {"content": "words"}
MORE: dict[str, dict[str, Any]] = {
    "a picture": {**PLAIN, "attachments": [PICTURE]},
    "a spoiler": {**PLAIN, "attachments": [{**PICTURE, "filename": "SPOILER_lake.png"}]},
    "a file": {**PLAIN, "attachments": [attachment(9, "notes.txt", b"x")]},
    "an embed": {**PLAIN, "embeds": [{"title": "t", "description": "d"}]},
    "an embed with a picture": {**PLAIN, "embeds": [{"title": "t", "description": "d", "image": CAT}]},
    "an embed with a thumbnail": {**PLAIN, "embeds": [{"title": "t", "description": "d", "thumbnail": CAT}]},
    "an embed with fields": {**PLAIN, "embeds": [{"title": "t", "fields": [{"name": "n", "value": "v"}] * 2}]},
    "fields beside each other": {
        **PLAIN,
        "embeds": [{"title": "t", "fields": [{"name": "n", "value": "v", "inline": True}] * 2}],
    },
    "a gallery": {**PLAIN, "components": [{"type": 12, "items": [{"media": CAT}]}]},
    "a menu": {**PLAIN, "components": [{"type": 1, "components": [SELECT]}]},
    "a menu with a choice": {**PLAIN, "components": [{"type": 1, "components": [CHOSEN]}]},
    "a button": {**PLAIN, "components": [{"type": 1, "components": [LABELS[0]]}]},
    "a button that is off": {**PLAIN, "components": [{"type": 1, "components": [{**LABELS[0], "disabled": True}]}]},
    "a sticker": {**PLAIN, "sticker_items": [{"id": "5", "name": "wave", "format_type": 1}]},
    "a forward": {"content": "", "message_snapshots": [{"message": SNAPSHOT}], "message_reference": {"type": 1}},
    "a thread": {**PLAIN, "thread": {"name": "more"}},
    "for one": {**PLAIN, "flags": 64},
    "a reply": {**PLAIN, "message_reference": {"type": 0}, "referenced_message": SNAPSHOT, "type": 19},
    "a system line": {**PLAIN, "type": 18},
    "bold": {"content": "**words**"},
    "hidden words": {"content": "||words||"},
}


def drawn(folder: Path, *sections: Section, files: Mapping[str, bytes] = FILES) -> Image.Image:
    """The sections as a picture."""
    with Image.open(composed(sections, files, folder / "drawn.png")) as opened:
        return opened.convert("RGB")


def differ(one: Image.Image, other: Image.Image) -> bool:
    """Whether two pictures are not the same."""
    return one.size != other.size or ImageChops.difference(one, other).getbbox() is not None


@pytest.mark.parametrize("more", MORE.values(), ids=list(MORE))
def test_everything_in_a_message_is_seen(tmp_path: Path, more: dict[str, Any]) -> None:
    """It looks different from its words alone, and from each other message."""
    seen = drawn(tmp_path, Talk("pictures", [message(BOT, 1, **more)]))
    others = [drawn(tmp_path, Talk("pictures", [message(BOT, 1, **one)])) for one in (PLAIN, *MORE.values())]

    assert sum(not differ(seen, other) for other in others) == 1


def test_what_was_not_fetched_is_named(tmp_path: Path) -> None:
    """A picture without its contents is a card with its name, and does not break the rest."""
    talk = Talk("pictures", [message(BOT, 1, **MORE["a picture"]), message(BOT, 2, **MORE["a gallery"])])

    assert drawn(tmp_path, talk, files={}).height > 200


FIELDS: list[dict[str, Any]] = [
    {"type": 18, "label": "Prompt", "description": "In words", "component": {"type": 4, "custom_id": "p", "style": 2}},
    {"type": 18, "label": "Files", "component": {"type": 19, "custom_id": "f", "max_values": 3}},
    {"type": 18, "label": "Menu", "component": {**SELECT, "custom_id": "m"}},
    {"type": 18, "label": "One of", "component": {"type": 21, "custom_id": "r", "options": SELECT["options"]}},
    {"type": 18, "label": "Yes", "component": {"type": 23, "custom_id": "c"}},
]
FILLED = [("Prompt", "snow"), ("f", [("a.png", FILES["7"])]), ("Menu", "1"), ("One of", "1"), ("c", True)]


@pytest.mark.parametrize(("name", "value"), FILLED)
def test_what_is_filled_in_is_seen_in_the_form(tmp_path: Path, name: str, value: object) -> None:
    """Each kind of field, by its label or custom id."""
    empty, filled = (drawn(tmp_path, Form("Edit", FIELDS, values)) for values in ({}, {name: value}))

    assert empty.width == WIDTH
    assert differ(empty, filled)


def test_a_command_is_seen_as_it_is_typed(tmp_path: Path) -> None:
    """Its options and the pictures that are attached; many options take more lines."""
    path = tmp_path / "lake.png"
    path.write_bytes(FILES["7"])
    bare, one, many = (
        drawn(tmp_path, Typed("pictures", "edit", options))
        for options in ({}, {"image": path}, {f"option{n}": "x" * 30 for n in range(9)})
    )

    assert bare.height < one.height
    assert bare.height < many.height


def test_a_place_is_named_once_until_another_comes(tmp_path: Path) -> None:
    """A form or a command between its messages does not name it again."""
    talk, other = Talk("pictures", [message(MIRA, 1, "x")]), Talk("@Darkroom", [message(MIRA, 1, "x")])
    alone, form = drawn(tmp_path, talk).height, drawn(tmp_path, Form("Edit", FIELDS)).height

    assert drawn(tmp_path, talk, talk).height == 2 * alone - HEAD
    assert drawn(tmp_path, talk, Form("Edit", FIELDS), talk).height == 2 * alone - HEAD + form
    assert drawn(tmp_path, talk, other).height == 2 * alone


def test_a_picture_is_readable_as_a_png(tmp_path: Path) -> None:
    """Nothing to show is a picture all the same."""
    path = composed([], {}, tmp_path / "deep" / "none.png")

    assert Image.open(BytesIO(path.read_bytes())).size == (WIDTH, 1)
