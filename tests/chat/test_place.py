"""Where somebody asks, who they are there, and what the bot must be allowed to do before anything is held."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import discord
import pytest
from discord.app_commands import AppCommandContext

from bot.chat.place import NEEDED, check_permissions, is_guest, kind_of, may_grant, place_of, presser_of
from bot.domain.errors import NotHere, PermissionsMissing, PermissionsYours
from bot.domain.request import Place, PlaceKind
from bot.sandbox.discord_api.furnish import PICTURES
from bot.words.refusals import say
from bot.words.rights import PERMISSIONS
from tests.chat.scene import PICTURE, Scene, a_scene

CAT = ("cat.png", PICTURE)
KINDS = {
    discord.ChannelType.text: PlaceKind.CHANNEL,
    discord.ChannelType.news: PlaceKind.CHANNEL,
    discord.ChannelType.public_thread: PlaceKind.THREAD,
    discord.ChannelType.private_thread: PlaceKind.THREAD,
    discord.ChannelType.news_thread: PlaceKind.THREAD,
    discord.ChannelType.voice: PlaceKind.IN_PLACE,
    discord.ChannelType.stage_voice: PlaceKind.IN_PLACE,
    discord.ChannelType.private: PlaceKind.IN_PLACE,
}


@pytest.mark.parametrize("channel", KINDS)
def test_kind(channel: discord.ChannelType) -> None:
    """A text or announcement channel gets a thread; a thread is used as it is; everywhere else it is in place."""
    assert kind_of(channel) is KINDS[channel]


# ── what an interaction says of its place ───────────────────────────────────────────────────────────────────


@dataclass
class Room:
    """As much of a channel as is asked."""

    id: int = 5
    type: discord.ChannelType = discord.ChannelType.text
    adult: bool = False

    def is_nsfw(self) -> bool:
        return self.adult


@dataclass
class Asking:
    """As much of an interaction as is asked. `home` says that the server has installed the bot."""

    channel: Room | None = field(default_factory=Room)
    guild_id: int | None = 9
    home: bool = True
    may: discord.Permissions = field(default_factory=discord.Permissions.none)
    among_people: bool = False
    id: int = 77
    locale: discord.Locale = discord.Locale.german

    @property
    def user(self) -> discord.Object:
        return discord.Object(1)

    @property
    def permissions(self) -> discord.Permissions:
        return self.may

    @property
    def context(self) -> AppCommandContext:
        return AppCommandContext(private_channel=self.among_people)

    def is_guild_integration(self) -> bool:
        return self.home


def place(asking: Asking) -> Place:
    """Its place."""
    return place_of(cast("Any", asking))


def test_in_a_server() -> None:
    """The server, the channel and its kind, whether it is for adults, and the interaction whose answer it may be."""
    assert place(Asking()) == Place(9, 5, PlaceKind.CHANNEL, None, False, 77)
    assert place(Asking(Room(adult=True))).adult


def test_alone_with_the_bot() -> None:
    """A direct message with the bot is a place like any other, without a server."""
    private = Asking(Room(type=discord.ChannelType.private), guild_id=None)

    assert place(private).kind is PlaceKind.IN_PLACE
    assert not is_guest(cast("Any", private))


def test_as_a_guest() -> None:
    """Where the member has brought the bot along, the answer is the place, and the server's rules are not ours."""
    elsewhere = Asking(home=False)
    among_people = Asking(Room(type=discord.ChannelType.private), guild_id=None, among_people=True)

    for guest in (elsewhere, among_people):
        assert (place(guest).guild_id, place(guest).kind, place(guest).answer) == (None, PlaceKind.ANSWER, 77)


def test_nowhere() -> None:
    """Where Discord does not say in which channel it is, nothing can be done."""
    with pytest.raises(NotHere):
        place(Asking(channel=None))


@pytest.mark.parametrize(
    ("asking", "moderates"),
    [
        (Asking(may=discord.Permissions(manage_messages=True)), True),
        (Asking(may=discord.Permissions(administrator=True)), True),
        (Asking(), False),
        (Asking(home=False, may=discord.Permissions(manage_messages=True)), False),
        (Asking(guild_id=None, may=discord.Permissions(manage_messages=True)), False),
    ],
)
def test_who_presses(asking: Asking, moderates: bool) -> None:
    """Who may remove messages moderates, but not in a server where the bot is only a guest, nor where there is none."""
    presser = presser_of(cast("Any", asking))

    assert presser.moderates is moderates
    assert (presser.user_id, presser.role_ids, presser.locale) == (1, (), "de")


# ── what the bot may do there ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("kind", "permission"), [(kind, one) for kind in NEEDED for one in NEEDED[kind]])
def test_permissions(kind: PlaceKind, permission: str) -> None:
    """Each missing permission is named as Discord's settings name it."""
    enough = discord.Permissions(**dict.fromkeys(NEEDED[kind], True))
    check_permissions(enough, kind)

    with pytest.raises(PermissionsMissing) as caught:
        check_permissions(discord.Permissions(enough.value & ~getattr(discord.Permissions, permission).flag), kind)

    assert caught.value.fields == {"permissions": PERMISSIONS[permission], "names": permission}


