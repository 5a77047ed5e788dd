"""What a walk leaves in the log at its most talkative: no key, token, signed link, prompt or file's name."""

import io
from typing import Literal

import pytest

from bot import logs
from bot.sandbox.discord_api.faults import Fault
from tests.walk.conftest import Stage
from tests.walk.sight import edited, of_bot, picture, quota

PROMPT = "a zebra-striped lighthouse near Oslo"


@pytest.mark.parametrize("form", ["text", "json"])
async def test_the_log_of_a_walk_holds_nothing_secret(stage: Stage, form: Literal["text", "json"]) -> None:
    """Success, refusals, lost downloads, a provider that fails and a Discord that does: all of it is logged, safely."""
    log = io.StringIO()
    settings = stage.settings()
    logs.configure("DEBUG", form, settings.secrets, log)
    faults = stage.sandbox.discord.faults
    stage.sandbox.engine.plan({"code": "rate_limit_exceeded", "message": PROMPT, "headers": {"Retry-After": "0"}})
    try:
        async with stage.bot(), stage.member() as mira, stage.member(channel="general") as elsewhere:
            faults.add(Fault("POST", r"/channels/\d+/messages$", 500, how="reset_after"))
            await edited(mira, images=[picture("holiday.png")], prompt=PROMPT)
            stage.sandbox.engine.plan({"code": "moderation_blocked", "message": PROMPT}, {"cut": "mid_answer"})
            await edited(elsewhere, via="menu", images=[picture("holiday.png")], prompt=PROMPT)
            await edited(elsewhere, via="modal", images=[picture("holiday.png")], prompt=PROMPT)
            faults.add(Fault("POST", r"/webhooks/\d+/[^/]+$", how="reset"), Fault("PATCH", "/@original$", 401, 50027))
            await mira.edit(images=[picture("holiday.png")], prompt=PROMPT, options={"private": True}, wait="answer")
            await mira.wait_for(lambda seen: [one for one in seen if one["attachments"]] or None, "dm")
            faults.clear()
            faults.add(Fault("GET", "gone", 404, times=2), Fault("GET", "slow", how="truncate", times=2))
            for name in ("gone.png", "slow.png"):
                refused = await mira.edit(images=[picture(name)], prompt=PROMPT)
                assert refused.refused is not None
            faults.add(Fault("POST", "/callback$", 403), Fault("PATCH", "/webhooks/", 403))
            await mira.say(PROMPT, [picture("x.svg.png")], mention=True)
            assert await of_bot(mira)
            await mira.lever("gateway", {"do": "drop"})
            faults.clear()
            await quota(mira)
    finally:
        logs.configure("WARNING")

    text = log.getvalue()
    tokens = {str(one["path"]).split("/")[-2] for one in stage.records("discord", "POST", "/callback")}
    secret = (*settings.secrets, PROMPT, "zebra", "&hm=", "holiday.png", *tokens)
    assert [word for word in secret if word in text] == []
    assert len(text.splitlines()) > 15
    assert all(event in text for event in ("download_failed", "post_failed", "provider_refused", "attempt_unknown"))
