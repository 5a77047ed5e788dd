"""Pictures into a message: as plain attachments, which alone are there for a reply, within what the place allows."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import discord

from bot.chat.delivery.posting import Enclosure, Letter
from bot.chat.delivery.route import Route
from bot.chat.delivery.ways import Closed, TooLarge
from bot.words.results import gone_line, kept_line, lighter_line
from bot.workflow.ports import Lighten, Parcel

# What every place took once; where less than we knew is taken, this is tried, and half of what is lighter than that.
SMALLEST_LIMIT = discord.utils.DEFAULT_FILE_SIZE_LIMIT_BYTES


Buttons = Callable[[int | None], Awaitable[discord.ui.View]]


@dataclass(frozen=True, slots=True)
class Page:
    """Pictures of one message: the text above them, and what each of them shows, in words.

    `buttons` makes those for a server, or for direct messages where that is None; where the pictures become several
    messages, they are under the first. `hidden` puts every picture behind
    a spoiler. `lighten` makes a lighter copy of one that the place refuses although it should have taken it.
    """

    parcels: tuple[Parcel, ...]
    text: str
    nonce: str
    alt: str
    locale: str
    hidden: bool
    buttons: Buttons | None = None
    lighten: Lighten | None = None


class Results:
    """Posts parcels; whatever Discord does not take is said to be kept, never dropped and never tried for ever."""

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
            there = await route.spot.find_files([parcel.filename for parcel in page.parcels])
            left = tuple(parcel for parcel in page.parcels if parcel.filename not in there)
            found = next(iter(there.values()), None) or (await route.spot.find_text(page.text))
            if found is not None and not left:
                return found
            page = replace(page, parcels=left)
        return await self._send(route, page)

    async def _send(self, route: Route, page: Page) -> int:
        files = tuple(Enclosure(parcel.path, parcel.filename, page.alt, page.hidden) for parcel in page.parcels)
        letter = Letter(page.text, page.nonce, files, await _view(route, page))
        names = [parcel.filename for parcel in page.parcels]
        spot = route.spot

        async def find() -> int | None:
            there = await spot.find_files(names)
            return there[names[0]] if names and len(there) == len(names) else None

        try:
            return await spot.send(letter, find)
        except TooLarge:
            return await self._send_smaller(route, page)

    async def _send_smaller(self, route: Route, page: Page) -> int:
        # The limit is lower than we knew: half as much at a time, then a lighter copy, and else only that it is kept.
        if len(page.parcels) < 2:
            lighter = await _lighter(page)
            return await (self._send(route, lighter) if lighter else self._say_kept(route, page))
        half = len(page.parcels) // 2
        first = await self._send(route, replace(page, parcels=page.parcels[:half], nonce=f"{page.nonce}a"))
        await self._send(route, replace(page, parcels=page.parcels[half:], nonce=f"{page.nonce}b", buttons=None))
        return first

    async def _say_kept(self, route: Route, page: Page) -> int:
        lines = [kept_line(one.filename, one.lighter_than or one.bytes, None, page.locale) for one in page.parcels]
        letter = Letter("\n".join((page.text, *lines)), f"{page.nonce}x", view=await _view(route, page))
        return await route.spot.send(letter)

    async def _sorted(self, route: Route, page: Page) -> Page:
        """The page with what can be sent of its parcels, and the lines about those that are lighter or cannot."""
        limit, locale = route.spot.file_limit, page.locale
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


async def _view(route: Route, page: Page) -> discord.ui.View | None:
    return await page.buttons(route.spot.guild_id) if page.buttons is not None else None


async def _lighter(page: Page) -> Page | None:
    """The page with a lighter copy of its one picture; None where there is none to be had, or this is one."""
    if page.lighten is None or not page.parcels:
        return None
    [parcel] = page.parcels
    limit = SMALLEST_LIMIT if parcel.bytes > SMALLEST_LIMIT else parcel.bytes // 2
    copy = await page.lighten(parcel, limit)
    if copy.bytes > limit or copy.lighter_than is None or copy.rung is None:
        return None
    line = lighter_line(copy.filename, copy.lighter_than, limit, copy.rung.value, page.locale)
    text = "\n".join((page.text, line))
    return replace(page, parcels=(copy,), text=text, nonce=f"{page.nonce}l", lighten=None)
