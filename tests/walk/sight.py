"""What the walk's tests look at: small pictures to send, and what a member can see of the bot."""

import base64
import io
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from PIL import Image

from bot.sandbox.discord_api.furnish import BOT
from bot.sandbox.discord_api.messages import SYSTEM_KINDS
from bot.sandbox.engine.form import Form
from bot.sandbox.member import Acted, Member

Json = dict[str, Any]
Record = Mapping[str, object]
Named = tuple[str, bytes]
EPHEMERAL = 1 << 6
HOLDS = " · holds $"  # as long as an edit is under way
LINK = "https://discord.com/channels/"


def picture(name: str = "one.png", size: tuple[int, int] = (256, 256), colour: str = "teal") -> Named:
    """A file with a picture of one colour, of the kind that its name says."""
    out = io.BytesIO()
    kind = {"jpg": "JPEG"}.get(name.rpartition(".")[2], name.rpartition(".")[2].upper())
    Image.new("RGB", size, colour).save(out, kind)
    return name, out.getvalue()


def numbered(count: int, start: int = 1) -> list[Named]:
    """So many pictures, which can be told apart by their width: 101, 102 and so on."""
    return [picture(f"p{number}.png", (100 + number, 64)) for number in range(start, start + count)]


def mask(name: str = "mask.png", size: tuple[int, int] = (256, 256)) -> Named:
    """A mask that opens the left half."""
    out = io.BytesIO()
    whole = Image.new("RGBA", size, (0, 0, 0, 255))
    whole.paste((0, 0, 0, 0), (0, 0, size[0] // 2, size[1]))
    whole.save(out, "PNG")
    return name, out.getvalue()


def size_of(content: bytes | memoryview) -> tuple[int, int]:
    """Width and height of a picture."""
    with Image.open(io.BytesIO(content)) as opened:
        return opened.size


def body_of(record: Record) -> bytes:
    """The body of a recorded request."""
    return base64.b64decode(str(record["body_b64"]))


def file_fields(form: Form) -> list[str]:
    """The names of a form's files as they were on the wire."""
    return [file.name for file in form.files]


def widths(form: Form) -> list[int]:
    """The widths of a form's pictures in their order, less the hundred of `numbered`."""
    return [size_of(file.body)[0] - 100 for file in form.files if file.name != "mask"]


def is_private(acted: Acted) -> bool:
    """Whether the answer was for the member alone."""
    return acted.private is not None and bool(acted.private["flags"] & EPHEMERAL)


def words(messages: Iterable[Json]) -> list[str]:
    """What messages say, without their embeds."""
    return [message["content"] for message in messages]


async def of_bot(member: Member, channel: int | str | None = None) -> list[Json]:
    """What the bot has said in a channel for everyone; that a thread begins is not among it."""
    everything = await member.messages(channel)
    own = [one for one in everything if one["author"]["id"] == str(BOT) and one["type"] not in SYSTEM_KINDS]
    return [one for one in own if not one["flags"] & EPHEMERAL]


async def edited(member: Member, **asked: Any) -> Acted:
    """An edit from its question to its end, or to its refusal."""
    acted = await member.edit(**asked, wait="answer")
    return acted if acted.status is None else await ended(member, acted)


async def ended(member: Member, acted: Acted) -> Acted:
    """The edit once its status message says how it ended, which is the last that the bot has to say of it."""
    assert acted.status is not None
    message_id, channel = acted.status["id"], acted.status["channel_id"]

    def look(seen: list[Json]) -> Json | None:
        return next((one for one in seen if one["id"] == message_id and HOLDS not in one["content"]), None)

    status = await member.wait_for(look, channel)
    thread = status.get("thread", {}).get("id")
    posted = [one for one in await of_bot(member, thread or channel) if int(one["id"]) > int(message_id)]
    return replace(acted, status=status, thread_id=int(thread) if thread else None, posted=tuple(posted))


async def quota(member: Member) -> str:
    """What /quota says."""
    acted = await member.slash("quota", wait="answer")
    assert acted.private is not None
    return str(acted.private["content"])
