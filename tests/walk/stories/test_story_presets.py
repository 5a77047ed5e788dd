"""Stories of presets: an admin writes down a wish, members ask for it by its name, and what becomes of it later."""

import pytest

from bot.sandbox.acted import labels_of
from bot.sandbox.discord_api.components import SELECTS
from bot.sandbox.discord_api.modal_forms import inputs
from bot.sandbox.member import Member, Modal
from bot.words.presets import starters
from tests.walk.conftest import Crowd
from tests.walk.sight import button_labels, edited, ended, is_private, is_whole, picture, private, quota
from tests.walk.stories.bench import (
    inside,
    made,
    pressed,
    refused,
    replied,
    result_of,
    sent,
    texts,
)
from tests.walk.stories.server import ADMIN, Server, forged, held, invited, log_to, logged, new_server, open_server

pytestmark = pytest.mark.asyncio(loop_scope="module")

NO_MANAGER = 'Only people with the permission "Manage Server" can do this'
WORDS, WISH = "What should change?", "Model or preset"
MOST = 25


async def written(server: Server, name: str, prompt: str, **more: str) -> str:
    """What the admin is told who writes a preset."""
    async with server.admin() as otto:
        options = {"name": name, "prompt": prompt, **more}
        return private(await otto.slash("preset add", options, wait="answer"))


async def removed(server: Server, name: str) -> str:
    """What the admin is told who takes one away."""
    async with server.admin() as otto:
        return private(await otto.slash("preset remove", {"name": name}, wait="answer"))


async def offered(member: Member, typed: str = "") -> dict[str, str]:
    """What is offered while a member types the prompt of /edit: what they read, and what is then sent."""
    choices = await member.autocomplete("edit", "prompt", typed)
    return {str(one["name"]): str(one["value"]) for one in choices}


def in_the_form(modal: Modal) -> list[str]:
    """What the form offers as a model or preset."""
    [menu] = [one for label, one in inputs(list(modal.components)) if label == WISH and one["type"] in SELECTS]
    return [str(one["label"]) for one in menu["options"]]


# ── written and used ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_preset_from_all_sides(crowd: Crowd) -> None:
    """An admin writes a preset. A member finds it while typing the prompt of /edit, gets what it asks for, presses it
    under that result, chooses it in the form with some words of their own, and names it in a reply in whatever case."""
    server = open_server(crowd)
    said = await written(server, "Golden hour", "presets: warm evening light")
    async with server.member() as mira:
        found = await offered(mira, "gold")
        one = await ended(mira, await mira.slash("edit", {"prompt": found["★ Golden hour"], "image": picture()}))
        async with inside(crowd.stage, mira, one) as there:
            two = await ended(there, await pressed(there, result_of(one), "Golden hour"))
            opened = await pressed(there, result_of(two), "Edit again")
            assert opened.modal is not None
            form = in_the_form(opened.modal)
            chosen = {WISH: "★ Golden hour", WORDS: "presets: and fog"}
            three = await ended(there, await there.submit(opened.modal, chosen, wait="answer"))
            four = await replied(there, result_of(three), "golden  HOUR")
        nothing = await offered(mira, "silver")

    assert said == f"Done: <@{crowd.stage.id_of(ADMIN)}> wrote the preset Golden hour"
    assert nothing == {}
    assert form[0] == "★ Golden hour"
    assert "gpt-image-2" in form
    results = made(crowd.stage, "presets: warm evening light")
    assert len(results) == 3
    assert sent(crowd.stage, "presets: warm evening light")[1] == results[0]
    assert sent(crowd.stage, "presets: warm evening light\npresets: and fog") == [results[1]]
    assert [acted.files[0]["filename"].split("-", 2)[2] for acted in (one, two, three, four)] == [
        f"v{number}-1.png" for number in (1, 2, 3, 4)
    ]


