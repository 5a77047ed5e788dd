"""A provider's answer as it was meant: which pictures, where the rest is linked, what it took, what went wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.domain.money import Usage
from bot.provider.fault import Fault, parse_json, read_fault
from bot.provider.splitter import Splitter

REVISED_PROMPT_CAP = 4000
# No edit takes this many tokens; a number beyond it is no report.
TOKENS_CAP = 10_000_000


@dataclass(frozen=True, slots=True)
class Reply:
    """`results` are files on disk, or links as text, in the provider's order."""

    results: tuple[Path | str, ...]
    usage: Usage | None
    revised_prompt: str | None
    fault: Fault | None


def read_reply(splitter: Splitter) -> Reply:
    """The meaning of an answer that was split. Where its JSON is broken, the pictures that came whole still count."""
    return meaning(parse_json(splitter.rest), splitter)


def meaning(document: Any, splitter: Splitter) -> Reply:
    """The meaning of a document in which numbers stand for the splitter's pictures, as they do in its rest.

    An event of a stream holds its picture itself, instead of in a list.
    """
    if not isinstance(document, Mapping):
        return Reply(tuple(splitter.whole), None, None, None)
    entries = document.get("data")
    entries = entries if isinstance(entries, list) else [document]
    items = [item for item in entries if isinstance(item, Mapping)]
    results, fault = tuple(_results(items, splitter)), read_fault(document)
    if not results and fault is None:
        results = tuple(splitter.whole)  # paid for, wherever a gateway has put them
    return Reply(results, _usage(document.get("usage")), _revised_prompt(items), fault)


def _results(items: list[Mapping[str, Any]], splitter: Splitter) -> Iterator[Path | str]:
    for item in items:
        picture, link = _picture(item.get("b64_json"), splitter), item.get("url")
        if picture is not None:
            yield picture
        elif isinstance(link, str) and link:
            yield link


def _picture(number: object, splitter: Splitter) -> Path | None:
    # The splitter left the picture's number in its place.
    if not isinstance(number, str) or not number.isdecimal() or len(number) > 4:
        return None
    if int(number) >= len(splitter.pictures):
        return None
    picture = splitter.pictures[int(number)]
    return picture.path if picture.whole else None


def _usage(report: object) -> Usage | None:
    if not isinstance(report, Mapping):
        return None
    details = report.get("input_tokens_details")
    details = details if isinstance(details, Mapping) else {}
    text = _tokens(details.get("text_tokens"))
    # Without the split all input counts as pictures, the dearer kind and nearly all of it.
    image = _tokens(details.get("image_tokens", _tokens(report.get("input_tokens")) - text))
    return Usage(text_in=text, image_in=image, out=_tokens(report.get("output_tokens")))


def _tokens(number: object) -> int:
    is_count = isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= TOKENS_CAP
    return int(str(number)) if is_count else 0


def _revised_prompt(items: list[Mapping[str, Any]]) -> str | None:
    first = items[0].get("revised_prompt") if items else None
    if not isinstance(first, str):
        return None
    # JSON may hold halves of a sign and NULs, and no database takes those: nor, then, the picture beside them.
    clean = first[:REVISED_PROMPT_CAP].encode("utf-8", "replace").decode().replace("\0", "")
    return clean or None
