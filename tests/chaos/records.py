"""What the stand-ins have seen of a play: every message of the bot with its files, every call, and what was billed.

The image API writes prompt and picture number onto what it makes, so no two pictures are alike: the pixels of a posted
picture say of which call they come, whatever its name says. Only the half that a mask opens is compared, since the bot
puts the rest back.
"""

import base64
import hashlib
import io
import json
import re
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from PIL import Image

from bot.sandbox.discord_api.refusals import SandboxRefusal
from bot.sandbox.member import Member

REQUEST = re.compile(r"Request (\d+)")
POSTING = re.compile(r"^/api/v10/channels/(\d+)/messages$")
PRIVATE = 1 << 6


@dataclass(frozen=True, slots=True)
class File:
    """A posted picture: the name that the bot gave it, and the print of its pixels."""

    name: str
    print: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the bot as it stands in the end. `answers` says that it answers an interaction or a message."""

    id: int
    channel: int
    text: str
    request: int | None = None
    thread: int | None = None
    files: tuple[File, ...] = ()
    answers: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One paid call as the image API saw it; `request` is the number in its prompt, None where the body was cut off.

    `again` says that it was refused in a way that allows another try.
    """

    attempt: str | None
    key: str | None
    request: int | None
    made: tuple[str, ...] = ()
    again: bool = False
    billed: int = 0


@dataclass(frozen=True, slots=True)
class Ledger:
    """The bot's own books: the jobs' states, and the sum of each (job, account, unit, kind); `held` is all there is."""

    states: Mapping[int, str]
    sums: Mapping[tuple[int, str, str, str], int]
    held: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything together; `places` are the channels by the name and person that they were asked in."""

    messages: tuple[Message, ...]
    calls: tuple[Call, ...]
    ledger: Ledger
    places: Mapping[tuple[str, str], int]
    posted_in: frozenset[int] = frozenset()


def pixels(body: bytes) -> str:
    """The print of what a mask opens of a picture, without the soft edge of the lock."""
    with Image.open(io.BytesIO(body)) as picture:
        half = picture.convert("RGB").crop((0, 0, picture.width * 7 // 16, picture.height))
        return hashlib.sha256(repr(picture.size).encode() + half.tobytes()).hexdigest()[:16]


# ── Discord ─────────────────────────────────────────────────────────────────────────────────────────────────


async def places_of(discord: str, people: Collection[str], names: Collection[str]) -> dict[tuple[str, str], int]:
    """The channel of each name for each person; "dm" is everybody's own."""
    async with Member(discord) as anybody:
        named = (await anybody.state())["channels"]
    found = {(name, who): int(named[name]) for name in names if name != "dm" for who in people}
    for who in people:
        async with Member(discord, who, "dm") as member:
            said = await member.say("hello", mention=False)
            found["dm", who] = int(said["channel_id"])
    return found


async def messages_of(discord: str, places: Mapping[tuple[str, str], int]) -> tuple[Message, ...]:
    """Everything that the bot said in these places and in the threads under them, downloads included."""
    found: dict[int, Message] = {}
    for (_, who), channel in places.items():
        async with Member(discord, who) as member:
            for said in await _said(member, channel):
                found[said.id] = said
                if said.thread is not None:
                    found |= {one.id: one for one in await _said(member, said.thread)}
    return tuple(found[one] for one in sorted(found))


async def _said(member: Member, channel: int) -> list[Message]:
    try:
        seen = await member.messages(channel)
    except SandboxRefusal:
        return []  # the thread is gone, or was never there
    mine = [one for one in seen if one["author"].get("bot") and one["type"] in (0, 19, 20, 23)]
    return [await _message(member, one) for one in mine]


async def _message(member: Member, said: dict[str, Any]) -> Message:
    files = [File(one["filename"], pixels(await member.download(one["url"]))) for one in said["attachments"]]
    quoted = " ".join(embed.get("description") or "" for embed in said["embeds"])
    thread = said.get("thread", {}).get("id")
    return Message(
        id=int(said["id"]),
        channel=int(said["channel_id"]),
        text=said["content"],
        request=_number(quoted),
        thread=int(thread) if thread else None,
        files=tuple(files),
        answers="interaction_metadata" in said or bool(said["flags"] & PRIVATE) or "message_reference" in said,
    )


# ── the image API ───────────────────────────────────────────────────────────────────────────────────────────


async def books_of(engine: str) -> list[dict[str, Any]]:
    """The calls as the image API believes them."""
    async with aiohttp.ClientSession() as session, session.get(f"{engine}/_books") as answer:
        calls: list[dict[str, Any]] = (await answer.json())["calls"]
        return calls


def calls_of(books: list[dict[str, Any]], record: Path) -> tuple[Call, ...]:
    """The same, with the prints of what each of them gave, as it was recorded when it left."""
    made = _made(record)
    return tuple(_call(one, made) for one in books)


def _call(booked: Mapping[str, Any], made: Mapping[str, tuple[str, ...]]) -> Call:
    attempt = booked["client_request_id"]
    return Call(
        attempt=attempt,
        key=booked["idempotency_key"],
        request=_number(dict(booked["fields"]).get("prompt", "")),
        made=made.get(attempt or "", ()),
        again=booked["after"] == "again",
        billed=booked["billed_micro_usd"],
    )


def _made(record: Path) -> dict[str, tuple[str, ...]]:
    found = {}
    for line in _lines(record, "engine"):
        answer = line["response"]
        given = answer.get("data") or () if isinstance(answer, dict) else ()
        if prints := tuple(pixels(base64.b64decode(one["b64_json"])) for one in given if "b64_json" in one):
            headers = {name.lower(): value for name, value in line["headers"].items()}
            found[headers["x-client-request-id"]] = prints
    return found


def posted_in(record: Path) -> frozenset[int]:
    """The channels in which the bot posted at any time, whatever became of the message."""
    paths = (POSTING.match(line["path"]) for line in _lines(record, "discord") if line["method"] == "POST")
    return frozenset(int(found[1]) for found in paths if found)


def _lines(record: Path, side: str) -> Iterator[dict[str, Any]]:
    wanted = json.dumps({"side": side})[:-1].encode()
    with record.open("rb") as file:
        for line in file:
            if line.startswith(wanted):
                yield json.loads(line)


# ── the bot's own books ─────────────────────────────────────────────────────────────────────────────────────


def ledger_of(database: Path) -> Ledger:
    """What the bot has written down, read without any code of its."""
    with closing(sqlite3.connect(database)) as connection:
        states = dict(connection.execute("SELECT id, state FROM jobs"))
        rows = connection.execute(
            "SELECT job_id, account, unit, kind, sum(amount) FROM ledger JOIN windows ON windows.id = window_id"
            " WHERE job_id IS NOT NULL GROUP BY job_id, account, unit, kind"
        )
        sums = {(job, account, unit, kind): amount for job, account, unit, kind, amount in rows}
        [(held,)] = connection.execute("SELECT coalesce(sum(held), 0) FROM windows")
    return Ledger(states, sums, held)


def _number(text: str) -> int | None:
    found = REQUEST.search(text)
    return int(found[1]) if found else None
