"""The transcript and the portrait of a thread, from the message objects of Discord's API."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops

from bot.sandbox.portrait import WIDTH, portrait
from bot.sandbox.transcript import fetched, saved, spoken, transcript

MIRA, DARKROOM = {"id": "1", "username": "mira"}, {"id": "2", "username": "Darkroom", "bot": True}


def _picture(size: tuple[int, int], mode: str = "RGB") -> bytes:
    out = BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(out, "PNG")
    return out.getvalue()


def _attachment(number: int, name: str, content: bytes, size: tuple[int, int] | None = None) -> dict[str, Any]:
    pixels = {"width": size[0], "height": size[1]} if size else {}
    url = f"http://127.0.0.1/attachments/{number}/{name}?ex=1"
    return {"id": str(number), "filename": name, "size": len(content), "url": url, **pixels}


def _message(author: Mapping[str, Any], second: int, content: str, **more: object) -> dict[str, Any]:
    stamp = f"2026-11-20T14:03:{second:02d}.123000+00:00"
    return {"id": str(100 + second), "author": author, "content": content, "timestamp": stamp, **more}


FILES = {"7": _picture((64, 48)), "8": _picture((64, 48), "RGBA"), "9": b"no picture"}
SOURCE = _message(MIRA, 1, "my lake", attachments=[_attachment(7, "lake.png", FILES["7"], (64, 48))])
BUTTONS = [
    {"type": 2, "style": 1, "label": "Again", "custom_id": "edit:again:7:1"},
    {"type": 2, "style": 4, "label": "Delete", "custom_id": "x", "disabled": True},
]
THREAD = (
    SOURCE,
    _message(
        MIRA,
        2,
        "<@2> make it **red**",
        mentions=[DARKROOM],
        message_reference={"type": 0, "message_id": "101"},
        referenced_message=SOURCE,
    ),
    _message(
        DARKROOM,
        3,
        "Edit #7 · done\n-# mask: sky-mask.png",
        thread={"name": "make it red"},
        embeds=[{"title": "Allowance", "fields": [{"name": "Resets", "value": "<t:1795219200:R>"}]}],
    ),
    _message(
        DARKROOM,
        4,
        "v1",
        attachments=[
            _attachment(8, "edit-7-v1-1.png", FILES["8"], (64, 48)),
            _attachment(9, "edit-7.txt", FILES["9"]),
        ],
        components=[{"type": 1, "components": BUTTONS}],
    ),
    _message(DARKROOM, 5, "19 of 20 left", flags=64),
)


def test_a_transcript_reads_like_the_thread() -> None:
    """Authors, times, replies, names, embeds, files with pixels and bytes, buttons, the thread, what is private."""
    text = transcript(THREAD, FILES, "#pictures")

    bar, (lake, red, note) = "─" * 24, (len(FILES[key]) for key in "789")
    assert text == (
        f"#pictures\n{bar}\n\n"
        f"14:03:01  mira\n          my lake\n          ▪ lake.png · 64x48 · {lake:,} bytes\n\n"
        "14:03:02  mira\n          ╭ mira: my lake\n          @Darkroom make it red\n\n"
        "14:03:03  Darkroom [bot]\n          Edit #7 · done\n          mask: sky-mask.png\n"
        "          │ Allowance\n          │ Resets: 00:00 UTC\n          ╰ thread: make it red\n\n"
        f"14:03:04  Darkroom [bot]\n          v1\n          ▪ edit-7-v1-1.png · 64x48 · {red:,} bytes\n"
        f"          ▪ edit-7.txt · {note} bytes\n          [Again] [Delete] (off)\n\n"
        "14:03:05  Darkroom [bot]   (only mira sees this)\n          19 of 20 left\n"
    )


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"content": "see https://discord.com/channels/1/2/3"}, "see (link to the message)"),
        ({"content": "[here](https://example.org/x) </edit:123>"}, "here /edit"),
        ({"content": "", "flags": 128 | 64}, "Darkroom is thinking…"),
        ({"content": "", "components": [{"type": 17, "components": [{"type": 10, "content": "inside"}]}]}, "inside"),
        ({"content": "", "timestamp": None, "embeds": None, "attachments": None}, ""),
    ],
)
def test_text_is_what_a_person_would_read(more: Mapping[str, object], text: str) -> None:
    """Links, commands, waiting and newer components are turned into words."""
    assert spoken({**_message(DARKROOM, 1, ""), **more}).text == text


def test_a_description_is_told_shortly() -> None:
    """What is said of a picture to whoever cannot see it stands behind its size, on one line of sixty characters."""
    described = {**_attachment(8, "edit-7-v1-1.png", FILES["8"]), "description": f"Edited\npicture: {'sunset ' * 40}"}
    text = transcript([_message(DARKROOM, 4, "v1", attachments=[described])], FILES)

    [line] = [line for line in text.splitlines() if "▪" in line]
    assert line.partition(" · alt: ")[2] == f"Edited picture: {'sunset ' * 40}"[:59] + "…"


def test_a_described_picture_has_a_badge(tmp_path: Path) -> None:
    """The portrait differs in the picture's lower left corner, and nowhere else."""
    plain = _attachment(8, "edit-7-v1-1.png", _picture((640, 480)), (640, 480))
    files = {"8": _picture((640, 480))}
    drawn: list[Image.Image] = []
    for attached in (plain, {**plain, "description": "a lake"}):
        path = tmp_path / f"{len(drawn)}.png"
        portrait([_message(DARKROOM, 4, "v1", attachments=[attached])], files, "pictures", path)
        with Image.open(path) as opened:
            drawn.append(opened.convert("RGB"))

    box = ImageChops.difference(*drawn).getbbox()
    assert box is not None
    assert (box[2] - box[0], box[3] - box[1]) == (47, 29)


