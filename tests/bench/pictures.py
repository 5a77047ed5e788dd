"""What the room of pictures takes: from the verdict on a photograph to a copy that is light enough to be posted."""

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bench import picture_ways
from tests.bench.photographs import disc, photograph, save_heic, save_jpeg, save_png, see_through
from tests.bench.sheet import Line, Sheet
from tests.bench.side import compare

Size = tuple[int, int]

ROUNDS = 3
PHOTOGRAPH, TELEPHONE, TRANSPARENT = (4000, 3000), (2048, 1536), (2048, 2048)
UPRIGHT = (3000, 4000)  # the photograph as it is seen
RESULT, LARGE_RESULT = (1152, 1536), (3840, 2160)


@dataclass(frozen=True, slots=True)
class Way:
    """A verb of `Pictures` as `picture_ways` plays it, and the samples that it works on; the first one is measured."""

    name: str
    verb: str
    samples: tuple[str, ...]


SAMPLES: dict[str, tuple[Size, Callable[[Size, Path], None]]] = {
    "photograph.jpg": (PHOTOGRAPH, lambda size, path: save_jpeg(photograph(*size), path)),
    "photograph-mask.png": (UPRIGHT, lambda size, path: save_png(disc(*size), path)),
    "telephone.heic": (TELEPHONE, lambda size, path: save_heic(photograph(*size), path)),
    "transparent.png": (TRANSPARENT, lambda size, path: save_png(see_through(photograph(*size)), path)),
    "mask.png": (TRANSPARENT, lambda size, path: save_png(disc(*size), path)),
    "result.png": (RESULT, lambda size, path: save_png(photograph(*size), path)),
    "large-result.png": (LARGE_RESULT, lambda size, path: save_png(photograph(*size), path)),
}
WAYS = (
    Way("verdict, JPEG 12 MP", "probe", ("photograph.jpg",)),
    Way("prepare, JPEG 12 MP, turned", "prepare", ("photograph.jpg",)),
    Way("prepare, HEIC 3 MP to JPEG", "prepare", ("telephone.heic",)),
    Way("prepare, PNG 4 MP", "prepare", ("transparent.png",)),
    Way("prepare, PNG 4 MP and mask", "prepare", ("transparent.png", "mask.png")),
    Way("read a mask, 12 MP", "read_mask", ("photograph.jpg", "photograph-mask.png")),
    Way("mask lock, 12 MP", "finish", ("photograph.jpg", "photograph-mask.png", "result.png")),
    Way("ladder, 4K", "lighten", ("large-result.png",)),
)


def measure() -> Sheet:
    """Compare them."""
    with tempfile.TemporaryDirectory(prefix="darkroom-bench-") as folder:
        for name, (size, make) in SAMPLES.items():
            make(size, Path(folder) / name)
        lines = tuple(_line(way, Path(folder)) for way in WAYS)
    return Sheet(
        "pictures",
        "Decoder, in a child process: headers first, then upright, without metadata, of the card's formats; the ladder "
        "ends under 10 MiB",
        "the shortest script with Pillow on the loop: Image.open and load for the verdict; open, exif_transpose and "
        "save for the others, with a threshold, a paste and a blur where there is a mask",
        lines,
    )


def _line(way: Way, folder: Path) -> Line:
    peaks = folder / "peaks.json"
    setup = {"verb": way.verb, "files": [str(folder / name) for name in way.samples], "peaks": str(peaks)}
    readings = compare(picture_ways.__name__, (setup, setup), ROUNDS)
    width, height = SAMPLES[way.samples[0]][0]
    return Line(way.name, width * height / 1e6, readings, **json.loads(peaks.read_text()))
