"""A painting: one member's way to the page where the mask of one edit is painted. It places that edit, once."""

from dataclasses import dataclass, replace
from enum import StrEnum

from bot.domain.link import LINK_LIVES_S, subject_of
from bot.domain.request import EditRequest, InputFile, Options, ResultSize, readable_prompt

PAINTING_LIVES_S = LINK_LIVES_S
MOST_PAINTINGS = 5  # open ones of one member: each keeps its files on disk
LONGEST_EDGE = 2048  # pixels of the picture on the page, and of the mask that comes back
MASK_BYTES = 4 * 1024 * 1024


class PaintingState(StrEnum):
    """Where a painting is; from `open` it goes to one of the others and stays there."""

    OPEN = "open"
    USED = "used"  # it has placed its edit
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Painting:
    """An edit that waits for its mask: picture 1 of `request` is painted on, and its mask, if any, is begun with.

    The request's origin is the painting itself. `job_id` is the edit that it placed.
    """

    id: int
    state: PaintingState
    request: EditRequest
    expires_at: float
    job_id: int | None = None

    @property
    def first(self) -> InputFile:
        """The picture that is painted on."""
        return self.request.pictures[0]

    @property
    def subject(self) -> str:
        """What a link to it is bound to."""
        return subject_of(self.first.blob)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the page asks for beside the mask; None leaves it to the operator's defaults. Size may be `same`."""

    prompt: str
    model: str
    quality: str | None = None
    size: str | None = None
    n: int = 1

    @classmethod
    def of(cls, request: EditRequest) -> "Wish":
        """What the member has said so far."""
        options = request.options
        size = ResultSize.SAME.value if request.result_size is ResultSize.SAME else options.size
        return cls(request.prompt, request.model, options.quality, size, options.n)

    def upon(self, request: EditRequest) -> EditRequest:
        """The request with this instead of what was said. Raises `NoPrompt` or `PromptUnreadable`.

        What else was chosen belongs to the model that it was chosen for.
        """
        prompt, result_size = readable_prompt(self.prompt), ResultSize.of(self.size)
        size = "auto" if result_size is ResultSize.SAME else self.size
        others = request.options if self.model == request.model else Options()
        options = replace(others, quality=self.quality, size=size, n=self.n)
        preset = request.preset if prompt == request.prompt else None
        return replace(
            request, prompt=prompt, model=self.model, options=options, result_size=result_size, preset=preset
        )
