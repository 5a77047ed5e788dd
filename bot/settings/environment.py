"""Every setting, from the environment and `.env`, and who makes the pictures.

A setting's description completes the sentence that its reader gets when the value cannot be used: "LOG_LEVEL has to be
DEBUG, INFO, WARNING or ERROR." The value is never repeated there, since it may be a key in the wrong place.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.domain.catalog import CardsWrong, Provider, Standing, read_shelf, shipped_cards
from bot.domain.quota import Limits, Terms
from bot.domain.request import Options
from bot.provider.dialect import DIALECTS
from bot.settings.providers_file import ProvidersFile, Tables, read_providers_file
from bot.settings.values import (
    DIALECT_NAMES,
    IMAGES_ADDRESS,
    KEY,
    Bind,
    DialectName,
    ImagesAddress,
    Link,
    ModelName,
    Secret,
    SettingsWrong,
    SocketAddress,
    WebAddress,
    bind,
    has_version,
    in_the_clear,
    secret,
)

MICRO = 1_000_000
MISSING = {
    "DISCORD_TOKEN": "it is on the Bot page of your application at discord.com/developers",
    KEY: "it comes from the provider that IMAGES_API_URL belongs to",
}
DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
VENDOR = "api.openai.com"
# What these serve has the name that their operator gave it, so only the model of the settings can be offered.
NAMED_BY_THEIR_OPERATOR = frozenset({"azure", "litellm", "sdcpp", "vllm_omni", "sglang"})


def _ids(value: object) -> object:
    if not isinstance(value, str):
        return value
    words = [word for word in re.split(r"[,\s]+", value) if word]
    if not all(re.fullmatch(r"[0-9]{1,20}", word) for word in words):
        raise ValueError
    return [int(word) for word in words]


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


DatabaseAddress = Annotated[str, AfterValidator(_database)]
Dollars = Annotated[Decimal, Field(ge=0, le=1_000_000, decimal_places=6)]
Seconds = Annotated[float, Field(allow_inf_nan=False)]


class Settings(BaseSettings):
    """Every setting, under its own name in small letters. Money is USD here and micro-USD in `limits`."""

    model_config = SettingsConfigDict(
        extra="ignore", frozen=True, env_ignore_empty=True, env_file_encoding="utf-8", hide_input_in_errors=True
    )

    discord_token: Secret = Field(SecretStr(""), description="the bot's token, without spaces")
    discord_api_url: WebAddress | None = Field(None, description="an address such as https://discord.com/api/v10")
    discord_gateway_url: SocketAddress | None = Field(None, description="an address such as wss://gateway.discord.gg")
    discord_proxy: WebAddress | None = Field(None, repr=False, description="an address such as http://127.0.0.1:3128")

    images_api_url: ImagesAddress = Field("https://api.openai.com/v1", description=IMAGES_ADDRESS)
    images_api_key: Secret = Field(SecretStr(""), description="the provider's key, without spaces")
    images_dialect: DialectName = Field("openai", description=DIALECT_NAMES)
    images_direct: bool = Field(False, description="on or off")
    images_model: ModelName = Field("gpt-image-2", description="a model's name, without spaces")
    images_timeout_s: Seconds = Field(600, gt=0, le=3600, description="a number of seconds above 0, at most 3600")
    providers_file: Path | None = Field(None, description="a file")

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

    ask_above_usd: Dollars = Field(Decimal(1), description="an amount in US dollars such as 1 or 0.25")

    queue_limit: int = Field(200, ge=1, le=100_000, description="a whole number from 1 to 100000")
    waiting_per_member: int = Field(10, ge=1, le=1000, description="a whole number from 1 to 1000")
    member_at_once: int = Field(2, ge=1, le=100, description="a whole number from 1 to 100")
    guild_at_once: int = Field(0, ge=0, le=1000, description="a whole number from 0 to 1000")

    privacy_url: Link | None = Field(None, description="an address such as https://example.org/privacy")
    terms_url: Link | None = Field(None, description="an address such as https://example.org/terms")
    contact: Annotated[str, Field(max_length=200)] = Field("", description="a text of at most 200 characters")

    web_url: WebAddress | None = Field(None, description="an address such as https://paint.example.org")
    web_bind: Annotated[Bind | None, NoDecode, BeforeValidator(bind)] = Field(
        Bind("127.0.0.1", 8080), description="an address and a port such as 127.0.0.1:8080, or off"
    )

    ops_bind: Annotated[Bind | None, NoDecode, BeforeValidator(bind)] = Field(
        Bind("127.0.0.1", 9464), description="an address and a port such as 127.0.0.1:9464, or off"
    )

    identifies_per_hour: int = Field(20, ge=1, le=1000, description="a whole number from 1 to 1000")

    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)] = Field(
        "INFO", description="DEBUG, INFO, WARNING or ERROR"
    )
    log_format: Annotated[Literal["text", "json"], BeforeValidator(_lower)] = Field("text", description="text or json")
    shutdown_grace_s: Seconds = Field(20, ge=0, le=3600, description="a number of seconds from 0 to 3600")

    _file: ProvidersFile | None = PrivateAttr(None)
    _keys: Mapping[str, SecretStr] = PrivateAttr(default_factory=dict)

    @classmethod
    def read(cls, env_file: Path | None = Path(".env"), *, needs: Collection[str] = tuple(MISSING)) -> "Settings":
        """The settings from the environment, and from `env_file` for what the environment does not say.

        `needs` names the secrets without which the caller cannot work. Raises `SettingsWrong`.
        """
        try:
            settings = _sound(lambda: Settings(_env_file=env_file))  # type: ignore[call-arg] # made by a metaclass
            file, environment = DotEnvSettingsSource(Settings, env_file=env_file), EnvSettingsSource(Settings)
            return _complete(settings, {**file.env_vars, **environment.env_vars}, needs)
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
        return _complete(_sound(lambda: _Given(**given)), given, needs)

    def key_named(self, name: str) -> SecretStr:
        """The key that a provider's line `key` names, from the environment or `.env`; empty where there is none."""
        return self.images_api_key if name == KEY else self._keys.get(name, SecretStr(""))

    @property
    def default_model(self) -> str:
        """The model that is used where a member names none: IMAGES_MODEL, or the first of PROVIDERS_FILE."""
        if self._file is None or "images_model" in self.model_fields_set:
            return self.images_model
        return self._file.providers[0].models[0]

    @property
    def painter(self) -> str | None:
        """The address of the page where masks are painted, where there is one and it listens."""
        return self.web_url if self.web_bind is not None else None

    @property
    def limits(self) -> Limits:
        """What a member may make and spend, and the whole house."""
        return Limits(
            images_per_day=self.limit_images_per_day,
            micro_usd_per_month=int(self.limit_usd_per_month * MICRO),
            house_micro_usd_per_month=int(self.operator_usd_per_month * MICRO),
        )

    @property
    def terms(self) -> Terms:
        """What is asked of an edit at the door: what may be spent, and how long the line may be."""
        return Terms(self.limits, int(self.ask_above_usd * MICRO), self.queue_limit, self.waiting_per_member)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every value that must not reach a log: the token, all keys, and the passwords inside addresses."""
        addresses = (urlsplit(self.discord_proxy or ""), urlsplit(self.database_url))
        passwords = [one.password for one in addresses if one.password]
        hidden = (self.discord_token, self.images_api_key, *self._keys.values())
        keys = [one.get_secret_value() for one in hidden]
        return tuple(dict.fromkeys(word for word in (*keys, *passwords, *map(unquote, passwords)) if word))

    @model_validator(mode="after")
    def _keys_travel_encrypted(self) -> Self:
        for name in ("discord_api_url", "discord_gateway_url", "images_api_url"):
            if why := in_the_clear(getattr(self, name) or ""):
                raise ValueError(f"{name.upper()} {why}")
        if in_the_clear(self.web_url or ""):
            raise ValueError("WEB_URL has to begin with https:// where the page is not in your own network.")
        if has_version(self.images_api_url) and self.images_dialect != "azure":
            raise ValueError(f"IMAGES_API_URL has to be {IMAGES_ADDRESS}.")
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


@dataclass(frozen=True, slots=True)
class ProviderSetup:
    """Who makes the pictures: the providers in the order in which they are tried, and what the operator says of models.

    `keys` goes by what a provider has as its `key`; `models` is for `read_shelf`, as its `own`; `defaults` are for what
    members leave open.
    """

    providers: tuple[Provider, ...]
    keys: Mapping[str, str] = field(repr=False)
    models: Tables
    defaults: Options

    @property
    def concurrency(self) -> int:
        """How many calls all providers together take at once."""
        return sum(provider.concurrency for provider in self.providers)

    @property
    def vendors(self) -> frozenset[str]:
        """The providers that make the models themselves, where one that is gone cannot be had any more."""
        return frozenset(provider.name for provider in self.providers if _at_its_vendor(provider))


def provider_entries(settings: Settings, today: date | None = None) -> ProviderSetup:
    """The providers of PROVIDERS_FILE, or without one that of IMAGES_API_URL, named after its dialect."""
    file = settings._file
    providers = file.providers if file else (_only_provider(settings, today or datetime.now(UTC).date()),)
    keys = {one.key: settings.key_named(one.key).get_secret_value() for one in providers}
    return ProviderSetup(providers, keys, file.models if file else {}, file.defaults if file else Options())


def _at_its_vendor(provider: Provider) -> bool:
    host = urlsplit(provider.url).hostname or ""
    return host == VENDOR or host.endswith(f".{VENDOR}")


def _lacks_key(settings: Settings, provider: Provider) -> bool:
    """Whether nobody has set the key that this provider asks for or that its entry names."""
    asked = DIALECTS[provider.dialect].needs_key or (provider.key and provider.key != KEY)
    return bool(asked) and not settings.key_named(provider.key).get_secret_value()


def _only_provider(settings: Settings, today: date) -> Provider:
    dialect, direct = settings.images_dialect, settings.images_direct
    only = Provider(dialect, settings.images_api_url, KEY, dialect, (settings.images_model,), direct)
    if dialect in NAMED_BY_THEIR_OPERATOR:
        return only
    cards = shipped_cards(dialect, direct=direct)
    if _at_its_vendor(only):
        cards = {
            name: card
            for name, card in cards.items()
            if card.status.standing is not Standing.GATEWAY and not card.status.gone_by(today)
        }
    return replace(only, models=tuple(dict.fromkeys((settings.images_model, *cards))))


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


def _complete(settings: Settings, words: Mapping[str, str | None], needs: Collection[str]) -> Settings:
    """The settings with what PROVIDERS_FILE says; `words` are where the keys that it names are looked for."""
    if settings.providers_file is not None:
        settings._file = read_providers_file(settings.providers_file)
        settings._keys = {
            one.key: _found_key(one.key, words) for one in settings._file.providers if one.key not in ("", KEY)
        }
    _check_model(settings)
    for name in needs:
        if name == KEY:
            _need_keys(settings)
        elif not getattr(settings, name.lower()).get_secret_value():
            raise SettingsWrong(f"{name} is missing: {MISSING[name]}; put it into .env.")
    return settings


def _found_key(name: str, words: Mapping[str, str | None]) -> SecretStr:
    try:
        return SecretStr(str(secret(words.get(name.lower()) or "")))
    except ValueError:
        raise SettingsWrong(f"{name} has to be a provider's key, without spaces.") from None


def _need_keys(settings: Settings) -> None:
    for provider in provider_entries(settings).providers:
        if _lacks_key(settings, provider):
            where = MISSING[KEY] if settings._file is None else f"{settings._file.path} names it for {provider.name}"
            raise SettingsWrong(f"{provider.key} is missing: {where}; put it into .env.")


def _check_model(settings: Settings) -> None:
    """Raises `SettingsWrong` where IMAGES_MODEL cannot be used."""
    if file := settings._file:
        offered = {model for provider in file.providers for model in provider.models}
        if settings.default_model not in offered:
            known = ", ".join(sorted(offered))
            raise SettingsWrong(f"IMAGES_MODEL has to be one of the models of {file.path}: {known}.")
    elif not _has_cards(provider_entries(settings).providers):
        known = ", ".join(shipped_cards(settings.images_dialect))
        raise SettingsWrong(
            f"IMAGES_MODEL names no model that I know. These work: {known}. Any other needs a card in PROVIDERS_FILE."
        )


def _has_cards(providers: tuple[Provider, ...]) -> bool:
    try:
        read_shelf(providers)
    except CardsWrong:
        return False
    return True
