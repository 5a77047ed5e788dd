"""An edit as it is placed: nothing left open that decides its price, and what it may cost at most."""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.catalog import ModelCard, accepts, dimensions, sent_size, settled_options
from bot.domain.money import predict
from bot.domain.quota import Member, Statute, check_permits, fill_open
from bot.domain.request import EditRequest, Options


def settled(
    cards: tuple[ModelCard, ...],
    request: EditRequest,
    sizes: Sequence[tuple[int, int]],
    statute: Statute,
    member: Member,
) -> tuple[EditRequest, int]:
    """The request as it is placed, and what it may cost: whoever makes it in the end, no more than is held.

    `sizes` are those of its files, upright, picture 1's first.

    What was left open is settled as the first provider has it and the member may have it; left open still where that
    would shut another provider out and nothing limits the member. Raises what `check_permits` does.
    """

    def works(options: Options) -> bool:
        return all(accepts(card, request.prompt, options) for card in cards)

    first = settled_options(cards[0], request.options, sizes[0])
    options = fill_open(statute.permits, member, request.options, first, works)
    check_permits(statute.permits, member, cards[0].name, options)
    if options == first and not works(options):
        options = request.options
    predicted = max(predict_edit(card, options, request.prompt, sizes) for card in cards)
    return replace(request, model=cards[0].name, options=options), predicted


def predict_edit(card: ModelCard, options: Options, prompt: str, sizes: Sequence[tuple[int, int]]) -> int:
    """What an edit of files of these upright sizes may cost here at most, in micro-USD; the first is picture 1."""
    complete = settled_options(card, options, sizes[0])
    sent = [sent_size(card, *size) for size in sizes]
    return predict(card, complete, dimensions(complete.size) if complete.size else sent[0], sent, prompt)
