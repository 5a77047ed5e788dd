"""Allowances: whose rule holds, what a hold asks for, and the sentences of refusals."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.domain.errors import (
    Blocked,
    GuildImagesSpent,
    GuildMoneySpent,
    HousePaused,
    HouseSpent,
    ImagesSpent,
    MoneySpent,
    Never,
    NeverHere,
    Paused,
    Refused,
)
from bot.domain.quota import (
    HOUSE,
    Allowance,
    Balance,
    Limits,
    Member,
    Period,
    Rule,
    Scope,
    Statute,
    Subject,
    Unit,
    Window,
    admit,
    allowances,
    demands,
    refusal,
    window,
    windows,
    zone_named,
)

LIMITS = Limits(images_per_day=20, micro_usd_per_month=5_000_000, house_micro_usd_per_month=50_000_000)
ANN = Member(user_id=42, guild_id=7, role_ids=(100, 101))
NOW = 1_795_182_310.5  # 2026-11-20 13:45:10.5 in UTC
OF_ANN, VIP, FRIEND = Subject(Scope.USER, 42), Subject(Scope.ROLE, 100), Subject(Scope.ROLE, 101)
EVERYONE, GUILD, THE_HOUSE = Subject(Scope.EVERYONE), Subject(Scope.GUILD, 7), Subject(Scope.HOUSE)


def images(
    subject: Subject, limit: int | None, period: Period = Period.DAY, hours: int = 0, guild_id: int | None = 7
) -> Rule:
    """A rule about images."""
    return Rule(guild_id, subject, Unit.IMAGES, period, limit, hours)


def found(*rules: Rule, member: Member = ANN) -> list[tuple[str, Unit, int]]:
    """Account, unit and limit of every allowance that applies."""
    return [(one.account, one.unit, one.limit) for one in allowances(LIMITS, rules, member)]


def member_images(*rules: Rule, member: Member = ANN) -> Allowance | None:
    """The member's own allowance of images; None where they are free."""
    mine = [one for one in allowances(LIMITS, rules, member) if one.account.startswith("user:")]
    return next((one for one in mine if one.unit is Unit.IMAGES), None)


def grant(amount: int, unit: Unit = Unit.IMAGES) -> Window:
    """A grant of the member."""
    return Window(Allowance("user:42@7", unit, Period.GRANT, amount), 0, int(NOW) + 1000)


# ── whose rule holds ────────────────────────────────────────────────────────────────────────────────────────


def test_without_a_rule_the_settings_hold() -> None:
    """A member's pictures of the day and money of the month, in every server the same, and the house's cap."""
    assert found() == [
        ("user:42", Unit.IMAGES, 20),
        ("user:42", Unit.MICRO_USD, 5_000_000),
        (HOUSE, Unit.MICRO_USD, 50_000_000),
    ]
    assert found(member=Member(42)) == found()


@pytest.mark.parametrize(
    ("rules", "limit"),
    [
        ((images(EVERYONE, 10),), 10),
        ((images(EVERYONE, 10), images(VIP, 5)), 5),
        ((images(EVERYONE, 10), images(VIP, 30), images(FRIEND, 50)), 50),
        ((images(FRIEND, 50), images(VIP, 30)), 50),
        ((images(VIP, 0), images(FRIEND, 1)), 1),
        ((images(VIP, 300, Period.MONTH), images(FRIEND, 11)), 11),
        ((images(VIP, 400, Period.MONTH), images(FRIEND, 11)), 400),
        ((images(VIP, 4, Period.ROLLING, 1), images(FRIEND, 50)), 4),
        ((images(Subject(Scope.ROLE, 999), 99), images(EVERYONE, 10)), 10),
        ((images(VIP, 30), images(OF_ANN, 3)), 3),
        ((images(OF_ANN, 0), images(VIP, 30)), 0),
        ((images(Subject(Scope.USER, 43), 3),), 20),
        ((images(OF_ANN, 3, guild_id=None),), 3),
        ((images(OF_ANN, 3, guild_id=None), images(EVERYONE, 10)), 10),
        ((images(EVERYONE, 10, guild_id=8),), 20),
    ],
)
def test_the_rule_that_is_nearest_to_the_member_holds(rules: tuple[Rule, ...], limit: int) -> None:
    """One for the very member, then the most generous of their roles, then everyone's, the operator's, the settings."""
    for order in (rules, rules[::-1]):
        own = member_images(*order)
        assert own is not None
        assert own.limit == limit


def test_a_free_role_has_no_allowance() -> None:
    """Free is more than any number, and leaves money and the house's cap as they are."""
    assert member_images(images(VIP, None), images(FRIEND, 1_000_000)) is None
    assert [unit for _, unit, _ in found(images(VIP, None))] == [Unit.MICRO_USD, Unit.MICRO_USD]


