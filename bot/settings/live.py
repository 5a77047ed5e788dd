"""The settings as they are by now: keys and limits are read again when the operator asks for it, by SIGHUP."""

from collections.abc import Callable

from bot.settings.environment import Settings

# What takes another value while the bot runs; everything else waits for its next start.
LIVING = (
    "images_api_key",
    "limit_images_per_day",
    "limit_usd_per_month",
    "operator_usd_per_month",
    "ask_above_usd",
    "queue_limit",
    "waiting_per_member",
    "log_level",
)


class Live:
    """Settings that can be read anew. `read` raises `SettingsWrong` where what it finds cannot be used."""

    def __init__(self, settings: Settings, read: Callable[[], Settings]) -> None:
        self._now, self._read = settings, read

    @property
    def now(self) -> Settings:
        """What holds at present."""
        return self._now

    def reread(self) -> Settings:
        """The settings with the new keys and limits, which hold when they are taken. Raises `SettingsWrong`."""
        now, fresh = self._now, self._read()
        new = now.model_copy(update={name: getattr(fresh, name) for name in LIVING})
        new._keys = {name: fresh._keys.get(name, key) for name, key in now._keys.items()}
        return new

    def take(self, new: Settings) -> tuple[str, ...]:
        """Have these hold from now on; the names of the settings that changed."""
        before, self._now = self._now, new
        changed = [name.upper() for name in LIVING if getattr(before, name) != getattr(new, name)]
        return (*changed, *(name for name, key in before._keys.items() if new._keys[name] != key))
