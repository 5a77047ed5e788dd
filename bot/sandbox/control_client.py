"""Talks to the control door of a running Discord stand-in: JSON, files, and waits that the server does."""

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp

from bot.sandbox.discord_api.refusals import Json, SandboxRefusal

Picture = Path | tuple[str, bytes]
# The server gives up a wait by itself; the connection allows it this much longer.
GRACE_S = 30.0


class NoSandbox(Exception):
    """Nothing, or something else than a sandbox, answers at the address."""


class Files:
    """Gathers the files of a request; each becomes a placeholder in its JSON."""

    def __init__(self) -> None:
        self._gathered: list[tuple[str, bytes]] = []

    def add(self, picture: Picture) -> Json:
        """The placeholder that stands for this file."""
        named = (picture.name, picture.read_bytes()) if isinstance(picture, Path) else picture
        self._gathered.append(named)
        return {"$file": len(self._gathered) - 1}

    def placed(self, value: object) -> object:
        """A value with its pictures replaced by placeholders."""
        if is_picture(value):
            return self.add(value)  # type: ignore[arg-type]
        if isinstance(value, list | tuple):
            return [self.placed(one) for one in value]
        return value

    def form(self, payload: Mapping[str, object]) -> aiohttp.FormData:
        """The multipart body."""
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("payload_json", json.dumps(payload), content_type="application/json")
        for slot, (name, body) in enumerate(self._gathered):
            form.add_field(f"files[{slot}]", io.BytesIO(body), filename=name, content_type="application/octet-stream")
        return form


def is_picture(value: object) -> bool:
    """Whether a value is a file: a path, or a name and bytes."""
    pair = isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], bytes)
    return isinstance(value, Path) or pair


class ControlClient:
    """A connection to /_sandbox; `url` is the base of the Discord stand-in."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None, sock_connect=GRACE_S))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def get(self, path: str, wait_s: float = 0.0, **query: str) -> Any:
        """What a route answers; `wait_s` is how long the server may wait before it does."""
        params = {**_named(query), **({"timeout_s": str(wait_s)} if wait_s else {})}
        return await self._ask("GET", path, wait_s, params=params)

    async def post(self, path: str, payload: object, files: Files | None = None) -> Any:
        """Act or pull a lever."""
        if files is not None and isinstance(payload, Mapping):
            return await self._ask("POST", path, 0.0, data=files.form(payload))
        return await self._ask("POST", path, 0.0, json=payload)

    async def delete(self, path: str, **query: str) -> Any:
        """Remove something."""
        return await self._ask("DELETE", path, 0.0, params=_named(query))

    async def download(self, url: str) -> bytes:
        """A file from the CDN, by its address or its path there; SandboxRefusal where the link does not work."""
        async with self._open().get(url if "://" in url else f"{self._url}{url}") as response:
            if response.status != 200:
                raise SandboxRefusal(f"the CDN answered {response.status} for {url.partition('?')[0]}")
            return await response.read()

    async def _ask(self, method: str, path: str, wait_s: float, **how: Any) -> Any:
        timeout = aiohttp.ClientTimeout(total=wait_s + GRACE_S)
        try:
            async with self._open().request(method, f"{self._url}/_sandbox/{path}", timeout=timeout, **how) as response:
                if response.status in (400, 409) and response.content_type == "application/json":
                    raise SandboxRefusal((await response.json())["refusal"])
                if response.status == 404:
                    raise NoSandbox(f"There is no sandbox at {self._url}")
                response.raise_for_status()
                return await response.json()
        except (aiohttp.ClientConnectionError, aiohttp.InvalidURL) as exc:
            raise NoSandbox(f"There is no sandbox at {self._url}") from exc

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("use the client in `async with`")
        return self._session


def _named(query: Mapping[str, str]) -> dict[str, str]:
    """A query as it goes into the address: `as_` loses what Python made it wear."""
    return {name.rstrip("_"): value for name, value in query.items()}


def texts_of(values: Sequence[object]) -> str:
    """Several values as one readable line, for an error that tells what was seen."""
    return "; ".join(json.dumps(one, default=str)[:600] for one in values)
