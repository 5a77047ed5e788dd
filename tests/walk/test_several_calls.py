"""An edit of more pictures than one call gives: one message and one price, whatever happens between two calls."""

from tests.walk.conftest import Stage
from tests.walk.several import GPT_2, Row, billed, providers, said, texts
from tests.walk.sight import edited, ended, picture, quota, words

ONE_A_CALL = Row("anyfast", "anyfast")


async def test_more_results_than_a_call_gives_are_several_calls(stage: Stage) -> None:
    """Three pictures where one call makes one: three calls, one message, and the price of three."""
    async with stage.bot(**providers(stage, ONE_A_CALL)), stage.member() as mira:
        acted = await edited(mira, images=[picture()], prompt="teal", options={"n": 3})
        left = await quota(mira)

    assert [call.made for call in stage.calls] == [1, 1, 1]
    assert all(texts(call) == [("model", GPT_2), ("size", "1024x1024")] for call in stage.calls)
    assert len({call.client_request_id for call in stage.calls}) == 3
    [message] = acted.posted
    assert [file["filename"] for file in message["attachments"]] == [f"edit-1-v1-{number}.png" for number in (1, 2, 3)]
    assert message["content"].endswith(f" · {billed(stage.calls)} · edited by AI")
    assert "**Pictures a day** · 17 of 20 left" in left


async def test_what_was_made_before_a_refusal_is_delivered_and_paid(stage: Stage) -> None:
    """The second of three calls is refused for good: one picture comes, is charged, and is said to be one of three."""
    stage.sandbox.engine.plan({}, {"fault": "moderation"})
    async with stage.bot(**providers(stage, ONE_A_CALL)), stage.member() as mira:
        acted = await edited(mira, images=[picture()], prompt="teal", options={"n": 3})
        left = await quota(mira)

    assert [call.billed for call in stage.calls] == [True, False]
    assert len(acted.files) == 1
    assert "1 of 3 pictures" in "\n".join(words(acted.posted))
    assert billed(stage.calls) in said(acted)
    assert "**Pictures a day** · 19 of 20 left" in left
    assert "held" not in left


async def test_a_stopped_edit_makes_no_further_call(stage: Stage) -> None:
    """Cancelled during the second of three calls: that one is let finish and paid, and *Show* posts the two."""
    stage.sandbox.engine.plan({}, {"hold": True})
    async with stage.bot(**providers(stage, ONE_A_CALL)), stage.member() as mira:
        asked = await mira.edit(images=[picture()], prompt="teal", options={"n": 3}, wait="answer")
        await stage.sandbox.engine.books.until(answered=1, waiting=1)
        assert asked.status is not None
        await mira.press(int(asked.status["id"]), "Cancel", wait="answer")
        stage.sandbox.engine.release()
        stopped = await ended(mira, asked)
        assert stopped.status is not None
        left = await quota(mira)
        shown = await mira.press(int(stopped.status["id"]), "Show", wait="answer")
        posted = await mira.wait_for(lambda seen: [one for one in seen if one["attachments"]] or None, asked.thread_id)

    assert len(stage.calls) == 2
    assert said(stopped).startswith(f"Edit #1 · stopped, its pictures are kept · {billed(stage.calls)}")
    assert stopped.files == ()
    assert "**Pictures a day** · 18 of 20 left" in left
    assert "held" not in left
    assert shown.refused is None
    assert [file["filename"] for one in posted for file in one["attachments"]] == [
        "edit-1-v1-1.png",
        "edit-1-v1-2.png",
    ]


async def test_what_a_life_has_paid_for_the_next_delivers(stage: Stage) -> None:
    """The process ends during the second of three calls: nobody repeats it, and the first one's picture comes."""
    stage.sandbox.engine.plan({}, {"hold": True})
    several = providers(stage, ONE_A_CALL)
    async with stage.bot(**several, SHUTDOWN_GRACE_S="0"), stage.member() as mira:
        asked = await mira.edit(images=[picture()], prompt="teal", options={"n": 3}, wait="answer")
        await stage.sandbox.engine.books.until(answered=1, waiting=1)
    async with stage.bot(**several), stage.member() as mira:
        done = await ended(mira, asked)
        left = await quota(mira)

    assert len(stage.calls) == 2
    assert [file["filename"] for file in done.files] == ["edit-1-v1-1.png"]
    assert "1 of 3 pictures" in words(done.posted)[0]
    assert said(done).startswith(f"Edit #1 · done · v1 · {billed(stage.calls[:1])}")
    assert "**Pictures a day** · 19 of 20 left" in left
    assert "held" not in left


async def test_the_next_provider_makes_the_rest(stage: Stage) -> None:
    """The first locks us out after one of three: the second makes two in one call, and all three come together."""
    stage.sandbox.engine.plan({}, {"fault": "gateway_quota"})
    async with stage.bot(**providers(stage, ONE_A_CALL, Row("second", "openai"))), stage.member() as mira:
        done = await edited(mira, images=[picture()], prompt="teal", options={"n": 3})
        left = await quota(mira)

    assert [(call.dialect, call.made) for call in stage.calls] == [("anyfast", 1), ("anyfast", 0), ("openai", 2)]
    assert [len(message["attachments"]) for message in done.posted] == [3]
    assert said(done).startswith(f"Edit #1 · done · v1 · {billed(stage.calls)}")
    assert "**Pictures a day** · 17 of 20 left" in left
