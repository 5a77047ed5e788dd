"""`darkroom inspect`: what the bot would do with some files, by the same code, without sending anything."""

import asyncio
import json
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from bot.domain.catalog import ModelCard, check_files
from bot.domain.errors import Refused, Trouble
from bot.images.decoder import Decoder
from bot.settings import Settings, provider_entries
from bot.settings.catalog import usable_catalog
from bot.words.escape import plain
from bot.words.language import ENGLISH
from bot.words.refusals import say
from bot.workflow.ports import Preparation, Prepared, Probe, SendFile, Source

ACCEPT, REFUSE = "accept", "refuse"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What would become of one file: `size` is upright and in pixels, `ms` how long it took to find out."""

    file: str
    verdict: str
    reason: str | None
    format: str | None
    size: str | None
    sent_as: str | None
    ms: int


def inspect(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", exists=True, dir_okay=False, help="The pictures.")],
    mask: Annotated[
        Path | None, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="A mask for the first of them.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar="NAME", help="Which model; else the one of the settings.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Say of each file whether an edit would take it, why not, and as what it would be sent; exit 1 on a refusal."""
    settings = Settings.read(needs=())
    try:
        card = usable_catalog(settings, provider_entries(settings)).card(model)
        check_files(card, len(files), mask.name if mask else None)
    except Refused as no:
        typer.echo(f"refused: {plain(say(no, ENGLISH))}", err=True)
        raise typer.Exit(1) from None
    verdicts = asyncio.run(_inspected(card, files, mask))
    for one in verdicts:
        typer.echo(json.dumps(asdict(one)) if as_json else _text(one))
    if any(one.verdict == REFUSE for one in verdicts):
        raise typer.Exit(1)


async def _inspected(card: ModelCard, files: list[Path], mask: Path | None) -> list[Verdict]:
    verdicts = []
    async with Decoder() as decoder:
        for place, file in enumerate(files):
            masked = mask is not None and place == 0
            verdicts.append(await _verdict(decoder, card, file, (file,), as_mask=False, png=masked))
        if mask is not None:
            verdicts.append(await _verdict(decoder, card, mask, (files[0], mask), as_mask=True, png=True))
    return verdicts


async def _verdict(
    decoder: Decoder, card: ModelCard, file: Path, needed: tuple[Path, ...], *, as_mask: bool, png: bool
) -> Verdict:
    began, seen, sent, reason = time.monotonic(), None, None, None
    try:
        seen = await decoder.probe(Source(file, file.name))
        with tempfile.TemporaryDirectory(prefix="darkroom-inspect-") as folder:
            made = await decoder.prepare(_preparation(card, needed, Path(folder), as_mask=as_mask, png=png))
            sent = _sent(made, as_mask=as_mask)
    except Trouble as no:
        reason = plain(say(no, ENGLISH))
    ms = round((time.monotonic() - began) * 1000)
    return Verdict(str(file), REFUSE if reason else ACCEPT, reason, *_seen(seen), sent, ms)


def _preparation(card: ModelCard, needed: tuple[Path, ...], folder: Path, *, as_mask: bool, png: bool) -> Preparation:
    picture, *masks = (Source(file, file.name) for file in needed)
    return Preparation(
        pictures=(picture,),
        mask=masks[0] if as_mask else None,
        formats=("png",) if png else card.picture_formats,
        picture_bytes=card.picture_bytes,
        mask_bytes=card.mask.bytes if card.mask else 0,
        square=card.square,
        model=card.name,
        folder=folder,
    )


def _seen(seen: Probe | None) -> tuple[str | None, str | None]:
    return (None, None) if seen is None else (seen.format, f"{seen.width}x{seen.height}")


def _sent(made: Prepared, *, as_mask: bool) -> str:
    file: SendFile = made.mask if as_mask and made.mask else made.pictures[0]
    return f"{file.content_type} {file.width}x{file.height}, {file.bytes} bytes"


def _text(one: Verdict) -> str:
    what = " · ".join(part for part in (one.format, one.size) if part)
    outcome = one.reason or f"would be sent as {one.sent_as}"
    return f"{one.verdict}  {one.file}{f' ({what})' if what else ''}: {outcome} [{one.ms} ms]"
