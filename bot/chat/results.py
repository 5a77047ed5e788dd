"""Pictures into a message: as plain attachments, which alone are there for a reply, within what the place allows."""

import asyncio
from dataclasses import dataclass

from bot.chat.posting import Closed, Letter, Post, TooLarge
from bot.chat.route import Route
from bot.words.language import ENGLISH
from bot.words.status import gone_line, kept_line, lighter_line
from bot.workflow.ports import Parcel


@dataclass(frozen=True, slots=True)
class _Sorted:
    """What can be sent of some parcels, and the lines about the rest."""

    parcels: tuple[Parcel, ...]
    lines: tuple[str, ...]


class Results:
    """Posts parcels; whatever Discord does not take is said to be kept, never dropped and never tried for ever."""

    def __init__(self, post: Post) -> None:
        self._post = post

    async def post(
        self,
        route: Route,
        parcels: tuple[Parcel, ...],
        text: str,
        nonce: str,
        *,
        look_first: bool = False,
        locale: str = ENGLISH,
    ) -> int:
        """The id of the message with these parcels, in the first place of the route that takes it.

        Raises `Undeliverable` or `Unreachable`.
        """
        while True:
            try:
                return await self._post_here(route, parcels, text, nonce, look_first=look_first, locale=locale)
            except Closed:
                await route.next()

    async def _post_here(
        self, route: Route, parcels: tuple[Parcel, ...], text: str, nonce: str, *, look_first: bool, locale: str
    ) -> int:
        fit = await self._sort(route, parcels, locale)
        whole = "\n".join((text, *fit.lines))
        if look_first:
            there = await self._post.find_files(route.place, [parcel.filename for parcel in fit.parcels])
            left = tuple(parcel for parcel in fit.parcels if parcel.filename not in there)
            found = next(iter(there.values()), None) or (await self._post.find_text(route.place, whole))
            if found is not None and not left:
                return found
            fit = _Sorted(left, fit.lines)
        return await self._send(route, fit.parcels, whole, nonce, locale)

    async def _send(self, route: Route, parcels: tuple[Parcel, ...], text: str, nonce: str, locale: str) -> int:
        letter = Letter(text, nonce, tuple((parcel.path, parcel.filename) for parcel in parcels))
        names = [parcel.filename for parcel in parcels]
        place = route.place

        async def find() -> int | None:
            there = await self._post.find_files(place, names)
            return there[names[0]] if names and len(there) == len(names) else None

        try:
            return await self._post.send(place, letter, find)
        except TooLarge:
            return await self._send_smaller(route, parcels, text, nonce, locale)

    async def _send_smaller(self, route: Route, parcels: tuple[Parcel, ...], text: str, nonce: str, locale: str) -> int:
        # The limit is lower than we knew: half as much at a time, and of a single file only that it is kept.
        if len(parcels) < 2:
            lines = [kept_line(parcel.filename, parcel.bytes, None, locale) for parcel in parcels]
            return await self._post.send(route.place, Letter("\n".join((text, *lines)), f"{nonce}x"))
        half = len(parcels) // 2
        first = await self._send(route, parcels[:half], text, f"{nonce}a", locale)
        await self._send(route, parcels[half:], text, f"{nonce}b", locale)
        return first

    async def _sort(self, route: Route, parcels: tuple[Parcel, ...], locale: str) -> _Sorted:
        limit = self._post.file_limit(route.guild_id)
        on_disk = await asyncio.to_thread(lambda: {parcel.number for parcel in parcels if parcel.path.is_file()})
        gone = [parcel for parcel in parcels if parcel.number not in on_disk]
        large = [parcel for parcel in parcels if parcel.number in on_disk and parcel.bytes > limit]
        lines = [kept_line(parcel.filename, parcel.bytes, limit, locale) for parcel in large]
        lines += [lighter_line(one.filename, one.lighter_than, limit, locale) for one in parcels if one.lighter_than]
        lines += [gone_line(parcel.filename, locale) for parcel in gone]
        return _Sorted(tuple(parcel for parcel in parcels if parcel not in large and parcel not in gone), tuple(lines))
