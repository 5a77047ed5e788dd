"""Refusals: a sentence for the member alone, nothing public, nothing held, nothing asked of the provider."""

import io
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager

import pytest
from PIL import Image

from bot.sandbox.discord_api.faults import Fault
from bot.sandbox.member import Acted, Member
from tests.walk.conftest import Stage
from tests.walk.sight import Named, is_private, of_bot, picture, quota

PERMISSIONS = {
    "VIEW_CHANNEL": "View Channel",
    "READ_MESSAGE_HISTORY": "Read Message History",
    "SEND_MESSAGES": "Send Messages",
    "CREATE_PUBLIC_THREADS": "Create Public Threads",
    "SEND_MESSAGES_IN_THREADS": "Send Messages in Threads",
    "EMBED_LINKS": "Embed Links",
    "ATTACH_FILES": "Attach Files",
}
# Whoever may not see a channel, or not send there, may not do what needs that either.
TAKEN_ALONG = {
    "VIEW_CHANNEL": tuple(PERMISSIONS),
    "SEND_MESSAGES": ("SEND_MESSAGES", "EMBED_LINKS", "ATTACH_FILES"),
}
TAKEN_ALONG_IN_THREADS = {
    "SEND_MESSAGES_IN_THREADS": ("SEND_MESSAGES_IN_THREADS", "EMBED_LINKS", "ATTACH_FILES"),
}


async def test_a_wish_that_the_model_cannot_fulfil_is_refused(stage: Stage) -> None:
    """A size, a quality, a number or a model that does not work gets the nearest thing that does."""
    wishes: Sequence[tuple[Mapping[str, str | int], str]] = (
        ({"size": "1000x1000"}, "1000x1000 is not possible with gpt-image-2: use 1008x1008."),
        ({"size": "huge"}, "gpt-image-2 does not know size huge. These work: 1024x1024, 1536x1024."),
        ({"quality": "best"}, "gpt-image-2 does not know quality best. These work: low, medium, high, auto."),
        ({"background": "transparent"}, "gpt-image-2 does not know background transparent. These work: opaque, auto."),
        ({"format": "tiff"}, "gpt-image-2 does not know format tiff. These work: png, jpeg, webp."),
        ({"model": "gpt-image-2-c", "quality": "low"}, "gpt-image-2-c has no setting for quality."),
        ({"compression": 50}, "Compression works only with the formats jpeg, webp."),
        ({"model": "gpt-image-2-c", "previews": 1}, "gpt-image-2-c has no setting for previews."),
        ({"model": "sora"}, "There is no model called sora here. These work: gpt-image-2"),
    )
    async with stage.bot(), stage.member() as mira, untouched(stage, mira):
        refused = [await mira.edit(images=[picture()], prompt="teal", options=options) for options, _ in wishes]
        without_words = await mira.edit(images=[picture()], prompt=" \u200b ")

    for acted, (_, sentence) in zip(refused, wishes, strict=True):
        assert (acted.refused or "").startswith(sentence)
        assert is_private(acted)
    assert (without_words.refused or "").startswith("There is no wish yet.")
    assert is_private(without_words)


async def test_a_message_without_a_picture_is_refused(stage: Stage) -> None:
    """The form behind a message without pictures, sent without uploads, says where a picture can come from."""
    async with stage.bot(), stage.member() as mira, untouched(stage, mira):
        acted = await mira.edit(via="modal", images=[], prompt="teal")

    assert (acted.refused or "").startswith("There is no picture here.")
    assert is_private(acted)


