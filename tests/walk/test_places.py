"""Where an edit shows: a thread of its own, the thread it was asked in, or in place; and what a prompt cannot do."""

import pytest

from bot.sandbox.discord_api.furnish import GUILD
from bot.sandbox.discord_api.world import ChannelKind
from bot.sandbox.member import Via
from tests.walk.conftest import Stage
from tests.walk.sight import LINK, edited, is_private, mask, of_bot, picture, words

HOSTILE = "@everyone <@&1100000000000000202> **bold** [free](https://evil.test) ```code``` # big\n> quote \u202egnp.exe"


KINDS = {"pictures": ChannelKind.PUBLIC_THREAD, "news": ChannelKind.NEWS_THREAD}


@pytest.mark.parametrize("channel", KINDS)
async def test_a_channel_gets_a_thread(stage: Stage, channel: str) -> None:
    """The status message is public, the private answer links to it, and the results are in the thread on it."""
    async with stage.bot(), stage.member(channel=channel) as mira:
        acted = await edited(mira, images=[picture()], prompt="Make it teal")
        outside = await of_bot(mira)
        inside = await of_bot(mira, acted.thread_id)

    assert acted.status is not None
    assert acted.private is not None
    assert is_private(acted)
    assert f"{LINK}{GUILD}/{acted.status['channel_id']}/{acted.status['id']}" in acted.private["content"]
    assert [one["id"] for one in outside] == [acted.status["id"]]
    assert acted.status["thread"]["name"] == "Make it teal"
    assert acted.status["thread"]["type"] == KINDS[channel]
    assert [len(one["attachments"]) for one in inside] == [1]


async def test_in_a_thread_the_results_stay_in_it(stage: Stage) -> None:
    """Asked in a thread, the status message and the results are there, with the edit's number."""
    async with stage.bot(), stage.member() as mira:
        first = await mira.edit(images=[picture()], prompt="teal", wait="answer")
        await stage.answered(1)
        async with stage.member(channel=first.thread_id or 0) as inside:
            acted = await edited(inside, images=[picture()], prompt="violet")

    assert acted.status is not None
    assert int(acted.status["channel_id"]) == first.thread_id
    assert "thread" not in acted.status
    assert acted.posted[-1]["content"].startswith("Edit #2 · v")
    assert int(acted.posted[-1]["channel_id"]) == first.thread_id


@pytest.mark.parametrize("channel", ["voice", "stage"])
async def test_the_chat_of_a_voice_channel_has_no_threads(stage: Stage, channel: str) -> None:
    """There the results follow in place."""
    async with stage.bot(), stage.member(channel=channel) as mira:
        acted = await edited(mira, images=[picture()], prompt="teal")
        seen = await of_bot(mira)

    assert acted.thread_id is None
    assert is_private(acted)
    assert words(seen)[1].startswith("Edit #1 · v1 · gpt-image-2")
    assert [len(one["attachments"]) for one in seen] == [0, 1]


@pytest.mark.parametrize("via", ["slash", "menu"])
async def test_a_direct_message_is_answered_openly_and_in_place(stage: Stage, via: Via) -> None:
    """In private there is nobody to hide a refusal from, and no thread."""
    async with stage.bot(), stage.member(channel="dm") as mira:
        refused = await edited(mira, images=[picture()], prompt="teal", options={"size": "1x1"})
        acted = await edited(mira, via=via, images=[picture()], prompt="teal")

    assert refused.private is not None
    assert (refused.refused or "").startswith("1x1 is not possible")
    assert not is_private(refused)
    assert acted.status is not None
    assert not is_private(acted)
    assert acted.thread_id is None
    assert [file["filename"] for file in acted.files] == ["edit-1-v1-1.png"]


async def test_a_long_prompt_names_its_thread_as_far_as_it_goes(stage: Stage) -> None:
    """A thread's name has at most 100 characters; the status message shows more of the prompt."""
    prompt = "Paint every single house along the shore in another colour, " * 6
    async with stage.bot(), stage.member() as mira:
        acted = await mira.edit(images=[picture()], prompt=prompt, wait="answer")

    assert acted.status is not None
    name = acted.status["thread"]["name"]
    assert len(name) <= 100
    assert prompt.startswith(name.removesuffix("…"))
    assert len(acted.status["embeds"][0]["description"]) > 300


async def test_a_hostile_prompt_pings_nobody_and_is_shown_as_it_is(stage: Stage) -> None:
    """Mentions, links, code and reversed text in a prompt or a file's name are letters, wherever the bot shows them."""
    async with stage.bot(), stage.member() as mira:
        # What Discord would take as a ping in a message of a bot that may ping everyone.
        await mira.lever("permissions", {"allow": ["MENTION_EVERYONE"]})
        named = ("@everyone_`x`-mask.png", mask()[1])
        acted = await edited(mira, images=[picture(), picture("b.png")], mask=named, prompt=HOSTILE)
        everything = [*await of_bot(mira), *await of_bot(mira, acted.thread_id)]

    assert acted.status is not None
    assert all(not one["mentions"] and not one["mention_roles"] and not one["mention_everyone"] for one in everything)
    shown = acted.status["embeds"][0]["description"]
    texts = [shown, acted.status["thread"]["name"], *words(everything), str(acted.private)]
    assert all("\u202e" not in text for text in texts)
    for dangerous in ("@everyone", "[free](", "```", "**bold**", "\n> "):
        assert dangerous not in shown
        assert all(dangerous not in text for text in words(everything))
    assert "everyone" in shown
    assert "bold" in shown
