"""The operator's door: what it answers, to whom, and what becomes of a port that is taken."""

import asyncio
import json
import socket

import pytest
import structlog

from bot.domain.job import State
from bot.storage.errors import DatabaseUnusable
from bot.workflow.ports import Gauges
from tests.standins import Stop
from tests.web.door import Front, of, samples

WELL = {"database": True, "gateway": True, "providers": {"openai": True, "spare": True}, "stopping": False}


async def asked(front: Front, path: str, method: str = "GET") -> tuple[int, str]:
    """The status and the text of an answer."""
    async with front.opened() as (session, url), session.request(method, f"{url}{path}") as answer:
        return answer.status, await answer.text()


async def ready(front: Front) -> tuple[int, dict[str, object]]:
    """The status and the words of /readyz."""
    status, text = await asked(front, "/readyz")
    return status, json.loads(text)


async def test_who_answers_is_alive() -> None:
    """/healthz says that the process lives, whatever else is wrong."""
    front = Front(connected=False, shut={"openai", "spare"})
    front.gauges.trouble = DatabaseUnusable("gone")

    assert await asked(front, "/healthz") == (200, '{"alive": true}')


async def test_ready_where_everything_is_there() -> None:
    """/readyz names each thing that is needed, and says 200 where all are there."""
    assert await ready(Front()) == (200, {"ready": True, **WELL})


async def test_one_provider_is_enough() -> None:
    """A provider that lets nobody in is named, and the other one is enough."""
    providers = {"openai": False, "spare": True}

    assert await ready(Front(shut={"openai"})) == (200, {"ready": True, **WELL, "providers": providers})


@pytest.mark.parametrize(
    ("front", "missing"),
    [
        (Front(connected=False), {"gateway": False}),
        (Front(shut={"openai", "spare"}), {"providers": {"openai": False, "spare": False}}),
        (Front(stopping=True), {"stopping": True}),
    ],
    ids=["gateway", "providers", "stopping"],
)
async def test_not_ready_where_one_is_missing(front: Front, missing: dict[str, object]) -> None:
    """Where one of them is missing /readyz says 503, and which it is."""
    assert await ready(front) == (503, {"ready": False, **WELL, **missing})


async def test_a_database_that_cannot_be_read() -> None:
    """Where the database cannot be read the bot is not ready; its metrics are there without those of the rows."""
    front = Front()
    front.gauges.trouble = DatabaseUnusable("gone")

    assert await ready(front) == (503, {"ready": False, **WELL, "database": False})
    status, text = await asked(front, "/metrics")
    said = samples(text)
    assert status == 200
    assert of(said, "database_up") == 0
    assert of(said, "held_usd") is None
    assert of(said, "decoder_restarts_total") == 0


async def test_what_the_rows_say_is_read_when_somebody_asks() -> None:
    """Each reading of /metrics shows the rows as they are then; amounts are in dollars, ages in seconds."""
    front = Front()
    async with front.opened() as (session, url):
        for queued in (3, 0):
            since = front.clock.now() - 90 if queued else None
            front.gauges.shows = Gauges({State.QUEUED: queued}, 250_000 * queued, since, {"charge": 1_500_000})
            async with session.get(f"{url}/metrics") as answer:
                said = samples(await answer.text())
                kind = answer.headers["Content-Type"]

            assert of(said, "edits_open", state="queued") == queued
            assert of(said, "edits_open", state="sent") == 0
            assert of(said, "held_usd") == 0.25 * queued
            assert of(said, "queue_oldest_seconds") == (90 if queued else 0)
            assert of(said, "booked_usd_total", kind="charge") == 1.5
            assert kind.startswith("text/plain; version=")


@pytest.mark.parametrize("path", ["/", "/metrics/", "/readyz/x", "/favicon.ico", "/..%2fetc/passwd"])
async def test_there_is_nothing_else(path: str) -> None:
    """Any other path is not found."""
    assert (await asked(Front(), path))[0] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
async def test_it_answers_get_alone(method: str) -> None:
    """No other method is taken."""
    for path in ("/healthz", "/readyz", "/metrics"):
        assert (await asked(Front(), path, method))[0] == 405


async def test_it_says_little_of_itself() -> None:
    """No answer names the server's software, is kept by a cache, or is taken for what it is not."""
    async with Front().opened() as (session, url), session.get(f"{url}/readyz") as answer:
        headers = answer.headers

    assert (headers["Server"], headers["Cache-Control"]) == ("darkroom", "no-store")
    assert headers["X-Content-Type-Options"] == "nosniff"


async def test_a_port_that_is_taken_is_said_in_the_log() -> None:
    """The door stays shut, one sentence says so and what to do, and nothing is raised."""
    with socket.create_server(("127.0.0.1", 0)) as taken, structlog.testing.capture_logs() as log:
        port = taken.getsockname()[1]
        ops = Front().ops(port=port)
        await ops.serve()

    assert not ops.listening.is_set()
    [line] = log
    assert (line["log_level"], line["event"]) == ("error", "ops_shut")
    assert line["sentence"].startswith(f"Health and metrics cannot be had: OPS_BIND names 127.0.0.1:{port}, ")
    assert line["sentence"].endswith(" (Address already in use). Give it another address, or off, and start again.")


@pytest.mark.parametrize("host", ["a..b", "192.0.2.1"])
async def test_a_host_that_is_not_ours(host: str) -> None:
    """It is the same for what cannot be a name, and for another machine's address."""
    with structlog.testing.capture_logs() as log:
        await Front().ops(host).serve()

    assert [line["event"] for line in log] == ["ops_shut"]


async def test_a_question_that_hangs_holds_nobody_up_at_the_end() -> None:
    """A door that is closed while the database hangs puts the question down."""
    front = Front()
    front.gauges.stop = Stop()
    ops = front.ops()
    serving = asyncio.create_task(ops.serve())
    await ops.listening.wait()
    reader, writer = await asyncio.open_connection("127.0.0.1", int(ops.url.rsplit(":", 1)[1]))
    writer.write(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await front.gauges.stop.reached.wait()

    serving.cancel()
    await asyncio.wait({serving})

    assert serving.cancelled()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    writer.close()
    assert reader is not None
