"""Discord's Markdown, read into lines and runs: what a person sees of a text, with names, times and links in words.

Marks behind a backslash are themselves, and a mark that nothing closes is a sign like any other.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

Kind = Literal["plain", "small", "heading", "quote", "item", "code"]
Names = Mapping[str, str]
NOBODY: Names = {}

_INLINE = re.compile(
    r"\\(?P<escaped>[^\w\s]|_)"
    r"|`(?P<code>[^`]+)`"
    r"|(?P<mark>\*\*|__|~~|\|\||\*|(?<![A-Za-z0-9])_(?=\S)|(?<=\S)_(?![A-Za-z0-9]))"
    r"|\[(?P<words>[^\]]+)\]\(<?https?://[^\s>)]+>?\)"
    r"|<@!?(?P<user>\d+)>|<@&(?P<role>\d+)>|<#(?P<channel>\d+)>"
    r"|<t:(?P<time>\d+)(?::(?P<how>\w))?>"
    r"|</(?P<command>[^:>]+):\d+>"
    r"|(?P<jump>https://(?:\w+\.)?discord(?:app)?\.com/channels/\S+/\d+\b)"
    r"|<?(?P<url>https?://[^\s<>]+)>?"
)
_STYLES = {"**": "bold", "__": "underlined", "~~": "struck", "||": "hidden", "*": "italic", "_": "italic"}
_INVISIBLE = re.compile("[\u200b\u200d\ufe0f]")
_UNITS = ((365 * 86400, "year"), (30 * 86400, "month"), (86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
_MOMENTS = {"t": "%H:%M", "T": "%H:%M:%S", "d": "%d/%m/%Y", "D": "%-d %B %Y", "F": "%A, %-d %B %Y %H:%M"}
JUMP = "(link to the message)"
LONGEST_PLACE = 32


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text in one style."""

    text: str
    bold: bool = False
    italic: bool = False
    underlined: bool = False
    struck: bool = False
    hidden: bool = False
    code: bool = False
    link: bool = False
    mention: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a message before it is wrapped."""

    kind: Kind
    runs: tuple[Run, ...]

    @property
    def text(self) -> str:
        """The words alone."""
        return "".join(run.text for run in self.runs)


def read(text: str, names: Names = NOBODY, now: datetime | None = None) -> tuple[Line, ...]:
    """The lines of a message. `names` are people, roles and channels by id; with `now`, times can be relative to it."""
    lines: list[Line] = []
    fenced = False
    for line in _INVISIBLE.sub("", text).splitlines():
        if line.strip().startswith("```"):
            fenced = not fenced and line.count("```") == 1
            rest = line.strip().strip("`")
            lines += [Line("code", (Run(rest, code=True),))] if rest and line.count("```") == 2 else []
        elif fenced:
            lines.append(Line("code", (Run(line, code=True),)))
        else:
            kind, rest = _kind(line)
            lines.append(Line(kind, tuple(_runs(rest, names, now))))
    return tuple(lines)


def plain(text: str, names: Names = NOBODY) -> str:
    """The text without its marks, line by line; times are of the day, in UTC."""
    return "\n".join(("  " if line.kind == "item" else "") + line.text for line in read(text, names))


def _kind(line: str) -> tuple[Kind, str]:
    for start, kind in (("-# ", "small"), ("### ", "heading"), ("## ", "heading"), ("# ", "heading"), ("> ", "quote")):
        if line.startswith(start):
            return kind, line.removeprefix(start)  # type: ignore[return-value]
    if re.match(r"\s*[-*] \S", line):
        return "item", "• " + line.lstrip(" ")[2:]
    return "plain", line


def _runs(text: str, names: Names, now: datetime | None) -> Iterator[Run]:
    style, open_marks, at = Run(""), list[str](), 0
    for found in _INLINE.finditer(text):
        if found.start() > at:
            yield replace(style, text=text[at : found.start()])
        at = found.end()
        mark = found["mark"]
        if mark is None:
            yield _piece(found, style, names, now)
        elif mark in open_marks:
            open_marks.remove(mark)
            style = _with(style, mark, on=False)
        elif _closed(mark, text[found.end() :]):
            open_marks.append(mark)
            style = _with(style, mark, on=True)
        else:
            yield replace(style, text=mark)
    if at < len(text):
        yield replace(style, text=text[at:])


def _with(style: Run, mark: str, *, on: bool) -> Run:
    changed: dict[str, Any] = {_STYLES[mark]: on}
    return replace(style, **changed)


def _closed(mark: str, rest: str) -> bool:
    """Whether a mark comes again, other than behind a backslash."""
    return any(found["mark"] == mark and found.start() > 0 for found in _INLINE.finditer(rest))


def _piece(found: re.Match[str], style: Run, names: Names, now: datetime | None) -> Run:
    if found["escaped"] is not None:
        return replace(style, text=found["escaped"])
    if found["code"] is not None:
        return replace(style, text=found["code"], code=True)
    if found["time"] is not None:
        return replace(style, text=_moment(int(found["time"]), found["how"] or "f", now))
    for kind, sign in (("user", "@"), ("role", "@"), ("channel", "#")):
        if (known := found[kind]) is not None:
            return replace(style, text=f"{sign}{names.get(known, known).removeprefix('@')}", mention=True)
    if found["command"] is not None:
        return replace(style, text=f"/{found['command']}", mention=True)
    if found["jump"] is not None:
        return _jump(found["jump"], style, names, now)
    return replace(style, text=found["words"] or found["url"], link=True)


def _jump(url: str, style: Run, names: Names, now: datetime | None) -> Run:
    """A link to a message, which clients show as the place where it is."""
    if now is None:
        return replace(style, text=JUMP, link=True)
    place = names.get(url.rsplit("/", 2)[1], "")
    place = place if len(place) <= LONGEST_PLACE else f"{place[: LONGEST_PLACE - 1].rstrip()}…"
    return replace(style, text=f"#{place} › message" if place else "› message", mention=True)


def _moment(seconds: int, how: str, now: datetime | None) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    if now is None:
        return f"{moment:%H:%M} UTC"
    if how == "R":
        return relative((moment - now).total_seconds())
    return moment.strftime(_MOMENTS.get(how, "%-d %B %Y %H:%M"))


def relative(seconds: float) -> str:
    """How far away a moment is, as a client says it: "in 3 hours", "2 minutes ago"."""
    size, unit = next(((size, unit) for size, unit in _UNITS if abs(seconds) >= size), (1, "second"))
    count = round(abs(seconds) / size)
    if unit == "second" and count == 0:
        return "now"
    amount = f"{count} {unit}{'' if count == 1 else 's'}"
    return f"in {amount}" if seconds > 0 else f"{amount} ago"
