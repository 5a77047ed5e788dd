"""The meter: every count in the right series, no series that a stranger could make, and no call that raises."""

import inspect
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.domain.job import Job, State
from bot.domain.request import Door
from bot.web.health import Health
from bot.web.metrics import MOST_CODES, Meter
from bot.workflow.ports import Freight, Gauges, Metrics, Outcome
from bot.workflow.silent import SILENT
from tests.web.door import MODELS, PROVIDERS, Samples, of, samples
from tests.web.jobs import a_job


@pytest.fixture
def meter() -> Meter:
    """A meter that has counted nothing."""
    return Meter(MODELS, PROVIDERS)


def said(meter: Meter) -> Samples:
    """What it says."""
    return samples(meter.exposition(Health(), Gauges(), now=0).decode())


@pytest.mark.parametrize(
    ("state", "muted", "shown"),
    [
        (State.DONE, False, "delivered"),
        (State.DONE, True, "muted"),
        (State.FAILED, False, "failed"),
        (State.CANCELLED, False, "cancelled"),
        (State.UNKNOWN, True, "unknown"),
    ],
)
def test_an_edit_that_ended(meter: Meter, state: State, muted: bool, shown: str) -> None:
    """It counts by how it ended, its model, who made it, and the way in."""
    job = a_job(state, muted=muted)
    meter.edit_ended(job, "openai")
    meter.edit_ended(job, None)

    labels = {"state": shown, "model": "gpt-image-2", "door": "slash"}
    assert of(said(meter), "edits_ended_total", **labels, provider="openai") == 1
    assert of(said(meter), "edits_ended_total", **labels, provider="none") == 1


@pytest.mark.parametrize("door", Door)
def test_an_edit_that_was_placed(meter: Meter, door: Door) -> None:
    """It counts by its model and the way in, each of which there is."""
    request = a_job(State.QUEUED).request
    meter.edit_placed(replace(request, origin=replace(request.origin, door=door)))

    assert of(said(meter), "edits_placed_total", model="gpt-image-2", door=door.value) == 1


def test_times_bytes_and_faults(meter: Meter) -> None:
    """Each kind has its histogram or counter."""
    meter.queued(3)
    meter.called("openai", "flux", Outcome.REFUSED, 42)
    meter.delivered(1.5)
    meter.carried(Freight.TO_PROVIDER, 2_000)
    meter.carried(Freight.TO_PROVIDER, 500)
    meter.discord_failed("50013")
    meter.decoder_replaced()
    meter.stalled(0.2)

    now = said(meter)
    assert (of(now, "queue_seconds_sum"), of(now, "delivery_seconds_sum")) == (3, 1.5)
    call = {"provider": "openai", "model": "flux", "outcome": "refused"}
    assert of(now, "call_seconds_sum", **call) == 42
    assert of(now, "call_seconds_bucket", **call, le="45.0") == 1
    assert of(now, "call_seconds_bucket", **call, le="30.0") == 0
    assert of(now, "picture_bytes_total", freight="to_provider") == 2_500
    assert of(now, "picture_bytes_total", freight="from_discord") == 0
    assert of(now, "discord_errors_total", code="50013") == 1
    assert of(now, "decoder_restarts_total") == 1
    assert of(now, "loop_stall_seconds_bucket", le="0.1") == 0
    assert of(now, "loop_stall_seconds_bucket", le="0.25") == 1


def test_what_nobody_named_is_other(meter: Meter) -> None:
    """A model or provider that no setting names makes no series of its own."""
    for name in ("<script>", 'a"b\n', "gpt-image-2 "):
        job = a_job(State.DONE)
        meter.edit_ended(replace(job, request=replace(job.request, model=name)), name)
        meter.called(name, name, Outcome.ANSWERED, 1)

    labels = {"model": "other", "provider": "other"}
    assert of(said(meter), "edits_ended_total", **labels, state="delivered", door="slash") == 3
    assert of(said(meter), "call_seconds_count", **labels, outcome="answered") == 3


def test_the_codes_of_discord_have_an_end(meter: Meter) -> None:
    """However many codes Discord may invent, the series stay few."""
    for code in range(10 * MOST_CODES):
        meter.discord_failed(str(code))

    codes = {dict(labels)["code"] for name, labels in said(meter) if name == "darkroom_discord_errors_total"}
    assert len(codes) == MOST_CODES + 1
    assert of(said(meter), "discord_errors_total", code="other") == 9 * MOST_CODES


def test_nothing_of_a_member_is_in_it(meter: Meter) -> None:
    """Neither a prompt nor an id nor the name of a file is said to whoever reads the metrics."""
    job = a_job(State.DONE)
    meter.edit_placed(job.request)
    meter.edit_ended(job, "openai")

    text = meter.exposition(Health(), Gauges({State.QUEUED: 1}), now=0).decode()
    request = job.request
    secrets = (request.prompt, request.pictures[0].filename, str(request.user_id), str(request.place.channel_id))
    assert [one for one in secrets if one in text] == []


def test_a_clock_that_was_set_back_makes_no_negative_time(meter: Meter) -> None:
    """What took less than nothing took nothing."""
    meter.queued(-3600)
    meter.called("openai", "flux", Outcome.ANSWERED, -1)

    assert of(said(meter), "queue_seconds_sum") == 0
    assert of(said(meter), "call_seconds_sum", provider="openai", model="flux", outcome="answered") == 0


def test_no_call_raises(meter: Meter) -> None:
    """Whatever it is told, however wrong, whoever tells it goes on."""
    nonsense: dict[str, tuple[object, ...]] = {
        "edit_placed": (None,),
        "edit_ended": (None, None),
        "queued": ("soon",),
        "called": (None, None, None, None),
        "delivered": (None,),
        "carried": (Freight.TO_DISCORD, -1),
        "discord_failed": ([],),
        "decoder_replaced": (),
    }
    for verb, given in nonsense.items():
        getattr(meter, verb)(*given)

    assert set(nonsense) == {name for name, _ in inspect.getmembers(Metrics, inspect.isfunction) if name[0] != "_"}
    assert of(said(meter), "picture_bytes_total", freight="to_discord") == 0


def test_who_does_not_count_hears_everything() -> None:
    """Where nobody counts, all of it may be said all the same."""
    job: Job = a_job(State.DONE)
    SILENT.edit_placed(job.request)
    SILENT.edit_ended(job, None)
    SILENT.queued(1)
    SILENT.called("openai", "flux", Outcome.ANSWERED, 1)
    SILENT.delivered(1)
    SILENT.carried(Freight.TO_DISCORD, 1)
    SILENT.discord_failed("500")
    SILENT.decoder_replaced()


def test_every_metric_is_ours_and_explained(meter: Meter) -> None:
    """Each is named after the bot, or after the process, and has a sentence."""
    text = meter.exposition(Health(providers={"openai": True}), Gauges(), now=0).decode()
    families = list(text_string_to_metric_families(text))

    assert [one.name for one in families if not one.name.startswith(("darkroom_", "process_"))] == []
    assert [one.name for one in families if not one.documentation.strip()] == []


A_METER: type[Metrics] = Meter  # a type checker reads here that it obeys the port
