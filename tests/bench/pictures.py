"""What it takes to make a member's picture fit to be sent: a 12 MP photograph, and a 4 MP PNG with transparency."""

import itertools
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from PIL import Image, ImageOps

from bot.domain.catalog import shipped_cards
from bot.images.decoder import Decoder
from bot.workflow.ports import Preparation, Source
from tests.bench.photographs import photograph, save_jpeg, save_png, see_through
from tests.bench.row import Figure, Row, wall_ms, worst_ms
from tests.bench.side import Round, Setup, Told, compare

ROUNDS = 3
PHOTOGRAPH, TRANSPARENT = (4000, 3000), (2048, 2048)
MODEL = "gpt-image-2"


def measure() -> Row:
    """Compare them."""
    with tempfile.TemporaryDirectory(prefix="darkroom-bench-") as folder:
        jpeg, png = Path(folder) / "photograph.jpg", Path(folder) / "transparent.png"
        save_jpeg(photograph(*PHOTOGRAPH), jpeg)
        save_png(see_through(photograph(*TRANSPARENT)), png)
        figures = (*_figures("JPEG 12 MP", jpeg, PHOTOGRAPH), *_figures("PNG 4 MP", png, TRANSPARENT))
    return Row(
        "pictures, a megapixel",
        "Decoder, in a child process: probe, then prepare (upright, without metadata; a turned JPEG stays JPEG, a PNG "
        "keeps its compressed pixels)",
        "Pillow on the loop: open, exif_transpose, save as PNG at the default level",
        figures,
    )


def _figures(name: str, file: Path, size: tuple[int, int]) -> tuple[Figure, ...]:
    setup = {"file": str(file)}
    readings = compare(__name__, (setup, setup), ROUNDS)
    megapixels = size[0] * size[1] / 1e6
    return wall_ms(readings, f"{name}, time", megapixels), worst_ms(readings, f"{name}, worst loop stall")


@asynccontextmanager
async def ours(setup: Setup) -> AsyncIterator[Round]:
    """A round is one picture through the decoder, whose process runs already."""
    source, card = Source(Path(setup["file"]), "picture"), shipped_cards()[MODEL]
    numbers = itertools.count()
    async with Decoder() as decoder:
        await decoder.probe(source)

        async def prepare(_: Told) -> None:
            folder = source.path.parent / f"ours-{next(numbers)}-{source.path.stem}"
            folder.mkdir()
            await decoder.probe(source)
            preparation = Preparation(
                pictures=(source,),
                mask=None,
                formats=card.picture_formats,
                picture_bytes=card.picture_bytes,
                mask_bytes=card.mask.bytes if card.mask else 0,
                square=card.square,
                model=card.name,
                folder=folder,
            )
            await decoder.prepare(preparation)

        yield prepare


@asynccontextmanager
async def reference(setup: Setup) -> AsyncIterator[Round]:
    """A round is one picture by the shortest script that does the same to its pixels."""
    file = Path(setup["file"])

    async def prepare(_: Told) -> None:
        with Image.open(file) as picture:
            ImageOps.exif_transpose(picture).save(file.with_suffix(".reference.png"), "PNG")

    yield prepare


SIDES = {"ours": ours, "reference": reference}
