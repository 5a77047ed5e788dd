"""A small bot on unmodified discord.py that asks of a sandbox what a picture bot asks; it hands pictures back."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord
import yarl
from discord import app_commands
from discord.ext import commands

from tests.sandbox.discord.stand import Stand


class AskPrompt(discord.ui.Modal, title="Edit picture"):
    """The modal of the message command: pictures, a mask, the prompt."""

    pictures: discord.ui.Label[Any] = discord.ui.Label(
        text="Pictures", component=discord.ui.FileUpload(custom_id="pictures", required=False, max_values=10)
    )
    mask: discord.ui.Label[Any] = discord.ui.Label(
        text="Mask", component=discord.ui.FileUpload(custom_id="mask", required=False, max_values=1)
    )
    prompt: discord.ui.Label[Any] = discord.ui.Label(
        text="Prompt", component=discord.ui.TextInput(custom_id="prompt", max_length=4000)
    )

    def __init__(self, bot: "SmallBot", found: list[discord.Attachment]) -> None:
        super().__init__(timeout=900)
        self._bot = bot
        self._found = found

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Edit what was in the message and what was uploaded, in the member's order."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        submitted: Any = interaction.data
        resolved = submitted.get("resolved", {}).get("attachments", {})
        rows = submitted["components"]
        values = {one["component"]["custom_id"]: one["component"] for one in rows}
        names = [resolved[one]["filename"] for one in values["pictures"]["values"]]
        names += [f"mask:{resolved[one]['filename']}" for one in values["mask"]["values"]]
        found = [one.filename for one in self._found]
        await self._bot.work(interaction, values["prompt"]["value"], [*found, *names])


class SmallBot(commands.Bot):
    """Edits by slash, message command and mention; answers as the product does: privately, with a link."""

    def __init__(self, *, intents: discord.Intents | None = None) -> None:
        chosen = intents or discord.Intents.default()
        super().__init__("!", intents=chosen, allowed_mentions=discord.AllowedMentions.none(), guild_ready_timeout=0.1)
        self.logged_in = asyncio.Event()
        self.heard: list[discord.Message] = []
        self.resumed = asyncio.Event()
        self.asked: dict[int, tuple[int, str]] = {}

    async def setup_hook(self) -> None:
        """Register and sync the commands."""
        self.logged_in.set()
        self.tree.command(name="edit", description="Edit pictures")(self._slash())
        self.tree.add_command(app_commands.ContextMenu(name="Edit picture", callback=_menu))
        self.tree.command(name="quota", description="What is left")(_quota)
        await self.tree.sync()

    def _slash(self) -> Any:
        @app_commands.describe(image="A picture", image2="Another", mask="What may change", prompt="What to do")
        async def edit(
            interaction: discord.Interaction,
            prompt: app_commands.Range[str, 1, 4000],
            image: discord.Attachment,
            image2: discord.Attachment | None = None,
            mask: discord.Attachment | None = None,
            n: app_commands.Range[int, 1, 4] = 1,
            size: str | None = None,
            lock: bool | None = None,
            feather: app_commands.Range[int, 0, 200] | None = None,
        ) -> None:
            await interaction.response.defer(ephemeral=interaction.guild is not None)
            if prompt == "refuse me":
                await interaction.edit_original_response(content="No allowance is left. Try again tomorrow.")
                return
            if prompt.startswith("ask first"):
                await self.ask(interaction, image)
                return
            names = [one.filename for one in (image, image2) if one] + ([f"mask:{mask.filename}"] if mask else [])
            given = {"size": size, "lock": lock, "feather": feather}
            names += [f"{name}={value}" for name, value in given.items() if value is not None]
            await self.work(interaction, prompt, names)

        return edit

    async def work(self, interaction: discord.Interaction, prompt: str, names: list[str]) -> None:
        """Post the status, link to it, and hand the pictures back in a thread."""
        place = self.get_partial_messageable(interaction.channel_id or 0)
        status = await place.send(f"Edit · {prompt}", view=buttons(), nonce=str(interaction.id))
        await interaction.edit_original_response(content=f"Placed: {_link(interaction, status.id)}")
        await self.deliver(status, prompt, names, threaded=isinstance(interaction.channel, discord.TextChannel))

    async def ask(self, interaction: discord.Interaction, image: discord.Attachment) -> None:
        """Post a question with a picture, and link to it."""
        place = self.get_partial_messageable(interaction.channel_id or 0)
        overlay = discord.File(io.BytesIO(b"overlay"), "mask-17.bin", description="a quarter of it, in red")
        asked = await place.send(
            "It may cost $1.23.", view=yes_or_no(), file=overlay, embed=discord.Embed(title="Teal")
        )
        self.asked[asked.id] = (interaction.user.id, image.filename)
        await interaction.edit_original_response(content=f"I ask first: {_link(interaction, asked.id)}")

    async def agree(self, interaction: discord.Interaction) -> None:
        """Let the question become the status message, in one edit, and go on from there."""
        question = interaction.message
        assert question is not None
        member, name = self.asked[question.id]
        await interaction.response.defer(ephemeral=interaction.guild is not None, thinking=True)
        if member != interaction.user.id:
            await interaction.edit_original_response(content="That is for the member who asked.")
            return
        status = await question.edit(content="Edit", view=buttons(), attachments=[])
        await interaction.edit_original_response(content=f"Placed: {_link(interaction, status.id)}")
        await self.deliver(status, "agreed", [name], threaded=isinstance(interaction.channel, discord.TextChannel))

    async def exhibit(self, interaction: discord.Interaction) -> None:
        """Post a picture where the button is, and link to it."""
        await interaction.response.defer(ephemeral=interaction.guild is not None, thinking=True)
        place = self.get_partial_messageable(interaction.channel_id or 0)
        shown = await place.send("Before and after", file=discord.File(io.BytesIO(b"both"), "both.bin"))
        await interaction.edit_original_response(content=f"Here: {_link(interaction, shown.id)}")

    async def deliver(self, status: discord.Message, prompt: str, names: list[str], *, threaded: bool) -> None:
        """Post a file per picture."""
        place: Any = status.channel
        if threaded:
            full = await self.fetch_channel(status.channel.id)
            assert isinstance(full, discord.TextChannel)
            place = await full.get_partial_message(status.id).create_thread(name=prompt[:100])
        files = [discord.File(io.BytesIO(b"result"), f"{index}.bin") for index, _ in enumerate(names)]
        compare = discord.ui.View(timeout=None)
        compare.add_item(discord.ui.Button(label="Before/after", custom_id="compare"))
        await place.send(", ".join(names), files=files, nonce=f"r{status.id}", view=compare)
        await status.edit(content="done", view=buttons())

    async def on_message(self, message: discord.Message) -> None:
        """Answer a mention."""
        self.heard.append(message)
        if self.user not in message.mentions or message.author.bot:
            return
        found = [*(message.reference.resolved.attachments if _resolved(message) else ()), *message.attachments]  # type: ignore[union-attr]
        if not found:
            await message.reply("I cannot see a picture there. Right-click it instead.", mention_author=False)
            return
        status = await message.reply("Edit", view=buttons(), mention_author=False)
        await self.deliver(status, "by reply", [one.filename for one in found], threaded=True)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Answer the buttons."""
        if interaction.type is not discord.InteractionType.component:
            return
        component: Any = interaction.data
        pressed = component["custom_id"]
        if pressed == "again":
            await interaction.response.defer(ephemeral=True, thinking=True)
            await self.work(interaction, "again", ["again.png"])
        elif pressed == "update":
            await interaction.response.edit_message(content="updated", view=buttons())
        elif pressed == "go":
            await self.agree(interaction)
        elif pressed == "drop":
            await interaction.response.edit_message(content="Dropped.", view=None, attachments=[])
        elif pressed == "compare":
            await self.exhibit(interaction)

    async def on_resumed(self) -> None:
        """Note that the session was resumed."""
        self.resumed.set()


