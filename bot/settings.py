"""The settings of the house, from the environment and `.env`: read by app and cli, by nobody else.

A setting's description completes the sentence that its reader gets when the value cannot be used: "LOG_LEVEL has to be
DEBUG, INFO, WARNING or ERROR." The value is never repeated there, since it may be a key in the wrong place.
"""

import ipaddress
import re
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

MICRO = 1_000_000
MISSING = {
    "DISCORD_TOKEN": "it is on the Bot page of your application at discord.com/developers",
    "IMAGES_API_KEY": "it comes from the provider that IMAGES_API_URL belongs to",
}
DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
HOME_NAMES = (".localhost", ".local", ".internal", ".lan", ".home.arpa")


class SettingsWrong(Exception):
    """The settings cannot be used. Its text is one plain sentence that names the variable and repeats no value."""


def _secret(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"[!-~]*", value := value.strip()):
        raise ValueError
    return value


def _ids(value: object) -> object:
    if not isinstance(value, str):
        return value
    words = [word for word in re.split(r"[,\s]+", value) if word]
    if not all(re.fullmatch(r"[0-9]{1,20}", word) for word in words):
        raise ValueError
    return [int(word) for word in words]


def _url(*schemes: str) -> Callable[[str], str]:
    def checked(value: str) -> str:
        parts = urlsplit(value.strip())
        if parts.scheme not in schemes or not parts.hostname or parts.query or parts.fragment or parts.port == 0:
            raise ValueError
        return value.strip().rstrip("/")

    return checked


def _database(value: str) -> str:
    scheme, there, rest = value.strip().partition("://")
    if not there or scheme not in DRIVERS or (scheme.startswith("sqlite") and not rest.startswith("/")):
        raise ValueError
    return f"{DRIVERS[scheme]}://{rest}"


def _default_database(values: dict[str, Any]) -> str:
    return f"sqlite+aiosqlite:///{values['data_dir'] / 'darkroom.db'}"


