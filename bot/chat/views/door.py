"""What every way in ends with: the edit is placed, or asked about, or the member chooses which pictures are meant."""

from typing import Any

import discord

from bot.chat import answers
from bot.chat.desk import Desk, Host
from bot.chat.intake.reading import Asked
from bot.chat.intake.search import Look, Search
from bot.chat.intake.taking import Taken
from bot.chat.views.picker import reply_with_picker, show_picker
from bot.domain.quota import Member
from bot.workflow.ports import Asking, Receipt


async def ask(interaction: discord.Interaction[Any], asked: Asked, look: Look | None = None) -> None:
    """Take an edit that came with an interaction, which is acknowledged already, and answer it."""
    host: Host = interaction.client
    taken = await host.desk.intake.take(asked, look)
    if taken.candidates:
        picker = await host.desk.picking.open(taken.request, [one.picture for one in taken.candidates])
        await show_picker(interaction, host.desk, picker, taken)
    else:
        await answers.accepted(interaction, await _placed(host.desk, taken))


async def ask_by_message(desk: Desk, message: discord.Message, asked: Asked, look: Look) -> None:
    """Take an edit that came with a message, and answer that."""
    taken = await desk.intake.take(asked, look)
    if taken.candidates:
        picker = await desk.picking.open(taken.request, [one.picture for one in taken.candidates])
        await reply_with_picker(message, desk, picker, taken)
    else:
        await answers.noted(message, await _placed(desk, taken))


def search(host: Host) -> Search:
    """What looks for pictures."""
    return Search(host.desk.sources, host.desk.trays, host.user.id if host.user is not None else 0)


async def _placed(desk: Desk, taken: Taken) -> Receipt | Asking:
    receipt = await desk.submit(taken.request)
    if taken.from_tray and isinstance(receipt, Receipt):
        request = taken.request
        member = Member(request.user_id, request.place.guild_id, request.role_ids)
        await desk.trays.used(member, request.pictures)
    return receipt
