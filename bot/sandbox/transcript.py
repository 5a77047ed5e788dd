"""A channel or thread as text: who said what, with embeds, buttons and files, the way a person would see it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.sandbox.markup import NOBODY, Names, plain
from bot.sandbox.spoken import Attached, Control, Embed, Message, Select, Spoken, author_of, fetched, spoken

__all__ = ["NOBODY", "Message", "Names", "fetched", "saved", "spoken", "transcript", "weight"]

_INDENT = " " * 10
_LONGEST_ALT = 60


def saved(
    messages: Sequence[Message], files: Mapping[str, bytes], folder: Path, *, of_bots: bool = True
) -> tuple[Path, ...]:
    """Write the posted files into a folder under their own names; a name that is taken gets a number."""
    paths: list[Path] = []
    for message in messages:
        for file in spoken(message, files).files:
            if file.content is None or (of_bots and not author_of(message).get("bot")):
                continue
            folder.mkdir(parents=True, exist_ok=True)
            path = _free(folder, re.sub(r"[^\w.-]", "_", file.name).lstrip(".") or "file", paths)
            path.write_bytes(file.content)
            paths.append(path)
    return tuple(paths)


def transcript(
    messages: Sequence[Message],
    files: Mapping[str, bytes] | None = None,
    title: str = "",
    viewer: str = "mira",
    names: Names = NOBODY,
) -> str:
    """The messages as text, oldest first as given; private ones say that only the viewer sees them.

    `names` are people by id, for mentions that ping nobody: Discord's clients show their names all the same.
    """
    blocks = [f"{title}\n{'─' * max(24, len(title))}"] if title else []
    blocks += ["\n".join(_lines(spoken(message, files or {}, names), viewer)) for message in messages]
    return "\n\n".join(blocks) + "\n"


def command_text(name: str, options: Mapping[str, object]) -> str:
    """A slash command as it is typed."""
    return " ".join([f"> /{name}", *(f"{option}: {_filled(value)}" for option, value in options.items())]) + "\n"


def form_text(title: str, components: Sequence[Mapping[str, Any]], values: Mapping[str, object]) -> str:
    """A form and what was filled in, by label or custom id, line by line."""
    lines = [f"┌ {title}"]
    for label, custom_id in _fields(components):
        value = values.get(custom_id, values.get(label))
        lines.append(f"│ {label}: {_filled(value)}")
    return "\n".join([*lines, "└"]) + "\n"


def _fields(components: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for one in components:
        if one.get("component"):
            yield str(one["label"]), str(one["component"]["custom_id"])
        yield from ((str(each.get("label", "")), str(each["custom_id"])) for each in one.get("components") or ())


def _filled(value: object) -> str:
    if isinstance(value, list | tuple) and not _is_file(value):
        return ", ".join(_filled(one) for one in value)
    if isinstance(value, tuple):
        return str(value[0])
    return value.name if isinstance(value, Path) else "" if value is None else str(value)


def _is_file(value: object) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], bytes)


def weight(size: int) -> str:
    """A number of bytes for people."""
    if size < 1_000:
        return f"{size} B"
    return f"{size / 1_000:.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def _lines(said: Spoken, viewer: str) -> Iterator[str]:
    who = f"{said.author} [bot]" if said.bot else said.author
    yield f"{said.at:%H:%M:%S}  {who}" + (f"   (only {viewer} sees this)" if said.private else "")
    if said.above is not None:
        yield f"{_INDENT}╭ {said.above.text}"
    yield from _said(said, _INDENT)
    if said.thread is not None:
        yield f"{_INDENT}╰ thread: {said.thread}"


def _said(said: Spoken, indent: str) -> Iterator[str]:
    yield from (f"{indent}{line}".rstrip() for line in said.text.splitlines())
    if said.forwarded is not None:
        yield f"{indent}▸ forwarded"
        yield from _said(said.forwarded, f"{indent}  ")
    for embed in said.embeds:
        yield from (f"{indent}│ {line}" for line in _embed(embed, said.names))
    yield from (f"{indent}▪ {_described(file)}" for file in said.files)
    yield from (f"{indent}▪ sticker: {file.name}" for file in said.stickers)
    if labels := [_control(each) for row in said.rows for each in row]:
        yield indent + " ".join(labels)


def _embed(embed: Embed, names: Names) -> Iterator[str]:
    for part in (embed.author, embed.title, embed.text):
        yield from plain(part, names).splitlines()
    for name, value, _ in embed.fields:
        yield f"{plain(name, names)}: {plain(value, names)}"
    if embed.footer:
        yield embed.footer
    for picture in (embed.image, embed.thumbnail):
        if picture is not None:
            yield f"▪ {_described(picture)}"


def _described(file: Attached) -> str:
    pixels = f" · {file.width}x{file.height}" if file.width else ""
    size = f" · {file.size:,} bytes" if file.size else ""
    spoiler = " · spoiler" if file.spoiler else ""
    return f"{file.name}{pixels}{size}{spoiler}" + (f" · alt: {_short(file.alt)}" if file.alt else "")


def _control(each: Control) -> str:
    label = f"{', '.join(each.chosen) or each.placeholder} ▾" if isinstance(each, Select) else each.label
    return f"[{label}]" + (" (off)" if each.disabled else "")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_ALT else f"{line[: _LONGEST_ALT - 1]}…"


def _free(folder: Path, name: str, taken: Sequence[Path]) -> Path:
    stem, dot, ending = name.rpartition(".")
    path, number = folder / name, 2
    while path in taken:
        path, number = folder / (f"{stem}-{number}.{ending}" if dot and stem else f"{name}-{number}"), number + 1
    return path
