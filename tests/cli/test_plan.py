"""`sandbox serve --plan`: what the image API is told to do with its next calls."""

import json
from pathlib import Path

import pytest
from aiohttp import ClientSession, FormData

from tests.chaos.bot_process import Command, darkroom


async def test_a_plan_is_followed(tmp_path: Path) -> None:
    """The first call meets the first step, the next one finds the plan used up."""
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps([{"fault": "503"}]))
    serve = await Command.start("sandbox", "serve", "--plan", str(plan), settings={}, folder=tmp_path)
    try:
        await serve.line(lambda line: line.startswith("SANDBOX_URL="))
        settings = dict(line.strip().split("=", 1) for line in serve.written)
        url, key = f"{settings['IMAGES_API_URL']}/v1/images/edits", settings["IMAGES_API_KEY"]
        statuses = []
        async with ClientSession(headers={"Authorization": f"Bearer {key}"}) as session:
            for _ in range(2):
                form = FormData({"model": ""}, default_to_multipart=True)
                async with session.post(url, data=form) as answer:
                    statuses.append(answer.status)
    finally:
        await serve.end()

    assert statuses == [503, 400]


@pytest.mark.parametrize("text", ["not json", '{"fault": "503"}', '[{"fault": "no such fault"}]'])
async def test_a_plan_that_makes_no_sense_is_said(tmp_path: Path, text: str) -> None:
    """One sentence and exit 2, before anything listens."""
    plan = tmp_path / "plan.json"
    plan.write_text(text)

    ended = await darkroom("sandbox", "serve", "--plan", str(plan), settings={}, folder=tmp_path)

    assert ended.code == 2
    assert ended.err.startswith("darkroom: ")
    assert len(ended.err.splitlines()) == 1
