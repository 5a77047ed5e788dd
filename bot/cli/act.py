"""`darkroom sandbox act`: members who act on a running sandbox, and wait for what the bot answers."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from bot import app
from bot.cli.thread import save_thread
from bot.sandbox.acted import Acted, Modal, labels_of, said
from bot.sandbox.member import Member, NoSandbox, SandboxRefusal, Via

act = typer.Typer(
    no_args_is_help=True,
    help="Act as a member on a running sandbox and wait for what the bot answers; exit 1 where it refuses.",
)

EDIT_MENU = "Edit picture"

Url = Annotated[
    str, typer.Option(envvar="SANDBOX_URL", help="Where the sandbox is: the SANDBOX_URL that serve prints.")
]
As = Annotated[str, typer.Option("--as", metavar="USER", help="Which member: mira, ben or ada.")]
In = Annotated[str, typer.Option("--in", metavar="CHANNEL", help="Where: a channel's or thread's name or id, or dm.")]
Out = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Save what was posted, and a transcript, in this folder.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
Images = Annotated[
    list[Path] | None, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="A picture; repeatable.")
]


@act.command()
def edit(
    url: Url,
    prompt: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What should change. Left out, menu and modal stop at the form.")
    ] = None,
    image: Images = None,
    mask: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="Which parts may change: transparent, white or scribbled over.",
        ),
    ] = None,
    via: Annotated[
        Via, typer.Option(help="The way in; menu: on a message with the files, modal: files uploaded in the form.")
    ] = "slash",
    model: Annotated[str | None, typer.Option(help="Which model makes it.")] = None,
    size: Annotated[str | None, typer.Option(help="Width x height of the result, auto, or same as picture 1.")] = None,
    quality: Annotated[str | None, typer.Option(help="How much care the model takes.")] = None,
    n: Annotated[int | None, typer.Option(help="How many results.")] = None,
    background: Annotated[str | None, typer.Option(help="What lies behind the subject.")] = None,
    output_format: Annotated[str | None, typer.Option("--format", help="The kind of file that comes back.")] = None,
    lock: Annotated[bool | None, typer.Option(help="Whether everything outside the mask stays as it was.")] = None,
    feather: Annotated[int | None, typer.Option(help="How many pixels the edge of the mask is soft.")] = None,
    private: Annotated[bool | None, typer.Option(help="Whether only the member sees the results.")] = None,
    member: As = "mira",
    channel: In = "pictures",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Ask for an edit and wait for the pictures, or for the question whether it shall be made: then press a button."""
    if prompt is None and via not in ("menu", "modal"):
        raise typer.BadParameter("--prompt says what should change, and only menu and modal can do without.")
    given = {"model": model, "size": size, "quality": quality, "n": n, "background": background}
    given |= {"format": output_format, "lock": lock, "feather": feather, "private": private}
    options = {name: value for name, value in given.items() if value is not None}

    async def ask(someone: Member) -> Acted:
        if prompt is None:
            message = await someone.say("" if image else "here", image or (), mention=False)
            return await someone.menu(EDIT_MENU, int(message["id"]))
        return await someone.edit(via=via, images=image or (), prompt=prompt, mask=mask, options=options)

    _acted(url, member, channel, ask, out, as_json)


@act.command()
def command(
    url: Url,
    name: Annotated[str, typer.Argument(metavar="NAME", help='Which one: "quota", "quota-admin set".')],
    option: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE",
            help="An option: @name for a person, &name (or @everyone) for a role, #name for a channel, @PATH for a "
            "file. Repeatable.",
        ),
    ] = None,
    member: As = "mira",
    channel: In = "pictures",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Use any slash command of the bot and wait for what it answers."""
    given = dict(_pair("--option", "KEY=VALUE", one) for one in option or ())
    _acted(url, member, channel, lambda someone: someone.command(name, given), out, as_json)


@act.command()
def press(
    url: Url,
    message: Annotated[int, typer.Option(metavar="ID", help="The message with the button.")],
    button: Annotated[str, typer.Option(metavar="NAME", help="The button's label or custom id.")],
    member: As = "mira",
    channel: In = "pictures",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Press a button and wait for what comes of it."""
    _acted(url, member, channel, lambda someone: someone.press(message, button), out, as_json)


