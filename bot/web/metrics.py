"""The metrics, in Prometheus's form: what happens is counted here, and what the rows say is read when somebody asks.

Labels come from closed sets. A model or provider that no setting names any more counts as "other", so that nothing
that a member, a provider or Discord sends can make a series of its own.
"""

import functools
from collections.abc import Callable, Collection, Iterator
from typing import ParamSpec

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.domain.job import OVER, Job, State
from bot.domain.request import EditRequest
from bot.web.health import Health
from bot.workflow.ports import Freight, Gauges, Outcome

MICRO = 1_000_000
OTHER, NONE = "other", "none"
MUTED = "muted"
MOST_CODES = 100
IN_LINE_S = (0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800)
CALL_S = (1, 2.5, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600)
POSTING_S = (0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300)
STALL_S = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)

log = structlog.get_logger()

Given = ParamSpec("Given")


def safely(count: Callable[Given, None]) -> Callable[Given, None]:
    """The same without a way to raise: what happened has happened, whether or not it could be counted."""

    @functools.wraps(count)
    def counted(*args: Given.args, **named: Given.kwargs) -> None:
        try:
            count(*args, **named)
        except Exception as fault:  # noqa: BLE001 - nothing may depend on its being counted
            log.warning("not_counted", what=count.__name__, kind=type(fault).__name__)

    return counted


class Meter:
    """The `Metrics` port, in a registry of its own. `models` and `providers` are those of the settings."""

    def __init__(self, models: Collection[str], providers: Collection[str]) -> None:
        self.registry = CollectorRegistry()
        self._models, self._providers = frozenset(models), frozenset(providers)
        self._codes: set[str] = set()
        self._rows = _Rows()
        self.registry.register(self._rows)
        ProcessCollector(registry=self.registry)
        counter = functools.partial(Counter, registry=self.registry)
        histogram = functools.partial(Histogram, registry=self.registry)
        self._placed = counter("darkroom_edits_placed", "Edits put into the queue.", ("model", "door"))
        self._ended = counter(
            "darkroom_edits_ended",
            "Edits whose member was told how they ended: delivered, muted, failed, cancelled, unknown.",
            ("state", "model", "provider", "door"),
        )
        self._queued = histogram(
            "darkroom_queue_seconds", "From an edit's placing to its first claim.", buckets=IN_LINE_S
        )
        self._called = histogram(
            "darkroom_call_seconds",
            "Paid calls, from before the first byte to their outcome.",
            ("provider", "model", "outcome"),
            buckets=CALL_S,
        )
        self._delivered = histogram("darkroom_delivery_seconds", "Posting the results of an edit.", buckets=POSTING_S)
        self._bytes = counter("darkroom_picture_bytes", "Bytes of pictures in and out.", ("freight",))
        self._discord = counter("darkroom_discord_errors", "Discord's error answers.", ("code",))
        self._decoders = counter("darkroom_decoder_restarts", "Decoder processes that had to be replaced.")
        self._stalls = histogram("darkroom_loop_stall_seconds", "How late the event loop was.", buckets=STALL_S)
        for freight in Freight:  # a series that is there from the start has a rate from its first event on
            self._bytes.labels(freight.value)

    # ── what happens ────────────────────────────────────────────────────────────────────────────────────────

    @safely
    def edit_placed(self, request: EditRequest) -> None:
        """See `Metrics.edit_placed`."""
        self._placed.labels(self._model(request.model), request.origin.door.value).inc()

    @safely
    def edit_ended(self, job: Job, provider: str | None) -> None:
        """See `Metrics.edit_ended`."""
        door = job.request.origin.door.value
        self._ended.labels(ended_as(job), self._model(job.request.model), self._provider(provider), door).inc()

    @safely
    def queued(self, seconds: float) -> None:
        """See `Metrics.queued`."""
        self._queued.observe(max(0.0, seconds))  # a clock that is set back makes no negative time

    @safely
    def called(self, provider: str, model: str, outcome: Outcome, seconds: float) -> None:
        """See `Metrics.called`."""
        labels = self._provider(provider), self._model(model), outcome.value
        self._called.labels(*labels).observe(max(0.0, seconds))

    @safely
    def delivered(self, seconds: float) -> None:
        """See `Metrics.delivered`."""
        self._delivered.observe(max(0.0, seconds))

    @safely
    def carried(self, freight: Freight, size: int) -> None:
        """See `Metrics.carried`."""
        self._bytes.labels(freight.value).inc(size)

    @safely
    def discord_failed(self, code: str) -> None:
        """See `Metrics.discord_failed`."""
        if len(self._codes) < MOST_CODES:
            self._codes.add(code)
        self._discord.labels(code if code in self._codes else OTHER).inc()

    @safely
    def decoder_replaced(self) -> None:
        """See `Metrics.decoder_replaced`."""
        self._decoders.inc()

    @safely
    def stalled(self, seconds: float) -> None:
        """The event loop came so much later than it was asked to."""
        self._stalls.observe(max(0.0, seconds))

    # ── what is read ────────────────────────────────────────────────────────────────────────────────────────

    def exposition(self, health: Health, gauges: Gauges | None, now: float) -> bytes:
        """Everything in Prometheus's text format; without `gauges` those of the rows are left out."""
        self._rows.take(health, gauges, now)
        return generate_latest(self.registry)

    def _model(self, name: str | None) -> str:
        return name if name in self._models else OTHER

    def _provider(self, name: str | None) -> str:
        if name is None:
            return NONE
        return name if name in self._providers else OTHER


