"""The answer to `/models`: a field for each model, as many as Discord takes, and how to see the rest."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import discord

from bot.domain.catalog import Catalog
from bot.words import models as words
from bot.words.escape import cut, escape
from bot.words.models import DOT, ModelText

# Discord's reference, embed limits; the characters of a whole embed are 6000, the rest is for the frame around it.
MOST_FIELDS = 25
MOST_CHARACTERS = 5600
LONGEST_NAME, LONGEST_VALUE = 256, 1024


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    value: str


def model_list(catalog: Catalog, only: str | None, today: date, locale: str) -> discord.Embed:
    """What can be used here; of one model everything, of all of them what matters first. Raises `UnknownModel`."""
    names = catalog.names if only is None else (catalog.card(only).name,)
    fields = [field for name in names for field in _fields(catalog, name, today, locale, whole=only is not None)]
    fitting = _fitting(fields)
    embed = discord.Embed(title=words.heading(locale), description=words.price_note(locale))
    for field in fitting:
        embed.add_field(name=field.name, value=field.value, inline=False)
    if len(fitting) < len(fields):
        embed.set_footer(text=words.left_out(len(fields) - len(fitting), locale))
    return embed


def _fields(catalog: Catalog, name: str, today: date, locale: str, *, whole: bool) -> Iterable[_Field]:
    """A field for the model, or one for each provider where they differ in what they take."""
    texts: dict[str, ModelText] = {}
    for card in catalog.offers(name):
        text = words.describe(card, locale, today)
        texts.setdefault(_value(text, whole=whole), text)
    for value, text in texts.items():
        marks = [words.default_mark(locale)] if name == catalog.default else []
        where = [text.provider] if len(texts) > 1 else []
        yield _Field(cut(escape(DOT.join((name, *where, *marks))), LONGEST_NAME), value)


def _value(text: ModelText, *, whole: bool) -> str:
    lines = (text.status, *text.limits, *text.prices, *(text.more if whole else ()))
    return cut(escape("\n".join(lines)), LONGEST_VALUE)


def _fitting(fields: list[_Field]) -> list[_Field]:
    """The first of them, as far as one embed goes."""
    taken: list[_Field] = []
    left = MOST_CHARACTERS
    for field in fields[:MOST_FIELDS]:
        left -= len(field.name) + len(field.value)
        if left < 0:
            break
        taken.append(field)
    return taken
