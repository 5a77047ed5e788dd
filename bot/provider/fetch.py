"""Results that a provider gives as a link: fetched at once, from where it may be, without the key.

A link is the provider's word about an address in our own network's reach, so it is trusted no further than this:
https, a host of the dialect's row (or of the settings), the standard port, and every address that the name resolves
to a public one; the connection is made to the addresses that were checked. Only the provider's own origin, which has
just been given the key, is exempt.
"""

import asyncio
import contextlib
import ipaddress
import re
import socket
from collections.abc import Sequence
from pathlib import Path

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from bot.provider.fault import loggable
from bot.provider.pour import NETWORK_TROUBLE, Spool, pour, reason

LINK_CAP = 8192
HOPS = 3
PAUSES_S = (0.5, 2.0)
DEADLINE = aiohttp.ClientTimeout(total=60, sock_connect=10)

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class LinkRefused(Exception):
    """The link leads where nothing is fetched from."""


class LinkBroken(Exception):
    """The link may be followed, but no picture came; worth another try."""


def check_link(link: str, base: URL, hosts: Sequence[str]) -> URL:
    """The address to fetch. Raises `LinkRefused` where the rules above forbid it."""
    try:
        # SGLang gives a path of its own server.
        url = base.join(URL(link)) if re.match("/(?!/)", link) else URL(link)
        port, origin, host = url.port, url.origin(), url.host or ""  # each of them may find that it is no address
    except ValueError:
        raise LinkRefused("not an address") from None
    if len(link) > LINK_CAP or url.user is not None or url.password is not None:
        raise LinkRefused("too long, or with a name and password")
    if origin == base.origin():
        return url
    if url.scheme != "https" or port != 443:
        raise LinkRefused("not https")
    if not any(_under(host, known) for known in (base.host or "", *hosts)):
        raise LinkRefused(f"not a host of the provider: {loggable(host)}")
    if _is_address(host) and not is_public(host):
        raise LinkRefused("not a public address")
    return url


def is_public(address: str) -> bool:
    """Whether an IP address is out in the world, also where an IPv6 address carries an IPv4 one."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if ip in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        if ip.sixtofour is not None or ip.teredo is not None:
            return False
        if ip.is_site_local:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


class PublicResolver(AbstractResolver):
    """Resolves a name, or fails where any of its addresses is not public."""

    def __init__(self, names: AbstractResolver) -> None:
        self._names = names

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses that the connection is then made to."""
        found = await self._names.resolve(host, port, family)
        if not found or not all(is_public(each["host"]) for each in found):
            raise OSError("not a public address")
        return found

    async def close(self) -> None:
        """Close the resolver underneath."""
        await self._names.close()


class Fetcher:
    """Fetches linked results, once it was given its sessions."""

    def __init__(self, base: URL, hosts: Sequence[str], cap: int, pauses_s: Sequence[float] = PAUSES_S) -> None:
        self._base, self._hosts, self._cap, self._pauses_s = base, hosts, cap, pauses_s

    def open(self, own: aiohttp.ClientSession, public: aiohttp.ClientSession) -> None:
        """From here on `own` serves the provider's origin, `public` everything else."""
        self._own, self._public = own, public

    async def fetch(self, link: str, path: Path) -> None:
        """Write the picture there, trying again where the network fails. Raises `LinkRefused` or `LinkBroken`."""
        url = check_link(link, self._base, self._hosts)
        for pause in self._pauses_s:
            try:
                return await self._once(url, path)
            except LinkBroken:
                await asyncio.sleep(pause)
        return await self._once(url, path)

    async def _once(self, url: URL, path: Path) -> None:
        for _hop in range(HOPS):
            onward = await self._take(url, path)
            if onward is None:
                return
            target = check_link(str(url.join(onward)), self._base, self._hosts)
            if target.host != url.host:
                raise LinkRefused("leads on to another host")
            url = target
        raise LinkRefused("leads on and on")

    async def _take(self, url: URL, path: Path) -> URL | None:
        # Where the link leads on to, None where the picture is on disk.
        session = self._own if url.origin() == self._base.origin() else self._public
        trouble = None
        try:
            async with session.get(url, allow_redirects=False, timeout=DEADLINE) as response:
                if "location" in response.headers and 300 <= response.status < 400:
                    return URL(response.headers["location"])
                trouble = await self._write(response, path)
        except NETWORK_TROUBLE as exc:
            trouble = reason(exc)
        except ValueError:
            raise LinkRefused("leads on to no address") from None
        if trouble is not None:
            raise LinkBroken(trouble)
        return None

    async def _write(self, response: aiohttp.ClientResponse, path: Path) -> str | None:
        if response.status != 200:
            return f"status {response.status}"
        with contextlib.closing(Spool(path)) as spool:
            cut = await pour(response, spool.write, self._cap)
        return cut if cut else None if spool.size else "empty"


def _under(host: str, parent: str) -> bool:
    return host == parent or host.endswith(f".{parent}")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