def ended_as(job: Job) -> str:
    """How a settled edit is over, in a word; of a muted one the pictures are kept, but not shown."""
    if job.state is State.DONE:
        return MUTED if job.muted else State.DELIVERED.value
    return job.state.value


class _Rows(Collector):
    """What was read last, as metrics."""

    def __init__(self) -> None:
        self._health, self._now = Health(), 0.0
        self._gauges: Gauges | None = None

    def take(self, health: Health, gauges: Gauges | None, now: float) -> None:
        """Show these from now on."""
        self._health, self._gauges, self._now = health, gauges, now

    def collect(self) -> Iterator[Metric]:
        """For the registry."""
        yield from _of_health(self._health)
        if self._gauges is not None:
            yield from _of_rows(self._gauges, self._now)


def _of_health(health: Health) -> Iterator[Metric]:
    yield GaugeMetricFamily("darkroom_ready", "Whether /readyz says yes.", health.ready)
    yield GaugeMetricFamily("darkroom_database_up", "Whether the database can be read.", health.database)
    yield GaugeMetricFamily("darkroom_gateway_up", "Whether Discord's gateway is connected.", health.gateway)
    doors = GaugeMetricFamily("darkroom_provider_open", "Whether the provider lets us in.", labels=("provider",))
    for provider, is_open in health.providers.items():
        doors.add_metric((provider,), is_open)
    yield doors


def _of_rows(gauges: Gauges, now: float) -> Iterator[Metric]:
    edits = GaugeMetricFamily("darkroom_edits_open", "Edits that are not over, by state.", labels=("state",))
    for state in State:
        if state not in OVER:
            edits.add_metric((state.value,), gauges.open.get(state, 0))
    yield edits
    yield GaugeMetricFamily("darkroom_held_usd", "What edits hold that are not settled.", gauges.held / MICRO)
    age = 0.0 if gauges.waits_since is None else max(0.0, now - gauges.waits_since)
    yield GaugeMetricFamily("darkroom_queue_oldest_seconds", "How long the first in the queue waits.", age)
    money = CounterMetricFamily(
        "darkroom_booked_usd", "What the house's ledger has booked from its beginning, by kind.", labels=("kind",)
    )
    for kind, amount in gauges.booked.items():
        money.add_metric((kind,), amount / MICRO)
    yield money
