"""From what was asked to a request, without Discord: refusals before a byte is fetched."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.chat.intake.finder import name_of
from bot.chat.intake.reading import Asked
from bot.chat.intake.taking import tell_apart
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
    PermissionsMissing,
    PermissionsYours,
    Refused,
    Stopping,
    TooManyPictures,
    TwoMasks,
    UnknownModel,
)
from bot.domain.request import HouseRules, MaskWish, Options, Place, PlaceKind
from bot.words.amounts import MIB
from tests.chat.counter import an_intake, asked, file
from tests.chat.scene import a_catalog
from tests.standins import Steps


async def refusal(folder: Path, wanted: Asked, **house: Any) -> Refused:
    """What the intake says no with; the blobs stay untouched."""
    steps = Steps()
    async with an_intake(folder, steps=steps, **house) as intake:
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
        (replace(asked("a.png"), granted=discord.Permissions.none()), PermissionsMissing),
    ],
)
async def test_refused_before_a_byte(tmp_path: Path, wanted: Asked, kind: type[Refused]) -> None:
    """What can be known from Discord's announcement is refused before anything is fetched or kept."""
    assert type(await refusal(tmp_path, wanted)) is kind


async def test_whoever_can_help(tmp_path: Path) -> None:
    """Somebody who may give the bot what it lacks is told where."""
    wanted = replace(asked("a.png"), granted=discord.Permissions.none(), may_grant=True)

    assert type(await refusal(tmp_path, wanted)) is PermissionsYours


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

    assert tuple(map(name_of, found)) == pictures
    assert (name_of(chosen) if chosen else None) == mask


def test_mask_by_option() -> None:
    """Where the mask is given as such, names are not looked at."""
    found, chosen = tell_apart(replace(asked("sky-mask.png", "mask.png"), mask=file("photo.png")))

    assert list(map(name_of, found)) == ["sky-mask.png", "mask.png"]
    assert chosen == file("photo.png")


def test_mask_without_a_picture() -> None:
    """A mask alone is no edit."""
    with pytest.raises(NoPicture):
        tell_apart(replace(asked(), mask=file("m.png")))
