"""PROVIDERS_FILE: several providers, model cards of the operator's own, and what members leave open.

A line that cannot be used is answered as a setting is: one sentence with the file, the place and what would be right.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.domain.catalog import CardsWrong, ModelCard, Provider, check_wish, read_shelf
from bot.domain.errors import Refused
from bot.domain.request import Options
from bot.provider.dialect import DIALECTS
from bot.settings.values import (
    DIALECT_NAMES,
    IMAGES_ADDRESS,
    DialectName,
    ImagesAddress,
    ModelName,
    SettingsWrong,
    has_version,
    in_the_clear,
)

Tables = Mapping[str, Any]
Lines = TypeVar("Lines", bound=BaseModel)

PARTS = ("providers", "models", "defaults")
NOT_FOR_PROVIDERS = ("DISCORD_TOKEN", "DISCORD_PROXY", "DATABASE_URL")


@dataclass(frozen=True, slots=True)
class ProvidersFile:
    """What the file says; `models` is for `read_shelf`, as its `own`."""

    path: Path
    providers: tuple[Provider, ...]
    models: Tables
    defaults: Options


class Entry(BaseModel):
    """One of [[providers]]: the lines of `Provider`."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,39}$", description="a short name of small letters and digits")
    url: ImagesAddress = Field(description=IMAGES_ADDRESS)
    key: str = Field(
        "",
        pattern=r"^[A-Z][A-Z0-9_]{0,99}$",
        description="the name of the environment variable that holds the key, in capitals, and never the key itself",
    )
    dialect: DialectName = Field(description=DIALECT_NAMES)
    models: list[ModelName] = Field(min_length=1, description='a list of names such as ["gpt-image-2"]')
    direct: bool = Field(False, description="true or false")
    concurrency: int = Field(8, ge=1, le=1000, description="a whole number from 1 to 1000")
    images_per_minute: int = Field(0, ge=0, le=1_000_000, description="a whole number, or 0 for no limit")
    result_hosts: list[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")]] = Field(
        [], description='a list of hosts such as ["cdn.example.com"]'
    )


class Defaults(BaseModel):
    """The table [defaults]: what members leave open, under the names that the fields have on the wire."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    n: int = Field(1, ge=1, le=10, description="a whole number from 1 to 10")
    size: str | None = Field(None, description='a size such as "1536x1024"')
    quality: str | None = Field(None, description='a word such as "high"')
    background: str | None = Field(None, description='a word such as "opaque"')
    output_format: str | None = Field(None, description='a word such as "jpeg"')
    input_fidelity: str | None = Field(None, description='"low" or "high"')
    output_compression: int | None = Field(None, ge=0, le=100, description="a whole number from 0 to 100")
    partial_images: int | None = Field(None, ge=0, le=3, description="a whole number from 0 to 3")
    stream: bool | None = Field(None, description="true or false")


def read_providers_file(path: Path) -> ProvidersFile:
    """The file, whole and checked. Raises `SettingsWrong`."""
    tables = _tables(path)
    providers = _providers(path, tables.get("providers", ()))
    own = tables.get("models", {})
    _check_cards(path, own, {model for provider in providers for model in provider.models})
    defaults = Options(**_checked(Defaults, tables.get("defaults", {}), f"{path}: the table [defaults]").model_dump())
    try:
        cards = [card for offers in read_shelf(providers, own).values() for card in offers]
    except CardsWrong as wrong:
        raise SettingsWrong(f"{path}: {wrong}") from None
    for name, value in asdict(defaults).items():
        if not any(_knows(card, name, value) for card in cards):
            raise SettingsWrong(f"{path}: the table [defaults] has a {name} that none of the models there knows.")
    return ProvidersFile(path, providers, own, defaults)


def _tables(path: Path) -> Tables:
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        raise SettingsWrong(
            f"PROVIDERS_FILE names {path}, which cannot be read: it has to be a text file in UTF-8 that is yours."
        ) from None
    except tomllib.TOMLDecodeError as wrong:
        raise SettingsWrong(f"{path} is not in TOML: {wrong}.") from None
    if strange := sorted(set(tables) - set(PARTS)):
        raise SettingsWrong(f"{path} has a part that I don't know: {strange[0]}. It may have {', '.join(PARTS)}.")
    for name in ("models", "defaults"):
        if not _is_table(tables.get(name, {})):
            raise SettingsWrong(f"{path}: {name} has to be a table, under a line [{name}].")
    return tables


def _providers(path: Path, rows: object) -> tuple[Provider, ...]:
    if not isinstance(rows, list) or not rows or not all(_is_table(row) for row in rows):
        raise SettingsWrong(f"{path} needs at least one provider: a table under a line [[providers]].")
    providers = tuple(_provider(path, number, row) for number, row in enumerate(rows, 1))
    names = [provider.name for provider in providers]
    if twice := [name for name in names if names.count(name) > 1]:
        raise SettingsWrong(f"{path} has two providers of the name {twice[0]}: give each a name of its own.")
    return providers


def _provider(path: Path, number: int, row: Tables) -> Provider:
    name = row.get("name")
    place = f"{path}: the provider {name if isinstance(name, str) else f'number {number}'}"
    entry = _checked(Entry, row, place)
    if why := _trouble(entry):
        raise SettingsWrong(f"{place} {why}")
    lists = {"models": tuple(entry.models), "result_hosts": tuple(entry.result_hosts)}
    return Provider(**{**entry.model_dump(), **lists})


def _trouble(entry: Entry) -> str | None:
    if why := in_the_clear(entry.url):
        return why
    if has_version(entry.url) and entry.dialect != "azure":
        return f"has a wrong url: it has to be {IMAGES_ADDRESS}."
    if entry.dialect == "azure" and "/deployments/" in entry.url and len(entry.models) > 1:
        return "has one deployment in its url, so it can have one model only."
    if not entry.key and DIALECTS[entry.dialect].needs_key:
        return "needs a line for key."
    if len(set(entry.models)) < len(entry.models):
        return "names a model twice."
    if entry.key in NOT_FOR_PROVIDERS:
        return f"has a wrong key: {entry.key} is not for providers."
    return None


def _check_cards(path: Path, own: Tables, offered: set[str]) -> None:
    for name, table in own.items():
        if not _is_table(table):
            raise SettingsWrong(f'{path}: the card of {name} has to be a table, under a line [models."{name}"].')
    used = offered | {str(table.get("like")) for table in own.values()}
    if idle := sorted(set(own) - used):
        raise SettingsWrong(f"{path}: there is a card of {idle[0]}, and no provider has it among its models.")


def _knows(card: ModelCard, name: str, value: object) -> bool:
    # Compression is only ever asked for together with a format that has it.
    beside = {"output_format": card.compressed_formats[0]} if card.compressed_formats else {}
    wish: Tables = {**(beside if name == "output_compression" else {}), name: value}
    try:
        check_wish(card, "", Options(**wish))
    except Refused:
        return False
    return True


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _checked(lines: type[Lines], table: Tables, place: str) -> Lines:
    """The table as `lines` has it, or its first fault as a sentence that begins with `place`."""
    try:
        return lines.model_validate(dict(table))
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False)[0]
    name = str(first["loc"][0])
    if first["type"] == "extra_forbidden":
        raise SettingsWrong(f"{place} has a line that I don't know: {name}.")
    if first["type"] == "missing":
        raise SettingsWrong(f"{place} needs a line for {name}.")
    raise SettingsWrong(f"{place} has a wrong {name}: it has to be {lines.model_fields[name].description}.")
