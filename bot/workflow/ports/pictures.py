"""What the conductors ask of the room that looks into pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from bot.domain.catalog import Polarity
from bot.domain.deed import Spend
from bot.domain.request import MaskWish, ResultSize


@dataclass(frozen=True, slots=True)
class Probe:
    """What a picture's header says: format ("png", "jpeg", "heic", …), upright size in pixels, and so on.

    `animated` says that the file holds more pictures than the first: frames, or pages.
    """

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

    A picture of more than `picture_pixels` is scaled down. `mask_polarity` is what marks the area that may change in
    the mask that is sent: alpha 0 in RGBA, or white in grey; `feather` makes its edge that many pixels of picture 1
    soft.
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
    picture_pixels: int = 50_000_000
    feather: int = 0


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


class MaskForm(StrEnum):
    """The ways in which a mask can say what may change."""

    ALPHA = "alpha"  # transparent
    BLACK_AND_WHITE = "black_and_white"  # white
    GREY = "grey"  # bright
    SCRIBBLE = "scribble"  # painted over in one strong colour, on a copy of picture 1 or on nothing
    HOLE = "hole"  # transparent, in a copy of picture 1


@dataclass(frozen=True, slots=True)
class MaskReading:
    """What a mask was understood to say: `share` is how much of picture 1 may change, in thousandths (1 to 999).

    `overlay` is a small picture for the member: picture 1 with the selected area tinted.
    """

    form: MaskForm
    share: int
    overlay: Path


@dataclass(frozen=True, slots=True)
class Finishing:
    """A result to be made into what is posted; nothing is asked of it that its shape does not allow.

    `first` is picture 1 and `mask` its mask as the member sent them; `square` says that picture 1 was padded to a
    square for the provider, so that the result shows that square. `format` is the format that the member asked for,
    None where any will do. Written into `folder`.
    """

    result: Path
    first: Source
    mask: Source | None
    square: bool
    size: ResultSize
    wish: MaskWish
    format: str | None
    folder: Path


@dataclass(frozen=True, slots=True)
class Finished:
    """What is posted: `path` is the result's own where nothing had to be changed. Sizes in pixels, weight in bytes.

    `locked` says that picture 1 stands outside the mask; `strayed` is how much of it the model had changed there, in
    thousandths, None where that cannot be told.
    """

    path: Path
    format: str
    width: int
    height: int
    bytes: int
    locked: bool
    strayed: int | None


class Rung(StrEnum):
    """How a picture was made lighter, from the gentlest on."""

    LOSSLESS = "lossless"  # the same pixels as WebP
    WEBP = "webp"  # WebP with slight loss
    JPEG = "jpeg"  # JPEG of falling quality
    SMALLER = "smaller"  # fewer pixels


@dataclass(frozen=True, slots=True)
class LighterCopy:
    """A copy of a picture that is light enough, and how that was done. Weight in bytes."""

    path: Path
    format: str
    bytes: int
    rung: Rung


class Pictures(Protocol):
    """Looks into pictures, in a process that may die of them."""

    async def probe(self, source: Source) -> Probe:
        """Read the header only. Raises the `Refused` that names the file and what is wrong with it."""

    async def read_mask(self, first: Source, mask: Source, overlay: Path) -> MaskReading:
        """What the mask selects of picture 1; a small picture of that is written to `overlay`.

        Raises the `Refused` that names the file: damaged, of another shape, nothing or everything selected, unclear.
        """

    async def prepare(self, preparation: Preparation) -> Prepared:
        """Decode everything and write what is sent. Raises the `Refused` that names the file."""

    async def verify(self, path: Path) -> Probe:
        """Decode a result wholly, and cut off what hangs on behind it.

        Raises `Refused` where it is no whole PNG, JPEG or WebP.
        """

    async def finish(self, finishing: Finishing) -> Finished:
        """Put picture 1 back outside the mask, and give the result the size that was wished. Raises `Refused`."""

    async def lighten(self, source: Source, most_bytes: int, folder: Path) -> LighterCopy:
        """A copy of at most so many bytes in `folder`, as gently as possible. Raises `Refused` where none can be."""

    async def sheet(self, sources: Sequence[Source], target: Path) -> Path:
        """Small copies of up to sixteen pictures side by side, numbered from 1, written to `target` with an extension.

        One that cannot be read is an empty place with its number: nothing is refused here.
        """

    async def compare(self, before: Source, after: Source, target: Path) -> Path:
        """One picture with both side by side, beside `target` with the suffix of its format. Raises `Refused`."""


class Charts(Protocol):
    """Draws what was spent, in the same process."""

    async def chart(self, spends: Sequence[Spend], target: Path) -> Path:
        """Spend by day and by member, beside `target` with the suffix of its format.

        Members are named by their place in `ranking(spends)`, from 1.
        """
