"""Both sides of the pictures' table: a verb of the decoder, and the shortest script that does the same on the loop."""

import json
import re
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from PIL import Image, ImageFilter, ImageOps
from pillow_heif import register_heif_opener

from bot.domain.catalog import shipped_cards
from bot.domain.request import MaskWish, ResultSize
from bot.images.decoder import Decoder
from bot.workflow.ports import Finishing, Pictures, Preparation, Source
from tests.bench.side import Round, Setup, Told

MODEL = "gpt-image-2"
UPLOAD_BYTES = 10 * 2**20
OVERLAY_PX = 512
HALF, SEAM = 128, 4


@asynccontextmanager
async def ours(setup: Setup) -> AsyncIterator[Round]:
    """A round is one question to the decoder, whose process runs already; the process's peaks are kept at the end."""
    files = [Path(file) for file in setup["files"]]
    async with Decoder() as decoder:
        await decoder.probe(Source(files[0], "picture"))

        async def ask(_: Told) -> None:
            with tempfile.TemporaryDirectory(dir=files[0].parent) as folder:
                await _ask(decoder, setup["verb"], files, Path(folder))
            _keep_peaks(decoder.pids, Path(setup["peaks"]))

        yield ask


@asynccontextmanager
async def reference(setup: Setup) -> AsyncIterator[Round]:
    """A round is the same by a plain script."""
    register_heif_opener()
    files = [Path(file) for file in setup["files"]]

    async def play(_: Told) -> None:
        with tempfile.TemporaryDirectory(dir=files[0].parent) as folder:
            PLAIN[setup["verb"]](files, Path(folder))

    yield play


SIDES = {"ours": ours, "reference": reference}


async def _ask(decoder: Pictures, verb: str, files: list[Path], folder: Path) -> None:
    first, *others = (Source(file, "picture") for file in files)
    mask = others[0] if others else first
    match verb:
        case "probe":
            await decoder.probe(first)
        case "prepare":
            await decoder.prepare(_preparation(first, others[0] if others else None, folder))
        case "read_mask":
            await decoder.read_mask(first, mask, folder / "overlay.webp")
        case "finish":
            size, wish = ResultSize.OPEN, MaskWish()
            await decoder.finish(Finishing(files[2], first, mask, False, size, wish, format=None, folder=folder))
        case "lighten":
            await decoder.lighten(first, UPLOAD_BYTES, folder)
        case _:
            raise ValueError(verb)


def _preparation(first: Source, mask: Source | None, folder: Path) -> Preparation:
    card = shipped_cards()[MODEL]
    return Preparation(
        pictures=(first,),
        mask=mask,
        formats=card.picture_formats,
        picture_bytes=card.picture_bytes,
        mask_bytes=card.mask.bytes if card.mask else 0,
        square=card.square,
        model=card.name,
        folder=folder,
        picture_pixels=card.picture_pixels,
    )


def _keep_peaks(pids: tuple[int, ...], path: Path) -> None:
    """Write down the highest peaks of these processes, in bytes; 0 where there is no /proc to read them from."""
    status = ""
    for pid in pids:
        with suppress(OSError):
            status += Path(f"/proc/{pid}/status").read_text()
    path.write_text(json.dumps({"resident": _highest("VmHWM", status), "space": _highest("VmPeak", status)}))


def _highest(field: str, status: str) -> int:
    return max((int(kilobytes) * 1024 for kilobytes in re.findall(rf"{field}:\s+(\d+) kB", status)), default=0)


# ── the reference ───────────────────────────────────────────────────────────────────────────────────────────


def _load(files: list[Path], _: Path) -> None:
    with Image.open(files[0]) as picture:
        picture.load()


def _save(files: list[Path], folder: Path) -> None:
    """In the format it came in, JPEG for a telephone's; the mask with its black parts opaque."""
    picture = _upright(files[0])
    if files[0].suffix == ".png":
        picture.save(folder / "image.png")
    else:
        picture.save(folder / "image.jpg", quality=95)
    for file in files[1:]:
        mask = Image.new("RGBA", picture.size)
        mask.putalpha(ImageOps.invert(_area(file)))
        mask.save(folder / "mask.png")


def _overlay(files: list[Path], folder: Path) -> None:
    picture, area = _upright(files[0]).convert("RGB"), _area(files[1])
    sum(area.histogram()[HALF:])
    picture.paste("red", mask=area)
    picture.thumbnail((OVERLAY_PX, OVERLAY_PX))
    picture.save(folder / "overlay.webp")


def _lock(files: list[Path], folder: Path) -> None:
    picture, area = _upright(files[0]), _area(files[1])
    with Image.open(files[2]) as result:
        picture.paste(result.resize(picture.size), mask=area.filter(ImageFilter.GaussianBlur(SEAM)))
    picture.save(folder / "finished.png")


def _webp(files: list[Path], folder: Path) -> None:
    with Image.open(files[0]) as picture:
        picture.save(folder / "light.webp", quality=90)


def _upright(file: Path) -> Image.Image:
    with Image.open(file) as picture:
        return ImageOps.exif_transpose(picture)


def _area(file: Path) -> Image.Image:
    with Image.open(file) as mask:
        return mask.convert("L").point(lambda grey: 255 if grey >= HALF else 0)


PLAIN: dict[str, Callable[[list[Path], Path], None]] = {
    "probe": _load,
    "prepare": _save,
    "read_mask": _overlay,
    "finish": _lock,
    "lighten": _webp,
}
