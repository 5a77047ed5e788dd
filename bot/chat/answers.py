"""How an interaction is acknowledged, within Discord's three seconds, and answered, within its fifteen minutes."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import aiohttp
import discord
import structlog

from bot.chat.place import jump_url
from bot.domain.draft import Draft
from bot.domain.job import Job
from bot.words import answers as words
from bot.words import drafts as draft_words
from bot.words import notes as note_words
from bot.words.escape import cut
from bot.words.status import DOT, title
from bot.workflow.ports import Asking, Note, NoteKind, Receipt

log = structlog.get_logger()

ALREADY_ACKNOWLEDGED = 40060
UNKNOWN_INTERACTION = 10062
NO_ANSWER = (aiohttp.ClientError, TimeoutError, OSError)
GONE = (401, 403, 404)  # an expired token, a deleted answer: nobody is listening any more

NOTES: dict[NoteKind, Callable[[str, note_words.Fields, str], str]] = {
    NoteKind.MASK: note_words.mask_read_note,
    NoteKind.FIRST_FRAME: note_words.first_frame_note,
    NoteKind.FIRST_PAGE: note_words.first_page_note,
    NoteKind.SCALED: note_words.scaled_note,
    NoteKind.PADDED: note_words.padded_note,
    NoteKind.SMALL: note_words.small_note,
    NoteKind.NEARLY_SPENT: note_words.nearly_spent_note,
}
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


async def answer(
    interaction: Interaction,
    text: str | None,
    embed: discord.Embed | None = None,
    files: Sequence[discord.File] = (),
    view: discord.ui.View | None = None,
) -> None:
    """Put the text in the place of "thinking…". Nobody hears it after fifteen minutes, and that is no failure."""
    if interaction.is_expired():
        return
    try:
        shown = None if text is None else cut(text, LONGEST)
        await interaction.edit_original_response(
            content=shown,
            embed=embed or discord.utils.MISSING,
            attachments=files or discord.utils.MISSING,
            view=view or discord.utils.MISSING,
            allowed_mentions=NOBODY,
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


async def accepted(interaction: Interaction, taken: Receipt | Asking) -> None:
    """The private answer to an edit that was placed, or waits for a yes: a link to its public message, and what was
    decided on the way.

    What was placed before is only pointed to: it may be anywhere by now.
    """
    locale = interaction.locale.value
    notes = in_words(taken.notes, locale)
    if isinstance(taken, Asking):
        first = draft_words.asking(taken.draft, question_url(taken.draft), locale)
        await answer(interaction, "\n".join((first, *notes)))
    elif not taken.fresh and (link := status_url(taken.job)):
        await answer(interaction, DOT.join((title(taken.job.id, locale), link)))
    else:
        text = words.accepted(taken.job, taken.ahead, status_url(taken.job), notes, locale)
        await answer(interaction, text)


async def noted(message: discord.Message, taken: Receipt | Asking) -> None:
    """What a mention is told beside the public message, which names the mask itself."""
    others = [note for note in taken.notes if note.kind is not NoteKind.MASK]
    if others:
        request = taken.draft.request if isinstance(taken, Asking) else taken.job.request
        await reply_shortly(message, "\n".join(in_words(others, request.locale)))


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


def question_url(draft: Draft) -> str | None:
    """The link to the message that asks about a draft, where it is known."""
    place, message_id = draft.request.place, draft.request.status_message
    return jump_url(place.guild_id, place.channel_id, message_id) if message_id is not None else None


def in_words(notes: Iterable[Note], locale: str) -> tuple[str, ...]:
    """The remarks about files and allowances, as they are read."""
    return tuple(NOTES[note.kind](note.filename, note.fields, locale) for note in notes)