async def test_a_preset_with_a_model_and_options(crowd: Crowd) -> None:
    """A preset names a model and how its results are: that is what a member gets who says nothing. One who says
    something gets what they say, and the preset's choice for the rest. What the model cannot do is not written."""
    server = open_server(crowd)
    chosen = {"model": "gpt-image-1", "size": "1024x1536", "quality": "low", "format": "webp"}
    impossible = await written(server, "Poster", "presets: a poster", **{**chosen, "size": "700x700"})
    empty = await offered_in(server)
    await written(server, "Poster", "presets: a poster", **chosen)
    async with server.member() as mira:
        one = await edited(mira, images=[picture()], prompt="Poster")
        plain = texts(crowd, "presets: a poster")
        await written(server, "Poster", "presets: another poster", **chosen)
        own = {"quality": "high", "size": "1024x1024"}
        await edited(mira, images=[picture()], prompt="Poster", options=own)
        said = texts(crowd, "presets: another poster")

    assert impossible.startswith("700x700 is not possible with gpt-image-1")
    assert empty == {}
    wanted = {"model": "gpt-image-1", "size": "1024x1536", "quality": "low", "output_format": "webp"}
    assert {name: plain[name] for name in wanted} == wanted
    assert {name: said[name] for name in wanted} == {**wanted, **own}
    assert one.files[0]["filename"].endswith(".webp")
    assert " · gpt-image-1 · 1024x1536 · " in one.posted[0]["content"]


async def offered_in(server: Server) -> dict[str, str]:
    """What is offered to a member who has typed nothing yet."""
    async with server.member() as mira:
        return await offered(mira)


async def test_the_usual_presets(crowd: Crowd) -> None:
    """The admin of a German server, in which one of the usual presets was written already, begins with them: the
    others are made, in German and only once, with a line of each in the log. A member reads their list and uses one."""
    server, usual = invited(new_server(crowd.stage, next(crowd.places), "de")), starters("de", transparent=False)
    await log_to(server)
    await written(server, usual[3].name.upper(), "presets: drawn our way")
    async with server.admin() as otto, server.member() as mira:
        said = [private(await otto.slash("preset starter", wait="answer")) for _ in range(2)]
        listed = await mira.slash("preset list", wait="answer")
        found = await offered(mira)
        await edited(mira, images=[picture()], prompt=found[f"★ {usual[0].name}"])
        lines = await logged(server, 8)

    others = [one.name for one in usual if one is not usual[3]]
    assert said[0] == f"Done. New presets: {', '.join(others)}"
    assert said[1] == "The usual presets are all here already."
    assert sorted(found) == sorted(f"★ {name}" for name in (*others, usual[3].name.upper()))
    assert "presets: drawn our way" in str((listed.private or {})["embeds"])
    assert len(crowd.calls(usual[0].prompt)) == 1
    assert [sum(name in line for line in lines) for name in others] == [1] * 5


# ── who may, and how many ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_members_write_no_presets(crowd: Crowd) -> None:
    """A member who does not manage the server may read its presets and use them, and neither write one, nor write one
    anew, nor take one away: each is refused in private, and nothing is changed or logged."""
    server = open_server(crowd)
    await written(server, "Ours", "presets: ours")
    await log_to(server)
    async with server.member() as mira:
        given = {"name": "Ours", "prompt": "presets: theirs"}
        tried = [
            await mira.slash("preset add", given, wait="answer"),
            await mira.slash("preset add", {**given, "name": "Theirs"}, wait="answer"),
            await mira.slash("preset remove", {"name": "Ours"}, wait="answer"),
            await mira.slash("preset starter", wait="answer"),
        ]
        listed = await mira.slash("preset list", wait="answer")
        await edited(mira, images=[picture()], prompt="ours")
        lines = await logged(server, 2)

    assert all(private(one).startswith(NO_MANAGER) for one in tried)
    assert all(is_private(one) for one in tried)
    [embed] = (listed.private or {})["embeds"]
    assert [(one["name"], one["value"]) for one in embed["fields"]] == [("Ours", "presets: ours")]
    assert len(crowd.calls("presets: ours")) == 1
    assert ["preset" in line for line in lines] == [False, False]