def test_all_at_once() -> None:
    """Whoever asks hears of everything that is missing, in one sentence."""
    with pytest.raises(PermissionsMissing) as caught:
        check_permissions(discord.Permissions.none(), PlaceKind.CHANNEL)

    sentence = say(caught.value, "en-US")
    assert all(shown in sentence for shown in PERMISSIONS.values())
    assert "Ask someone who manages the server" in sentence


def test_sending_in_a_thread() -> None:
    """In a thread the right to send in threads counts, and that to send in the channel does not."""
    granted = discord.Permissions(**dict.fromkeys(NEEDED[PlaceKind.THREAD], True))

    check_permissions(granted, PlaceKind.THREAD)
    with pytest.raises(PermissionsMissing):
        check_permissions(granted, PlaceKind.CHANNEL)


def test_without_threads() -> None:
    """Where no threads are opened, nothing about threads is asked for; in an answer nothing at all."""
    granted = discord.Permissions(**dict.fromkeys(NEEDED[PlaceKind.IN_PLACE], True))

    check_permissions(granted, PlaceKind.IN_PLACE)
    assert not {"create_public_threads", "send_messages_in_threads"} & set(NEEDED[PlaceKind.IN_PLACE])
    check_permissions(discord.Permissions.none(), PlaceKind.PRIVATE)
    check_permissions(discord.Permissions.none(), PlaceKind.ANSWER)


@pytest.mark.parametrize(
    ("asking", "expected"),
    [
        (Asking(may=discord.Permissions(manage_roles=True)), True),
        (Asking(may=discord.Permissions(manage_channels=True)), True),
        (Asking(may=discord.Permissions(administrator=True)), True),
        (Asking(may=discord.Permissions(manage_messages=True)), False),
        (Asking(guild_id=None, may=discord.Permissions.all()), False),
    ],
)
def test_who_can_mend_it(asking: Asking, expected: bool) -> None:
    """Who may change roles or channels is told where; everybody else, whom to ask."""
    assert may_grant(cast("Any", asking)) is expected
    with pytest.raises(PermissionsMissing) as caught:
        check_permissions(discord.Permissions.none(), PlaceKind.CHANNEL, may_grant=expected)
    assert isinstance(caught.value, PermissionsYours) is expected


# ── what comes of it ────────────────────────────────────────────────────────────────────────────────────────


async def lacking(scene: Scene, *names: str, channel: str = "pictures") -> None:
    """Take these rights from the bot."""
    async with scene.member() as mira:
        await mira.lever("permissions", {"channel": channel, "deny": [name.upper() for name in names]})


async def test_told_before_anything_is_held(tmp_path: Path) -> None:
    """Nothing is placed or fetched; a member hears whom to ask, and whoever manages the roles how to mend it."""
    async with a_scene(tmp_path) as scene, scene.member() as mira, scene.member("otto") as otto:
        await lacking(scene, "attach_files", "embed_links")
        asked = await mira.edit(images=[CAT], prompt="snow", wait="answer")
        managing = await otto.edit(images=[CAT], prompt="snow", wait="answer")

        assert asked.refused == (
            "Before I can work in this channel I need: Embed Links, Attach Files. "
            "Ask someone who manages the server to give me that."
        )
        assert "Server Settings → Roles" in str(managing.refused)
        assert scene.book.jobs == {}
        assert scene.blobs.kept_at == {}


async def test_private_results_need_nothing(tmp_path: Path) -> None:
    """Where the bot may not post, what only the member sees can still be made."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        await lacking(scene, "send_messages", "attach_files", "create_public_threads")
        await mira.edit(images=[CAT], prompt="snow", options={"private": True}, wait="answer")

        assert scene.book.jobs[1].request.place.kind is PlaceKind.PRIVATE


async def test_the_log_hears_once_a_day(tmp_path: Path) -> None:
    """The server's log channel gets one line for a channel and a day, whoever asks how often."""
    async with a_scene(tmp_path) as scene, scene.member() as mira, scene.member("otto", "general") as otto:
        await otto.slash("quota-admin log", {"channel": "#general"}, wait="answer")
        await lacking(scene, "attach_files")
        await mira.edit(images=[CAT], prompt="snow", wait="answer")
        await mira.edit(images=[CAT], prompt="snow", wait="answer")
        await otto.wait_for(lambda seen: [one for one in seen if "Attach Files" in one["content"]] or None)
        scene.clock.advance(86_400)
        await mira.edit(images=[CAT], prompt="snow", wait="answer")
        said = await otto.wait_for(
            lambda seen: found if len(found := [one for one in seen if "Attach Files" in one["content"]]) > 1 else None
        )

        assert [one["content"] for one in said] == [
            f"In <#{PICTURES}> somebody asked for an edit, and I could not begin. What I need there: Attach Files."
        ] * 2