def test_roles_mean_nothing_outside_of_their_server() -> None:
    """In a direct message a member has the house's own allowance, whatever their server says."""
    own = member_images(images(VIP, 99), images(EVERYONE, 98), member=Member(42, None, (100,)))

    assert own == Allowance("user:42", Unit.IMAGES, Period.DAY, 20)


def test_what_a_server_decides_is_counted_in_that_server() -> None:
    """By a guild's rule a member has an account of their own there; by the house's the same one everywhere."""
    by_guild, by_house = member_images(images(EVERYONE, 10)), member_images(images(OF_ANN, 3, guild_id=None))

    assert by_guild is not None
    assert by_house is not None
    assert (by_guild.account, by_house.account) == ("user:42@7", "user:42")


def test_a_server_and_the_house_have_limits_of_their_own() -> None:
    """The guild's own limit and the operator's for it both hold, and so do all of the house's."""
    of_guild = Rule(7, GUILD, Unit.MICRO_USD, Period.WEEK, 9_000_000)
    of_operator = Rule(None, GUILD, Unit.MICRO_USD, Period.MONTH, 20_000_000)
    of_house = Rule(None, THE_HOUSE, Unit.IMAGES, Period.ROLLING, 500, 24)
    others = Rule(8, Subject(Scope.GUILD, 8), Unit.IMAGES, Period.DAY, 0)

    accounts = found(of_guild, of_operator, of_house, others)[2:]

    assert accounts == [
        ("guild:7@7", Unit.MICRO_USD, 9_000_000),
        ("guild:7", Unit.MICRO_USD, 20_000_000),
        (HOUSE, Unit.MICRO_USD, 50_000_000),
        (HOUSE, Unit.IMAGES, 500),
    ]


def test_of_two_limits_of_one_window_the_lower_one_holds() -> None:
    """The cap of the settings and the operator's rule for the same month are one window, and it is held once."""
    cap = LIMITS.house_micro_usd_per_month

    for limit in (cap - 1, cap + 1):
        statute = Statute((Rule(None, THE_HOUSE, Unit.MICRO_USD, Period.MONTH, limit),))
        of_house = [one for one in windows(LIMITS, statute, ANN, NOW) if one.allowance.account == HOUSE]
        assert [one.allowance.limit for one in of_house] == [min(limit, cap)]


def test_members_have_accounts_of_their_own_and_share_the_house() -> None:
    """Two members share nothing but the operator's cap."""
    ann, bob = ({one.account for one in allowances(LIMITS, (), Member(user))} for user in (1, 2))

    assert ann & bob == {HOUSE}


def test_a_servers_days_end_at_its_own_midnight() -> None:
    """A guild's calendar is its zone's; what the house decided ends at midnight UTC."""
    statute = Statute((images(EVERYONE, 10),), zone=zone_named("Asia/Tokyo"))
    by_account = {one.allowance.account: one for one in windows(LIMITS, statute, ANN, NOW)}

    tokyo, utc = by_account["user:42@7"], by_account["user:42"]

    assert tokyo == window(tokyo.allowance, NOW, zone_named("Asia/Tokyo"))
    assert tokyo.ends_at % 86_400 == 15 * 3600
    assert utc.ends_at % 86_400 == 0


# ── what a hold asks for ────────────────────────────────────────────────────────────────────────────────────


def test_a_hold_asks_every_allowance_that_applies() -> None:
    """So many pictures of those that count pictures, so much money of those that count money."""
    statute = Statute((Rule(7, GUILD, Unit.IMAGES, Period.DAY, 100),))

    hold = demands(LIMITS, statute, ANN, NOW, images=3, micro_usd=160_000)

    assert [(one.window.allowance.account, one.window.allowance.unit, one.amount) for one in hold] == [
        ("user:42", Unit.IMAGES, 3),
        ("user:42", Unit.MICRO_USD, 160_000),
        ("guild:7@7", Unit.IMAGES, 3),
        (HOUSE, Unit.MICRO_USD, 160_000),
    ]


def test_grants_stand_in_for_the_member_alone() -> None:
    """They are used before the member's own window of their unit, and never for the guild's or the house's."""
    statute = Statute((Rule(7, GUILD, Unit.IMAGES, Period.DAY, 100),), grants=(grant(5), grant(9, Unit.MICRO_USD)))

    hold = demands(LIMITS, statute, ANN, NOW, images=3, micro_usd=160_000)

    assert [one.grants for one in hold] == [(grant(5),), (grant(9, Unit.MICRO_USD),), (), ()]


