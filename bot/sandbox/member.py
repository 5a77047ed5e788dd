"""A member who uses the bot: over HTTP on a running stand-in, so that a test and a command line act alike.

Every verb waits until the bot has answered, and by default until what it posted has come to rest, or until it asks the
member for a yes. Discord's client would not let a member do everything: what it forbids raises SandboxRefusal.
"""

from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Literal, Self, TypeVar

from bot.sandbox.acted import NO_RESPONSE, Acted, Modal, labels_of, linked_message, said
from bot.sandbox.control_client import ControlClient, Files, NoSandbox, Picture, texts_of
from bot.sandbox.discord_api.refusals import Json, SandboxRefusal
from bot.sandbox.typed import typed

__all__ = ["Acted", "Member", "Modal", "NoSandbox", "Picture", "SandboxRefusal"]

Via = Literal["slash", "menu", "reply", "modal"]
Wait = Literal["answer", "result"]
Found = TypeVar("Found")
EPHEMERAL = 1 << 6
EDIT_COMMAND, EDIT_MENU = "edit", "Edit picture"
QUIET_S = 1.0
NOTHING: Mapping[str, str | int | bool] = {}


class Member:
    """One member in one place: `channel` is a name, an id or "dm"; used in `async with`."""

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

    # Editing, in each of the ways that there are

    async def edit(
        self,
        *,
        via: Via = "slash",
        images: Sequence[Picture],
        prompt: str,
        mask: Picture | None = None,
        options: Mapping[str, str | int | bool] = NOTHING,
        own_images: Sequence[Picture] = (),
        source_author: str = "ben",
        wait: Wait = "result",
    ) -> Acted:
        """Ask for an edit and wait for it.

        slash: image, image2 … and mask are options. menu: the files are in a message of this member, `own_images` go
        into the modal's uploads. modal: all files go into the modal's uploads. reply: `source_author` posts `images`,
        this member replies to them with `own_images` and the mask.
        """
        if via == "slash":
            given = {_image_option(index): one for index, one in enumerate((*images, *own_images))}
            masked = {} if mask is None else {"mask": mask}
            acted = await self.slash(EDIT_COMMAND, {"prompt": prompt, **given, **masked, **options}, wait=wait)
            return _refused_without_status(acted)
        if via == "reply":
            if options:
                raise SandboxRefusal("a reply has no options")
            return await self._edit_by_reply(images, prompt, mask, own_images, source_author, wait)
        in_message = () if via == "modal" else (*images, *(() if mask is None else (mask,)))
        message = await self.say("here" if via == "modal" else "", in_message, mention=False)
        asked = await self.menu(EDIT_MENU, int(message["id"]))
        if asked.modal is None:
            return _refused_without_status(asked)
        values = {**_uploads(asked.modal, via, images, mask, own_images), **options}
        return await self.submit(asked.modal, {asked.modal.prompt_field(): prompt, **values}, wait=wait)

    async def _edit_by_reply(
        self,
        images: Sequence[Picture],
        prompt: str,
        mask: Picture | None,
        own_images: Sequence[Picture],
        source_author: str,
        wait: Wait,
    ) -> Acted:
        source = await self._say(source_author, "", images, mention=False)
        own = (*own_images, *(() if mask is None else (mask,)))
        asked = await self.say(prompt, own, reply_to=int(source["id"]))
        return await self.answer_to(int(asked["id"]), wait=wait)

    async def answer_to(self, message_id: int, *, wait: Wait = "result") -> Acted:
        """What the bot says to a message that mentions it: a short refusal, or a status message and its results."""
        seen = await self._door.get(f"replies/{message_id}", self._timeout_s)
        if seen["message"] is None:
            raise TimeoutError(f"no answer to the mention {message_id}; seen: {texts_of(await self.messages())}")
        if seen["refusal"]:
            return Acted(refused=said(seen["message"]))
        return await self._followed(int(seen["message"]["id"]), Acted(), wait)

    # Interactions

    async def slash(self, command: str, options: Mapping[str, object] = NOTHING, *, wait: Wait = "result") -> Acted:
        """Use a slash command, "quota" or "quota-admin show"; a Picture becomes an attachment.

        People, roles and channels are named by their ids or as @ben, &Friends (@everyone) and #pictures.
        """
        files = Files()
        given = {name: files.placed(value) for name, value in options.items()}
        payload = {**self._here(), "command": command, "options": given}
        return await self._answered(await self._door.post("slash", payload, files), wait)

    async def command(self, command: str, typed_options: Mapping[str, str]) -> Acted:
        """Use a slash command whose options are texts, as on a command line; those that are files are @ and a path."""
        known = (await self.state())["commands"].values()
        return await self.slash(command, typed([one for scope in known for one in scope], command, typed_options))

    async def autocomplete(self, command: str, focused: str, typed: str) -> tuple[Json, ...]:
        """The choices that the bot offers while this member types."""
        payload = {**self._here(), "command": command, "options": {focused: typed}, "focused": focused}
        return (await self._answered(await self._door.post("autocomplete", payload), "answer")).choices

    async def menu(self, command: str, message_id: int, *, wait: Wait = "result") -> Acted:
        """Use a message command: Apps → `command` on a message."""
        payload = {"as": self.name, "command": command, "message": str(message_id)}
        return await self._answered(await self._door.post("menu", payload), wait)

    async def submit(self, modal: Modal, values: Mapping[str, object], *, wait: Wait = "result") -> Acted:
        """Send a modal; values by label or custom id, files as a sequence of pictures in this member's order."""
        files = Files()
        given = {name: files.placed(value) for name, value in values.items()}
        payload = {"as": self.name, "interaction": str(modal.interaction_id), "values": given}
        return _refused_without_status(await self._answered(await self._door.post("submit", payload, files), wait))

    async def shown_modal(self, interaction_id: int) -> Modal:
        """The modal that answered an interaction, for whoever did not keep it."""
        seen = await self._door.get(f"interactions/{interaction_id}", self._timeout_s)
        if seen["state"] != "modal":
            raise SandboxRefusal(f"interaction {interaction_id} shows no modal")
        return _modal(interaction_id, seen["modal"])

    async def press(self, message_id: int, button: str, *, wait: Wait = "result") -> Acted:
        """Press a button, by its label or custom id; after a yes the results are waited for."""
        payload = {"as": self.name, "message": str(message_id), "button": button}
        opened = await self._door.post("press", payload)
        return await self._answered(opened, wait, agreed=message_id if opened["asked"] else None)

    async def choose(self, message_id: int, select: str, values: Sequence[str], *, wait: Wait = "result") -> Acted:
        """Choose in a select menu, by its custom id or placeholder."""
        payload = {"as": self.name, "message": str(message_id), "select": select, "values": list(values)}
        return await self._answered(await self._door.post("choose", payload), wait)

    # Messages

    async def say(
        self, text: str, images: Sequence[Picture] = (), reply_to: int | None = None, mention: bool = True
    ) -> Json:
        """Post a message and return it.

        With `mention` the bot is mentioned: by the reply's ping where that reaches it (a reply to an ordinary message
        of its own), by @Darkroom in the text otherwise.
        """
        return await self._say(self.name, text, images, reply_to=reply_to, mention=mention)

    async def _say(
        self, who: str, text: str, images: Sequence[Picture], *, reply_to: int | None = None, mention: bool
    ) -> Json:
        files = Files()
        for picture in images:
            files.add(picture)
        named = None if reply_to is None else str(reply_to)
        payload = {"as": who, "channel": self.channel, "text": text, "reply_to": named, "mention": mention}
        written: Json = await self._door.post("say", payload, files)
        return written

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

    # Waiting

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

    async def results(self, status_id: int) -> Acted:
        """What was posted after a status message, once it has come to rest."""
        return await self._followed(status_id, Acted(), "result")

    async def state(self) -> Json:
        """People, channels and commands as they are now."""
        seen: Json = await self._door.get("state")
        return seen

    async def lever(self, path: str, payload: object) -> Json:
        """Change the world: POST /_sandbox/{path}, such as "clock", "faults" or "permissions"."""
        pulled: Json = await self._door.post(path, payload)
        return pulled

    # What an answer leads to

    def _here(self) -> Json:
        return {"as": self.name, "channel": self.channel}

    async def _answered(self, opened: Json, wait: Wait, *, agreed: int | None = None) -> Acted:
        """What an interaction led to; `agreed` is the message on which a yes or a no was given."""
        interaction_id = int(opened["interaction"])
        seen = await self._door.get(f"interactions/{interaction_id}", self._timeout_s)
        state, message = seen["state"], seen.get("message")
        if state == "silent":
            return Acted(refused=NO_RESPONSE, interaction_id=interaction_id)
        if state == "pending":
            raise TimeoutError(f"the bot is still thinking about interaction {interaction_id}: {texts_of([message])}")
        if state == "modal":
            return Acted(modal=_modal(interaction_id, seen["modal"]), interaction_id=interaction_id)
        if state == "choices":
            return Acted(choices=tuple(seen["choices"]), interaction_id=interaction_id)
        acted = Acted(private=message, interaction_id=interaction_id)
        status_id = linked_message(message) or _open_status(message)
        if status_id is None and agreed is not None and (message is None or not await self._asks(agreed)):
            status_id = agreed
        return acted if status_id is None else await self._followed(status_id, acted, wait, agreed=agreed == status_id)

    async def _asks(self, message_id: int) -> bool:
        """Whether a message still waits for a yes."""
        seen = await self._door.get(f"results/{message_id}", 0.001)
        return bool(seen["asks"])

    async def _followed(self, status_id: int, acted: Acted, wait: Wait, *, agreed: bool = False) -> Acted:
        query = {"quiet_s": str(QUIET_S), "agreed": str(int(agreed))}
        if acted.private is not None and int(acted.private["id"]) != status_id:
            query["besides"] = acted.private["id"]
        seen = await self._door.get(f"results/{status_id}", self._timeout_s if wait == "result" else 0.001, **query)
        if wait == "result" and not seen["settled"]:
            raise TimeoutError(f"nothing more was posted after {status_id}: {texts_of([acted.private, seen])}")
        thread_id = None if seen["thread_id"] is None else int(seen["thread_id"])
        return Acted(
            private=acted.private,
            status=seen["status"],
            thread_id=thread_id,
            posted=tuple(seen["posted"]),
            interaction_id=acted.interaction_id,
            asks=labels_of(seen["status"]) if seen["asks"] else (),
        )


