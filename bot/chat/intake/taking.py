"""From what was asked to an `EditRequest`: everything that can be refused first, then the files to disk."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.chat.intake.defaults import Layers
from bot.chat.intake.download import Downloads, FreshLink, Offered, no_fresh_link
from bot.chat.intake.fetching import Caps, Fetching
from bot.chat.intake.finder import Picture, bytes_of, name_of
from bot.chat.intake.reading import Aim, Asked
from bot.chat.intake.search import Look
from bot.chat.place import check_permissions
from bot.domain import preset as presets
from bot.domain import quota
from bot.domain.catalog import Catalog, ModelCard, check_announced, check_wish
from bot.domain.errors import NoPicture, PresetUnknown, Refused, Stopping
from bot.domain.gathering import MOST, Gathered
from bot.domain.guild import GuildSettings
from bot.domain.preset import Preset
from bot.domain.quota import Member
from bot.domain.request import EditRequest, HouseRules, Place, PlaceKind, pick_mask, readable_prompt
from bot.workflow.ports import Blobs, Council, Guilds
from bot.workflow.sources import Sources

Mask = Picture | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A picture that may be meant, who posted it ("" where nobody knows) and in which message."""

    picture: Gathered
    author: str = ""
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """An edit whose files are on disk. With candidates it has no picture yet: the member has to choose among them."""

    request: EditRequest
    candidates: tuple[Candidate, ...] = ()
    from_tray: bool = False


