"""The bot's own account at Discord: connects, stays connected, and answers whatever failed."""

import asyncio
import hashlib
import inspect
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any

import aiohttp
import discord
import structlog
import yarl
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket

from bot.chat import answers
from bot.chat.desk import Desk
from bot.chat.doors import COGS, PRESSED
from bot.chat.identifying import FREE_IN_AN_HOUR, Identifying, Note, Noted
from bot.chat.overhearing import overhearing
from bot.chat.tokens import Tokens
from bot.chat.translator import CatalogueTranslator, payloads
from bot.chat.typing import typing
from bot.domain.errors import EditGone, FormExpired, PermissionsMissing, Trouble
from bot.words import answers as words
from bot.words.language import ENGLISH
from bot.words.refusals import say
from bot.workflow.ports import Clock, Lack, Metrics, StorageTrouble
from bot.workflow.room import refusal
from bot.workflow.silent import SILENT

LONGEST_PAUSE_S = 60.0
AUTHENTICATION_FAILED = 4004
LOGIN_FAULTS = (aiohttp.ClientError, OSError, TimeoutError, discord.HTTPException, discord.RateLimited)

log = structlog.get_logger()


class TokenRefused(Exception):
    """Discord does not accept DISCORD_TOKEN. Copy the bot's token again from the Developer Portal."""


class ApiMissing(Exception):
    """There is no Discord API at DISCORD_API_URL. Leave the setting out, or let it end in /api/v10."""


class IntentRefused(Exception):
    """Discord refuses the Message Content intent. Switch it on in the Developer Portal, or leave the setting off."""


def point_at(api_url: str | None, gateway_url: str | None) -> None:
    """Send discord.py to another server than Discord's.

    It reads its addresses from class attributes at each use and has no setting for them, so this holds for the whole
    process. `api_url` includes the version, "/api/v10"; stickers come from the same host.
    """
    if api_url is not None:
        discord.http.Route.BASE = api_url.rstrip("/")
        discord.Asset.BASE = str(yarl.URL(api_url).origin())
    if gateway_url is not None:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)


def intents(*, message_content: bool) -> discord.Intents:
    """What the bot hears: servers, and messages in them and in private. Content is privileged and a setting."""
    wanted = discord.Intents.none()
    wanted.guilds = wanted.guild_messages = wanted.dm_messages = True
    wanted.message_content = message_content
    return wanted


class DarkroomTree(app_commands.CommandTree["DarkroomClient"]):
    """The commands; what fails in one of them is answered in one place."""

    async def on_error(
        self, interaction: "discord.Interaction[DarkroomClient]", error: app_commands.AppCommandError, /
    ) -> None:
        """Hand it to the client."""
        await self.client.failed(interaction, error)


