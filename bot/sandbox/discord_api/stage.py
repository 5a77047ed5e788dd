"""The stand-in's parts, put together once: who leans on whom."""

from dataclasses import dataclass

from bot.sandbox.discord_api.acting import Acting
from bot.sandbox.discord_api.answers import Answers
from bot.sandbox.discord_api.cdn import Cdn
from bot.sandbox.discord_api.choosing import Choosing
from bot.sandbox.discord_api.clicking import Clicking
from bot.sandbox.discord_api.commands import Registry
from bot.sandbox.discord_api.composer import Composer
from bot.sandbox.discord_api.events import Events
from bot.sandbox.discord_api.faults import Faults
from bot.sandbox.discord_api.finding import Finding
from bot.sandbox.discord_api.gateway import Gateway, Record
from bot.sandbox.discord_api.handing import Handing
from bot.sandbox.discord_api.interactions import Interactions
from bot.sandbox.discord_api.limits import Limits
from bot.sandbox.discord_api.messages import Messages
from bot.sandbox.discord_api.naming import Naming
from bot.sandbox.discord_api.payloads import Payloads
from bot.sandbox.discord_api.permissions import Access
from bot.sandbox.discord_api.threads import Threads
from bot.sandbox.discord_api.watching import Watching
from bot.sandbox.discord_api.world import World
from bot.sandbox.discord_api.writing import Writing


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that the routes need."""

    world: World
    faults: Faults
    limits: Limits
    cdn: Cdn
    payloads: Payloads
    access: Access
    gateway: Gateway
    events: Events
    messages: Messages
    threads: Threads
    registry: Registry
    interactions: Interactions
    answers: Answers
    finding: Finding
    writing: Writing
    acting: Acting
    clicking: Clicking
    watching: Watching


def set_up(world: World, record: Record | None) -> Stage:
    """All parts around one world."""
    faults, limits, access, registry = Faults(), Limits(world.clock), Access(world), Registry(world)
    cdn = Cdn(world, faults)
    payloads = Payloads(world, cdn)
    gateway = Gateway(world, payloads, access, record)
    events = Events(world, payloads, access, gateway)
    composer = Composer(world, cdn, access)
    messages = Messages(world, access, composer, events, limits)
    interactions = Interactions(world, payloads, access, events)
    finding, handing, naming = Finding(world, access), Handing(world, cdn, payloads), Naming(world, payloads, access)
    return Stage(
        world=world,
        faults=faults,
        limits=limits,
        cdn=cdn,
        payloads=payloads,
        access=access,
        gateway=gateway,
        events=events,
        messages=messages,
        threads=Threads(world, access, messages, events),
        registry=registry,
        interactions=interactions,
        answers=Answers(world, interactions, composer, messages, events),
        finding=finding,
        writing=Writing(world, cdn, access, messages),
        acting=Acting(world, payloads, access, registry, interactions, finding, handing, naming),
        clicking=Clicking(world, finding, handing, Choosing(naming), interactions),
        watching=Watching(world, payloads, interactions),
    )
