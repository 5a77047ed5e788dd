"""What a member may have of what is kept about them: all of it to read, or its end."""

import asyncio
import hashlib
import hmac
import json
from dataclasses import dataclass

from bot.domain.errors import EditsUnfinished
from bot.workflow.ports import Book
from bot.workflow.room import told_plainly


@dataclass(frozen=True, slots=True)
class Forgetting:
    """Shows a member their rows, and takes the member out of them.

    The books keep their amounts under a hash of the id, keyed with the house's own key: the member is somebody else in
    every house, and somebody else again to the provider.
    """

    book: Book
    user_key: bytes

    async def export(self, user_id: int) -> bytes:
        """Everything that is kept about the member, as JSON in UTF-8."""
        with told_plainly():
            kept = await self.book.export(user_id)
        return await asyncio.to_thread(lambda: json.dumps(kept, indent=1, ensure_ascii=False).encode())

    async def forget(self, user_id: int) -> None:
        """Take the member out of the rows; pictures that nobody else refers to go with the next sweeps.

        Raises `EditsUnfinished`, and nothing is changed, while an edit of theirs is not over.
        """
        with told_plainly():
            unfinished = await self.book.forget(user_id, self.pseudonym(user_id))
        if unfinished:
            raise EditsUnfinished(count=unfinished)

    def pseudonym(self, user_id: int) -> str:
        """What stands for the member in the books from then on: the same each time that they ask."""
        return "m" + hmac.new(self.user_key, f"forgotten:{user_id}".encode(), hashlib.sha256).hexdigest()[:40]
