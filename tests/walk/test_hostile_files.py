"""Files that are not what they should be: refused in a sentence that says how to mend it, or taken and made clean."""

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pytest
from PIL import Image

from bot.sandbox.discord_api.faults import Fault
from bot.sandbox.engine.form import File
from tests.images.files import encoded
from tests.walk import bad_files as bad
from tests.walk import good_files as good
from tests.walk.bad_files import Bad
from tests.walk.conftest import Crowd
from tests.walk.good_files import SECRET, Good
from tests.walk.sight import (
    edited,
    ended,
    is_private,
    is_whole,
    mask,
    of_bot,
    opened_by,
    picture,
    quota,
    share_apart,
    words,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True, slots=True)
class Refused:
    """Files that are refused, and why, in words."""

    claim: str
    files: Callable[[], Iterable[Bad]]


@dataclass(frozen=True, slots=True)
class Taken:
    """Files that are taken in one edit, and what becomes of them, in words."""

    claim: str
    files: Callable[[], Iterable[Good]]


NAMES = (
    "..\\..\\x.png",
    "a\r\nX-Evil: 1\r\n\r\n.png",
    'x"; filename="evil.svg',
    "\u202egnp.exe",
    f"{'n' * 300}.png",
    "@everyone **bold**.png",
)
REFUSED = (
    Refused("a bomb is refused by its header, whether its pixels are all there or none", bad.bombs),
    Refused("a size that no picture has is refused by the header", bad.absurdities),
    Refused("a file of no bytes, of one and of a signature alone is refused", bad.stumps),
    Refused("a file whose end is missing is damaged", bad.cut_short),
    Refused("what is no picture is refused by its bytes, whatever its name", bad.foreign),
    Refused("a picture of a kind that is not opened is refused by what it is", bad.unopened),
    Refused("a dot, a line and a strip are refused by their shape", bad.shapes),
)
TAKEN = (
    Taken("texts that unpack to a hundred megabytes, and twenty thousand of them, are dropped", good.text_bombs),
    Taken("of an animation the first picture is used, which is said", good.films),
    Taken("colours are what they look like, however the file says them", good.kinds_of_colour),
    Taken("a picture is sent upright, however the camera was held", good.orientations),
    Taken("an orientation that there is not changes nothing", good.no_orientations),
    Taken("place, camera, its maker's notes, owner, texts and profiles stay behind", good.tell_tales),
    Taken("MPO, HEIC, AVIF, BMP and TIFF are taken, of several pictures the first", good.other_kinds),
    Taken("what hangs on behind a picture's end, or hides in its remarks, stays behind", good.polyglots),
    Taken("the same file twice is two pictures", good.twins),
)


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row.files.__name__)
async def test_a_bad_file_is_refused_at_the_door(crowd: Crowd, row: Refused) -> None:
    """The member alone reads a sentence that names the file; nothing is public, held, charged or sent."""
    async with crowd.newcomer() as mira:
        files = list(row.files())
        asked = [await mira.edit(images=[picture(), (one.name, one.content)], prompt=row.claim) for one in files]
        public, left = await of_bot(mira), await quota(mira)

    for one, acted in zip(files, asked, strict=True):
        assert (acted.refused or "").startswith(one.says)
        assert is_private(acted)
    assert public == []
    assert is_whole(left)
    assert crowd.calls(row.claim) == []


@pytest.mark.parametrize("name", ["cut.jpg", "cut.gif", "spoiled.png"])
async def test_a_file_that_is_damaged_within_ends_its_edit(crowd: Crowd, name: str) -> None:
    """The edit that was placed is told as failed, by the file's name; nothing is charged or sent."""
    [one] = [one for one in bad.damaged_within() if one.name == name]
    prompt = f"damaged within {name}"
    async with crowd.newcomer() as mira:
        acted = await edited(mira, images=[picture(), (one.name, one.content)], prompt=prompt)
        left = await quota(mira)

    [told] = words(acted.posted)
    assert told.partition(": ")[2].startswith(one.says)
    assert told.endswith("Nothing was charged.")
    assert acted.files == ()
    assert is_whole(left)
    assert crowd.calls(prompt) == []


async def test_a_bad_mask_is_asked_back(crowd: Crowd) -> None:
    """A mask that selects nothing, everything or nobody knows what is refused before anything is held."""
    ground = ("ground.png", encoded(good.quarters(), "PNG"))
    async with crowd.newcomer() as mira:
        files = list(bad.masks())
        asked = [await mira.edit(images=[ground], mask=(one.name, one.content), prompt="bad mask") for one in files]
        public, left = await of_bot(mira), await quota(mira)

    for one, acted in zip(files, asked, strict=True):
        assert (acted.refused or "").startswith(one.says)
        assert is_private(acted)
    assert public == []
    assert is_whole(left)
    assert crowd.calls("bad mask") == []


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")  # the stand-in of Discord looks into the files as well
@pytest.mark.parametrize("row", TAKEN, ids=lambda row: row.files.__name__)
async def test_an_odd_file_is_taken_and_made_clean(crowd: Crowd, row: Taken) -> None:
    """Of each the upright picture arrives at the provider in its own colours, and nothing else of the file."""
    async with crowd.newcomer() as mira:
        files = list(row.files())
        acted = await edited(mira, images=[(one.name, one.content) for one in files], prompt=row.claim)
        results = [await mira.download(file["url"]) for file in acted.files]

    assert acted.refused is None
    arrived = crowd.form(row.claim).files
    for one, file in zip(files, arrived, strict=True):
        assert (one.name, _unlike(one, file)) == (one.name, "")
        assert (one.name, good.leftovers(bytes(file.body))) == (one.name, set())
        assert SECRET not in bytes(file.body)
        assert one.note in (acted.private or {})["content"]
    assert len(results) == 1
    assert SECRET not in results[0]


