"""Allowances: what two askers at once can take of one, and what /quota says."""

import asyncio
import re
from contextlib import AsyncExitStack

from tests.walk.conftest import Stage
from tests.walk.sight import edited, ended, is_private, of_bot, picture, quota

SPENT = "What I may spend this month is used up, or too little of it is left for this edit; whoever runs me was told."


async def test_two_members_race_for_the_last_of_the_house(stage: Stage) -> None:
    """The operator's cap suffices for one: exactly one edit is accepted, and the operator is told once."""
    ada = stage.sandbox.discord.world.user_named("ada")
    assert ada is not None
    stage.sandbox.engine.plan({"hold": True})
    one_only = {"OPERATOR_USD_PER_MONTH": "0.08", "OPERATOR_IDS": str(ada.id)}
    async with stage.bot(**one_only), stage.member() as mira, stage.member("ben", "general") as ben:
        async with asyncio.TaskGroup() as race:
            asked = [
                race.create_task(one.edit(images=[picture()], prompt="teal", wait="answer")) for one in (mira, ben)
            ]
        won = [one.result() for one in asked if one.result().status is not None]
        lost = [one.result() for one in asked if one.result().refused is not None]
        later = await ben.edit(images=[picture()], prompt="teal", wait="answer")
        await stage.sandbox.engine.books.until(waiting=1)
        stage.sandbox.engine.release()
        done = await ended(mira if asked[0].result().status else ben, won[0])
        async with stage.member("ada", "dm") as operator:
            letters = await operator.messages()

    assert (len(won), len(lost)) == (1, 1)
    assert all(is_private(one) and (one.refused or "").startswith(SPENT) for one in (*lost, later))
    assert len(done.files) == 1
    assert len(stage.calls) == 1
    assert len(letters) == 1
    assert letters[0]["content"].startswith("The spending limit of this month is reached")


async def test_a_members_parallel_commands_share_one_allowance(stage: Stage) -> None:
    """Five commands at once with three pictures left: exactly three are accepted, the others told what is left."""
    async with stage.bot(LIMIT_IMAGES_PER_DAY="3"), AsyncExitStack() as stack:
        places = ("pictures", "general", "news", "voice", "stage")
        members = [await stack.enter_async_context(stage.member(channel=place)) for place in places]
        async with asyncio.TaskGroup() as race:
            asked = [race.create_task(one.edit(images=[picture()], prompt="teal", wait="answer")) for one in members]
        await stage.answered(3)
        left = await quota(members[0])
        posted = [len(await of_bot(one)) > 0 for one in members]

    refused = [one.result().refused for one in asked]
    assert refused.count(None) == 3
    assert all("Pictures left to you: 0 of 3, and this edit makes 1." in one for one in refused if one is not None)
    assert "**Pictures a day** · 0 of 3 left" in left
    assert posted == [one is None for one in refused]
    assert len(stage.calls) == 3


async def test_quota_says_what_is_left_and_when_there_is_more(stage: Stage) -> None:
    """Before, during and after an edit, in private, with moments that Discord shows in the member's own time."""
    stage.sandbox.engine.plan({"hold": True})
    async with stage.bot(), stage.member() as mira, stage.member("ben") as ben:
        before = await mira.slash("quota", wait="answer")
        asked = await mira.edit(images=[picture()], prompt="teal", options={"n": 2}, wait="answer")
        await stage.sandbox.engine.books.until(waiting=1)
        during = await quota(mira)
        stage.sandbox.engine.release()
        done = await ended(mira, asked)
        after, others = await quota(mira), await quota(ben)

    assert is_private(before)
    assert re.fullmatch(
        r"\*\*Pictures a day\*\* · 20 of 20 left\n░{10} 0 used · starts afresh <t:\d+:R>\n"
        r"\*\*Money a month\*\* · \$5\.00 of \$5\.00 left\n░{10} \$0\.00 used · starts afresh <t:\d+:R>",
        (before.private or {})["content"],
    )
    assert "**Pictures a day** · 18 of 20 left" in during
    assert " · 2 held · " in during
    assert " · $0.10 held · " in during
    assert "**Pictures a day** · 18 of 20 left" in after
    assert "held" not in after
    [call] = stage.calls
    left = float(re.search(r"Money a month\*\* · \$(\d\.\d\d)", after)[1])  # type: ignore[index]
    # Cents are rounded down, so that nobody is promised what is not there.
    assert left == (5_000_000 - call.billed_micro_usd) // 10_000 / 100
    assert f" · ${-(-call.billed_micro_usd // 10_000) / 100:.2f}" in (done.status or {})["content"]
    assert "**Pictures a day** · 20 of 20 left" in others


async def test_what_a_failure_held_can_be_used_again(stage: Stage) -> None:
    """An edit that the provider refused leaves the last picture of the day to the next one."""
    stage.sandbox.engine.plan({"code": "moderation_blocked"})
    async with stage.bot(LIMIT_IMAGES_PER_DAY="1"), stage.member() as mira:
        failed = await edited(mira, images=[picture()], prompt="teal")
        second = await edited(mira, images=[picture()], prompt="teal")
        third = await mira.edit(images=[picture()], prompt="teal")

    assert failed.files == ()
    assert len(second.files) == 1
    assert (third.refused or "").startswith("Pictures left to you: 0 of 1, and this edit makes 1.")