async def test_one_too_many(crowd: Crowd) -> None:
    """There are as many presets as a menu shows, and all of them are offered. The next one is refused, one that is
    there may be written anew, and where one is taken away another fits."""
    server = open_server(crowd)
    for number in range(1, MOST + 1):
        await written(server, f"Wish {number}", f"presets: wish {number}")
    over = await written(server, "Wish 26", "presets: too much")
    async with server.admin() as otto:
        starters = private(await otto.slash("preset starter", wait="answer"))
    anew = await written(server, "wish 7", "presets: wish 7 anew")
    before = await offered_in(server)
    await removed(server, "WISH 3")
    after = await written(server, "Wish 26", "presets: room again")
    async with server.member() as mira:
        listed = await mira.slash("preset list", wait="answer")
        found = await offered(mira)

    full = "There are 25 presets here, which is as many as a menu shows. Use /preset remove to take one away first."
    assert over == starters == full
    assert anew.startswith("Done: ")
    assert len(before) == MOST
    assert "★ Wish 26" not in before
    assert after.startswith("Done: ")
    assert "★ Wish 3" not in found
    assert "★ Wish 26" in found
    [embed] = (listed.private or {})["embeds"]
    assert len(embed["fields"]) == MOST


# ── later ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_preset_that_was_taken_away(crowd: Crowd) -> None:
    """A preset is taken away while its button is under a result and a form is open in which it was chosen: both say
    that it is gone and which there are, and nothing is held. What was made with it stays."""
    server = open_server(crowd)
    for name in ("Rain", "Sun"):
        await written(server, name, f"presets: {name}")
    async with server.member() as mira:
        one = await edited(mira, images=[picture()], prompt="Rain")
        before = await quota(mira)
        opened = await pressed(mira, result_of(one), "Edit again")
        assert opened.modal is not None
        gone = await removed(server, "rain")
        by_button = await pressed(mira, result_of(one), "Rain")
        by_form = await mira.submit(opened.modal, {WISH: "★ Rain"}, wait="answer")
        two = await ended(mira, await pressed(mira, result_of(one), "Sun"))
        third = await removed(server, "rain")

    unknown = "There is no preset called {} here. These work: Sun."
    assert gone == f"Done: <@{crowd.stage.id_of(ADMIN)}> took away the preset Rain"
    assert refused(by_button) == unknown.format("Rain")
    assert by_form.refused == unknown.format("Rain")
    assert third == unknown.format("rain")
    assert "19 of 20 left" in before
    assert len(crowd.calls("presets: Rain")) == 1
    assert "Rain" in button_labels(one.posted[0])
    assert "Rain" not in button_labels(two.posted[0])


async def test_a_preset_that_was_written_anew(crowd: Crowd) -> None:
    """The button under an old result asks for what the preset says by now, and pressed twice quickly it asks once."""
    server = open_server(crowd)
    await written(server, "Mood", "presets: gloomy")
    async with server.member() as mira:
        one = await edited(mira, images=[picture()], prompt="Mood")
        await written(server, "MOOD", "presets: cheerful")
        async with held(crowd, 1):
            twice = [await pressed(mira, result_of(one), "Mood") for _ in range(2)]
            await crowd.stage.sandbox.engine.books.until(waiting=1)
        two = await ended(mira, twice[0])

    assert (twice[0].status or {})["id"] == (twice[1].status or {})["id"]
    assert len(two.files) == 1
    assert sent(crowd.stage, "presets: cheerful") == made(crowd.stage, "presets: gloomy")
    assert "MOOD" in labels_of(two.posted[0])


async def test_a_preset_of_another_server(crowd: Crowd) -> None:
    """What one server has written is nowhere else: it is not offered in the next one, its name is a wish like any
    other there, and its button, sent from there, makes nothing."""
    server, another = open_server(crowd), open_server(crowd)
    await written(server, "presets: in house", "presets: a secret recipe")
    async with server.member() as mira, another.member("ben") as ben:
        one = await edited(mira, images=[picture()], prompt="presets: in house")
        found = await offered(ben)
        [button] = [
            one for row in one.posted[0]["components"] for one in row["components"] if ":preset:" in one["custom_id"]
        ]
        sent_there = await forged(crowd.stage, ben, result_of(one), button["custom_id"])
        left = await quota(ben)
        await edited(ben, images=[picture()], prompt="presets: in house")

    assert button["label"] == "presets: in house"
    assert found == {}
    assert sent_there["content"] == "There is no preset called presets: in house here. These work: –."
    assert is_whole(left)
    assert len(crowd.calls("presets: a secret recipe")) == 1
    assert len(crowd.calls("presets: in house")) == 1
