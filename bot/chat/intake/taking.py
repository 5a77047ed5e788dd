"""From what was asked to an `EditRequest`: everything that can be refused first, then the files to disk."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.chat.intake.defaults import with_defaults
from bot.chat.intake.download import Downloads, Offered
from bot.chat.intake.reading import Asked
from bot.chat.place import check_permissions
from bot.domain.catalog import Catalog, ModelCard, check_announced, check_wish
from bot.domain.errors import FileEmpty, FileTooBig, NoPicture, Stopping
from bot.domain.request import EditRequest, HouseRules, InputFile, Options, pick_mask, readable_prompt
from bot.words.amounts import MIB, megabytes
from bot.workflow.ports import Blobs


@dataclass(frozen=True, slots=True)
class Caps:
    """The most that is fetched: of one file, and for one edit, in bytes."""

    file: int = 50 * MIB
    edit: int = 200 * MIB


class Intake:
    """The way from Discord to the disk. `stopping` says whether the process is about to end."""

    def __init__(
        self,
        blobs: Blobs,
        downloads: Downloads,
        catalog: Catalog,
        rules: HouseRules,
        stopping: Callable[[], bool],
        caps: Caps | None = None,
    ) -> None:
        self._blobs = blobs
        self._downloads = downloads
        self._catalog = catalog
        self._rules = rules
        self._stopping = stopping
        self._caps = caps or Caps()

    async def take(self, asked: Asked) -> EditRequest:
        """The request with its files on disk. Raises the `Refused` that says what to do, mostly before a byte came."""
        self.admit(asked.place.guild_id)
        if asked.place.guild_id is not None:
            check_permissions(asked.granted, asked.place.kind)
        pictures, mask = tell_apart(asked)
        prompt = readable_prompt(asked.prompt)
        offered = pictures if mask is None else (*pictures, mask)
        card = self._able(asked, prompt, len(pictures), offered, mask)
        self._check_sizes(offered)
        options = self._settled(asked, prompt, card)
        files = await self._fetch(offered)
        return EditRequest(
            origin=asked.origin,
            place=asked.place,
            user_id=asked.user_id,
            locale=asked.locale,
            prompt=prompt,
            pictures=files[: len(pictures)],
            mask=None if mask is None else files[-1],
            model=card.name,
            options=options,
            result_size=asked.result_size,
            mask_wish=asked.mask_wish,
            role_ids=asked.role_ids,
        )

    def admit(self, guild_id: int | None) -> None:
        """Raises `Stopping`, or `NotHere` or `NotInPrivate` by the rules of the house."""
        if self._stopping():
            raise Stopping
        self._rules.admit(guild_id)

    def _able(
        self, asked: Asked, prompt: str, pictures: int, files: tuple[Offered, ...], mask: Offered | None
    ) -> ModelCard:
        """The first card of the model that can do it, at whichever provider."""
        shown_mask = mask.shown_name if mask else None
        # Phones call every picture "image.png": of several files of one name the largest counts.
        sizes = {file.shown_name: file.bytes for file in sorted(files, key=lambda file: file.bytes)}

        def check(card: ModelCard) -> None:
            check_announced(card, pictures, sizes, shown_mask, self._caps.file, lock=asked.mask_wish.lock)
            # A compression without a format is possible where the operator's format has it.
            check_wish(card, prompt, self._settled(asked, prompt, card))

        return self._catalog.able(asked.model, check)[0]

    def _settled(self, asked: Asked, prompt: str, card: ModelCard) -> Options:
        return with_defaults(card, prompt, asked.options, self._catalog.defaults, n_open=asked.n_open)

    def _check_sizes(self, files: tuple[Offered, ...]) -> None:
        for file in files:
            if file.bytes <= 0:
                raise FileEmpty(name=file.shown_name)
        total = sum(file.bytes for file in files)
        if total > self._caps.edit:
            name = ", ".join(dict.fromkeys(file.shown_name for file in files))
            raise FileTooBig(name=name, size=megabytes(total), limit=self._caps.edit // MIB)

    async def _fetch(self, files: tuple[Offered, ...]) -> tuple[InputFile, ...]:
        async with self._blobs.workshop() as folder:
            try:
                async with asyncio.TaskGroup() as group:
                    paths = [folder / str(place) for place in range(len(files))]
                    tasks = [group.create_task(self._keep(*one)) for one in zip(files, paths, strict=True)]
            except ExceptionGroup as several:
                raise several.exceptions[0] from None
        return tuple(task.result() for task in tasks)

    async def _keep(self, file: Offered, path: Path) -> InputFile:
        size = await self._downloads.fetch(file, path, self._caps.file)
        return InputFile(await self._blobs.keep(path), file.shown_name, size)


def tell_apart(asked: Asked) -> tuple[tuple[Offered, ...], Offered | None]:
    """The pictures in their order, and the mask: the one that was given as such, else the one that is named so."""
    pictures = asked.pictures
    if not pictures:
        raise NoPicture
    if asked.mask is not None:
        return pictures, asked.mask
    place = pick_mask([picture.filename for picture in pictures])
    if place is None:
        return pictures, None
    return pictures[:place] + pictures[place + 1 :], pictures[place]