@act.command()
def choose(
    url: Url,
    message: Annotated[int, typer.Option(metavar="ID", help="The message with the select menu.")],
    select: Annotated[str, typer.Option(metavar="NAME", help="The menu's placeholder or custom id.")],
    value: Annotated[
        list[str] | None,
        typer.Option(
            metavar="VALUE",
            help="What to choose: an option's label or value, or @name, &name or #name. Repeatable, in that order; "
            "left out, nothing is chosen.",
        ),
    ] = None,
    member: As = "mira",
    channel: In = "pictures",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Choose in a select menu and wait for what comes of it."""
    _acted(url, member, channel, lambda someone: someone.choose(message, select, value or []), out, as_json)


@act.command()
def submit(
    url: Url,
    modal: Annotated[str, typer.Option(metavar="JSON", help="The form: `modal` of what an act printed with --json.")],
    value: Annotated[
        list[str] | None,
        typer.Option(metavar="LABEL=TEXT", help="What goes in; LABEL=@FILE uploads a file. Repeatable."),
    ] = None,
    member: As = "mira",
    channel: In = "pictures",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Fill in and send a form that an earlier act was answered with."""
    form, values = _form(modal), _values(value or [])
    _acted(url, member, channel, lambda someone: someone.submit(form, values), out, as_json)


@act.command()
def say(
    url: Url,
    text: Annotated[str, typer.Option(metavar="TEXT", help="What to say.")] = "",
    image: Images = None,
    reply_to: Annotated[int | None, typer.Option(metavar="ID", help="The message to reply to.")] = None,
    mention: Annotated[bool, typer.Option("--mention", help="Mention the bot, and wait for what it answers.")] = False,
    member: As = "mira",
    channel: In = "pictures",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Post a message; its id is printed."""

    async def speak(someone: Member) -> Acted:
        message = await someone.say(text, image or (), reply_to, mention)
        typer.echo(json.dumps({"message": message["id"]}) if as_json else f"message {message['id']}")
        return await someone.answer_to(int(message["id"])) if mention else Acted()

    _acted(url, member, channel, speak, out, as_json)


# ── behind the commands ─────────────────────────────────────────────────────────────────────────────────────


def _acted(
    url: str, name: str, channel: str, ask: Callable[[Member], Awaitable[Acted]], out: Path | None, as_json: bool
) -> None:
    try:
        acted = asyncio.run(_ask(url, name, channel, ask, out, as_json))
    except NoSandbox as nothing:
        raise app.CannotStart(f"{nothing}. Start one with `darkroom sandbox serve`.") from None
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


def _form(written: str) -> Modal:
    try:
        opened = json.loads(written)
        return Modal(int(opened["interaction_id"]), opened["custom_id"], opened["title"], tuple(opened["components"]))
    except (ValueError, KeyError, TypeError):
        raise typer.BadParameter("--modal takes the object under `modal` that an act printed with --json.") from None


def _values(written: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for one in written:
        label, text = _pair("--value", "LABEL=TEXT or LABEL=@FILE", one)
        if not text.startswith("@"):
            values[label] = text
            continue
        if not Path(text[1:]).is_file():
            raise typer.BadParameter(f"--value {label}: there is no file {text[1:]}.")
        values.setdefault(label, []).append(Path(text[1:]))
    return values


def _pair(option: str, shape: str, written: str) -> tuple[str, str]:
    name, there, text = written.partition("=")
    if not there:
        raise typer.BadParameter(f"{option} takes {shape}, and {written!r} has no =.")
    return name, text


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
        "private_id": acted.private and acted.private["id"],
        "private_asks": list(labels_of(acted.private)),
        "modal": modal,
        "status": acted.status and {"id": acted.status["id"], "text": said(acted.status)},
        "asks": list(acted.asks),
        "thread": acted.thread_id and str(acted.thread_id),
        "posted": [{"id": one["id"], "text": said(one), "files": one["attachments"]} for one in acted.posted],
        "saved": [str(path) for path in saved],
    }


def _as_text(acted: Acted, saved: tuple[Path, ...]) -> list[str]:
    lines = [f"refused: {acted.refused}"] if acted.refused else []
    lines += [f"form: {acted.modal.title}"] if acted.modal else []
    lines += [_private(acted.private)] if acted.private and not acted.refused else []
    lines += [f"press: {label}" for label in labels_of(acted.private)]
    kind = "asks" if acted.asks else "status"
    lines += [f"{kind}: {said(acted.status)} (message {acted.status['id']})"] if acted.status else []
    lines += [f"press: {label}" for label in acted.asks]
    lines += [
        f"posted: {said(one)} {' '.join(file['filename'] for file in one['attachments'])}" for one in acted.posted
    ]
    return lines + [f"saved: {path}" for path in saved]


def _private(message: dict[str, Any]) -> str:
    """The words, the names of the files, and where buttons can be pressed the id of the message."""
    names = [file["filename"] for file in message["attachments"]]
    where = [f"(message {message['id']})"] if labels_of(message) else []
    return " ".join((f"private: {said(message)}", *names, *where))
