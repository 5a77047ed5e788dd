"""How often one address, or one link, may ask: a bucket for each, that runs full again by itself."""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

MOST_KNOWN = 4096  # buckets; of more, those that were asked for least lately are forgotten


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and so many a second in the long run."""

    burst: int
    per_second: float


class Buckets:
    """One bucket for each name. `clock` gives seconds that never go back."""

    def __init__(self, rate: Rate, clock: Callable[[], float], most: int = MOST_KNOWN) -> None:
        self._rate, self._clock, self._most = rate, clock, most
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # what was left, and when

    def take(self, name: str) -> bool:
        """Whether there is one left, which is then gone."""
        now = self._clock()
        left, since = self._buckets.pop(name, (float(self._rate.burst), now))
        left = min(self._rate.burst, left + (now - since) * self._rate.per_second)
        allowed = left >= 1
        self._buckets[name] = (left - 1 if allowed else left, now)
        while len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return allowed

    def is_empty(self, name: str) -> bool:
        """Whether nothing is left; nothing is taken."""
        now = self._clock()
        left, since = self._buckets.get(name, (float(self._rate.burst), now))
        return left + (now - since) * self._rate.per_second < 1


def address_of(request: web.Request) -> str:
    """Who asks. Behind a proxy on this machine or network that is whom the proxy names last; others name nobody.

    Of IPv6 the first half counts, which is what one household has.
    """
    peer = request.remote or ""
    if is_near(peer):
        named = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        peer = named if _parsed(named) else peer
    parsed = _parsed(peer)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network(f"{parsed}/64", strict=False))
    return peer


def is_near(address: str) -> bool:
    """Whether an address is of this machine or network, where a proxy of the operator's may stand."""
    parsed = _parsed(address)
    return parsed is not None and not parsed.is_global


def _parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else found
