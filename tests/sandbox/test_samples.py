"""The sample pictures and the lettering that the sandbox draws with."""

from pathlib import Path

from PIL import Image

from bot.sandbox.lettering import font, legible, lettered, wrapped
from bot.sandbox.samples import write_samples


def test_the_samples_are_what_an_edit_needs(tmp_path: Path) -> None:
    """A PNG, a JPEG and a mask of one size; the mask leaves the sky open and is known by its name."""
    samples = write_samples(tmp_path / "in")

    kinds = []
    for path in (samples.picture, samples.second, samples.mask):
        with Image.open(path) as picture:
            kinds.append((picture.format, picture.mode, picture.size))
    assert kinds == [
        ("PNG", "RGB", (1024, 1024)),
        ("JPEG", "RGB", (1024, 1024)),
        ("PNG", "RGBA", (1024, 1024)),
    ]
    assert samples.mask.stem.endswith("mask")
    with Image.open(samples.mask) as mask:
        alpha = mask.getchannel("A")
        assert (alpha.getpixel((500, 20)), alpha.getpixel((500, 1000))) == (0, 255)
        assert 0.3 < alpha.histogram()[0] / 1024**2 < 0.6


def test_the_samples_are_always_the_same(tmp_path: Path) -> None:
    """Two drawings are equal to the byte."""
    one, two = write_samples(tmp_path / "1"), write_samples(tmp_path / "2")

    assert one.picture.read_bytes() == two.picture.read_bytes()
    assert one.second.read_bytes() == two.second.read_bytes()


def test_letters_that_the_font_lacks_are_replaced() -> None:
    """Dashes and accents become plain letters; what has no plain letter becomes a question mark."""
    assert legible("Zażółć – café\n“x” 猫 🎈") == "Zazolc - cafe “x” ? ?"


def test_plain_text_keeps_the_plain_font() -> None:
    """A question mark that was typed is no sign of a missing letter."""
    assert lettered("really? – yes", 20) == ("really? - yes", font(20))


def test_lines_fit_and_the_last_tells_of_a_cut() -> None:
    """Every line is within the width, long words are broken, and a cut ends in an ellipsis."""
    face = font(20)
    lines = wrapped("one two three " * 20 + "x" * 300, face, 200, 4)

    assert len(lines) == 4
    assert all(face.getlength(line) <= 200 for line in lines)
    assert lines[-1].endswith("…")
    assert wrapped("", face, 200, 4) == ()
