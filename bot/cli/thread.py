"""What a member was answered, as files: the pictures, a transcript to read, and a picture of the thread."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.sandbox.acted import Acted
from bot.sandbox.member import Member
from bot.sandbox.portrait import portrait
from bot.sandbox.transcript import Message, fetched, saved, transcript

TRANSCRIPT, PORTRAIT = "transcript.txt", "thread.png"
THREAD_STARTER = 21  # Discord's type of the message that repeats, inside a thread, the one it was opened from


async def save_thread(member: Member, acted: Acted, folder: Path) -> tuple[Path, ...]:
    """Save everything under `folder` and return what was written."""
    shown = await _conversation(member, acted)
    files = await fetched(shown, member.download)
    people = (await member.state())["people"]
    names = {user_id: name.capitalize() for name, user_id in people.items()}
    return await asyncio.to_thread(_write, folder, member.name, _with_files(acted), shown, files, names)


def _with_files(acted: Acted) -> Sequence[Message]:
    """The messages whose files are saved: what was posted, what came in private, or what is shown beside a question."""
    if acted.status is not None and acted.asks:
        return [acted.status]
    return [*([acted.private] if acted.private else []), *acted.posted]


async def _conversation(member: Member, acted: Acted) -> list[Message]:
    """The messages that belong together, oldest first: those around the status message, then its thread's."""
    # A second try is made in the thread of the first, so its status message need not be where the member acts.
    around = member.channel if acted.status is None else acted.status["channel_id"]
    places = [around] if acted.thread_id is None else [around, acted.thread_id]
    # Discord shows a thread's first message only as the message that it was opened from.
    return [one for place in places for one in await member.messages(place) if one["type"] != THREAD_STARTER]


def _write(
    folder: Path,
    viewer: str,
    posted: Sequence[Message],
    shown: list[Message],
    files: Mapping[str, bytes],
    names: Mapping[str, str],
) -> tuple[Path, ...]:
    pictures = saved(posted, files, folder)
    (folder / TRANSCRIPT).write_text(transcript(shown, files, viewer=viewer, names=names), "utf-8")
    drawn = portrait(shown, files, "pictures", folder / PORTRAIT, viewer=viewer, names=names)
    return (*pictures, folder / TRANSCRIPT, drawn)
