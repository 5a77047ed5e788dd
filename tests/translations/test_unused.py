"""Words that nobody says, found."""

from pathlib import Path

from tests.translations.unused import unused


def write(root: Path, name: str, text: str) -> None:
    """A file below the folder."""
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, encoding="utf-8")


def test_unused(tmp_path: Path) -> None:
    """A label and a sentence that nothing calls for are found; those that are used are not."""
    write(tmp_path, "bot/words/hello.py", "HI = marked('Hi')\nBYE, SO_LONG = 'b', 's'\ndef greeting(): ...\n")
    write(tmp_path, "bot/chat/door.py", "from bot.words.hello import HI, SO_LONG\n")
    write(tmp_path, "bot/domain/errors.py", "")

    found = [line for line in unused(tmp_path) if "words" in line]

    assert found == ["bot/words/hello.py: nothing says BYE", "bot/words/hello.py: nothing says greeting"]


def test_errors(tmp_path: Path) -> None:
    """So is an error that nothing raises, but not the kinds that stand for the rest."""
    write(tmp_path, "bot/domain/errors.py", "class NoPicture(Refused): ...\nclass NoPrompt(Refused): ...\n")
    write(tmp_path, "bot/chat/door.py", "raise NoPrompt\n")

    found = unused(tmp_path)

    assert "bot/domain/errors.py: nothing raises NoPicture" in found
    assert not {f"bot/domain/errors.py: nothing raises {name}" for name in ("NoPrompt", "Refused")} & set(found)
