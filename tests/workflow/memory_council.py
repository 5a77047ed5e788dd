"""A council in memory: what was decided, and the audit of it, for tests to read."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.deed import Decider, Deed, Gift, GuildBook, Spend, Verb
from bot.domain.quota import (
    Allowance,
    Choice,
    Member,
    Period,
    Permit,
    Rule,
    Scope,
    Statute,
    Subject,
    Unit,
    Window,
    user_account,
    zone_named,
)
from bot.workflow.ports import Clock, Council
from tests.workflow.memory_book import MemoryBook


class MemoryCouncil:
    """The decisions in memory, beside the book whose windows they are about."""

    def __init__(self, book: MemoryBook, clock: Clock) -> None:
        self.book, self.clock = book, clock
        self.audit: list[Deed] = []
        self.guilds: dict[int, GuildBook] = {}
        self._rules: dict[tuple[int | None, Subject, Unit], Rule] = {}
        self._permits: dict[tuple[int | None, Subject, Choice], Permit] = {}
        self._grants: list[tuple[int | None, int, Window]] = []
        self._blocked: set[tuple[int | None, int]] = set()
        self._paused: set[int | None] = set()

    async def statute(self, member: Member) -> Statute:
        here = (None, member.guild_id)
        return Statute(
            rules=tuple(rule for rule in self._rules.values() if rule.guild_id in here),
            permits=tuple(permit for permit in self._permits.values() if permit.guild_id in here),
            grants=await self._left_to(member),
            zone=zone_named((await self.guild(member.guild_id)).zone if member.guild_id else "UTC"),
            blocked=any((guild_id, member.user_id) in self._blocked for guild_id in here),
            guild_paused=member.guild_id is not None and member.guild_id in self._paused,
            house_paused=None in self._paused,
        )

    async def set_rule(self, by: Decider, rule: Rule) -> Deed:
        key = (rule.guild_id, rule.subject, rule.unit)
        old, self._rules[key] = self._rules.get(key), rule
        return self.note(by, Verb.SET, rule.subject, rule.unit, _rule_text(old), _rule_text(rule))

    async def clear_rule(self, by: Decider, subject: Subject, unit: Unit) -> Deed | None:
        old = self._rules.pop((by.guild_id, subject, unit), None)
        return self.note(by, Verb.CLEAR, subject, unit, _rule_text(old)) if old else None

    async def set_permit(self, by: Decider, subject: Subject, choice: Choice, values: tuple[str, ...] | None) -> Deed:
        key = (by.guild_id, subject, choice)
        old = self._permits.pop(key, None)
        if values is not None:
            self._permits[key] = Permit(by.guild_id, subject, choice, values)
        before = " ".join(old.values) if old else ""
        return self.note(by, Verb.PERMIT, subject, choice, before, " ".join(values or ()))

    async def grant(self, by: Decider, gift: Gift) -> Deed:
        account = user_account(gift.user_id, by.guild_id)
        given = Allowance(account, gift.unit, Period.GRANT, gift.amount)
        # Two that are made in one second are two.
        window = Window(given, int(self.clock.now()) + len(self._grants), gift.expires_at)
        self._grants.append((by.guild_id, gift.user_id, window))
        text = f"{gift.unit}:{gift.amount}:{gift.expires_at}"
        return self.note(by, Verb.GRANT, Subject(Scope.USER, gift.user_id), gift.unit, "", text, gift.reason)

    async def reset(self, by: Decider, user_id: int, reason: str) -> Deed:
        used = []
        for window in self.book.open_windows(user_account(user_id, by.guild_id)):
            allowance = window.allowance
            if allowance.period is not Period.GRANT and (amount := self.book.forgive(window)):
                used.append(f"{allowance.unit}:{allowance.period}:{amount}")
        return self.note(by, Verb.RESET, Subject(Scope.USER, user_id), "", " ".join(used), "", reason)

    async def block(self, by: Decider, user_id: int, reason: str) -> Deed | None:
        if (by.guild_id, user_id) in self._blocked:
            return None
        self._blocked.add((by.guild_id, user_id))
        return self.note(by, Verb.BLOCK, Subject(Scope.USER, user_id), reason=reason)

    async def unblock(self, by: Decider, user_id: int) -> Deed | None:
        if (by.guild_id, user_id) not in self._blocked:
            return None
        self._blocked.remove((by.guild_id, user_id))
        return self.note(by, Verb.UNBLOCK, Subject(Scope.USER, user_id))

    async def pause(self, by: Decider, reason: str) -> Deed | None:
        if by.guild_id in self._paused:
            return None
        self._paused.add(by.guild_id)
        return self.note(by, Verb.PAUSE, reason=reason)

    async def resume(self, by: Decider) -> Deed | None:
        if by.guild_id not in self._paused:
            return None
        self._paused.remove(by.guild_id)
        return self.note(by, Verb.RESUME)

    async def set_zone(self, by: Decider, zone: str) -> Deed:
        guild_id = _guild(by)
        old = await self.guild(guild_id)
        self.guilds[guild_id] = replace(old, zone=zone)
        return self.note(by, Verb.ZONE, old=old.zone, new=zone)

    async def set_log(self, by: Decider, channel_id: int | None) -> Deed:
        guild_id = _guild(by)
        old = await self.guild(guild_id)
        self.guilds[guild_id] = replace(old, log_channel_id=channel_id)
        return self.note(by, Verb.LOG, old=str(old.log_channel_id or ""), new=str(channel_id or ""))

    async def guild(self, guild_id: int) -> GuildBook:
        return self.guilds.get(guild_id, GuildBook())

    async def rules(self, guild_id: int | None, subject: Subject | None = None) -> Sequence[Rule]:
        here = [rule for rule in self._rules.values() if rule.guild_id == guild_id]
        return [rule for rule in here if subject in (None, rule.subject)]

    async def deeds(self, guild_id: int | None, since: float, limit: int = 1000) -> Sequence[Deed]:
        here = [deed for deed in reversed(self.audit) if guild_id in (None, deed.guild_id)]
        return [deed for deed in here if deed.at >= since][:limit]

    async def spends(self, guild_id: int | None, since: float, user_id: int | None = None) -> Sequence[Spend]:
        zone = zone_named((await self.guild(guild_id)).zone if guild_id is not None else "UTC")
        sums: dict[tuple[str, int], Spend] = {}
        for job in self.book.jobs.values():
            request = job.request
            ours = guild_id in (None, request.place.guild_id) and user_id in (None, request.user_id)
            if ours and job.results and job.ended_at is not None and job.placed_at >= since:
                day = datetime.fromtimestamp(job.placed_at, zone).date().isoformat()
                one = sums.get((day, request.user_id), Spend(day, request.user_id, 0, 0, 0))
                images, cost = one.images + len(job.results), one.micro_usd + job.charged
                sums[day, request.user_id] = replace(one, edits=one.edits + 1, images=images, micro_usd=cost)
        return [sums[key] for key in sorted(sums)]

    async def _left_to(self, member: Member) -> tuple[Window, ...]:
        """The member's grants with something left here and now, the first to end first."""
        here = [(user_id, one) for guild_id, user_id, one in self._grants if guild_id in (None, member.guild_id)]
        mine = [window for user_id, window in here if user_id == member.user_id]
        open_ones = [window for window in mine if window.ends_at > self.clock.now()]
        balances = await self.book.balances(open_ones)
        return tuple(sorted((one.window for one in balances if one.left > 0), key=lambda window: window.ends_at))

    def note(
        self,
        by: Decider,
        verb: Verb,
        target: Subject | None = None,
        what: str = "",
        old: str = "",
        new: str = "",
        reason: str = "",
    ) -> Deed:
        """Write the decision down."""
        number, at = len(self.audit) + 1, self.clock.now()
        deed = Deed(number, at, by.actor_id, by.guild_id, verb, target, str(what), old, new, reason)
        self.audit.append(deed)
        return deed


def _rule_text(rule: Rule | None) -> str:
    if rule is None:
        return ""
    limit = "free" if rule.limit is None else str(rule.limit)
    hours = (str(rule.hours),) if rule.period is Period.ROLLING else ()
    return ":".join((rule.unit, rule.period, limit, *hours))


def _guild(by: Decider) -> int:
    if by.guild_id is None:
        raise ValueError("the house has no zone and no log channel")
    return by.guild_id


# A type checker reads here that the stand-in obeys its port.
OBEDIENT: type[Council] = MemoryCouncil
