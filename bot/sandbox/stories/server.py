"""Stories of a server: its settings and presets, and what a newcomer is told."""

from bot.sandbox.stories.stage import Cast, answer_of


async def welcome(cast: Cast) -> None:
    """The bot is invited, and says what it does and what it needs."""
    ada = await cast.member("ada")
    await ada.lever("guild", {"bot": False})
    await ada.lever("guild", {"bot": True, "system_channel": "pictures"})
    await ada.wait_for(lambda seen: next((one for one in seen if one["author"].get("bot")), None))
    await cast.camera.look(ada)


async def settings(cast: Cast) -> None:
    """Ada looks at the settings of her server and decides where edits may be made."""
    ada = await cast.member("ada")
    panel = int(answer_of(await cast.typed(ada, "settings", {}))["id"])
    await cast.camera.look(ada)
    await ada.choose(panel, "What shall be changed?", ["channels_allowed"])
    await cast.camera.look(ada)
    await ada.choose(panel, "Choose channels", ["#pictures", "#gallery"])
    await cast.camera.look(ada)


async def presets(cast: Cast) -> None:
    """Ada writes the usual presets; Mira uses one by its name."""
    ada, mira = await cast.member("ada"), await cast.member("mira")
    await ada.slash("preset starter")
    await ada.slash("preset list")
    await cast.camera.look(ada)
    options = {"prompt": "Cartoon style", "image": cast.lake}
    await cast.watched(mira, await cast.typed(mira, "edit", options))


async def help_(cast: Cast) -> None:
    """The three ways in, as a picture."""
    mira = await cast.member("mira")
    await cast.typed(mira, "help", {})
    await cast.camera.look(mira)


async def about(cast: Cast) -> None:
    """What the bot is, what it keeps and for how long, and who sees the pictures."""
    mira = await cast.member("mira")
    await cast.typed(mira, "about", {})
    await cast.camera.look(mira)
