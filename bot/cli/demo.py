"""`darkroom demo`: the main job on a sandbox of its own, with the real bot, no token and no key."""

import asyncio
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot import app, logs
from bot.cli.thread import TRANSCRIPT, save_thread
from bot.domain.errors import Refused
from bot.domain.request import Options
from bot.sandbox.member import Acted, Member, SandboxRefusal, Via
from bot.sandbox.samples import write_samples
from bot.sandbox.serve import Sandbox
from bot.settings import Settings, provider_entries
from bot.words.amounts import dollars
from bot.words.refusals import say

PROMPT = "Turn the sky into a purple sunset"
NEEDS_A_KEY = ("IMAGES_API_KEY",)
WAYS: dict[str, Via] = {"slash": "slash", "menu": "menu", "reply": "reply"}


@dataclass(frozen=True, slots=True)
class Story:
    """One way in, played by one member: what is asked, and with which files."""

    via: Via
    prompt: str
    pictures: tuple[Path, ...]
    mask: Path | None
    options: Mapping[str, str | int]


def demo(
    image: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", exists=True, dir_okay=False, help="A picture of yours; repeatable."),
    ] = None,
    mask: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="Which parts of it may change: transparent, white or scribbled over.",
        ),
    ] = None,
    prompt: Annotated[str, typer.Option(metavar="TEXT", help="What should change.")] = PROMPT,
    via: Annotated[Via, typer.Option(help="The way in.")] = "slash",
    n: Annotated[int, typer.Option(min=1, max=10, help="How many results.")] = 1,
    story: Annotated[
        Literal["slash", "menu", "reply", "all"] | None, typer.Option(help="A story with pictures of ours.")
    ] = None,
    real_provider: Annotated[
        bool, typer.Option("--real-provider", help="Use the provider of the settings; says first what it costs.")
    ] = False,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the threads are saved.")] = Path("out/demo"),
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for each story.")] = False,
) -> None:
    """Show the whole job on stand-ins for Discord and the image API, and save the thread.

    With --image your own pictures are edited, otherwise every story is played. The folder gets the posted pictures,
    a transcript and a picture of the thread. No settings are read, and nothing is spent, without --real-provider.
    """
    if image and story:
        raise typer.BadParameter("--image is for pictures of yours and --story for ours: leave one of them out.")
    if mask and not image:
        raise typer.BadParameter("--mask belongs to a picture: give that with --image.")
    stories = {"": _own(image, mask, prompt, via, n)} if image else _stories(story or "all", prompt, out)
    provider = _real_provider(stories) if real_provider else {}
    asyncio.run(_play(stories, provider, out, as_json=as_json))


def _own(images: list[Path], mask: Path | None, prompt: str, via: Via, n: int) -> Story:
    return Story(via, prompt, tuple(images), mask, {"n": n} if n > 1 else {})


def _stories(name: str, prompt: str, out: Path) -> dict[str, Story]:
    try:
        samples = write_samples(out / "inputs")
    except OSError as exc:
        raise app.CannotStart(
            f"The folder {out} cannot be written ({exc.strerror}). Choose another with --out."
        ) from exc
    pictures = (samples.picture, samples.second)
    chosen = WAYS if name == "all" else {name: WAYS[name]}
    return {one: Story(via, prompt, pictures, samples.mask, {}) for one, via in chosen.items()}


# ── the real provider ───────────────────────────────────────────────────────────────────────────────────────


def _real_provider(stories: Mapping[str, Story]) -> dict[str, str]:
    """The settings of the real provider, after saying what it will cost."""
    settings = Settings.read(needs=NEEDS_A_KEY)
    try:
        cost = sum(asyncio.run(_estimate(settings, story)) for story in stories.values())
    except Refused as no:
        raise _refused(say(no, "en")) from None
    setup = provider_entries(settings)
    first = next(provider for provider in setup.providers if settings.default_model in provider.models)
    typer.echo(f"This uses {settings.default_model} at {first.url} and costs up to {dollars(cost)}.")
    return {
        **setup.keys,
        "PROVIDERS_FILE": str(settings.providers_file or ""),
        "IMAGES_API_URL": settings.images_api_url,
        "IMAGES_DIALECT": settings.images_dialect,
        "IMAGES_DIRECT": "on" if settings.images_direct else "off",
        "IMAGES_MODEL": settings.default_model,
        "IMAGES_TIMEOUT_S": str(settings.images_timeout_s),
    }


async def _estimate(settings: Settings, story: Story) -> int:
    files = (*story.pictures, *((story.mask,) if story.mask else ()))
    return await app.estimate(settings, files, story.prompt, Options(n=int(story.options.get("n", 1))))


# ── playing ─────────────────────────────────────────────────────────────────────────────────────────────────


async def _play(stories: Mapping[str, Story], provider: Mapping[str, str], out: Path, *, as_json: bool) -> None:
    for name, story in stories.items():
        with tempfile.TemporaryDirectory(prefix="darkroom-demo-") as data:
            acted = await _play_one(story, provider, Path(data), out / name)
        if as_json:
            posted = [file["filename"] for file in acted.files]
            typer.echo(json.dumps({"story": name or story.via, "out": str(out / name), "posted": posted}))
        else:
            typer.echo(f"── {name or story.via} " + "─" * 60)
            typer.echo(await asyncio.to_thread((out / name / TRANSCRIPT).read_text, "utf-8"))
        if acted.refused or not acted.files:
            raise _refused(acted.refused or "no picture came of it; the transcript says why")
    if not as_json:
        typer.echo(f"The pictures and transcripts are in {out}.")


async def _play_one(story: Story, provider: Mapping[str, str], data: Path, out: Path) -> Acted:
    async with Sandbox() as sandbox:
        settings = Settings.of({**sandbox.settings, **provider, "DATA_DIR": str(data)})
        logs.configure("WARNING", "text", settings.secrets)
        # A real provider takes its time.
        patience_s = settings.images_timeout_s + 60
        async with app.running(settings), Member(sandbox.discord_url, timeout_s=patience_s) as member:
            acted = await edited(member, story)
            await save_thread(member, acted, out)
        wrong = await app.check_ledger(settings)
    if wrong:
        raise app.CannotStart(f"the ledger of the demo is not exact: {wrong[0]}")
    return acted


async def edited(member: Member, story: Story) -> Acted:
    """The story's edit to its end, past a question whether it shall be made. Raises `typer.Exit` on a refusal."""
    try:
        acted = await member.edit(
            via=story.via, images=story.pictures, prompt=story.prompt, mask=story.mask, options=story.options
        )
        # Whoever starts a demo has said yes to it: what a real provider costs was told before.
        if acted.status is None or not acted.asks:
            return acted
        return await member.press(int(acted.status["id"]), acted.asks[0])
    except (SandboxRefusal, TimeoutError) as no:
        raise _refused(str(no)) from None


def _refused(sentence: str) -> typer.Exit:
    typer.echo(f"refused: {sentence}", err=True)
    return typer.Exit(1)
