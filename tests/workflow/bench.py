"""Versions in a thread, and members who press the buttons under them."""

from dataclasses import replace

from bot.domain.job import Job
from bot.domain.request import Options, Place, PlaceKind, Presser
from bot.workflow.ports import Asking, Receipt
from tests.standins import Comes
from tests.workflow.house import ANN, BOB, CHANNEL, GUILD, House

HOME = 7_001  # the thread of the first edit
INSIDE = Place(GUILD, HOME, PlaceKind.THREAD, parent_id=CHANNEL.channel_id, answer=555)
ANN_THERE, BOB_THERE = Presser(ANN, INSIDE), Presser(BOB, INSIDE, locale="de")


async def made(
    house: House, *outcomes: Comes, place: Place = CHANNEL, origin: int = 900, base: int | None = None
) -> Job:
    """An edit of Ann's that was made and delivered."""
    outcomes = outcomes or (Comes(),)
    options = Options(quality="low", n=len(outcomes[0].pictures))
    request = replace(house.edit(place=place, origin=origin, options=options), base=base)
    job = await house.placed(*outcomes, request=request)
    await house.work()
    return house.job(job.id)


async def press(house: House, verb: str, job_id: int, presser: Presser) -> object:
    """Press one of the buttons under a result."""
    if verb == "originals":
        return await house.workbench.originals(job_id, presser, 10**7)
    return await getattr(house.workbench, verb)(job_id, presser)


async def versions(house: House, count: int) -> None:
    """So many versions in the thread of the first."""
    await made(house)
    for number in range(2, count + 1):
        await made(house, Comes((b"png 1024x1024 v%d" % number,)), place=INSIDE, origin=900 + number, base=number - 1)


def placed(taken: Receipt | Asking) -> Receipt:
    """The receipt of what was placed without a question."""
    assert isinstance(taken, Receipt)
    return taken
