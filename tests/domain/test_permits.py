"""What a member may choose: limited by user, role or everyone, and the most generous wins."""

from collections.abc import Callable

import pytest

from bot.domain.errors import ChoiceNotPermitted, NumberNotPermitted
from bot.domain.quota import Choice, Member, Permit, Scope, Subject, check_permits, fill_open, open_model
from bot.domain.request import Options

ANN = Member(user_id=42, guild_id=7, role_ids=(100, 101))
OF_ANN, VIP, FRIEND = Subject(Scope.USER, 42), Subject(Scope.ROLE, 100), Subject(Scope.ROLE, 101)
EVERYONE = Subject(Scope.EVERYONE)
MODEL = "gpt-image-2"


def permit(choice: Choice, subject: Subject, *values: str, guild_id: int | None = 7) -> Permit:
    """A permit of Ann's guild."""
    return Permit(guild_id, subject, choice, values)


def quality(subject: Subject, *values: str) -> Permit:
    """A permit about qualities."""
    return permit(Choice.QUALITY, subject, *values)


def test_what_nobody_limited_is_free() -> None:
    """Without a permit everything may be chosen; one about qualities says nothing of models."""
    check_permits((), ANN, MODEL, Options(size="4096x4096", quality="high", n=10))
    check_permits((quality(EVERYONE, "low"),), ANN, MODEL, Options(size="4096x4096", n=10))


@pytest.mark.parametrize(
    ("permits", "allowed"),
    [
        ((quality(EVERYONE, "low"),), {"low"}),
        ((quality(EVERYONE, "low"), quality(VIP, "medium")), {"low", "medium"}),
        ((quality(VIP, "medium"), quality(FRIEND, "high")), {"medium", "high"}),
        ((quality(VIP, "medium"), quality(OF_ANN, "low")), {"low"}),
        ((quality(Subject(Scope.ROLE, 999), "low"),), {"low", "medium", "high"}),
        ((quality(Subject(Scope.USER, 43), "low"),), {"low", "medium", "high"}),
        ((permit(Choice.QUALITY, EVERYONE, "low", guild_id=8),), {"low", "medium", "high"}),
        ((permit(Choice.QUALITY, OF_ANN, "low", guild_id=None),), {"low"}),
    ],
)
def test_any_permit_of_the_member_opens_a_choice(permits: tuple[Permit, ...], allowed: set[str]) -> None:
    """Roles add up; one for the very member stands alone, and other people's say nothing."""
    found = set()
    for value in ("low", "medium", "high"):
        try:
            check_permits(permits, ANN, MODEL, Options(quality=value))
        except ChoiceNotPermitted:
            continue
        found.add(value)

    assert found == allowed


def test_a_refused_choice_names_what_is_open() -> None:
    """The sentence has the option, the value, and everything that may be chosen instead."""
    with pytest.raises(ChoiceNotPermitted) as refused:
        check_permits((quality(EVERYONE, "low"), quality(VIP, "medium")), ANN, MODEL, Options(quality="high"))

    assert refused.value.fields == {"option": "quality", "value": "high", "known": "low, medium"}


@pytest.mark.parametrize(
    ("choice", "value"), [(Choice.MODEL, "dall-e-2"), (Choice.SIZE, "512x512"), (Choice.QUALITY, "low")]
)
def test_models_sizes_and_qualities_can_be_limited(choice: Choice, value: str) -> None:
    """Each of them by itself."""
    with pytest.raises(ChoiceNotPermitted) as refused:
        check_permits((permit(choice, EVERYONE, value),), ANN, MODEL, Options(size="1024x1024", quality="high"))

    assert refused.value.fields["option"] == choice.value


def test_of_numbers_the_most_wins() -> None:
    """Two roles with 2 and 4 pictures at a time allow 4."""
    permits = (permit(Choice.N, VIP, "2"), permit(Choice.N, FRIEND, "4"))

    check_permits(permits, ANN, MODEL, Options(n=4))
    with pytest.raises(NumberNotPermitted) as refused:
        check_permits(permits, ANN, MODEL, Options(n=5))

    assert refused.value.fields == {"count": 5, "limit": 4}


@pytest.mark.parametrize("options", [Options(), Options(size="auto")])
def test_what_is_left_open_is_not_refused(options: Options) -> None:
    """It is settled later, as something that is open to the member."""
    check_permits((quality(EVERYONE, "low"), permit(Choice.SIZE, EVERYONE, "512x512")), ANN, MODEL, options)


# ── what is left open ───────────────────────────────────────────────────────────────────────────────────────

SETTLED = Options(size="1536x1024", quality="medium")


def anything(_: Options) -> bool:
    """A model that can do everything."""
    return True


@pytest.mark.parametrize(
    ("permits", "asked", "works", "filled"),
    [
        ((), Options(), anything, SETTLED),
        ((quality(EVERYONE, "low", "medium"),), Options(), anything, SETTLED),
        ((quality(EVERYONE, "low"),), Options(), anything, Options(size="1536x1024", quality="low")),
        ((quality(EVERYONE, "hd", "low"),), Options(), lambda one: one.quality != "hd", Options("1536x1024", "low")),
        ((quality(EVERYONE, "hd"),), Options(), lambda one: one.quality != "hd", SETTLED),
        ((quality(EVERYONE, "low"),), Options(quality="medium"), anything, SETTLED),
        ((permit(Choice.SIZE, VIP, "512x512"),), Options(), anything, Options("512x512", "medium")),
        ((permit(Choice.SIZE, VIP, "512x512"),), Options(size="auto"), anything, Options("512x512", "medium")),
        ((permit(Choice.SIZE, VIP, "512x512"), quality(VIP, "low")), Options(), anything, Options("512x512", "low")),
    ],
)
def test_an_open_choice_is_filled_with_what_is_permitted(
    permits: tuple[Permit, ...], asked: Options, works: Callable[[Options], bool], filled: Options
) -> None:
    """The default where the member may have it, else the first that they may and that works; a wish stays."""
    assert fill_open(permits, ANN, asked, SETTLED, works) == filled


def test_a_member_who_names_no_model_gets_one_that_is_open() -> None:
    """The house's default where they may choose it, else the first that they may."""
    assert open_model((), ANN, MODEL) == MODEL
    assert open_model((permit(Choice.MODEL, VIP, "dall-e-2", MODEL),), ANN, MODEL) == MODEL
    assert open_model((permit(Choice.MODEL, VIP, "dall-e-2", "flux"),), ANN, MODEL) == "dall-e-2"
