"""Who hears in time that something is running out: the member of an allowance, the operator of money and disk.

Each is said once: of a window that fills up once a window, of a raised limit anew; of growing suspense once until it
has fallen again; of a full disk once a day.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from bot.domain.errors import DiskNearlyFull, HouseClosed, HouseNearlySpent, SuspenseGrowing, Trouble
from bot.domain.quota import HOUR_S, HOUSE, Balance, Demand, Period, Terms, Unit, Window
from bot.workflow.ports import Book, Clock, Disk, Note, NoteKind, Postbox

EVERY_S = 300
DAY_S = 86_400
NEARLY = 5  # a fifth of the limit is left
SUSPENSE_SHARE = 10  # a tenth of the month's cap
LEAST_FREE_BYTES = 1024**3
LEAST_FREE_SHARE = 20  # a twentieth of the disk
SUSPENSE_TOLD = "suspense-told"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Watches what is left. Each verb says what it has to say at most once, across restarts."""

    book: Book
    postbox: Postbox
    clock: Clock
    disk: Disk
    terms: Callable[[], Terms]

    async def placed(self, hold: Sequence[Demand]) -> tuple[Note, ...]:
        """After an edit was placed with this hold: what its member should know; the operator is told of the house.

        Never raises: the edit is placed, whatever can be said of it.
        """
        try:
            return await self._placed(hold)
        except Exception:  # the member waits for a receipt, not for a remark
            log.warning("allowances_not_watched", exc_info=True)
            return ()

    async def house_refused(self, hold: Sequence[Demand]) -> None:
        """A limit of the house has refused an edit with this hold: the operator hears of it once."""
        of_house = [demand for demand in hold if demand.window.allowance.account == HOUSE]
        balances = await self.book.balances([demand.window for demand in of_house])
        for demand, balance in zip(of_house, balances, strict=True):
            if demand.amount > balance.left:
                await self._alert_spent(balance)

    async def watch(self) -> None:
        """Look at suspense and disk now and then, for as long as the process lives."""
        while True:
            for look in (self._watch_suspense, self._watch_disk):
                try:
                    await look()
                except Exception:  # nobody's edit shall end because the house could not be looked at
                    log.warning("house_not_watched", exc_info=True)
            await self.clock.sleep(EVERY_S)

    async def _placed(self, hold: Sequence[Demand]) -> tuple[Note, ...]:
        notes = []
        balances = iter(await self.book.balances([one for demand in hold for one in (demand.window, *demand.grants)]))
        for demand in hold:
            own, grants = next(balances), [next(balances) for _ in demand.grants]
            account = demand.window.allowance.account
            if account == HOUSE:
                await self._watch_house(own)
            elif account.startswith("user:") and (note := await self._note(own, grants)) is not None:
                notes.append(note)
        return tuple(notes)

    async def _note(self, own: Balance, grants: Sequence[Balance]) -> Note | None:
        """The remark that little is left, the first time in a window; what grants still give counts as left."""
        allowance = own.window.allowance
        left = max(0, own.left) + sum(max(0, grant.left) for grant in grants)
        if not _is_nearly_spent(own, left) or not await self.book.once(f"nearly-spent:{_name(own.window)}"):
            return None
        fields = {"unit": allowance.unit.value, "left": left, "limit": allowance.limit, "resets_at": own.resets_at}
        return Note(NoteKind.NEARLY_SPENT, "", fields)

    async def _watch_house(self, balance: Balance) -> None:
        allowance = balance.window.allowance
        if allowance.unit is not Unit.MICRO_USD or not _is_nearly_spent(balance, balance.left):
            return
        if balance.left <= 0:
            await self._alert_spent(balance)
        else:
            nearly = HouseNearlySpent(left=balance.left, limit=allowance.limit, resets_at=balance.resets_at)
            await self._alert_once(f"nearly-spent:{_name(balance.window)}", nearly)

    async def _alert_spent(self, balance: Balance) -> None:
        await self._alert_once(f"spent:{_name(balance.window)}", HouseClosed(resets_at=balance.resets_at))

    async def _watch_suspense(self) -> None:
        amount = await self.book.suspense(self.clock.now() - DAY_S)
        limit = self.terms().limits.house_micro_usd_per_month
        grown = "yes" if amount and amount * SUSPENSE_SHARE >= limit else ""
        if grown == (await self.book.recall(SUSPENSE_TOLD) or ""):
            return
        await self.book.remember(SUSPENSE_TOLD, grown)
        if grown:
            log.warning("suspense_growing", micro_usd=amount)
            await self.postbox.alert(SuspenseGrowing(amount=amount, limit=limit))

    async def _watch_disk(self) -> None:
        free, total = await self.disk.free()
        if free >= LEAST_FREE_BYTES and free * LEAST_FREE_SHARE >= total:
            return
        today = datetime.fromtimestamp(self.clock.now(), UTC).date().isoformat()
        log.warning("disk_nearly_full", free=free, total=total)
        await self._alert_once(f"disk-nearly-full:{today}", DiskNearlyFull(free_mb=free // 1024**2))

    async def _alert_once(self, key: str, trouble: Trouble) -> None:
        if await self.book.once(key):
            await self.postbox.alert(trouble)


def _is_nearly_spent(balance: Balance, left: int) -> bool:
    limit = balance.window.allowance.limit
    return limit > 0 and left * NEARLY <= limit


def _name(window: Window) -> str:
    """What tells a window from others. A rolling one opens every hour, and is one for as long as it is wide.

    The limit is part of it: one that was raised is one that can be reached again in the same month.
    """
    one, starts_at = window.allowance, window.starts_at
    if one.period is Period.ROLLING:
        starts_at -= starts_at % (one.hours * HOUR_S)
    return f"{one.account}:{one.unit.value}:{one.period.value}:{one.hours}:{one.limit}:{starts_at}"