class DarkroomClient(commands.Bot):
    """Made and run inside the loop: `async with client: await client.serve(token)`.

    `desk` is set by the composition root before `serve`. `recall` and `remember` keep a small text under a key;
    `identified` counts an identify, `identifies` gives those since a time.
    """

    desk: Desk

    def __init__(
        self,
        *,
        clock: Clock,
        recall: Callable[[str], Awaitable[str | None]],
        remember: Callable[[str, str], Awaitable[None]],
        identified: Note,
        identifies: Noted,
        identifies_per_hour: int = FREE_IN_AN_HOUR,
        message_content: bool = False,
        user_install: bool = False,
        api_url: str | None = None,
        gateway_url: str | None = None,
        proxy: str | None = None,
        metrics: Metrics = SILENT,
    ) -> None:
        # It would warn of missing libraries for voice, which this bot does not speak.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=DarkroomTree,
            intents=intents(message_content=message_content),
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=user_install),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=user_install),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            max_ratelimit_timeout=60,
            # After the last server discord.py waits this long for another before it calls itself ready. Nothing here
            # depends on having seen them all, and two seconds, its own choice, are a long time to be thought absent.
            guild_ready_timeout=0.2,
            proxy=proxy,
            http_trace=overhearing(metrics),
        )
        point_at(api_url, gateway_url)
        self._ask_for_gateway = api_url is not None and gateway_url is None
        self._clock = clock
        self._recall = recall
        self._remember = remember
        self._identifying = Identifying(clock, identified, identifies, identifies_per_hour)
        self.logged_in = asyncio.Event()
        self.stopping = False
        self.forms: set[str] = set()
        self.tokens = Tokens(clock.now)
        self._doors: set[asyncio.Task[Any]] = set()

    @property
    def connected(self) -> bool:
        """Whether it is at Discord now: it has been told where it is, and its socket is open."""
        return self.is_ready() and self.ws is not None and self.ws.open and not self.is_closed()

    # ── being connected ─────────────────────────────────────────────────────────────────────────────────────

    async def serve(self, token: str) -> None:
        """Be at Discord until closed.

        Raises `TokenRefused`, `ApiMissing` or `IntentRefused`; everything else is tried again.
        """
        await self._persist(lambda: self._log_in(token), LOGIN_FAULTS)
        # discord.py ends with an AttributeError where the very first handshake fails, and with whatever a malformed
        # event raises; neither is a reason for a bot to be gone.
        await self._persist(self._stay, (Exception,))

    async def setup_hook(self) -> None:
        """Load the commands, and tell Discord of them where they have changed."""
        if self._ask_for_gateway:
            answer = await self.http.request(discord.http.Route("GET", "/gateway"))
            point_at(None, answer["url"])
        for name in COGS:
            if name not in self.extensions:
                await self.load_extension(name)
        self.add_dynamic_items(*PRESSED.values())
        await self.tree.set_translator(CatalogueTranslator())
        await self._sync()
        self.logged_in.set()

    async def _persist(self, attempt: Callable[[], Awaitable[None]], faults: tuple[type[Exception], ...]) -> None:
        pause = 1.0
        while not self.is_closed():
            began = self._clock.now()
            try:
                await attempt()
            except discord.LoginFailure as refusal:
                raise TokenRefused(inspect.getdoc(TokenRefused)) from refusal
            except discord.PrivilegedIntentsRequired as refusal:
                raise IntentRefused(inspect.getdoc(IntentRefused)) from refusal
            except discord.ConnectionClosed as closed:
                if closed.code == AUTHENTICATION_FAILED:
                    raise TokenRefused(inspect.getdoc(TokenRefused)) from closed
                if self.is_closed():
                    raise
                log.warning("discord_lost", code=closed.code)
            except faults as fault:
                # The fault's own words may hold what Discord sent, so only its kind and place are kept.
                log.warning("discord_lost", kind=type(fault).__name__, where=_where(fault))
            else:
                return
            pause = 1.0 if self._clock.now() - began > LONGEST_PAUSE_S else min(pause * 2, LONGEST_PAUSE_S)
            await self._clock.sleep(pause)

    async def _log_in(self, token: str) -> None:
        try:
            await self.login(token)
        except discord.NotFound as missing:
            raise ApiMissing(inspect.getdoc(ApiMissing)) from missing
        except LOGIN_FAULTS:
            # Each login makes a session of its own; one that failed would stay open.
            await self.http.close()
            self.http.connector = discord.utils.MISSING
            raise

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """What discord.py calls before each identify, and gives a minute: where that is too early, it raises."""
        await super().before_identify_hook(shard_id, initial=initial)
        await self._identifying.begin()

    async def _stay(self) -> None:
        await self._identifying.wait()
        try:
            await self.connect()
        except Exception:  # raised again, whatever it was
            # The heartbeat's thread outlives an event that raised, until its socket is closed. Any code but 1000 and
            # 1001, which would end the session at Discord.
            if not self.is_closed() and self.ws is not None and self.ws.open:
                await self.ws.close(code=4000)
            raise

    async def _sync(self) -> None:
        payload = json.dumps(await payloads(self.tree), sort_keys=True)
        state = hashlib.sha256(f"{discord.http.Route.BASE}\n{payload}".encode()).hexdigest()
        key = f"commands:{self.application_id}"
        if await self._recall(key) == state and await self._are_there():
            return
        await self.tree.sync()
        await self._remember(key, state)
        log.info("commands_synced")

    async def _are_there(self) -> bool:
        # What was remembered says nothing of commands that were deleted since, or of a sandbox that was started anew.
        there = {(command.type, command.name) for command in await self.tree.fetch_commands()}
        return there == {(_type_of(command), command.name) for command in self.tree.get_commands()}

    # ── being asked ─────────────────────────────────────────────────────────────────────────────────────────

    def serving(self) -> None:
        """Note that the current task serves a member, until it ends. Every door begins with it."""
        task = asyncio.current_task()
        if task is not None:
            self._doors.add(task)
            task.add_done_callback(self._doors.discard)

    async def served(self, within_s: float) -> None:
        """Return when whoever came before `stopping` was answered; after so many seconds the others are sent away.

        What such a door had placed is in the book, and the next start says so.
        """
        if not self._doors:
            return
        _, late = await asyncio.wait(set(self._doors), timeout=within_s)
        for task in late:
            task.cancel()
        if late:
            log.warning("doors_shut", doors=len(late))
            await asyncio.wait(late)

    def today(self) -> date:
        """The day, in UTC, where this process is."""
        return datetime.fromtimestamp(self._clock.now(), UTC).date()

    # ── answering what failed ───────────────────────────────────────────────────────────────────────────────

    async def failed(self, interaction: discord.Interaction[Any], error: Exception) -> None:
        """Tell the member why nothing came of it; never raises."""
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        if answers.is_late(cause):
            log.warning("interaction_late", interaction=interaction.id, guild=interaction.guild_id)
            return
        await answers.speak(interaction, self._sentence(cause, interaction.locale.value, interaction.id))
        await self._lacking(cause, interaction.guild_id, interaction.channel_id)

    @asynccontextmanager
    async def answering(self, message: discord.Message) -> AsyncIterator[None]:
        """Whatever fails inside is told in one short reply to the message."""
        self.serving()
        try:
            async with typing(message):
                yield
        except Exception as error:  # noqa: BLE001 - the member asked and must be told, whatever it was
            locale = await self._language_of(message)
            await answers.reply_shortly(message, self._sentence(error, locale, message.id))
            await self._lacking(error, message.guild.id if message.guild else None, message.channel.id)

    async def _language_of(self, message: discord.Message) -> str:
        """The language of what all see where a message was written: the admins' choice, else what Discord knows."""
        if message.guild is None:
            return ENGLISH
        try:
            chosen = (await self.desk.hosting.settings(message.guild.id)).language
        except StorageTrouble:
            chosen = None
        return chosen or message.guild.preferred_locale.value

    async def _lacking(self, error: Exception, guild_id: int | None, channel_id: int | None) -> None:
        """The server's log hears of permissions that are missing; a log that cannot be written is not worth a word."""
        if not isinstance(error, PermissionsMissing) or guild_id is None or channel_id is None:
            return
        lack = Lack(guild_id, channel_id, tuple(str(error.fields["names"]).split()))
        try:
            await self.desk.guild_log.lack(lack, self.today().isoformat())
        except Exception:  # the member was answered, and that is what counts
            log.warning("lack_not_logged", exc_info=True)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Answer what nobody else will: a form from before a restart, a button of another version."""
        custom_id = str(dict(interaction.data or {}).get("custom_id", ""))
        if interaction.type is discord.InteractionType.modal_submit and custom_id not in self.forms:
            await self.failed(interaction, FormExpired())
        known = any(shape.fullmatch(custom_id) for shape in PRESSED)
        if interaction.type is discord.InteractionType.component and not known:
            await self.failed(interaction, EditGone())

    async def on_message(self, message: discord.Message, /) -> None:
        """Nothing: there are no commands by prefix, and the cogs listen for themselves."""

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002 - discord.py's shape
        """Log what an event raised."""
        log.exception("event_failed", event_name=event_method)

    def _sentence(self, error: Exception, locale: str, about: int) -> str:
        if (plain := refusal(error)) is not None:
            log.error("not_kept", code=plain.code, about=about, kind=type(error).__name__)
            return say(plain, locale)
        if isinstance(error, Trouble):
            log.info("refused", code=error.code, about=about)
            return say(error, locale)
        if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
            return words.outdated(locale)
        reference = secrets.token_hex(4)
        log.error("unexpected", reference=reference, about=about, exc_info=error)
        return words.unexpected(reference, locale)


def _type_of(command: app_commands.Command[Any, ..., Any] | app_commands.ContextMenu | app_commands.Group) -> Any:
    return command.type if isinstance(command, app_commands.ContextMenu) else discord.AppCommandType.chat_input


def _where(fault: BaseException) -> str:
    trace = fault.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}" if trace else ""
