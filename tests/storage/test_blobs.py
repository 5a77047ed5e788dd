"""Pictures on disk: kept whole under their content's name, and swept when nobody needs them."""

import asyncio
import hashlib
import os
from pathlib import Path

import pytest

from bot.storage.blobs import DiskBlobs
from bot.storage.errors import FolderUnusable
from bot.workflow.ports import Blobs

LONG_AGO = 1_000_000.0


@pytest.fixture
async def blobs(tmp_path: Path) -> DiskBlobs:
    """Blobs in a folder that is not there yet."""
    blobs = DiskBlobs(tmp_path / "data")
    await blobs.open()
    return blobs


async def keep(blobs: DiskBlobs, content: bytes, name: str = "picture.png") -> str:
    """Keep this content by way of the workshop."""
    async with blobs.workshop() as folder:
        path = folder / name
        await asyncio.to_thread(path.write_bytes, content)
        return await blobs.keep(path)


def age(blobs: DiskBlobs, key: str) -> None:
    """Let the blob have been kept long ago."""
    os.utime(blobs.path(key), (LONG_AGO, LONG_AGO))


async def test_a_picture_is_kept_under_its_content(blobs: DiskBlobs) -> None:
    """The key is the hash of the bytes, the bytes are there whole, and nothing else is left."""
    key = await keep(blobs, b"a picture")

    assert key == hashlib.sha256(b"a picture").hexdigest()
    assert blobs.path(key).read_bytes() == b"a picture"
    assert blobs.path(key).parent.name == key[:2]


async def test_the_same_picture_twice_is_one_file_kept_anew(blobs: DiskBlobs) -> None:
    """Keeping what is there already makes it young again, and mends it where it was damaged."""
    first = await keep(blobs, b"a picture")
    blobs.path(first).write_bytes(b"a pic")
    age(blobs, first)

    second = await keep(blobs, b"a picture", "other.png")

    assert first == second
    assert blobs.path(first).read_bytes() == b"a picture"
    assert await blobs.sweep((), LONG_AGO + 1) == 0


async def test_a_file_that_was_written_long_ago_is_young_once_it_is_kept(blobs: DiskBlobs) -> None:
    """Young or old is counted from the keeping, whatever time the file brings along."""
    async with blobs.workshop() as folder:
        path = folder / "old.png"
        path.write_bytes(b"a picture")
        os.utime(path, (LONG_AGO, LONG_AGO))
        await blobs.keep(path)

    assert await blobs.sweep((), LONG_AGO + 1) == 0


async def test_many_keep_the_same_picture_at_once(blobs: DiskBlobs) -> None:
    """Ten members with one picture do not get in each other's way."""
    keys = await asyncio.gather(*(keep(blobs, b"a picture", f"{number}.png") for number in range(10)))

    assert len(set(keys)) == 1
    assert blobs.path(keys[0]).read_bytes() == b"a picture"


async def test_sweep_takes_what_is_old_and_not_in_use(blobs: DiskBlobs) -> None:
    """What is in use stays however old, what is young stays whoever needs it."""
    old, used, young = [await keep(blobs, content) for content in (b"old", b"used", b"young")]
    for key in (old, used):
        age(blobs, key)

    swept = await blobs.sweep({used}, LONG_AGO + 1)

    assert swept == 1
    assert [blobs.path(key).exists() for key in (old, used, young)] == [False, True, True]


async def test_sweep_keeps_its_hands_off_other_files(blobs: DiskBlobs) -> None:
    """A file that is no blob is not ours to delete."""
    key = await keep(blobs, b"a picture")
    stranger = blobs.path(key).parent / "readme.txt"
    stranger.write_text("mine")
    os.utime(stranger, (LONG_AGO, LONG_AGO))

    assert await blobs.sweep((), LONG_AGO + 1) == 0
    assert stranger.exists()


async def test_a_workshop_is_gone_afterwards(blobs: DiskBlobs) -> None:
    """Whether the work in it went well or not, nothing of it stays."""
    folders: list[Path] = []

    await work(blobs, folders)
    with pytest.raises(KeyError):
        await work(blobs, folders, KeyError)

    assert folders[0] != folders[1]
    assert [folder.exists() for folder in folders] == [False, False]


async def work(blobs: DiskBlobs, folders: list[Path], trouble: type[Exception] | None = None) -> None:
    """Note the workshop's folder, leave a file in it, and perhaps come to grief."""
    async with blobs.workshop() as folder:
        folders.append(folder)
        (folder / "draft.png").write_bytes(b"x")
        if trouble:
            raise trouble


async def test_a_start_clears_what_a_crash_left(tmp_path: Path, blobs: DiskBlobs) -> None:
    """Folders and files in the workshop are gone after the next start; kept pictures are not."""
    key = await keep(blobs, b"a picture")
    crashed = tmp_path / "data" / "workshop" / "crashed"
    crashed.mkdir()
    (crashed / "half.png").write_bytes(b"hal")
    (tmp_path / "data" / "workshop" / "loose.png").write_bytes(b"l")

    await DiskBlobs(tmp_path / "data").open()

    assert list((tmp_path / "data" / "workshop").iterdir()) == []
    assert blobs.path(key).exists()


async def test_nobody_else_may_look_at_the_pictures(tmp_path: Path, blobs: DiskBlobs) -> None:
    """The folders belong to the bot's user alone."""
    key = await keep(blobs, b"a picture")
    async with blobs.workshop() as folder:
        folders = (tmp_path / "data" / "blobs", blobs.path(key).parent, folder.parent, folder)

        assert {path.stat().st_mode & 0o777 for path in folders} == {0o700}


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "a" * 63, "A" * 64, "a" * 64 + "\n"])
def test_a_key_is_a_hash_and_nothing_else(tmp_path: Path, key: str) -> None:
    """No name leads out of the folder."""
    with pytest.raises(ValueError, match="64 hexadecimal"):
        DiskBlobs(tmp_path).path(key)


async def test_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    """Where a file stands in the folder's place, the sentence names the setting."""
    (tmp_path / "file").touch()

    with pytest.raises(FolderUnusable, match="DATA_DIR"):
        await DiskBlobs(tmp_path / "file").open()


async def test_the_blobs_obey_their_port(blobs: DiskBlobs) -> None:
    """They can be given to whoever asks for some."""
    port: Blobs = blobs

    assert port is blobs
