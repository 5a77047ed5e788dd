"""The mask painter's conductor: from a picture to a signed link, and from a painted mask to the edit that it is for.

Whoever has the link is the member whom it was told to in private, until it ends or has placed its edit. Looking is for
anybody's crawler: it changes nothing. What the page shows is made by the decoder, once for each painting.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from weakref import WeakValueDictionary

import structlog

from bot.domain.errors import InputLost, MaskUnclear, PaintingOver, SentBefore
from bot.domain.link import Link, LinkKeys
from bot.domain.painting import LONGEST_EDGE, MASK_BYTES, PAINTING_LIVES_S, Painting, PaintingState, Wish
from bot.domain.request import EditRequest, InputFile
from bot.workflow.ports import Asking, Blobs, Clock, Pictures, Preparation, Probe, Receipt, SendFile, Source
from bot.workflow.ports.paintings import Paintings
from bot.workflow.room import told_plainly
from bot.workflow.submit import Submit

PAGE_BYTES = 8 * 1024 * 1024
MASK_NAME = "painted-mask.png"
REMEMBERED = 64  # paintings whose pictures are not made anew; a file of theirs may be swept all the same
ABOUT = 20  # a price of which less than a twentieth more was shown is the same price

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Invitation:
    """A way to the page, for its member's eyes only. Ends in seconds since the epoch."""

    url: str = field(repr=False)
    expires_at: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A file of ours for the page: never the member's own bytes. Sizes in pixels."""

    path: Path
    content_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Easel:
    """What the page starts with: the sizes of the edit's files as they came, and from which masks it may begin."""

    sizes: tuple[tuple[int, int], ...]
    has_own: bool  # picture 1 has transparent parts
    has_last: bool  # a mask came with the edit


