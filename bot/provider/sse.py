"""A stream of server-sent events taken apart as it arrives: bytes in, events out, pictures on disk.

One line may hold a picture of many megabytes, so a line is never gathered: what follows `data:` goes through a
splitter of its own, which decodes the picture into a file and keeps the small rest. Vendors differ in everything else
(OpenAI names an event twice and ends without a mark; New-API sends `: PING` and `[DONE]`, and calls an edit a
generation), so an event is known by its JSON, by its `event:` line, or by what it holds.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from bot.provider.fault import TEXT_CAP, Fault
from bot.provider.reply import Reply, meaning
from bot.provider.splitter import Splitter

LINE_CAP = 8192
_TYPE = re.compile(rb'"type"\s{0,4}:\s{0,4}"([a-z_.]{1,64})"')
_BOM = b"\xef\xbb\xbf"


class Kind(StrEnum):
    """What an event is."""

    PARTIAL = "partial"
    COMPLETED = "completed"
    ERROR = "error"
    END = "end"  # the mark after the last event, where a vendor sends one
    OTHER = "other"


KINDS: Mapping[str, Kind] = {
    "image_edit.partial_image": Kind.PARTIAL,
    "image_generation.partial_image": Kind.PARTIAL,
    "image_edit.completed": Kind.COMPLETED,
    "image_generation.completed": Kind.COMPLETED,
    "error": Kind.ERROR,
}


@dataclass(frozen=True, slots=True)
class Event:
    """One event, and what it means as an answer of its own."""

    kind: Kind
    reply: Reply


class EventReader:
    """Bytes in, events out. Pictures are written into `folder`, so it blocks: not for the loop."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._begun = 0
        self._name = ""
        self._data: Splitter | None = None
        self._line = bytearray()  # of a line whose field is not known yet, or that is no data
        self._in_data = self._skipping = self._after_cr = False

    def feed(self, piece: bytes) -> list[Event]:
        """The events that these bytes complete. Raises OSError where a picture cannot be written."""
        if self._after_cr and piece.startswith(b"\n"):
            piece = piece[1:]
        self._after_cr = piece.endswith(b"\r")
        events = []
        for line in piece.splitlines(keepends=True):
            text = line.rstrip(b"\r\n")
            self._take(text)
            event = self._end_line() if len(text) < len(line) else None
            if event is not None:
                events.append(event)
        return events

    def close(self) -> list[Event]:
        """No more comes: the event that lacks its blank line, if all that matters of it is there."""
        event = self._end_line() or self._end_event()
        is_told = event is not None and (event.reply.results or event.kind is Kind.ERROR)
        return [event] if event is not None and is_told else []

    def _take(self, part: bytes) -> None:
        if self._in_data and self._data is not None:
            self._data.feed(part)
        elif not self._skipping:
            self._line += part
            if self._line.startswith(b"data:"):
                self._begin_data()
            elif len(self._line) > LINE_CAP:
                self._skipping = True
                self._line.clear()

    def _begin_data(self) -> None:
        value = bytes(self._line[len(b"data:") :])
        if not value:
            return  # whether a blank follows is not known yet
        self._line.clear()
        self._in_data = True
        if self._data is None:
            self._data = Splitter(self._folder, 1, f"event_{self._begun}")
            self._begun += 1
        else:
            self._data.feed(b"\n")
        self._data.feed(value.removeprefix(b" "))

    def _end_line(self) -> Event | None:
        line, blank = bytes(self._line), not (self._line or self._in_data or self._skipping)
        self._in_data = self._skipping = False
        self._line.clear()
        if blank:
            return self._end_event()
        field, _, value = line.removeprefix(_BOM).partition(b":")
        if field == b"event":
            self._name = value.decode("latin-1").strip()
        return None

    def _end_event(self) -> Event | None:
        name, data = self._name, self._data
        self._name, self._data = "", None
        if data is None:
            return None
        data.close()
        return _read(name, data)


def _read(name: str, data: Splitter) -> Event:
    rest = data.rest.strip()
    if rest == b"[DONE]":
        return Event(Kind.END, Reply((), None, None, None))
    document = _document(rest)
    reply = meaning(document, data)
    kind = _kind(name, rest, document, reply)
    if kind is Kind.ERROR and reply.fault is None:
        reply = replace(reply, fault=Fault(text=rest.decode("utf-8", "replace")[:TEXT_CAP].lower()))
    return Event(kind, reply)


def _kind(name: str, rest: bytes, document: object, reply: Reply) -> Kind:
    said = document.get("type") if isinstance(document, Mapping) else None
    if said is None and (found := _TYPE.search(rest)):
        said = found[1].decode()
    for each in (said, name):
        if isinstance(each, str) and each in KINDS:
            return KINDS[each]
    if reply.fault is not None and not reply.results:
        return Kind.ERROR
    # Some gateways put the whole answer of a plain call into one event without a name.
    whole = isinstance(document, Mapping) and isinstance(document.get("data"), list)
    return Kind.COMPLETED if whole and reply.results else Kind.OTHER


def _document(rest: bytes) -> Any:
    # What follows the document on its line is left: a text in which a stream was quoted goes on behind it.
    try:
        return json.JSONDecoder().raw_decode(rest.decode("utf-8", "replace"))[0]
    except (ValueError, RecursionError):
        return None
