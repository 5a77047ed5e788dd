"""A bot with several providers on the walk: the file that names them, and how an edit's price is read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.sandbox.engine.books import Call
from bot.sandbox.member import Acted
from bot.words.amounts import dollars
from tests.walk.conftest import Stage

Options = Mapping[str, str | int | bool]
GPT_2 = "gpt-image-2"


@dataclass(frozen=True, slots=True)
class Row:
    """One provider: `dialect` is how the bot speaks to it, `shop` what the image API really is there (else the same).

    `more` are lines of TOML that only this provider has.
    """

    name: str
    dialect: str
    shop: str = ""
    models: tuple[str, ...] = (GPT_2,)
    more: str = ""


def providers(stage: Stage, *rows: Row, cards: str = "") -> dict[str, str]:
    """The settings for these providers in this order; `cards` is the rest of the file."""
    file = stage.data.with_name("providers.toml")
    file.write_text("\n".join([*(_table(stage, row) for row in rows), cards]))
    return {"PROVIDERS_FILE": str(file), "IMAGES_MODEL": ""}


def billed(calls: Iterable[Call]) -> str:
    """What the image API billed for these calls, as the bot writes amounts."""
    return dollars(sum(call.billed_micro_usd for call in calls))


def texts(call: Call) -> list[tuple[str, str]]:
    """The text fields of a call in their order, without the prompt and the member's hash."""
    return [one for one in call.fields if one[0] not in ("prompt", "user")]


def said(acted: Acted) -> str:
    """What the status message says now."""
    return str((acted.status or {})["content"])


def _table(stage: Stage, row: Row) -> str:
    lines = {
        "name": row.name,
        "url": stage.sandbox.engine.address(row.shop or row.dialect),
        "key": "IMAGES_API_KEY",
        "dialect": row.dialect,
    }
    text = "\n".join(f'{name} = "{value}"' for name, value in lines.items())
    return f"[[providers]]\n{text}\nmodels = {list(row.models)}\n{row.more}\n"