class Intake:
    """The way from Discord to the disk. `stopping` says whether the process is about to end."""

    def __init__(
        self,
        blobs: Blobs,
        downloads: Downloads,
        catalog: Catalog,
        rules: HouseRules,
        stopping: Callable[[], bool],
        guilds: Guilds,
        council: Council,
        sources: Sources,
        fresh_link: FreshLink = no_fresh_link,
        caps: Caps | None = None,
    ) -> None:
        self._catalog = catalog
        self._rules = rules
        self._stopping = stopping
        self._guilds = guilds
        self._council = council
        self._sources = sources
        self._caps = caps or Caps()
        self._fetching = Fetching(blobs, downloads, self._caps, fresh_link)

    async def take(self, asked: Asked, look: Look | None = None) -> Taken:
        """The request with its files on disk. Raises the `Refused` that says what to do, mostly before a byte came.

        Where no picture was named it is looked for with `look`.
        """
        settings, statute = await self._welcome(asked.user_id, asked.place, asked.role_ids)
        locale, asked = asked.locale, _placed(asked, settings)
        if asked.place.guild_id is not None:
            check_permissions(asked.granted, asked.place.kind, may_grant=asked.may_grant, locale=locale)
        if not asked.pictures and asked.preset is None and not asked.prompt.strip():
            raise NoPicture  # nothing was said at all, so nothing is looked for
        asked, layers = await self._wished(asked, settings, statute)
        if not asked.pictures and look is not None:
            seen = await look()
            asked = replace(asked, pictures=seen.pictures, aim=seen.aim, from_tray=seen.from_tray)
        pictures, mask = tell_apart(asked)
        await self._sources.check_there([one for one in pictures if isinstance(one, Gathered)])
        pictures, asked = await self._allowed(asked, settings, pictures)
        if self._is_unclear(asked, layers, len(pictures)):
            return await self._to_choose(asked, settings, layers, pictures, mask)
        return await self._clear(asked, settings, layers, pictures, mask)

    def admit(self, guild_id: int | None, *, guest: bool = False) -> None:
        """Raises `Stopping`, or `NotHere` or `NotInPrivate` by the rules of the house."""
        if self._stopping():
            raise Stopping
        self._rules.admit(guild_id, guest=guest)

    def admit_at(self, place: Place) -> None:
        """Raises as `admit`, for somebody in this place."""
        self.admit(place.guild_id, guest=place.kind is PlaceKind.ANSWER)

    async def welcome(self, user_id: int, place: Place, role_ids: tuple[int, ...]) -> GuildSettings:
        """How edits are made in this place. Raises as `admit`, and what was decided against them or this member."""
        settings, _ = await self._welcome(user_id, place, role_ids)
        return settings

    async def presets(self, guild_id: int | None) -> tuple[Preset, ...]:
        """What can be asked for by a name there."""
        return await self._guilds.presets(guild_id)

    async def gather(
        self, user_id: int, place: Place, role_ids: tuple[int, ...], pictures: Sequence[Picture]
    ) -> tuple[Gathered, ...]:
        """Pictures for an edit that is still to come. What is from a place for adults will be hidden elsewhere."""
        settings = await self.welcome(user_id, place, role_ids)
        if not pictures:
            raise NoPicture
        await self._sources.check(user_id, settings, _owned(pictures))
        self._fetching.check(pictures)
        kept = await self._fetching.every(pictures)
        return tuple(replace(one, spoiler=one.spoiler or place.adult) for one in kept)

    async def _welcome(
        self, user_id: int, place: Place, role_ids: tuple[int, ...]
    ) -> tuple[GuildSettings, quota.Statute]:
        self.admit_at(place)
        settings = await self._guilds.settings(place.guild_id)
        settings.admit(place, role_ids)
        statute = await self._council.statute(Member(user_id, place.guild_id, role_ids))
        quota.admit(statute)  # nobody who is blocked fills the disk with files
        return settings, statute

    # ── the wish ────────────────────────────────────────────────────────────────────────────────────────────────

    async def _wished(self, asked: Asked, settings: GuildSettings, statute: quota.Statute) -> tuple[Asked, Layers]:
        """What is asked for in words, where it may have been asked for by the name of a preset."""
        known = await self._guilds.presets(asked.place.guild_id)
        preset = presets.named(known, asked.prompt if asked.preset is None else asked.preset)
        if preset is None and asked.preset is not None:
            raise PresetUnknown(name=asked.preset, known=", ".join(one.name for one in known) or "–")
        member = Member(asked.user_id, asked.place.guild_id, asked.role_ids)
        layers = Layers(self._catalog, settings, preset, tuple(statute.permits), member)
        if preset is not None:
            typed = asked.prompt.strip() if asked.preset is not None else ""
            more = f"\n{typed}" if typed and presets.named([preset], typed) is None else ""
            asked = replace(asked, prompt=preset.prompt + more, preset=preset.name)
        asked = replace(asked, prompt=readable_prompt(asked.prompt), model=layers.model(asked.model))
        return asked, layers

    def _able(self, asked: Asked, layers: Layers, count: int, files: Sequence[Picture], mask: Mask) -> ModelCard:
        """The first card of the model that can do it, at whichever provider."""
        shown_mask = name_of(mask) if mask else None
        # Phones call every picture "image.png": of several files of one name the largest counts.
        known = sorted((bytes_of(one) or 0, name_of(one)) for one in files)
        sizes = {name: size for size, name in known}

        def check(card: ModelCard) -> None:
            check_announced(card, count, sizes, shown_mask, self._caps.file, lock=asked.mask_wish.lock)
            # A compression without a format is possible where the operator's format has it.
            options = layers.options(card, asked.prompt, asked.options, n_open=asked.n_open)
            check_wish(card, asked.prompt, options)

        return self._catalog.able(asked.model, check)[0]

    # ── the pictures ────────────────────────────────────────────────────────────────────────────────────────────

    async def _allowed(
        self, asked: Asked, settings: GuildSettings, pictures: tuple[Picture, ...]
    ) -> tuple[tuple[Picture, ...], Asked]:
        """The pictures that the member may edit. Raises as `Sources.check`, for candidates where none is left.

        Candidates that turn out to be those of one message are as clear as if it had been pointed at.
        """
        if asked.aim is not Aim.OPEN:
            await self._sources.check(asked.user_id, settings, _owned(pictures))
            return pictures, asked
        allowed, refusals = [], []
        for one in pictures:
            try:
                await self._sources.check(asked.user_id, settings, _owned([one]))
            except Refused as refusal:
                refusals.append(refusal)
            else:
                allowed.append(one)
        if not allowed:
            raise refusals[0]
        messages = {one.message_id if isinstance(one, Offered) else None for one in allowed}
        clear = len(messages) == 1 and None not in messages
        return tuple(allowed), replace(asked, aim=Aim.POINTED) if clear else asked

    def _is_unclear(self, asked: Asked, layers: Layers, count: int) -> bool:
        if asked.aim is Aim.OPEN:
            return count > 1
        most = max(card.max_pictures for card in layers.catalog.offers(asked.model))
        return asked.aim is Aim.POINTED and most < count <= MOST

    async def _to_choose(
        self, asked: Asked, settings: GuildSettings, layers: Layers, pictures: tuple[Picture, ...], mask: Mask
    ) -> Taken:
        card = self._able(asked, layers, 1, (), mask)
        masks = () if mask is None else await self._fetching.every([mask])
        candidates = tuple(_candidate(*one) for one in await self._fetching.whichever(pictures))
        if len(candidates) == 1 and asked.aim is Aim.OPEN:
            request = _request(asked, settings, layers, card, [candidates[0].picture], masks)
            return Taken(request, from_tray=asked.from_tray)
        request = _request(asked, settings, layers, card, (), masks)
        return Taken(request, candidates, asked.from_tray)

    async def _clear(
        self, asked: Asked, settings: GuildSettings, layers: Layers, pictures: tuple[Picture, ...], mask: Mask
    ) -> Taken:
        files = pictures if mask is None else (*pictures, mask)
        card = self._able(asked, layers, len(pictures), files, mask)
        self._fetching.check(files)
        kept = await self._fetching.every(files)
        request = _request(asked, settings, layers, card, kept[: len(pictures)], kept[len(pictures) :])
        return Taken(request, from_tray=asked.from_tray)


