"""Who is let in at the front door, what they may choose, and how long the line may be."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.deed import Decider
from bot.domain.errors import (
    Blocked,
    ChannelClosed,
    ChoiceNotPermitted,
    HousePaused,
    Never,
    NumberNotPermitted,
    Paused,
    ProviderBusy,
    QueueFull,
    Refused,
    RoleClosed,
    TooManyWaiting,
)
from bot.domain.guild import Setting
from bot.domain.job import State
from bot.domain.quota import Choice
from bot.domain.request import Options
from bot.workflow.ports import Declined
from tests.standins import Comes
from tests.workflow.house import ADMIN, ANN, BOB, CHANNEL, IN_PLACE, OPERATOR, House
from tests.workflow.test_allowances import EVERYONE, OF_ANN, OF_VIP, VIP, placed, refused, ruled

# ── who may at all ──────────────────────────────────────────────────────────────────────────────────────────


async def test_the_blocked_are_refused_before_a_file_is_opened(house: House) -> None:
    """In this server only, and until they are unblocked."""
    await house.govern.block(ADMIN, ANN, "rude pictures")

    await refused(house, Blocked)

    assert "probe" not in house.steps.taken
    await placed(house, 1, user_id=BOB)
    await house.submitted(house.edit(origin=2, place=IN_PLACE))
    await house.govern.unblock(ADMIN, ANN)
    await placed(house, 3)


@pytest.mark.parametrize(("by", "kind"), [(ADMIN, Paused), (OPERATOR, HousePaused)])
async def test_a_pause_takes_no_edits(house: House, by: Decider, kind: type[Refused]) -> None:
    """What waits in line by then is made; what comes then is refused, and taken again after the pause."""
    await placed(house, 1)
    await house.govern.pause(by, "the party")
    house.provider.script = [Comes()]

    await refused(house, kind)
    await house.work()

    assert house.state() is State.DELIVERED
    await house.govern.resume(by)
    await placed(house, 2)


async def test_a_pause_of_the_operator_holds_in_direct_messages(house: House) -> None:
    """A pause of one server does not."""
    await house.govern.pause(ADMIN, "the party")
    await house.submitted(house.edit(origin=1, place=IN_PLACE))

    await house.govern.pause(OPERATOR, "the holidays")
    with pytest.raises(HousePaused):
        await house.submitted(house.edit(origin=2, place=IN_PLACE))


@pytest.mark.parametrize("stop", ["block", "pause", "limit", "permit"])
async def test_a_yes_and_a_second_try_pass_the_same_checks(house: House, stop: str) -> None:
    """A button is no way around what was decided since."""
    await placed(house, 1)
    await house.submit.cancel(1, ANN)
    house.dear()
    draft = (await house.asked(house.edit(origin=2))).draft
    if stop == "block":
        await house.govern.block(ADMIN, ANN, "")
    elif stop == "pause":
        await house.govern.pause(ADMIN, "")
    elif stop == "limit":
        await ruled(house, OF_ANN, 0)
    else:
        await house.govern.set_permit(ADMIN, OF_ANN, Choice.QUALITY, ("high",))
    kind = {"block": Blocked, "pause": Paused, "limit": Never, "permit": ChoiceNotPermitted}[stop]

    with pytest.raises(kind):
        await house.submit.agree(draft.id, ANN)
    with pytest.raises(kind):
        await house.submit.again(1, ANN)

    assert len(house.book.jobs) == 1


# ── what may be chosen ──────────────────────────────────────────────────────────────────────────────────────


async def test_permits_are_checked_before_a_file_is_opened(house: House) -> None:
    """What somebody limited is refused with what is open instead; the roles add up."""
    await house.govern.set_permit(ADMIN, EVERYONE, Choice.QUALITY, ("low",))
    await house.govern.set_permit(ADMIN, OF_VIP, Choice.QUALITY, ("medium",))
    request = house.edit(options=Options(quality="medium"))

    with pytest.raises(ChoiceNotPermitted) as no:
        await house.submitted(request)

    assert no.value.fields["known"] == "low"
    assert house.steps.taken == []
    await house.submitted(replace(request, role_ids=(VIP,)))
    with pytest.raises(ChoiceNotPermitted):
        await house.submitted(house.edit(options=Options(quality="high"), roles=(VIP,), origin=2))


async def test_the_number_of_pictures_can_be_limited(house: House) -> None:
    """The refusal says how many may be asked for."""
    await house.govern.set_permit(ADMIN, EVERYONE, Choice.N, ("2",))
    await placed(house, 1, n=2)

    no = await refused(house, NumberNotPermitted, n=3)

    assert no.fields == {"count": 3, "limit": 2}


async def test_what_was_left_open_is_settled_as_permitted(house: House) -> None:
    """A default that the member may not have costs nobody the edit, nor the server the money."""
    await house.govern.set_permit(ADMIN, EVERYONE, Choice.QUALITY, ("low",))
    await house.govern.set_permit(ADMIN, EVERYONE, Choice.SIZE, ("1024x1024",))

    await house.submitted(house.edit(house.file("wide.png", b"png 1920x1080"), options=Options(), model=""))

    assert house.job().request.options == Options(size="1024x1024", quality="low")


async def test_a_settled_choice_that_nobody_may_have_is_refused(house: House) -> None:
    """Where nothing that is permitted works with the model, the default is not slipped through."""
    await house.govern.set_permit(ADMIN, EVERYONE, Choice.SIZE, ("99x99",))

    with pytest.raises(ChoiceNotPermitted):
        await house.submitted(house.edit())

    assert not house.book.jobs


async def test_who_names_no_model_gets_one_that_is_open_to_them(house: House) -> None:
    """The house's default is for those who may choose it."""
    await house.govern.set_permit(ADMIN, EVERYONE, Choice.MODEL, ("dall-e-2",))

    await house.submitted(house.edit(model="", options=Options()))
    with pytest.raises(ChoiceNotPermitted):
        await house.submitted(house.edit(model="gpt-image-2", origin=2))

    assert house.job().request.model == "dall-e-2"


