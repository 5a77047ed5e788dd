"""The gateway: WebSocket sessions that identify, beat, miss things, resume and are told what their intents allow.

Opcodes and close codes: Discord's reference, "Gateway Opcodes" and "Gateway Close Event Codes".
"""

import asyncio
import json
import secrets
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from bot.sandbox.discord_api.payloads import Payloads
from bot.sandbox.discord_api.permissions import Access, Permission
from bot.sandbox.discord_api.refusals import Json, SandboxRefusal
from bot.sandbox.discord_api.world import Channel, Guild, World

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME, RECONNECT, MEMBERS, INVALID, HELLO, ACK = (
    0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11,
)  # fmt: skip
NAMES = {1: "HEARTBEAT", 2: "IDENTIFY", 3: "PRESENCE_UPDATE", 4: "VOICE_STATE", 6: "RESUME", 8: "REQUEST_MEMBERS"}
SERVER_NAMES = {7: "RECONNECT", 9: "INVALID_SESSION", 10: "HELLO", 11: "HEARTBEAT_ACK"}
UNKNOWN_OP, UNDECODABLE, NOT_IDENTIFIED, WRONG_TOKEN, ALREADY_IDENTIFIED = 4001, 4002, 4003, 4004, 4005
BAD_SEQUENCE, RATE_LIMITED, DISALLOWED_INTENTS = 4007, 4008, 4014
HEARTBEAT_MS = 41250
MOST_PAYLOAD = 4096
EVENTS_A_MINUTE = 120
KEPT_DISPATCHES = 2000
RESUMABLE_S = 180.0

GUILDS, GUILD_MEMBERS, PRESENCES = 1 << 0, 1 << 1, 1 << 8
GUILD_MESSAGES, GUILD_REACTIONS, DM_MESSAGES, DM_REACTIONS = 1 << 9, 1 << 10, 1 << 12, 1 << 13
MESSAGE_CONTENT = 1 << 15

Record = Callable[[str, str, Json], None]


@dataclass(slots=True)
class Session:
    """One identified session, which outlives its socket for three minutes."""

    id: str
    intents: int
    shard: tuple[int, int]
    sequence: int = 0
    kept: deque[Json] = field(default_factory=lambda: deque(maxlen=KEPT_DISPATCHES))
    link: "Link | None" = None
    left_at: float = 0.0

    @property
    def reads(self) -> bool:
        """Whether messages come to it with their content."""
        return bool(self.intents & MESSAGE_CONTENT)

    def concerns(self, guild_id: int | None) -> bool:
        """Whether a guild's events (None: a DM's) belong to this shard."""
        index, count = self.shard
        return index == (0 if guild_id is None else (guild_id >> 22) % count)