def test_a_reply_to_nothing_says_so() -> None:
    """A reply whose message was deleted, and one to a message of files only."""
    reference = {"message_reference": {"type": 0, "message_id": "1"}}
    gone = spoken(_message(MIRA, 1, "x", **reference, referenced_message=None))
    files = spoken(_message(MIRA, 1, "x", **reference, referenced_message={**SOURCE, "content": ""}))

    assert (gone.replies_to, files.replies_to) == ("a message that is gone", "mira: 1 file")


async def test_files_are_fetched_and_saved(tmp_path: Path) -> None:
    """Only what the bot posted is saved, under its own name; a second file of that name gets a number."""

    async def download(url: str) -> bytes:
        return FILES[url.split("/")[4]]

    again = _message(DARKROOM, 6, "", attachments=[_attachment(8, "../edit-7-v1-1.png", FILES["8"])])
    files = await fetched((*THREAD, again), download)
    paths = saved((*THREAD, THREAD[3], again), files, tmp_path / "out")

    assert files == FILES
    assert [path.name for path in paths] == [
        "edit-7-v1-1.png",
        "edit-7.txt",
        "edit-7-v1-1-2.png",
        "edit-7-2.txt",
        "_edit-7-v1-1.png",
    ]
    assert all(path.parent == tmp_path / "out" and path.stat().st_size for path in paths)


def test_a_portrait_is_a_picture_of_the_thread(tmp_path: Path) -> None:
    """It has the promised width, grows with the thread, and shows more than the ground."""
    short = portrait(THREAD[:1], FILES, "pictures", tmp_path / "deep" / "short.png")
    long = portrait(THREAD * 2, FILES, "pictures", tmp_path / "long.png")

    with Image.open(short) as one, Image.open(long) as two:
        assert one.width == two.width == WIDTH
        assert two.height > one.height > 100
        assert len(one.getcolors(maxcolors=1 << 20) or ()) > 50


def test_a_portrait_needs_no_files_and_no_words(tmp_path: Path) -> None:
    """Missing contents, eleven pictures, empty messages, long words and foreign letters are all drawn."""
    eleven = [_attachment(7, f"{nth}.png", b"", (64, 48)) for nth in range(11)]
    odd = [
        _message({}, 1, ""),
        _message(MIRA, 2, "w" * 900),
        _message(MIRA, 3, "画一只猫 🎈", attachments=eleven),
        _message(DARKROOM, 4, "", components=[{"type": 1, "components": [{**BUTTONS[0], "label": "x" * 60}] * 5}]),
    ]

    full, bare = (portrait(odd, files, "", tmp_path / f"{len(files)}.png") for files in (FILES, {}))

    with Image.open(full) as drawn, Image.open(bare) as without:
        assert drawn.height > without.height