async def test_a_file_that_is_no_picture_is_refused_by_its_bytes(stage: Stage) -> None:
    """Neither a name nor an announced type is believed: a drawing called .png, a torn header and nothing at all."""
    whole = picture("torn.png")[1]
    files: Sequence[tuple[Named, str]] = (
        (("drawing.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "drawing.png is not a picture that I can read"),
        (("torn.png", whole[:20]), "torn.png is damaged or incomplete."),
        (("broken.png", whole[:16] + b"\0" * 8 + whole[24:]), "broken.png is damaged or incomplete."),
        (("empty.png", b""), "empty.png is empty."),
        (vast("vast.png"), "vast.png has 64 megapixels; the limit is 50."),
    )
    async with stage.bot(), stage.member() as mira, untouched(stage, mira):
        refused = [await mira.edit(images=[picture(), file], prompt="teal") for file, _ in files]

    for acted, (_, sentence) in zip(refused, files, strict=True):
        assert (acted.refused or "").startswith(sentence)
        assert is_private(acted)


async def test_a_file_that_is_announced_too_big_is_not_fetched(stage: Stage) -> None:
    """Discord says how large a file is, and beyond the limit nobody downloads it to see."""
    faults = stage.sandbox.discord.faults
    async with stage.bot(), stage.member() as mira, untouched(stage, mira):
        faults.add(Fault("UPLOAD", "large", how="size", size=60 * 2**20), Fault("GET", "attachments", 404))
        acted = await mira.edit(images=[picture("large.png")], prompt="teal")
        left = [fault.method for fault in faults.waiting]
        faults.clear()

    assert acted.refused == "large.png is 60 MB, and the limit is 50 MB. Save it smaller and send it again."
    assert is_private(acted)
    assert left == ["GET"]


async def test_a_file_that_does_not_arrive_is_refused(stage: Stage) -> None:
    """A download that fails twice is told; one that fails once is tried again."""
    faults = stage.sandbox.discord.faults
    async with stage.bot(), stage.member() as mira:
        async with untouched(stage, mira):
            faults.add(Fault("GET", "lost", 503), Fault("GET", "lost", how="truncate"))
            twice = await mira.edit(images=[picture("lost.png")], prompt="teal")
        faults.add(Fault("GET", "late", how="truncate"))
        once = await mira.edit(images=[picture("late.png")], prompt="teal", wait="answer")

    assert twice.refused == "lost.png could not be fetched from Discord. Upload it again."
    assert is_private(twice)
    assert once.status is not None


@pytest.mark.parametrize(
    ("limit", "sentence"),
    [
        ({"LIMIT_IMAGES_PER_DAY": "1"}, "Pictures left to you: 1 of 1, and this edit makes 2. More from <t:"),
        (
            {"LIMIT_USD_PER_MONTH": "0.01"},
            "Money left to you: $0.01 of $0.01, and this edit may cost $0.10. More from <t:",
        ),
        (
            {"OPERATOR_USD_PER_MONTH": "0.01"},
            "What I may spend this month is used up, or too little of it is left for this edit",
        ),
    ],
    ids=["images", "money", "house"],
)
async def test_an_allowance_that_does_not_suffice_is_refused(
    stage: Stage, limit: Mapping[str, str], sentence: str
) -> None:
    """Too many pictures for the day, too much money for the month, or the operator's cap: nothing is half taken."""
    async with stage.bot(**limit), stage.member() as mira:
        acted = await mira.edit(images=[picture()], prompt="teal", options={"n": 2})
        public, left = await of_bot(mira), await quota(mira)

    assert (acted.refused or "").startswith(sentence)
    assert ":R>" in (acted.refused or "")
    assert is_private(acted)
    assert public == []
    assert "held" not in left
    assert stage.calls == ()


async def test_a_missing_permission_is_named_before_anything_is_paid(stage: Stage) -> None:
    """Each right that the bot needs in a channel is asked for by its name."""
    async with stage.bot(), stage.member() as mira, untouched(stage, mira):
        refused = {name: await _without(mira, name) for name in PERMISSIONS}

    for name, acted in refused.items():
        needed = ", ".join(PERMISSIONS[one] for one in TAKEN_ALONG.get(name, (name,)))
        assert acted.refused == (
            f"Before I can work in this channel I need: {needed}. Ask someone who manages the server to give me that."
        )
        assert is_private(acted)


async def test_a_thread_asks_for_rights_of_its_own(stage: Stage) -> None:
    """In a thread the right to send is another one, and none to open threads is needed."""
    async with stage.bot(), stage.member() as mira:
        first = await mira.edit(images=[picture()], prompt="teal", wait="answer")
        await stage.answered(1)
        async with stage.member(channel=first.thread_id or 0) as inside:
            missing = {name: await _without(inside, name) for name in ("SEND_MESSAGES_IN_THREADS", "ATTACH_FILES")}
            needless = await _without(inside, "SEND_MESSAGES", "CREATE_PUBLIC_THREADS")

    for name, acted in missing.items():
        needed = ", ".join(PERMISSIONS[one] for one in TAKEN_ALONG_IN_THREADS.get(name, (name,)))
        assert f"I need: {needed}. Ask" in (acted.refused or "")
        assert is_private(acted)
    assert needless.refused is None
    assert needless.status is not None


async def test_a_server_that_is_not_on_the_list_is_refused(stage: Stage) -> None:
    """With GUILDS set, other servers and direct messages are turned away, and the listed server is not."""
    other = await _other_server(stage)
    async with (
        stage.bot(GUILDS=str(other)),
        stage.member() as mira,
        stage.member(channel="dm") as direct,
        stage.member(channel="elsewhere") as elsewhere,
    ):
        here = await mira.edit(images=[picture()], prompt="teal")
        in_private = await direct.edit(images=[picture()], prompt="teal")
        left, public = await quota(elsewhere), await of_bot(mira)
        not_even_that = await quota(mira)
        there = await elsewhere.edit(images=[picture()], prompt="teal", wait="answer")

    assert here.refused == "I am not switched on for this server. Ask whoever runs me to add it."
    assert is_private(here)
    assert in_private.refused == "I only work in servers. Send it in a channel of one instead."
    assert "20 of 20 left" in left
    assert "held" not in left
    assert public == []
    assert not_even_that == here.refused
    assert there.status is not None


@asynccontextmanager
async def untouched(stage: Stage, member: Member) -> AsyncGenerator[None, None]:
    """Whatever happens inside leaves no public message, no hold, no job and no paid call."""
    yield
    left, public = await quota(member), await of_bot(member)
    assert "20 of 20 left" in left
    assert "$5.00 of $5.00 left" in left
    assert "held" not in left
    assert public == []
    assert stage.calls == ()


def vast(name: str) -> Named:
    """A PNG of a few bytes that unpacks to 64 megapixels."""
    out = io.BytesIO()
    Image.new("1", (8000, 8000)).save(out, "PNG")
    return name, out.getvalue()


async def _without(member: Member, *permissions: str) -> Acted:
    """An edit while the bot lacks these permissions in #pictures."""
    await member.lever("permissions", {"channel": "pictures", "deny": permissions})
    acted = await member.edit(images=[picture()], prompt="teal", wait="answer")
    await member.lever("permissions", {"channel": "pictures", "allow": permissions})
    return acted


async def _other_server(stage: Stage) -> int:
    async with stage.member() as anyone:
        return int((await anyone.lever("other-server", {"bot": True}))["guild"])
