"""What admins are answered."""

from bot.domain.deed import GuildBook
from bot.domain.quota import Balance, Choice, Period, Permit, Rule, Scope, Statute, Subject, Unit
from bot.words import decisions
from tests.words.test_deeds import DEED, MIRA, VIP
from tests.words.test_standing import IMAGES

EN = "en-US"
RULE = Rule(7, VIP, Unit.IMAGES, Period.DAY, 50)
PERMIT = Permit(7, VIP, Choice.MODEL, ("gpt-image-2",))


def test_decided() -> None:
    """A decision is answered with the line that everybody else sees."""
    assert decisions.decided(DEED, EN) == "Done: <@1> set pictures of <@&2>: 20 pictures a day → 50 pictures a day"


def test_overview() -> None:
    """A server's own: whether it is paused, its zone, its log channel and its limits."""
    said = decisions.overview(GuildBook("Asia/Tokyo", 31), Statute(guild_paused=True), [RULE], EN)

    assert said.splitlines() == [
        "Edits are paused here.",
        "Time zone: Asia\\/Tokyo",
        "Log channel: <#31>",
        "<@&2>: 50 pictures a day",
    ]
    assert decisions.overview(GuildBook(), Statute(), [], EN).splitlines() == [
        "Edits are taken here.",
        "Time zone: UTC",
        "Log channel: none",
        "No limits were set; those of the house hold.",
    ]


def test_of_a_role() -> None:
    """A role's limits, and what it may choose."""
    assert decisions.of_subject(VIP, Statute(permits=(PERMIT,)), [RULE], EN).splitlines() == [
        "<@&2>",
        "<@&2>: 50 pictures a day",
        "<@&2>: the models: gpt-image-2",
    ]


def test_of_a_person() -> None:
    """Of a member it is said, too, what is left and whether they are blocked."""
    said = decisions.of_person(MIRA, Statute(blocked=True), [], [Balance(IMAGES, 12, 1)], EN)

    assert said.splitlines()[:4] == [
        "<@42>",
        "Blocked: no edits of theirs are taken.",
        "No limits were set; those of the house hold.",
        "**Pictures a day** · 7 of 20 left",
    ]


def test_one_message() -> None:
    """However many limits there are, the answer is one message and says how many more there are."""
    rules = [Rule(7, Subject(Scope.ROLE, 10**18 + number), Unit.IMAGES, Period.DAY, 50) for number in range(250)]
    said = decisions.overview(GuildBook(), Statute(), rules, EN)

    assert len(said) <= 2000
    assert said.endswith("lines more")
