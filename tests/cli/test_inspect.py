"""`darkroom inspect`: the verdict of the bot on files, without a bot."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from bot.cli import cli
from bot.sandbox.samples import Samples, write_samples
from bot.settings import Settings


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without `.env`, and an environment without settings."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return tmp_path


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    """A picture, a second one, and a mask for the first."""
    return write_samples(tmp_path_factory.mktemp("samples"))


def inspected(*words: str | Path) -> Result:
    """What the command says."""
    return CliRunner().invoke(cli, ["inspect", *map(str, words)])


def rows(result: Result) -> list[dict[str, Any]]:
    """Its lines of JSON."""
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_pictures_and_a_mask_that_would_be_taken(samples: Samples) -> None:
    """Each file has a line with the fields that scripts rely on; with a mask, picture 1 and the mask go as PNG."""
    result = inspected(samples.picture, samples.second, "--mask", samples.mask, "--json")

    assert result.exit_code == 0, result.output
    found = rows(result)
    assert [set(row) for row in found] == [{"file", "verdict", "reason", "format", "size", "sent_as", "ms"}] * 3
    assert [row["verdict"] for row in found] == ["accept"] * 3
    assert [row["format"] for row in found] == ["png", "jpeg", "png"]
    assert [row["sent_as"].split(",")[0] for row in found] == [
        "image/png 1024x1024",
        "image/jpeg 1024x1024",
        "image/png 1024x1024",
    ]


def test_a_file_that_would_be_refused(tmp_path: Path, samples: Samples) -> None:
    """One bad file among good ones: its own line says why, the others theirs, and the exit code is 1."""
    torn = tmp_path / "torn.png"
    torn.write_bytes(samples.picture.read_bytes()[:5000])
    drawing = tmp_path / "drawing.png"
    drawing.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")

    result = inspected(samples.picture, torn, drawing, "--json")

    assert result.exit_code == 1
    assert [row["verdict"] for row in rows(result)] == ["accept", "refuse", "refuse"]
    assert rows(result)[1]["reason"].startswith("torn.png is damaged or incomplete.")
    assert "drawing.png is not a picture that I can read" in rows(result)[2]["reason"]


def test_a_mask_that_does_not_fit(tmp_path: Path, samples: Samples) -> None:
    """The mask is judged with the picture that it belongs to."""
    mask = tmp_path / "mask.png"
    Image.new("RGBA", (64, 128), (0, 0, 0, 0)).save(mask)

    result = inspected(samples.picture, "--mask", mask, "--json")

    assert result.exit_code == 1
    assert [row["verdict"] for row in rows(result)] == ["accept", "refuse"]
    assert "64x128" in rows(result)[1]["reason"]


def test_what_the_model_says_no_to(samples: Samples) -> None:
    """Too many files for a model, a mask for one without, and a model that is not there are one sentence each."""
    for words in (
        (samples.picture, samples.second, "--model", "gpt-image-9"),
        (*[samples.picture] * 17,),
    ):
        result = inspected(*words)

        assert result.exit_code == 1
        assert result.stderr.startswith("refused: ")
        assert result.stdout == ""


def test_for_people(samples: Samples) -> None:
    """Without --json a line says it in words."""
    result = inspected(samples.second)

    assert result.exit_code == 0
    assert "balloon.jpg (jpeg · 1024x1024): would be sent as image/jpeg 1024x1024, " in result.stdout


def test_what_is_decided_about_a_file_is_said(tmp_path: Path, samples: Samples) -> None:
    """The first frame of an animation, how much a mask selects, and how it was understood: in the bot's own words."""
    animation = tmp_path / "cat.gif"
    frames = [Image.new("RGB", (300, 300), colour) for colour in ("red", "blue")]
    frames[0].save(animation, save_all=True, append_images=frames[1:])

    first, second, mask = rows(inspected(samples.picture, animation, "--mask", samples.mask, "--json"))

    assert first["sent_as"].endswith(" bytes")
    assert second["sent_as"].endswith("cat.gif: only the first frame is used")
    assert "sky-mask.png is the mask (what is transparent): " in mask["sent_as"]


@pytest.mark.parametrize(
    ("size", "said"),
    [((8, 8), "the shorter side needs at least 16 pixels"), ((3000, 200), "more than 10 times as long")],
)
def test_a_picture_of_an_impossible_size_is_refused(tmp_path: Path, size: tuple[int, int], said: str) -> None:
    """By the same rule as at the door."""
    picture = tmp_path / "strip.png"
    Image.new("RGB", size).save(picture)

    (row,) = rows(inspected(picture, "--json"))

    assert row["verdict"] == "refuse"
    assert said in row["reason"]
