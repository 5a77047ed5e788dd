"""From what was asked to a request, without Discord: refusals before a byte is fetched."""

from dataclasses import replace
from pathlib import Path

import discord
import pytest

from bot.chat.intake.download import DISCORD_ORIGINS, Downloads, Offered
from bot.chat.intake.reading import Asked
from bot.chat.intake.taking import Caps, Intake, tell_apart
from bot.chat.place import NEEDED, check_permissions, kind_of
from bot.domain.catalog import Catalog
from bot.domain.errors import (
    FileEmpty,
    FileTooBig,
    FileUnreachable,
    MaskUnsupported,
    NoPicture,
    NoPrompt,
    NotHere,
    NotInPrivate,
    OptionUnknown,
    PermissionMissing,
    Refused,
    Stopping,
    TooManyPictures,
    TwoMasks,
    UnknownModel,
)
from bot.domain.request import Door, HouseRules, MaskWish, Options, Origin, Place, PlaceKind
from bot.words.amounts import MIB
from tests.chat.scene import a_catalog
from tests.standins import FolderBlobs, HandClock, Steps

# An address that no test may reach: what gets as far as a download fails as unreachable.
NOWHERE = "https://127.0.0.1:1/x"


def file(name: str, size: int = 10) -> Offered:
    """A file as Discord announces it."""
    return Offered(name, NOWHERE, size)


def asked(*names: str) -> Asked:
    """An edit of files with these names."""
    return Asked(
        origin=Origin(Door.SLASH, 1),
        place=Place(5, 6, PlaceKind.CHANNEL),
        user_id=42,
        locale="en-US",
        granted=discord.Permissions.all(),
        prompt="make it snow",
        pictures=tuple(file(name) for name in names),
    )


async def refusal(
    folder: Path,
    wanted: Asked,
    *,
    rules: HouseRules | None = None,
    stopping: bool = False,
    catalog: Catalog | None = None,
) -> Refused:
    """What the intake says no with; the blobs stay untouched."""
    steps = Steps()
    blobs = FolderBlobs(folder, HandClock(steps), steps)
    async with Downloads(DISCORD_ORIGINS) as downloads:
        intake = Intake(
            blobs, downloads, catalog or a_catalog(), rules or HouseRules(), lambda: stopping, Caps(50 * MIB, 200 * MIB)
        )
        with pytest.raises(Refused) as caught:
            await intake.take(wanted)
    assert "keep" not in steps.taken
    return caught.value


PLENTY = tuple(f"{number}.png" for number in range(17))


@pytest.mark.parametrize(
    ("wanted", "kind"),
    [
        (asked(), NoPicture),
        (asked(*PLENTY), TooManyPictures),
        (asked("mask.png", "sky-mask.png", "a.png"), TwoMasks),
        (replace(asked("a.png"), prompt=" \u200b"), NoPrompt),
        (replace(asked("a.png"), model="dall-e-9"), UnknownModel),
        (replace(asked("a.png"), options=Options(quality="best")), OptionUnknown),
        (replace(asked(), pictures=(file("a.png", 0),)), FileEmpty),
        (replace(asked(), pictures=(file("a.png", 51 * MIB),)), FileTooBig),
        (replace(asked("a.png"), mask=file("m.png", 51 * MIB)), FileTooBig),
        (replace(asked(), pictures=tuple(file("image.png", 41 * MIB) for _ in range(5))), FileTooBig),
        (replace(asked(), pictures=(file("image.png", 60 * MIB), file("image.png"))), FileTooBig),
        (replace(asked("a.png"), granted=discord.Permissions.none()), PermissionMissing),
    ],
)
async def test_refused_before_a_byte(tmp_path: Path, wanted: Asked, kind: type[Refused]) -> None:
    """What can be known from Discord's announcement is refused before anything is fetched or kept."""
    assert type(await refusal(tmp_path, wanted)) is kind


async def test_sixteen_and_a_mask(tmp_path: Path) -> None:
    """The mask is not one of the sixteen pictures."""
    sixteen = replace(asked(*PLENTY[:16]), mask=file("m.png"))

    assert type(await refusal(tmp_path, replace(sixteen, prompt=""))) is NoPrompt
    with pytest.raises(TooManyPictures):
        raise await refusal(tmp_path, replace(sixteen, pictures=asked(*PLENTY).pictures))


