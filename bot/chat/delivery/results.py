"""Pictures into a message: as plain attachments, which alone are there for a reply, within what the place allows."""

import asyncio
from dataclasses import dataclass, replace

import discord

from bot.chat.delivery.posting import Closed, Enclosure, Letter, Post, TooLarge
from bot.chat.delivery.route import Route
from bot.words.results import gone_line, kept_line, lighter_line
from bot.workflow.ports import Parcel


@dataclass(frozen=True, slots=True)
class Page:
    """Pictures of one message: the text above them, and what each of them shows, in words.

    Where they become several messages, the buttons of `view` are under the first.
    """

    parcels: tuple[Parcel, ...]
    text: str
    nonce: str
    alt: str
    locale: str
    view: discord.ui.View | None = None


class Results:
    """Posts parcels; whatever Discord does not take is said to be kept, never dropped and never tried for ever."""

    def __init__(self, post: Post) -> None:
        self._post = post

    async def post(self, route: Route, page: Page, *, look_first: bool = False) -> int:
        """The id of the message with these parcels, in the first place of the route that takes it.

        Raises `Undeliverable` or `Unreachable`.
        """
        while True:
            try:
                return await self._post_here(route, page, look_first=look_first)
            except Closed:
                await route.next()

    async def _post_here(self, route: Route, page: Page, *, look_first: bool) -> int:
        page = await self._sorted(route, page)
        if look_first:
            there = await self._post.find_files(route.place, [parcel.filename for parcel in page.parcels])
            left = tuple(parcel for parcel in page.parcels if parcel.filename not in there)
            found = next(iter(there.values()), None) or (await self._post.find_text(route.place, page.text))
            if found is not None and not left:
                return found
            page = replace(page, parcels=left)
        return await self._send(route, page)

    async def _send(self, route: Route, page: Page) -> int:
        files = tuple(Enclosure(parcel.path, parcel.filename, page.alt) for parcel in page.parcels)
        letter = Letter(page.text, page.nonce, files, page.view)
        names = [parcel.filename for parcel in page.parcels]
        place = route.place

        async def find() -> int | None:
            there = await self._post.find_files(place, names)
            return there[names[0]] if names and len(there) == len(names) else None

        try:
            return await self._post.send(place, letter, find)
        except TooLarge:
            return await self._send_smaller(route, page)

    async def _send_smaller(self, route: Route, page: Page) -> int:
        # The limit is lower than we knew: half as much at a time, and of a single file only that it is kept.
        if len(page.parcels) < 2:
            lines = [kept_line(parcel.filename, parcel.bytes, None, page.locale) for parcel in page.parcels]
            letter = Letter("\n".join((page.text, *lines)), f"{page.nonce}x", view=page.view)
            return await self._post.send(route.place, letter)
        half = len(page.parcels) // 2
        first = await self._send(route, replace(page, parcels=page.parcels[:half], nonce=f"{page.nonce}a"))
        await self._send(route, replace(page, parcels=page.parcels[half:], nonce=f"{page.nonce}b", view=None))
        return first

    async def _sorted(self, route: Route, page: Page) -> Page:
        """The page with what can be sent of its parcels, and the lines about those that are lighter or cannot."""
        limit, locale = self._post.file_limit(route.guild_id), page.locale
        on_disk = await asyncio.to_thread(lambda: {parcel.number for parcel in page.parcels if parcel.path.is_file()})
        gone = [parcel for parcel in page.parcels if parcel.number not in on_disk]
        large = [parcel for parcel in page.parcels if parcel.number in on_disk and parcel.bytes > limit]
        fit = tuple(parcel for parcel in page.parcels if parcel not in large and parcel not in gone)
        lines = [kept_line(parcel.filename, parcel.bytes, limit, locale) for parcel in large]
        lines += [
            lighter_line(one.filename, one.lighter_than, limit, one.rung.value, locale)
            for one in fit
            if one.lighter_than is not None and one.rung is not None
        ]
        lines += [gone_line(parcel.filename, locale) for parcel in gone]
        return replace(page, parcels=fit, text="\n".join((page.text, *lines)))