def tell_apart(asked: Asked) -> tuple[tuple[Picture, ...], Mask]:
    """The pictures in their order, and the mask: the one that was given as such, else the one that is named so.

    Among pictures of which it is not known whether they are meant, no name says anything.
    """
    pictures = asked.pictures
    if not pictures:
        raise NoPicture
    if asked.mask is not None or asked.aim is Aim.OPEN:
        return pictures, asked.mask
    place = pick_mask([one.filename if isinstance(one, Offered) else one.file.filename for one in pictures])
    if place is None:
        return pictures, None
    return pictures[:place] + pictures[place + 1 :], pictures[place]


def _placed(asked: Asked, settings: GuildSettings) -> Asked:
    """The same with the place and the language of the results, as the member or else the server wants them."""
    place = asked.place
    private = settings.private if asked.private is None else asked.private
    if private and not (place.guild_id is None and place.kind is PlaceKind.IN_PLACE):
        return replace(asked, place=replace(place, kind=PlaceKind.PRIVATE))
    if place.kind is PlaceKind.CHANNEL and not settings.thread:
        place = replace(place, kind=PlaceKind.IN_PLACE)
    return replace(asked, place=place, locale=settings.language or asked.locale)


def _owned(pictures: Sequence[Picture]) -> tuple[tuple[int | None, str], ...]:
    return tuple((one.author_id, name_of(one)) for one in pictures)


def _candidate(picture: Picture, kept: Gathered) -> Candidate:
    if isinstance(picture, Offered):
        return Candidate(kept, picture.author, picture.message_id)
    return Candidate(kept)


def _request(
    asked: Asked,
    settings: GuildSettings,
    layers: Layers,
    card: ModelCard,
    pictures: Sequence[Gathered],
    masks: Sequence[Gathered],
) -> EditRequest:
    options = layers.options(card, asked.prompt, asked.options, n_open=asked.n_open)
    return EditRequest(
        origin=asked.origin,
        place=asked.place,
        user_id=asked.user_id,
        locale=asked.locale,
        prompt=asked.prompt,
        pictures=tuple(one.file for one in pictures),
        mask=masks[0].file if masks else None,
        model=card.name,
        options=options,
        result_size=layers.result_size(asked.options, asked.result_size, options),
        mask_wish=asked.mask_wish,
        role_ids=asked.role_ids,
        base=pictures[0].base if pictures else None,
        spoiler=settings.hides(asked.place, spoiler=any(one.spoiler for one in pictures)),
        preset=asked.preset,
    )
