"""Stories of what comes after an edit: its thread as a workbench, and the history."""

from bot.sandbox.discord_api.components import STRING_SELECT
from bot.sandbox.discord_api.refusals import Json
from bot.sandbox.stories.stage import Cast, answer_of, result_of

SUNSET = "Turn the sky into a purple sunset"


async def workbench(cast: Cast) -> None:
    """Version 1 is edited again, made once more, and undone."""
    mira = await cast.member("mira")
    first = await cast.watched(mira, await cast.typed(mira, "edit", {"prompt": SUNSET, "image": cast.lake}))
    there = await cast.member("mira", str(first.thread_id))
    opened = await there.press(result_of(first), "Edit again")
    second = await cast.filled_in(there, opened, {"What should change?": "Let it snow"})
    await cast.watched(there, second)
    third = await cast.watched(there, await there.press(result_of(second), "Vary"))
    await there.press(result_of(third), "Undo", wait="answer")
    await cast.camera.look(there)


async def history(cast: Cast) -> None:
    """Mira finds her last edits again, and has one shown."""
    mira = await cast.member("mira")
    for prompt, picture in ((SUNSET, cast.lake), ("Make it night", cast.balloon)):
        await mira.slash("edit", {"prompt": prompt, "image": picture})
    listed = answer_of(await cast.typed(mira, "history", {}))
    seen = {one["id"] for one in await mira.messages()} - {listed["id"]}
    await mira.choose(int(listed["id"]), "Show again", [_first_offer(listed)], wait="answer")
    await cast.camera.look(mira, without=seen)


def _first_offer(message: Json) -> str:
    """The value of the first thing that a message offers to choose."""
    selects = [one for row in message["components"] for one in row["components"] if one["type"] == STRING_SELECT]
    return str(selects[0]["options"][0]["value"])
