"""Plays the main stories on a sandbox of their own each, with the real bot, and saves a picture of what members saw."""

import asyncio
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

import typer

from bot import app, logs
from bot.sandbox.member import SandboxRefusal
from bot.sandbox.samples import Samples, write_samples
from bot.sandbox.serve import Sandbox
from bot.sandbox.stories import Cast, Story
from bot.settings import Settings


async def tell(stories: Mapping[str, Story], out: Path, *, as_json: bool) -> None:
    """Play each; `out` gets NAME.png, NAME.txt and a folder NAME with what was posted. Raises `typer.Exit`."""
    samples = samples_in(out)
    for name, story in stories.items():
        with tempfile.TemporaryDirectory(prefix="darkroom-story-") as data:
            cast = await _played(name, story, samples, Path(data))
        written = await asyncio.to_thread(cast.camera.develop, out / f"{name}.png", out / f"{name}.txt", out / name)
        if as_json:
            files = [str(path) for path in written]
            typer.echo(json.dumps({"story": name, "title": story.title, "out": str(out), "files": files}))
        else:
            typer.echo(f"── {name}: {story.title} ".ljust(72, "─"))
            typer.echo(cast.camera.text())
    if not as_json:
        typer.echo(f"One picture of each story is in {out}.")


async def _played(name: str, story: Story, samples: Samples, data: Path) -> Cast:
    async with Sandbox() as sandbox:
        settings = Settings.of({**sandbox.settings, "DATA_DIR": str(data), "OPS_BIND": "off"})
        logs.configure("ERROR", "text", settings.secrets)
        async with app.running(settings), Cast(sandbox, samples) as cast:
            try:
                await (await cast.member("mira")).wait_until_connected()
                await story.play(cast)
            except (SandboxRefusal, TimeoutError) as no:
                raise refused(f"the story {name}: {no}") from None
        await exact(settings)
    return cast


async def exact(settings: Settings) -> None:
    """Raise `app.CannotStart` unless the books are right to the last micro-dollar."""
    wrong = await app.check_ledger(settings)
    if wrong:
        raise app.CannotStart(f"the ledger of the demo is not exact: {wrong[0]}")


def samples_in(out: Path) -> Samples:
    """The sample pictures in a folder below; `app.CannotStart` where it cannot be written."""
    try:
        return write_samples(out / "inputs")
    except OSError as exc:
        raise app.CannotStart(
            f"The folder {out} cannot be written ({exc.strerror}). Choose another with --out."
        ) from exc


def refused(sentence: str) -> typer.Exit:
    """The end of a demo that comes to nothing: the reason on the terminal, and 1."""
    typer.echo(f"refused: {sentence}", err=True)
    return typer.Exit(1)
