"""What becomes of an edit by the settings of its server, by presets, and by pictures of which some may be meant."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.chat.intake.finder import Picture
from bot.chat.intake.reading import Aim, Asked
from bot.chat.intake.search import Sighting
from bot.domain.deed import Decider
from bot.domain.errors import (
    AgeRestricted,
    Blocked,
    ChannelClosed,
    FileUnreachable,
    NoPicture,
    NoPrompt,
    OthersPictures,
    PictureNotShared,
    PresetUnknown,
    Refused,
    ResultGone,
    RoleClosed,
    TooManyPictures,
)
from bot.domain.gathering import Gathered
from bot.domain.guild import AgeRule, Gate, GuildSettings, Spoilers
from bot.domain.job import Job, ResultPicture, State
from bot.domain.preset import Preset
from bot.domain.quota import Choice, Scope, Subject
from bot.domain.request import EditRequest, HouseRules, InputFile, Options, Place, PlaceKind, ResultSize
from tests.chat.counter import an_intake, asked, file
from tests.chat.scene import a_catalog
from tests.standins import HandClock, Steps
from tests.workflow.memory_book import MemoryBook
from tests.workflow.memory_council import MemoryCouncil
from tests.workflow.memory_gatherings import MemoryGatherings
from tests.workflow.memory_guilds import MemoryGuilds

GUILD, MIRA, BEN, CAL = 5, 42, 43, 44
CHANNEL = Place(GUILD, 6, PlaceKind.CHANNEL, answer=1)


def kept(name: str, author: int | None = MIRA, *, spoiler: bool = False, base: int | None = None) -> Gathered:
    """A picture that is on disk already."""
    return Gathered(InputFile(name, name, 10), author, spoiler, base)


def wanted(*pictures: Picture, **more: Any) -> Asked:
    """An edit of these pictures, asked for in a channel."""
    return replace(asked(), place=CHANNEL, pictures=pictures or (kept("a.png"),), n_open=True, **more)


def guilds(settings: GuildSettings | None = None, *presets: Preset) -> MemoryGuilds:
    """The servers, of which the one has these settings and presets."""
    made = MemoryGuilds(HandClock(Steps()))
    made.chosen[GUILD] = settings or GuildSettings()
    made.named[GUILD] = {one.name.casefold(): one for one in presets}
    return made


async def refusal(folder: Path, edit: Asked, settings: GuildSettings, **house: Any) -> type[Refused]:
    """What is said against it."""
    async with an_intake(folder, guilds=guilds(settings), **house) as intake:
        with pytest.raises(Refused) as caught:
            await intake.take(edit)
    return type(caught.value)


# ── settings ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("settings", "place", "kind"),
    [
        (GuildSettings(channels=Gate(blocked=frozenset({6}))), CHANNEL, ChannelClosed),
        (GuildSettings(channels=Gate(allowed=frozenset({7}))), CHANNEL, ChannelClosed),
        (GuildSettings(channels=Gate(blocked=frozenset({9}))), replace(CHANNEL, parent_id=9), ChannelClosed),
        (GuildSettings(roles=Gate(allowed=frozenset({8}))), CHANNEL, RoleClosed),
        (GuildSettings(age=AgeRule.REFUSE), replace(CHANNEL, adult=True), AgeRestricted),
    ],
)
async def test_not_here(tmp_path: Path, settings: GuildSettings, place: Place, kind: type[Refused]) -> None:
    """What the admins have against it is said before a byte is fetched."""
    edit = replace(wanted(file("a.png")), place=place)

    assert await refusal(tmp_path, edit, settings) is kind


async def test_other_places_do_not_care(tmp_path: Path) -> None:
    """The settings of a server hold in it alone."""
    settings = GuildSettings(channels=Gate(blocked=frozenset({6})))
    direct = replace(wanted(), place=Place(None, 6, PlaceKind.IN_PLACE))
    async with an_intake(tmp_path, guilds=guilds(settings)) as intake:
        assert (await intake.take(direct)).request.pictures


@pytest.mark.parametrize(
    ("settings", "private", "place", "kind"),
    [
        (GuildSettings(), None, CHANNEL, PlaceKind.CHANNEL),
        (GuildSettings(), True, CHANNEL, PlaceKind.PRIVATE),
        (GuildSettings(private=True), None, CHANNEL, PlaceKind.PRIVATE),
        (GuildSettings(private=True), False, CHANNEL, PlaceKind.CHANNEL),
        (GuildSettings(thread=False), None, CHANNEL, PlaceKind.IN_PLACE),
        (GuildSettings(thread=False), None, replace(CHANNEL, kind=PlaceKind.THREAD), PlaceKind.THREAD),
        (GuildSettings(), True, Place(None, 6, PlaceKind.IN_PLACE), PlaceKind.IN_PLACE),
        (GuildSettings(), True, Place(None, 6, PlaceKind.ANSWER), PlaceKind.PRIVATE),
    ],
)
async def test_where_results_go(
    tmp_path: Path, settings: GuildSettings, private: bool | None, place: Place, kind: PlaceKind
) -> None:
    """Results are private where the member says so, or the server does and the member nothing; a DM is so anyway."""
    edit = replace(wanted(), private=private, place=place)
    async with an_intake(tmp_path, guilds=guilds(settings), rules=HouseRules(user_install=True)) as intake:
        request = (await intake.take(edit)).request

    assert request.place == replace(place, kind=kind)


async def test_language(tmp_path: Path) -> None:
    """What everybody sees is in the server's language, what only the member sees in theirs."""
    async with an_intake(tmp_path, guilds=guilds(GuildSettings(language="de"))) as intake:
        for_all = (await intake.take(wanted())).request
        for_one = (await intake.take(wanted(private=True))).request

    assert (for_all.locale, for_one.locale) == ("de", "en-US")