def buttons() -> discord.ui.View:
    """Two buttons that work and one that does not."""
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Again", custom_id="again"))
    view.add_item(discord.ui.Button(label="Update", custom_id="update"))
    view.add_item(discord.ui.Button(label="Not now", custom_id="never", disabled=True))
    return view


def yes_or_no() -> discord.ui.View:
    """What a question is answered with."""
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Drop it", custom_id="drop"))
    view.add_item(discord.ui.Button(label="Go ahead", custom_id="go", style=discord.ButtonStyle.success))
    return view


def _link(interaction: discord.Interaction, message_id: int) -> str:
    return f"https://discord.com/channels/{interaction.guild_id or '@me'}/{interaction.channel_id}/{message_id}"


async def _menu(interaction: discord.Interaction, message: discord.Message) -> None:
    assert isinstance(interaction.client, SmallBot)
    await interaction.response.send_modal(AskPrompt(interaction.client, message.attachments))


async def _quota(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("20 of 20 pictures are left today.", ephemeral=True)
    await interaction.followup.send("They renew at midnight.", ephemeral=True)


def _resolved(message: discord.Message) -> bool:
    return message.reference is not None and isinstance(message.reference.resolved, discord.Message)


@asynccontextmanager
async def pointed_at(stand: Stand) -> AsyncIterator[None]:
    """discord.py talks to the stand-in for as long as this lasts."""
    base, gateway = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    discord.http.Route.BASE = f"{stand.url}/api/v10"
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(stand.url.replace("http", "ws", 1) + "/gateway")
    try:
        yield
    finally:
        discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


@asynccontextmanager
async def running(stand: Stand, bot: SmallBot | None = None) -> AsyncIterator[SmallBot]:
    """The small bot, logged in and ready."""
    small = bot or SmallBot()
    async with pointed_at(stand), small:
        task = asyncio.create_task(small.start(stand.server.token))
        ready = asyncio.create_task(_ready(small))
        await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            ready.cancel()
            await task
        yield small
        await small.close()
        await task


async def _ready(bot: SmallBot) -> None:
    await bot.logged_in.wait()
    await bot.wait_until_ready()
