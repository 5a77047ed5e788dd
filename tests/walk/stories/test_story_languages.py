"""Stories of languages: what a member sees, presses and is told in their own, and what everybody in a server reads.

What the bot says is looked up as it is translated; that every language is complete is tested with the catalogues.
"""

import re
from collections.abc import Mapping

import pytest

from bot.domain.errors import NoPrompt, NotYours, SizeImpossible, UnknownModel
from bot.domain.quota import Unit
from bot.sandbox.acted import labels_of
from bot.sandbox.member import Acted, Member
from bot.words.language import language, own_name
from bot.words.limits import amount
from bot.words.rights import lack_line
from tests.walk.conftest import Crowd
from tests.walk.sight import Json, button_labels, edited, is_private, of_bot, picture, private
from tests.walk.stories.bench import job_of
from tests.walk.stories.server import (
    decide,
    invited,
    log_to,
    logged,
    menu_of,
    message_of,
    new_server,
    open_server,
    spoken,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

ENGLISH, GERMAN, CHINESE = "en-US", "de", "zh-CN"
FOUR_FIRST = ("Edit again", "Vary", "Use as input", "Before/after")
DEAR: Mapping[str, str | int | bool] = {"quality": "high", "n": 6}


def named(locale: str, context: str, name: str) -> str:
    """What a command or menu is called in this language."""
    return language(locale).pgettext(context, name)


def title(locale: str, acted: Acted) -> str:
    """ "Edit #7", as it is said in this language."""
    return spoken(locale, "Edit #{id}", id=job_of(acted))


def shown(acted: Acted) -> Json:
    """The message with the results of an edit."""
    return next(one for one in acted.posted if one["attachments"])


def labels(locale: str, *messages: str) -> list[str]:
    """Buttons as this language calls them."""
    return [spoken(locale, one) for one in messages]


async def status_now(member: Member, acted: Acted) -> str:
    """The first line of an edit's status message."""
    assert acted.status is not None
    [status] = [one for one in await member.messages() if one["id"] == acted.status["id"]]
    return str(status["content"]).splitlines()[0]


async def test_a_day_in_chinese(crowd: Crowd) -> None:
    """A member whose client is Chinese finds the commands under Chinese names, edits a picture by a Chinese form, reads
    a Chinese status and result, presses a Chinese button below it, and looks at it again in a Chinese history."""
    server = open_server(crowd)
    async with server.member(locale=CHINESE) as mira:
        offered = {one["name"] for one in await mira.commands()}
        source = await mira.say("", [picture()], mention=False)
        opened = await mira.menu(named(CHINESE, "menu", "Edit picture"), int(source["id"]))
        assert opened.modal is not None
        fields = [label for label, _, _ in opened.modal.fields()]
        wish = spoken(CHINESE, "What should change?")
        done = await mira.submit(opened.modal, {wish: "languages: a day"})
        over = await status_now(mira, done)
        varied = await mira.press(int(shown(done)["id"]), spoken(CHINESE, "Vary"))
        history = await mira.slash(named(CHINESE, "command", "history"), wait="answer")

    assert {named(CHINESE, "command", one) for one in ("edit", "tray", "history", "help")} <= offered
    assert opened.modal.title == spoken(CHINESE, "Edit picture")
    assert fields == labels(CHINESE, "What should change?", "More pictures", "Mask", "Model or preset")
    assert private(done).startswith(f"{title(CHINESE, done)} · ")
    assert over.startswith(f"{title(CHINESE, done)} · {spoken(CHINESE, 'done')} · v1 · US$")
    assert shown(done)["content"].endswith(spoken(CHINESE, "edited by AI"))
    assert button_labels(shown(done))[:4] == labels(CHINESE, *FOUR_FIRST)
    assert title(CHINESE, varied) != title(CHINESE, done)
    assert len(varied.files) == 1
    assert history.private is not None
    assert history.private["embeds"][0]["title"] == spoken(CHINESE, "Your edits")
    assert menu_of(history) == spoken(CHINESE, "Show again")


async def test_a_german_in_an_english_server(crowd: Crowd) -> None:
    """The server's language is English, and so is all that everybody reads. A German member's own answers, refusals and
    forms are German, amounts included."""
    server = open_server(crowd)
    async with server.admin() as otto, server.member(locale=GERMAN) as mira:
        await decide(otto, "Language", own_name(ENGLISH))
        done = await mira.edit(images=[picture()], prompt="languages: english here")
        over = await status_now(mira, done)
        refused = await mira.edit(images=[picture()], prompt="languages: no", options={"size": "1x1"}, wait="answer")
        opened = await mira.press(int(shown(done)["id"]), "Edit again", wait="answer")
        left = await mira.slash(named(GERMAN, "command", "quota"), wait="answer")

    assert over.startswith(f"{title(ENGLISH, done)} · done · v1 · $0.")
    assert shown(done)["content"].endswith("edited by AI")
    assert button_labels(shown(done))[:4] == list(FOUR_FIRST)
    assert private(done).startswith(f"{title(GERMAN, done)} · ")
    assert re.search(r"0,\d+\xa0\$", private(done))
    assert is_private(refused)
    start = spoken(GERMAN, SizeImpossible.sentence(), size="1x1", model="gpt-image-2", nearest="|").partition("|")[0]
    assert private(refused).startswith(start)
    assert opened.modal is not None
    assert opened.modal.title == spoken(GERMAN, "Edit picture")
    assert spoken(GERMAN, "{left} of {limit} left", left=19, limit=20) in private(left)
    assert "5,00\xa0$" in private(left)


async def test_each_their_own(crowd: Crowd) -> None:
    """Where the server has chosen no language an edit is in that of its member, for all to see: an English member
    presses the Chinese button below it and gets an English edit of their own, from the same thread."""
    server = open_server(crowd)
    async with server.member(locale=CHINESE) as mira, server.member("ben") as ben:
        first = await mira.edit(images=[picture()], prompt="languages: chinese first")
        refused = await ben.press(int(shown(first)["id"]), spoken(CHINESE, "Delete"), wait="answer")
        theirs = await ben.press(int(shown(first)["id"]), spoken(CHINESE, "Vary"))

    assert button_labels(shown(first))[:4] == labels(CHINESE, *FOUR_FIRST)
    assert private(refused) == NotYours.sentence()
    assert private(theirs).startswith(f"{title(ENGLISH, theirs)} · ")
    assert theirs.status is not None
    assert int(theirs.status["channel_id"]) == first.thread_id
    assert shown(theirs)["content"].endswith("edited by AI")
    assert button_labels(shown(theirs))[:2] == ["Edit again", "Vary"]


async def test_a_language_that_nobody_translated(crowd: Crowd) -> None:
    """A Polish member finds, presses and reads everything in English, from the menu to the end of the edit, also in a
    server that Discord knows as Polish."""
    server = invited(new_server(crowd.stage, next(crowd.places), "pl"))
    async with server.member(locale="pl") as mira:
        offered = {one["name"] for one in await mira.commands()}
        source = await mira.say("", [picture()], mention=False)
        opened = await mira.menu("Edit picture", int(source["id"]))
        assert opened.modal is not None
        done = await mira.submit(opened.modal, {"What should change?": "languages: polish"})
        over = await status_now(mira, done)
        said = await mira.say("", reply_to=int(source["id"]))
        told = await mira.answer_to(int(said["id"]))

    assert {"edit", "tray", "history", "Edit picture"} <= offered
    assert opened.modal.title == "Edit picture"
    assert private(done).startswith(f"{title(ENGLISH, done)} · ")
    assert over.startswith(f"{title(ENGLISH, done)} · done · v1 · $0.")
    assert button_labels(shown(done))[:4] == list(FOUR_FIRST)
    assert told.refused == NoPrompt.sentence()


async def test_an_admin_in_chinese(crowd: Crowd) -> None:
    """A Chinese admin of an English server finds every setting by its Chinese name, and what it can be; the server's
    log says in English what they have decided."""
    server = open_server(crowd)
    await log_to(server)
    async with server.member("ada", locale=CHINESE) as ada, server.member() as mira:
        await server.rights(ada, whom="&Artists", allow=["MANAGE_GUILD"])
        await server.give(ada, "Artists")
        panel = await ada.slash(named(CHINESE, "command", "settings"), wait="answer")
        opened = await ada.choose(message_of(panel), menu_of(panel), labels(CHINESE, "Threads"), wait="answer")
        choices = labels_of(opened.private)
        none = spoken(CHINESE, "None, results stay in the channel")
        decided = await ada.press(message_of(panel), none, wait="answer")
        done = await mira.edit(images=[picture()], prompt="languages: decided")
        _, line = (await logged(server, 2))[:2]

    assert panel.private is not None
    assert panel.private["embeds"][0]["title"] == spoken(CHINESE, "Settings of this server")
    assert {none, *labels(CHINESE, "Back")} <= set(choices)
    changed = "{who} changed the setting {what}: {old} → {new}"
    said = {
        "who": f"<@{server.id_of('ada')}>",
        "what": spoken(CHINESE, "Threads"),
        "old": spoken(CHINESE, "One for each edit"),
        "new": none,
    }
    assert private(decided) == spoken(CHINESE, "Done: {what}", what=spoken(CHINESE, changed, **said))
    assert line.endswith("changed the setting Threads: One for each edit → None, results stay in the channel")
    assert done.thread_id is None


async def test_a_chinese_server_that_chose_nothing(crowd: Crowd) -> None:
    """Discord knows the server as Chinese: a message to the bot, which says nothing of its author's language, is
    answered in Chinese for all to see; a command still is in the language of whoever uses it."""
    server = invited(new_server(crowd.stage, next(crowd.places), CHINESE))
    async with server.member() as mira, server.member("ben", "other", locale=GERMAN) as ben:
        said = await mira.say("languages: by message", [picture()])
        done = await mira.answer_to(int(said["id"]))
        over = await status_now(mira, done)
        empty = await mira.say("", [picture()])
        told = await mira.answer_to(int(empty["id"]))
        theirs = await ben.edit(images=[picture()], prompt="languages: by command")
        ended = await status_now(ben, theirs)

    assert over.startswith(f"{title(CHINESE, done)} · {spoken(CHINESE, 'done')} · v1 · US$")
    assert button_labels(shown(done))[:4] == labels(CHINESE, *FOUR_FIRST)
    assert told.refused == spoken(CHINESE, NoPrompt.sentence())
    assert ended.startswith(f"{title(GERMAN, theirs)} · {spoken(GERMAN, 'done')} · v1 · 0,")


async def test_the_servers_own_language(crowd: Crowd) -> None:
    """A server speaks Chinese: what everybody reads is Chinese, whoever asked and wherever they post it again, while a
    German member's own answers are German. Whoever asks by a message, which has no private answer, is refused in
    Chinese."""
    server = open_server(crowd)
    async with server.admin() as otto, server.member(locale="de") as mira:
        await decide(otto, "Language", own_name(CHINESE))
        done = await mira.edit(images=[picture()], prompt="languages: chinese")
        [over] = [one["content"] for one in await of_bot(mira)]
        refused = await edited(mira, images=[picture()], prompt="languages: chinese", options={"model": "dall-e-9"})
        said = await mira.say("", [picture()])
        told = await mira.answer_to(int(said["id"]))
        history = await mira.slash("history", wait="answer")
        place = spoken(GERMAN, "Show again")
        again = await mira.choose(message_of(history), place, [str(job_of(done))], wait="answer")
        await mira.press(message_of(again), spoken(GERMAN, "Post here"), wait="answer")
        reposted = (await of_bot(mira))[-1]

    mine, theirs = title(GERMAN, done), title(CHINESE, done)
    assert private(done).startswith(f"{mine} · ")
    assert over.startswith(f"{theirs} · {spoken(CHINESE, 'done')} · v1")
    assert spoken(CHINESE, "edited by AI") in done.posted[0]["content"]
    assert button_labels(done.posted[0])[:2] == [spoken(CHINESE, one) for one in ("Edit again", "Vary")]
    assert private(refused) == spoken(GERMAN, UnknownModel.sentence(), model="dall-e-9", known=_known(refused))
    assert told.refused == spoken(CHINESE, NoPrompt.sentence())
    assert reposted["content"].startswith(theirs)
    assert [one["filename"] for one in reposted["attachments"]] == [f"edit-{job_of(done)}-v1-1.png"]


def _known(refused: Acted) -> str:
    """The models that a refusal offers."""
    found = re.search(r"gpt-image-2, .*(?=\.$)", private(refused))
    assert found is not None
    return found[0]


async def test_the_log_in_the_servers_own_language(crowd: Crowd) -> None:
    """Its log is read by everybody who may see that channel: it is Chinese as well, for decisions, for edits and for
    what the bot lacks."""
    server = open_server(crowd)
    await log_to(server)
    async with server.admin() as otto, server.member() as mira:
        await decide(otto, "Language", own_name(CHINESE))
        await mira.edit(images=[picture()], prompt="languages: logged in chinese")
        await logged(server, 3)
        await server.rights(mira, channel="studio", deny=["ATTACH_FILES"])
        await edited(mira, images=[picture()], prompt="languages: logged in chinese")
        _, decision, edit, lack = await logged(server, 4)

    assert spoken(CHINESE, "Language") in decision
    assert decision.endswith(own_name(CHINESE))
    assert f" · {amount(Unit.IMAGES, 1, CHINESE)} · " in edit
    assert f" · {spoken(CHINESE, 'delivered')} · " in edit
    assert lack == lack_line(server.channel_id("studio"), ["attach_files"], CHINESE)


async def test_a_client_that_changes_its_language(crowd: Crowd) -> None:
    """A member is asked about a dear edit in English and then sets their client to Chinese: they are answered in
    Chinese from then on, while what stands in the channel stays in one language."""
    server = open_server(crowd)
    async with server.member() as mira:
        asked = await mira.edit(images=[picture()], prompt="languages: dear", options=DEAR, wait="answer")
        assert asked.status is not None
        await mira.lever("members", {"name": mira.name, "guild": str(server.guild.id), "locale": CHINESE})
        dropped = await mira.press(int(asked.status["id"]), "Drop it", wait="answer")
        [question] = await of_bot(mira)

    assert asked.status["content"].startswith("This edit may cost up to $")
    assert private(dropped) == spoken(CHINESE, "It was dropped. Nothing was charged.")
    assert question["content"].startswith("This edit was dropped. Nothing was charged.")
    assert crowd.calls("languages: dear") == []
