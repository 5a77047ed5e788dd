"""What a server is told when the bot joins it."""

from bot.words.welcome import greeting


def test_everything_is_there() -> None:
    """The three ways, where to go on, and that nothing is missing, in few lines."""
    said = greeting((), "en-US")

    assert all(command in said for command in ("/edit", "/help", "/about", "/settings", "/quota-admin"))
    assert said.endswith("I have every permission that I need.")
    assert len(said.splitlines()) <= 8
    assert len(said) <= 1000


def test_what_is_missing_is_named() -> None:
    """Each missing permission is named as Discord's settings name it, with the place to give it."""
    said = greeting(("Embed Links", "Attach Files"), "en-US").splitlines()[-1]

    assert said.startswith("I still need these permissions: **Embed Links**, **Attach Files**. ")
    assert "Server Settings → Roles" in said
