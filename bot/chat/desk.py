"""What the doors need of the house: everything behind the counter, put together by the composition root."""

from dataclasses import dataclass
from typing import Any, Protocol

import discord

from bot.chat.intake import Intake
from bot.domain.catalog import Catalog
from bot.domain.job import Job
from bot.domain.quota import Balance
from bot.domain.request import EditRequest
from bot.workflow.ports import Asking, Exhibit, Receipt


class Conductor(Protocol):
    """What a member can ask for once it is read; each verb raises the `Refused` that says what to do instead."""

    async def __call__(self, request: EditRequest) -> Receipt | Asking:
        """Place an edit, or ask first where it is dear."""

    async def agree(self, draft_id: int, user_id: int) -> Receipt:
        """Place an edit that was asked about."""

    async def drop(self, draft_id: int, user_id: int) -> None:
        """Give up an edit that was asked about."""

    async def again(self, job_id: int, user_id: int) -> Receipt | Asking:
        """Place the same edit once more."""

    async def cancel(self, job_id: int, user_id: int) -> Job:
        """Stop an edit."""

    async def show(self, job_id: int, user_id: int) -> Job:
        """Post the pictures of an edit that was stopped too late."""

    async def exhibit(self, job_id: int, user_id: int, which: Exhibit) -> str:
        """Post what can be looked at after an edit; the link to it."""

    async def standing(self, user_id: int) -> tuple[Balance, ...]:
        """What is left of the member's allowances."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The counter."""

    intake: Intake
    submit: Conductor
    catalog: Catalog


class Host(Protocol):
    """What a button or a form needs of the client that it was pressed or sent in."""

    desk: Desk
    forms: set[str]

    def serving(self) -> None:
        """Note that the current task serves a member, until it ends."""

    async def failed(self, interaction: discord.Interaction[Any], error: Exception) -> None:
        """Tell the member why nothing came of it; never raises."""