@pytest.mark.parametrize("dialects", [("anyfast", "openai"), ("openai", "anyfast")])
async def test_any_provider_will_do(tmp_path: Path, dialects: tuple[str, ...]) -> None:
    """What one provider of the model cannot do is taken where another one can, whichever comes first."""
    wanted = replace(asked("a.png"), mask=file("m.png"), options=Options(quality="high", size="1008x1008"))

    assert type(await refusal(tmp_path, wanted, catalog=a_catalog(*dialects))) is FileUnreachable
    assert type(await refusal(tmp_path, wanted, catalog=a_catalog("anyfast"))) is MaskUnsupported


async def test_a_mask_that_is_ignored(tmp_path: Path) -> None:
    """A provider that ignores masks will do as long as the lock puts back what is outside; without it, it won't."""
    masked, catalog = replace(asked("a.png"), mask=file("m.png")), a_catalog("vllm_omni")
    unlocked = replace(masked, mask_wish=MaskWish(lock=False))

    assert type(await refusal(tmp_path, masked, catalog=catalog)) is FileUnreachable
    assert type(await refusal(tmp_path, unlocked, catalog=catalog)) is MaskUnsupported


async def test_where(tmp_path: Path) -> None:
    """The rules of the house come first, and a process that stops takes nothing in."""
    rules = HouseRules(frozenset({9}))
    private = replace(asked("a.png"), place=Place(None, 6, PlaceKind.IN_PLACE))

    assert type(await refusal(tmp_path, asked("a.png"), rules=rules)) is NotHere
    assert type(await refusal(tmp_path, private, rules=rules)) is NotInPrivate
    assert type(await refusal(tmp_path, asked("a.png"), stopping=True)) is Stopping


@pytest.mark.parametrize(
    ("names", "pictures", "mask"),
    [
        (("a.png", "sky-mask.png", "b.png"), ("a.png", "b.png"), "sky-mask.png"),
        (("mask.png",), ("mask.png",), None),
        (("a.png", "b.png"), ("a.png", "b.png"), None),
    ],
)
def test_mask_by_name(names: tuple[str, ...], pictures: tuple[str, ...], mask: str | None) -> None:
    """The mask is the file that is named so; a lone file is the picture; the others keep their order."""
    found, chosen = tell_apart(asked(*names))

    assert tuple(one.filename for one in found) == pictures
    assert (chosen.filename if chosen else None) == mask


def test_mask_by_option() -> None:
    """Where the mask is given as such, names are not looked at."""
    found, chosen = tell_apart(replace(asked("sky-mask.png", "mask.png"), mask=file("photo.png")))

    assert [one.filename for one in found] == ["sky-mask.png", "mask.png"]
    assert chosen == file("photo.png")


def test_mask_without_a_picture() -> None:
    """A mask alone is no edit."""
    with pytest.raises(NoPicture):
        tell_apart(replace(asked(), mask=file("m.png")))


@pytest.mark.parametrize(
    ("channel", "kind"),
    [
        (discord.ChannelType.text, PlaceKind.CHANNEL),
        (discord.ChannelType.news, PlaceKind.CHANNEL),
        (discord.ChannelType.public_thread, PlaceKind.THREAD),
        (discord.ChannelType.private_thread, PlaceKind.THREAD),
        (discord.ChannelType.news_thread, PlaceKind.THREAD),
        (discord.ChannelType.voice, PlaceKind.IN_PLACE),
        (discord.ChannelType.stage_voice, PlaceKind.IN_PLACE),
        (discord.ChannelType.private, PlaceKind.IN_PLACE),
    ],
)
def test_kind(channel: discord.ChannelType, kind: PlaceKind) -> None:
    """A text or announcement channel gets a thread; a thread is used as it is; everywhere else it is in place."""
    assert kind_of(channel) is kind


@pytest.mark.parametrize(("kind", "permission"), [(kind, one) for kind in NEEDED for one in NEEDED[kind]])
def test_permissions(kind: PlaceKind, permission: str) -> None:
    """Each missing permission is named as Discord's settings name it."""
    enough = discord.Permissions(**dict.fromkeys(NEEDED[kind], True))
    check_permissions(enough, kind)

    with pytest.raises(PermissionMissing) as caught:
        check_permissions(discord.Permissions(enough.value & ~getattr(discord.Permissions, permission).flag), kind)

    assert caught.value.fields == {"permission": NEEDED[kind][permission]}


def test_sending_in_a_thread() -> None:
    """In a thread the right to send in threads counts, and that to send in the channel does not."""
    granted = discord.Permissions(**dict.fromkeys(NEEDED[PlaceKind.THREAD], True))

    check_permissions(granted, PlaceKind.THREAD)
    with pytest.raises(PermissionMissing):
        check_permissions(granted, PlaceKind.CHANNEL)
