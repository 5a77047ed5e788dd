"""A fresh link for a picture whose link has ended: Discord signs them for a day.

The message that the picture is in is read again. What came with an interaction is in no message: for that there is a
route that Discord's own client uses and its documentation does not name, so it is the second choice.
"""

import aiohttp
import discord
import structlog
import yarl
from discord.http import Route

from bot.chat.intake.download import Offered
from bot.chat.intake.finder import ATTACHMENT, key_of, pictures_of

NO_ANSWER = (discord.DiscordException, aiohttp.ClientError, TimeoutError, OSError)

log = structlog.get_logger()


class FreshLinks:
    """Asks Discord where a picture is now; what cannot be found has no link."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def __call__(self, offered: Offered) -> str | None:
        """The picture's link of this moment, None where there is none any more."""
        try:
            return await self._reread(offered) or await self._refreshed(offered)
        except NO_ANSWER as fault:
            log.info("link_not_renewed", kind=type(fault).__name__)
            return None

    async def _reread(self, offered: Offered) -> str | None:
        if offered.channel_id is None or offered.message_id is None:
            return None
        place = self._client.get_partial_messageable(offered.channel_id)
        try:
            message = await place.fetch_message(offered.message_id)
        except (discord.NotFound, discord.Forbidden):
            return None
        return next((one.url for one in pictures_of(message) if key_of(one.url) == key_of(offered.url)), None)

    async def _refreshed(self, offered: Offered) -> str | None:
        if not ATTACHMENT.match(yarl.URL(offered.url).raw_path):
            return None
        route = Route("POST", "/attachments/refresh-urls")
        answer = await self._client.http.request(route, json={"attachment_urls": [offered.url]})
        links = answer.get("refreshed_urls") or [{}]
        fresh = links[0].get("refreshed")
        return str(fresh) if fresh else None
