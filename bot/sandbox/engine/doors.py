"""Who is let in, and by which address: the first thing each kind of server looks at."""

import re
from collections.abc import Callable

from aiohttp import web

from bot.sandbox.engine.refusal import Refusal

Door = Callable[[web.Request, str], None]


def bearer(request: web.Request, key: str) -> None:
    """`Authorization: Bearer KEY`. Raises Refusal without repeating a wrong key."""
    given = request.headers.get("Authorization", "")
    if not given.startswith("Bearer "):
        raise Refusal(
            "You didn't provide an API key. You need to provide your API key in an Authorization header "
            "using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
            status=401,
        )
    found = given.removeprefix("Bearer ").strip()
    if found != key:
        shown = f"{found[:3]}***{found[-4:]}" if len(found) > 11 else "***"
        raise Refusal(f"Incorrect API key provided: {shown}.", code="invalid_api_key", status=401)


def api_key(request: web.Request, key: str) -> None:
    """Azure's: the header `api-key`, and an `api-version` in the query."""
    if request.headers.get("api-key") != key:
        message = (
            "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key "
            "for an active subscription and use a correct regional API endpoint for your resource."
        )
        raise Refusal(message, None, None, "401", 401)
    if re.fullmatch(r"preview|latest|v1|\d{4}-\d{2}-\d{2}(-preview)?", request.query.get("api-version", "")) is None:
        raise Refusal("Resource not found", None, None, "404", 404)


def anybody(_request: web.Request, _key: str) -> None:
    """A server on one's own machine, started without a key."""
