"""How long a text may be where Discord shows it, for each table of labels in `bot/words/`.

Sentences are not named here: they stand in messages of 2000 characters, together with others. Discord's reference
gives the numbers, see https://docs.discord.com/developers/components/reference and …/interactions/application-commands.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module

NAME_CHARACTERS = 32  # of a command or an option
DESCRIPTION_CHARACTERS = 100
CHOICE_CHARACTERS = 100
COMMAND_CHARACTERS = 8000  # of a whole command, the longest language of each text counted
MESSAGE_CHARACTERS = 2000
FIELD = ALT = 1024  # of an embed; what a picture shows, for those who do not see it

BUTTON = 80
FORM_TITLE = FORM_LABEL = 45
FORM_HINT = 100
MENU_HINT = 150
MENU_OPTION = 100
HEADING = 256  # of an embed or a field in it

# The first row whose pattern fits the whole name of a constant says what its texts are.
PLACES: Mapping[str, tuple[tuple[str, int], ...]] = {
    "bot/words/labels.py": (
        (r"FORM_.*_HINT", FORM_HINT),
        (r"FORM_TITLE|.*_FORM_TITLE", FORM_TITLE),
        (r"FORM_.*", FORM_LABEL),
        (r".*_(HINT|PLACEHOLDER)|CHOOSE.*|WHAT_TO_CHANGE|SHOW_AGAIN|PICK", MENU_HINT),
        (r"SAME_SIZE", MENU_OPTION),
        (r".*", BUTTON),
    ),
    "bot/words/settings.py": (
        (r"NAMES", MENU_OPTION),
        (r"GROUPS", HEADING),
        (r"VALUES|AS_USUAL", BUTTON),
    ),
}


def room(source: str, text: str) -> int | None:
    """The most characters of a text that this file keeps in a table; None for a sentence."""
    return _rooms(source).get(text)


@cache
def _rooms(source: str) -> dict[str, int]:
    rooms: dict[str, int] = {}
    if source not in PLACES:
        return rooms
    module = import_module(source.removesuffix(".py").replace("/", "."))
    for name, value in vars(module).items():
        most = next((most for pattern, most in PLACES[source] if re.fullmatch(pattern, name)), None)
        if not name.isupper() or most is None:
            continue
        for text in _texts(value):
            rooms[text] = min(most, rooms.get(text, most))
    return rooms


def _texts(value: object) -> Iterator[str]:
    """The texts in a constant, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, tuple):
        for one in value:
            yield from _texts(one)
