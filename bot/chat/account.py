"""Whether Discord knows the bot: asks whose a token is, without connecting to the gateway."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import aiohttp
import discord

API = "https://discord.com/api/v10"
# Discord's reference, Authentication: the application's id, a time and a signature, each in base64 for addresses.
TOKEN = re.compile(r"[\w-]{18,}\.[\w-]{6,}\.[\w-]{27,}")
# Its reference asks every caller to say what it is; these calls go under the name that the bot itself has there.
USER_AGENT = f"DiscordBot (https://github.com/Rapptz/discord.py {discord.__version__})"


@dataclass(frozen=True, slots=True)
class Account:
    """What came of asking. `what` names the sentence for it, `fields` fill that."""

    ok: bool
    what: Literal["token_shapeless", "bot_known", "token_refused", "discord_unreachable", "discord_faulty"]
    fields: Mapping[str, str | int] = field(default_factory=dict)


async def examine_token(token: str, api_url: str | None, proxy: str | None, timeout_s: float = 10) -> Account:
    """Ask Discord (`GET /users/@me`) whose token this is. Something that is no token is not sent. Never raises."""
    if not TOKEN.fullmatch(token):
        return Account(False, "token_shapeless")
    headers = {"Authorization": f"Bot {token}", "User-Agent": USER_AGENT}
    timeout = aiohttp.ClientTimeout(total=timeout_s)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, trust_env=False) as session,
            session.get(f"{api_url or API}/users/@me", headers=headers, proxy=proxy, allow_redirects=False) as response,
        ):
            return _account(response.status, await _body(response))
    except (aiohttp.ClientError, OSError) as trouble:
        # The text of these can hold the token, their names cannot.
        return Account(False, "discord_unreachable", {"trouble": type(trouble).__name__})


async def _body(response: aiohttp.ClientResponse) -> Any:
    if response.status != 200:
        return None
    try:
        return await response.json(content_type=None)
    except ValueError:
        return None


def _account(status: int, body: Any) -> Account:
    if status == 401:
        return Account(False, "token_refused")
    if not isinstance(body, dict) or not isinstance(body.get("username"), str):
        return Account(False, "discord_faulty", {"status": status})
    return Account(True, "bot_known", {"name": body["username"]})
