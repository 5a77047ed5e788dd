"""Is a provider set up as it should be? Asked with requests that cannot cost anything.

Its list of models is free everywhere. That its route for edits exists is seen by a form without model, prompt or
picture: a server has nothing to make of that, and says so (400, 422) instead of not knowing the route (404, 405, 501).
"""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import aiohttp

from bot.domain.catalog import Provider
from bot.provider.client import key_header, plain_session
from bot.provider.dialect import DIALECTS, Address, Dialect, find_address
from bot.provider.fault import parse_json, read_fault
from bot.provider.pour import NETWORK_TROUBLE, pour
from bot.provider.verdict import Verdict, judge

BODY_CAP = 4 * 1024 * 1024
_EMPTY = "nothing"
_EMPTY_FORM = f"--{_EMPTY}--\r\n".encode()


class Found(StrEnum):
    """What an examination can find; in brackets the fields beside `provider`."""

    ADDRESS_WRONG = "address_wrong"
    KEY_MISSING = "key_missing"  # key: the name of the environment variable
    KEY_UNSENDABLE = "key_unsendable"  # key
    REACHED = "reached"  # host
    NAME_UNKNOWN = "name_unknown"  # host
    UNREACHABLE = "unreachable"  # host, port
    TLS_BROKEN = "tls_broken"  # host
    SILENT = "silent"  # host, seconds
    CUT = "cut"  # host: it hung up in the middle
    REDIRECTED = "redirected"  # status
    KEY_ACCEPTED = "key_accepted"
    KEY_REFUSED = "key_refused"  # key, status
    KEY_UNNEEDED = "key_unneeded"  # there is none, and none was asked for
    ACCOUNT_EMPTY = "account_empty"
    MODEL_LISTED = "model_listed"  # model
    MODEL_MISSING = "model_missing"  # model
    MODELS_UNTOLD = "models_untold"  # there is no list that could be asked
    ROUTE_THERE = "route_there"
    ROUTE_MISSING = "route_missing"  # status
    ROUTE_ODD = "route_odd"  # status: an answer that says neither


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `fields` fill a sentence about it; the key is in none of them."""

    ok: bool
    what: Found
    fields: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Said:
    """An answer: its status, and the document in it where there is one."""

    status: int
    document: Any


async def examine(entry: Provider, key: str, wants: Sequence[str], timeout_s: float = 20.0) -> tuple[Finding, ...]:
    """What is right and wrong with a provider; it stops where nothing further can be asked.

    `wants` are the names of models as this provider is told them. Each request may take `timeout_s`. Never raises for
    what it finds, and nothing of it costs anything.
    """
    try:
        dialect = DIALECTS[entry.dialect]
        address = find_address(entry.url, dialect)
    except (KeyError, ValueError):
        return (_found(entry, Found.ADDRESS_WRONG),)
    if not key and dialect.needs_key:
        return (_found(entry, Found.KEY_MISSING, key=entry.key),)
    if not (key.isascii() and key.isprintable()) or " " in key:
        return (_found(entry, Found.KEY_UNSENDABLE, key=entry.key),)
    async with plain_session(aiohttp.TCPConnector(force_close=True)) as session:
        return await _Visit(entry, dialect, address, key_header(dialect, key), timeout_s, session).findings(wants)


@dataclass(frozen=True, slots=True)
class _Visit:
    entry: Provider
    dialect: Dialect
    address: Address
    headers: Mapping[str, str]
    timeout_s: float
    session: aiohttp.ClientSession

    async def findings(self, wants: Sequence[str]) -> tuple[Finding, ...]:
        listed = await self._ask("GET")
        if isinstance(listed, Finding):
            return (listed,)
        reached = self._found(Found.REACHED, host=self.address.models.host or "")
        if 300 <= listed.status < 400:
            return reached, self._found(Found.REDIRECTED, status=listed.status)
        if listed.status in (401, 403):
            return reached, self._found(Found.KEY_REFUSED, key=self.entry.key, status=listed.status)
        route = await self._ask("POST")
        told = route if isinstance(route, Finding) else self._route(route)
        return reached, *self._key(listed), *self._models(listed, wants), told

    def _key(self, listed: _Said) -> list[Finding]:
        # A server without a list says nothing of the key here; its route for edits will.
        accepted = Found.KEY_ACCEPTED if self.headers else Found.KEY_UNNEEDED
        return [self._found(accepted)] if listed.status < 300 else []

    def _models(self, listed: _Said, wants: Sequence[str]) -> list[Finding]:
        rows = listed.document.get("data") if isinstance(listed.document, Mapping) else None
        if listed.status >= 300 or not self.dialect.lists_models or not isinstance(rows, list):
            return [self._found(Found.MODELS_UNTOLD)]
        names = {str(row.get("id")) for row in rows if isinstance(row, Mapping)}
        return [self._found(Found.MODEL_LISTED if want in names else Found.MODEL_MISSING, model=want) for want in wants]

    def _route(self, said: _Said) -> Finding:
        fault = read_fault(said.document)
        verdict = judge(said.status, fault)
        if said.status in (401, 403) and verdict is Verdict.CLOSED:
            return self._found(Found.KEY_REFUSED, key=self.entry.key, status=said.status)
        if said.status in (400, 402, 429) and verdict is Verdict.CLOSED:
            return self._found(Found.ACCOUNT_EMPTY)
        if verdict is Verdict.UNSOLD and self.address.names_model:
            return self._found(Found.ROUTE_THERE)  # it looked for the model that was not named
        if said.status in (404, 405, 501):
            return self._found(Found.ROUTE_MISSING, status=said.status)
        if said.status in (400, 415, 422) or (said.status >= 400 and fault is not None):
            return self._found(Found.ROUTE_THERE)
        return self._found(Found.ROUTE_ODD, status=said.status)

    async def _ask(self, method: str) -> _Said | Finding:
        # aiohttp's exceptions hold the key in their request: none of them leaves, and none is told in its own words.
        url = self.address.models if method == "GET" else self.address.edits
        body = None if method == "GET" else _EMPTY_FORM
        kind = {} if body is None else {"Content-Type": f"multipart/form-data; boundary={_EMPTY}"}
        host, port = url.host or "", url.port or 0
        try:
            async with (
                asyncio.timeout(self.timeout_s),
                self.session.request(
                    method, url, data=body, headers={**self.headers, **kind}, allow_redirects=False
                ) as response,
            ):
                text = bytearray()
                await pour(response, text.extend, BODY_CAP)
                return _Said(response.status, parse_json(bytes(text)))
        except TimeoutError:
            return self._found(Found.SILENT, host=host, seconds=int(self.timeout_s))
        except aiohttp.ClientConnectorDNSError:
            return self._found(Found.NAME_UNKNOWN, host=host)
        except (aiohttp.ClientSSLError, ssl.SSLError):
            return self._found(Found.TLS_BROKEN, host=host)
        except aiohttp.ClientConnectorError:
            return self._found(Found.UNREACHABLE, host=host, port=port)
        except NETWORK_TROUBLE:
            return self._found(Found.CUT, host=host)

    def _found(self, what: Found, **fields: int | str) -> Finding:
        return _found(self.entry, what, **fields)


FINE = frozenset(
    {
        Found.REACHED,
        Found.KEY_ACCEPTED,
        Found.KEY_UNNEEDED,
        Found.MODEL_LISTED,
        Found.MODELS_UNTOLD,
        Found.ROUTE_THERE,
    }
)


def _found(entry: Provider, what: Found, **fields: int | str) -> Finding:
    return Finding(what in FINE, what, {"provider": entry.name, **fields})