# ── the line ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_line_is_bounded(house: House) -> None:
    """It refuses with a sentence rather than grow, before a file is opened, and takes edits again when one is done."""
    house.queue_limit = 2
    house.provider.script = [Comes()]
    await placed(house, 1)
    await placed(house, 2, user_id=BOB)

    no = await refused(house, QueueFull)

    assert no.fields == {"waiting": 2}
    assert house.steps.count("probe") == 2
    await house.worker(1)
    await placed(house, 3)


async def test_one_member_cannot_fill_the_line(house: House) -> None:
    """Each has so many edits waiting; the next member has as many."""
    house.waiting_per_member = 2
    await placed(house, 1, 2)

    no = await refused(house, TooManyWaiting)

    assert no.fields == {"waiting": 2}
    await placed(house, 3, user_id=BOB)


async def test_the_line_is_bounded_in_a_rush(house: House) -> None:
    """Of twenty edits at once as many are placed as the line takes, and no more."""
    house.queue_limit, house.waiting_per_member = 7, 5

    ends = await asyncio.gather(
        *(house.submit(house.edit(origin=origin, user_id=origin % 4)) for origin in range(20)), return_exceptions=True
    )

    assert len(house.book.jobs) == 7
    assert {type(end).__name__ for end in ends} == {"Receipt", "QueueFull"}


async def test_the_same_question_is_answered_alike_at_the_end_of_the_line(house: House) -> None:
    """Discord says it twice, or a finger slips: what was placed is shown, whatever is full, spent or paused by now."""
    house.waiting_per_member = 1
    first = await house.submitted(house.edit())
    await house.govern.pause(OPERATOR, "")

    second = await house.submitted(house.edit())

    assert (second.job.id, second.fresh) == (first.job.id, False)


async def test_a_yes_waits_in_the_same_line(house: House) -> None:
    """A question holds no place."""
    house.dear()
    draft = (await house.asked(house.edit(origin=1))).draft
    house.queue_limit = 1
    house.ask_above = 1_000_000
    await placed(house, 2, user_id=BOB)

    with pytest.raises(QueueFull):
        await house.submit.agree(draft.id, ANN)


# ── roles, channels and the server's settings ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("pressed_in", [None, 2])
async def test_roles_of_another_place_say_nothing(house: House, pressed_in: int | None) -> None:
    """A button that is pressed in a direct message or another server is no way around a role that is shut out."""
    await placed(house, 1, roles=(VIP,))
    await house.submit.cancel(1, ANN)
    house.dear()
    draft = (await house.asked(house.edit(origin=2, roles=(VIP,)))).draft
    await house.hosting.change(ADMIN, Setting.ROLES_BLOCKED, (str(VIP),))

    with pytest.raises(RoleClosed):
        await house.submit.agree(draft.id, ANN, (), pressed_in)
    with pytest.raises(RoleClosed):
        await house.submit.again(1, ANN, (), pressed_in)

    assert len(house.book.jobs) == 1


async def test_roles_that_are_needed_are_kept_in_a_direct_message(house: House) -> None:
    """What is private may be asked about there, where nobody has roles."""
    await house.hosting.change(ADMIN, Setting.ROLES_ALLOWED, (str(VIP),))
    house.dear()
    draft = (await house.asked(house.edit(roles=(VIP,)))).draft

    assert (await house.submit.agree(draft.id, ANN, (), None)).fresh


@pytest.mark.parametrize("setting", [Setting.CHANNELS_BLOCKED, Setting.CHANNELS_ALLOWED])
async def test_a_second_try_in_the_thread_of_a_channel(house: House, setting: Setting) -> None:
    """A thread goes by its channel: shut with it, and open with it."""
    house.provider.script = [Declined(ProviderBusy())] * 9
    await placed(house, 1)
    await house.work()
    await house.hosting.change(ADMIN, setting, (str(CHANNEL.channel_id),))

    if setting is Setting.CHANNELS_BLOCKED:
        with pytest.raises(ChannelClosed):
            await house.submit.again(1, ANN)
    else:
        assert (await house.submit.again(1, ANN)).job.request.place.parent_id == CHANNEL.channel_id


async def test_no_more_questions_than_edits_may_wait(house: House) -> None:
    """Every question keeps its pictures on disk, so that one member may not be asked without end."""
    house.dear()
    house.waiting_per_member = 2
    first = await house.asked(house.edit(origin=1))
    await house.asked(house.edit(origin=2))

    with pytest.raises(TooManyWaiting):
        await house.submit(house.edit(origin=3))

    assert await house.asked(house.edit(origin=1)) == first  # said once more
    await house.asked(house.edit(origin=4, user_id=BOB))
    await house.submit.drop(first.draft.id, ANN)
    await house.asked(house.edit(origin=3))
