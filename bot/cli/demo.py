"""`darkroom demo`: the main job, or the main stories, on a sandbox of its own; the real bot, no token, no key."""

import asyncio
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from bot import app, logs
from bot.cli.stories import exact, refused, samples_in, tell
from bot.cli.thread import TRANSCRIPT, save_thread
from bot.domain.errors import Refused
from bot.domain.request import Options
from bot.sandbox.member import Acted, Member, SandboxRefusal, Via
from bot.sandbox.serve import Sandbox
from bot.sandbox.stories import STORIES, Story
from bot.settings import Settings, provider_entries
from bot.words.amounts import dollars
from bot.words.refusals import say

PROMPT = "Turn the sky into a purple sunset"
NEEDS_A_KEY = ("IMAGES_API_KEY",)
WAYS: dict[str, Via] = {"slash": "slash", "menu": "menu", "reply": "reply"}


@dataclass(frozen=True, slots=True)
class Job:
    """One edit by one way in: what is asked, and with which files."""

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
        str | None, typer.Option(metavar="NAME|all", help=f"Play a story instead: {', '.join(STORIES)}, or all.")
    ] = None,
    real_provider: Annotated[
        bool, typer.Option("--real-provider", help="Use the provider of the settings; says first what it costs.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where it is saved: out/demo, stories in out/stories.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for each edit or story.")] = False,
) -> None:
    """Show the whole job on stand-ins for Discord and the image API, and save the thread.

    With --image your own pictures are edited; without it, pictures of ours by each of the three ways in. A folder gets
    the posted pictures, a transcript and a picture of the thread. With --story members play one of the main stories,
    and the folder gets one picture of what they saw, with its transcript. No settings are read, and nothing is spent,
    without --real-provider.
    """
    if story and (image or real_provider):
        other = "--image is for pictures of yours" if image else "--real-provider is for edits"
        raise typer.BadParameter(f"{other} and --story for ours, on stand-ins: leave one of them out.")
    if mask and not image:
        raise typer.BadParameter("--mask belongs to a picture: give that with --image.")
    if story:
        asyncio.run(tell(_chosen(story), out or Path("out/stories"), as_json=as_json))
        return
    out = out or Path("out/demo")
    jobs = {"": _own(image, mask, prompt, via, n)} if image else _three_ways(prompt, out)
    provider = _real_provider(jobs) if real_provider else {}
    asyncio.run(_play(jobs, provider, out, as_json=as_json))


def _chosen(name: str) -> dict[str, Story]:
    if name != "all" and name not in STORIES:
        raise typer.BadParameter(f"There is no story {name}. There are {', '.join(STORIES)}, and all.")
    return dict(STORIES) if name == "all" else {name: STORIES[name]}


def _own(images: list[Path], mask: Path | None, prompt: str, via: Via, n: int) -> Job:
    return Job(via, prompt, tuple(images), mask, {"n": n} if n > 1 else {})


def _three_ways(prompt: str, out: Path) -> dict[str, Job]:
    samples = samples_in(out)
    pictures = (samples.picture, samples.second)
    return {one: Job(via, prompt, pictures, samples.mask, {}) for one, via in WAYS.items()}


# ── the real provider ───────────────────────────────────────────────────────────────────────────────────────


def _real_provider(jobs: Mapping[str, Job]) -> dict[str, str]:
    """The settings of the real provider, after saying what it will cost."""
    settings = Settings.read(needs=NEEDS_A_KEY)
    try:
        cost = sum(asyncio.run(_estimate(settings, job)) for job in jobs.values())
    except Refused as no:
        raise refused(say(no, "en")) from None
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


async def _estimate(settings: Settings, job: Job) -> int:
    files = (*job.pictures, *((job.mask,) if job.mask else ()))
    return await app.estimate(settings, files, job.prompt, Options(n=int(job.options.get("n", 1))))


# ── playing ─────────────────────────────────────────────────────────────────────────────────────────────────


async def _play(jobs: Mapping[str, Job], provider: Mapping[str, str], out: Path, *, as_json: bool) -> None:
    for name, job in jobs.items():
        with tempfile.TemporaryDirectory(prefix="darkroom-demo-") as data:
            acted = await _play_one(job, provider, Path(data), out / name)
        if as_json:
            posted = [file["filename"] for file in acted.files]
            typer.echo(json.dumps({"story": name or job.via, "out": str(out / name), "posted": posted}))
        else:
            typer.echo(f"── {name or job.via} " + "─" * 60)
            typer.echo(await asyncio.to_thread((out / name / TRANSCRIPT).read_text, "utf-8"))
        if acted.refused or not acted.files:
            raise refused(acted.refused or "no picture came of it; the transcript says why")
    if not as_json:
        typer.echo(f"The pictures and transcripts are in {out}.")


async def _play_one(job: Job, provider: Mapping[str, str], data: Path, out: Path) -> Acted:
    async with Sandbox() as sandbox:
        settings = Settings.of({**sandbox.settings, **provider, "DATA_DIR": str(data), "OPS_BIND": "off"})
        logs.configure("WARNING", "text", settings.secrets)
        # A real provider takes its time.
        patience_s = settings.images_timeout_s + 60
        async with app.running(settings), Member(sandbox.discord_url, timeout_s=patience_s) as member:
            acted = await edited(member, job)
            await save_thread(member, acted, out)
        await exact(settings)
    return acted


async def edited(member: Member, job: Job) -> Acted:
    """The edit to its end, past a question whether it shall be made. Raises `typer.Exit` on a refusal."""
    try:
        acted = await member.edit(
            via=job.via, images=job.pictures, prompt=job.prompt, mask=job.mask, options=job.options
        )
        # Whoever starts a demo has said yes to it: what a real provider costs was told before.
        if acted.status is None or not acted.asks:
            return acted
        return await member.press(int(acted.status["id"]), acted.asks[0])
    except (SandboxRefusal, TimeoutError) as no:
        raise refused(str(no)) from None
