"""Stories of pictures gathered from here and there: the tray and the picker."""

from bot.sandbox.stories.stage import Cast, answer_of


async def tray(cast: Cast) -> None:
    """Mira collects pictures of two messages, looks at them, and edits them together."""
    ben, mira = await cast.member("ben"), await cast.member("mira")
    first = await ben.say("Our weekend at the lake", [cast.lake], mention=False)
    second = await mira.say("I saw this one", [cast.balloon], mention=False)
    await mira.menu("Add to tray", int(first["id"]))
    await cast.camera.look(mira)
    added = answer_of(await mira.menu("Add to tray", int(second["id"])))
    shown = answer_of(await cast.typed(mira, "tray", {}))
    await cast.camera.look(mira, without=[added["id"]])
    opened = await mira.press(int(shown["id"]), "Edit with these")
    values: dict[str, object] = {"What should change?": "Let the balloon fly over the lake"}
    made = await cast.ended(mira, await cast.filled_in(mira, opened, values))
    await cast.camera.look(mira, without=[added["id"]])
    await cast.camera.look(mira, made.thread_id)


async def picker(cast: Cast) -> None:
    """Several pictures could be meant: Mira chooses which, and in which order."""
    ben, mira = await cast.member("ben"), await cast.member("mira")
    for words, picture in (("The lake", cast.lake), ("The house", cast.house), ("A balloon!", cast.balloon)):
        await ben.say(words, [picture], mention=False)
    await cast.camera.look(mira)
    asked = answer_of(await cast.typed(mira, "edit", {"prompt": "Put the balloon over the lake"}, "answer"))
    [menu] = [one for row in asked["components"] for one in row["components"] if one["type"] == 3]
    labels = {str(one["label"]).rpartition(" ")[2]: str(one["value"]) for one in menu["options"]}
    await cast.camera.look(mira)
    chosen = [labels["lake.png"], labels["balloon.jpg"]]
    await mira.choose(int(asked["id"]), menu["custom_id"], chosen, wait="answer")
    await cast.camera.look(mira)
    await cast.watched(mira, await mira.press(int(asked["id"]), "Go ahead"))