@pytest.mark.parametrize(
    ("settings", "place", "hidden", "expected"),
    [
        (GuildSettings(), CHANNEL, False, False),
        (GuildSettings(), CHANNEL, True, True),
        (GuildSettings(spoilers=Spoilers.ALWAYS), CHANNEL, False, True),
        (GuildSettings(age=AgeRule.SPOILER), replace(CHANNEL, adult=True), False, True),
        (GuildSettings(), replace(CHANNEL, adult=True), False, False),
    ],
)
async def test_spoilers(tmp_path: Path, settings: GuildSettings, place: Place, hidden: bool, expected: bool) -> None:
    """Any hidden picture hides the results, and so do the server's rules."""
    edit = replace(wanted(kept("a.png"), kept("b.png", spoiler=hidden)), place=place)
    async with an_intake(tmp_path, guilds=guilds(settings)) as intake:
        assert (await intake.take(edit)).request.spoiler is expected


async def test_others_pictures(tmp_path: Path) -> None:
    """Whose picture it is counts for every picture, however clearly it is meant."""
    gatherings = MemoryGatherings(HandClock(Steps()))
    await gatherings.set_shares(BEN, shares=False)
    bens = wanted(kept("a.png"), kept("b.png", BEN))
    cals = wanted(kept("c.png", CAL))
    own = GuildSettings(others=False)

    assert await refusal(tmp_path, bens, GuildSettings(), gatherings=gatherings) is PictureNotShared
    assert await refusal(tmp_path, cals, own) is OthersPictures
    async with an_intake(tmp_path, guilds=guilds(own), gatherings=gatherings) as intake:
        assert (await intake.take(wanted(kept("mine.png"), kept("of-a-bot.png", None)))).request.pictures


async def test_the_version_that_is_edited(tmp_path: Path) -> None:
    """The first picture says which version is edited further."""
    async with an_intake(tmp_path) as intake:
        of_ours = (await intake.take(wanted(kept("edit-7-v1-1.png", base=7), kept("b.png")))).request
        other = (await intake.take(wanted(kept("b.png"), kept("edit-7-v1-1.png", base=7)))).request

    assert (of_ours.base, other.base) == (7, None)


# ── models, options and presets ─────────────────────────────────────────────────────────────────────────────────

SNOW = Preset("Make it snow", "Heavy snow, at dusk", "gpt-image-1.5", Options(size="1024x1536", background="opaque"))
ROUGH = Preset("rough", "As a rough sketch")


