"""Somebody at one place of a running stand-in: speaks, looks, waits, and pulls its levers; `member` uses the bot."""

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self, TypeVar

from bot.sandbox.control_client import ControlClient, Files, Picture, texts_of
from bot.sandbox.discord_api.refusals import Json

Found = TypeVar("Found")


class Visitor:
    """One person in one place: `channel` is a name, an id or "dm"; used in `async with`."""

    def __init__(self, url: str, name: str = "mira", channel: str = "pictures", timeout_s: float = 60) -> None:
        self.name = name
        self.channel = channel
        self._timeout_s = timeout_s
        self._door = ControlClient(url)

    async def __aenter__(self) -> Self:
        await self._door.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._door.__aexit__(kind, raised, trace)

    # Messages

    async def say(
        self,
        text: str,
        images: Sequence[Picture] = (),
        reply_to: int | None = None,
        mention: bool = True,
        *,
        stickers: Sequence[Picture] = (),
        spoiler: bool = False,
    ) -> Json:
        """Post a message and return it.

        With `mention` the bot is mentioned: by the reply's ping where that reaches it (a reply to an ordinary message
        of its own), by @Darkroom in the text otherwise. Stickers are files (.png, .gif or Lottie's .json).
        """
        return await self._say(
            self.name, text, images, reply_to=reply_to, mention=mention, stickers=stickers, spoiler=spoiler
        )

    async def forward(self, message_id: int) -> Json:
        """Forward a message, from wherever it is, to this member's place; the message that this makes."""
        return await self._say(self.name, "", (), mention=False, forward=message_id)

    async def _say(
        self,
        who: str,
        text: str,
        images: Sequence[Picture],
        *,
        reply_to: int | None = None,
        mention: bool,
        stickers: Sequence[Picture] = (),
        spoiler: bool = False,
        forward: int | None = None,
    ) -> Json:
        files = Files()
        for picture in images:
            files.add(picture)
        payload = {"as": who, "channel": self.channel, "text": text, "mention": mention, "spoiler": spoiler}
        payload |= {name: str(one) for name, one in (("reply_to", reply_to), ("forward", forward)) if one is not None}
        payload["stickers"] = [files.add(one) for one in stickers]
        written: Json = await self._door.post("say", payload, files)
        return written

    async def post(
        self,
        author: str,
        text: str = "",
        images: Sequence[Picture] = (),
        *,
        embeds: Sequence[Json] = (),
        components: Sequence[Json] = (),
        stickers: Sequence[Picture] = (),
        webhook: bool = False,
    ) -> Json:
        """Let another bot, or a webhook, of that name post here; its files may be shown as attachment://name."""
        files = Files()
        for picture in images:
            files.add(picture)
        payload: Json = {"as": author, "by": "webhook" if webhook else "bot", "channel": self.channel, "text": text}
        payload |= {"embeds": list(embeds), "components": list(components)}
        payload["stickers"] = [files.add(one) for one in stickers]
        written: Json = await self._door.post("post", payload, files)
        return written

    async def put_on_the_web(self, url: str, picture: Picture) -> None:
        """Let a picture be at an address outside of Discord, which shows it in embeds by a copy of its own."""
        files = Files()
        await self._door.post("web", {"url": url, "picture": files.add(picture)}, files)

    async def messages(self, channel: int | str | None = None) -> list[Json]:
        """The messages of a channel or thread, oldest first, private answers to this member included."""
        place = self.channel if channel is None else channel
        seen: list[Json] = await self._door.get(f"channels/{place}/messages", as_=self.name)
        return seen

    async def delete(self, message_id: int) -> None:
        """Delete a message, as far as this member may."""
        await self._door.delete(f"messages/{message_id}", as_=self.name)

    async def remove_channel(self, channel_id: int) -> None:
        """Delete a channel or thread, as someone who may."""
        await self._door.delete(f"channels/{channel_id}")

    async def download(self, url: str) -> bytes:
        """A file from the CDN."""
        return await self._door.download(url)

    # Waiting and looking

    async def wait_for(
        self,
        look: Callable[[list[Json]], Found | None],
        channel: int | str | None = None,
        timeout_s: float | None = None,
    ) -> Found:
        """What `look` finds among the messages of a channel, looking again whenever something changes there."""
        place = self.channel if channel is None else channel
        left, revision = timeout_s or self._timeout_s, -1
        while True:
            seen = await self._door.get(f"channels/{place}/changes", left, since=str(revision), as_=self.name)
            messages = await self.messages(place)
            found = look(messages)
            if found is not None:
                return found
            if seen["revision"] == revision:
                raise TimeoutError(f"not seen in {place}: {texts_of(messages)}")
            revision = seen["revision"]

    async def wait_until_connected(self) -> None:
        """Return when a bot has identified."""
        if not (await self._door.get("connected", self._timeout_s))["connected"]:
            raise TimeoutError("no bot has connected")

    async def state(self) -> Json:
        """People, channels and commands as they are now."""
        seen: Json = await self._door.get("state")
        return seen

    async def lever(self, path: str, payload: object) -> Json:
        """Change the world: POST /_sandbox/{path}, such as "clock", "faults" or "permissions"."""
        pulled: Json = await self._door.post(path, payload)
        return pulled

    def _here(self) -> Json:
        return {"as": self.name, "channel": self.channel}
