"""The command itself."""

import pytest

from tests.translations.__main__ import USAGE, main


@pytest.mark.parametrize("arguments", [[], ["translate"], ["check", "--fast"], ["extract", "de"]])
def test_wrong_call(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    """A wrong call is told how it is meant, and changes nothing."""
    assert main(arguments) == 2
    assert USAGE in capsys.readouterr().err


def test_check(capsys: pytest.CaptureFixture[str]) -> None:
    """The catalogues in the package are consistent and complete: every message in every language, and none too many."""
    assert main(["check", "--complete"]) == 0, capsys.readouterr().out
