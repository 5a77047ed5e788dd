"""A channel or thread as text: who said what, with embeds, buttons and files, the way a person would see it."""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Message = Mapping[str, Any]
Names = Mapping[str, str]
NOBODY: Names = {}

_EPHEMERAL, _LOADING = 64, 128
_ROW, _BUTTON, _SELECTS, _TEXT = 1, 2, (3, 5, 6, 7, 8), 10
_ACTS = {2: "used a command", 3: "pressed a button", 5: "sent a form"}  # by the interaction's type
_INDENT = " " * 10
_LONGEST_ALT = 60


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of a message; width and height are None for what is no picture, `content` where it was not fetched.

    `alt` is what the bot says of it to whoever cannot see it.
    """

    name: str
    size: int
    width: int | None
    height: int | None
    url: str
    content: bytes | None
    alt: str


@dataclass(frozen=True, slots=True)
class Button:
    """A button: style 1 to 5 as Discord counts them."""

    label: str
    style: int
    disabled: bool


@dataclass(frozen=True, slots=True)
class Spoken:
    """One message as it is seen: text with names in place of ids, and everything that hangs on it."""

    author: str
    bot: bool
    at: datetime
    text: str
    replies_to: str | None
    embeds: tuple[tuple[str, ...], ...]
    files: tuple[Attached, ...]
    buttons: tuple[Button, ...]
    thread: str | None
    private: bool


async def fetched(messages: Sequence[Message], download: Callable[[str], Awaitable[bytes]]) -> dict[str, bytes]:
    """The contents of every file of these messages, by the id of the attachment."""
    return {
        str(each["id"]): await download(each["url"]) for message in messages for each in message.get("attachments", ())
    }


def saved(
    messages: Sequence[Message], files: Mapping[str, bytes], folder: Path, *, of_bots: bool = True
) -> tuple[Path, ...]:
    """Write the posted files into a folder under their own names; a name that is taken gets a number."""
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for message in messages:
        for file in spoken(message, files).files:
            if file.content is None or (of_bots and not _author(message).get("bot")):
                continue
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


def spoken(message: Message, files: Mapping[str, bytes] | None = None, names: Names = NOBODY) -> Spoken:
    """Read one message object of Discord's. `files` holds contents by attachment id or by file name."""
    flags = int(message.get("flags") or 0)
    text = _named(str(message.get("content") or ""), message, names)
    components = tuple(_flat(message.get("components") or ()))
    text = "\n".join(filter(None, [text, *(each["content"] for each in components if each["type"] == _TEXT)]))
    thread = message.get("thread") or {}
    return Spoken(
        author=_name(_author(message)),
        bot=bool(_author(message).get("bot")),
        at=_time(message.get("timestamp")),
        text=f"{_name(_author(message))} is thinking…" if flags & _LOADING and not text else text,
        replies_to=_used(message) or _quoted(message, names),
        embeds=tuple(tuple(_embed(each, message, names)) for each in message.get("embeds") or ()),
        files=tuple(_attached(each, files or {}) for each in message.get("attachments") or ()),
        buttons=tuple(_button(each) for each in components if each["type"] in (_BUTTON, *_SELECTS)),
        thread=thread.get("name"),
        private=bool(flags & _EPHEMERAL),
    )


def weight(size: int) -> str:
    """A number of bytes for people."""
    if size < 1_000:
        return f"{size} B"
    return f"{size / 1_000:.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def _lines(said: Spoken, viewer: str) -> Iterator[str]:
    who = f"{said.author} [bot]" if said.bot else said.author
    yield f"{said.at:%H:%M:%S}  {who}" + (f"   (only {viewer} sees this)" if said.private else "")
    if said.replies_to is not None:
        yield f"{_INDENT}╭ {said.replies_to}"
    yield from (f"{_INDENT}{line.removeprefix('-# ')}".rstrip() for line in said.text.splitlines())
    for embed in said.embeds:
        yield from (f"{_INDENT}│ {line}" for line in embed)
    for file in said.files:
        pixels = f" · {file.width}x{file.height}" if file.width else ""
        yield f"{_INDENT}▪ {file.name}{pixels} · {file.size:,} bytes" + (
            f" · alt: {_short(file.alt)}" if file.alt else ""
        )
    if said.buttons:
        labels = (f"[{each.label}]" + (" (off)" if each.disabled else "") for each in said.buttons)
        yield _INDENT + " ".join(labels)
    if said.thread is not None:
        yield f"{_INDENT}╰ thread: {said.thread}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_ALT else f"{line[: _LONGEST_ALT - 1]}…"


