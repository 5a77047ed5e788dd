"""Draws the pictures that come with the bot and its documents, each into its place: `make pictures`.

They are drawn by code so that a change is a change of text; the same code draws the same picture.
"""

from tests.pictures.pages import shrink
from tests.pictures.ways import TARGET, ways


def main() -> None:
    """Draw them all; those of the documents are made of the stories in `out/stories`."""
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    ways().save(TARGET, "PNG", optimize=True)
    shrink()


if __name__ == "__main__":
    main()
