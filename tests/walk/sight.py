"""What the walk's tests look at: small pictures to send, and what a member can see of the bot."""

import base64
import io
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from PIL import Image, ImageChops

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


def opened_by(form: Form) -> Image.Image:
    """What the mask of a form opens, white on black: what is rather transparent, or white where nothing can be."""
    [sent] = [file.body for file in form.files if file.name == "mask"]
    with Image.open(io.BytesIO(sent)) as opened:
        if opened.mode == "RGBA":
            return opened.getchannel("A").point(lambda alpha: 255 if alpha < 128 else 0)
        return opened.convert("L").point(lambda grey: 255 if grey > 127 else 0)


def share_apart(one: Image.Image, other: Image.Image) -> float:
    """Which part of two black and white pictures of one size differs, from 0 to 1."""
    assert one.size == other.size
    return ImageChops.difference(one, other).histogram()[255] / (one.width * one.height)


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


def button_labels(message: Json) -> list[str]:
    """The labels of a message's buttons."""
    return [one["label"] for row in message["components"] for one in row["components"]]


def private(acted: Acted) -> str:
    """What the member was answered, seen by nobody else in a server."""
    assert acted.private is not None
    return str(acted.private["content"])


async def exhibited(member: Member, acted: Acted, button: str) -> list[tuple[Json, bytes]]:
    """The attachments that a button under the results brings, with their bytes."""
    pressed = await member.press(int(acted.posted[0]["id"]), button, wait="answer")
    assert pressed.status is not None, pressed.private
    return [(file, await member.download(file["url"])) for file in pressed.status["attachments"]]


async def quota(member: Member) -> str:
    """What /quota says."""
    acted = await member.slash("quota", wait="answer")
    assert acted.private is not None
    return str(acted.private["content"])


def is_whole(left: str) -> bool:
    """Whether an allowance is as it was on the first day."""
    return "20 of 20 left" in left and "$5.00 of $5.00 left" in left and "held" not in left


# The buttons under one result: where it is as the model made it, and where it was worked on.
UNTOUCHED = ["Edit again", "Vary", "Use as input", "Before/after", "Original file", "Delete"]
RETOUCHED = ["Edit again", "Vary", "Use as input", "Before/after", "Original file", "Untouched", "Delete"]
