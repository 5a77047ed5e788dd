"""Every kind of allowance through the front door: what fits, what is refused, and with which numbers."""

import pytest

from bot.domain.errors import (
    GuildImagesSpent,
    GuildMoneySpent,
    ImagesSpent,
    MoneySpent,
    Never,
    NeverHere,
    Refused,
)
from bot.domain.quota import HOUR_S, Member, Period, Rule, Scope, Subject, Unit, window, zone_named
from bot.domain.request import Options
from tests.standins import Comes
from tests.workflow.house import ADMIN, ANN, BOB, GUILD, IN_PLACE, OPERATOR, House
from tests.workflow.memory_book import Kind

VIP = 500
DAY_S = 86_400
OF_ANN, OF_VIP = Subject(Scope.USER, ANN), Subject(Scope.ROLE, VIP)
EVERYONE, SERVER = Subject(Scope.EVERYONE), Subject(Scope.GUILD, GUILD)
IN_GUILD = f"user:{ANN}@{GUILD}"
MEMBER = Member(ANN, GUILD)


async def ruled(
    house: House, subject: Subject, limit: int | None, unit: Unit = Unit.IMAGES, period: Period = Period.DAY
) -> None:
    """Have an admin set this limit; a rolling one is of five hours."""
    await house.govern.set_rule(ADMIN, Rule(GUILD, subject, unit, period, limit, 5))


async def placed(house: House, *origins: int, n: int = 1, user_id: int = ANN, roles: tuple[int, ...] = ()) -> None:
    """Place an edit of so many pictures for each of these origins."""
    for origin in origins:
        request = house.edit(origin=origin, user_id=user_id, options=Options(quality="low", n=n), roles=roles)
        await house.submitted(request)


async def refused(house: House, kind: type[Refused], origin: int = 99, n: int = 1) -> Refused:
    """The refusal of an edit, which leaves everything as it was."""
    before = dict(house.book.jobs), list(house.book.entries), set(house.book.tickets)
    with pytest.raises(kind) as caught:
        await placed(house, origin, n=n)
    assert (house.book.jobs, house.book.entries, house.book.tickets) == before
    return caught.value


# ── a limit of each kind ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("period", [Period.DAY, Period.WEEK, Period.MONTH])
@pytest.mark.parametrize("subject", [OF_ANN, EVERYONE])
async def test_a_members_pictures_in_a_calendar_window(house: House, subject: Subject, period: Period) -> None:
    """The refusal says what is left, of how many, and when the window of the server's own zone ends."""
    await house.govern.set_zone(ADMIN, "Asia/Tokyo")
    await ruled(house, subject, 5, period=period)
    await placed(house, 1, n=3)

    no = await refused(house, ImagesSpent, n=3)

    ends_at = (await house.submit.standing(MEMBER))[0].window.ends_at
    assert no.fields == {"need": 3, "left": 2, "limit": 5, "resets_at": ends_at}
    own = house.book.entries[0].window
    assert own == window(own.allowance, house.clock.moment, zone_named("Asia/Tokyo"))
    house.clock.moment = float(ends_at)
    await placed(house, 2, n=3)


async def test_a_members_pictures_of_the_last_hours(house: House) -> None:
    """What was made counts for five hours, wherever midnight is, and then leaves the window."""
    await ruled(house, OF_ANN, 3, period=Period.ROLLING)
    first = house.clock.moment
    await placed(house, 1, n=2)
    house.clock.moment += 2 * HOUR_S
    await placed(house, 2)

    no = await refused(house, ImagesSpent, n=2)
    frees_at = int(no.fields["resets_at"])

    assert no.fields["left"] == 0
    assert first + 5 * HOUR_S <= frees_at <= first + 6 * HOUR_S
    house.clock.moment = float(frees_at) - 1
    await refused(house, ImagesSpent, n=2)
    house.clock.moment = float(frees_at)
    await placed(house, 3, n=2)


async def test_a_members_money_in_the_server(house: House) -> None:
    """A limit in money refuses by what the edit may cost."""
    await placed(house, 1, user_id=BOB)
    cost = house.job().predicted
    await ruled(house, EVERYONE, cost * 2 - 1, Unit.MICRO_USD, Period.WEEK)
    await placed(house, 2)

    no = await refused(house, MoneySpent)

    assert (no.fields["need"], no.fields["left"], no.fields["limit"]) == (cost, cost - 1, cost * 2 - 1)


