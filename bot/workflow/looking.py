"""What the files of an edit say, before anything is held: their headers, and what the mask selects."""

from dataclasses import dataclass
from pathlib import Path

from bot.domain.catalog import ModelCard, check_picture, is_small, sent_size, text_of
from bot.domain.errors import InputLost, Refused
from bot.domain.request import EditRequest, InputFile
from bot.workflow.ports import Blobs, MaskReading, Note, NoteKind, Pictures, Probe, Source


@dataclass(frozen=True, slots=True)
class Seen:
    """The headers of all pictures, then of the mask if there is one, and what that was understood to say."""

    probes: tuple[Probe, ...]
    mask: MaskReading | None

    @property
    def sizes(self) -> list[tuple[int, int]]:
        """Upright, in pixels, in the same order."""
        return [(probe.width, probe.height) for probe in self.probes]


@dataclass(frozen=True, slots=True)
class Looking:
    """Looks at the files of a request; nothing of them is changed."""

    pictures: Pictures
    blobs: Blobs

    async def __call__(self, request: EditRequest, folder: Path) -> Seen:
        """Every header first, then the mask; its overlay is written into `folder`. Raises the `Refused` of a file."""
        files = request.pictures if request.mask is None else (*request.pictures, request.mask)
        sources = [self._source(file) for file in files]
        try:
            probes = tuple([await self.pictures.probe(source) for source in sources])
            mask = None
            if request.mask is not None:
                mask = await self.pictures.read_mask(sources[0], sources[-1], folder / "overlay.webp")
        except FileNotFoundError:
            raise InputLost from None
        return Seen(probes, mask)

    def _source(self, file: InputFile) -> Source:
        return Source(self.blobs.path(file.blob), file.filename)


def fitting(cards: tuple[ModelCard, ...], request: EditRequest, seen: Seen) -> tuple[ModelCard, ...]:
    """The cards that take pictures of these sizes, in order. Raises what the first of them has against one."""
    able, refusals = [], []
    for card in cards:
        try:
            for file, size in zip(request.pictures, seen.sizes, strict=False):
                check_picture(card, file.filename, *size)
        except Refused as refusal:
            refusals.append(refusal)
        else:
            able.append(card)
    if not able:
        raise refusals[0]
    return tuple(able)


def notes(card: ModelCard, request: EditRequest, seen: Seen) -> tuple[Note, ...]:
    """What is decided about the files, so that nothing is decided silently."""
    said = []
    if request.mask is not None and seen.mask is not None:
        said.append(mask_remark(request.mask.filename, seen.mask))
    for file, probe in zip(request.pictures, seen.probes, strict=False):
        said += remarks(card, file.filename, probe)
    return tuple(said)


def mask_remark(name: str, reading: MaskReading) -> Note:
    """How the mask was understood."""
    return Note(NoteKind.MASK, name, {"form": reading.form.value, "share": reading.share})


def remarks(card: ModelCard, name: str, probe: Probe) -> list[Note]:
    """What is decided about one picture by its header and the card."""
    size, said = (probe.width, probe.height), []
    if probe.animated:
        said.append(Note(NoteKind.FIRST_PAGE if probe.format == "tiff" else NoteKind.FIRST_FRAME, name))
    if (sent := sent_size(card, *size)) != size:
        said.append(Note(NoteKind.SCALED, name, {"size": text_of(sent)}))
    if card.square and probe.width != probe.height:
        said.append(Note(NoteKind.PADDED, name))
    if is_small(*size):
        said.append(Note(NoteKind.SMALL, name, {"size": text_of(size)}))
    return said
