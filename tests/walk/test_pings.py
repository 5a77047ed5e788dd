"""Nothing pings anyone: every message that the bot sends, on whatever way, forbids Discord to look for mentions."""

import json
import re
from typing import Any

from bot.sandbox.member import Member
from tests.walk.conftest import Stage
from tests.walk.sight import Record, body_of, edited, exhibited, picture, quota

HOSTILE = "@everyone @here <@&1100000000000000202> <@1100000000000000102> teal"
WRITES = re.compile(r"/messages(/\d+|/@original)?$|/callback$|/webhooks/\d+/[^/]+$")
PAYLOAD = re.compile(rb'name="payload_json"\r\n(?:[^\r\n]+\r\n)*\r\n(.*?)\r\n--', re.DOTALL)


def said(record: Record) -> dict[str, Any]:
    """The message in a request, whichever shape it came in; nothing where it says nothing."""
    body = body_of(record)
    if "multipart" in str(record["content_type"]):
        found = PAYLOAD.search(body)
        assert found is not None
        body = found[1]
    payload: dict[str, Any] = json.loads(body or b"{}")
    if "/callback" in str(record["path"]):
        payload = payload.get("data") or {}
    return payload if payload.get("content") or payload.get("embeds") else {}


async def everything(stage: Stage, mira: Member) -> None:
    """Whatever the bot says in a day, with words in it that would ping."""
    async with stage.member("otto") as otto:
        await otto.slash("quota-admin log", {"channel": "#general"}, wait="answer")
        await otto.slash("quota-admin block", {"user": "@ben", "reason": HOSTILE}, wait="answer")
    done = await edited(mira, images=[picture("@everyone.png")], prompt=HOSTILE)
    await exhibited(mira, done, "Before/after")
    await mira.edit(images=[picture()], prompt=HOSTILE, options={"private": True}, wait="answer")
    await mira.wait_for(lambda seen: [one for one in seen if "Edit #2 · done" in one["content"]] or None)
    stage.sandbox.engine.plan({"cut": "after_body"})
    await edited(mira, images=[picture()], prompt=HOSTILE)
    asked = await mira.say(HOSTILE, [("@everyone.png", b"nothing")])
    await mira.answer_to(int(asked["id"]), wait="answer")
    await quota(mira)
    await mira.slash("history", wait="answer")
    await mira.slash("models", wait="answer")


async def test_nothing_pings(stage: Stage) -> None:
    """Walked through request by request: channels, threads, direct messages, answers, followups, edits of them."""
    async with stage.bot(), stage.member() as mira:
        await mira.lever("permissions", {"allow": ["MENTION_EVERYONE"]})
        await everything(stage, mira)
        dear = await mira.slash("edit", {"prompt": HOSTILE, "image": picture()}, wait="answer")
        assert dear.refused is None

    records = [one for one in stage.records("discord") if one["method"] in ("POST", "PATCH")]
    written = [(one["path"], said(one)) for one in records if WRITES.search(str(one["path"]))]
    loud = [(path, payload) for path, payload in written if payload]
    assert len(loud) > 20
    assert any("/webhooks/" in str(path) for path, _ in loud)
    for path, payload in loud:
        assert payload.get("allowed_mentions", {}).get("parse") == [], path
        assert not payload["allowed_mentions"].get("replied_user"), path
