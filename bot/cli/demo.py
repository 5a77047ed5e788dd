"""`darkroom demo`: the main job on a sandbox of its own, with the real bot, no token and no key."""

import asyncio
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from bot import app, logs
from bot.cli.thread import TRANSCRIPT, save_thread
from bot.domain.errors import Refused
from bot.domain.request import Options
from bot.sandbox.member import Via
from bot.sandbox.samples import write_samples
from bot.sandbox.serve import Sandbox
from bot.settings import Settings
from bot.words.amounts import dollars
from bot.words.refusals import say

PROMPT = "Turn the sky into a purple sunset"
NEEDS_A_KEY = ("IMAGES_API_KEY",)


@dataclass(frozen=True, slots=True)
class Story:
    """One way in, played by one member: what is asked, and with which files."""

    via: Via
    prompt: str
    pictures: tuple[Path, ...]
    mask: Path | None
    options: Mapping[str, str | int]


WAYS: dict[str, Via] = {"slash": "slash", "menu": "menu", "reply": "reply"}


def demo(
    image: Annotated[
        list[Path] | None, typer.Option(exists=True, dir_okay=False, help="A picture; repeatable.")
    ] = None,
    mask: Annotated[Path | None, typer.Option(exists=True, dir_okay=False)] = None,
    prompt: Annotated[str, typer.Option(help="What should change.")] = PROMPT,
    via: Annotated[str, typer.Option(help="slash, menu, reply or modal")] = "slash",
    n: Annotated[int, typer.Option(min=1, max=10, help="How many results.")] = 1,
    story: Annotated[str | None, typer.Option(help="A story with sample pictures: slash, menu, reply, or all.")] = None,
    real_provider: Annotated[bool, typer.Option(help="Use the provider of the settings, which costs money.")] = False,
    out: Annotated[Path, typer.Option(help="Where the threads are saved.")] = Path("out/demo"),
) -> None:
    """Play an edit, or a story, and save the thread: the pictures, a transcript, a picture of it."""
    if via not in ("slash", "menu", "reply", "modal"):
        raise typer.BadParameter("--via takes slash, menu, reply or modal")
    if story is not None and story not in (*WAYS, "all"):
        raise typer.BadParameter(f"--story takes {', '.join(WAYS)} or all")
    stories = _stories(story, out) if story or not image else {"": _own(image, mask, prompt, via, n)}
    provider = _real_provider(stories) if real_provider else {}
    asyncio.run(_play(stories, provider, out))


def _own(image: list[Path], mask: Path | None, prompt: str, via: str, n: int) -> Story:
    return Story(via, prompt, tuple(image), mask, {"n": n} if n > 1 else {})  # type: ignore[arg-type]


def _stories(name: str | None, out: Path) -> dict[str, Story]:
    samples = write_samples(out / "inputs")
    pictures = (samples.picture, samples.second)
    chosen = WAYS if name in (None, "all") else {name: WAYS[name]}
    return {one: Story(via, PROMPT, pictures, samples.mask, {}) for one, via in chosen.items()}


def _real_provider(stories: Mapping[str, Story]) -> dict[str, str]:
    """The settings of the real provider, after saying what it will cost."""
    settings = Settings.read(needs=NEEDS_A_KEY)
    try:
        cost = sum(asyncio.run(_estimate(settings, story)) for story in stories.values())
    except Refused as no:
        raise app.CannotStart(say(no, "en")) from None
    typer.echo(f"This uses {settings.images_model} at {settings.images_api_url} and costs up to {dollars(cost)}.")
    return {
        "IMAGES_API_URL": settings.images_api_url,
        "IMAGES_API_KEY": settings.images_api_key.get_secret_value(),
        "IMAGES_DIALECT": settings.images_dialect,
        "IMAGES_MODEL": settings.images_model,
        "IMAGES_TIMEOUT_S": str(settings.images_timeout_s),
    }


async def _estimate(settings: Settings, story: Story) -> int:
    files = (*story.pictures, *((story.mask,) if story.mask else ()))
    return await app.estimate(settings, files, story.prompt, Options(n=int(story.options.get("n", 1))))


async def _play(stories: Mapping[str, Story], provider: Mapping[str, str], out: Path) -> None:
    for name, story in stories.items():
        with tempfile.TemporaryDirectory(prefix="darkroom-demo-") as data:
            await _play_one(story, provider, Path(data), out / name)
        typer.echo(f"── {name or story.via} " + "─" * 60)
        typer.echo(await asyncio.to_thread((out / name / TRANSCRIPT).read_text, "utf-8"))
    typer.echo(f"The pictures and transcripts are in {out}.")


async def _play_one(story: Story, provider: Mapping[str, str], data: Path, out: Path) -> None:
    async with Sandbox() as sandbox:
        settings = Settings.of({**sandbox.settings, **provider, "DATA_DIR": str(data)})
        logs.configure("WARNING", "text", settings.secrets)
        async with app.running(settings), sandbox.member("mira") as member:
            acted = await member.edit(
                via=story.via, images=story.pictures, prompt=story.prompt, mask=story.mask, options=story.options
            )
            await save_thread(member, acted, out)
        wrong = await app.check_ledger(settings)
    if acted.refused or not acted.files:
        raise typer.Exit(1)
    if wrong:
        raise app.CannotStart(f"the ledger of the demo is not exact: {wrong[0]}")
