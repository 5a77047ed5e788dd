"""How the bot behaves in a server, as its admins have chosen; where they chose nothing, as most would."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from bot.domain.errors import AgeRestricted, ChannelClosed, RoleClosed, ValueUnknown
from bot.domain.request import Options, Place


class Spoilers(StrEnum):
    """Which results are hidden behind a spoiler."""

    AS_SOURCE = "as_source"  # those that are made of a picture that was hidden
    ALWAYS = "always"


class AgeRule(StrEnum):
    """What holds in channels that Discord shows to adults only."""

    ALLOW = "allow"
    SPOILER = "spoiler"  # every result is hidden behind a spoiler
    REFUSE = "refuse"  # no edits there


class Setting(StrEnum):
    """What can be chosen."""

    CHANNELS_ALLOWED = "channels_allowed"
    CHANNELS_BLOCKED = "channels_blocked"
    ROLES_ALLOWED = "roles_allowed"
    ROLES_BLOCKED = "roles_blocked"
    MODEL = "model"
    SIZE = "size"
    QUALITY = "quality"
    BACKGROUND = "background"
    FORMAT = "format"
    OTHERS = "others"
    SPOILERS = "spoilers"
    AGE = "age"
    PRIVATE = "private"
    THREAD = "thread"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True)
class Gate:
    """Which channels or roles may: the allowed ones, all where none is named, but never a blocked one."""

    allowed: frozenset[int] = frozenset()
    blocked: frozenset[int] = frozenset()

    def lets(self, ids: frozenset[int]) -> bool:
        """Whether something that goes by any of these ids may pass."""
        return not ids & self.blocked and (not self.allowed or bool(ids & self.allowed))


@dataclass(frozen=True, slots=True)
class GuildSettings:
    """Everything that a server's admins can choose about edits. `options` are used where a member leaves them open."""

    channels: Gate = field(default_factory=Gate)
    roles: Gate = field(default_factory=Gate)
    model: str | None = None
    options: Options = field(default_factory=Options)
    others: bool = True  # whether members may edit pictures of other members
    spoilers: Spoilers = Spoilers.AS_SOURCE
    age: AgeRule = AgeRule.ALLOW
    private: bool = False  # whether only the member sees the results, where they did not say
    thread: bool = True  # whether an edit opens a thread
    language: str | None = None  # of everything that all members see; None is that of the member who asked

    def admit(self, place: Place, role_ids: tuple[int, ...]) -> None:
        """Raises `ChannelClosed`, `RoleClosed` or `AgeRestricted` where no edit is taken from here, or from them."""
        if not self.channels.lets(frozenset({place.channel_id, place.parent_id or place.channel_id})):
            raise ChannelClosed
        everyone = place.guild_id or 0  # everybody has the role that has the server's own id
        if not self.roles.lets(frozenset((*role_ids, everyone))):
            raise RoleClosed
        if place.adult and self.age is AgeRule.REFUSE:
            raise AgeRestricted

    def hides(self, place: Place, *, spoiler: bool) -> bool:
        """Whether a result is posted behind a spoiler: `spoiler` says that a picture of it was."""
        everywhere = self.spoilers is Spoilers.ALWAYS
        return spoiler or everywhere or (place.adult and self.age is AgeRule.SPOILER)


def value_of(settings: GuildSettings, setting: Setting) -> tuple[str, ...]:
    """What is chosen, or holds where nobody chose: ids as numbers, switches as "on" and "off", () for nothing."""
    where, _ = FIELDS[setting]
    match _read(settings, where):
        case None:
            return ()
        case bool(value):
            return (ON if value else OFF,)
        case frozenset() as ids:
            return tuple(str(number) for number in sorted(ids))
        case value:
            return (str(value),)


def changed(settings: GuildSettings, setting: Setting, values: tuple[str, ...]) -> GuildSettings:
    """The settings with this choice; no values are what holds where nobody chose. Raises `ValueUnknown`.

    Whether there is such a model, and whether it has such a size or quality, is the catalogue's to know.
    """
    where, parse = FIELDS[setting]
    value = parse(setting, values) if values else _read(GuildSettings(), where)
    return _written(settings, where, value)


ON, OFF = "on", "off"
MOST_IDS = 100
_ID = re.compile(r"[1-9][0-9]{0,18}")
_SIZE = re.compile(r"auto|[1-9][0-9]{1,4}x[1-9][0-9]{1,4}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_WORD = re.compile(r"\S{1,100}")


def _ids(setting: Setting, values: tuple[str, ...]) -> frozenset[int]:
    for value in values:
        if not _ID.fullmatch(value) or int(value) >= 1 << 63:
            raise _unknown(setting, value, "123456789012345678")
    if len(set(values)) > MOST_IDS:
        raise _unknown(setting, str(len(set(values))), f"1–{MOST_IDS}")
    return frozenset(map(int, values))


def _one_of(known: dict[str, Any]) -> Callable[[Setting, tuple[str, ...]], Any]:
    def parse(setting: Setting, values: tuple[str, ...]) -> Any:
        wanted = " ".join(values)
        if wanted not in known:
            raise _unknown(setting, wanted, ", ".join(known))
        return known[wanted]

    return parse


def _like(shape: re.Pattern[str], examples: str) -> Callable[[Setting, tuple[str, ...]], str]:
    def parse(setting: Setting, values: tuple[str, ...]) -> str:
        wanted = " ".join(values)
        if not shape.fullmatch(wanted):
            raise _unknown(setting, wanted, examples)
        return wanted

    return parse


def _unknown(setting: Setting, value: str, known: str) -> ValueUnknown:
    return ValueUnknown(option=setting.value, value=value, known=known)


_SWITCH = _one_of({ON: True, OFF: False})

# Where each setting is, and how its values are read.
FIELDS: dict[Setting, tuple[str, Callable[[Setting, tuple[str, ...]], Any]]] = {
    Setting.CHANNELS_ALLOWED: ("channels.allowed", _ids),
    Setting.CHANNELS_BLOCKED: ("channels.blocked", _ids),
    Setting.ROLES_ALLOWED: ("roles.allowed", _ids),
    Setting.ROLES_BLOCKED: ("roles.blocked", _ids),
    Setting.MODEL: ("model", _like(_WORD, "–")),
    Setting.SIZE: ("options.size", _like(_SIZE, "auto, 1024x1024, 1536x1024")),
    Setting.QUALITY: ("options.quality", _like(_WORD, "auto, low, medium, high")),
    Setting.BACKGROUND: ("options.background", _like(_WORD, "auto, opaque, transparent")),
    Setting.FORMAT: ("options.output_format", _like(_WORD, "png, jpeg, webp")),
    Setting.OTHERS: ("others", _SWITCH),
    Setting.SPOILERS: ("spoilers", _one_of({one.value: one for one in Spoilers})),
    Setting.AGE: ("age", _one_of({one.value: one for one in AgeRule})),
    Setting.PRIVATE: ("private", _SWITCH),
    Setting.THREAD: ("thread", _SWITCH),
    Setting.LANGUAGE: ("language", _like(_LANGUAGE, "en-US, zh-CN, de")),
}


def _read(settings: GuildSettings, where: str) -> Any:
    found: Any = settings
    for name in where.split("."):
        found = getattr(found, name)
    return found


def _written(settings: GuildSettings, where: str, value: Any) -> GuildSettings:
    outer, _, inner = where.partition(".")
    if inner:
        value = replace(getattr(settings, outer), **{inner: value})
    return replace(settings, **{outer: value})
