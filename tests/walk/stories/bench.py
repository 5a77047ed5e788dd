"""What is looked at in stories of results: the messages that show them, what the provider made, what it was sent."""

import base64
from collections.abc import Mapping
from typing import Any

from bot.sandbox.engine.form import parsed
from bot.sandbox.member import Acted, Member
from tests.walk.conftest import Crowd, Stage
from tests.walk.sight import Record, body_of, edited, ended, of_bot, picture

NOTHING: Mapping[str, Any] = {}


async def first(member: Member, prompt: str, **asked: Any) -> Acted:
    """An edit of a small picture, from its question to its end."""
    return await edited(member, **{"images": [picture()], "prompt": prompt, **asked})


def result_of(acted: Acted) -> int:
    """The message that shows the results of an edit."""
    return next(int(one["id"]) for one in acted.posted if one["attachments"])


def job_of(acted: Acted) -> int:
    """The number of an edit, as its result's file is called."""
    return int(acted.files[0]["filename"].split("-")[1])


def inside(stage: Stage, member: Member, acted: Acted) -> Member:
    """Somebody in the thread of an edit."""
    assert acted.thread_id is not None
    return stage.member(member.name, acted.thread_id)


async def replied(there: Member, message_id: int, text: str) -> Acted:
    """What comes of a reply to a message of the bot's, to its end or its refusal."""
    said = await there.say(text, reply_to=message_id)
    acted = await there.answer_to(int(said["id"]), wait="answer")
    return acted if acted.status is None else await ended(there, acted)


async def went_on(member: Member, acted: Acted) -> Acted:
    """What came of a press or a form, to its end or its refusal."""
    return acted if acted.status is None else await ended(member, acted)


async def again(member: Member, message_id: int, values: Mapping[str, object]) -> Acted:
    """*Edit again* under a result, the form filled in with these values, and what comes of it."""
    opened = await member.press(message_id, "Edit again", wait="answer")
    assert opened.modal is not None, opened.private
    return await went_on(member, await member.submit(opened.modal, values, wait="answer"))


async def pressed(member: Member, message_id: int, button: str) -> Acted:
    """What a press is answered with."""
    return await member.press(message_id, button, wait="answer")


def refused(acted: Acted) -> str:
    """The private sentence that an act was refused with."""
    assert acted.status is None, acted.status
    assert acted.private is not None
    return str(acted.private["content"])


async def shows(member: Member, channel: int | str | None = None) -> list[str]:
    """The names of the pictures that the bot shows to all in a place, in their order."""
    return [file["filename"] for one in await of_bot(member, channel) for file in one["attachments"]]


# ── on the other side ─────────────────────────────────────────────────────────────────────────────────────────────────


def made(stage: Stage, prompt: str) -> list[list[bytes]]:
    """The pictures that the provider answered with, call by call, where this was the prompt."""
    return [_answered(one) for one in _calls(stage, prompt)]


def sent(stage: Stage, prompt: str) -> list[list[bytes]]:
    """The pictures that the provider was sent, call by call, where this was the prompt."""
    forms = [parsed(body_of(one), str(one["content_type"])) for one in _calls(stage, prompt)]
    return [[bytes(file.body) for file in form.files if file.name != "mask"] for form in forms]


def texts(crowd: Crowd, prompt: str) -> dict[str, str]:
    """The text fields of the one call with this prompt."""
    return dict(crowd.form(prompt).texts)


def _calls(stage: Stage, prompt: str) -> list[Record]:
    every = stage.records("engine", "POST")
    return [one for one in every if parsed(body_of(one), str(one["content_type"])).text("prompt") == prompt]


def _answered(record: Record) -> list[bytes]:
    response: Any = record["response"]
    return [base64.b64decode(item["b64_json"]) for item in response["data"]]