def _modal(interaction_id: int, given: Json) -> Modal:
    return Modal(interaction_id, given["custom_id"], given["title"], tuple(given["components"]))


def _image_option(index: int) -> str:
    return "image" if index == 0 else f"image{index + 1}"


def _uploads(
    modal: Modal, via: Via, images: Sequence[Picture], mask: Picture | None, own: Sequence[Picture]
) -> dict[str, object]:
    """What goes into a modal's file uploads; a mask without an upload of its own goes among the pictures."""
    pictures = [*(images if via == "modal" else ()), *own]
    values: dict[str, object] = {}
    mask_field = modal.upload_field(mask=True) if via == "modal" else None
    if mask is not None and via == "modal":
        if mask_field is None:
            pictures.append(mask)
        else:
            values[mask_field] = [mask]
    picture_field = modal.upload_field(mask=False)
    if pictures and picture_field is None:
        raise SandboxRefusal("the modal has no file upload for pictures")
    if pictures and picture_field is not None:
        values[picture_field] = pictures
    return values


def _refused_without_status(acted: Acted) -> Acted:
    """An edit whose answer leads to no status message was refused, and the answer says why."""
    if acted.status is not None or acted.modal is not None or acted.refused is not None:
        return acted
    return Acted(private=acted.private, refused=said(acted.private), interaction_id=acted.interaction_id)


def _open_status(message: Json | None) -> int | None:
    """The answer itself where it is public and has buttons: then it is the status message."""
    if message is None or message["flags"] & EPHEMERAL or not message["components"]:
        return None
    return int(message["id"])
