"""A model that several providers sell: who is asked, who is not, and what the member and the operator hear."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from bot.sandbox.member import Acted, Member
from tests.walk.conftest import Stage
from tests.walk.several import GPT_2, Row, billed, providers, said, texts
from tests.walk.sight import Json, edited, ended, mask, picture, quota, words

FIRST, SECOND = Row("first", "openai"), Row("second", "newapi")
PATIENCE = {"code": "rate_limit_exceeded", "headers": {"retry-after-ms": "1"}}
FULL = "**Pictures a day** · 20 of 20 left"
ABRUPT = {"SHUTDOWN_GRACE_S": "0"}


@pytest.mark.parametrize("fault", ["401", "quota"])
async def test_where_the_first_locks_us_out_the_second_makes_it(stage: Stage, fault: str) -> None:
    """The member sees one result and pays for it once; the operator is told once; the next edit knows the way."""
    stage.sandbox.engine.plan({"fault": fault})
    async with _bot(stage, FIRST, SECOND) as mira:
        done = [await edited(mira, images=[picture()], prompt=prompt) for prompt in ("teal", "violet")]
        left = await quota(mira)
        letters = await _letters(stage)

    assert _asked(stage) == ["openai", "newapi", "newapi"]
    assert [len(one.files) for one in done] == [1, 1]
    assert words(done[0].posted)[0].endswith(f" · {billed(stage.calls[:2])} · edited by AI")
    assert "**Pictures a day** · 18 of 20 left" in left
    assert "held" not in left
    [letter] = letters
    assert letter["content"].startswith("The image provider does not let me in")
    assert "Look at the key of first" in letter["content"]


async def test_where_the_first_never_has_time_the_second_makes_it(stage: Stage) -> None:
    """Three times asked for patience, the first is passed over without a word to anybody."""
    stage.sandbox.engine.plan(*[PATIENCE] * 3)
    async with _bot(stage, FIRST, SECOND) as mira:
        done = await edited(mira, images=[picture()], prompt="teal")
        letters = await _letters(stage)

    assert _asked(stage) == ["openai"] * 3 + ["newapi"]
    assert len({call.client_request_id for call in stage.calls}) == 4
    assert len(done.files) == 1
    assert said(done).startswith(f"Edit #1 · done · v1 · {billed(stage.calls)}")
    assert letters == []


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("moderation", "The provider's safety system refused this edit. Nothing was charged."),
        ("cut", "The connection to the provider broke while the edit was being made"),
        ("504", "The connection to the provider broke while the edit was being made"),
        ("not_a_picture", "The provider answered without a usable picture. Nothing was charged."),
    ],
)
async def test_what_may_be_billed_or_is_refused_for_good_is_asked_once(stage: Stage, fault: str, told: str) -> None:
    """A refusal of the edit itself and an outcome that nobody knows are not taken to the second provider."""
    stage.sandbox.engine.plan({"fault": fault})
    async with _bot(stage, FIRST, SECOND) as mira:
        acted = await edited(mira, images=[picture()], prompt="teal")
        left = await quota(mira)

    assert _asked(stage) == ["openai"]
    assert words(acted.posted)[0].startswith(f"Edit #1: {told}")
    assert FULL in left
    assert "held" not in left


async def test_a_provider_that_cannot_do_it_is_passed_over(stage: Stage) -> None:
    """The first takes no mask: an edit with one goes to the second at once, one without goes to the first."""
    async with _bot(stage, Row("first", "anyfast"), Row("second", "openai")) as mira:
        masked = await edited(mira, images=[picture()], mask=mask("hole.png"), prompt="teal")
        plain = await edited(mira, images=[picture()], prompt="teal")
        letters = await _letters(stage)

    assert _asked(stage) == ["openai", "anyfast"]
    assert [part.name for part in stage.calls[0].files] == ["image", "mask"]
    assert [len(one.files) for one in (masked, plain)] == [1, 1]
    assert letters == []


async def test_no_more_calls_at_once_than_the_provider_takes(stage: Stage) -> None:
    """With room for one, the second edit's call begins when the first one's is over."""
    stage.sandbox.engine.plan({"hold": True})
    one_at_once = Row("only", "openai", more="concurrency = 1")
    async with _bot(stage, one_at_once) as mira, stage.member("ben", "general") as ben:
        asked = [await one.edit(images=[picture()], prompt="teal", wait="answer") for one in (mira, ben)]
        await stage.sandbox.engine.books.until(waiting=1)
        for member, acted in zip((mira, ben), asked, strict=True):
            await _says(member, acted, "the provider is working", "preparing the pictures")
        stage.sandbox.engine.release()
        done = [await ended(member, acted) for member, acted in zip((mira, ben), asked, strict=True)]

    assert [len(one.files) for one in done] == [1, 1]
    # When each was over, so many calls had come: never one more.
    assert [call.ended for call in stage.calls] == [1, 2]


async def test_pictures_a_minute_are_counted(stage: Stage) -> None:
    """The minute's one picture is spent: the next edit waits, is overtaken at another provider, and is not lost."""
    slow, quick = Row("slow", "openai", more="images_per_minute = 1"), Row("quick", "newapi", models=("gpt-image-1.5",))
    async with _bot(stage, slow, quick, **ABRUPT) as mira, stage.member("ben", "general") as ben:
        await edited(mira, images=[picture()], prompt="teal")
        waits = await mira.edit(images=[picture()], prompt="violet", wait="answer")
        await _says(mira, waits, "preparing the pictures")
        overtakes = await edited(ben, images=[picture()], prompt="teal", options={"model": "gpt-image-1.5"})
        before = _asked(stage)
    async with _bot(stage, slow, quick) as mira:
        done = await ended(mira, waits)

    assert before == ["openai", "newapi"]
    assert len(overtakes.files) == 1
    assert [file["filename"] for file in done.files] == ["edit-2-v1-1.png"]
    assert _asked(stage) == ["openai", "newapi", "openai"]


