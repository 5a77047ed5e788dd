"""`darkroom inspect`: what the bot would do with some files, by the same code, without sending anything."""

import asyncio
import json
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from bot.chat.answers import in_words
from bot.domain.catalog import ModelCard, Polarity, check_files, check_picture
from bot.domain.errors import Refused, Trouble
from bot.images.decoder import Decoder
from bot.settings import Settings, provider_entries
from bot.settings.catalog import usable_catalog
from bot.words.escape import plain
from bot.words.language import ENGLISH
from bot.words.refusals import say
from bot.workflow.looking import mask_remark, remarks
from bot.workflow.ports import Note, Preparation, Probe, SendFile, Source

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
            verdicts.append(await _verdict(_Picture(decoder, card, file, masked=masked), file))
        if mask is not None:
            verdicts.append(await _verdict(_Mask(decoder, card, mask, files[0]), mask))
    return verdicts


async def _verdict(inspected: "_Picture | _Mask", file: Path) -> Verdict:
    began, sent, reason = time.monotonic(), None, None
    try:
        with tempfile.TemporaryDirectory(prefix="darkroom-inspect-") as folder:
            sent = await inspected.made(Path(folder))
    except Trouble as no:
        reason = plain(say(no, ENGLISH))
    ms = round((time.monotonic() - began) * 1000)
    return Verdict(str(file), REFUSE if reason else ACCEPT, reason, *_seen(inspected.seen), sent, ms)


class _Picture:
    """One of the pictures: with a mask, the first goes as PNG."""

    def __init__(self, decoder: Decoder, card: ModelCard, file: Path, *, masked: bool) -> None:
        self._decoder, self._card, self._file, self._masked = decoder, card, file, masked
        self.seen: Probe | None = None

    async def made(self, folder: Path) -> str:
        """As what it would be sent, and what is decided about it. Raises the refusal."""
        source = Source(self._file, self._file.name)
        self.seen = seen = await self._decoder.probe(source)
        check_picture(self._card, source.name, seen.width, seen.height)
        preparation = _preparation(self._card, source, None, folder)
        if self._masked:
            preparation = replace(preparation, formats=("png",))
        prepared = await self._decoder.prepare(preparation)
        return _sent(prepared.pictures[0], remarks(self._card, source.name, seen))


class _Mask:
    """The mask of a picture."""

    def __init__(self, decoder: Decoder, card: ModelCard, file: Path, picture: Path) -> None:
        self._decoder, self._card, self._file, self._first = decoder, card, file, Source(picture, picture.name)
        self.seen: Probe | None = None

    async def made(self, folder: Path) -> str:
        """As what it would be sent, and what it selects. Raises the refusal."""
        source = Source(self._file, self._file.name)
        self.seen = await self._decoder.probe(source)
        reading = await self._decoder.read_mask(self._first, source, folder / "overlay.webp")
        said = [mask_remark(source.name, reading)]
        if not self._card.sends_mask():
            return ", ".join(("nothing: the picture is put back outside of it", *_in_words(said)))
        prepared = await self._decoder.prepare(_preparation(self._card, self._first, source, folder))
        assert prepared.mask is not None  # noqa: S101 - one was given
        return _sent(prepared.mask, said)


def _preparation(card: ModelCard, picture: Source, mask: Source | None, folder: Path) -> Preparation:
    return Preparation(
        pictures=(picture,),
        mask=mask,
        formats=card.picture_formats,
        picture_bytes=card.picture_bytes,
        mask_bytes=card.mask.bytes if card.mask else 0,
        square=card.square,
        model=card.name,
        folder=folder,
        mask_polarity=card.mask.polarity if card.mask else Polarity.TRANSPARENT,
        picture_pixels=card.picture_pixels,
    )


def _seen(seen: Probe | None) -> tuple[str | None, str | None]:
    return (None, None) if seen is None else (seen.format, f"{seen.width}x{seen.height}")


def _sent(file: SendFile, said: list[Note]) -> str:
    facts = (f"{file.content_type} {file.width}x{file.height}", f"{file.bytes} bytes")
    return ", ".join((*facts, *_in_words(said)))


def _in_words(said: list[Note]) -> tuple[str, ...]:
    return tuple(plain(remark) for remark in in_words(said, ENGLISH))


def _text(one: Verdict) -> str:
    what = " · ".join(part for part in (one.format, one.size) if part)
    outcome = one.reason or f"would be sent as {one.sent_as}"
    return f"{one.verdict}  {one.file}{f' ({what})' if what else ''}: {outcome} [{one.ms} ms]"
