"""What a trouble says to the person whom it concerns: the docstring of the error, translated, its fields filled in."""

from collections.abc import Callable

from bot.domain.errors import GuildMoneySpent, HouseNearlySpent, MoneySpent, SuspenseGrowing, Trouble
from bot.words.amounts import dollars, dollars_left
from bot.words.escape import NAME_CHARACTERS, shown
from bot.words.language import language

# Lists of ours that would lose their point if they were cut like a member's file name.
LONGEST = {"known": 400, "permissions": 400}
# Fields that name an option of a command, which a member sees in their own language.
OPTION = frozenset({"option", "what"})
DOLLARS: dict[type[Trouble], dict[str, Callable[[int, str], str]]] = {
    MoneySpent: {"need": dollars, "left": dollars_left, "limit": dollars},
    GuildMoneySpent: {"need": dollars, "left": dollars_left, "limit": dollars},
    HouseNearlySpent: {"left": dollars_left, "limit": dollars},
    SuspenseGrowing: {"amount": dollars, "limit": dollars},
}


def say(trouble: Trouble, locale: str) -> str:
    """The sentence. Only it is a format: what the fields hold is escaped, cut and never looked into."""
    sentence = language(locale).gettext(trouble.sentence())
    return sentence.format_map(_Fields((name, _shown(trouble, name, locale)) for name in trouble.fields))


class _Fields(dict[str, str]):
    """A field that is missing from an old row, or misspelt in a translation, must not cost the member the sentence."""

    def __missing__(self, name: str) -> str:
        return "…"


def _shown(trouble: Trouble, name: str, locale: str) -> str:
    value = trouble.fields[name]
    if isinstance(value, str):
        if name in OPTION:
            value = language(locale).pgettext("option", value)
        return shown(value, LONGEST.get(name, NAME_CHARACTERS))
    amount = DOLLARS.get(type(trouble), {}).get(name)
    return str(value) if amount is None else amount(value, locale)
