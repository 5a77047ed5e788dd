"""A member's edits, ten at a time: a line each, the pages beside it, and a menu of those that can be shown again."""

import re
from typing import Any

import discord

from bot.chat import answers
from bot.chat.desk import Desk, Host
from bot.chat.place import presser_of
from bot.chat.views.buttons import rows
from bot.chat.views.handing import hand_over, most_bytes
from bot.chat.views.in_place import hold
from bot.chat.views.pressed import Pressed
from bot.chat.views.result_buttons import result_buttons
from bot.domain.errors import EditGone
from bot.words import history as words
from bot.words import labels
from bot.words.alt import result_alt
from bot.words.escape import cut
from bot.workflow.archive import Page

HISTORY = re.compile(r"history:(?:page:(?P<before>[0-9]{1,18})|show)")
LONGEST = 4096  # characters of an embed's description

Interaction = discord.Interaction[Any]
Item = discord.ui.Item[Any]


class HistoryItem(Pressed, discord.ui.DynamicItem[Item], template=HISTORY):
    """A button of a page, or its menu. It shows whoever uses it their own edits, whoever was shown it."""

    def __init__(self, item: Item) -> None:
        super().__init__(item)
        match = HISTORY.fullmatch(self.custom_id)
        self.before = int(match["before"]) if match is not None and match["before"] else None

    async def use(self, host: Host, interaction: Interaction) -> None:
        """Turn the page, or show what was chosen."""
        if self.custom_id == "history:show":
            await answers.acknowledge(interaction)
            await _show(host.desk, interaction)
        else:
            await hold(interaction)
            await show_page(host.desk, interaction, self.before or 0)


async def show_page(desk: Desk, interaction: Interaction, before: int = 0) -> None:
    """Answer with the edits before this one, 0 for the newest."""
    locale = interaction.locale.value
    page = await desk.archive.page(presser_of(interaction), before)
    lines = [words.entry(one.job, answers.status_url(one.job), locale, pictures=one.pictures) for one in page.entries]
    text = cut("\n".join(lines), LONGEST) or words.nothing(locale)
    embed = discord.Embed(title=words.heading(locale), description=text)
    await answers.answer(interaction, None, embed, view=_controls(page, locale))


def _controls(page: Page, locale: str) -> discord.ui.View:
    items: list[HistoryItem] = []
    for label, before in ((labels.NEWER, page.newer), (labels.OLDER, page.older)):
        if before is not None:
            text = labels.label(label, locale)
            items.append(HistoryItem(discord.ui.Button(label=text, custom_id=f"history:page:{before}", row=1)))
    there = [one.job for one in page.entries if one.pictures]
    if there:
        options = [discord.SelectOption(label=words.option(job, locale), value=str(job.id)) for job in there]
        placeholder = labels.label(labels.SHOW_AGAIN, locale)
        menu = discord.ui.Select[discord.ui.View](
            custom_id="history:show", placeholder=placeholder, options=options, row=0
        )
        items.append(HistoryItem(menu))
    return rows(*items)


async def _show(desk: Desk, interaction: Interaction) -> None:
    chosen = str(next(iter(dict(interaction.data or {}).get("values") or ()), ""))  # type: ignore[call-overload]
    if not re.fullmatch("[0-9]{1,18}", chosen):
        raise EditGone
    presser, locale = presser_of(interaction), interaction.locale.value
    async with desk.archive.shown(int(chosen), presser, most_bytes(interaction)) as (job, parcels):
        presets = await desk.hosting.presets(presser.place.guild_id)
        await hand_over(
            interaction,
            words.shown_line(job, locale),
            parcels,
            result_alt(job.request.prompt, locale),
            hidden=job.request.spoiler,
            view=result_buttons(job, presets, again=True, paints=desk.painter is not None, locale=locale),
        )
