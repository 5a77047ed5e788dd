"""Finding what a member names: people, places, messages, as far as that member can see them."""

from bot.sandbox.discord_api.permissions import Access, P
from bot.sandbox.discord_api.refusals import SandboxRefusal
from bot.sandbox.discord_api.world import Channel, Message, User, World


class Finding:
    """Every verb finds or raises SandboxRefusal."""

    def __init__(self, world: World, access: Access) -> None:
        self._world = world
        self._access = access

    def person(self, name: str) -> User:
        """The member of that name or id."""
        user = self._world.user_named(name)
        if user is None or user.bot:
            raise SandboxRefusal(f"there is nobody called {name}")
        return user

    def place(self, user: User, named: str) -> Channel:
        """A channel by name, id or "dm", which the member can see."""
        if named == "dm":
            return self._world.dm_with(user.id)
        for channel in self._world.channels.values():
            if named in (str(channel.id), channel.name) and self._access.may(user.id, channel, P.VIEW_CHANNEL):
                return channel
        raise SandboxRefusal(f"{user.name} sees no channel called {named}")

    def any_place(self, named: str) -> Channel:
        """A channel by name or id, whoever sees it."""
        for channel in self._world.channels.values():
            if named in (str(channel.id), channel.name):
                return channel
        raise SandboxRefusal(f"there is no channel called {named}")

    def message(self, user: User, message_id: int) -> Message:
        """A message that the member can see, a private answer to them included."""
        message = self._world.any_message(message_id)
        if message is None or message.visible_to not in (None, user.id):
            raise SandboxRefusal(f"{user.name} sees no message {message_id}")
        channel = self._world.channel(message.channel_id)
        if not self._access.may(user.id, channel, P.VIEW_CHANNEL):
            raise SandboxRefusal(f"{user.name} does not see that channel")
        return message
