"""The models that can be used here, as the settings have them."""

from datetime import UTC, date, datetime

from bot.domain.catalog import Catalog, read_shelf, shipped_cards
from bot.domain.errors import ModelGone, UnknownModel
from bot.settings.environment import ProviderSetup, Settings
from bot.settings.values import SettingsWrong
from bot.words.language import ENGLISH
from bot.words.refusals import say


def usable_catalog(settings: Settings, setup: ProviderSetup, today: date | None = None) -> Catalog:
    """The catalog without what its own vendor has switched off. Raises `SettingsWrong` where the default is gone."""
    today = today or datetime.now(UTC).date()
    sold = {
        name: tuple(card for card in offers if not (card.provider in setup.vendors and card.status.gone_by(today)))
        for name, offers in read_shelf(setup.providers, setup.models).items()
    }
    gone = {
        name: card.status.ends_on
        for name, card in shipped_cards().items()
        if not sold.get(name) and card.status.ends_on and card.status.gone_by(today)
    }
    try:
        return Catalog(sold, settings.default_model, setup.defaults, gone)
    except (UnknownModel, ModelGone) as trouble:
        raise SettingsWrong(f"IMAGES_MODEL cannot be used: {say(trouble, ENGLISH)}") from None
