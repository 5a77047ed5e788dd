"""What the doors need of the house: everything behind the counter, put together by the composition root."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import discord

from bot.chat.intake.taking import Intake
from bot.chat.tokens import Tokens
from bot.domain.catalog import Catalog
from bot.domain.imprint import Imprint
from bot.domain.job import Job
from bot.domain.quota import Balance, Member
from bot.domain.request import EditRequest, Place
from bot.workflow.archive import Archive
from bot.workflow.forgetting import Forgetting
from bot.workflow.govern import Govern
from bot.workflow.guild_log import GuildLog
from bot.workflow.hosting import Hosting
from bot.workflow.painting import Painter
from bot.workflow.picking import Picking
from bot.workflow.ports import Asking, Blobs, Charts, Exhibit, Receipt
from bot.workflow.sources import Sources
from bot.workflow.trays import Trays
from bot.workflow.workbench import Workbench


class Conductor(Protocol):
    """What a member can ask for once it is read; each verb raises the `Refused` that says what to do instead."""

    async def __call__(self, request: EditRequest) -> Receipt | Asking:
        """Place an edit, or ask first where it is dear."""

    async def agree(
        self, draft_id: int, user_id: int, role_ids: tuple[int, ...] | None = None, guild_id: int | None = None
    ) -> Receipt:
        """Place an edit that was asked about; `role_ids` are the member's roles now in this server."""

    async def drop(self, draft_id: int, user_id: int) -> None:
        """Give up an edit that was asked about."""

    async def again(
        self, job_id: int, user_id: int, role_ids: tuple[int, ...] | None = None, guild_id: int | None = None
    ) -> Receipt | Asking:
        """Place the same edit once more, with the roles that the member has now in this server."""

    async def cancel(self, job_id: int, user_id: int, *, moderates: Place | None = None) -> Job:
        """Stop an edit of one's own, or anybody's that is shown in the place that the member moderates."""

    async def show(self, job_id: int, user_id: int) -> Job:
        """Post the pictures of an edit that was stopped too late."""

    async def exhibit(self, job_id: int, user_id: int, which: Exhibit) -> str:
        """Post what can be looked at after an edit; the link to it."""

    async def standing(self, member: Member) -> tuple[Balance, ...]:
        """Every window that an edit of the member has to fit, with what is used of it; their grants after them."""

    async def history(self, member: Member) -> Sequence[Job]:
        """The member's last edits here, the newest first."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The counter. `operators` are the accounts that decide for the whole house."""

    intake: Intake
    submit: Conductor
    catalog: Catalog
    govern: Govern
    charts: Charts
    blobs: Blobs
    forgetting: Forgetting
    hosting: Hosting
    sources: Sources
    trays: Trays
    picking: Picking
    workbench: Workbench
    archive: Archive
    guild_log: GuildLog
    painter: Painter | None = None  # where the operator has a page for it
    operators: frozenset[int] = frozenset()
    imprint: Imprint = field(default_factory=Imprint)


class Host(Protocol):
    """What a button or a form needs of the client that it was pressed or sent in."""

    desk: Desk
    forms: set[str]
    tokens: Tokens

    @property
    def user(self) -> discord.ClientUser | None:
        """The bot's own account, once it is logged in."""

    def serving(self) -> None:
        """Note that the current task serves a member, until it ends."""

    async def failed(self, interaction: discord.Interaction[Any], error: Exception) -> None:
        """Tell the member why nothing came of it; never raises."""
