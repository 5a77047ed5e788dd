"""Stories of single edits: the three ways in, a mask, a spoiler, what is private, and what goes wrong."""

from bot.sandbox.stories.stage import Cast, result_of

SUNSET = "Turn the sky into a purple sunset"


async def slash(cast: Cast) -> None:
    """Mira gives two pictures to /edit."""
    mira = await cast.member("mira")
    options = {"prompt": "Let the balloon fly over the lake", "image": cast.lake, "image2": cast.balloon}
    await cast.watched(mira, await cast.typed(mira, "edit", options))


async def menu(cast: Cast) -> None:
    """Ben has posted a picture; Mira right-clicks it and fills in the form."""
    ben, mira = await cast.member("ben"), await cast.member("mira")
    posted = await ben.say("Our weekend at the lake", [cast.lake], mention=False)
    await cast.camera.look(mira)
    opened = await mira.menu("Edit picture", int(posted["id"]))
    await cast.watched(mira, await cast.filled_in(mira, opened, {"What should change?": SUNSET}))


async def reply(cast: Cast) -> None:
    """Mira replies to Ben's picture, then to the result."""
    ben, mira = await cast.member("ben"), await cast.member("mira")
    posted = await ben.say("Our weekend at the lake", [cast.lake], mention=False)
    asked = await mira.say(SUNSET, reply_to=int(posted["id"]))
    first = await cast.watched(mira, await mira.answer_to(int(asked["id"])))
    there = await cast.member("mira", str(first.thread_id))
    again = await there.say("and let it snow", reply_to=result_of(first))
    await cast.watched(there, await there.answer_to(int(again["id"])))


async def mask(cast: Cast) -> None:
    """Only the sky may change; afterwards both are compared."""
    mira = await cast.member("mira")
    options = {"prompt": "A sky full of northern lights", "image": cast.lake, "mask": cast.mask}
    made = await cast.watched(mira, await cast.typed(mira, "edit", options))
    there = await cast.member("mira", str(made.thread_id))
    await there.press(result_of(made), "Before/after")
    await cast.camera.look(there)


async def spoiler(cast: Cast) -> None:
    """What was hidden stays hidden."""
    ben, mira = await cast.member("ben"), await cast.member("mira")
    posted = await ben.say("Who has not seen the ending?", [cast.lake], mention=False, spoiler=True)
    asked = await mira.say(SUNSET, reply_to=int(posted["id"]))
    await cast.watched(mira, await mira.answer_to(int(asked["id"])))


async def private(cast: Cast) -> None:
    """Only Mira sees the result, until she posts it."""
    mira = await cast.member("mira")
    asked = await cast.typed(mira, "edit", {"prompt": SUNSET, "image": cast.lake, "private": True}, "answer")
    await mira.whispers(asked)
    await cast.camera.look(mira)


async def refused(cast: Cast) -> None:
    """The provider will not make it: nothing is charged, and it is said what to do."""
    mira = await cast.member("mira")
    cast.sandbox.engine.plan({"code": "moderation_blocked"})
    wish = {"prompt": "Something that nobody should ask for", "image": cast.lake}
    await cast.watched(mira, await cast.typed(mira, "edit", wish))


async def permission(cast: Cast) -> None:
    """The bot may not attach files here: it says so before anything is held, and what to do about it."""
    mira, ada = await cast.member("mira"), await cast.member("ada")
    await mira.lever("permissions", {"channel": "pictures", "deny": ["attach_files", "create_public_threads"]})
    await cast.typed(mira, "edit", {"prompt": SUNSET, "image": cast.lake}, "answer")
    await cast.camera.look(mira)
    await ada.slash("edit", {"prompt": SUNSET, "image": cast.lake}, wait="answer")
    await cast.camera.look(ada)
