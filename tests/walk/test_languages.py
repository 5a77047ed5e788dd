"""Languages on the walk: commands under their translated names, and answers in the language of whoever asked."""

import pytest

from bot.sandbox.acted import said
from bot.sandbox.member import Member
from bot.words.language import language, languages
from tests.walk.conftest import Stage
from tests.walk.sight import is_private, picture, private


def speak(stage: Stage, member: Member, locale: str) -> None:
    """Have the member's client speak this language."""
    [account] = [one for one in stage.sandbox.discord.world.users.values() if one.name == member.name]
    account.locale = locale


async def test_a_chinese_client(stage: Stage) -> None:
    """A member sees, types and is answered in Chinese, from the name of the command to the end of the edit."""
    async with stage.bot(), stage.member("mira") as mira:
        speak(stage, mira, "zh-CN")

        names = {command["name"] for command in await mira.commands()}
        acted = await mira.slash("编辑", {"prompt": "make it snow", "image": picture()})

    assert {"编辑", "编辑图片", "额度"} <= names
    assert private(acted).startswith("编辑 #1 · ")
    assert "预留 US$" in private(acted)
    assert acted.status is not None
    assert acted.status["content"].startswith("编辑 #1 · ")


async def test_a_refusal_in_chinese(stage: Stage) -> None:
    """So is a refusal, which names the option as the member sees it."""
    async with stage.bot(), stage.member("mira") as mira:
        speak(stage, mira, "zh-CN")

        acted = await mira.slash("edit", {"prompt": "x", "image": picture(), "model": "dall-e-9"}, wait="answer")

    assert is_private(acted)
    assert private(acted).startswith("这里没有叫 dall-e-9 的模型。")


async def test_each_as_they_speak(stage: Stage) -> None:
    """Two members in one channel are each answered in their own language."""
    async with stage.bot(), stage.member("mira") as mira, stage.member("ben") as ben:
        speak(stage, mira, "zh-CN")

        chinese = await mira.slash("models", wait="answer")
        english = await ben.slash("models", wait="answer")

    assert said(english.private).startswith(language("en-US").gettext("Models"))
    assert said(chinese.private).startswith(language("zh-CN").gettext("Models"))


@pytest.mark.parametrize("locale", ["pl", "en-GB"])
async def test_a_language_that_nobody_translated(stage: Stage, locale: str) -> None:
    """Whoever speaks another language finds and reads everything in English."""
    async with stage.bot(), stage.member("mira") as mira:
        speak(stage, mira, locale)

        names = {command["name"] for command in await mira.commands()}
        acted = await mira.slash("quota", wait="answer")

    assert {"edit", "Edit picture", "quota"} <= names
    assert "Pictures a day" in private(acted)


@pytest.mark.parametrize("locale", languages())
async def test_every_language_is_at_the_door(stage: Stage, locale: str) -> None:
    """Discord takes the commands of every language, and an answer comes in each."""
    async with stage.bot(), stage.member("mira") as mira:
        speak(stage, mira, locale)

        edit = language(locale).pgettext("command", "edit")
        acted = await mira.slash(edit, {"prompt": "make it snow", "image": picture()}, wait="answer")

    assert private(acted).startswith(language(locale).gettext("Edit #{id}").format(id=1))
