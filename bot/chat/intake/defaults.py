"""What the operator chose for whatever a member leaves open."""

from dataclasses import fields, replace

from bot.domain.catalog import ModelCard, check_wish
from bot.domain.errors import Refused
from bot.domain.request import Options


def with_defaults(card: ModelCard, prompt: str, options: Options, defaults: Options, *, n_open: bool) -> Options:
    """The options with the operator's defaults in every open place, as far as the card can do them.

    They are tried one by one, so that none can turn a possible wish into an impossible one: a compression for JPEG
    is left out where the member asked for PNG. `n_open` says whether the number of results is open, too.
    """
    # The format comes first, since it decides what else is possible.
    for name in sorted((field.name for field in fields(Options)), key="output_format".__ne__):
        is_open = n_open if name == "n" else getattr(options, name) is None
        wanted = replace(options, **{name: getattr(defaults, name)})
        if is_open and _can_do(card, prompt, wanted):
            options = wanted
    return options


def _can_do(card: ModelCard, prompt: str, options: Options) -> bool:
    try:
        check_wish(card, prompt, options)
    except Refused:
        return False
    return True
