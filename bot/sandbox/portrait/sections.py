"""The whole picture: conversations and forms below one another, as one person sees them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image

from bot.sandbox.markup import NOBODY, Names
from bot.sandbox.portrait.forms import form
from bot.sandbox.portrait.heads import title_bar
from bot.sandbox.portrait.messages import conversation
from bot.sandbox.portrait.shapes import GROUND, WIDTH, Block, space
from bot.sandbox.portrait.typed import typed_command
from bot.sandbox.spoken import Message, spoken


@dataclass(frozen=True, slots=True)
class Talk:
    """Messages of one place, oldest first, under its name: "pictures", "pictures › a thread" or "@Darkroom"."""

    title: str
    messages: Sequence[Message]


@dataclass(frozen=True, slots=True)
class Form:
    """A form and what was filled in, by label or custom id."""

    title: str
    components: Sequence[Mapping[str, Any]]
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Typed:
    """A slash command with its options, as it is before it is sent, in the place of that title; files are paths."""

    title: str
    name: str
    options: Mapping[str, object]


Section = Talk | Form | Typed


def portrait(
    messages: Sequence[Message],
    files: Mapping[str, bytes],
    title: str,
    path: Path,
    names: Names = NOBODY,
) -> Path:
    """Draw the messages, oldest first, into a PNG of WIDTH pixels; `files` as from `spoken.fetched`."""
    return composed([Talk(title, messages)], files, path, names)


def composed(
    sections: Sequence[Section],
    files: Mapping[str, bytes],
    path: Path,
    names: Names = NOBODY,
) -> Path:
    """Draw sections below one another into a PNG of WIDTH pixels, as one who sees all of it does."""
    blocks: list[Block] = []
    place: str | None = None
    for section in sections:
        if not isinstance(section, Form) and section.title != place:
            place = section.title
            blocks.append(title_bar(place))
        blocks += _blocks(section, files, names)
    canvas = Image.new("RGB", (WIDTH, max(1, sum(block.height for block in blocks))), GROUND)
    y = 0
    for block in blocks:
        block.draw(canvas, 0, y)
        y += block.height
    path.parent.mkdir(parents=True, exist_ok=True)
    canvas.save(path, "PNG", compress_level=6)
    return path


def _blocks(section: Section, files: Mapping[str, bytes], names: Names) -> list[Block]:
    if isinstance(section, Form):
        return [form(section.title, section.components, section.values)]
    if isinstance(section, Typed):
        return [typed_command(section.name, section.options)]
    said = [spoken(message, files, names) for message in section.messages]
    now = max((one.at for one in said), default=datetime.fromtimestamp(0, UTC))
    return [*conversation(said, now), space(28)]
