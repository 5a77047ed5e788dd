"""Unfinished pictures on the status message while the provider works."""

import io
from datetime import datetime

from PIL import Image

from bot.sandbox.member import Acted, Member
from tests.walk.conftest import Stage
from tests.walk.several import Options, billed, said, texts
from tests.walk.sight import Json, edited, ended, of_bot, picture, quota

EVERY_S = 3
LAST = "preview-1-1.png"  # they are counted from 0
WISH: Options = {"quality": "low", "previews": 2}


async def test_an_unfinished_picture_is_shown_replaced_and_taken_away(stage: Stage) -> None:
    """Two results are two streams: each shows its own previews, one at a time; the end shows the results alone."""
    stage.sandbox.engine.plan({"hold": True}, {"hold": True})
    books = stage.sandbox.engine.books
    async with stage.bot(), stage.member() as mira:
        acted = await mira.edit(images=[picture()], prompt="teal", options={**WISH, "n": 2}, wait="answer")
        await books.until(waiting=1)
        first = await _shown(mira, acted)
        stage.sandbox.engine.release()
        await books.until(answered=1, waiting=1)
        second = await _shown(mira, acted, instead_of=first)
        previews = [await mira.download(one["url"]) for one in (first, second)]
        stage.sandbox.engine.release()
        done = await ended(mira, acted)

    assert [_width(one) for one in previews] == [256, 256]
    assert previews[0] != previews[1]
    assert (done.status or {})["attachments"] == []
    assert [file["filename"] for file in done.files] == ["edit-1-v1-1.png", "edit-1-v1-2.png"]
    assert [texts(call)[-2:] for call in stage.calls] == [[("stream", "true"), ("partial_images", "2")]] * 2
    assert said(done).startswith(f"Edit #1 · done · v1 · {billed(stage.calls)}")
    _check_pace(stage, done)


async def test_an_edit_without_previews_shows_none(stage: Stage) -> None:
    """No previews asked for, no stream, and nothing on the status message but words."""
    async with stage.bot(), stage.member() as mira:
        done = await edited(mira, images=[picture()], prompt="teal", options={"quality": "low", "previews": 0})

    [call] = stage.calls
    assert ("stream", "true") not in texts(call)
    assert (done.status or {})["attachments"] == []
    assert len(done.files) == 1


async def test_a_stopped_edit_shows_no_more(stage: Stage) -> None:
    """Cancelled while it is being made, the edit ends with its pictures kept and the preview gone."""
    stage.sandbox.engine.plan({"hold": True})
    async with stage.bot(), stage.member() as mira:
        acted = await mira.edit(images=[picture()], prompt="teal", options=WISH, wait="answer")
        await stage.sandbox.engine.books.until(waiting=1)
        await _shown(mira, acted)
        assert acted.status is not None
        await mira.press(int(acted.status["id"]), "Cancel", wait="answer")
        stage.sandbox.engine.release()
        done = await ended(mira, acted)

    assert (done.status or {})["attachments"] == []
    assert said(done).startswith(f"Edit #1 · stopped, its pictures are kept · {billed(stage.calls)}")
    assert done.files == ()


async def test_a_model_without_streams_has_no_previews(stage: Stage) -> None:
    """The option is refused in private, in a sentence, with nothing held or sent."""
    async with stage.bot(), stage.member() as mira:
        options: Options = {"model": "flux-kontext-pro", "previews": 1}
        refused = await mira.edit(images=[picture()], prompt="teal", options=options)
        public, left = await of_bot(mira), await quota(mira)

    assert refused.refused == "flux-kontext-pro has no setting for previews. Leave it out and send it again."
    assert public == []
    assert "**Pictures a day** · 20 of 20 left" in left
    assert "held" not in left
    assert stage.calls == ()


async def _shown(member: Member, acted: Acted, instead_of: Json | None = None) -> Json:
    """The last of a stream's two previews on the status message, alone there, once it is another than that one."""
    assert acted.status is not None
    message_id = acted.status["id"]

    def look(seen: list[Json]) -> Json | None:
        [status] = [one for one in seen if one["id"] == message_id]
        if not status["attachments"] and instead_of is None:
            return None
        [preview] = status["attachments"]
        is_other = instead_of is None or preview["id"] != instead_of["id"]
        return preview if is_other and preview["filename"] == LAST else None

    return await member.wait_for(look, acted.status["channel_id"])


def _check_pace(stage: Stage, done: Acted) -> None:
    """From the status message to its end there was room for every edit of it but the last, which may come at once."""
    assert done.status is not None
    path = f"/channels/{done.status['channel_id']}/messages/{done.status['id']}"
    edits = len(stage.records("discord", "PATCH", path)) - 1
    began, over = (datetime.fromisoformat(done.status[name]) for name in ("timestamp", "edited_timestamp"))
    assert 2 <= edits <= 1 + (over - began).total_seconds() / EVERY_S


def _width(content: bytes) -> int:
    with Image.open(io.BytesIO(content)) as opened:
        return opened.width
