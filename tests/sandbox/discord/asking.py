"""Interactions by hand: registered commands, a member who uses them, and a bot that answers frame by frame."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from bot.sandbox.member import Acted, Member
from tests.sandbox.discord.stand import Json, Reply, Socket, Stand

MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, SHOW_MODAL = 4, 5, 6, 7, 8, 9
ORIGINAL = "/messages/@original"

PROMPT = {"type": 3, "name": "prompt", "description": "What to do", "required": True, "max_length": 20}
EDIT = {
    "name": "edit",
    "description": "Edit pictures",
    "options": [
        PROMPT,
        {"type": 11, "name": "image", "description": "A picture"},
        {"type": 4, "name": "n", "description": "How many", "min_value": 1, "max_value": 4},
        {"type": 3, "name": "size", "description": "Size", "choices": [{"name": "Small", "value": "s"}]},
        {"type": 3, "name": "model", "description": "Model", "autocomplete": True},
        {"type": 5, "name": "quick", "description": "Quickly"},
    ],
}
ADMIN = {
    "name": "quota-admin",
    "description": "Limits",
    "default_member_permissions": str(1 << 5),
    "contexts": [0],
    "options": [{"type": 1, "name": "show", "description": "Show", "options": []}],
}
MENU = {"name": "Edit picture", "type": 3}
MODAL: Json = {
    "custom_id": "m:1",
    "title": "Edit picture",
    "components": [
        {"type": 18, "label": "Pictures", "component": {"type": 19, "custom_id": "files", "max_values": 3}},
        {"type": 18, "label": "Prompt", "component": {"type": 4, "custom_id": "prompt", "style": 2, "max_length": 9}},
    ],
}
BUTTONS = [
    {
        "type": 1,
        "components": [
            {"type": 2, "style": 1, "label": "Again", "custom_id": "again"},
            {"type": 2, "style": 1, "label": "Off", "custom_id": "off", "disabled": True},
        ],
    }
]


class Asking:
    """A stand-in, a connected bot and mira."""

    def __init__(self, stand: Stand, socket: Socket, mira: Member) -> None:
        self.stand = stand
        self.socket = socket
        self.mira = mira
        self._acts: list[asyncio.Task[Acted]] = []

    async def hears(self, act: Coroutine[Any, Any, Acted]) -> tuple[Json, asyncio.Task[Acted]]:
        """Let a member act; the interaction that the bot hears, and the act still waiting for its answer."""
        task = asyncio.create_task(act)
        self._acts.append(task)
        payload = asyncio.create_task(self.socket.until("INTERACTION_CREATE"))
        await asyncio.wait({task, payload}, return_when=asyncio.FIRST_COMPLETED)
        if not payload.done():
            payload.cancel()
            await task
        return await payload, task

    async def asked(self) -> Json:
        """Mira used /edit, and nobody has answered yet."""
        payload, _ = await self.hears(self.mira.slash("edit", {"prompt": "x"}, wait="answer"))
        return payload

    async def answer(self, payload: Json, kind: int, query: str = "", **given: Any) -> Reply:
        """The callback."""
        path = f"/interactions/{payload['id']}/{payload['token']}/callback{query}"
        return await self.stand.call("POST", path, {"type": kind, "data": given})

    async def hook(self, method: str, payload: Json, below: str = "", **given: Any) -> Reply:
        """A request on the interaction's token."""
        path = f"/webhooks/{self.stand.application_id}/{payload['token']}{below}"
        return await self.stand.call(method, path, given if method in ("POST", "PATCH") else None)

    async def stop(self) -> None:
        """Let no act outlive the test."""
        for task in self._acts:
            task.cancel()
        await asyncio.gather(*self._acts, return_exceptions=True)


@asynccontextmanager
async def asking(stand: Stand) -> AsyncIterator[Asking]:
    """Everything registered and connected."""
    registered = await stand.call("PUT", f"/applications/{stand.application_id}/commands", [EDIT, ADMIN, MENU])
    assert registered.status == 200, registered.body
    async with stand.bot() as socket, stand.member() as mira:
        scene = Asking(stand, socket, mira)
        try:
            yield scene
        finally:
            await scene.stop()