@pytest.mark.parametrize(
    ("model", "guild_model", "expected"),
    [
        (None, None, "gpt-image-2"),
        (None, "gpt-image-1.5", "gpt-image-1.5"),
        (None, "gone-with-the-wind", "gpt-image-2"),
        ("dall-e-2", "gpt-image-1.5", "dall-e-2"),
    ],
)
async def test_model(tmp_path: Path, model: str | None, guild_model: str | None, expected: str) -> None:
    """The member's model, else the server's as long as it is there, else the operator's."""
    async with an_intake(tmp_path, guilds=guilds(GuildSettings(model=guild_model))) as intake:
        assert (await intake.take(wanted(model=model))).request.model == expected


async def test_layers(tmp_path: Path) -> None:
    """Each option is the member's, else the preset's, else the server's, else the operator's; a number only theirs."""
    operator = Options(quality="low", output_format="jpeg", size="1024x1024", n=2)
    server = GuildSettings(model="dall-e-2", options=Options(quality="medium", background="transparent", n=9))
    edit = wanted(options=Options(background="auto"), prompt=" make it SNOW ")
    async with an_intake(tmp_path, guilds=guilds(server, SNOW), catalog=a_catalog(defaults=operator)) as intake:
        request = (await intake.take(edit)).request

    options = request.options
    assert (options.background, options.size, options.quality) == ("auto", "1024x1536", "medium")
    assert (options.output_format, options.n) == ("jpeg", 2)
    assert (request.model, request.result_size) == ("gpt-image-1.5", ResultSize.ASKED)
    assert (request.prompt, request.preset) == ("Heavy snow, at dusk", "Make it snow")


async def test_what_the_model_cannot_do(tmp_path: Path) -> None:
    """What a preset or server wishes and the model cannot do is left out; a member who wishes it is told."""
    server = GuildSettings(options=Options(background="transparent", size="123x45"))
    async with an_intake(tmp_path, guilds=guilds(server)) as intake:
        options = (await intake.take(wanted())).request.options
        with pytest.raises(Refused):
            await intake.take(wanted(options=Options(background="transparent")))

    assert (options.background, options.size) == (None, None)


@pytest.mark.parametrize(
    ("preset", "prompt", "expected"),
    [
        (None, "rough", "As a rough sketch"),
        (None, "rough, please", "rough, please"),
        ("rough", "", "As a rough sketch"),
        ("rough", "  in red ", "As a rough sketch\nin red"),
        ("rough", "rough", "As a rough sketch"),
    ],
)
async def test_preset(tmp_path: Path, preset: str | None, prompt: str, expected: str) -> None:
    """A preset is asked for by its name; what is typed beside one that was chosen is added to it."""
    async with an_intake(tmp_path, guilds=guilds(None, ROUGH)) as intake:
        request = (await intake.take(wanted(preset=preset, prompt=prompt))).request

    assert request.prompt == expected
    assert request.preset == (None if expected == prompt else "rough")


async def test_preset_of_a_lost_model(tmp_path: Path) -> None:
    """A preset whose model is gone is made by the usual one."""
    async with an_intake(tmp_path, guilds=guilds(None, replace(SNOW, model="dall-e-9"))) as intake:
        assert (await intake.take(wanted(prompt=SNOW.name))).request.model == "gpt-image-2"


async def test_preset_in_the_size_of_the_picture(tmp_path: Path) -> None:
    """A preset may ask for the picture's own size, which is asked of no model."""
    same = replace(ROUGH, options=Options(size="same"))
    async with an_intake(tmp_path, guilds=guilds(None, same)) as intake:
        request = (await intake.take(wanted(prompt="rough"))).request

    assert (request.options.size, request.result_size) == ("auto", ResultSize.SAME)


async def test_no_wish(tmp_path: Path) -> None:
    """Without a preset a blank prompt is none, and a preset that was taken away meanwhile is named."""
    async with an_intake(tmp_path, guilds=guilds(None, ROUGH)) as intake:
        with pytest.raises(NoPrompt):
            await intake.take(wanted(prompt="  "))
        with pytest.raises(PresetUnknown) as unknown:
            await intake.take(wanted(preset="smooth", prompt="snow"))

    assert unknown.value.fields == {"name": "smooth", "known": "rough"}


