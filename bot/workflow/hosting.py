"""How the bot behaves as a guest of a server: what its admins choose, the presets they make, its coming and going."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from bot.domain import preset as presets
from bot.domain.catalog import Catalog, ModelCard, accepts, check_wish
from bot.domain.deed import Decider, Deed
from bot.domain.errors import ModelGone, PresetUnknown, TooManyPresets, UnknownModel, ValueUnknown
from bot.domain.guild import GuildSettings, Setting
from bot.domain.preset import Preset
from bot.domain.request import Options
from bot.words.language import languages
from bot.workflow.govern import DeedLog
from bot.workflow.ports import Guilds
from bot.workflow.room import told_plainly

# Settings that only a model can know, as the wish that they are.
WISHES: dict[Setting, Callable[[str], Options]] = {
    Setting.SIZE: lambda value: Options(size=value),
    Setting.QUALITY: lambda value: Options(quality=value),
    Setting.BACKGROUND: lambda value: Options(background=value),
    Setting.FORMAT: lambda value: Options(output_format=value),
}


@dataclass(frozen=True, slots=True)
class Hosting:
    """Everything about a server but its limits. Whether somebody may decide is the door's to know."""

    guilds: Guilds
    catalog: Catalog
    guild_log: DeedLog

    async def settings(self, guild_id: int | None) -> GuildSettings:
        """How the bot behaves there."""
        return await self.guilds.settings(guild_id)

    async def change(self, by: Decider, setting: Setting, values: tuple[str, ...]) -> Deed:
        """Choose; no values are what holds where nobody chose.

        Raises `ValueUnknown`, `UnknownModel`, or what the models here say to an option that none of them has.
        """
        if values:
            await self._check(by, setting, values[0])
        with told_plainly():
            deed = await self.guilds.change(by, setting, values)
        await self.guild_log.deed(deed)
        return deed

    async def card(self, guild_id: int | None) -> ModelCard:
        """The model that makes an edit there where nobody chooses one: the server's, while it can still be had."""
        chosen = (await self.guilds.settings(guild_id)).model
        try:
            return self.catalog.card(chosen)
        except (UnknownModel, ModelGone):
            return self.catalog.card(None)

    async def presets(self, guild_id: int | None) -> tuple[Preset, ...]:
        """What can be asked for by a name there."""
        return await self.guilds.presets(guild_id)

    async def preset(self, guild_id: int | None, name: str) -> Preset:
        """The preset of this name. Raises `PresetUnknown`."""
        found = presets.named(await self.guilds.presets(guild_id), name)
        if found is None:
            raise PresetUnknown(name=name, known=await self._known(guild_id))
        return found

    async def put_preset(self, by: Decider, preset: Preset) -> Deed:
        """Make it, or replace the one of its name.

        Raises `TooManyPresets`, what `preset.readable` does, and what its model says to its wish.
        """
        preset = presets.readable(preset)
        model = preset.model or (await self.card(by.guild_id)).name
        self.catalog.able(model, lambda card: check_wish(card, preset.prompt, preset.options))
        with told_plainly():
            deed = await self.guilds.put_preset(by, preset, presets.MOST)
        await self.guild_log.deed(deed)
        return deed

    async def put_missing(self, by: Decider, usual: Iterable[Preset]) -> tuple[str, ...]:
        """Make those of these presets whose names are not there yet, as many as fit; their names.

        Raises `TooManyPresets` where some are missing and none fits.
        """
        known = await self.guilds.presets(by.guild_id)
        missing = [preset for preset in usual if presets.named(known, preset.name) is None]
        made: list[str] = []
        for preset in missing:
            try:
                await self.put_preset(by, preset)
            except TooManyPresets:
                if not made:
                    raise
                break
            made.append(preset.name)
        return tuple(made)

    async def drop_preset(self, by: Decider, name: str) -> Deed:
        """Take it away. Raises `PresetUnknown`."""
        found = await self.preset(by.guild_id, name)
        with told_plainly():
            deed = await self.guilds.drop_preset(by, found.name)
        if deed is None:  # somebody else was quicker
            raise PresetUnknown(name=found.name, known=await self._known(by.guild_id))
        await self.guild_log.deed(deed)
        return deed

    async def present(self, guild_ids: Collection[int]) -> frozenset[int]:
        """Note where the bot is, and nowhere else. Returns the servers that it came to meanwhile."""
        return await self.guilds.present(guild_ids)

    async def joined(self, guild_id: int) -> bool:
        """Note that the bot came; False where that was noted before."""
        return await self.guilds.joined(guild_id)

    async def left(self, guild_id: int) -> None:
        """Note that the bot went."""
        await self.guilds.left(guild_id)

    async def _known(self, guild_id: int | None) -> str:
        return ", ".join(one.name for one in await self.guilds.presets(guild_id)) or "–"

    async def _check(self, by: Decider, setting: Setting, value: str) -> None:
        """Whether there is such a model or language, and whether any model has this option."""
        if setting is Setting.MODEL:
            self.catalog.card(value)
        elif setting is Setting.LANGUAGE and value not in languages():
            raise ValueUnknown(option=setting.value, value=value, known=", ".join(languages()))
        elif setting in WISHES:
            self._check_any(await self.card(by.guild_id), WISHES[setting](value))

    def _check_any(self, usual: ModelCard, wish: Options) -> None:
        """Raises what the usual model says to it where no model can do it."""
        offers = [card for name in self.catalog.names for card in self.catalog.offers(name)]
        if not any(accepts(card, "", wish) for card in offers):
            check_wish(usual, "", wish)
