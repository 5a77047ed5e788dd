"""What holds where a member leaves something open: the preset's choice, then the server's, then the operator's."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace

from bot.domain.catalog import Catalog, ModelCard, check_wish
from bot.domain.errors import ModelGone, Refused, UnknownModel
from bot.domain.guild import GuildSettings
from bot.domain.preset import Preset
from bot.domain.quota import Member, Permit, check_permits, open_model
from bot.domain.request import Options, ResultSize


@dataclass(frozen=True, slots=True)
class Layers:
    """Who has chosen something for a member who leaves it open; the card has the last word anyway.

    What nobody but the server or the operator has chosen is left out where this `member` may not have it: to leave it
    open is no reason to be refused.
    """

    catalog: Catalog
    settings: GuildSettings
    preset: Preset | None = None
    permits: tuple[Permit, ...] = ()
    member: Member = field(default_factory=lambda: Member(0, None))

    def model(self, asked: str | None) -> str | None:
        """The model: the member's, else the preset's or the server's as long as it is there; None is the operator's."""
        if asked is not None:
            return asked
        if self.preset is not None and self.preset.model is not None and self._is_there(self.preset.model):
            return self.preset.model
        chosen = self.settings.model
        usual = chosen if chosen is not None and self._is_there(chosen) else None
        permitted = open_model(self.permits, self.member, usual or self.catalog.default)
        return None if usual is None and permitted == self.catalog.default else permitted

    def options(self, card: ModelCard, prompt: str, asked: Options, *, n_open: bool) -> Options:
        """The options with everything filled in that the card can do. Nobody but the operator chooses a number."""

        def may(wanted: Options) -> bool:
            return self._may(card.name, wanted)

        options = with_defaults(card, prompt, asked, self._preset_options(), n_open=False)
        options = with_defaults(card, prompt, options, self.settings.options, n_open=False, may=may)
        return with_defaults(card, prompt, options, self.catalog.defaults, n_open=n_open, may=may)

    def result_size(self, asked: Options, meant: ResultSize, settled: Options) -> ResultSize:
        """What the size means: the one of a preset was asked for by the preset's name."""
        size = self.preset.options.size if self.preset else None
        if asked.size is not None or size is None or settled.size != self._preset_options().size:
            return meant
        return ResultSize.of(size)

    def _preset_options(self) -> Options:
        options = self.preset.options if self.preset else Options()
        return replace(options, size="auto") if options.size == ResultSize.SAME else options

    def _may(self, model: str, options: Options) -> bool:
        try:
            check_permits(self.permits, self.member, model, options)
        except Refused:
            return False
        return True

    def _is_there(self, model: str) -> bool:
        try:
            self.catalog.card(model)
        except (UnknownModel, ModelGone):
            return False
        return True


def with_defaults(
    card: ModelCard,
    prompt: str,
    options: Options,
    defaults: Options,
    *,
    n_open: bool,
    may: Callable[[Options], bool] = lambda _: True,
) -> Options:
    """The options with these defaults in every open place, as far as the card can do them and the member may.

    They are tried one by one, so that none can turn a possible wish into an impossible one: a compression for JPEG
    is left out where the member asked for PNG. `n_open` says whether the number of results is open, too.
    """
    # The format comes first, since it decides what else is possible.
    for name in sorted((one.name for one in fields(Options)), key="output_format".__ne__):
        is_open = n_open if name == "n" else getattr(options, name) is None
        wanted = replace(options, **{name: getattr(defaults, name)})
        if is_open and may(wanted) and _can_do(card, prompt, wanted):
            options = wanted
    return options


def _can_do(card: ModelCard, prompt: str, options: Options) -> bool:
    try:
        check_wish(card, prompt, options)
    except Refused:
        return False
    return True
