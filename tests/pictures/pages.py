"""The pictures of the documents: those of the stories, small enough for a repository."""

from pathlib import Path

from PIL import Image

STORIES = Path("out/stories")
TARGET = Path("docs/stories")


def shrink(folder: Path = STORIES, target: Path = TARGET) -> tuple[Path, ...]:
    """Every picture of a story as WebP in `target`; what was written."""
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for path in sorted(folder.glob("*.png")):
        with Image.open(path) as picture:
            small = target / f"{path.stem}.webp"
            picture.save(small, "WEBP", quality=80, method=6)
            written.append(small)
    return tuple(written)
