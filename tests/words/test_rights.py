"""What the bot lacks, in words."""

from bot.words.rights import PERMISSIONS, lack_line, listed


def test_listed() -> None:
    """By the names of Discord's settings, in their order."""
    assert listed(("send_messages", "attach_files"), "en-US") == "Send Messages, Attach Files"
    assert listed((), "en-US") == ""


def test_the_line_of_the_log() -> None:
    """It names the channel and everything that is missing, and fits a message in any case."""
    line = lack_line(1_100_000_000_000_000_301, PERMISSIONS, "en-US")

    assert line.startswith("In <#1100000000000000301> somebody asked for an edit")
    assert all(name in line for name in PERMISSIONS.values())
    assert len(line) < 2000
