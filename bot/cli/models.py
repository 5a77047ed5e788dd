"""`darkroom models`: what can be used here, with its limits and its price."""

import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Annotated, Any

import typer

from bot.domain.catalog import Catalog, FlatPrice, ModelCard, read_shelf
from bot.domain.money import price_list
from bot.settings import Settings, provider_entries
from bot.words.language import ENGLISH
from bot.words.models import default_mark, describe, price_note

DOT = " · "


def models(as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False) -> None:
    """Show the models that can be used here, in the order of their providers: limits, options, prices, last days.

    A model that several providers have stands there once for each. Nobody is asked: it is what the settings say.
    """
    settings = Settings.read(needs=())
    setup = provider_entries(settings)
    catalog = Catalog(read_shelf(setup.providers, setup.models), settings.default_model, setup.defaults)
    today = datetime.now(UTC).date()
    for card in (card for name in catalog.names for card in catalog.offers(name)):
        is_default = card.name == catalog.default
        if as_json:
            typer.echo(json.dumps(_row(card, today, is_default=is_default, at_vendor=card.provider in setup.vendors)))
        else:
            typer.echo(_text(card, today, is_default=is_default))
    if not as_json:
        typer.echo(price_note(ENGLISH))


def _row(card: ModelCard, today: date, *, is_default: bool, at_vendor: bool) -> dict[str, Any]:
    """Every field of the card under its own name; the status in three, and `usable` for what they come to here."""
    gone = card.status.gone_by(today)
    status = {
        "status": card.status.standing.value,
        "ends_on": card.status.ends_on.isoformat() if card.status.ends_on else None,
        "gone": gone,
    }
    price = {"kind": "flat" if isinstance(card.price, FlatPrice) else "tokens", **asdict(card.price)}
    prices = [asdict(line) for line in price_list(card)]
    places = {"default": is_default, "usable": not (gone and at_vendor)}
    return {**asdict(card), **status, **places, "price": price, "prices": prices}


def _text(card: ModelCard, today: date, *, is_default: bool) -> str:
    said = describe(card, ENGLISH, today)
    marks = [default_mark(ENGLISH)] if is_default else []
    heading = DOT.join((said.name, said.provider, *marks))
    return "\n  ".join((heading, said.status, *said.limits, *said.prices, *said.more)) + "\n"
