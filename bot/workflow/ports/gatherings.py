"""What the conductors ask of the rows about pictures before an edit: trays, pickers, and who shares theirs."""

from collections.abc import Collection, Sequence
from typing import Protocol

from bot.domain.draft import DraftState
from bot.domain.gathering import Gathered, Picker, TrayPicture
from bot.domain.request import EditRequest


class Gatherings(Protocol):
    """One verb, one transaction. A member has a tray in each guild, and one outside of guilds for None."""

    async def tray(self, user_id: int, guild_id: int | None) -> tuple[TrayPicture, ...]:
        """What is in the tray and not expired, in the order in which it was put there."""

    async def put(
        self, user_id: int, guild_id: int | None, pictures: Sequence[Gathered], expires_at: float, most: int
    ) -> tuple[TrayPicture, ...]:
        """The tray with these at its end; every picture in it lives until then from now on.

        A file that is in the tray already is not put there twice. Raises `TrayFull` where it would hold more than
        `most`; then nothing was put there.
        """

    async def take_out(self, user_id: int, guild_id: int | None, picture_id: int) -> tuple[TrayPicture, ...]:
        """The tray without this one, which may be gone already."""

    async def clear(self, user_id: int, guild_id: int | None) -> None:
        """Empty the tray."""

    async def open_picker(self, request: EditRequest, candidates: Sequence[Gathered], expires_at: float) -> Picker:
        """A choice among these, open; where the request's origin has one already, that one as it is now.

        Of more than `MOST_OPEN` of one member the oldest are given up, since each keeps its files on disk.
        """

    async def picker(self, picker_id: int) -> Picker | None:
        """The picker as it is now."""

    async def choose(self, picker_id: int, chosen: tuple[int, ...]) -> Picker | None:
        """Note what was chosen, over what was before; None where it is not open or its time is over."""

    async def close_picker(self, picker_id: int, state: DraftState) -> Picker | None:
        """open → agreed, dropped or expired; None where it was not open any more."""

    async def set_shares(self, user_id: int, *, shares: bool) -> None:
        """Note whether others may edit this member's pictures, in every guild."""

    async def unshared(self, user_ids: Collection[int]) -> frozenset[int]:
        """Those of these members who do not let others edit their pictures."""

    async def sweep(self) -> int:
        """Drop what has expired: pictures of trays, pickers an hour after their end, and paintings a day after it.

        Returns how many rows.
        """