# ── which pictures ──────────────────────────────────────────────────────────────────────────────────────────────


def three(author: int = MIRA) -> tuple[Gathered, ...]:
    """Three results."""
    return tuple(kept(f"{number}.png", author) for number in (1, 2, 3))


async def test_looked_for(tmp_path: Path) -> None:
    """Where no picture was named, it is looked for; nothing is looked for where one was, or nothing was said at all."""
    looked = 0

    async def look() -> Sighting:
        nonlocal looked
        looked += 1
        return Sighting((kept("found.png"),), from_tray=True)

    async with an_intake(tmp_path) as intake:
        found = await intake.take(replace(wanted(), pictures=()), look)
        await intake.take(wanted(), look)
        with pytest.raises(NoPicture):
            await intake.take(replace(wanted(), pictures=(), prompt=" "), look)

    assert looked == 1
    assert found.from_tray
    assert [one.filename for one in found.request.pictures] == ["found.png"]


@pytest.mark.parametrize(
    ("aim", "model", "choice"),
    [
        (Aim.GIVEN, None, 0),
        (Aim.POINTED, None, 0),
        (Aim.OPEN, None, 3),
        (Aim.POINTED, "dall-e-2", 3),
    ],
)
async def test_unclear(tmp_path: Path, aim: Aim, model: str | None, choice: int) -> None:
    """It is asked which are meant where nobody said, and where the model takes fewer than were pointed at."""
    async with an_intake(tmp_path) as intake:
        taken = await intake.take(wanted(*three(), aim=aim, model=model))

    assert len(taken.candidates) == choice
    assert len(taken.request.pictures) == 3 - choice


async def test_too_many_are_not_asked_about(tmp_path: Path) -> None:
    """What was given one by one is refused where it is too much, and so is more than a picker shows."""
    many = tuple(kept(f"{number}.png") for number in range(17))
    async with an_intake(tmp_path) as intake:
        for edit in (wanted(*three(), model="dall-e-2"), wanted(*many, aim=Aim.POINTED)):
            with pytest.raises(TooManyPictures):
                await intake.take(edit)


async def test_a_mask_among_candidates(tmp_path: Path) -> None:
    """A name makes a mask of what was pointed at, and of nothing of which it is not known whether it is meant."""
    pictures = (kept("a.png"), kept("sky-mask.png"))
    async with an_intake(tmp_path) as intake:
        pointed = await intake.take(wanted(*pictures, aim=Aim.POINTED))
        open_ = await intake.take(wanted(*pictures, aim=Aim.OPEN))

    assert pointed.request.mask == pictures[1].file
    assert open_.request.mask is None
    assert len(open_.candidates) == 2


async def test_only_what_they_may(tmp_path: Path) -> None:
    """Candidates that the member may not edit are not shown; where none is left, it is said why."""
    async with an_intake(tmp_path, guilds=guilds(GuildSettings(others=False))) as intake:
        mixed = await intake.take(wanted(kept("a.png"), kept("b.png", BEN), kept("c.png"), aim=Aim.OPEN))
        with pytest.raises(OthersPictures):
            await intake.take(wanted(*three(BEN), aim=Aim.OPEN))

    assert [one.picture.file.filename for one in mixed.candidates] == ["a.png", "c.png"]


async def test_one_is_left(tmp_path: Path) -> None:
    """Where only one candidate can be had there is nothing to choose; where none can, the first one's fault is said."""
    gone = replace(file("gone.png"), message_id=1)
    async with an_intake(tmp_path) as intake:
        taken = await intake.take(wanted(gone, kept("a.png"), aim=Aim.OPEN))
        with pytest.raises(FileUnreachable):
            await intake.take(wanted(gone, replace(gone, message_id=2), aim=Aim.OPEN))

    assert taken.candidates == ()
    assert [one.filename for one in taken.request.pictures] == ["a.png"]


