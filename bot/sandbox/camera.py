"""Takes down what members see, place by place and form by form, and makes of it a picture, a transcript and files."""

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.sandbox.acted import Modal
from bot.sandbox.discord_api.world import ChannelKind
from bot.sandbox.member import Member
from bot.sandbox.portrait import Form, Section, Talk, Typed, composed
from bot.sandbox.spoken import EPHEMERAL, Message, fetched
from bot.sandbox.transcript import command_text, form_text, saved, transcript

THREAD_STARTER = 21  # Discord's type of the message that repeats, inside a thread, the one it was opened from
BOT = "Darkroom"
CHANGING = ("url", "proxy_url")


class Camera:
    """One roll of film: what was looked at, in that order."""

    def __init__(self) -> None:
        self._sections: list[Section] = []
        self._files: dict[str, bytes] = {}
        self._names: dict[str, str] = {}
        self._seen: dict[str, str] = {}
        self._viewer = "mira"

    async def look(
        self, member: Member, place: int | str | None = None, *, without: Collection[str] = (), again: bool = False
    ) -> None:
        """Take down a place as this member sees it: what is new since the last look, or all `again`.

        A message that has changed is shown as it is now where it was, and a private one, which a member works with,
        once more. `without` are ids of messages that are left out.
        """
        self._viewer = member.name
        where = member.channel if place is None else place
        messages = [one for one in await member.messages(where) if one["type"] != THREAD_STARTER]
        messages = [one for one in messages if one["id"] not in without]
        changed = [one for one in messages if again or self._seen.get(one["id"]) != _gist(one)]
        if not changed:
            return
        places = await self._learn(member)
        self._files |= await fetched(changed, member.download)
        fresh = [one for one in changed if again or one["id"] not in self._seen or one["flags"] & EPHEMERAL]
        self._retouch({one["id"]: one for one in changed if one not in fresh})
        self._seen |= {one["id"]: _gist(one) for one in changed}
        if fresh:
            self._add(Talk(_title(places, fresh[0]["channel_id"]), fresh))

    def form(self, modal: Modal, values: Mapping[str, object]) -> None:
        """Take down a form with what a member fills in, by label or custom id."""
        self._sections.append(Form(modal.title, modal.components, values))

    async def command(self, member: Member, name: str, options: Mapping[str, object]) -> None:
        """Take down a slash command as this member types it where they are; files are paths."""
        places = await self._learn(member)
        here = [place_id for place_id, one in places.items() if member.channel in (place_id, one["name"])]
        self._sections.append(Typed(_title(places, here[0]) if here else f"@{BOT}", name, options))

    def develop(
        self, picture: Path, text: Path, folder: Path, only: Sequence[Message] | None = None
    ) -> tuple[Path, ...]:
        """Write the picture, the transcript, and the files of `only` these messages, or of all; what was written."""
        messages = [one for section in self._sections if isinstance(section, Talk) for one in section.messages]
        once = {one["id"]: one for one in (messages if only is None else only)}
        posted = saved(list(once.values()), self._files, folder)
        text.parent.mkdir(parents=True, exist_ok=True)
        text.write_text(self.text(), "utf-8")
        return *posted, text, composed(self._sections, self._files, picture, self._names)

    def text(self) -> str:
        """Everything that was taken down, as text."""
        return "\n".join(self._told(section) for section in self._sections)

    async def _learn(self, member: Member) -> Mapping[str, Any]:
        """The places as they are now, having taken note of everybody's names."""
        state = await member.state()
        self._names |= {user_id: name.capitalize() for name, user_id in state["people"].items()}
        self._names |= {role_id: name for name, role_id in state["roles"].items()}
        self._names |= {place_id: one["name"] for place_id, one in state["places"].items()}
        self._names[state["bot"]] = BOT
        places: Mapping[str, Any] = state["places"]
        return places

    def _told(self, section: Section) -> str:
        if isinstance(section, Form):
            return form_text(section.title, section.components, section.values)
        if isinstance(section, Typed):
            return command_text(section.name, section.options)
        title = section.title if section.title.startswith("@") else f"#{section.title}"
        return transcript(section.messages, self._files, title, self._viewer, self._names)

    def _retouch(self, changed: Mapping[str, Message]) -> None:
        """Show messages that were taken down before as they are now."""
        for nth, section in enumerate(self._sections):
            if isinstance(section, Talk):
                messages = [changed.get(one["id"], one) for one in section.messages]
                self._sections[nth] = Talk(section.title, messages)

    def _add(self, talk: Talk) -> None:
        last = self._sections[-1] if self._sections else None
        if isinstance(last, Talk) and last.title == talk.title:
            self._sections[-1] = Talk(talk.title, [*last.messages, *talk.messages])
        else:
            self._sections.append(talk)


def _title(places: Mapping[str, Any], place_id: str) -> str:
    """A DM by the bot's name, a thread behind its channel, a channel by its own."""
    place = places[place_id]
    if place["type"] == ChannelKind.DM:
        return f"@{BOT}"
    parent = places.get(place["parent"] or "")
    inside = parent is not None and parent["type"] != ChannelKind.CATEGORY
    return f"{parent['name']} › {place['name']}" if parent is not None and inside else str(place["name"])


def _gist(message: Message) -> str:
    """What a message shows, links left out, since those are new each time."""
    return json.dumps(_without_links(message), sort_keys=True)


def _without_links(value: object) -> object:
    if isinstance(value, Mapping):
        return {name: _without_links(one) for name, one in value.items() if name not in CHANGING}
    return [_without_links(one) for one in value] if isinstance(value, list) else value
