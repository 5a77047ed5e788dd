"""The buttons under a result, pressed by members at a Discord stand-in."""

import asyncio
from pathlib import Path

import pytest

from bot.domain.guild import Setting
from bot.domain.preset import Preset
from bot.domain.request import PlaceKind
from bot.sandbox.discord_api.faults import Fault
from bot.sandbox.discord_api.furnish import BEN, GUILD, MIRA
from tests.chat.bench import ADMIN, CAT, SNOW, labels, made, press, second, shown, text_of, whispered
from tests.chat.scene import a_scene
from tests.standins import Comes

# ── what is there ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_rows(tmp_path: Path) -> None:
    """Two lines of what can be done, a third of the server's first five presets; Undo from the second version on."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        for number in range(7):
            await scene.guilds.put_preset(ADMIN, Preset(f"preset {number}", "x"), 25)
        one, two = (await second(scene, mira))[1]

    goes_on = ["Edit again", "Vary", "Use as input", "Before/after"]
    presets = [f"preset {number}" for number in range(5)]
    assert labels(one) == [goes_on, ["Original file", "Delete"], presets]
    assert labels(two) == [[*goes_on[:2], "Undo", *goes_on[2:]], ["Original file", "Delete"], presets]
    assert "v1 · gpt-image-2" in one["content"]
    assert "v2 · gpt-image-2" in two["content"]


async def test_prompt_is_offered_where_it_was_changed(tmp_path: Path) -> None:
    """The provider's wording is behind a button, escaped, and there is no button where it said nothing."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        _, result = await made(scene, mira, Comes(revised_prompt="**Snow** for @everyone\n[here](http://x)"))
        told = await press(scene, mira, result, "Prompt")

    assert told.private is not None
    [embed] = told.private["embeds"]
    assert embed["description"] == "\\*\\*Snow\\*\\* for @\u200beveryone\n\\[here\\](http:\\/\\/x)"


# ── new edits ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_vary(tmp_path: Path) -> None:
    """The same once more comes into the same thread as the next version."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        thread, messages = await second(scene, mira)

        assert [one["attachments"][0]["filename"] for one in messages] == ["edit-1-v1-1.png", "edit-2-v2-1.png"]
        assert scene.book.jobs[2].request.prompt == "snow"
        assert scene.book.jobs[2].request.place.channel_id == thread


async def test_vary_pressed_often(tmp_path: Path) -> None:
    """Presses that come while one is under way lead to that one."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        _, result = await made(scene, mira)
        presses = [mira.press(int(result["id"]), "Vary", wait="answer") for _ in range(5)]
        told = await asyncio.gather(*presses)

        assert len(scene.book.jobs) == 2
        assert all(text_of(one).startswith("Edit #2 · ") for one in told)


async def test_vary_by_another_member(tmp_path: Path) -> None:
    """Ben's press is Ben's edit; Mira's picture, of which it is made, is shown to nobody."""
    async with a_scene(tmp_path) as scene, scene.member() as mira, scene.member("ben") as ben:
        thread, result = await made(scene, mira, Comes(), Comes())
        await press(scene, ben, result, "Vary")

        assert scene.book.jobs[2].request.user_id == BEN
        mine, theirs = await shown(mira, thread)
        assert ["Before/after" in labels(one)[0] for one in (mine, theirs)] == [True, False]


@pytest.mark.parametrize("button", ["Edit again", "Vary", "Use as input", "Original file", "snow"])
async def test_others_may_not(tmp_path: Path, button: str) -> None:
    """Where members edit only their own pictures, everybody else's press says so."""
    async with a_scene(tmp_path) as scene, scene.member() as mira, scene.member("ben") as ben:
        await scene.guilds.put_preset(ADMIN, SNOW, 25)
        _, result = await made(scene, mira)
        await scene.guilds.change(ADMIN, Setting.OTHERS, ("off",))

        told = await press(scene, ben, result, button)

        assert text_of(told).startswith("In this server members edit only pictures of their own.")
        assert len(scene.book.jobs) == 1


