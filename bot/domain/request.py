"""What a member asks for: an edit, where it was asked, and the rules that need nothing but the question."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePath

from bot.domain.errors import NoPicture, NoPrompt, NotHere, NotInPrivate, PromptUnreadable, TwoMasks


class Door(StrEnum):
    """The ways in."""

    SLASH = "slash"
    MENU = "menu"
    REPLY = "reply"
    BUTTON = "button"  # Try again: its id is that of the job
    PRESS = "press"  # any other button that makes an edit: its id is made of the member and the job
    PAINTER = "painter"  # the page for painting masks: its id is that of the painting, which places one edit


class PlaceKind(StrEnum):
    """What kind of place the results go to."""

    CHANNEL = "channel"  # a thread is opened from the status message
    THREAD = "thread"  # this thread
    IN_PLACE = "in_place"  # a direct message, the chat of a voice or stage channel, or where no threads are wanted
    PRIVATE = "private"  # in the answer to the interaction, which only the member sees; later by direct message
    ANSWER = "answer"  # in the answer to the interaction, where the member alone has brought the bot along


@dataclass(frozen=True, slots=True)
class Place:
    """Where an edit was asked for; `channel_id` is the thread's own id inside a thread, `parent_id` its channel's.

    `adult` says that Discord shows the channel to adults only. `answer` is the interaction whose answer is the place,
    where the kind says so: an id, never a token.
    """

    guild_id: int | None
    channel_id: int
    kind: PlaceKind
    parent_id: int | None = None
    adult: bool = False
    answer: int | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """The interaction or message that asked. An origin places one job, however often Discord delivers it."""

    door: Door
    id: int


@dataclass(frozen=True, slots=True)
class InputFile:
    """A picture or mask on disk: its key among the blobs, its size, and the name it had, which is only ever shown."""

    blob: str
    filename: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Options:
    """What may be chosen beside the prompt; None leaves the choice to the operator's defaults, then to the model card.

    `output_compression` goes from 0 to 100; `partial_images` is how many previews a streamed answer sends first.
    """

    size: str | None = None
    quality: str | None = None
    n: int = 1
    background: str | None = None
    output_format: str | None = None
    input_fidelity: str | None = None
    output_compression: int | None = None
    partial_images: int | None = None
    stream: bool | None = None


class ResultSize(StrEnum):
    """Which size the results have when they are posted."""

    OPEN = "open"  # nobody said: as they come, or as picture 1 where the mask lock puts that back
    ASKED = "asked"  # the size that the member asked for
    SAME = "same"  # picture 1's own width and height

    @classmethod
    def of(cls, size: str | None) -> "ResultSize":
        """What a member's choice of a size means."""
        if size == cls.SAME:
            return cls.SAME
        return cls.OPEN if size in (None, "auto") else cls.ASKED


@dataclass(frozen=True, slots=True)
class MaskWish:
    """How a mask is used: `lock` puts picture 1 back outside of it, `feather` makes its edge that many pixels soft."""

    lock: bool = True
    feather: int = 0


@dataclass(frozen=True, slots=True)
class EditRequest:
    """One edit as it crosses the queue: strings, integers and names of files that are already on disk.

    `mask_share` is how much of picture 1 the mask selects, in thousandths, as it was read before the edit was placed.
    `status_message` is a message in `place` that already stands for this edit and is to become its status message.
    """

    origin: Origin
    place: Place
    user_id: int
    locale: str
    prompt: str
    pictures: tuple[InputFile, ...]
    mask: InputFile | None
    model: str
    options: Options = field(default_factory=Options)
    parent: int | None = None  # the job that is tried again
    result_size: ResultSize = ResultSize.OPEN
    mask_wish: MaskWish = field(default_factory=MaskWish)
    mask_share: int | None = None
    status_message: int | None = None
    role_ids: tuple[int, ...] = ()  # of the member in the guild, when the edit was asked for
    base: int | None = None  # the job whose result is picture 1
    spoiler: bool = False  # whether the results are hidden behind a spoiler
    preset: str | None = None  # the name under which the prompt was asked for
    lender: int | None = None  # the member whose pictures these are, where the one who asked has not seen them


@dataclass(frozen=True, slots=True)
class Presser:
    """Who presses a button, and what they are in its place; `moderates` is whether they may remove messages there."""

    user_id: int
    place: Place
    role_ids: tuple[int, ...] = ()
    moderates: bool = False
    locale: str = "en-US"


@dataclass(frozen=True, slots=True)
class HouseRules:
    """Where the bot answers: an empty set of guilds means everywhere.

    `user_install` says that members may bring it along for themselves to wherever they are.
    """

    guilds: frozenset[int] = frozenset()
    user_install: bool = False

    def admit(self, guild_id: int | None, *, guest: bool = False) -> None:
        """Raises `NotHere` or `NotInPrivate` where the operator did not switch the bot on.

        As a `guest` it was brought along by the member alone.
        """
        if guest and not self.user_install:
            raise NotHere
        if guest or not self.guilds:
            return
        if guild_id is None:
            raise NotInPrivate
        if guild_id not in self.guilds:
            raise NotHere


def readable_prompt(text: str) -> str:
    """The prompt without the white space around it.

    Raises `NoPrompt` where nothing visible is left, `PromptUnreadable` for NUL and for half characters, which no
    form can carry.
    """
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise PromptUnreadable
    if not any(_is_visible(letter) for letter in text):
        raise NoPrompt
    return text.strip()


def _is_visible(letter: str) -> bool:
    # Some blanks count as letters for Unicode: the Hangul fillers and the empty Braille pattern.
    blank = letter in "\u115f\u1160\u2800\u3164\uffa0"
    return not blank and unicodedata.category(letter) not in {"Cc", "Cf", "Mn", "Zl", "Zp", "Zs"}


def is_mask_name(filename: str) -> bool:
    """Whether a file says by its name that it is the mask: the part before the extension is, or ends in, `mask`."""
    return PurePath(filename).stem.casefold().endswith("mask")


def pick_mask(filenames: Sequence[str]) -> int | None:
    """Which of the files is the mask, by name; None where none is.

    A lone file is always the picture. Raises `NoPicture` for no file at all and `TwoMasks` for a choice that would
    have to be guessed.
    """
    if not filenames:
        raise NoPicture
    named = [place for place, name in enumerate(filenames) if is_mask_name(name)]
    if len(filenames) == 1 or not named:
        return None
    if len(named) > 1:
        raise TwoMasks(first=filenames[named[0]], second=filenames[named[1]])
    return named[0]