@pytest.mark.parametrize(("unit", "kind"), [(Unit.IMAGES, GuildImagesSpent), (Unit.MICRO_USD, GuildMoneySpent)])
async def test_a_servers_own_limit_is_shared(house: House, unit: Unit, kind: type[Refused]) -> None:
    """What one member uses another one misses; a direct message is none of the server's business."""
    await ruled(house, SERVER, 1 if unit is Unit.IMAGES else 20_000, unit)
    await placed(house, 1, user_id=BOB)

    no = await refused(house, kind)

    assert no.fields["limit"] == (1 if unit is Unit.IMAGES else 20_000)
    await house.submitted(house.edit(origin=2, place=IN_PLACE))


async def test_the_operators_limit_for_a_server(house: House) -> None:
    """It holds beside the server's own, and the tighter of the two counts."""
    await ruled(house, SERVER, 5)
    await house.govern.set_rule(OPERATOR, Rule(None, SERVER, Unit.IMAGES, Period.DAY, 1))
    await placed(house, 1)

    no = await refused(house, GuildImagesSpent)

    assert no.fields["limit"] == 1


async def test_another_time_zone_is_no_new_limit_of_the_operator(house: House) -> None:
    """The server's admins choose its zone; what the operator allows a server ends at midnight UTC wherever it is."""
    await house.govern.set_rule(OPERATOR, Rule(None, SERVER, Unit.IMAGES, Period.DAY, 1))
    await placed(house, 1)

    for zone in ("Asia/Tokyo", "America/Los_Angeles"):
        await house.govern.set_zone(ADMIN, zone)
        await refused(house, GuildImagesSpent)


async def test_the_most_generous_role_wins(house: House) -> None:
    """A role with more lifts its members over everyone's limit, as it was when they asked, and nobody else."""
    await ruled(house, EVERYONE, 1)
    await ruled(house, OF_VIP, 3)
    await ruled(house, Subject(Scope.ROLE, 501), 2)

    await placed(house, 1, 2, 3, roles=(501, VIP))
    await placed(house, 4, user_id=BOB)

    with pytest.raises(ImagesSpent):
        await placed(house, 5, roles=(501, VIP))
    with pytest.raises(ImagesSpent):
        await placed(house, 6, user_id=BOB)


async def test_a_yes_counts_by_the_roles_of_the_moment(house: House) -> None:
    """A role that was lost between the question and the yes no longer gives more."""
    await ruled(house, EVERYONE, 1)
    await ruled(house, OF_VIP, 50)
    house.dear()
    asking = await house.asked(house.edit(options=Options(quality="low", n=3), roles=(VIP,)))

    with pytest.raises(ImagesSpent):
        await house.submit.agree(asking.draft.id, ANN, (), GUILD)
    receipt = await house.submit.agree(asking.draft.id, ANN, (VIP,), GUILD)

    assert receipt.fresh


async def test_a_button_is_pressed_with_the_roles_of_the_day(house: House) -> None:
    """Who has lost a role since cannot have its allowance by trying an old edit again."""
    await ruled(house, EVERYONE, 1)
    await ruled(house, OF_VIP, None)
    await placed(house, 1, roles=(VIP,))
    await placed(house, 2, roles=())

    with pytest.raises(ImagesSpent):
        await house.submit.again(1, ANN, (), GUILD)

    assert (await house.submit.again(1, ANN, (VIP,), GUILD)).fresh


async def test_free_is_held_nowhere(house: House) -> None:
    """Pictures that are free cost money still, and the house's cap holds."""
    await ruled(house, OF_ANN, None)

    await placed(house, 1, n=10)

    assert house.book.amount(Kind.HOLD, f"user:{ANN}", Unit.IMAGES) == 0
    assert house.book.amount(Kind.HOLD, f"user:{ANN}", Unit.MICRO_USD) == house.job().predicted


@pytest.mark.parametrize(("subject", "kind"), [(OF_ANN, Never), (EVERYONE, Never), (SERVER, NeverHere)])
async def test_nothing_means_never(house: House, subject: Subject, kind: type[Refused]) -> None:
    """A limit of 0 is said as what it is, not as a window to wait for."""
    await ruled(house, subject, 0)

    await refused(house, kind)