async def test_edit_again(tmp_path: Path) -> None:
    """The form asks what should change, and the edit begins with the result in full quality."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        thread, result = await made(scene, mira, Comes((b"png 1024x1024 one",)), Comes())
        opened = await mira.press(int(result["id"]), "Edit again", wait="answer")
        assert opened.modal is not None

        await mira.submit(opened.modal, {"prompt": "and a hat"}, wait="answer")
        await scene.work()

        request = scene.book.jobs[2].request
        assert (request.base, request.prompt) == (1, "and a hat")
        assert scene.blobs.path(request.pictures[0].blob).read_bytes() == b"png 1024x1024 one"
        assert "v2 · " in (await shown(mira, thread))[-1]["content"]


async def test_a_version_of_an_older_one_says_so(tmp_path: Path) -> None:
    """ "v3 from v1" where it was not made of the one before it."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        thread, (first, _) = await second(scene, mira)
        scene.provider.script.append(Comes())
        opened = await mira.press(int(first["id"]), "Edit again", wait="answer")
        assert opened.modal is not None
        await mira.submit(opened.modal, {"prompt": "a hat"}, wait="answer")
        await scene.work()

        assert "Edit #3 · v3 from v1 · " in (await shown(mira, thread))[-1]["content"]


async def test_a_preset_pressed(tmp_path: Path) -> None:
    """It edits this version as the preset says; pressed twice it is one edit, and a preset that is gone is said."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        await scene.guilds.put_preset(ADMIN, SNOW, 25)
        _, result = await made(scene, mira, Comes(), Comes())
        await asyncio.gather(*(mira.press(int(result["id"]), "snow", wait="answer") for _ in range(3)))
        await scene.work()
        await scene.guilds.drop_preset(ADMIN, "snow")
        gone = await press(scene, mira, result, "snow")

        assert len(scene.book.jobs) == 2
        request = scene.book.jobs[2].request
        assert (request.prompt, request.preset, request.base) == ("Let it snow", "snow", 1)
        assert text_of(gone).startswith("There is no preset called snow here.")


async def test_several_results_have_no_presets(tmp_path: Path) -> None:
    """Of several pictures nobody knows which one a preset is for; the form of Edit again asks."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        await scene.guilds.put_preset(ADMIN, SNOW, 25)
        scene.provider.script.append(Comes((b"png 64x64 one", b"png 64x64 two")))
        acted = await mira.slash("edit", {"prompt": "cats", "image": CAT, "n": 2}, wait="answer")
        await scene.work()
        [result] = await shown(mira, acted.thread_id)

        assert len(labels(result)) == 2


async def test_a_presets_name_that_would_turn_around(tmp_path: Path) -> None:
    """What cannot be seen of a name, and turns what follows it around, is on no button, and it works all the same."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        await scene.guilds.put_preset(ADMIN, Preset("\u202egnp.exe", "Let it snow"), 25)
        _, result = await made(scene, mira, Comes(), Comes())

        assert labels(result)[2] == ["gnp.exe"]
        await press(scene, mira, result, "gnp.exe")
        assert scene.book.jobs[2].request.prompt == "Let it snow"


async def test_use_as_input(tmp_path: Path) -> None:
    """It is in the tray of whoever pressed, and the answer says how full that is."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        _, result = await made(scene, mira)
        told = await press(scene, mira, result, "Use as input")

        assert text_of(told).startswith("It is in your tray: 1 picture of at most 16.")
        assert len(await scene.gatherings.tray(MIRA, GUILD)) == 1


async def test_missing_permission_before_a_hold(tmp_path: Path) -> None:
    """Where the bot may not post, Vary says so before anything is held."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        _, result = await made(scene, mira)
        await mira.lever("permissions", {"channel": "pictures", "deny": ["attach_files"]})
        told = await press(scene, mira, result, "Vary")

        assert "Attach Files" in text_of(told)
        assert len(scene.book.jobs) == 1


# ── versions ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_undo(tmp_path: Path) -> None:
    """The version before is posted once more with its buttons, and a second press leads to the same message."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        thread, messages = await second(scene, mira)
        told = await press(scene, mira, messages[-1], "Undo")
        twice = await press(scene, mira, messages[-1], "Undo")

        *_, back = await shown(mira, thread)
        assert back["content"].startswith("Back to v1\nv1 · gpt-image-2")
        assert labels(back)[0] == ["Edit again", "Vary", "Use as input", "Before/after"]
        assert len(await shown(mira, thread)) == 3
        assert text_of(told) == f"Edit #1 · back to v1 · https://discord.com/channels/{GUILD}/{thread}/{back['id']}"
        assert text_of(told) == text_of(twice)


