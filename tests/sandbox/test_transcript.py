"""The transcript and the portrait of a thread, from the message objects of Discord's API."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from bot.sandbox.portrait import WIDTH, portrait
from bot.sandbox.transcript import fetched, form_text, saved, spoken, transcript
from tests.sandbox.messages import BOT, LABELS, MIRA, attachment, message, picture

FILES = {"7": picture((64, 48)), "8": picture((64, 48), "RGBA"), "9": b"no picture"}
SOURCE = message(MIRA, 1, "my lake", attachments=[attachment(7, "lake.png", FILES["7"], (64, 48))])
THREAD = (
    SOURCE,
    message(
        MIRA,
        2,
        "<@2> make it **red**",
        mentions=[BOT],
        message_reference={"type": 0, "message_id": "101"},
        referenced_message=SOURCE,
    ),
    message(
        BOT,
        3,
        "Edit #7 · done\n-# mask: sky-mask.png",
        thread={"name": "make it red"},
        embeds=[{"title": "Allowance", "fields": [{"name": "Resets", "value": "<t:1795219200:R>"}]}],
    ),
    message(
        BOT,
        4,
        "v1",
        attachments=[
            attachment(8, "edit-7-v1-1.png", FILES["8"], (64, 48)),
            attachment(9, "edit-7.txt", FILES["9"]),
        ],
        components=[{"type": 1, "components": LABELS}],
    ),
    message(BOT, 5, "19 of 20 left", flags=64),
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
    assert spoken({**message(BOT, 1, ""), **more}).text == text


def test_a_description_is_told_shortly() -> None:
    """What is said of a picture to whoever cannot see it stands behind its size, on one line of sixty characters."""
    described = {**attachment(8, "edit-7-v1-1.png", FILES["8"]), "description": f"Edited\npicture: {'sunset ' * 40}"}
    text = transcript([message(BOT, 4, "v1", attachments=[described])], FILES)

    [line] = [line for line in text.splitlines() if "▪" in line]
    assert line.partition(" · alt: ")[2] == f"Edited picture: {'sunset ' * 40}"[:59] + "…"


def test_a_described_picture_has_a_badge(tmp_path: Path) -> None:
    """The portrait differs in the picture's lower left corner, and nowhere else."""
    plain = attachment(8, "edit-7-v1-1.png", picture((640, 480)), (640, 480))
    files = {"8": picture((640, 480))}
    drawn: list[Image.Image] = []
    for attached in (plain, {**plain, "description": "a lake"}):
        path = tmp_path / f"{len(drawn)}.png"
        portrait([message(BOT, 4, "v1", attachments=[attached])], files, "pictures", path)
        with Image.open(path) as opened:
            drawn.append(opened.convert("RGB"))

    box = ImageChops.difference(*drawn).getbbox()
    assert box is not None
    assert (box[2] - box[0], box[3] - box[1]) == (47, 29)


def test_a_reply_to_nothing_says_so() -> None:
    """A reply whose message was deleted, and one to a message of files only."""
    reference = {"message_reference": {"type": 0, "message_id": "1"}}
    gone = spoken(message(MIRA, 1, "x", **reference, referenced_message=None))
    files = spoken(message(MIRA, 1, "x", **reference, referenced_message={**SOURCE, "content": ""}))

    assert gone.above is not None
    assert files.above is not None
    assert (gone.above.text, files.above.text) == ("a message that is gone", "mira: 1 file")


async def test_files_are_fetched_and_saved(tmp_path: Path) -> None:
    """Only what the bot posted is saved, under its own name; a second file of that name gets a number."""

    async def download(url: str) -> bytes:
        return FILES[url.split("/")[4]]

    again = message(BOT, 6, "", attachments=[attachment(8, "../edit-7-v1-1.png", FILES["8"])])
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
    eleven = [attachment(7, f"{nth}.png", b"", (64, 48)) for nth in range(11)]
    odd = [
        message({}, 1, ""),
        message(MIRA, 2, "w" * 900),
        message(MIRA, 3, "画一只猫 🎈", attachments=eleven),
        message(BOT, 4, "", components=[{"type": 1, "components": [{**LABELS[0], "label": "x" * 60}] * 5}]),
    ]

    full, bare = (portrait(odd, files, "", tmp_path / f"{len(files)}.png") for files in (FILES, {}))

    with Image.open(full) as drawn, Image.open(bare) as without:
        assert drawn.height > without.height


def test_what_else_a_message_shows_is_told() -> None:
    """Spoilers, stickers, forwards, menus with their choice, and pictures of embeds."""
    cat = {"url": "https://web.example/cat.png", "proxy_url": "https://cdn.example/cat.png"}
    menu = {"type": 3, "custom_id": "s", "options": [{"label": "One", "value": "1", "default": True}]}
    hidden = attachment(7, "SPOILER_lake.png", b"", (64, 48))
    shown = message(
        BOT,
        1,
        "x",
        sticker_items=[{"id": "5", "name": "wave", "format_type": 1}],
        embeds=[{"title": "t", "image": cat}],
        components=[{"type": 1, "components": [menu]}],
        message_snapshots=[{"message": message(MIRA, 1, "look", attachments=[hidden])}],
    )
    text = transcript([shown])

    for words in ("▸ forwarded", "SPOILER_lake.png · 64x48 · spoiler", "sticker: wave", "▪ cat.png", "[One ▾]"):
        assert words in text


def test_a_command_is_told_by_its_name() -> None:
    """With a stroke for a slash command, without for one of a message."""
    used = {"interaction_metadata": {"type": 2, "user": MIRA}}
    told = [
        spoken(message(BOT, 1, "x", **used, interaction={"name": name, "user": MIRA})).above
        for name in ("preset list", "Add to tray")
    ]

    assert [one and one.text for one in told] == ["mira used /preset list", "mira used Add to tray"]


def test_a_form_is_told_by_its_fields() -> None:
    """What was filled in by label or custom id: words, choices, files."""
    fields = [
        {"type": 18, "label": "Prompt", "component": {"type": 4, "custom_id": "p"}},
        {"type": 18, "label": "Files", "component": {"type": 19, "custom_id": "f"}},
        {"type": 18, "label": "Menu", "component": {"type": 3, "custom_id": "m"}},
    ]
    text = form_text("Edit", fields, {"Prompt": "snow", "f": [("a.png", b"a"), Path("b/b.png")]})

    assert text == "┌ Edit\n│ Prompt: snow\n│ Files: a.png, b.png\n│ Menu: \n└\n"