class Link:
    """One open socket and what waits to be written to it."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.socket = socket
        self.session: Session | None = None
        self.outbox: asyncio.Queue[Json] = asyncio.Queue()
        self.heard: deque[float] = deque(maxlen=EVENTS_A_MINUTE + 1)
        self._request = request

    def send(self, frame: Json) -> None:
        """Put a frame in line to be written."""
        self.outbox.put_nowait(frame)

    def abort(self) -> None:
        """Cut the connection without a word."""
        if self._request.transport is not None:
            self._request.transport.abort()


class Gateway:
    """Accepts bots and tells them what happens."""

    def __init__(self, world: World, payloads: Payloads, access: Access, record: Record | None = None) -> None:
        self.url = ""
        self.token = ""
        self.identified = 0
        self._world = world
        self._payloads = payloads
        self._access = access
        self._record: Record = record or (lambda *_: None)
        self._sessions: dict[str, Session] = {}
        self._links: set[Link] = set()

    # What the world tells

    def dispatch(self, event: str, write: Callable[[bool], Json], *, intent: int, guild_id: int | None) -> None:
        """Tell every session whose intents (0: any) and shard allow it; `write(reads)` makes the payload."""
        for session in self._living():
            if session.concerns(guild_id) and (not intent or session.intents & intent):
                self._tell(session, event, write(session.reads))

    def connected(self) -> int:
        """How many sessions have an open socket."""
        return sum(session.link is not None for session in self._sessions.values())

    # What the control does

    def drop(self) -> None:
        """Cut every connection; the sessions can be resumed."""
        for link in tuple(self._links):
            link.abort()

    def reconnect(self) -> None:
        """Ask every bot to reconnect and resume (op 7)."""
        for link in tuple(self._links):
            self._control(link, RECONNECT, None)

    def invalidate(self) -> None:
        """End every session for good (op 9, not resumable)."""
        self._sessions.clear()
        for link in tuple(self._links):
            link.session = None
            self._control(link, INVALID, False)

    def replay(self, count: int = 1) -> None:
        """Say the last dispatches once more, as may happen after a resume."""
        for session in self._living():
            if session.link is None:
                raise SandboxRefusal("nobody is connected to hear it again")
            for frame in tuple(session.kept)[-count:]:
                session.link.send(frame)

    async def close(self) -> None:
        """Close every socket, as a server that goes away does."""
        for link in tuple(self._links):
            await link.socket.close(code=1001)

    # The socket

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """GET /gateway: one bot's socket, from hello to its end."""
        socket = web.WebSocketResponse(compress=False, timeout=1)
        await socket.prepare(request)
        link = Link(socket, request)
        self._links.add(link)
        writer = asyncio.create_task(_write(link))
        self._control(link, HELLO, {"heartbeat_interval": HEARTBEAT_MS})
        try:
            await self._listen(link)
        finally:
            writer.cancel()
            self._links.discard(link)
            self._leave(link)
        return socket

    async def _listen(self, link: Link) -> None:
        async for frame in link.socket:
            if frame.type is not WSMsgType.TEXT:
                continue
            code = self._hear(link, frame.data)
            if code is not None:
                await link.socket.close(code=code)

    def _hear(self, link: Link, raw: str) -> int | None:
        """Act on one frame; a close code where it is not acceptable."""
        if len(raw.encode()) > MOST_PAYLOAD:
            return UNDECODABLE
        if self._too_many(link):
            return RATE_LIMITED
        try:
            frame = json.loads(raw)
            op, given = frame["op"], frame.get("d")
        except (ValueError, KeyError, TypeError, AttributeError):
            return UNDECODABLE
        self._record("SEND", NAMES.get(op, str(op)), _without_token(frame))
        if op == HEARTBEAT:
            self._control(link, ACK, None)
            return None
        if op == IDENTIFY:
            return self._identify(link, given)
        if op == RESUME:
            return self._resume(link, given)
        if op not in NAMES:
            return UNKNOWN_OP
        return NOT_IDENTIFIED if link.session is None else None

    def _too_many(self, link: Link) -> bool:
        now = self._world.clock.now()
        link.heard.append(now)
        return len(link.heard) > EVENTS_A_MINUTE and now - link.heard[0] < 60

    def _identify(self, link: Link, given: Json) -> int | None:
        if link.session is not None:
            return ALREADY_IDENTIFIED
        if given.get("token", "").removeprefix("Bot ") != self.token:
            return WRONG_TOKEN
        intents = int(given.get("intents", 0))
        allowed = MESSAGE_CONTENT if self._world.message_content_allowed else 0
        if intents & (GUILD_MEMBERS | PRESENCES | MESSAGE_CONTENT) & ~allowed:
            return DISALLOWED_INTENTS
        shard = given.get("shard") or (0, 1)
        session = Session(secrets.token_hex(16), intents, (int(shard[0]), int(shard[1])), link=link)
        link.session = session
        self._sessions[session.id] = session
        self.identified += 1
        self._welcome(session)
        self._world.bell.ring()
        return None

    def _welcome(self, session: Session) -> None:
        bot = self._world.bot.id
        guilds = [one for one in self._world.guilds.values() if bot in one.members and session.concerns(one.id)]
        flags = (1 << 19) if self._world.message_content_allowed else 0
        ready = {
            "v": 10,
            "user": {**self._payloads.whoami(), "verified": True},
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "shard": list(session.shard),
            "application": {"id": str(bot), "flags": flags},
            "private_channels": [],
        }
        self._tell(session, "READY", ready)
        if session.intents & GUILDS:
            for guild in (one for one in guilds if not one.unavailable):
                self._tell(session, "GUILD_CREATE", self._payloads.guild_create(guild, self._threads(guild)))

    def _threads(self, guild: Guild) -> list[Channel]:
        bot = self._world.bot.id
        active = (one for one in self._world.threads_of(guild.id) if one.thread and not one.thread.archived)
        return [one for one in active if self._access.may(bot, one, Permission.VIEW_CHANNEL)]

    def _resume(self, link: Link, given: Json) -> int | None:
        if given.get("token", "").removeprefix("Bot ") != self.token:
            return WRONG_TOKEN
        self._forget_old()
        session = self._sessions.get(str(given.get("session_id")))
        sequence = int(given.get("seq") or 0)
        if session is None or (session.kept and sequence < session.kept[0]["s"] - 1):
            self._control(link, INVALID, False)
            return None
        if sequence > session.sequence:
            return BAD_SEQUENCE
        if session.link is not None:
            session.link.session = None
            session.link.abort()
        session.link, link.session = link, session
        for frame in session.kept:
            if frame["s"] > sequence:
                link.send(frame)
        self._tell(session, "RESUMED", {})
        self._world.bell.ring()
        return None

    # The small parts

    def _tell(self, session: Session, event: str, payload: Json) -> None:
        session.sequence += 1
        frame = {"op": DISPATCH, "t": event, "s": session.sequence, "d": payload}
        session.kept.append(frame)
        self._record("DISPATCH", event, payload)
        if session.link is not None:
            session.link.send(frame)

    def _control(self, link: Link, op: int, payload: object) -> None:
        frame = {"op": op, "d": payload, "s": None, "t": None}
        self._record("DISPATCH", SERVER_NAMES[op], frame)
        link.send(frame)

    def _leave(self, link: Link) -> None:
        session = link.session
        if session is None or session.link is not link:
            return
        session.link, session.left_at = None, self._world.clock.now()
        # Discord ends a session whose bot closes with 1000 or 1001.
        if link.socket.close_code in (1000, 1001):
            self._sessions.pop(session.id, None)
        self._world.bell.ring()

    def _living(self) -> Iterator[Session]:
        self._forget_old()
        return iter(tuple(self._sessions.values()))

    def _forget_old(self) -> None:
        now = self._world.clock.now()
        for session in tuple(self._sessions.values()):
            if session.link is None and now - session.left_at > RESUMABLE_S:
                del self._sessions[session.id]


async def _write(link: Link) -> None:
    while not link.socket.closed:
        frame = await link.outbox.get()
        try:
            await link.socket.send_str(json.dumps(frame))
        except ConnectionError:
            return


def _without_token(frame: Json) -> Json:
    given = frame.get("d")
    return {**frame, "d": {**given, "token": "(token)"}} if isinstance(given, dict) and "token" in given else frame
