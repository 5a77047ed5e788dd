"""SIGHUP: keys and limits are read again while the bot runs, and a file that cannot be used changes nothing."""

from pathlib import Path

from tests.chaos.conftest import House, picture


def write(house: House, **lines: str) -> None:
    """The `.env` of the bot's folder."""
    Path(house.folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in lines.items()), "utf-8")


async def test_a_limit(house: House) -> None:
    """A raised limit holds from the next edit on; a wrong one is logged, and the last one stays."""
    write(house, LIMIT_IMAGES_PER_DAY="1")
    bot = await house.start()
    await house.ask()
    refused = await house.mira.edit(images=[picture()], prompt="More snow", wait="answer")
    assert refused.refused is not None
    assert "0 of 1" in refused.refused

    write(house, LIMIT_IMAGES_PER_DAY="2")
    bot.hang_up()
    await bot.logged("settings_reread")
    write(house, LIMIT_IMAGES_PER_DAY="none")
    bot.hang_up()
    await bot.logged("settings_not_reread")
    await house.ask()
    refused = await house.mira.edit(images=[picture()], prompt="More snow", wait="answer")

    assert refused.refused is not None
    assert "0 of 2" in refused.refused
    await house.at_rest(bot, 1, 2)


async def test_a_key(house: House) -> None:
    """A key that was refused is replaced without a restart, edits go on at once, and neither key is in the log."""
    good, wrong = house.settings["IMAGES_API_KEY"], "sk-wrong-0123456789"
    write(house, IMAGES_API_KEY=wrong)
    bot = await house.start(IMAGES_API_KEY="")
    await house.ask()
    await house.over(1)
    assert house.rows.troubles()[1] == "ProviderClosed"

    write(house, IMAGES_API_KEY=good)
    bot.hang_up()
    await bot.logged("settings_reread")
    await house.ask()
    await house.over(2)
    bot.terminate()
    ended = await house.stopped(bot)

    assert house.posted() == ["edit-2-v1-1.png"]
    assert wrong not in ended.err
    assert good not in ended.err
