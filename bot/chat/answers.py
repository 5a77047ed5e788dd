"""How an interaction is acknowledged, within Discord's three seconds, and answered, within its fifteen minutes."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import aiohttp
import discord
import structlog

from bot.chat.place import IN_AN_ANSWER, is_guest, jump_url
from bot.chat.tokens import Tokens
from bot.domain.draft import Draft
from bot.domain.job import Job
from bot.words import answers as words
from bot.words import drafts as draft_words
from bot.words import notes as note_words
from bot.words.escape import cut
from bot.words.status import DOT, outcome, title
from bot.workflow.ports import Asking, Note, NoteKind, Receipt

log = structlog.get_logger()

ALREADY_ACKNOWLEDGED = 40060
UNKNOWN_INTERACTION = 10062
NO_ANSWER = (aiohttp.ClientError, TimeoutError, OSError)
FAULTS = (discord.HTTPException, *NO_ANSWER)
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


def is_late(fault: Exception) -> bool:
    """Whether Discord gave an interaction up before it was answered, with an acknowledgement or with a form."""
    unknown = isinstance(fault, discord.NotFound) and fault.code == UNKNOWN_INTERACTION
    return unknown or isinstance(fault, Unheard)


async def acknowledge(interaction: Interaction, *, shows: bool = False) -> None:
    """Say that an answer follows: privately in a server, openly in a direct message.

    Where the member alone has brought the bot along, the answer is all that there can be: an edit says by `shows` that
    everybody may see it. Raises `Unheard` after the three seconds. An acknowledgement whose answer was lost counts:
    Discord then says that the interaction is acknowledged already.
    """
    interaction.client.serving()
    tokens = tokens_of(interaction)
    public = shows and _may_show(interaction) if is_guest(interaction) else interaction.guild_id is None
    here = _goes_on(interaction) and tokens.pressed(interaction) is not None
    await defer(interaction, public=public, here=here)
    if here:
        tokens.renew(interaction)
    else:
        tokens.keep(interaction, public=public)


def tokens_of(interaction: Interaction) -> Tokens:
    """Where the client keeps the answers that are open."""
    tokens: Tokens = interaction.client.tokens
    return tokens


async def defer(interaction: Interaction, *, public: bool, here: bool) -> None:
    """Tell Discord that an answer follows: a new message, or `here` a change of the one that was pressed on."""
    try:
        await _defer(interaction, public=public, here=here)
    except NO_ANSWER:
        await _defer(interaction, public=public, here=here)  # did Discord hear it? It says so when it is told again


async def _defer(interaction: Interaction, *, public: bool, here: bool) -> None:
    try:
        await interaction.response.defer(ephemeral=not public, thinking=not here)
    except discord.InteractionResponded:
        return
    except discord.HTTPException as fault:
        if fault.code == UNKNOWN_INTERACTION:
            raise Unheard from fault
        if fault.code != ALREADY_ACKNOWLEDGED:
            raise


def _may_show(interaction: Interaction) -> bool:
    """Whether a picture may be shown to everybody where the bot is a guest: there it may do what its member may."""
    may = interaction.app_permissions
    return may.attach_files and may.embed_links


def _goes_on(interaction: Interaction) -> bool:
    """Whether the message under the button itself goes on: a question in an answer becomes the edit's status."""
    return str(dict(interaction.data or {}).get("custom_id", "")).startswith("draft:go:")


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
    tokens = tokens_of(interaction)
    if tokens.took_over(interaction):
        await add(interaction, text or "", files)
        return
    try:
        shown = None if text is None else cut(text, LONGEST)
        message = await interaction.edit_original_response(
            content=shown,
            embed=embed or discord.utils.MISSING,
            attachments=files or discord.utils.MISSING,
            view=view or discord.utils.MISSING,
            allowed_mentions=NOBODY,
        )
    except FAULTS as fault:
        _note(interaction, fault)
    else:
        if (kept := tokens.get(interaction.id)) is not None:
            tokens.shown(kept, message.id)


async def add(interaction: Interaction, text: str, files: Sequence[discord.File] = ()) -> None:
    """Say more, to the member alone. Nobody hears it after fifteen minutes, and that is no failure."""
    if interaction.is_expired():
        return
    try:
        await interaction.followup.send(
            cut(text, LONGEST), files=files or discord.utils.MISSING, ephemeral=True, allowed_mentions=NOBODY
        )
    except FAULTS as fault:
        _note(interaction, fault)


