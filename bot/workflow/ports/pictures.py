"""What the conductors ask of the room that looks into pictures."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.domain.catalog import Polarity


@dataclass(frozen=True, slots=True)
class Probe:
    """What a picture's header says: format ("png", "jpeg", "webp", "gif"), upright size in pixels, and so on."""

    format: str
    width: int
    height: int
    animated: bool
    has_alpha: bool


@dataclass(frozen=True, slots=True)
class Source:
    """A file to prepare, and the name it has in a sentence to the member."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Preparation:
    """What to make of an edit's files so that a card accepts them. Results are written into `folder`.

    `mask_polarity` is what marks the area that may change in the mask that is sent: alpha 0 in RGBA, or white in grey.
    """

    pictures: tuple[Source, ...]
    mask: Source | None
    formats: tuple[str, ...]
    picture_bytes: int
    mask_bytes: int
    square: bool
    model: str  # for the sentence of a refusal
    folder: Path
    mask_polarity: Polarity = Polarity.TRANSPARENT


@dataclass(frozen=True, slots=True)
class SendFile:
    """A file as it goes to the provider: upright, without metadata, of a format the card lists."""

    path: Path
    filename: str  # ASCII, with the right extension: "image_0.png"
    content_type: str
    width: int
    height: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that goes to the provider. With a mask, it and picture 1 are PNG of one size."""

    pictures: tuple[SendFile, ...]
    mask: SendFile | None


class Pictures(Protocol):
    """Looks into pictures, in a process that may die of them."""

    async def probe(self, source: Source) -> Probe:
        """Read the header only. Raises the `Refused` that names the file and what is wrong with it."""

    async def prepare(self, preparation: Preparation) -> Prepared:
        """Decode everything and write what is sent. Raises the `Refused` that names the file."""

    async def verify(self, path: Path) -> Probe:
        """Decode a result wholly. Raises `Refused` where it is no whole PNG, JPEG or WebP."""