@dataclass(slots=True)
class _Made:
    """What was made for one painting so far; files by what they are for."""

    easel: Easel | None = None
    files: dict[str, Shown] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Painter:
    """Each verb raises the `Refused` that says what to do instead. `url` is where members reach the page."""

    paintings: Paintings
    submit: Submit
    blobs: Blobs
    pictures: Pictures
    clock: Clock
    keys: LinkKeys
    url: str
    _turns: WeakValueDictionary[int, asyncio.Lock] = field(default_factory=WeakValueDictionary, repr=False)
    _made: dict[int, _Made] = field(default_factory=dict, repr=False)

    async def open(self, request: EditRequest, locale: str) -> Invitation:
        """A link to paint on picture 1 of this edit, with its wish as it is so far, and its mask to begin with.

        The page speaks the member's language, which need not be that of the place. What proves anything stands behind
        the `#`, where no server and no other page ever sees it.
        """
        until = int(self.clock.now()) + PAINTING_LIVES_S
        with told_plainly():
            painting = await self.paintings.open_painting(request, until)
        link = Link(painting.id, request.user_id, painting.subject, until)
        log.info("painting_opened", painting=painting.id)
        return Invitation(f"{self.url}/?lang={locale}#{self.keys.issue(link, self.clock.now())}", until)

    async def enter(self, token: str) -> Painting | None:
        """The painting that a link leads to; None for every link that is not good, whatever is wrong with it.

        One that has placed its edit is still shown as that.
        """
        link = self.keys.parsed(token, self.clock.now())
        if link is None:
            return None
        found = await self.paintings.painting(link.row)
        if found is None or found.state is PaintingState.DROPPED:
            return None
        bound = Link(found.id, found.request.user_id, found.subject, int(found.expires_at))
        return found if bound == link else None

    async def easel(self, painting: Painting) -> Easel:
        """What the page starts with. Raises as a probe does, and `InputLost`."""
        async with self._turn(painting):
            return await self._easel(painting)

    async def picture(self, painting: Painting) -> Shown:
        """Picture 1, made small enough for a page. Raises as `Pictures.prepare` does, and `InputLost`."""
        async with self._turn(painting):
            return await self._picture(painting)

    async def start(self, painting: Painting, *, own: bool) -> Shown:
        """A mask to begin with, in the page's size, alpha 0 where picture 1 may change.

        It is picture 1's own transparent parts, or the mask that came with the edit. Raises as `picture`, and
        `PaintingOver` where there is no such mask.
        """
        mask = painting.first if own else painting.request.mask
        if mask is None:
            raise PaintingOver

        async def make(folder: Path) -> SendFile:
            made = await self.pictures.prepare(await self._preparation(painting, folder, mask))
            if made.mask is None:
                raise InputLost
            return made.mask

        async with self._turn(painting):
            return await self._file(painting, "own" if own else "last", make)

    async def estimate(self, painting: Painting, wish: Wish) -> int:
        """What the edit may cost at most, in micro-USD, with a mask of the page's size."""
        request = wish.upon(painting.request)
        async with self._turn(painting):
            easel, page = await self._easel(painting), await self._picture(painting)
        mask = InputFile("", MASK_NAME, 0)  # it is not there yet; that there will be one decides who can make it
        pictures = easel.sizes[: len(request.pictures)]
        return await self.submit.estimate(replace(request, mask=mask), (*pictures, (page.width, page.height)))

    async def send(self, painting: Painting, mask: Path, wish: Wish, seen_price: int) -> Receipt | Asking:
        """Place the edit with this mask, as its member, who was shown this price in micro-USD.

        Raises `SentBefore` where the link has placed its edit already.
        """
        async with self._turn(painting):
            await self._check_unused(painting)
            await self._check_mask(mask)
            request = wish.upon(painting.request)
            with told_plainly():
                size = (await asyncio.to_thread(mask.stat)).st_size
                file = InputFile(await self.blobs.keep(mask), MASK_NAME, size)
            request = replace(request, mask=file, mask_share=None)
            taken = await self.submit(request, seen_price=seen_price + seen_price // ABOUT)
        if isinstance(taken, Receipt) and not taken.fresh:
            raise SentBefore(job=taken.job.id)
        log.info("painting_sent", painting=painting.id, asked=isinstance(taken, Asking))
        return taken

    # ── what the page shows ─────────────────────────────────────────────────────────────────────────────────────

    async def _easel(self, painting: Painting) -> Easel:
        made = self._kept(painting)
        if made.easel is None:
            probes = [await self._probe(file) for file in painting.request.pictures]
            sizes = tuple((one.width, one.height) for one in probes)
            made.easel = Easel(sizes, probes[0].has_alpha, painting.request.mask is not None)
        return made.easel

    async def _picture(self, painting: Painting) -> Shown:
        async def make(folder: Path) -> SendFile:
            return (await self.pictures.prepare(await self._preparation(painting, folder))).pictures[0]

        return await self._file(painting, "picture", make)

    async def _file(self, painting: Painting, name: str, make: Callable[[Path], Awaitable[SendFile]]) -> Shown:
        files = self._kept(painting).files
        if name in files and await asyncio.to_thread(files[name].path.is_file):
            return files[name]
        with told_plainly():
            async with self.blobs.workshop() as folder:
                try:
                    made = await make(folder)
                except FileNotFoundError:
                    raise InputLost from None
                key = await self.blobs.keep(made.path)
        files[name] = Shown(self.blobs.path(key), made.content_type, made.width, made.height)
        return files[name]

    async def _preparation(self, painting: Painting, folder: Path, mask: InputFile | None = None) -> Preparation:
        """As for a provider that takes pictures of a page's size."""
        width, height = (await self._easel(painting)).sizes[0]
        scale = min(1.0, LONGEST_EDGE / max(width, height))
        return Preparation(
            pictures=(self._source(painting.first),),
            mask=None if mask is None else self._source(mask),
            formats=("webp",),
            picture_bytes=PAGE_BYTES,
            mask_bytes=MASK_BYTES,
            square=False,
            model=painting.request.model,
            folder=folder,
            picture_pixels=max(1, int(width * scale)) * max(1, int(height * scale)),
        )

    async def _probe(self, file: InputFile) -> Probe:
        try:
            return await self.pictures.probe(self._source(file))
        except FileNotFoundError:
            raise InputLost from None

    def _source(self, file: InputFile) -> Source:
        return Source(self.blobs.path(file.blob), file.filename)

    def _kept(self, painting: Painting) -> _Made:
        made = self._made.pop(painting.id, None) or _Made()
        while len(self._made) >= REMEMBERED:
            del self._made[next(iter(self._made))]
        self._made[painting.id] = made
        return made

    # ── what comes back ─────────────────────────────────────────────────────────────────────────────────────────

    def _turn(self, painting: Painting) -> asyncio.Lock:
        """One thing at a time for each painting: of a hundred that come at once the first does the work."""
        return self._turns.setdefault(painting.id, asyncio.Lock())

    async def _check_unused(self, painting: Painting) -> None:
        now = await self.paintings.painting(painting.id)
        if now is not None and now.job_id is not None:
            raise SentBefore(job=now.job_id)
        if now is None or now.state is not PaintingState.OPEN or now.expires_at <= self.clock.now():
            raise PaintingOver

    async def _check_mask(self, mask: Path) -> None:
        """The page sends PNG, no larger than what it was shown; another program that wants more has the commands."""
        seen = await self.pictures.probe(Source(mask, MASK_NAME))
        if seen.format != "png" or max(seen.width, seen.height) > LONGEST_EDGE:
            raise MaskUnclear(name=MASK_NAME)