def _upper(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


Secret = Annotated[SecretStr, BeforeValidator(_secret)]
WebAddress = Annotated[str, AfterValidator(_url("http", "https"))]
SocketAddress = Annotated[str, AfterValidator(_url("ws", "wss"))]
DatabaseAddress = Annotated[str, AfterValidator(_database)]
Dollars = Annotated[Decimal, Field(ge=0, le=1_000_000, decimal_places=6)]
Seconds = Annotated[float, Field(allow_inf_nan=False)]


class Settings(BaseSettings):
    """Every setting, under its own name in small letters. Money is USD here and micro-USD in the properties."""

    model_config = SettingsConfigDict(
        extra="ignore", frozen=True, env_ignore_empty=True, env_file_encoding="utf-8", hide_input_in_errors=True
    )

    discord_token: Secret = Field(SecretStr(""), description="the bot's token, without spaces")
    discord_api_url: WebAddress | None = Field(None, description="an address such as https://discord.com/api/v10")
    discord_gateway_url: SocketAddress | None = Field(None, description="an address such as wss://gateway.discord.gg")
    discord_proxy: WebAddress | None = Field(None, repr=False, description="an address such as http://127.0.0.1:3128")

    images_api_url: WebAddress = Field(
        "https://api.openai.com/v1", description="an address such as https://api.openai.com/v1, without a query"
    )
    images_api_key: Secret = Field(SecretStr(""), description="the provider's key, without spaces")
    images_dialect: Annotated[Literal["openai", "anyfast", "newapi"], BeforeValidator(_lower)] = Field(
        "openai", description="openai, anyfast or newapi"
    )
    images_model: str = Field(
        "gpt-image-2", min_length=1, max_length=100, pattern=r"^\S+$", description="a model's name, without spaces"
    )
    images_timeout_s: Seconds = Field(600, gt=0, le=3600, description="a number of seconds above 0, at most 3600")

    data_dir: Path = Field(Path("data"), description="a folder")
    database_url: DatabaseAddress = Field(
        default_factory=_default_database,
        repr=False,
        description="an address such as sqlite:///data/darkroom.db or postgresql://user:password@host/darkroom",
    )
    retention_days: int = Field(30, ge=1, le=3650, description="a whole number of days from 1 to 3650")

    guilds: Annotated[frozenset[int], NoDecode, BeforeValidator(_ids)] = Field(
        frozenset(), description="the ids of servers (long numbers), with commas between them"
    )
    user_install: bool = Field(False, description="on or off")
    message_content: bool = Field(False, description="on or off")
    operator_ids: Annotated[tuple[int, ...], NoDecode, BeforeValidator(_ids)] = Field(
        (), description="the ids of Discord accounts (long numbers), with commas between them"
    )

    limit_images_per_day: int = Field(20, ge=0, le=MICRO, description="a whole number from 0 to 1000000")
    limit_usd_per_month: Dollars = Field(Decimal(5), description="an amount in US dollars such as 5 or 2.50")
    operator_usd_per_month: Dollars = Field(Decimal(50), description="an amount in US dollars such as 50 or 49.99")

    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)] = Field(
        "INFO", description="DEBUG, INFO, WARNING or ERROR"
    )
    log_format: Annotated[Literal["text", "json"], BeforeValidator(_lower)] = Field("text", description="text or json")
    shutdown_grace_s: Seconds = Field(20, ge=0, le=3600, description="a number of seconds from 0 to 3600")

    @classmethod
    def read(cls, env_file: Path | None = Path(".env"), *, needs: Collection[str] = tuple(MISSING)) -> "Settings":
        """The settings from the environment, and from `env_file` for what the environment does not say.

        `needs` names the secrets without which the caller cannot work. Raises `SettingsWrong`.
        """
        try:
            return _complete(_sound(lambda: Settings(_env_file=env_file)), needs)  # type: ignore[call-arg] # made by a metaclass
        except (OSError, UnicodeDecodeError):
            raise SettingsWrong(
                f"{env_file} cannot be read: it has to be a text file in UTF-8 that is yours."
            ) from None

    @classmethod
    def of(cls, values: Mapping[str, str], *, needs: Collection[str] = tuple(MISSING)) -> "Settings":
        """The settings from these values, by the variables' names, and from nothing else. Raises `SettingsWrong`.

        The sandbox and the demo use it, so that no key of the environment can be spent by accident.
        """
        given: dict[str, Any] = {name.lower(): value for name, value in values.items() if value}
        return _complete(_sound(lambda: _Given(**given)), needs)

    @property
    def limit_micro_usd_per_month(self) -> int:
        """What one member may spend in a month, in micro-USD."""
        return int(self.limit_usd_per_month * MICRO)

    @property
    def operator_micro_usd_per_month(self) -> int:
        """What the whole house may spend in a month, in micro-USD."""
        return int(self.operator_usd_per_month * MICRO)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every value that must not reach a log: both keys, and the passwords inside addresses."""
        addresses = (urlsplit(self.discord_proxy or ""), urlsplit(self.database_url))
        passwords = [one.password for one in addresses if one.password]
        keys = [self.discord_token.get_secret_value(), self.images_api_key.get_secret_value()]
        return tuple(dict.fromkeys(word for word in (*keys, *passwords, *map(unquote, passwords)) if word))

    @model_validator(mode="after")
    def _keys_travel_encrypted(self) -> Self:
        for name in ("discord_api_url", "discord_gateway_url", "images_api_url"):
            parts = urlsplit(getattr(self, name) or "")
            if parts.scheme in ("http", "ws") and not _at_home(parts.hostname or ""):
                raise ValueError(
                    f"{name.upper()} would carry the key unencrypted over the internet: "
                    f"use {parts.scheme}s, or a server on this machine or your own network."
                )
        return self


class _Given(Settings):
    """Settings that do not look at the environment."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is pydantic's
        init_settings: PydanticBaseSettingsSource,
        *_: PydanticBaseSettingsSource,
        **__: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what the constructor was given."""
        return (init_settings,)


def _at_home(host: str) -> bool:
    """Whether a host is this machine or in a private network, as far as its name or address tells."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(HOME_NAMES)


def _sound(build: Callable[[], Settings]) -> Settings:
    """What `build` returns, or its first complaint as a sentence; the chain is cut, since pydantic's holds values."""
    try:
        return build()
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False)[0]
    if not first["loc"]:
        raise SettingsWrong(str(first["ctx"]["error"]))
    name = str(first["loc"][0])
    raise SettingsWrong(f"{name.upper()} has to be {Settings.model_fields[name].description}.")


def _complete(settings: Settings, needs: Collection[str]) -> Settings:
    for name in needs:
        if not getattr(settings, name.lower()).get_secret_value():
            raise SettingsWrong(f"{name} is missing: {MISSING[name]}; put it into .env.")
    return settings
