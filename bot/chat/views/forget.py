"""The button under the question whether a member shall be forgotten: whoever presses it means themselves."""

import re
from typing import Any, Self

import discord

from bot.chat import answers
from bot.chat.desk import Host
from bot.chat.views.pressed import Pressed
from bot.words import labels
from bot.words import privacy as words

FORGET = re.compile("privacy:forget")

Interaction = discord.Interaction[Any]


class ForgetButton(Pressed, discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=FORGET):
    """Says yes. Its id names nobody, so that a forged one can delete nothing of anybody else's."""

    def __init__(self, locale: str) -> None:
        label = labels.label(labels.FORGET, locale)
        super().__init__(
            discord.ui.Button(label=label, style=discord.ButtonStyle.danger, custom_id=FORGET.pattern),
        )

    @classmethod
    async def from_custom_id(
        cls,
        interaction: Interaction,
        item: discord.ui.Item[Any],  # noqa: ARG003 - the meaning is in the id
        match: re.Match[str],  # noqa: ARG003 - and the id says no more
        /,
    ) -> Self:
        """The button that was pressed, made anew."""
        return cls(interaction.locale.value)

    async def use(self, host: Host, interaction: Interaction) -> None:
        """Acknowledge, forget, answer."""
        await answers.acknowledge(interaction)
        await host.desk.forgetting.forget(interaction.user.id)
        await answers.answer(interaction, words.forgotten(interaction.locale.value))


def forget_button(locale: str) -> discord.ui.View:
    """A row with the button."""
    view = discord.ui.View(timeout=None)
    view.add_item(ForgetButton(locale))
    return view
