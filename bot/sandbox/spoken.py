"""Messages of Discord's API, read into what a person sees of them: author, text, pictures, embeds, buttons, menus."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.sandbox.markup import NOBODY, Names, plain

Message = Mapping[str, Any]
Files = Mapping[str, bytes]
NOTHING: Files = {}

EPHEMERAL, LOADING = 64, 128
ROW, BUTTON, STRING_SELECT, SELECTS, TEXT, THUMBNAIL, GALLERY, FILE = 1, 2, 3, (3, 5, 6, 7, 8), 10, 11, 12, 13
FORWARD, THREAD_OPENED = 1, 18
CLICKED = 3
ACTS = {2: "used a command", 3: "clicked", 5: "sent a form"}  # by the interaction's type
STICKER_ENDINGS = {1: "png", 2: "png", 3: "json", 4: "gif"}


@dataclass(frozen=True, slots=True)
class Attached:
    """A file or picture; width and height are None for what is no picture, `content` where it was not fetched.

    `alt` is what is said of it to whoever cannot see it; a `spoiler` is hidden until it is clicked.
    """

    name: str
    size: int
    width: int | None
    height: int | None
    url: str
    content: bytes | None
    alt: str
    spoiler: bool = False


@dataclass(frozen=True, slots=True)
class Embed:
    """A card in a message; `colour` is 0xRRGGBB."""

    title: str
    text: str
    fields: tuple[tuple[str, str, bool], ...]
    footer: str
    author: str
    colour: int | None
    image: Attached | None
    thumbnail: Attached | None
    bare: bool


@dataclass(frozen=True, slots=True)
class Button:
    """A button: style 1 to 5 as Discord counts them."""

    label: str
    style: int
    disabled: bool


@dataclass(frozen=True, slots=True)
class Select:
    """A select menu with what is chosen in it."""

    placeholder: str
    chosen: tuple[str, ...]
    disabled: bool


Control = Button | Select


@dataclass(frozen=True, slots=True)
class Above:
    """What stands above a message: whose words it answers (nobody's, where they are gone), or what who `did`."""

    who: str
    words: str
    did: bool = False

    @property
    def text(self) -> str:
        """All of it on one line."""
        return f"{self.who}{' ' if self.did else ': '}{self.words}" if self.who else self.words


@dataclass(frozen=True, slots=True)
class Spoken:
    """One message as it is seen; `marked` is its text with Discord's marks, `text` the words alone."""

    author: str
    bot: bool
    at: datetime
    marked: str
    names: Names
    above: Above | None
    embeds: tuple[Embed, ...]
    files: tuple[Attached, ...]
    stickers: tuple[Attached, ...]
    rows: tuple[tuple[Control, ...], ...]
    thread: str | None
    private: bool
    thinking: bool
    system: bool
    forwarded: "Spoken | None"

    @property
    def text(self) -> str:
        """The words."""
        return f"{self.author} is thinking…" if self.thinking else plain(self.marked, self.names)


def spoken(message: Message, files: Files | None = None, names: Names = NOBODY) -> Spoken:
    """Read one message object. `files` holds contents by attachment id, file name or address, as from `fetched`."""
    flags, held = int(message.get("flags") or 0), files or NOTHING
    known = {**names, **{str(user["id"]): name_of(user) for user in message.get("mentions") or ()}}
    components = tuple(flat(message.get("components") or ()))
    texts = [str(message.get("content") or ""), *(each["content"] for each in components if each["type"] == TEXT)]
    marked = "\n".join(filter(None, texts))
    system = message.get("type") == THREAD_OPENED
    snapshot = next(iter(message.get("message_snapshots") or ()), None)
    return Spoken(
        author=name_of(author_of(message)),
        bot=bool(author_of(message).get("bot")),
        at=_time(message.get("timestamp")),
        marked=f"started a thread: **{marked}**" if system else marked,
        names=known,
        above=None if system else _used(message) or _quoted(message, known),
        embeds=tuple(_embed(each, held) for each in message.get("embeds") or ()),
        files=(
            *(_attached(each, held) for each in message.get("attachments") or ()),
            *(_medium(each, held) for part in components for each in _media_in(part)),
        ),
        stickers=tuple(_sticker(each, held) for each in message.get("sticker_items") or ()),
        rows=tuple(_rows(message.get("components") or (), known)),
        thread=(message.get("thread") or {}).get("name"),
        private=bool(flags & EPHEMERAL),
        thinking=bool(flags & LOADING) and not marked,
        system=system,
        forwarded=None if snapshot is None else spoken(snapshot["message"], held, names),
    )


async def fetched(messages: Sequence[Message], download: Callable[[str], Awaitable[bytes]]) -> dict[str, bytes]:
    """The contents of everything that these messages show: files by the attachment's id, the rest by its address."""
    found: dict[str, bytes] = {}
    for message in messages:
        for key, url in _shown_in(message):
            if key not in found:
                found[key] = await download(url)
    return found


def author_of(message: Message) -> Mapping[str, Any]:
    """The author's object; empty where there is none."""
    author: Mapping[str, Any] = message.get("author") or {}
    return author


def name_of(user: Mapping[str, Any]) -> str:
    """What a person is called."""
    return str(user.get("global_name") or user.get("username") or "somebody")


def flat(components: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """All components, however deep."""
    for each in components:
        yield each
        yield from flat(each.get("components") or ())
        if each.get("accessory"):
            yield each["accessory"]


def _shown_in(message: Message) -> Iterator[tuple[str, str]]:
    for each in message.get("attachments") or ():
        yield str(each["id"]), each["url"]
    for embed in message.get("embeds") or ():
        media = (embed.get(part) for part in ("image", "thumbnail"))
        yield from ((one["proxy_url"], one["proxy_url"]) for one in media if one and one.get("proxy_url"))
    for part in flat(message.get("components") or ()):
        media = (item["media"] for item in _media_in(part))
        yield from ((one["proxy_url"], one["proxy_url"]) for one in media if one.get("proxy_url"))
    for each in message.get("sticker_items") or ():
        yield _sticker_path(each), _sticker_path(each)
    for snapshot in message.get("message_snapshots") or ():
        yield from _shown_in(snapshot["message"])


def _time(stamp: object) -> datetime:
    if not isinstance(stamp, str):
        return datetime.fromtimestamp(0, UTC)
    return datetime.fromisoformat(stamp).astimezone(UTC)


def _used(message: Message) -> Above | None:
    used, command = message.get("interaction_metadata") or {}, message.get("interaction") or {}
    if command.get("name"):
        slash = "/" if command["name"].islower() else ""  # as slash commands have to be
        return Above(name_of(command["user"]), f"used {slash}{command['name']}", did=True)
    if used.get("type") == CLICKED and message.get("referenced_message"):
        return None  # A client shows the message that was clicked on, as for a reply.
    return Above(name_of(used["user"]), ACTS[used["type"]], did=True) if used.get("type") in ACTS else None


def _quoted(message: Message, names: Names) -> Above | None:
    reference = message.get("message_reference")
    if not reference or reference.get("type", 0) == FORWARD or message.get("type") not in (None, 19):
        return None
    original = message.get("referenced_message")
    if not original:
        return Above("", "a message that is gone")
    known = {**names, **{str(user["id"]): name_of(user) for user in original.get("mentions") or ()}}
    words = " ".join(plain(str(original.get("content") or ""), known).split())
    count = len(original.get("attachments") or ())
    files = f"{count} file{'s' if count > 1 else ''}" if count else ""
    return Above(name_of(author_of(original)), words[:80] or files or "…")


def _embed(embed: Mapping[str, Any], files: Files) -> Embed:
    parts = {part: embed.get(part) or {} for part in ("image", "thumbnail", "footer", "author")}
    fields = embed.get("fields") or ()
    return Embed(
        title=str(embed.get("title") or ""),
        text=str(embed.get("description") or ""),
        fields=tuple((str(one["name"]), str(one["value"]), bool(one.get("inline"))) for one in fields),
        footer=str(parts["footer"].get("text") or ""),
        author=str(parts["author"].get("name") or ""),
        colour=embed.get("color"),
        image=_picture(parts["image"], files),
        thumbnail=_picture(parts["thumbnail"], files),
        bare=embed.get("type") == "image",
    )


def _picture(medium: Mapping[str, Any], files: Files) -> Attached | None:
    return _medium({"media": medium}, files) if medium.get("url") else None


def _media_in(part: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """What a gallery, thumbnail or file shows, each under `media`."""
    if part["type"] == GALLERY:
        items: Sequence[Mapping[str, Any]] = part["items"]
        return items
    if part["type"] in (THUMBNAIL, FILE):
        return [{**part, "media": part.get("media") or part.get("file")}]
    return ()


def _medium(item: Mapping[str, Any], files: Files) -> Attached:
    medium = item["media"]
    name = str(medium["url"]).partition("?")[0].rpartition("/")[2]
    return Attached(
        name=name,
        size=0,
        width=medium.get("width"),
        height=medium.get("height"),
        url=str(medium["url"]),
        content=files.get(str(medium.get("proxy_url")), files.get(name)),
        alt=str(item.get("description") or ""),
        spoiler=bool(item.get("spoiler")) or name.startswith("SPOILER_"),
    )


def _attached(each: Mapping[str, Any], files: Files) -> Attached:
    content = files.get(str(each.get("id")), files.get(str(each["filename"])))
    return Attached(
        name=str(each["filename"]),
        size=int(each["size"]),
        width=each.get("width"),
        height=each.get("height"),
        url=str(each["url"]),
        content=content,
        alt=str(each.get("description") or ""),
        spoiler=str(each["filename"]).startswith("SPOILER_"),
    )


def _sticker_path(each: Mapping[str, Any]) -> str:
    return f"/stickers/{each['id']}.{STICKER_ENDINGS.get(each['format_type'], 'png')}"


def _sticker(each: Mapping[str, Any], files: Files) -> Attached:
    path = _sticker_path(each)
    return Attached(str(each["name"]), 0, None, None, path, files.get(path), "sticker")


def _rows(components: Sequence[Mapping[str, Any]], names: Names) -> Iterator[tuple[Control, ...]]:
    for row in (each for each in flat(components) if each["type"] == ROW):
        yield tuple(
            _button(each) if each["type"] == BUTTON else select_of(each, names)
            for each in row.get("components") or ()
            if each["type"] in (BUTTON, *SELECTS)
        )


def _button(each: Mapping[str, Any]) -> Button:
    return Button(_labelled(each) or "…", int(each.get("style") or 2), bool(each.get("disabled")))


def select_of(each: Mapping[str, Any], names: Names = NOBODY) -> Select:
    """A select menu, of a message or a form."""
    options = each.get("options") or ()
    chosen = [_labelled(one) for one in options if one.get("default")]
    chosen += [names.get(str(one["id"]), str(one["id"])) for one in each.get("default_values") or ()]
    placeholder = str(each.get("placeholder") or "Make a selection")
    return Select(placeholder, tuple(chosen), bool(each.get("disabled")))


def _labelled(each: Mapping[str, Any]) -> str:
    emoji = (each.get("emoji") or {}).get("name") or ""
    return f"{emoji} {each.get('label') or ''}".strip()
