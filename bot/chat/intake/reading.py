"""Discord's objects end here: an interaction or a message becomes what was asked, in strings and integers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import discord

from bot.chat.intake.download import Offered
from bot.chat.intake.finder import Picture, offered, shown_name
from bot.chat.place import is_guest, may_grant, place_of_message, presser_of, roles_of
from bot.domain.quota import Member
from bot.domain.request import Door, MaskWish, Options, Origin, Place, ResultSize
from bot.words.language import ENGLISH

SPOILER_FLAG = 1 << 3  # of an attachment, in Discord's reference "Attachment Flags"
PRESET, MODEL = "preset:", "model:"  # what the values of the form's menu begin with


class Aim(StrEnum):
    """How clear it is that these pictures are meant."""

    GIVEN = "given"  # one by one: as many as there are, or the edit is refused
    POINTED = "pointed"  # with what they are in: all of them, unless the model takes fewer
    OPEN = "open"  # some of them, and it is not known which


@dataclass(frozen=True, slots=True)
class Asked:
    """An edit as it was asked for, its files still at Discord.

    `granted` is what the bot may do in the place, `may_grant` whether whoever asks could let it do more.
    `n_open` says that the number of results was left open: for the other options that is None. `private` is whether
    only the member is to see the results, None where they did not say. `preset` is the name of the one that was chosen
    in a menu; a prompt may be one, too.
    """

    origin: Origin
    place: Place
    user_id: int
    locale: str
    granted: discord.Permissions
    prompt: str
    pictures: tuple[Picture, ...]
    mask: Offered | None = None
    model: str | None = None
    options: Options = field(default_factory=Options)
    n_open: bool = False
    result_size: ResultSize = ResultSize.OPEN
    mask_wish: MaskWish = field(default_factory=MaskWish)
    role_ids: tuple[int, ...] = ()
    private: bool | None = None
    preset: str | None = None
    aim: Aim = Aim.GIVEN
    from_tray: bool = False
    may_grant: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What a form is opened for. With `pick` only the pictures are meant that are chosen in it, or else the first.

    Of `private` pictures the results are private, too.
    """

    pictures: tuple[Picture, ...]
    pick: bool = False
    from_tray: bool = False
    private: bool = False


def slash(
    interaction: discord.Interaction[Any],
    prompt: str,
    pictures: Iterable[discord.Attachment | None],
    mask: discord.Attachment | None,
    model: str | None,
    options: Options,
    *,
    mask_wish: MaskWish,
    n_open: bool = False,
    private: bool | None = None,
) -> Asked:
    """What `/edit` was given. Size `same` is our own and no model's: its shape is asked for, the rest is done here."""
    given = tuple(_of_member(interaction, picture) for picture in pictures if picture is not None)
    asked = _asked(interaction, Door.SLASH, prompt, given, _of_member(interaction, mask) if mask else None)
    size = options.size.strip().casefold() if options.size is not None else None
    result_size = ResultSize.of(size)
    options = replace(options, size="auto" if result_size is ResultSize.SAME else size)
    asked = replace(asked, model=model, options=options, n_open=n_open, result_size=result_size, mask_wish=mask_wish)
    return replace(asked, private=private)


def form(interaction: discord.Interaction[Any], prompt: str, found: Found) -> Asked:
    """What a submitted form holds: the pictures that it was opened for first, then those that were uploaded in it."""
    payload: Mapping[str, Any] = interaction.data or {}
    meant = found.pictures
    if found.pick:
        chosen = [int(place) for place in chosen_in(payload, "which")] or [0]
        meant = tuple(meant[place] for place in chosen if place < len(meant))
    added, masks = (_uploads_of(interaction, name) for name in ("pictures", "mask"))
    asked = _asked(interaction, Door.MENU, prompt, (*meant, *added), masks[0] if masks else None)
    wish = "".join(chosen_in(payload, "wish"))
    return replace(
        asked,
        n_open=True,
        aim=Aim.POINTED,
        from_tray=found.from_tray,
        private=True if found.private else None,
        preset=wish.removeprefix(PRESET) if wish.startswith(PRESET) else None,
        model=wish.removeprefix(MODEL) if wish.startswith(MODEL) else None,
    )


