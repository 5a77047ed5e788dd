"""The rows of the dialects, and the addresses that follow from them."""

import pytest

from bot.domain.catalog.reading import dialect_names
from bot.provider.client import ImageClient
from bot.provider.dialect import DIALECTS, find_address


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
def test_address(base: str, address: str) -> None:
    """The settings' address may end in /v1 or not."""
    found = find_address(base, DIALECTS["openai"])

    assert str(found.edits) == address
    assert str(found.models) == address.replace("/images/edits", "/models")


AZURE = "https://res.openai.azure.com"


@pytest.mark.parametrize(
    ("base", "edits", "names_model"),
    [
        (AZURE, "/openai/v1/images/edits?api-version=preview", True),
        (f"{AZURE}/openai/v1", "/openai/v1/images/edits?api-version=preview", True),
        (f"{AZURE}/openai/v1/?api-version=2026-01-01", "/openai/v1/images/edits?api-version=2026-01-01", True),
        (f"{AZURE}/openai", "/openai/v1/images/edits?api-version=preview", True),
        (
            f"{AZURE}/openai/deployments/my-dep?api-version=2025-04-01-preview",
            "/openai/deployments/my-dep/images/edits?api-version=2025-04-01-preview",
            False,
        ),
        (
            f"{AZURE}/openai/deployments/my-dep",
            "/openai/deployments/my-dep/images/edits?api-version=2025-04-01-preview",
            False,
        ),
        (
            f"{AZURE}/openai/deployments/my-dep/images/edits?api-version=x",
            "/openai/deployments/my-dep/images/edits?api-version=x",
            False,
        ),
    ],
)
def test_azure(base: str, edits: str, names_model: bool) -> None:
    """A resource is asked on the route that is like OpenAI's; a deployment's own route names no model in the form."""
    found = find_address(base, DIALECTS["azure"])

    assert str(found.edits) == AZURE + edits
    assert found.names_model is names_model


def test_the_list_of_azure() -> None:
    """Its models are asked for beside the route that is used."""
    deployment = find_address(f"{AZURE}/openai/deployments/d?api-version=x", DIALECTS["azure"])

    assert str(deployment.models) == f"{AZURE}/openai/models?api-version=x"
    assert str(find_address(AZURE, DIALECTS["azure"]).models) == f"{AZURE}/openai/v1/models?api-version=preview"


@pytest.mark.parametrize("dialect", ["openai", "azure"])
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
        f"https://{'a' * 64}.example",
    ],
)
def test_no_address(base: str, dialect: str) -> None:
    """What is no plain address is refused, not guessed at."""
    with pytest.raises(ValueError, match=r".+"):
        find_address(base, DIALECTS[dialect])


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
    """There is a row for each dialect of the catalog; more than one file is `image[]` everywhere."""
    assert set(DIALECTS) == set(dialect_names())
    assert {row.many_files for row in DIALECTS.values()} == {"image[]"}
    assert {name for name, row in DIALECTS.items() if row.one_file == "image[]"} == {"azure", "sdcpp"}
    assert {name for name, row in DIALECTS.items() if row.needs_key} == {"openai", "azure", "anyfast", "newapi"}
