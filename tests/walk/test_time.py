"""Long work, many results and large ones: what was asked is answered at once, and delivered whenever it is there."""

import asyncio
import io
import random
from datetime import datetime, timedelta

from PIL import Image

from tests.walk.conftest import Stage
from tests.walk.sight import Named, edited, ended, picture

CALL_S = 480.0  # one call of the two that a member may have under way


async def test_a_busy_decoder_delays_no_acknowledgement(stage: Stage) -> None:
    """While a picture of 49 megapixels is unpacked, everyone else is answered within Discord's three seconds."""
    large = picture("large.png", (7000, 7000))
    async with stage.bot(), stage.member() as mira, stage.member("ben", "general") as ben:
        # Without a hold the large one could be done before the others come.
        stage.sandbox.engine.plan({"hold": True}, {"hold": True})
        slow = await ben.edit(images=[large, large], prompt="teal", wait="answer")
        answers = [await mira.slash("quota", wait="answer") for _ in range(3)]
        quick = await mira.edit(images=[picture()], prompt="teal", wait="answer")
        await stage.sandbox.engine.books.until(waiting=2)
        stage.sandbox.engine.release()
        done = await ended(ben, slow)

    assert all("left" in (one.private or {})["content"] for one in answers)
    assert quick.refused is None
    assert quick.status is not None
    assert len(done.files) == 1


async def test_sixteen_minutes_of_queue_and_call_are_delivered(stage: Stage) -> None:
    """The third edit of a member waits for a call of eight minutes and takes one: its interaction is long dead."""
    stage.sandbox.engine.plan(*[{"latency_s": CALL_S}] * 3)
    books, clock = stage.sandbox.engine.books, stage.sandbox.clock
    async with stage.bot(), stage.member() as mira, stage.member(channel="general") as elsewhere:
        for _ in range(2):
            await mira.edit(images=[picture()], prompt="teal", wait="answer")
        third = await elsewhere.edit(images=[picture()], prompt="violet", wait="answer")
        await books.until(waiting=2)
        queued = (third.private or {})["content"]
        clock.advance(CALL_S)
        await books.until(answered=2, waiting=1)
        clock.advance(CALL_S)
        answered = len(stage.records("discord", "PATCH", "/webhooks/"))
        late = await ended(elsewhere, third)

    assert queued.startswith("Edit #3 · queued · ")  # the two before it are being made
    assert [file["filename"] for file in late.files] == ["edit-3-v1-1.png"]
    assert late.status is not None
    assert late.status["content"].startswith("Edit #3 · done · v1")
    asked, posted = (datetime.fromisoformat(one["timestamp"]) for one in (late.status, late.posted[0]))
    assert posted - asked >= timedelta(minutes=16)
    # The token of the interaction is worth nothing after fifteen minutes, and nobody tried it.
    assert len(stage.records("discord", "", "/webhooks/")) == answered
    sent = stage.records("discord", "POST", f"/channels/{late.thread_id}/messages")
    assert [one["status"] for one in sent] == [200]


async def test_up_to_ten_results_are_one_message(stage: Stage) -> None:
    """Four results, and ten, come as one message each, numbered in their order."""
    small = {"model": "dall-e-2", "size": "256x256"}
    async with stage.bot(), stage.member() as mira, stage.member("ben", "general") as ben, asyncio.TaskGroup() as both:
        four = both.create_task(edited(mira, images=[picture()], prompt="teal", options={"n": 4}))
        ten = both.create_task(edited(ben, images=[picture()], prompt="teal", options={**small, "n": 10}))

    for acted, count in ((four.result(), 4), (ten.result(), 10)):
        assert [len(message["attachments"]) for message in acted.posted] == [count]
        assert [file["filename"].rpartition("-")[2] for file in acted.files] == [
            f"{number}.png" for number in range(1, count + 1)
        ]


async def test_a_result_over_the_servers_limit_is_posted_as_a_lighter_copy(stage: Stage) -> None:
    """Ten megabytes are the limit of a server without boosts; with enough of them the picture itself is posted."""
    async with stage.bot(), stage.member() as mira, stage.member(channel="general") as elsewhere:
        await mira.lever("members", {"name": "mira", "upload_limit": 50 * 2**20})
        over = await edited(mira, images=[noise()], prompt="teal", options={"size": "2048x2048"})
        await mira.lever("guild", {"premium_tier": 2})
        within = await edited(elsewhere, images=[noise()], prompt="teal", options={"size": "2048x2048"})

    assert [file["filename"] for file in over.files] == ["edit-1-v1-1.webp"]
    assert over.files[0]["size"] <= 10 * 2**20
    assert "edit-1-v1-1.webp is the same picture as lossless WebP: the original has " in over.posted[0]["content"]
    assert "over the limit of 10 MB here, and is kept." in over.posted[0]["content"]
    assert [file["filename"] for file in within.files] == ["edit-2-v1-1.png"]
    assert within.files[0]["size"] > 10 * 2**20


def noise(side: int = 2048) -> Named:
    """A JPEG that looks like nothing else, so that what is made of it cannot be packed small."""
    out = io.BytesIO()
    Image.frombytes("RGB", (side, side), random.Random(1).randbytes(3 * side * side)).save(out, "JPEG", quality=95)
    return "noise.jpg", out.getvalue()
