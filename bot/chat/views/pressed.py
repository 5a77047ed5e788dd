"""Whatever is pressed or chosen keeps its meaning in its id: it is made anew each time, and never without an answer."""

import re
from typing import Any, Self

import discord

from bot.chat.desk import Host

Interaction = discord.Interaction[Any]


class Pressed:
    """What all such items have in common, to be named before `discord.ui.DynamicItem`. `custom_id` says everything."""

    def __init__(self, item: Any) -> None:
        super().__init__(item)  # type: ignore[call-arg]  # the other base takes it

    @classmethod
    async def from_custom_id(
        cls,
        interaction: Interaction,  # noqa: ARG003 - the meaning is in the id
        item: discord.ui.Item[Any],
        match: re.Match[str],  # noqa: ARG003 - and the item reads it
        /,
    ) -> Self:
        """The item that was used, made anew."""
        return cls(item)

    async def callback(self, interaction: Interaction) -> None:
        """Do it; whatever goes wrong is answered by the client."""
        host: Host = interaction.client
        try:
            host.serving()
            await self.use(host, interaction)
        except Exception as error:  # noqa: BLE001 - discord.py would only log it, and the member would wait for ever
            await host.failed(interaction, error)

    async def use(self, host: Host, interaction: Interaction) -> None:
        """Acknowledge, do it, answer."""
        raise NotImplementedError
