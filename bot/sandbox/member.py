"""A member who uses the bot: over HTTP on a running stand-in, so that a test and a command line act alike.

Every verb waits until the bot has answered, and by default until what it posted has come to rest, or until it asks the
member for a yes. Discord's client would not let a member do everything: what it forbids raises SandboxRefusal.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from bot.sandbox.acted import NO_RESPONSE, Acted, Modal, labels_of, linked_message, said
from bot.sandbox.control_client import Files, NoSandbox, Picture, texts_of
from bot.sandbox.discord_api.refusals import Json, SandboxRefusal
from bot.sandbox.typed import typed
from bot.sandbox.visitor import Visitor

__all__ = ["Acted", "Member", "Modal", "NoSandbox", "Picture", "SandboxRefusal"]

Via = Literal["slash", "menu", "reply", "modal"]
Wait = Literal["answer", "result"]
EPHEMERAL = 1 << 6
EDIT_COMMAND, EDIT_MENU = "edit", "Edit picture"
QUIET_S = 1.0
NOTHING: Mapping[str, str | int | bool] = {}


class Member(Visitor):
    """One member in one place: `channel` is a name, an id or "dm"; used in `async with`."""

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
            if options.get("private") and wait == "result" and acted.private is not None:
                return await self.whispers(acted)
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

    async def commands(self) -> list[Json]:
        """The commands that this member finds here, as they are shown in their language."""
        found: list[Json] = await self._door.get("commands", as_=self.name, channel=self.channel)
        return found

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
        """Choose in a select menu, by its custom id or placeholder; the values stay in this order.

        Options are named by their value or label, people, roles and channels as @ben, &Friends, #pictures or by ids.
        """
        payload = {"as": self.name, "message": str(message_id), "select": select, "values": list(values)}
        return await self._answered(await self._door.post("choose", payload), wait)

    async def results(self, status_id: int) -> Acted:
        """What was posted after a status message, once it has come to rest."""
        return await self._followed(status_id, Acted(), "result")

    async def whispers(self, acted: Acted) -> Acted:
        """What came on an interaction's own token, once files are among it and nothing more comes.

        So a private edit is followed, whose status nobody else sees: `private` is the answer as it is at the end,
        `posted` whatever of all this has files. Where none come, `refused` is what it says instead.
        """
        seen = await self._door.get(f"whispers/{acted.interaction_id}", self._timeout_s, quiet_s=str(QUIET_S))
        if not seen["settled"]:
            raise TimeoutError(f"nothing more came on interaction {acted.interaction_id}: {texts_of([seen])}")
        posted = tuple(one for one in seen["messages"] if one["attachments"])
        first = seen["messages"][0] if seen["messages"] else None
        refused = None if posted or seen["asks"] else said(first)
        return Acted(
            private=first,
            refused=refused,
            posted=() if seen["asks"] else posted,
            interaction_id=acted.interaction_id,
            asks=labels_of(first) if seen["asks"] else (),
        )

    # What an answer leads to

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