def _note(interaction: Interaction, fault: Exception) -> None:
    if not isinstance(fault, discord.HTTPException):
        log.warning("answer_failed", interaction=interaction.id, kind=type(fault).__name__)
    elif fault.status not in GONE:
        log.warning("answer_failed", interaction=interaction.id, status=fault.status, code=fault.code)


async def speak(interaction: Interaction, text: str) -> None:
    """Answer, whether the interaction was acknowledged or not."""
    if interaction.response.is_done() or interaction.is_expired():
        await answer(interaction, text)
        return
    try:
        private = interaction.guild_id is not None or is_guest(interaction)
        await interaction.response.send_message(cut(text, LONGEST), ephemeral=private, allowed_mentions=NOBODY)
    except FAULTS as fault:
        if isinstance(fault, discord.HTTPException) and fault.code == ALREADY_ACKNOWLEDGED:
            await answer(interaction, text)
        else:
            _note(interaction, fault)


async def accepted(interaction: Interaction, taken: Receipt | Asking) -> None:
    """The private answer to an edit that was placed, or waits for a yes: a link to its public message, and what was
    decided on the way.

    What was placed before is only pointed to: it may be anywhere by now. Where the answer is the status message itself,
    only what was decided is said beside it.
    """
    locale = interaction.locale.value
    notes = in_words(taken.notes, locale)
    request = taken.draft.request if isinstance(taken, Asking) else taken.job.request
    if request.place.kind in IN_AN_ANSWER:
        await _accepted_in_private(interaction, taken, notes)
    elif isinstance(taken, Asking):
        first = draft_words.asking(taken.draft, question_url(taken.draft), locale)
        await answer(interaction, "\n".join((first, *notes)))
    elif not taken.fresh and (link := status_url(taken.job)):
        await answer(interaction, DOT.join((title(taken.job.id, locale), link)))
    else:
        text = words.accepted(taken.job, taken.ahead, status_url(taken.job), notes, locale)
        await answer(interaction, text)


async def _accepted_in_private(interaction: Interaction, taken: Receipt | Asking, notes: tuple[str, ...]) -> None:
    locale, tokens = interaction.locale.value, tokens_of(interaction)
    own = tokens.get(interaction.id)
    if tokens.took_over(interaction) or (own is not None and own.used):
        if notes:
            await add(interaction, "\n".join(notes))
    else:
        await answer(interaction, "\n".join((_in_private(taken, locale), *notes)))


def _in_private(taken: Receipt | Asking, locale: str) -> str:
    """What is said where somebody asked of an edit that is shown to its member elsewhere, without a link for others."""
    if isinstance(taken, Asking):
        return draft_words.asking(taken.draft, None, locale)
    if not taken.fresh:
        return DOT.join((title(taken.job.id, locale), outcome(taken.job, locale)))
    if taken.job.announcement is None:
        return words.accepted(taken.job, taken.ahead, None, (), locale)
    return words.by_direct_message(taken.job, locale)


async def noted(message: discord.Message, taken: Receipt | Asking) -> None:
    """What a mention is told beside the public message, which names the mask itself."""
    request = taken.draft.request if isinstance(taken, Asking) else taken.job.request
    notes = [note for note in taken.notes if note.kind is not NoteKind.MASK]
    said = list(in_words(notes, request.locale))
    if request.place.kind in IN_AN_ANSWER:
        said.insert(0, _in_private(taken, request.locale))
    if said:
        await reply_shortly(message, "\n".join(said))


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
    where = None if job.request.place.kind in IN_AN_ANSWER else job.announcement
    return jump_url(job.request.place.guild_id, where.channel_id, where.message_id) if where else None


def question_url(draft: Draft) -> str | None:
    """The link to the public message that asks about a draft, where it is known."""
    place, message_id = draft.request.place, draft.request.status_message
    return jump_url(place.guild_id, place.channel_id, message_id) if message_id is not None else None


def in_words(notes: Iterable[Note], locale: str) -> tuple[str, ...]:
    """The remarks about files and allowances, as they are read."""
    return tuple(NOTES[note.kind](note.filename, note.fields, locale) for note in notes)
