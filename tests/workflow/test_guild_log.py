"""The log channel of a guild: a line for each decision, and one for each edit."""

from bot.domain.deed import Decider
from bot.domain.job import Job, State
from bot.domain.quota import Choice, Unit
from bot.workflow.guild_log import GuildLog
from bot.workflow.ports import Lack
from tests.standins import Comes
from tests.workflow.house import ADMIN, ANN, GUILD, IN_PLACE, OPERATOR, House
from tests.workflow.test_govern import LOG, OF_ANN, rule


async def test_each_decision_gets_a_line_in_the_log_channel(house: House) -> None:
    """From the one that names the channel, to the last before it is taken away."""
    govern = house.govern
    await govern.block(ADMIN, ANN, "")
    told = [
        await govern.set_log(ADMIN, LOG),
        await govern.unblock(ADMIN, ANN),
        await govern.set_rule(ADMIN, rule(5)),
        await govern.clear_rule(ADMIN, OF_ANN, Unit.IMAGES),
        await govern.set_permit(ADMIN, OF_ANN, Choice.N, ("2",)),
        await govern.grant(ADMIN, ANN, Unit.IMAGES, 5, 1, "a prize"),
        await govern.reset(ADMIN, ANN, ""),
        await govern.pause(ADMIN, ""),
        await govern.resume(ADMIN),
        await govern.set_zone(ADMIN, "UTC"),
    ]
    await govern.set_log(ADMIN, None)
    await govern.block(ADMIN, ANN, "")

    assert house.postbox.log_lines == [(LOG, deed) for deed in told]


async def test_what_the_operator_decides_for_all_is_in_no_servers_log(house: House) -> None:
    """What they decide for one server is in that one's."""
    await house.govern.set_log(ADMIN, LOG)
    house.postbox.log_lines.clear()

    await house.govern.pause(OPERATOR, "the holidays")
    for_server = await house.govern.block(Decider(0, GUILD), ANN, "")

    assert house.postbox.log_lines == [(LOG, for_server)]


async def test_each_edit_gets_one_line(house: House) -> None:
    """When it is over for its member, however it ended; nothing of what happens elsewhere."""
    await house.govern.set_log(ADMIN, LOG)
    house.postbox.log_lines.clear()
    await house.placed(Comes(), None, request=house.edit(origin=1))
    await house.submitted(house.edit(origin=2))
    await house.submitted(house.edit(origin=3))
    await house.submit.cancel(3, ANN)
    await house.work()
    await house.placed(Comes(), request=house.edit(origin=4, place=IN_PLACE))
    await house.work()

    lines = [(channel, line) for channel, line in house.postbox.log_lines]

    assert lines == [(LOG, house.job(number)) for number in (1, 2, 3)]


async def test_an_edit_that_is_told_again_has_its_line(house: House) -> None:
    """Pictures that are shown after all are the same edit."""
    await house.govern.set_log(ADMIN, LOG)
    house.postbox.log_lines.clear()
    await house.placed(Comes())
    house.steps.meanwhile("edit", lambda: house.submit.cancel(1, ANN))
    await house.work()

    await house.submit.show(1, ANN)
    await house.work()

    assert len(house.postbox.messages) == len(house.postbox.log_lines) == 1


async def test_an_edit_that_is_shown_after_all_is_logged_as_delivered(house: House) -> None:
    """Show pressed in the instant in which a stopped edit would be over: its one line says how it really ended."""
    await house.govern.set_log(ADMIN, LOG)
    await house.placed(Comes())
    house.steps.meanwhile("edit sent", lambda: house.submit.cancel(1, ANN))
    house.steps.meanwhile("delivered", lambda: house.submit.show(1, ANN))

    await house.work()
    await house.work()

    lines = [line for _, line in house.postbox.log_lines if isinstance(line, Job)]
    assert [line.state for line in lines] == [State.DELIVERED]


async def test_a_channel_where_nothing_can_be_done_gets_one_line_a_day(house: House) -> None:
    """However often somebody asks there in vain; another channel, and the next day, have a line of their own."""
    await house.govern.set_log(ADMIN, LOG)
    house.postbox.log_lines.clear()
    guild_log = GuildLog(house.council, house.book, house.postbox)
    here, there = Lack(GUILD, 5, ("send_messages",)), Lack(GUILD, 6, ("attach_files",))

    for lack in (here, here, there):
        await guild_log.lack(lack, "2026-11-20")
    await guild_log.lack(here, "2026-11-21")

    assert house.postbox.log_lines == [(LOG, here), (LOG, there), (LOG, here)]


async def test_where_no_log_is_named_nothing_is_lost(house: House) -> None:
    """A line that nobody would read is not counted as written."""
    guild_log = GuildLog(house.council, house.book, house.postbox)
    lack = Lack(GUILD, 5, ("send_messages",))

    await guild_log.lack(lack, "2026-11-20")
    await house.govern.set_log(ADMIN, LOG)
    house.postbox.log_lines.clear()
    await guild_log.lack(lack, "2026-11-20")

    assert house.postbox.log_lines == [(LOG, lack)]
