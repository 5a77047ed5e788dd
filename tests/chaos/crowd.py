"""Members who go on asking for edits while the bot comes and goes, and the weather around them; all of it seeded."""

import asyncio
import io
import random
from dataclasses import dataclass

import aiohttp
from PIL import Image

from bot.sandbox.member import Member, NoSandbox, SandboxRefusal, Via

PEOPLE = ("mira", "ben", "ada", "otto")
PLACES = ("pictures", "pictures", "general", "voice", "dm")
DOORS: tuple[Via, ...] = ("slash", "menu", "modal", "reply")
# What goes wrong at the image API with an edit, as a tag in its prompt; mostly nothing does.
TROUBLES = (*("",) * 7, " [fault:429_ms*1]", " [fault:500*1]", " [fault:moderation]", " [fault:cut]", " [fault:502]")
WEATHER: tuple[tuple[str, object], ...] = (
    ("faults", [{"method": "POST", "path": r"^/channels/\d+/messages$", "how": "reset_after"}]),
    ("faults", [{"method": "POST", "path": r"^/channels/\d+/messages$", "status": 503}]),
    ("faults", [{"method": "PATCH", "path": r"^/channels/\d+/messages/\d+$", "status": 502}]),
    ("faults", [{"method": "POST", "path": r"/threads$", "how": "reset_after"}]),
    ("gateway", {"do": "drop"}),
    ("gateway", {"do": "replay"}),
    ("redeliver", {}),
)
# The model gives back this very size, so that no pixel of a result is moved on its way to the thread.
SIZE = (1024, 640)
SLOWEST_CALL_S = 1.5
ACT_S = 6.0


@dataclass(frozen=True, slots=True)
class Request:
    """What one member asks for, once: its number stands in the prompt, and so in all that comes of it."""

    number: int
    who: str
    place: str
    via: Via
    n: int = 1
    masked: bool = False
    trouble: str = ""
    cancel_after_s: float | None = None

    @property
    def prompt(self) -> str:
        """The number first, since a thread's name is cut at its end."""
        return f"Request {self.number}{self.trouble}"


class Crowd:
    """Everybody asks until told to stop; what the bot does not answer is given up, as people do."""

    def __init__(self, discord: str, engine: str, dice: random.Random, *, masks: bool) -> None:
        self._discord, self._engine, self._dice, self._masks = discord, engine, dice, masks
        self._over = asyncio.Event()
        self._asked: dict[int, Request] = {}

    @property
    def asked(self) -> dict[int, Request]:
        """Every request so far, by its number, whether the bot has heard it or not."""
        return dict(self._asked)

    def stop(self) -> None:
        """Let everybody finish what they are doing and ask for nothing more."""
        self._over.set()

    async def run(self) -> None:
        """Ask until `stop`; then the weather is fair again."""
        async with asyncio.TaskGroup() as group:
            for who in PEOPLE:
                group.create_task(self._person(who, random.Random(self._dice.random())))
            group.create_task(self._weather(random.Random(self._dice.random())))

    # ── people ──────────────────────────────────────────────────────────────────────────────────────────────

    async def _person(self, who: str, dice: random.Random) -> None:
        while not await self._pause(dice.uniform(0.1, 1.5)):
            if dice.random() < 0.9:
                await self._bot_is_there()
            request = self._next(who, dice)
            try:
                async with asyncio.timeout(ACT_S):
                    await self._act(request, dice)
            except (TimeoutError, SandboxRefusal, NoSandbox, aiohttp.ClientError):
                continue  # nobody answered, or the form died with the process that showed it

    def _next(self, who: str, dice: random.Random) -> Request:
        number = len(self._asked) + 1
        via = dice.choice(DOORS)
        request = Request(
            number,
            who,
            dice.choice(PLACES),
            via,
            n=dice.choice((1, 1, 2, 3)) if via == "slash" else 1,
            masked=self._masks and dice.random() < 0.3,
            trouble=dice.choice(TROUBLES),
            cancel_after_s=dice.uniform(0.0, 2.5) if dice.random() < 0.25 else None,
        )
        self._asked[number] = request
        return request

    async def _act(self, request: Request, dice: random.Random) -> None:
        if dice.random() < 0.5:
            await self._plan({"latency_s": dice.uniform(0.0, SLOWEST_CALL_S)})
        async with Member(self._discord, request.who, request.place, ACT_S) as member:
            acted = await member.edit(
                via=request.via,
                images=[picture()],
                prompt=request.prompt,
                mask=left_half() if request.masked else None,
                options={"n": request.n} if request.via == "slash" else {},
                wait="answer",
            )
            if request.cancel_after_s is not None and acted.status is not None:
                await asyncio.sleep(request.cancel_after_s)
                await member.press(int(acted.status["id"]), "Cancel", wait="answer")

    async def _bot_is_there(self) -> None:
        """Wait until it shows as online, as most people do before they ask."""
        async with Member(self._discord) as anybody:
            while not (self._over.is_set() or (await anybody.state())["connected"]):
                await self._pause(0.2)

    # ── the weather ─────────────────────────────────────────────────────────────────────────────────────────

    async def _weather(self, dice: random.Random) -> None:
        async with Member(self._discord) as anybody:
            while not await self._pause(dice.uniform(0.5, 3.0)):
                path, payload = dice.choice(WEATHER)
                try:
                    await anybody.lever(path, payload)
                except SandboxRefusal:
                    continue  # nobody is connected, or nothing was asked yet
            await self._calm()

    async def _calm(self) -> None:
        async with aiohttp.ClientSession() as session:
            await session.delete(f"{self._discord}/_sandbox/faults")
            await session.delete(f"{self._engine}/_plan")

    async def _plan(self, *steps: object) -> None:
        async with aiohttp.ClientSession() as session:
            await session.post(f"{self._engine}/_plan", json=steps)

    async def _pause(self, seconds: float) -> bool:
        """Whether it is over."""
        try:
            async with asyncio.timeout(seconds):
                await self._over.wait()
        except TimeoutError:
            return False
        return True


def picture() -> tuple[str, bytes]:
    """A picture to be edited."""
    return "sky.png", _png(Image.new("RGB", SIZE, (90, 140, 200)))


def left_half() -> tuple[str, bytes]:
    """A mask that opens the left half of it."""
    whole = Image.new("RGBA", SIZE, (0, 0, 0, 255))
    whole.paste((0, 0, 0, 0), (0, 0, SIZE[0] // 2, SIZE[1]))
    return "mask.png", _png(whole)


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
