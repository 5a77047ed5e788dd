"""A job to count."""

from bot.domain.job import Job, State
from bot.domain.request import Door, EditRequest, InputFile, Options, Origin, Place, PlaceKind


def a_job(state: State, *, muted: bool = False) -> Job:
    """A job in this state, with a prompt, a name and ids that can be looked for."""
    request = EditRequest(
        origin=Origin(Door.SLASH, 1),
        place=Place(guild_id=881_001, channel_id=881_002, kind=PlaceKind.CHANNEL),
        user_id=881_003,
        locale="en-GB",
        prompt="a secret wish",
        pictures=(InputFile("a" * 64, "family.png", 1),),
        mask=None,
        model="gpt-image-2",
        options=Options(),
    )
    return Job(1, state, muted, request, predicted=1, placed_at=0)
