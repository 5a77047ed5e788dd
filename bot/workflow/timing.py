"""A paid call as it is counted: how long it took, how it ended, and how much it carried."""

import contextlib
from collections.abc import Iterator

from bot.domain.catalog import ModelCard
from bot.workflow.ports import Clock, Declined, Freight, Metrics, Outcome, Prepared, Unsent


@contextlib.contextmanager
def timed(metrics: Metrics, clock: Clock, card: ModelCard) -> Iterator[None]:
    """Count the call in the body, however it ends; one that is broken off has an outcome that nobody knows."""
    began, outcome = clock.now(), Outcome.UNKNOWN
    try:
        yield
        outcome = Outcome.ANSWERED
    except Unsent:
        outcome = Outcome.REFUSED
        raise
    except Declined:
        outcome = Outcome.DECLINED
        raise
    finally:
        metrics.called(card.provider, card.name, outcome, clock.now() - began)


def count_form(metrics: Metrics, prepared: Prepared) -> None:
    """Count the pictures and the mask of a call whose form has left."""
    files = (*prepared.pictures, *((prepared.mask,) if prepared.mask else ()))
    metrics.carried(Freight.TO_PROVIDER, sum(file.bytes for file in files))