async def test_all_that_apply_are_held_or_none(house: House) -> None:
    """The last of four does not fit, so nothing is taken of the other three."""
    await ruled(house, SERVER, 1, Unit.MICRO_USD)

    await refused(house, GuildMoneySpent)

    assert [one.held for one in await house.submit.standing(MEMBER)] == [0, 0, 0]


# ── grants ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_grant_is_used_before_the_window(house: House) -> None:
    """Three granted pictures and two of the day make five; the refusal counts both."""
    await ruled(house, EVERYONE, 2)
    await house.govern.grant(ADMIN, ANN, Unit.IMAGES, 3, days=2, reason="a prize")

    await placed(house, 1, n=2)
    assert [(one.window.allowance.period, one.held) for one in await house.submit.standing(MEMBER)][::2] == [
        (Period.DAY, 0),
        (Period.GRANT, 2),
    ]
    await placed(house, 2, n=2)

    no = await refused(house, ImagesSpent, n=2)
    assert (no.fields["left"], no.fields["limit"]) == (1, 2)
    await placed(house, 3)


async def test_a_grant_ends(house: House) -> None:
    """What was not used by then is gone, and it is no longer shown."""
    await ruled(house, EVERYONE, 0)
    await house.govern.grant(ADMIN, ANN, Unit.IMAGES, 3, days=2, reason="a prize")
    await placed(house, 1)
    house.clock.moment += 2 * DAY_S

    await refused(house, Never)

    assert len(await house.submit.standing(MEMBER)) == 2


async def test_a_grant_of_a_server_is_for_that_server(house: House) -> None:
    """The operator's counts everywhere."""
    house.lower(images_per_day=0)
    await house.govern.grant(ADMIN, ANN, Unit.IMAGES, 3, days=2, reason="a prize")
    with pytest.raises(Never):
        await house.submitted(house.edit(place=IN_PLACE))

    await house.govern.grant(OPERATOR, ANN, Unit.IMAGES, 1, days=2, reason="a prize")
    await house.submitted(house.edit(place=IN_PLACE))


async def test_what_a_grant_paid_goes_back_to_it(house: House) -> None:
    """A cancelled edit gives the grant back, not the window."""
    await ruled(house, EVERYONE, 1)
    await house.govern.grant(ADMIN, ANN, Unit.IMAGES, 2, days=2, reason="a prize")
    await placed(house, 1, n=3)

    await house.submit.cancel(1, ANN)

    left = {one.window.allowance.period: one.left for one in await house.submit.standing(MEMBER)}
    assert (left[Period.GRANT], left[Period.DAY]) == (2, 1)


async def test_a_reset_gives_the_window_back(house: House) -> None:
    """What was used counts as not used, and the member goes on at once."""
    await ruled(house, EVERYONE, 1)
    house.provider.script = [Comes()]
    await placed(house, 1)
    await house.work()
    await refused(house, ImagesSpent)

    deed = await house.govern.reset(ADMIN, ANN, "the provider was down")

    await placed(house, 2)
    assert deed.old == "images:day:1"


# ── looking ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_standing_shows_every_window_that_applies(house: House) -> None:
    """The member's, the server's and the grants; where pictures are free there is no window of them."""
    await ruled(house, SERVER, 100)
    await house.govern.grant(ADMIN, ANN, Unit.MICRO_USD, 5_000, days=2, reason="a prize")
    before = [one.window.allowance for one in await house.submit.standing(MEMBER)]
    await ruled(house, OF_ANN, None)
    after = [one.window.allowance for one in await house.submit.standing(MEMBER)]

    assert [(one.account, one.unit) for one in before] == [
        (f"user:{ANN}", Unit.IMAGES),
        (f"user:{ANN}", Unit.MICRO_USD),
        (f"guild:{GUILD}@{GUILD}", Unit.IMAGES),
        (IN_GUILD, Unit.MICRO_USD),
    ]
    assert after == before[1:]


async def test_history_is_the_members_last_ten_here(house: House) -> None:
    """The newest first, nobody else's, and nothing of another place."""
    await placed(house, *range(1, 13))
    await placed(house, 20, user_id=BOB)
    await house.submitted(house.edit(origin=21, place=IN_PLACE))

    assert [job.id for job in await house.submit.history(MEMBER)] == list(range(12, 2, -1))
    assert [job.id for job in await house.submit.history(Member(ANN))] == [14]
