"""`darkroom sandbox`: stand-ins for Discord and the image API, and members who act on them."""

import asyncio
import json
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from bot import app, logs
from bot.cli.thread import save_thread
from bot.sandbox.acted import Acted, Modal, said
from bot.sandbox.member import Member, SandboxRefusal
from bot.sandbox.serve import Sandbox
from bot.settings import Settings

cli = typer.Typer(help="Stand-ins for Discord and the image API; nothing outside this machine is called.")
act = typer.Typer(no_args_is_help=True, help="Act as a member on a running sandbox and wait for what the bot answers.")
cli.add_typer(act, name="act")

DiscordPort = Annotated[int, typer.Option(help="Port of the Discord stand-in; 0 takes a free one.")]
EnginePort = Annotated[int, typer.Option(help="Port of the image API stand-in; 0 takes a free one.")]
Record = Annotated[Path | None, typer.Option(help="Write every exchange to this file, one JSON object a line.")]
Url = Annotated[
    str, typer.Option(envvar="SANDBOX_URL", help="Where the sandbox is: the SANDBOX_URL that serve prints.")
]
As = Annotated[str, typer.Option("--as", help="Which member: mira, ben or ada.")]
In = Annotated[str, typer.Option("--in", help="Where: a channel's or thread's name or id, or dm.")]
Out = Annotated[Path | None, typer.Option(help="Save what was posted in this folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


@cli.callback(invoke_without_command=True)
def sandbox(
    context: typer.Context, discord_port: DiscordPort = 0, engine_port: EnginePort = 0, record: Record = None
) -> None:
    """The stand-ins with the real bot on them, until Ctrl-C; then act as a member from another terminal."""
    if context.invoked_subcommand is None:
        asyncio.run(_with_bot(discord_port, engine_port, record))


@cli.command()
def serve(discord_port: DiscordPort = 0, engine_port: EnginePort = 0, record: Record = None) -> None:
    """Only the stand-ins; prints, as NAME=value lines, the settings that point a bot at them."""
    asyncio.run(_alone(discord_port, engine_port, record))


@act.command()
def edit(
    url: Url,
    prompt: Annotated[str, typer.Option(help="What should change.")],
    image: Annotated[
        list[Path] | None, typer.Option(exists=True, dir_okay=False, help="A picture; repeatable.")
    ] = None,
    mask: Annotated[Path | None, typer.Option(exists=True, dir_okay=False)] = None,
    via: Annotated[str, typer.Option(help="slash, menu, reply or modal")] = "slash",
    model: str | None = None,
    size: str | None = None,
    quality: str | None = None,
    n: int | None = None,
    background: str | None = None,
    output_format: Annotated[str | None, typer.Option("--format")] = None,
    member: As = "mira",
    channel: In = "pictures",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Ask for an edit and wait for the pictures."""
    if via not in ("slash", "menu", "reply", "modal"):
        raise typer.BadParameter("--via takes slash, menu, reply or modal")
    given = {"model": model, "size": size, "quality": quality, "n": n, "background": background}
    options = {name: value for name, value in {**given, "format": output_format}.items() if value is not None}

    async def ask(someone: Member) -> Acted:
        return await someone.edit(via=via, images=image or (), prompt=prompt, mask=mask, options=options)  # type: ignore[arg-type]

    _acted(url, member, channel, ask, out, as_json)


@act.command()
def press(
    url: Url,
    message: Annotated[int, typer.Option(help="The id of the message with the button.")],
    button: Annotated[str, typer.Option(help="The button's label or custom id.")],
    member: As = "mira",
    channel: In = "pictures",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Press a button."""
    _acted(url, member, channel, lambda someone: someone.press(message, button), out, as_json)


@act.command()
def submit(
    url: Url,
    modal: Annotated[str, typer.Option(help="The modal as an earlier act printed it with --json.")],
    value: Annotated[
        list[str] | None, typer.Option(help="LABEL=text, or LABEL=@FILE for an upload; repeatable.")
    ] = None,
    member: As = "mira",
    channel: In = "pictures",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Fill in and send a modal that an earlier act was answered with."""
    opened = json.loads(modal)
    form = Modal(int(opened["interaction_id"]), opened["custom_id"], opened["title"], tuple(opened["components"]))
    values: dict[str, Any] = {}
    for one in value or ():
        label, _, text = one.partition("=")
        if text.startswith("@"):
            values.setdefault(label, []).append(Path(text[1:]))
        else:
            values[label] = text
    _acted(url, member, channel, lambda someone: someone.submit(form, values), out, as_json)


@act.command()
def say(
    url: Url,
    text: Annotated[str, typer.Option(help="What to say.")] = "",
    image: Annotated[
        list[Path] | None, typer.Option(exists=True, dir_okay=False, help="A picture; repeatable.")
    ] = None,
    reply_to: Annotated[int | None, typer.Option(help="The id of the message to answer.")] = None,
    mention: Annotated[bool, typer.Option(help="Mention the bot, and wait for what it answers.")] = False,
    member: As = "mira",
    channel: In = "pictures",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Post a message."""

    async def speak(someone: Member) -> Acted:
        message = await someone.say(text, image or (), reply_to, mention)
        typer.echo(json.dumps({"message": message["id"]}) if as_json else f"message {message['id']}")
        return await someone.answer_to(int(message["id"])) if mention else Acted()

    _acted(url, member, channel, speak, out, as_json)


# ── behind the commands ─────────────────────────────────────────────────────────────────────────────────────


async def _alone(discord_port: int, engine_port: int, record: Path | None) -> None:
    async with Sandbox(discord_port, engine_port, record) as sandbox:
        for name, value in sandbox.settings.items():
            typer.echo(f"{name}={value}")
        await _interrupted()


async def _with_bot(discord_port: int, engine_port: int, record: Path | None) -> None:
    async with Sandbox(discord_port, engine_port, record) as sandbox:
        settings = Settings.of({**sandbox.settings, "DATA_DIR": "data/sandbox"})
        logs.configure("WARNING", "text", settings.secrets)
        async with app.running(settings):
            typer.echo("The bot is on. Act as a member from another terminal, for example:")
            typer.echo(
                f"  darkroom sandbox act edit --url {sandbox.settings['SANDBOX_URL']} "
                '--image PICTURE --prompt "make it snow" --out out/sandbox'
            )
            await _interrupted()


async def _interrupted() -> None:
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    await stop.wait()


def _acted(
    url: str, name: str, channel: str, ask: Callable[[Member], Awaitable[Acted]], out: Path | None, as_json: bool
) -> None:
    try:
        acted = asyncio.run(_ask(url, name, channel, ask, out, as_json))
    except (SandboxRefusal, TimeoutError) as no:
        typer.echo(json.dumps({"refused": str(no)}) if as_json else f"refused: {no}", err=not as_json)
        raise typer.Exit(1) from None
    if acted.refused is not None:
        raise typer.Exit(1)


async def _ask(
    url: str, name: str, channel: str, ask: Callable[[Member], Awaitable[Acted]], out: Path | None, as_json: bool
) -> Acted:
    async with Member(url, name, channel) as member:
        acted = await ask(member)
        saved = await save_thread(member, acted, out) if out is not None else ()
        if as_json:
            typer.echo(json.dumps(_as_object(acted, saved)))
        else:
            for line in _as_text(acted, saved):
                typer.echo(line)
        return acted


def _as_object(acted: Acted, saved: tuple[Path, ...]) -> dict[str, Any]:
    modal = acted.modal and {
        "interaction_id": str(acted.modal.interaction_id),
        "custom_id": acted.modal.custom_id,
        "title": acted.modal.title,
        "components": list(acted.modal.components),
    }
    return {
        "refused": acted.refused,
        "private": acted.private and said(acted.private),
        "modal": modal,
        "status": acted.status and {"id": acted.status["id"], "text": said(acted.status)},
        "thread": acted.thread_id and str(acted.thread_id),
        "posted": [{"id": one["id"], "text": said(one), "files": one["attachments"]} for one in acted.posted],
        "saved": [str(path) for path in saved],
    }


def _as_text(acted: Acted, saved: tuple[Path, ...]) -> list[str]:
    lines = [f"refused: {acted.refused}"] if acted.refused else []
    lines += [f"form: {acted.modal.title}"] if acted.modal else []
    lines += [f"private: {said(acted.private)}"] if acted.private and not acted.refused else []
    lines += [f"status: {said(acted.status)} (message {acted.status['id']})"] if acted.status else []
    lines += [
        f"posted: {said(one)} {' '.join(file['filename'] for file in one['attachments'])}" for one in acted.posted
    ]
    return lines + [f"saved: {path}" for path in saved]
