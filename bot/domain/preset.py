"""A preset: a wish that a server's admins have written down for everybody, under a short name."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from bot.domain.errors import NoPrompt, PresetNameImpossible, PresetTooLong, PromptUnreadable
from bot.domain.request import Options, readable_prompt

LONGEST_NAME = 40
LONGEST_PROMPT = 4000
MOST = 25  # of one server


@dataclass(frozen=True, slots=True)
class Preset:
    """What is asked for by its name: a prompt, and a model and options where it is about them."""

    name: str
    prompt: str
    model: str | None = None
    options: Options = field(default_factory=Options)


def named(presets: Iterable[Preset], name: str) -> Preset | None:
    """The preset of this name, however it is written."""
    wanted = " ".join(name.split()).casefold()
    return next((preset for preset in presets if preset.name.casefold() == wanted), None)


def readable(preset: Preset) -> Preset:
    """The same with its name on one line and its prompt without white space around it.

    Raises `PresetNameImpossible`, or `NoPrompt`, `PromptUnreadable` or `PresetTooLong` for the prompt.
    """
    name, prompt = " ".join(preset.name.split()), readable_prompt(preset.prompt)
    if len(prompt) > LONGEST_PROMPT:
        raise PresetTooLong(length=len(prompt), limit=LONGEST_PROMPT)
    try:
        readable_prompt(name)
    except (NoPrompt, PromptUnreadable) as refusal:
        raise PresetNameImpossible(limit=LONGEST_NAME) from refusal
    if len(name) > LONGEST_NAME:
        raise PresetNameImpossible(limit=LONGEST_NAME)
    return replace(preset, name=name, prompt=prompt)
