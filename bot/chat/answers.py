"""How an interaction is acknowledged, within Discord's three seconds, and answered, within its fifteen minutes."""

from typing import Any

import aiohttp
import discord
import structlog

from bot.chat.place import jump_url
from bot.domain.job import Job
from bot.words import answers as words
from bot.words.escape import cut
from bot.words.status import DOT, first_frame_note, mask_note, title
from bot.workflow.ports import NoteKind, Receipt

log = structlog.get_logger()

ALREADY_ACKNOWLEDGED = 40060
UNKNOWN_INTERACTION = 10062
NO_ANSWER = (aiohttp.ClientError, TimeoutError, OSError)
GONE = (401, 403, 404)  # an expired token, a deleted answer: nobody is listening any more

NOTES = {NoteKind.MASK: mask_note, NoteKind.FIRST_FRAME: first_frame_note}
NOBODY = discord.AllowedMentions.none()
REMOVED_AFTER_S = 20
LONGEST = 2000  # characters of a message; notes about sixteen pictures may be more

Interaction = discord.Interaction[Any]


class Unheard(Exception):
    """Discord gave the interaction up before it was acknowledged: the member was told so and will ask again."""


async def acknowledge(interaction: Interaction) -> None:
    """Say that an answer follows: privately in a server, openly in a direct message.

    Raises `Unheard` after the three seconds. An acknowledgement whose answer was lost counts: Discord then says that
    the interaction is acknowledged already.
    """
    interaction.client.serving()
    try:
        await _defer(interaction)
    except NO_ANSWER:
        await _defer(interaction)  # did Discord hear it? It says so when it is told once more


async def _defer(interaction: Interaction) -> None:
    try:
        await interaction.response.defer(ephemeral=interaction.guild_id is not None, thinking=True)
    except discord.InteractionResponded:
        return
    except discord.HTTPException as fault:
        if fault.code == UNKNOWN_INTERACTION:
            raise Unheard from fault
        if fault.code != ALREADY_ACKNOWLEDGED:
            raise


async def answer(interaction: Interaction, text: str | None, embed: discord.Embed | None = None) -> None:
    """Put the text in the place of "thinking…". Nobody hears it after fifteen minutes, and that is no failure."""
    if interaction.is_expired():
        return
    try:
        shown = None if text is None else cut(text, LONGEST)
        await interaction.edit_original_response(
            content=shown, embed=embed or discord.utils.MISSING, allowed_mentions=NOBODY
        )
    except discord.HTTPException as fault:
        if fault.status not in GONE:
            log.warning("answer_failed", interaction=interaction.id, status=fault.status, code=fault.code)
    except NO_ANSWER as fault:
        log.warning("answer_failed", interaction=interaction.id, kind=type(fault).__name__)


async def speak(interaction: Interaction, text: str) -> None:
    """Answer, whether the interaction was acknowledged or not."""
    if interaction.response.is_done() or interaction.is_expired():
        await answer(interaction, text)
        return
    try:
        private = interaction.guild_id is not None
        await interaction.response.send_message(cut(text, LONGEST), ephemeral=private, allowed_mentions=NOBODY)
    except discord.HTTPException as fault:
        if fault.code == ALREADY_ACKNOWLEDGED:
            await answer(interaction, text)
        elif fault.status not in GONE:
            log.warning("answer_failed", interaction=interaction.id, status=fault.status, code=fault.code)
    except NO_ANSWER as fault:
        log.warning("answer_failed", interaction=interaction.id, kind=type(fault).__name__)


async def accepted(interaction: Interaction, receipt: Receipt) -> None:
    """The private answer to an edit that was placed: a link to its public message, and what was decided on the way.

    What was placed before is only pointed to: it may be anywhere by now.
    """
    locale = interaction.locale.value
    if not receipt.fresh and (link := status_url(receipt.job)):
        await answer(interaction, DOT.join((title(receipt.job.id, locale), link)))
        return
    text = words.accepted(receipt.job, receipt.ahead, status_url(receipt.job), notes_of(receipt, locale), locale)
    await answer(interaction, text)


async def noted(message: discord.Message, receipt: Receipt) -> None:
    """What a mention is told beside the public message, which names the mask itself."""
    frames = [note.filename for note in receipt.notes if note.kind is NoteKind.FIRST_FRAME]
    if frames:
        locale = receipt.job.request.locale
        await reply_shortly(message, "\n".join(first_frame_note(name, locale) for name in frames))


async def reply_shortly(message: discord.Message, text: str) -> None:
    """One reply without a ping that is removed after twenty seconds; a place that does not take it stays silent."""
    reference = message.to_reference(fail_if_not_exists=False)
    try:
        await message.channel.send(
            cut(text, LONGEST),
            reference=reference,
            nonce=f"r{message.id}",
            allowed_mentions=NOBODY,
            mention_author=False,
            delete_after=REMOVED_AFTER_S,
        )
    except (discord.DiscordException, *NO_ANSWER) as fault:
        log.warning("reply_failed", message=message.id, kind=type(fault).__name__)


def status_url(job: Job) -> str | None:
    """The link to a job's public message, where it has one."""
    where = job.announcement
    return jump_url(job.request.place.guild_id, where.channel_id, where.message_id) if where else None


def notes_of(receipt: Receipt, locale: str) -> tuple[str, ...]:
    """The remarks about single files, in words."""
    return tuple(NOTES[note.kind](note.filename, locale) for note in receipt.notes)
