"""What the page is told, in its own terms: numbers, names of options, and links; its words come by themselves."""

from typing import Any

from bot.domain.catalog import Catalog, FlexibleSizes, ModelCard
from bot.domain.catalog.sizes import dimensions, is_possible
from bot.domain.painting import LONGEST_EDGE, Painting, Wish
from bot.domain.request import Place
from bot.workflow.painting import Easel
from bot.workflow.ports import Asking, Receipt

USUAL_SIZES = ("1024x1024", "1536x1024", "1024x1536")


def easel_told(painting: Painting, easel: Easel, catalog: Catalog, now: float) -> dict[str, Any]:
    """Everything that the page begins with. Times are seconds from now: its clock may be another."""
    wish = Wish.of(painting.request)
    return {
        "state": painting.state.value,
        "name": painting.first.filename,
        "ends_in": max(0, int(painting.expires_at - now)),
        "longest_edge": LONGEST_EDGE,
        "own": easel.has_own,
        "last": easel.has_last,
        "pictures": len(painting.request.pictures),
        "wish": {
            "prompt": wish.prompt,
            "model": wish.model or catalog.default,
            "quality": wish.quality or "",
            "size": wish.size or "",
            "n": wish.n,
        },
        "models": [_model(card) for card in _able(painting, catalog)],
    }


def taken_told(taken: Receipt | Asking) -> dict[str, Any]:
    """What became of the mask, and where in Discord that can be seen."""
    if isinstance(taken, Asking):
        request = taken.draft.request
        return {"state": "asked", "url": _link(request.place, request.place.channel_id, request.status_message)}
    job, seen = taken.job, taken.announcement
    url = _link(job.request.place, seen.channel_id, seen.message_id) if seen else _link(job.request.place)
    return {"state": "sent", "job": job.id, "url": url}


def _able(painting: Painting, catalog: Catalog) -> list[ModelCard]:
    """The first card of each model for which a mask does something here and that takes as many pictures."""
    request, found = painting.request, []
    for name in catalog.names:
        cards = [card for card in catalog.offers(name) if card.takes_mask(lock=request.mask_wish.lock)]
        found += [card for card in cards if card.max_pictures >= len(request.pictures)][:1]
    return found


def _model(card: ModelCard) -> dict[str, Any]:
    sizes = card.sizes if isinstance(card.sizes, tuple) else _usual(card)
    return {
        "name": card.name,
        "quality": card.quality,
        "sizes": [size for size in sizes if size != "auto"],
        "most": card.max_n,
        "prompt_characters": card.prompt_characters,
    }


def _usual(card: ModelCard) -> tuple[str, ...]:
    flexible = isinstance(card.sizes, FlexibleSizes)
    return tuple(size for size in USUAL_SIZES if flexible and is_possible(card, *dimensions(size)))


def _link(place: Place, channel_id: int | None = None, message_id: int | None = None) -> str:
    parts = [place.guild_id or "@me", channel_id or place.channel_id, *([message_id] if message_id else [])]
    return "https://discord.com/channels/" + "/".join(str(part) for part in parts)
