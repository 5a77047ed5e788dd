"""What `/preset` says, and the presets that most servers want, in the server's language."""

from collections.abc import Sequence

from bot.domain.preset import Preset
from bot.domain.request import Options
from bot.words.escape import shown
from bot.words.language import language, marked
from bot.words.status import DOT

Line = tuple[str, str]  # a preset's name, and what it asks for

# How much of each prompt is shown: as much of it as fits beside the others.
LENGTHS = (400, 300, 200, 150, 100, 70, 50, 30, 10)
MOST_CHARACTERS = 5_500  # of an embed's 6,000; the rest is for what stands around the presets

TRANSPARENT = Options(background="transparent")
STARTERS = (
    (
        marked("Remove background"),
        marked(
            "Remove the background and keep the main subject exactly as it is, with clean edges. Where the background "
            "cannot be transparent, make it plain white."
        ),
    ),
    (
        marked("Restore old photo"),
        marked(
            "Restore this old photo: take away scratches, dust, stains and creases and mend what has faded. Keep "
            "faces, clothes and everything else as they are, and add nothing."
        ),
    ),
    (
        marked("Sharpen and clean up"),
        marked(
            "Make this picture sharp and clean: take away noise, blur and compression artifacts and correct the light. "
            "Keep everything in it as it is."
        ),
    ),
    (
        marked("Cartoon style"),
        marked(
            "Redraw this picture as a friendly cartoon with clear outlines and flat colours. Keep the composition, and "
            "keep people and things recognisable."
        ),
    ),
    (
        marked("Product photo"),
        marked(
            "Turn this into a product photo: the product alone on a pure white background, evenly lit, with a soft "
            "shadow below it. Keep its shape, colours and lettering exactly as they are."
        ),
    ),
    (
        marked("Colourise"),
        marked(
            "Give this black-and-white photo natural colours that fit its time and place. Keep everything else in it "
            "as it is."
        ),
    ),
)


def starters(locale: str, *, transparent: bool) -> tuple[Preset, ...]:
    """The usual ones; `transparent` says whether the model that makes them can leave out a background."""
    words = language(locale)
    first, *others = (Preset(words.gettext(name), words.gettext(prompt)) for name, prompt in STARTERS)
    if transparent:
        first = Preset(first.name, first.prompt, options=TRANSPARENT)
    return (first, *others)


def heading(locale: str) -> str:
    """What stands above the list."""
    return language(locale).gettext("Presets")


def how(locale: str) -> str:
    """What is said below the list."""
    return language(locale).gettext("Choose one as the prompt of /edit, or in the form of Apps → Edit picture.")


def none_yet(locale: str) -> str:
    """What is said where there are none."""
    return language(locale).gettext(
        "There are no presets here yet. Whoever manages the server can write one with /preset add, or begin with the "
        "usual ones: /preset starter"
    )


def lines(presets: Sequence[Preset]) -> tuple[Line, ...]:
    """Each preset, its prompt cut so that all of them fit into one embed."""
    for length in LENGTHS:
        found = tuple((shown(preset.name), _wish(preset, length)) for preset in presets)
        if sum(len(name) + len(wish) for name, wish in found) <= MOST_CHARACTERS:
            break
    return found


def added(names: Sequence[str], locale: str) -> str:
    """What `/preset starter` came to."""
    words = language(locale)
    if not names:
        return words.gettext("The usual presets are all here already.")
    return words.gettext("Done. New presets: {names}").format(names=", ".join(shown(name) for name in names))


def _wish(preset: Preset, length: int) -> str:
    options = preset.options
    chosen = (preset.model, options.size, options.quality, options.background, options.output_format)
    return DOT.join((shown(preset.prompt, length), *(shown(one, 40) for one in chosen if one)))