async def test_pictures_of_one_message(tmp_path: Path) -> None:
    """Candidates that turn out to be those of one message are as clear as if it had been pointed at."""
    mine = replace(file("a.png"), message_id=1, author_id=MIRA)
    bens = replace(file("b.png"), message_id=2, author_id=BEN)

    async with an_intake(tmp_path, guilds=guilds(GuildSettings(others=False))) as intake:
        with pytest.raises(FileUnreachable):  # it is fetched, and not asked about
            await intake.take(wanted(mine, mine, bens, aim=Aim.OPEN))


async def test_gathered(tmp_path: Path) -> None:
    """What is gathered for later is checked like an edit, and is hidden where it comes from a place for adults."""
    adult = replace(CHANNEL, adult=True)
    async with an_intake(tmp_path, guilds=guilds(GuildSettings(others=False))) as intake:
        [found] = await intake.gather(MIRA, adult, (), [kept("a.png")])
        with pytest.raises(OthersPictures):
            await intake.gather(MIRA, CHANNEL, (), three(BEN))
        with pytest.raises(NoPicture):
            await intake.gather(MIRA, CHANNEL, (), ())

    assert found.spoiler


async def test_the_blocked_fetch_nothing(tmp_path: Path) -> None:
    """Whoever is blocked is told so before a byte has come, at an edit and at the tray."""
    steps = Steps()
    clock = HandClock(steps)
    council = MemoryCouncil(MemoryBook(clock, steps), clock)
    await council.block(Decider(7, GUILD), MIRA, "")
    async with an_intake(tmp_path, steps=steps, council=council) as intake:
        with pytest.raises(Blocked):
            await intake.take(wanted(file("a.png")))
        with pytest.raises(Blocked):
            await intake.gather(MIRA, CHANNEL, (), [file("a.png")])

    assert "keep" not in steps.taken


async def test_a_result_that_was_deleted_meanwhile(tmp_path: Path) -> None:
    """A form that was opened before does not bring it back."""
    steps = Steps()
    book = MemoryBook(HandClock(steps), steps)
    job = Job(7, State.DELIVERED, False, (await request_of(tmp_path)), 0, 0.0)
    made = ResultPicture("b", "png", 1, 1, 1)
    async with an_intake(tmp_path, book=book) as intake:
        book.jobs[7] = replace(job, results=(made,))
        assert await intake.take(wanted(kept("b", base=7)))

        await book.discard(7)
        with pytest.raises(ResultGone):
            await intake.take(wanted(kept("b", base=7)))


async def request_of(folder: Path) -> EditRequest:
    """An edit that was taken."""
    async with an_intake(folder) as intake:
        return (await intake.take(wanted())).request


async def test_what_is_left_open_is_no_reason_to_be_refused(tmp_path: Path) -> None:
    """The server's and the operator's choice gives way to what the member may have; one that was named does not."""
    clock = HandClock(Steps())
    council = MemoryCouncil(MemoryBook(clock, Steps()), clock)
    everyone, admin = Subject(Scope.EVERYONE), Decider(7, GUILD)
    await council.set_permit(admin, everyone, Choice.QUALITY, ("low",))
    settings = GuildSettings(model="gpt-image-2", options=Options(quality="high", background="opaque"))
    catalog = a_catalog(defaults=Options(quality="medium", output_format="webp"))
    async with an_intake(tmp_path, council=council, guilds=guilds(settings), catalog=catalog) as intake:
        by_quality = (await intake.take(wanted())).request
        named = (await intake.take(wanted(options=Options(quality="high")))).request
        await council.set_permit(admin, everyone, Choice.MODEL, ("dall-e-2", "gpt-image-1"))
        by_model = (await intake.take(wanted())).request

    assert (by_quality.model, by_quality.options.quality) == ("gpt-image-2", None)
    assert (by_quality.options.background, by_quality.options.output_format) == ("opaque", "webp")
    assert named.options.quality == "high"  # and is refused where the edit is placed
    assert by_model.model == "dall-e-2"
    async with an_intake(tmp_path, council=council, guilds=guilds(GuildSettings(model="flux-kontext-pro"))) as intake:
        assert (await intake.take(wanted())).request.model == "dall-e-2"
        await council.set_permit(admin, everyone, Choice.MODEL, ("gpt-image-2",))
        assert (await intake.take(wanted())).request.model == "gpt-image-2"
