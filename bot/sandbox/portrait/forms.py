"""Forms, as a client shows them over the conversation: a card with fields, filled in as a member did."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageOps

from bot.sandbox.discord_api.components import SELECTS, TEXT_INPUT
from bot.sandbox.discord_api.modal_forms import CHECKBOX, CHECKBOX_GROUP, FILE_UPLOAD, LABEL, RADIO_GROUP
from bot.sandbox.markup import read
from bot.sandbox.portrait.controls import draw_button, select_box
from bot.sandbox.portrait.heads import avatar
from bot.sandbox.portrait.ink import Ink
from bot.sandbox.portrait.pictures import opened_picture
from bot.sandbox.portrait.prose import prose
from bot.sandbox.portrait.shapes import (
    BRAND,
    EDGE,
    FAINT,
    FIELD,
    NAME,
    RULE,
    TEXT,
    WIDTH,
    Block,
    rounded,
    space,
    stacked,
)
from bot.sandbox.spoken import Attached, Button, Select, select_of

CARD_WIDTH, PADDING = 720, 36
ROOM = CARD_WIDTH - 2 * PADDING
GROUND, BACKDROP, FOOT = (54, 57, 63), (22, 23, 25), (43, 45, 49)
RED = (242, 63, 66)
THUMB = 84

Json = Mapping[str, Any]


def form(title: str, components: Sequence[Json], values: Mapping[str, object]) -> Block:
    """A modal; `values` by label or custom id: texts, what was chosen, pictures as paths or names with bytes."""
    parts = [_title(title), space(8)]
    for one in components:
        parts += _row(one, values)
    inside = stacked(parts)
    height = inside.height + 2 * 28 + 92

    def draw(canvas: Image.Image, x: int, y: int) -> None:
        canvas.paste(BACKDROP, (x, y, x + WIDTH, y + height + 72))
        left, top = x + (WIDTH - CARD_WIDTH) // 2, y + 36
        card = Image.new("RGB", (CARD_WIDTH, height), GROUND)
        card.paste(FOOT, (0, height - 92, CARD_WIDTH, height))
        canvas.paste(card, (left, top), rounded(card.size, 16))
        inside.draw(canvas, left + PADDING, top + 28)
        foot = top + height - 68
        draw_button(canvas, left + CARD_WIDTH - PADDING - 130, foot, 130, Button("Submit", 1, disabled=False))
        Ink(20, NAME).write(canvas, left + CARD_WIDTH - PADDING - 235, foot + 22, "Cancel")

    return Block(height + 72, draw)


def _title(title: str) -> Block:
    def draw(canvas: Image.Image, x: int, y: int) -> None:
        canvas.paste(avatar("Darkroom", True, 44), (x, y), rounded((44, 44), 22))
        Ink(28, NAME, bold=True).write(canvas, x + 60, y + 22, Ink(28, bold=True).fitted(title, ROOM - 120))
        pen = ImageDraw.Draw(canvas)
        right = x + ROOM
        for slope in (1, -1):
            pen.line((right - 18, y + 22 - 9 * slope, right, y + 22 + 9 * slope), fill=FAINT, width=3)

    return Block(54, draw)


def _row(one: Json, values: Mapping[str, object]) -> list[Block]:
    if one["type"] == LABEL:
        inner = one["component"]
        about = [prose(read(one["description"]), ROOM, 17, FAINT)] if one.get("description") else []
        return [space(18), _label(one["label"], inner), *about, space(6), _input(inner, _value(values, one, inner))]
    if one.get("content"):
        return [space(14), prose(read(one["content"]), ROOM, 20)]
    parts: list[Block] = []
    for inner in one.get("components") or ():
        shown = _input(inner, _value(values, inner, inner))
        parts += [space(18), _label(inner.get("label", ""), inner), space(6), shown]
    return parts


def _value(values: Mapping[str, object], labelled: Json, inner: Json) -> object:
    return values.get(inner["custom_id"], values.get(str(labelled.get("label"))))


def _label(text: str, inner: Json) -> Block:
    def draw(canvas: Image.Image, x: int, y: int) -> None:
        at = Ink(20, NAME, bold=True).write(canvas, x, y + 13, text)
        if inner.get("required", True) and inner["type"] != CHECKBOX:
            Ink(20, RED).write(canvas, at + 6, y + 13, "*")

    return Block(28, draw)


def _input(inner: Json, value: object) -> Block:
    if inner["type"] == TEXT_INPUT:
        return _text(inner, value)
    if inner["type"] == FILE_UPLOAD:
        return _upload(inner, value if isinstance(value, list | tuple) else [])
    if inner["type"] in SELECTS:
        return select_box(_chosen(select_of(inner), inner, value), ROOM)
    if inner["type"] in (RADIO_GROUP, CHECKBOX_GROUP):
        return stacked([_tick(option, value, round_one=inner["type"] == RADIO_GROUP) for option in inner["options"]])
    return _tick({"label": "", "value": "on"}, "on" if value else "", round_one=False)


def _text(inner: Json, value: object) -> Block:
    filled = str(value if value is not None else inner.get("value") or "")
    words = filled or str(inner.get("placeholder") or "")
    shown = prose(read(words.replace("\\", "\\\\")), ROOM - 36, 20, TEXT if filled else FAINT)
    height = max(52 if inner.get("style") == 1 else 112, shown.height + 28)

    def draw(canvas: Image.Image, x: int, y: int) -> None:
        _box(canvas, x, y, (ROOM, height))
        shown.draw(canvas, x + 18, y + 13)

    return Block(height, draw)


def _chosen(select: Select, inner: Json, value: object) -> Select:
    if value is None:
        return select
    wanted = [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]
    labels = {str(one["value"]): str(one["label"]) for one in inner.get("options") or ()}
    return Select(select.placeholder, tuple(labels.get(one, one) for one in wanted), disabled=False)


def _upload(inner: Json, value: Sequence[object]) -> Block:
    files = [_file(one) for one in value]
    if not files:
        most = inner.get("max_values") or 1
        words = "Drop a file here, or browse" if most == 1 else f"Drop up to {most} files here, or browse"
        return _dashed(words)
    return stacked([_uploaded(file) for file in files])


def _file(given: object) -> Attached:
    if isinstance(given, Path):
        return _file((given.name, given.read_bytes()))
    if not isinstance(given, tuple):
        raise TypeError(f"{given!r} is no file")
    name, content = given
    return Attached(name, len(content), None, None, "", content, "")


def _dashed(words: str) -> Block:
    def draw(canvas: Image.Image, x: int, y: int) -> None:
        pen = ImageDraw.Draw(canvas)
        pen.rounded_rectangle((x, y, x + ROOM, y + 64), 10, outline=RULE, width=2)
        for gap in range(x + 14, x + ROOM - 14, 22):
            pen.line((gap, y, gap + 8, y), fill=GROUND, width=3)
            pen.line((gap, y + 64, gap + 8, y + 64), fill=GROUND, width=3)
        ink = Ink(18, FAINT)
        ink.write(canvas, x + (ROOM - ink.width(words)) / 2, y + 32, words)

    return Block(66, draw)


def _uploaded(file: Attached) -> Block:
    picture = opened_picture(file, THUMB * 2)
    thumb = None if picture is None else ImageOps.fit(picture, (THUMB - 20, THUMB - 20))

    def draw(canvas: Image.Image, x: int, y: int) -> None:
        _box(canvas, x, y, (ROOM, THUMB))
        if thumb is not None:
            backed = Image.alpha_composite(Image.new("RGBA", thumb.size, (76, 79, 86, 255)), thumb)
            canvas.paste(backed.convert("RGB"), (x + 10, y + 10), rounded(thumb.size, 6))
        Ink(19, NAME).write(canvas, x + THUMB + 6, y + THUMB / 2, Ink(19).fitted(file.name, ROOM - THUMB - 60))

    return Block(THUMB + 8, draw)


def _tick(option: Json, value: object, *, round_one: bool) -> Block:
    wanted = value if isinstance(value, list | tuple) else [value]
    named = option["value"] in wanted or (option["label"] and option["label"] in wanted)
    on = named or (value is None and bool(option.get("default")))

    def draw(canvas: Image.Image, x: int, y: int) -> None:
        pen = ImageDraw.Draw(canvas)
        box, edge = (x, y + 9, x + 26, y + 35), BRAND if on else FAINT
        pen.rounded_rectangle(box, 13 if round_one else 6, outline=edge, width=2)
        if on and round_one:
            pen.ellipse((x + 7, y + 16, x + 19, y + 28), fill=BRAND)
        elif on:
            pen.line((x + 6, y + 22, x + 11, y + 28, x + 20, y + 15), fill=BRAND, width=4, joint="curve")
        Ink(20, TEXT).write(canvas, x + 40, y + 22, Ink(20).fitted(str(option["label"]), ROOM - 50))

    return Block(44, draw)


def _box(canvas: Image.Image, x: int, y: int, size: tuple[int, int]) -> None:
    canvas.paste(Image.new("RGB", size, EDGE), (x, y), rounded(size, 8))
    inner = (size[0] - 4, size[1] - 4)
    canvas.paste(Image.new("RGB", inner, FIELD), (x + 2, y + 2), rounded(inner, 7))
