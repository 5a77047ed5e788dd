"""What options and selects name: by id or as a member writes it, and what Discord sends along of each.

A person is @name, a role &name (everybody's is @everyone), a channel #name. Shapes: Discord's reference, "Resolved Data
Structure".
"""

from collections.abc import Iterable, Iterator

from bot.sandbox.discord_api.commands import CHANNEL, MENTIONABLE, ROLE, USER
from bot.sandbox.discord_api.guild_payloads import role
from bot.sandbox.discord_api.payloads import Payloads
from bot.sandbox.discord_api.permissions import Access, P
from bot.sandbox.discord_api.refusals import Json, SandboxRefusal
from bot.sandbox.discord_api.world import Channel, User, World

NAMING = (USER, ROLE, CHANNEL, MENTIONABLE)
NOT_OF_A_PARTIAL_MEMBER = ("deaf", "mute")


class Naming:
    """Finds what is named in a place; SandboxRefusal where a member could not name it there."""

    def __init__(self, world: World, payloads: Payloads, access: Access) -> None:
        self._world = world
        self._payloads = payloads
        self._access = access

    def read(self, user: User, place: Channel, option: Json, value: object) -> object:
        """The id of what is named in this option; values of other options stay as they are."""
        if option["type"] not in NAMING or isinstance(value, bool) or not isinstance(value, int | str):
            return value
        there = dict(self._names(user, place, option))
        if str(value).isdecimal() and int(value) in there.values():
            return int(value)
        for name, found in there.items():
            if name.casefold() == str(value).casefold():
                return found
        raise SandboxRefusal(f"{option['name']}: {user.name} finds no {value} here; there is {', '.join(there)}")

    def resolved(self, user: User, place: Channel, options: Iterable[Json]) -> Json:
        """The objects of everything that is named in these filled-in options, by their kind and id."""
        return self.objects(user, place, [(one["type"], int(one["value"])) for one in _naming(options)])

    def objects(self, user: User, place: Channel, named: Iterable[tuple[int, int]]) -> Json:
        """The objects of what is named by a kind of option and an id, in the shape of `resolved`."""
        found: dict[str, Json] = {"users": {}, "members": {}, "roles": {}, "channels": {}}
        guild = self._world.guild_of(place)
        for kind, one in named:
            if one in self._world.users and kind in (USER, MENTIONABLE):
                found["users"][str(one)] = self._payloads.user(one)
                if guild is not None and one in guild.members:
                    found["members"][str(one)] = self._member(place, one)
            elif guild is not None and one in guild.roles:
                found["roles"][str(one)] = role(guild.roles[one])
            elif one in self._world.channels:
                found["channels"][str(one)] = self._channel(user, self._world.channels[one])
        return {kind: objects for kind, objects in found.items() if objects}

    def _names(self, user: User, place: Channel, option: Json) -> Iterator[tuple[str, int]]:
        kind, guild = option["type"], self._world.guild_of(place)
        if kind in (ROLE, MENTIONABLE) and guild is not None:
            yield from ((_role_name(one.name), one.id) for one in guild.roles.values())
        if kind in (USER, MENTIONABLE):
            yield from ((f"@{one.name}", one.id) for one in self._world.users.values())
        if kind == CHANNEL and guild is not None:
            wanted = option.get("channel_types")
            for one in self._world.channels.values():
                fits = one.guild_id == guild.id and (not wanted or int(one.kind) in wanted)
                if fits and self._access.may(user.id, one, P.VIEW_CHANNEL):
                    yield f"#{one.name}", one.id

    def _member(self, place: Channel, user_id: int) -> Json:
        guild = self._world.guild_of(place)
        member = self._payloads.member(guild.members[user_id], with_user=False) if guild else {}
        partial = {name: value for name, value in member.items() if name not in NOT_OF_A_PARTIAL_MEMBER}
        return {**partial, "permissions": str(int(self._access.of(user_id, place)))}

    def _channel(self, user: User, channel: Channel) -> Json:
        whole = self._payloads.channel(channel)
        partial = {name: value for name, value in whole.items() if name != "permission_overwrites"}
        return {**partial, "permissions": str(int(self._access.of(user.id, channel)))}


def _naming(options: Iterable[Json]) -> Iterator[Json]:
    for one in options:
        if one["type"] in NAMING:
            yield one
        yield from _naming(one.get("options") or ())


def _role_name(name: str) -> str:
    return name if name.startswith("@") else f"&{name}"