def _author(message: Message) -> Mapping[str, Any]:
    author: Mapping[str, Any] = message.get("author") or {}
    return author


def _name(user: Mapping[str, Any]) -> str:
    return str(user.get("global_name") or user.get("username") or "somebody")


def _time(stamp: object) -> datetime:
    if not isinstance(stamp, str):
        return datetime.fromtimestamp(0, UTC)
    return datetime.fromisoformat(stamp).astimezone(UTC)


def _named(text: str, message: Message, names: Names) -> str:
    """Mentions by name, times as times and jump links as words; the marks of bold and code left out."""
    known = {**names, **{str(user["id"]): _name(user) for user in message.get("mentions") or ()}}
    text = re.sub(r"<@!?(\d+)>", lambda found: f"@{known.get(found[1], found[1])}", text)
    text = re.sub(r"<t:(\d+)(?::\w)?>", lambda found: f"{datetime.fromtimestamp(int(found[1]), UTC):%H:%M} UTC", text)
    text = re.sub(r"</([\w ]+):\d+>", r"/\1", text)
    text = re.sub(r"\[([^\]]+)\]\(<?https?://\S+?>?\)", r"\1", text)
    text = re.sub(r"https://discord\.com/channels/\S+/\d+\b", "(link to the message)", text)
    return re.sub(r"\*\*|__|`|~~|\|\|", "", text)


def _used(message: Message) -> str | None:
    used = message.get("interaction_metadata") or {}
    return f"{_name(used['user'])} {_ACTS[used['type']]}" if used.get("type") in _ACTS else None


def _quoted(message: Message, names: Names) -> str | None:
    if (message.get("message_reference") or {}).get("type", 0) != 0 or not message.get("message_reference"):
        return None
    original = message.get("referenced_message")
    if not original:
        return "a message that is gone"
    words = " ".join(_named(str(original.get("content") or ""), original, names).split())
    count = len(original.get("attachments") or ())
    files = f"{count} file{'s' if count > 1 else ''}" if count else ""
    return f"{_name(_author(original))}: {words[:80] or files or '…'}"


def _embed(embed: Mapping[str, Any], message: Message, names: Names) -> Iterator[str]:
    for part in (embed.get("title"), embed.get("description")):
        yield from _named(str(part or ""), message, names).splitlines()
    for field in embed.get("fields") or ():
        yield f"{field['name']}: {_named(str(field['value']), message, names)}"
    if footer := (embed.get("footer") or {}).get("text"):
        yield str(footer)


def _flat(components: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for each in components:
        yield each
        yield from _flat(each.get("components") or ())


def _button(each: Mapping[str, Any]) -> Button:
    emoji = (each.get("emoji") or {}).get("name") or ""
    label = str(each.get("label") or each.get("placeholder") or "")
    return Button(f"{emoji} {label}".strip() or "…", int(each.get("style") or 2), bool(each.get("disabled")))


def _attached(each: Mapping[str, Any], files: Mapping[str, bytes]) -> Attached:
    content = files.get(str(each.get("id")), files.get(str(each["filename"])))
    return Attached(
        name=str(each["filename"]),
        size=int(each["size"]),
        width=each.get("width"),
        height=each.get("height"),
        url=str(each["url"]),
        content=content,
        alt=str(each.get("description") or ""),
    )


def _free(folder: Path, name: str, taken: Sequence[Path]) -> Path:
    stem, dot, ending = name.rpartition(".")
    path, number = folder / name, 2
    while path in taken:
        path, number = folder / (f"{stem}-{number}.{ending}" if dot and stem else f"{name}-{number}"), number + 1
    return path
