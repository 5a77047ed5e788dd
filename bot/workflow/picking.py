"""Edits for which it is not clear which pictures are meant: the member chooses, in an order, and says go.

A picker holds nothing. What becomes of it is an edit like any other, of the interaction or message that asked first, so
that two presses on *Go ahead* are one edit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.draft import DraftState
from bot.domain.errors import NothingChosen, NotYours, PickerGone
from bot.domain.gathering import MOST, PICKER_LIVES_S, Gathered, Picker
from bot.domain.request import EditRequest
from bot.workflow.ports import Asking, Clock, Gatherings, Receipt
from bot.workflow.room import told_plainly
from bot.workflow.sources import Sources
from bot.workflow.submit import Submit, with_roles


@dataclass(frozen=True, slots=True)
class Picking:
    """The life of a picker."""

    gatherings: Gatherings
    submit: Submit
    sources: Sources
    clock: Clock

    async def open(self, request: EditRequest, candidates: Sequence[Gathered]) -> Picker:
        """Put these pictures up for choice, at most as many as a picker shows; once for each origin."""
        with told_plainly():
            until = self.clock.now() + PICKER_LIVES_S
            return await self.gatherings.open_picker(request, tuple(candidates)[:MOST], until)

    async def choose(self, picker_id: int, user_id: int, chosen: Sequence[int]) -> Picker:
        """Note the member's choice, in its order. Raises `PickerGone`, or `NotYours`."""
        picker = await self._open(picker_id, user_id)
        places = tuple(dict.fromkeys(place for place in chosen if 0 <= place < len(picker.candidates)))
        with told_plainly():
            noted = await self.gatherings.choose(picker_id, places)
        if noted is None:
            raise PickerGone
        return noted

    async def go(
        self,
        picker_id: int,
        user_id: int,
        role_ids: tuple[int, ...] | None = None,
        guild_id: int | None = None,
        *,
        answer: int | None = None,
    ) -> Receipt | Asking:
        """Make the edit of what was chosen. Raises `NothingChosen`, and whatever `Submit` and `Sources.check` do.

        `role_ids` are the member's roles now in this server, and `answer` is the interaction whose answer may show the
        results; the one that asked first may be over. The picker stays open where the edit is refused, so that another
        choice may be made.
        """
        picker = await self._open(picker_id, user_id, used=True)
        if not picker.chosen:
            raise NothingChosen
        if picker.state is DraftState.OPEN:
            settings = await self.submit.guilds.settings(picker.request.place.guild_id)
            owned = [(one.author_id, one.file.filename) for one in picker.picked]
            await self.sources.check(user_id, settings, owned)
        taken = await self.submit(with_roles(_request_of(picker, answer), role_ids, guild_id))
        with told_plainly():
            await self.gatherings.close_picker(picker_id, DraftState.AGREED)
        return taken

    async def drop(self, picker_id: int, user_id: int) -> None:
        """Give it up. Raises `PickerGone`, or `NotYours`."""
        await self._open(picker_id, user_id)
        with told_plainly():
            if await self.gatherings.close_picker(picker_id, DraftState.DROPPED) is None:
                raise PickerGone

    async def _open(self, picker_id: int, user_id: int, *, used: bool = False) -> Picker:
        picker = await self.gatherings.picker(picker_id)
        if picker is None:
            raise PickerGone
        if picker.request.user_id != user_id:
            raise NotYours
        if picker.state is DraftState.AGREED and used:
            return picker  # a second press leads to the edit that the first one placed
        if picker.state is not DraftState.OPEN or picker.expires_at <= self.clock.now():
            raise PickerGone
        return picker


def _request_of(picker: Picker, answer: int | None) -> EditRequest:
    picked, place = picker.picked, picker.request.place
    return replace(
        picker.request,
        place=place if answer is None else replace(place, answer=answer),
        pictures=tuple(one.file for one in picked),
        spoiler=picker.request.spoiler or any(one.spoiler for one in picked),
        base=picked[0].base,
    )
