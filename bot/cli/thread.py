"""What a member was answered, as files: the pictures, a transcript to read, and a picture of the thread."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from bot.sandbox.acted import Acted
from bot.sandbox.camera import Camera
from bot.sandbox.member import Member
from bot.sandbox.spoken import Message

TRANSCRIPT, PORTRAIT = "transcript.txt", "thread.png"


async def save_thread(member: Member, acted: Acted, folder: Path) -> tuple[Path, ...]:
    """Save everything under `folder` and return what was written."""
    camera = Camera()
    # A second try is made in the thread of the first, so its status message need not be where the member acts.
    await camera.look(member, member.channel if acted.status is None else acted.status["channel_id"])
    if acted.thread_id is not None:
        await camera.look(member, acted.thread_id)
    posted = _with_files(acted)
    return await asyncio.to_thread(camera.develop, folder / PORTRAIT, folder / TRANSCRIPT, folder, posted)


def _with_files(acted: Acted) -> Sequence[Message]:
    """The messages whose files are saved: what was posted, what came in private, or what is shown beside a question."""
    if acted.status is not None and acted.asks:
        return [acted.status]
    return [*([acted.private] if acted.private else []), *acted.posted]