@pytest.mark.parametrize(
    ("rule", "limits", "kind"),
    [
        (images(EVERYONE, 0), LIMITS, Never),
        (images(GUILD, 0), LIMITS, NeverHere),
        (None, replace(LIMITS, images_per_day=0), Never),
        (None, replace(LIMITS, house_micro_usd_per_month=0), HousePaused),
    ],
)
def test_never_is_said_as_never(rule: Rule | None, limits: Limits, kind: type[Refused]) -> None:
    """A limit of nothing is no window that could be waited for."""
    with pytest.raises(kind):
        demands(limits, Statute((rule,) if rule else ()), ANN, NOW, images=1, micro_usd=1)


def test_a_grant_makes_up_for_never() -> None:
    """Who may make nothing may make what was granted."""
    statute = Statute((images(EVERYONE, 0),), grants=(grant(2),))

    own = demands(LIMITS, statute, ANN, NOW, images=1, micro_usd=1)[0]

    assert (own.window.allowance.limit, own.grants) == (0, (grant(2),))


def test_what_costs_nothing_fits_a_limit_of_nothing() -> None:
    """A server of one's own that charges nothing works without money."""
    limits = replace(LIMITS, micro_usd_per_month=0, house_micro_usd_per_month=0)

    assert len(demands(limits, Statute(), ANN, NOW, images=1, micro_usd=0)) == 3


@pytest.mark.parametrize(
    ("statute", "kind"),
    [
        (Statute(blocked=True), Blocked),
        (Statute(guild_paused=True), Paused),
        (Statute(house_paused=True), HousePaused),
        (Statute(blocked=True, guild_paused=True), Blocked),
        (Statute(blocked=True, guild_paused=True, house_paused=True), HousePaused),
    ],
)
def test_whoever_is_not_admitted_hears_why(statute: Statute, kind: type[Refused]) -> None:
    """What no admin of the guild can change is said first."""
    with pytest.raises(kind):
        admit(statute)


def test_everybody_else_is_admitted() -> None:
    """Nothing was decided, so nothing stands in the way."""
    admit(Statute())


# ── refusals ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("used", "held", "left"), [(0, 0, 20), (5, 3, 12), (17, 3, 0), (25, 0, -5)])
def test_what_is_left_is_the_limit_without_what_is_used_and_held(used: int, held: int, left: int) -> None:
    """A hold counts like a charge until it ends; a lowered limit may leave less than nothing."""
    one = Allowance("user:42", Unit.IMAGES, Period.DAY, 20)

    assert Balance(window(one, 0.0), used, held).left == left


def test_a_balance_knows_when_there_is_more() -> None:
    """At the end of its window, or when the oldest hour of a rolling one leaves it."""
    one = window(Allowance("user:42", Unit.IMAGES, Period.ROLLING, 20, 5), NOW)

    assert Balance(one, 0, 0).resets_at == one.ends_at
    assert Balance(one, 3, 0, frees_at=77).resets_at == 77


@pytest.mark.parametrize(
    ("account", "unit", "kind", "fields"),
    [
        ("user:42", Unit.IMAGES, ImagesSpent, {"need": 3, "left": 2, "limit": 20, "resets_at": 9}),
        ("user:42@7", Unit.MICRO_USD, MoneySpent, {"need": 3, "left": 2, "limit": 20, "resets_at": 9}),
        ("guild:7", Unit.IMAGES, GuildImagesSpent, {"need": 3, "left": 2, "limit": 20, "resets_at": 9}),
        ("guild:7", Unit.MICRO_USD, GuildMoneySpent, {"need": 3, "left": 2, "limit": 20, "resets_at": 9}),
        (HOUSE, Unit.MICRO_USD, HouseSpent, {"resets_at": 9}),
        (HOUSE, Unit.IMAGES, HouseSpent, {"resets_at": 9}),
    ],
)
def test_a_refusal_says_what_is_left_and_when_there_is_more(
    account: str, unit: Unit, kind: type[Refused], fields: dict[str, int]
) -> None:
    """Each spent allowance has its sentence; the house's tells members no amounts."""
    hold = demands(LIMITS, Statute(), ANN, NOW, images=3, micro_usd=3)[0]
    spent = replace(hold, window=replace(hold.window, allowance=Allowance(account, unit, Period.DAY, 20)))

    no = refusal(spent, 2, 9)

    assert type(no) is kind
    assert no.fields == fields


@given(left=some.integers(-100, 0))
def test_less_than_nothing_is_said_as_nothing(left: int) -> None:
    """A lowered limit leaves nobody in debt."""
    hold = demands(LIMITS, Statute(), ANN, NOW, images=3, micro_usd=3)[0]

    assert refusal(hold, left, 9).fields["left"] == 0