async def test_undo_where_the_thread_is_closed(tmp_path: Path) -> None:
    """Where nothing takes it, that is said, and the thread stays at its version."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        thread, messages = await second(scene, mira)
        scene.server.faults.add(
            Fault.read({"method": "POST", "path": "/messages$", "status": 403, "code": 50013, "times": 9})
        )
        told = await press(scene, mira, messages[-1], "Undo")

        assert "Send Messages" in text_of(told)
        current = await scene.book.current(thread)
        assert current is not None
        assert current.id == 2


async def test_original_file(tmp_path: Path) -> None:
    """The file as it is on disk comes in private; one that is larger than Discord takes is said to be kept."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        heavy = b"png 1024x1024".ljust(11 * 1024 * 1024)
        thread, result = await made(scene, mira, Comes((b"png 1024x1024 whole",)), Comes((heavy,)))
        told = await press(scene, mira, result, "Original file")
        await press(scene, mira, result, "Vary")
        kept = await press(scene, mira, (await shown(mira, thread))[-1], "Original file")

        assert told.private is not None
        assert [one["filename"] for one in told.private["attachments"]] == ["edit-1-v1-1.png"]
        assert told.private["flags"] & 64
        assert "edit-2-v2-1.png has 11 MB, and Discord takes 10 MB from you here." in text_of(kept)


# ── forged, old, swept ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_swept_pictures(tmp_path: Path) -> None:
    """Months later each button says what to do."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        _, result = await made(scene, mira)
        scene.clock.advance(90 * 86_400)
        await scene.book.expire(scene.clock.now())

        for button in ("Edit again", "Use as input", "Original file", "Before/after"):
            told = await press(scene, mira, result, button)
            assert "Right-click a message that still shows one" in text_of(told), button
        told = await press(scene, mira, result, "Vary")
        assert text_of(told).endswith("Send them again.")


async def test_another_place(tmp_path: Path) -> None:
    """An id that was forged in another channel gets nothing of what is not seen there."""
    async with a_scene(tmp_path) as scene, scene.member() as mira, scene.member("ben", "general") as ben:
        scene.provider.script += [Comes(), Comes()]
        await made(scene, mira)
        theirs = await ben.edit(images=[CAT], prompt="mine", wait="answer")
        await scene.work()
        [own] = await shown(ben, theirs.thread_id)
        scene.book.jobs[2] = scene.book.jobs[1]  # what Ben's buttons would name if he could write their ids

        told = await press(scene, ben, own, "Vary")

        assert text_of(told).startswith("This button belongs to the member who asked")


async def test_direct_message(tmp_path: Path) -> None:
    """In a direct message the same buttons work, in place."""
    async with a_scene(tmp_path) as scene, scene.member("mira", "dm") as mira:
        scene.provider.script += [Comes(), Comes()]
        acted = await mira.edit(images=[CAT], prompt="snow", wait="answer")
        await scene.work()
        assert acted.status is not None
        [result] = await shown(mira, int(acted.status["channel_id"]))
        await press(scene, mira, result, "Vary")

        assert scene.book.jobs[2].request.place.kind is PlaceKind.IN_PLACE
        assert len(await shown(mira, int(acted.status["channel_id"]))) == 2


# ── in private ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("button", ["Vary", "Edit again", "snow"])
async def test_what_comes_of_a_private_result_is_private(tmp_path: Path, button: str) -> None:
    """Nobody else sees what a member makes of something that only they have seen."""
    async with a_scene(tmp_path) as scene, scene.member() as mira, scene.member("ben") as ben:
        await scene.guilds.put_preset(ADMIN, SNOW, 25)
        result = await whispered(scene, mira)
        scene.provider.script.append(Comes())
        acted = await mira.press(int(result["id"]), button, wait="answer")
        if acted.modal is not None:
            await mira.submit(acted.modal, {"prompt": "a hat"}, wait="answer")
        await scene.work()

        assert scene.book.jobs[2].request.place.kind is PlaceKind.PRIVATE
        assert [one for one in await ben.messages() if one["author"].get("bot")] == []
