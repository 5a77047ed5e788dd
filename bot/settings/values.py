"""What a value of the settings has to look like, wherever it stands."""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from bot.domain.catalog.reading import dialect_names

KEY = "IMAGES_API_KEY"
LONGEST_LINK = 400  # characters; two of them and a contact have to fit one field of a message
HOME_NAMES = (".localhost", ".local", ".internal", ".lan", ".home.arpa")
IMAGES_ADDRESS = (
    "an address such as https://api.openai.com/v1, with no name, password or query (but Azure's api-version)"
)
DIALECT_NAMES = f"{', '.join(dialect_names()[:-1])} or {dialect_names()[-1]}"


class SettingsWrong(Exception):
    """The settings cannot be used. Its text is one plain sentence that names the place and repeats no value."""


@dataclass(frozen=True, slots=True)
class Bind:
    """Where a door of ours listens; port 0 is any that is free."""

    host: str
    port: int


def bind(value: object) -> object:
    """The place that "127.0.0.1:9464" or "[::1]:9464" names; None for "off". Raises ValueError for what is neither."""
    if not isinstance(value, str):
        return value
    if (value := value.strip().lower()) == "off":
        return None
    found = re.fullmatch(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+)):([0-9]{1,5})", value)
    if found is None or int(found[3]) > 65_535:
        raise ValueError
    if found[1]:
        ipaddress.IPv6Address(found[1])
    return Bind(found[1] or found[2], int(found[3]))


def secret(value: object) -> object:
    """A key without the white space around it. Raises ValueError for what no header can carry."""
    if isinstance(value, str) and not re.fullmatch(r"[!-~]*", value := value.strip()):
        raise ValueError
    return value


def address(*schemes: str) -> Callable[[str], str]:
    """The check of an address of one of these schemes, without a query."""

    def checked(value: str) -> str:
        parts = urlsplit(value.strip())
        if parts.scheme not in schemes or not parts.hostname or parts.query or parts.fragment or parts.port == 0:
            raise ValueError
        return value.strip().rstrip("/")

    return checked


def _link(value: str) -> str:
    """A page that a person is sent to. Raises ValueError for what is none, or would break a message."""
    parts = urlsplit(value := value.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise ValueError
    if re.search(r"[\s()<>]", value) or len(value) > LONGEST_LINK:
        raise ValueError
    return value


def in_the_clear(url: str) -> str | None:
    """What is wrong with sending a key to this address; None where nothing is."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "ws") or _at_home(parts.hostname or ""):
        return None
    return (
        "would carry the key unencrypted over the internet: "
        f"use {parts.scheme}s, or a server on this machine or your own network."
    )


def has_version(url: str) -> bool:
    """Whether an image address names a version of the API, as only Azure's do."""
    return "?" in url


def _images_address(value: str) -> str:
    base, _, query = value.strip().partition("?")
    if urlsplit(base).username is not None or (query and not re.fullmatch(r"api-version=[\w.-]+", query)):
        raise ValueError
    return "?".join((address("http", "https")(base), *([query] if query else [])))


def _dialect(value: object) -> object:
    if isinstance(value, str) and (value := value.strip().lower()) not in dialect_names():
        raise ValueError
    return value


def _at_home(host: str) -> bool:
    """Whether a host is this machine or in a private network, as far as its name or address tells."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(HOME_NAMES)


Secret = Annotated[SecretStr, BeforeValidator(secret)]
WebAddress = Annotated[str, AfterValidator(address("http", "https"))]
Link = Annotated[str, AfterValidator(_link)]
SocketAddress = Annotated[str, AfterValidator(address("ws", "wss"))]
ImagesAddress = Annotated[str, AfterValidator(_images_address)]
DialectName = Annotated[str, BeforeValidator(_dialect)]
ModelName = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^\S+$")]
