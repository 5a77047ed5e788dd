"""What can be had here: for each model its cards, one a provider, in the order in which they are to be tried."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.domain.catalog.card import ModelCard
from bot.domain.errors import ModelGone, Refused, UnknownModel
from bot.domain.request import Options

NOTHING_GONE: Mapping[str, date] = {}


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider as the operator set it up: `key` names the environment variable that holds its key.

    `direct` says that the account is in the group that sells masks, several results and free sizes (anyfast's
    "Direct"); `images_per_minute` counts input pictures, as the vendor's limit does; 0 is no limit.
    """

    name: str
    url: str
    key: str
    dialect: str
    models: tuple[str, ...]
    direct: bool = False
    concurrency: int = 8
    images_per_minute: int = 0
    result_hosts: tuple[str, ...] = ()


class Catalog:
    """The models that can be used here. `defaults` are the operator's, for what a member leaves open.

    `gone` are models that are not here because their vendor has switched them off, with the day.
    """

    def __init__(
        self,
        cards: Mapping[str, tuple[ModelCard, ...]],
        default: str,
        defaults: Options | None = None,
        gone: Mapping[str, date] = NOTHING_GONE,
    ) -> None:
        """Raises `UnknownModel` where the default is not among the models."""
        self._cards = {name: offers for name, offers in cards.items() if offers}
        self._gone = dict(gone)
        self.default = default
        self.defaults = defaults or Options()
        self.card(default)

    @property
    def names(self) -> tuple[str, ...]:
        """Every model's name, the default first."""
        return (self.default, *(name for name in self._cards if name != self.default))

    def offers(self, name: str | None) -> tuple[ModelCard, ...]:
        """Every card of this model, the default's for None, in order. Raises `UnknownModel` or `ModelGone`."""
        wanted = name or self.default
        if offers := self._cards.get(wanted):
            return offers
        known = ", ".join(self.names)
        if wanted in self._gone:
            raise ModelGone(model=wanted, date=self._gone[wanted].isoformat(), known=known)
        raise UnknownModel(model=wanted, known=known)

    def card(self, name: str | None) -> ModelCard:
        """The first card of this model. Raises as `offers`."""
        return self.offers(name)[0]

    def able(self, name: str | None, check: Callable[[ModelCard], None]) -> tuple[ModelCard, ...]:
        """The cards for which `check` raises nothing, in order; where none is left, what it raised for the first."""
        able, refusals = [], []
        for card in self.offers(name):
            try:
                check(card)
            except Refused as refusal:
                refusals.append(refusal)
            else:
                able.append(card)
        if not able:
            raise refusals[0]
        return tuple(able)