async def test_where_nobody_lets_us_in_the_door_is_shut(stage: Stage) -> None:
    """The first member hears it of the edit, the next at the door; the operator hears of each provider once."""
    stage.sandbox.engine.plan({"fault": "401"}, {"fault": "quota"})
    async with _bot(stage, FIRST, SECOND) as mira:
        failed = await edited(mira, images=[picture()], prompt="teal")
        refused = await mira.edit(images=[picture()], prompt="teal")
        left = await quota(mira)
        letters = await _letters(stage)

    assert _asked(stage) == ["openai", "newapi"]
    assert words(failed.posted)[0].startswith("Edit #1: The provider does not let me in at the moment.")
    assert (refused.refused or "").startswith(f"{GPT_2} is closed for now: its provider does not let me in")
    assert FULL in left
    assert ["of first" in one["content"] for one in letters] == [True, False]


async def test_a_gateway_that_breaks_streams_is_remembered(stage: Stage) -> None:
    """What it quoted of the first stream is delivered; no stream is asked of it again, in the next life either."""
    breaks = Row("breaks", "openai", "litellm")
    wish = {"previews": 1, "quality": "low"}
    async with _bot(stage, breaks) as mira:
        first = await edited(mira, images=[picture()], prompt="teal", options=wish)
    async with _bot(stage, breaks) as mira:
        second = await edited(mira, images=[picture()], prompt="violet", options=wish)

    assert [len(one.files) for one in (first, second)] == [1, 1]
    assert [("stream", "true") in texts(call) for call in stage.calls] == [True, False]
    assert [call.status for call in stage.calls] == [500, 200]
    assert said(first).startswith(f"Edit #1 · done · v1 · {billed(stage.calls[:1])}")


@asynccontextmanager
async def _bot(stage: Stage, *rows: Row, **settings: str) -> AsyncGenerator[Member, None]:
    """The bot with these providers and Ada as its operator, and Mira, who uses it."""
    ada = stage.sandbox.discord.world.user_named("ada")
    assert ada is not None
    own = {"OPERATOR_IDS": str(ada.id), **providers(stage, *rows), **settings}
    async with stage.bot(**own), stage.member() as mira:
        yield mira
    books = stage.sandbox.engine.books
    assert (books.billed_twice, books.repeated_after("final", "unknown", "useless")) == ((), ())


def _asked(stage: Stage) -> list[str]:
    """Whom the calls went to, in their order."""
    return [call.dialect for call in stage.calls]


async def _letters(stage: Stage) -> list[Json]:
    """What the operator was told."""
    async with stage.member("ada", "dm") as ada:
        return await ada.messages()


async def _says(member: Member, acted: Acted, *phases: str) -> None:
    """Return when the status message of an edit says one of these."""
    assert acted.status is not None
    message_id = acted.status["id"]

    def look(seen: list[Json]) -> bool | None:
        return any(one["id"] == message_id and any(phase in one["content"] for phase in phases) for one in seen) or None

    await member.wait_for(look, acted.status["channel_id"])