@pytest.mark.parametrize("kind", ["heavy", "film", "jpeg"])
async def test_an_odd_mask_is_taken(crowd: Crowd, kind: str) -> None:
    """Five megabytes of noise below the transparency, an animation, and white on black as JPEG select the same."""
    masks = {"heavy": good.heavy_mask, "film": good.film_mask, "jpeg": good.jpeg_mask}
    ground = ("ground.png", encoded(good.quarters(size=good.MASKED), "PNG"))
    async with crowd.newcomer() as mira:
        await edited(mira, images=[ground], mask=(f"{kind}.png", masks[kind]()), prompt=kind)

    opened, left_half = opened_by(crowd.form(kind)), good.left_half()
    assert share_apart(opened, left_half) < 0.01
    [part] = [part for part in crowd.calls(kind)[0].files if part.name == "mask"]
    assert (part.content_type, part.bytes < 4 * 2**20) == ("image/png", True)


async def test_a_mask_is_compared_with_the_upright_picture(crowd: Crowd) -> None:
    """One that was painted over the picture as it is seen fits; one of the shape that is in the file does not."""
    seen, stored = mask("seen.png", good.SIZE), mask("stored.png", good.SIZE[::-1])
    async with crowd.newcomer() as mira:
        refused = await mira.edit(images=[("way6.jpg", good.turned(6))], mask=stored, prompt="stored")
        acted = await edited(mira, images=[("way6.jpg", good.turned(6))], mask=seen, prompt="seen")

    assert refused.refused == (
        "The mask stored.png is 64x96 and the first picture is 96x64. Make the mask the same size."
    )
    assert len(acted.files) == 1
    assert share_apart(opened_by(crowd.form("seen")), good.left_half(good.SIZE)) < 0.01


async def test_one_bad_file_among_good_ones_is_named(crowd: Crowd) -> None:
    """Nine pictures and a page: the page is named, and none of the ten is sent."""
    files = [picture(f"p{number}.png") for number in range(9)]
    files.insert(6, ("holiday.png", b"<!doctype html>"))
    async with crowd.newcomer() as mira:
        acted = await mira.edit(images=files, prompt="one of ten")

    assert (acted.refused or "").startswith("holiday.png is not a picture that I can read: it looks like HTML.")
    assert crowd.calls("one of ten") == []


async def test_an_announced_size_is_a_limit(crowd: Crowd) -> None:
    """Half a gigabyte is refused before a byte is fetched; a file of more than it announced is cut off."""
    faults = crowd.stage.sandbox.discord.faults
    faults.add(Fault("UPLOAD", "huge", how="size", size=500 * 2**20), Fault("UPLOAD", "lying", how="size", size=100))
    faults.add(Fault("GET", "huge", 404))
    async with crowd.newcomer() as mira:
        huge = await mira.edit(images=[picture("huge.png")], prompt="announced")
        lying = await mira.edit(images=[("lying.png", bytes(2**20))], prompt="announced")
    left = [fault.path for fault in faults.waiting]
    faults.clear()

    assert huge.refused == "huge.png is 500 MB, and the limit is 50 MB. Save it smaller and send it again."
    assert (lying.refused or "").startswith("lying.png is ")
    assert (lying.refused or "").endswith("Save it smaller and send it again.")
    assert left == ["huge"]
    assert crowd.calls("announced") == []


async def test_a_files_name_goes_nowhere(crowd: Crowd) -> None:
    """Paths, header lines, quotes, reversed text, 300 letters and a ping: the provider gets names of the bot's own,
    and what is shown of them is harmless."""
    world = crowd.stage.sandbox.discord.world
    async with crowd.newcomer() as mira:
        message = await mira.say("", [picture(f"p{nth}.png", (64, 64)) for nth in range(len(NAMES))], mention=False)
        # Discord would have cleaned them; what it hands out is not believed all the same.
        for file, name in zip(message["attachments"], NAMES, strict=True):
            world.attachments[int(file["id"])].filename = name
        opened = await mira.menu("Edit picture", int(message["id"]), wait="answer")
        assert opened.modal is not None
        acted = await mira.submit(opened.modal, {opened.modal.prompt_field(): "odd names"}, wait="answer")
        done = await ended(mira, acted)

    [call] = crowd.calls("odd names")
    assert [part.filename for part in call.files] == [f"image_{nth}.png" for nth in range(len(NAMES))]
    told = (acted.private or {})["content"]
    notes = [line for line in told.splitlines() if line.endswith("is only 64x64: the result may be poor")]
    assert len(notes) == len(NAMES)
    assert all(len(line) < 120 for line in notes)
    assert not any(dangerous in told for dangerous in ("\r", "\u202e", "@everyone", "**bold**"))
    assert [file["filename"].partition("-")[0] for file in done.files] == ["edit"]


def _unlike(one: Good, file: File) -> str:
    """What is wrong with a file that arrived, in a word or two."""
    with Image.open(io.BytesIO(file.body)) as opened:
        shown = opened.convert("RGBA")
    if shown.size != one.size:
        return f"{shown.size}"
    seen = good.quarter_colours(shown)
    apart = [
        abs(a - b)
        for colour, wanted in zip(seen, one.colours, strict=True)
        for a, b in zip(colour, wanted, strict=True)
    ]
    return "" if max(apart) <= one.off else f"{seen}"
