"""The rows of the dialects, and the addresses that follow from them."""

import pytest

from bot.provider.client import ImageClient
from bot.provider.dialect import DIALECTS, endpoint

PATH = "/v1/images/edits"


@pytest.mark.parametrize(
    ("base", "address"),
    [
        ("https://api.openai.com", "https://api.openai.com/v1/images/edits"),
        ("https://api.openai.com/", "https://api.openai.com/v1/images/edits"),
        ("https://api.openai.com/v1", "https://api.openai.com/v1/images/edits"),
        ("https://api.openai.com/v1/", "https://api.openai.com/v1/images/edits"),
        ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1/images/edits"),
        ("https://gateway.example/openai/v1", "https://gateway.example/openai/v1/images/edits"),
        ("https://gateway.example/openai", "https://gateway.example/openai/v1/images/edits"),
        ("https://gateway.example/av1", "https://gateway.example/av1/v1/images/edits"),
        ("http://[::1]:8080", "http://[::1]:8080/v1/images/edits"),
    ],
)
def test_endpoint(base: str, address: str) -> None:
    """The settings' address may end in /v1 or not."""
    assert str(endpoint(base, PATH)) == address


@pytest.mark.parametrize(
    "base",
    [
        "",
        "api.openai.com",
        "ftp://x/v1",
        "https://",
        "https://u:p@x/v1",
        "https://x/v1?k=1",
        "https://x/#a",
    ],
)
def test_no_endpoint(base: str) -> None:
    """What is no plain address is refused, not guessed at."""
    with pytest.raises(ValueError, match=r".+"):
        endpoint(base, PATH)


@pytest.mark.parametrize("key", ["line\nbreak", "with space", "schlüssel", "nul\0"])
def test_a_key_that_cannot_be_sent(key: str) -> None:
    """A key with characters that no header carries is refused at once, without being shown."""
    with pytest.raises(ValueError, match="the key") as refused:
        ImageClient("http://127.0.0.1:1", key)

    assert key not in str(refused.value)


def test_an_unknown_dialect() -> None:
    """A dialect without a row is refused by name."""
    with pytest.raises(ValueError, match=r"'morse'.*openai"):
        ImageClient("http://127.0.0.1:1", "key", "morse")


def test_the_rows() -> None:
    """Every row sends one file as `image` and more as `image[]`."""
    assert set(DIALECTS) == {"openai", "anyfast", "newapi"}
    assert {(row.one_file, row.many_files) for row in DIALECTS.values()} == {("image", "image[]")}