def mention(message: discord.Message, prompt: str, pictures: tuple[Picture, ...], aim: Aim = Aim.POINTED) -> Asked:
    """What a message that mentions the bot asks for."""
    guild = message.guild
    return Asked(
        origin=Origin(Door.REPLY, message.id),
        place=place_of_message(message),
        user_id=message.author.id,
        locale=guild.preferred_locale.value if guild else ENGLISH,
        granted=granted_to(message),
        prompt=prompt,
        pictures=pictures,
        n_open=True,
        role_ids=roles_of(message.author),
        aim=aim,
    )


def member_of(interaction: discord.Interaction[Any], whom: discord.abc.User | None = None) -> Member:
    """Who asks, or somebody else in the same place, by whatever they might be allowed more."""
    user = interaction.user if whom is None else whom
    guest = is_guest(interaction)  # whose allowance is their own, wherever they are
    return Member(user.id, None if guest else interaction.guild_id, () if guest else roles_of(user))


def uploads(payload: Mapping[str, Any], custom_id: str) -> tuple[Offered, ...]:
    """The files of one upload field of a form, in the order in which the member chose them.

    discord.py's own `FileUpload.values` follows the order of `resolved`, which Discord does not specify; only the
    ids that the field itself lists are in the member's order.
    """
    resolved = payload.get("resolved", {}).get("attachments", {})
    return tuple(_uploaded(resolved[key]) for key in chosen_in(payload, custom_id) if key in resolved)


def chosen_in(payload: Mapping[str, Any], custom_id: str) -> tuple[str, ...]:
    """What was chosen in one menu or upload field of a form, in the member's order."""
    fields = (row.get("component", {}) for row in payload.get("components", ()))
    return tuple(key for one in fields if one.get("custom_id") == custom_id for key in one.get("values") or ())


def granted_to(message: discord.Message, whom: discord.abc.User | None = None) -> discord.Permissions:
    """What the bot, or somebody else, may do where a message was written; none outside of servers."""
    channel, guild = message.channel, message.guild
    if guild is None:
        return discord.Permissions.none()
    unknown = isinstance(channel, discord.PartialMessageable)
    if unknown or (isinstance(channel, discord.Thread) and channel.parent is None):
        return discord.Permissions.all()  # not in the cache, so posting will tell
    if whom is None:
        return channel.permissions_for(guild.me)
    return channel.permissions_for(whom) if isinstance(whom, discord.Member) else discord.Permissions.none()


def _uploaded(file: Mapping[str, Any]) -> Offered:
    name, hidden = str(file["filename"]), bool(int(file.get("flags") or 0) & SPOILER_FLAG)
    size, kind = int(file["size"]), file.get("content_type")
    return Offered(shown_name(name), file["url"], size, kind, spoiler=hidden or shown_name(name) != name)


def _uploads_of(interaction: discord.Interaction[Any], custom_id: str) -> tuple[Offered, ...]:
    return tuple(_theirs(interaction, one) for one in uploads(interaction.data or {}, custom_id))


def _of_member(interaction: discord.Interaction[Any], attachment: discord.Attachment) -> Offered:
    return _theirs(interaction, offered(attachment))


def _theirs(interaction: discord.Interaction[Any], one: Offered) -> Offered:
    return replace(one, author_id=interaction.user.id, author=interaction.user.display_name)


def _asked(
    interaction: discord.Interaction[Any],
    door: Door,
    prompt: str,
    pictures: tuple[Picture, ...],
    mask: Offered | None,
) -> Asked:
    who = presser_of(interaction)
    return Asked(
        origin=Origin(door, interaction.id),
        place=who.place,
        user_id=who.user_id,
        locale=who.locale,
        granted=interaction.app_permissions,
        prompt=prompt,
        pictures=pictures,
        mask=mask,
        role_ids=who.role_ids,
        may_grant=may_grant(interaction),
    )
