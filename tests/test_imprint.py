"""What `/about` says of the house: gathered from its settings, and nothing of it a secret."""

from pathlib import Path

import pytest

from bot.app.imprint import imprint
from bot.domain.imprint import Imprint, Seer
from bot.settings import Settings, SettingsWrong, provider_entries, usable_catalog

KEY = "sk-proj-a-key-that-is-none-at-all"
ENOUGH = {"DISCORD_TOKEN": "a.token.of-none", "IMAGES_API_KEY": KEY, "SECOND_KEY": KEY}
TWO = """
[[providers]]
name = "first"
dialect = "openai"
url = "https://user-less.example:8443/openai/v1"
key = "IMAGES_API_KEY"
models = ["gpt-image-2", "gpt-image-1.5"]

[[providers]]
name = "second"
dialect = "newapi"
url = "https://gateway.example"
key = "SECOND_KEY"
models = ["gpt-image-2"]
"""


def imprint_of(**values: str) -> Imprint:
    """The imprint of a house with these settings."""
    settings = Settings.of({**ENOUGH, **values})
    setup = provider_entries(settings)
    return imprint(settings, setup, usable_catalog(settings, setup))


def test_one_provider() -> None:
    """The host of the image API stands with every model that is sent there."""
    [seer] = imprint_of(IMAGES_API_URL="https://api.openai.com/v1").seers

    assert seer.host == "api.openai.com"
    assert seer.models[0] == "gpt-image-2"


def test_several_providers(tmp_path: Path) -> None:
    """Each host has its own models, without port, path or key."""
    file = tmp_path / "providers.toml"
    file.write_text(TWO)

    told = imprint_of(PROVIDERS_FILE=str(file))

    assert told.seers == (
        Seer("user-less.example", ("gpt-image-2", "gpt-image-1.5")),
        Seer("gateway.example", ("gpt-image-2",)),
    )
    assert KEY not in repr(told)


def test_what_the_operator_says() -> None:
    """Links and contact are as they were written; without them there are none."""
    links = {"PRIVACY_URL": " https://example.org/p?lang=de#short ", "TERMS_URL": "http://example.org/t"}

    told, silent = imprint_of(**links, CONTACT="Otto, otto@example.org", RETENTION_DAYS="7"), imprint_of()

    assert (told.privacy_url, told.terms_url) == ("https://example.org/p?lang=de#short", "http://example.org/t")
    assert (told.contact, told.retention_days) == ("Otto, otto@example.org", 7)
    assert (silent.privacy_url, silent.terms_url, silent.contact) == (None, None, None)


@pytest.mark.parametrize(
    "address",
    [
        "example.org/privacy",
        "ftp://example.org",
        "javascript:alert(1)",
        "https://",
        "https://name:word@example.org",
        "https://example.org/a b",
        "https://example.org/a)b",
        f"https://example.org/{'x' * 400}",
    ],
)
@pytest.mark.parametrize("name", ["PRIVACY_URL", "TERMS_URL"])
def test_links_that_are_none(name: str, address: str) -> None:
    """An address that a message could not show, or that leads nowhere, is refused by name at the start."""
    with pytest.raises(SettingsWrong, match=rf"^{name} has to be an address such as https://example.org/"):
        imprint_of(**{name: address})


def test_a_contact_that_is_a_book() -> None:
    """What would fill the message is refused."""
    with pytest.raises(SettingsWrong, match="CONTACT has to be a text of at most 200 characters"):
        imprint_of(CONTACT="x" * 201)
