"""What a story is played on: a sandbox with the bot on it, members who come in when they are called, and a camera."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from PIL import Image

from bot.sandbox.acted import Acted, Modal
from bot.sandbox.camera import Camera
from bot.sandbox.discord_api.refusals import Json, SandboxRefusal
from bot.sandbox.member import Member, Wait
from bot.sandbox.samples import Samples
from bot.sandbox.serve import Sandbox


@dataclass(frozen=True, slots=True)
class Story:
    """A title in one sentence, and who does what."""

    title: str
    play: "Callable[[Cast], Awaitable[None]]"


class Cast:
    """Everyone and everything on the stage; used in `async with`."""

    def __init__(self, sandbox: Sandbox, samples: Samples, patience_s: float = 60) -> None:
        self.sandbox = sandbox
        self.lake, self.balloon, self.mask = samples.picture, samples.second, samples.mask
        self.camera = Camera()
        self._patience_s = patience_s
        self._stack = AsyncExitStack()
        self._members: dict[tuple[str, str], Member] = {}

    async def __aenter__(self) -> Self:
        await self._stack.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, raised, trace)

    async def member(self, name: str, channel: str = "pictures") -> Member:
        """Somebody in a place: mira, ben, or ada, who decides about the server."""
        if (name, channel) not in self._members:
            someone = Member(self.sandbox.discord_url, name, channel, self._patience_s)
            self._members[name, channel] = await self._stack.enter_async_context(someone)
        return self._members[name, channel]

    @property
    def house(self) -> Path:
        """A third picture: the house of the first, from nearby."""
        path = self.lake.with_name("house.png")
        if not path.exists():
            with Image.open(self.lake) as whole:
                whole.crop((120, 560, 480, 920)).resize((768, 768), Image.Resampling.LANCZOS).save(path, "PNG")
        return path

    async def typed(self, someone: Member, command: str, options: Mapping[str, object], wait: Wait = "result") -> Acted:
        """A slash command, shown as it is typed, and what comes of it."""
        await self.camera.command(someone, command, options)
        return await someone.slash(command, options, wait=wait)

    async def filled_in(self, someone: Member, opened: Acted, values: dict[str, object]) -> Acted:
        """A form that came in answer, shown as it is filled in, and what comes of it."""
        form = form_of(opened)
        self.camera.form(form, values)
        return await someone.submit(form, values)

    async def watched(self, someone: Member, acted: Acted) -> Acted:
        """An edit as it is after all: looked at where it was asked for and, where there is one, in its thread."""
        await self.ended(someone, acted)
        await self.camera.look(someone)
        if acted.thread_id is not None:
            await self.camera.look(someone, acted.thread_id)
        return acted

    async def ended(self, someone: Member, acted: Acted) -> Acted:
        """The edit, once its status message says that it is over: nothing can be cancelled any more."""
        if acted.refused is not None or acted.status is None:
            raise SandboxRefusal(acted.refused or "an edit was expected")
        status, place = acted.status["id"], acted.status["channel_id"]
        await someone.wait_for(
            lambda seen: next((one for one in seen if one["id"] == status and not one["components"]), None), place
        )
        return acted


def form_of(acted: Acted) -> Modal:
    """The form that answered."""
    if acted.modal is None:
        raise SandboxRefusal(f"a form was expected, not {acted.refused or acted.private}")
    return acted.modal


def answer_of(acted: Acted) -> Json:
    """The private answer."""
    if acted.private is None:
        raise SandboxRefusal(acted.refused or "an answer was expected")
    return acted.private


def result_of(acted: Acted) -> int:
    """The id of the message with the result."""
    if not acted.posted:
        raise SandboxRefusal(acted.refused or "a result was expected")
    return int(acted.posted[-1]["id"])
