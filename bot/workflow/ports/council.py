"""What the conductors ask of the rows about who may do what: rules, permits, grants, pauses, and their audit."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.deed import Decider, Deed, Gift, GuildBook, Spend
from bot.domain.quota import Choice, Member, Rule, Statute, Subject, Unit


class Council(Protocol):
    """Every verb that changes something is one transaction with its line in the audit, which it returns."""

    async def statute(self, member: Member) -> Statute:
        """Everything that was decided about this member's edits."""

    async def set_rule(self, by: Decider, rule: Rule) -> Deed:
        """Make or replace the rule of this guild, subject and unit."""

    async def clear_rule(self, by: Decider, subject: Subject, unit: Unit) -> Deed | None:
        """Take the rule away; None where there was none."""

    async def set_permit(self, by: Decider, subject: Subject, choice: Choice, values: tuple[str, ...] | None) -> Deed:
        """Limit a choice to these values, or set it free again."""

    async def grant(self, by: Decider, gift: Gift) -> Deed:
        """A grant, which is used before the member's own windows."""

    async def reset(self, by: Decider, user_id: int, reason: str) -> Deed:
        """Set what the member has used in every open window of this guild, or of the house's rules, to nothing.

        What is held stays held. Each window gets an entry of kind "correction" tied to the deed.
        """

    async def block(self, by: Decider, user_id: int, reason: str) -> Deed | None:
        """Take no more edits of this member here; None where they are blocked already."""

    async def unblock(self, by: Decider, user_id: int) -> Deed | None:
        """Take them again."""

    async def pause(self, by: Decider, reason: str) -> Deed | None:
        """Take no more edits in this guild, or in the whole house; None where that is so already."""

    async def resume(self, by: Decider) -> Deed | None:
        """Take them again."""

    async def set_zone(self, by: Decider, zone: str) -> Deed:
        """The guild's time zone, by its IANA name."""

    async def set_log(self, by: Decider, channel_id: int | None) -> Deed:
        """The channel that gets a line an edit and each change of a limit."""

    async def guild(self, guild_id: int) -> GuildBook:
        """What is noted of the guild."""

    async def rules(self, guild_id: int | None, subject: Subject | None = None) -> Sequence[Rule]:
        """The rules of a guild, or the operator's, for one subject or all."""

    async def deeds(self, guild_id: int | None, since: float, limit: int = 1000) -> Sequence[Deed]:
        """The audit of a guild, or of everything for None, the newest first."""

    async def spends(self, guild_id: int | None, since: float, user_id: int | None = None) -> Sequence[Spend]:
        """What was spent by day and by user since then, the oldest day first."""
