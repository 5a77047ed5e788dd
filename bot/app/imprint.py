"""What `/about` says of this house, gathered from its settings and the models that it has."""

from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlsplit

from bot.domain.catalog import Catalog
from bot.domain.imprint import Imprint, Seer
from bot.settings import ProviderSetup, Settings


def imprint(settings: Settings, setup: ProviderSetup, catalog: Catalog) -> Imprint:
    """The imprint; hosts stand in the order in which they are tried, without anything else of their addresses."""
    return Imprint(
        version=_version(),
        retention_days=settings.retention_days,
        privacy_url=settings.privacy_url,
        terms_url=settings.terms_url,
        contact=settings.contact or None,
        seers=_seers(setup, catalog),
    )


def _seers(setup: ProviderSetup, catalog: Catalog) -> tuple[Seer, ...]:
    hosts = {one.name: urlsplit(one.url).hostname or one.name for one in setup.providers}
    sent: dict[str, list[str]] = {host: [] for host in hosts.values()}
    for name in catalog.names:
        for host in dict.fromkeys(hosts[card.provider] for card in catalog.offers(name)):
            sent[host].append(name)
    return tuple(Seer(host, tuple(models)) for host, models in sent.items() if models)


def _version() -> str:
    try:
        return version("darkroom")
    except PackageNotFoundError:  # run from a folder that nobody installed
        return ""
