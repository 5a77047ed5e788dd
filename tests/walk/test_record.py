"""The record of a walk, held against Discord's own description of its API."""

import pytest

from bot.sandbox.member import Via
from tests.sandbox.oracle import Oracle
from tests.walk.conftest import Stage
from tests.walk.sight import edited, ended, mask, picture, quota


async def test_everything_the_bot_said_and_heard_is_discords_language(stage: Stage) -> None:
    """Each way in, a refusal, a cancel, an edit that failed, its second try, a DM and /quota, both directions."""
    oracle = Oracle.load()
    if oracle is None:
        pytest.skip("discord-openapi.json is not at hand")
    ways: dict[Via, str] = {"slash": "pictures", "menu": "general", "reply": "news", "modal": "voice"}
    async with stage.bot():
        for via, channel in ways.items():
            async with stage.member(channel=channel) as mira:
                done = await edited(mira, via=via, images=[picture(), picture()], mask=mask(), prompt="Make it teal")
                assert len(done.files) == 1
        async with stage.member("ben", "dm") as ben:
            assert len((await edited(ben, images=[picture()], prompt="teal", options={"n": 3})).files) == 3
            assert await quota(ben)
        async with stage.member("ada", "stage") as ada:
            assert (await ada.edit(images=[picture()], prompt="teal", options={"size": "1x1"})).refused
            assert await ada.autocomplete("edit", "size", "10")
            stage.sandbox.engine.plan({"cut": "after_body"}, {"hold": True})
            told = await edited(ada, images=[picture()], prompt="teal")
            again = await ada.press(int(told.posted[0]["id"]), "Try again", wait="answer")
            await stage.sandbox.engine.books.until(waiting=1)
            await ada.press(int((again.status or {})["id"]), "Cancel", wait="answer")
            stage.sandbox.engine.release()
            await ended(ada, again)

    records = stage.sandbox.recorder.records
    assert {one["side"] for one in records} == {"discord", "gateway", "engine"}
    assert [complaint for record in records for complaint in oracle.complaints(record)] == []
