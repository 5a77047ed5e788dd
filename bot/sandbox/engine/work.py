"""One paid piece of work: paints what an order asks for and counts what it costs."""

from dataclasses import dataclass

from bot.sandbox.engine.answer import rough
from bot.sandbox.engine.paint import laid_out, painted
from bot.sandbox.engine.pictures import Inputs, result_size
from bot.sandbox.engine.plan import Step
from bot.sandbox.engine.spoiled import SPOILED
from bot.sandbox.engine.tokens import Usage, bill, usage
from bot.sandbox.engine.validate import Order


@dataclass(frozen=True, slots=True)
class Work:
    """The pictures that were made, the partial ones on the way there, and the bill."""

    size: tuple[int, int]
    pictures: tuple[bytes, ...]
    partials: tuple[bytes, ...]
    usage: Usage | None
    billed: bool
    billed_micro_usd: int


def done(order: Order, inputs: Inputs, call: int, now: Step) -> Work:
    """Paint for one call. Takes a tenth of a second a picture and belongs in a thread."""
    odd = now.answer
    asked = result_size(order, inputs.sizes[0])
    size = (asked[0] // 2, asked[1] // 2) if odd == "wrong_size" else asked
    count = order.n if order.stream else order.n + {"fewer": -1, "more": 1}.get(odd or "", 0)
    pictures = tuple(painted(laid_out(order, inputs, size, call, now.paint), count))
    partials = tuple(rough(pictures[0], (nth + 1) / (order.partials + 1)) for nth in range(_partials(order)))
    spent = None
    if order.rules.tokens:
        spent = usage(order.rules, order.quality, asked, order.prompt, inputs.sizes, count, len(partials))
    price = bill(order.rules, spent, asked, count) if now.billed else 0
    if now.spoil is not None:
        pictures = tuple(map(SPOILED[now.spoil], pictures))
    return Work(size, pictures, partials, spent, now.billed and count > 0, price)


def _partials(order: Order) -> int:
    return order.partials if order.stream else 0
