"""What `darkroom doctor` says of the settings, the disk, Discord and each provider, and of models that end."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.domain.catalog import ModelCard
from bot.words.escape import cut, plain

ENDS_SOON_DAYS = 30
FIELD_CHARACTERS = 400

SENTENCES: Mapping[str, str] = {
    "settings_read": "They can be read.",
    # ── the disk ──
    "folder_writable": "{folder} can be written.",
    "folder_possible": "{folder} is not there yet and can be made.",
    "folder_shut": "{folder} cannot be written ({trouble}). Give it to the account that runs the bot, or choose "
    "another with DATA_DIR.",
    "books_none": "There is no database yet; the first start makes it.",
    "books_exact": "The database can be read, and the ledger in it is exact.",
    "books_off": "The ledger is not exact: {imbalance} Look at darkroom ledger check.",
    "books_unusable": "{trouble}",
    # ── Discord ──
    "token_missing": "DISCORD_TOKEN is missing: it is on the Bot page of your application at discord.com/developers.",
    "token_shapeless": "DISCORD_TOKEN is no bot token, which has three parts with dots between. Copy it from the Bot "
    "page of your application; the client secret and the public key are something else.",
    "token_refused": "Discord refuses DISCORD_TOKEN. Choose Reset Token on the Bot page of your application.",
    "bot_known": "The token is that of {name}.",
    "discord_unreachable": "Discord cannot be reached ({trouble}). Look at the network, and at DISCORD_PROXY.",
    "discord_faulty": "Discord answered with {status} instead of the bot's account. Try again in a few minutes.",
    # ── providers ──
    "address_wrong": "Its url is no address that I can use. docs/providers.md has one for each kind of provider.",
    "key_missing": "{key} is missing: put it into .env.",
    "key_unsendable": "{key} holds characters that no key has. Copy it again.",
    "reached": "{host} answers.",
    "name_unknown": "There is no server called {host}. Look at its url.",
    "unreachable": "{host} lets nobody in at port {port}. Look whether it runs, and at its url.",
    "tls_broken": "{host} cannot prove that it is {host}, so it was told nothing. Look at its certificate.",
    "silent": "{host} said nothing for {seconds} seconds. Try again; if it stays so, look at its url.",
    "cut": "{host} hung up in the middle of its answer. Try again; if it stays so, look at its url.",
    "redirected": "It sends me elsewhere (status {status}), where no key follows. Put the final address into its url.",
    "key_accepted": "It knows the key.",
    "key_refused": "It refuses {key} (status {status}). Look whether the key is right, valid, and good for images.",
    "key_unneeded": "It asks for no key.",
    "account_empty": "Its account has no money or quota left. Look at its billing page.",
    "model_listed": "It has {model}.",
    "model_missing": "It does not list {model}. Look at the name, and whether the key may use it.",
    "model_unlisted": "It does not list {model}, so members who choose it will be refused. A PROVIDERS_FILE offers "
    "only what you name.",
    "models_untold": "It does not tell which models it has.",
    "route_there": "It takes edits.",
    "route_missing": "It takes no edits at this address (status {status}). Look at its url; some have none at all.",
    "route_odd": "It answered an empty form with status {status}, so I cannot tell whether it takes edits.",
}


@dataclass(frozen=True, slots=True)
class ModelEnd:
    """A model at one provider whose end has come or is near; `works` says whether it can still be used there.

    `at_vendor` says that this provider is the one who ends it; another may go on selling it.
    """

    model: str
    provider: str
    at_vendor: bool
    works: bool
    sentence: str


def sentence(what: str, fields: Mapping[str, str | int]) -> str:
    """The sentence of this name with its fields, which are shown on one line and never looked into."""
    return SENTENCES[what].format_map(
        {name: cut(plain(str(value)), FIELD_CHARACTERS) for name, value in fields.items()}
    )


def model_ends(cards: Iterable[ModelCard], vendors: Collection[str], today: date) -> tuple[ModelEnd, ...]:
    """The models that are gone, or that end within 30 days.

    `vendors` are the providers that make the models themselves. There, what is gone is gone; others may sell it on.
    """
    return tuple(end for card in cards if (end := _end(card, today, at_vendor=card.provider in vendors)) is not None)


def _end(card: ModelCard, today: date, *, at_vendor: bool) -> ModelEnd | None:
    day = card.status.ends_on
    when = f" on {day}" if day else ""
    if card.status.gone_by(today) and at_vendor:
        said = f"{card.name} was switched off{when}, and edits with it fail. Use another model, or another provider."
        return ModelEnd(card.name, card.provider, at_vendor, works=False, sentence=said)
    if card.status.gone_by(today):
        said = f"{card.name} was switched off by its vendor{when}; {card.provider} may stop selling it any day."
        return ModelEnd(card.name, card.provider, at_vendor, works=True, sentence=said)
    if day is None or (left := (day - today).days) > ENDS_SOON_DAYS:
        return None
    soon = f"{when}, in {left} {'day' if left == 1 else 'days'}"
    if at_vendor:
        said = f"{card.name} ends{soon}. Choose another model before then."
    else:
        said = f"{card.name} ends at its vendor{soon}; {card.provider} may stop selling it then."
    return ModelEnd(card.name, card.provider, at_vendor, works=True, sentence=said)
