"""What a request asks of a message, checked as Discord checks it: texts, embeds, files, mentions, nonce.

Limits: Discord's message reference. The text limit is 2000 as documented, though the OpenAPI allows 4000.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.sandbox.discord_api.bodies import Body, Upload
from bot.sandbox.discord_api.components import TEXT, V2_FLAG, check_components, every
from bot.sandbox.discord_api.refusals import FormErrors, Json, Refusal

MOST_TEXT, MOST_FILES, MOST_EMBEDS, MOST_EMBED_TEXT, MOST_NONCE = 2000, 10, 10, 6000, 25
MOST_V2_TEXT = 4000
MOST_STICKERS = 3
# Suppress embeds, suppress notifications, Components V2.
FLAGS_ALLOWED = (1 << 2) | (1 << 12) | V2_FLAG
EMBED_TEXTS = (("title", 256), ("description", 4096))
EMBED_PARTS = (("footer", "text", 2048), ("author", "name", 256))


@dataclass(frozen=True, slots=True)
class FileNote:
    """What a request says about one file: its slot for a new one, its id for one to keep."""

    id: int
    filename: str | None
    description: str | None


@dataclass(frozen=True, slots=True)
class MessageForm:
    """A checked request; `given` names the fields that were there, since an edit changes only those."""

    given: frozenset[str]
    content: str
    embeds: tuple[Json, ...]
    components: tuple[Json, ...]
    flags: int
    allowed_mentions: Json | None
    uploads: tuple[Upload, ...]
    notes: tuple[FileNote, ...]
    nonce: str | int | None
    enforce_nonce: bool
    reference: Json | None
    stickers: tuple[int, ...]
    tts: bool


def read_message_form(body: Body, *, old_flags: int = 0, extra_flags: int = 0) -> MessageForm:
    """The request as a form; 50035 with every complaint, 30015 for an eleventh file."""
    given, errors = body.payload, FormErrors()
    flags = int(given.get("flags") or 0)
    v2 = bool((flags | old_flags) & V2_FLAG)
    _check_text(given, errors, v2=v2)
    _check_embeds(given.get("embeds") or [], errors)
    _check_flags(flags, extra_flags, errors)
    components = check_components(given.get("components") or [], errors, v2=v2)
    _check_mentions(given.get("allowed_mentions"), errors)
    notes = _notes(given.get("attachments"), errors)
    _check_nonce(given.get("nonce"), errors)
    errors.count(("sticker_ids",), given.get("sticker_ids") or [], 0, MOST_STICKERS)
    errors.raise_if_any()
    if len(body.uploads) > MOST_FILES:
        raise Refusal(30015)
    return MessageForm(
        given=frozenset(given),
        content=given.get("content") or "",
        embeds=tuple(_embed(one) for one in given.get("embeds") or ()),
        components=tuple(components),
        flags=flags,
        allowed_mentions=given.get("allowed_mentions"),
        uploads=body.uploads,
        notes=notes,
        nonce=given.get("nonce"),
        enforce_nonce=bool(given.get("enforce_nonce")),
        reference=given.get("message_reference"),
        stickers=tuple(int(one) for one in given.get("sticker_ids") or ()),
        tts=bool(given.get("tts")),
    )


def _check_text(given: Json, errors: FormErrors, *, v2: bool) -> None:
    content = given.get("content")
    if content is not None:
        if not isinstance(content, str):
            errors.add(("content",), "STRING_TYPE_CONVERT", "Could not interpret as string.")
        elif len(content) > MOST_TEXT:
            message = f"Must be {MOST_TEXT} or fewer in length."
            errors.add(("content",), "BASE_TYPE_MAX_LENGTH", message)
    if not v2:
        return
    for field in ("content", "embeds"):
        if given.get(field):
            message = "This field cannot be used with MessageFlags.IS_COMPONENTS_V2."
            errors.add((field,), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message)
    shown = sum(len(one.get("content", "")) for one in every(given.get("components") or []) if one["type"] == TEXT)
    if shown > MOST_V2_TEXT:
        errors.add(("components",), "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", f"At most {MOST_V2_TEXT}.")


def _check_embeds(embeds: list[Json], errors: FormErrors) -> None:
    errors.count(("embeds",), embeds, 0, MOST_EMBEDS)
    total = 0
    for index, embed in enumerate(embeds):
        for path, text, most in _embed_texts(embed):
            errors.length(("embeds", index, *path), text, 0, most)
            total += len(str(text))
        errors.count(("embeds", index, "fields"), embed.get("fields") or [], 0, 25)
    if total > MOST_EMBED_TEXT:
        message = f"Embed size exceeds maximum size of {MOST_EMBED_TEXT}"
        errors.add(("embeds",), "MAX_EMBED_SIZE_EXCEEDED", message)


def _embed_texts(embed: Json) -> list[tuple[tuple[str | int, ...], object, int]]:
    texts: list[tuple[tuple[str | int, ...], object, int]] = []
    texts += [((name,), embed[name], most) for name, most in EMBED_TEXTS if embed.get(name) is not None]
    for part, name, most in EMBED_PARTS:
        if (embed.get(part) or {}).get(name) is not None:
            texts.append(((part, name), embed[part][name], most))
    for index, field in enumerate(embed.get("fields") or ()):
        texts.append((("fields", index, "name"), field.get("name", ""), 256))
        texts.append((("fields", index, "value"), field.get("value", ""), 1024))
    return texts


def _embed(given: Json) -> Json:
    return {"type": "rich", **{name: value for name, value in given.items() if value is not None and name != "type"}}


def _check_flags(flags: int, extra: int, errors: FormErrors) -> None:
    if flags & ~(FLAGS_ALLOWED | extra):
        errors.add(("flags",), "MESSAGE_FLAGS_INVALID", "These flags cannot be set here.")


def _check_mentions(allowed: Mapping[str, object] | None, errors: FormErrors) -> None:
    if allowed is None:
        return
    parse = allowed.get("parse") or []
    if not isinstance(parse, list):
        errors.add(("allowed_mentions", "parse"), "LIST_TYPE_CONVERT", "Only iterables may be used.")
        return
    for kind in parse:
        errors.choice(("allowed_mentions", "parse"), kind, ("users", "roles", "everyone"))
    for kind in ("users", "roles"):
        if kind in parse and allowed.get(kind):
            message = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            errors.add(("allowed_mentions",), "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)


def _notes(given: list[Json] | None, errors: FormErrors) -> tuple[FileNote, ...]:
    notes = []
    errors.count(("attachments",), given or [], 0, MOST_FILES)
    for index, one in enumerate(given or ()):
        if not str(one.get("id", "")).isdecimal():
            errors.required(("attachments", index, "id"))
            continue
        for name in ("filename", "description"):
            if one.get(name) is not None:
                errors.length(("attachments", index, name), one[name], 0, 1024)
        notes.append(FileNote(int(one["id"]), one.get("filename"), one.get("description")))
    return tuple(notes)


def _check_nonce(nonce: object, errors: FormErrors) -> None:
    if nonce is None or isinstance(nonce, int):
        return
    errors.length(("nonce",), nonce, 0, MOST_NONCE)
