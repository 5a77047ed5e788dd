"""The faults of the image API as cases to be met, each at a provider of its own, and what the bot has to make of them.

| after the fault | the member | the operator |
|---|---|---|
| again | gets the picture of the second call and pays that one | nothing |
| final | is told why, pays nothing | nothing, but for a picture that a stream had shown |
| unknown | is told that nobody knows, pays nothing | books the worst case |
| useless | is told that no picture came, pays nothing | books the worst case |
| fine | gets and pays what came | nothing, but for what exceeds the hold |
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.domain.errors import (
    AnswerUseless,
    PictureRejected,
    ProviderClosed,
    RequestRejected,
    SafetyRefused,
    Trouble,
)
from bot.sandbox.engine.faults import FAULTS
from tests.contract.playing import Ask, Options
from tests.walk.sight import mask, picture

Kind = type[Trouble]

# A connection that is refused is planned for the next one, whosever that is: ports where nobody listens stand for it
# here. An hour's wait has a test of its own.
ELSEWHERE = frozenset({"refused", "429_hour"})
# Their answer never ends, or never comes: they have a bot of their own, which waits for a few seconds only.
ENDLESS = frozenset({"timeout", "content_length", "drip", "slow_headers", "endless_pings"})
# They need more than one picture to be what they are.
OF_TWO = frozenset({"fewer", "more"})

# Refused for good, with a status that says so: the class of sentence. None of these costs anybody anything.
FINAL: Mapping[str, Kind] = {
    "quota": ProviderClosed,
    "credit": ProviderClosed,
    "spend_limit": ProviderClosed,
    "hard_limit": ProviderClosed,
    "gateway_quota": ProviderClosed,
    "401": ProviderClosed,
    "403": ProviderClosed,
    "404": ProviderClosed,
    "501": ProviderClosed,
    "307": ProviderClosed,
    "413": PictureRejected,
    "bad_image": PictureRejected,
    "bad_mask": PictureRejected,
    "422": RequestRejected,
    "bad_request": RequestRejected,
    "key_echo": RequestRejected,
    "everyone": RequestRejected,
    "long_error": RequestRejected,
    "moderation": SafetyRefused,
    "moderation_output": SafetyRefused,
    "sensitive_words": SafetyRefused,
}
# Of these the model is not to be had, and nothing is said of the provider's others.
ONE_MODEL = frozenset({"403", "404"})
# Refused in a stream that had already shown a picture, so that the operator books it.
IN_STREAM: Mapping[str, Kind] = {"error_event": AnswerUseless, "moderation_event": SafetyRefused}
# Whether the work was done, nobody knows: a gateway whose own upstream was lost says so in a 200, and half an event is
# as good as a stream that ended without its result.
IN_DOUBT = frozenset({"json-newlines-error", "stream-newlines-error", "stream-truncated-json"})
# They are what they are only where a mask was sent.
OF_MASK = frozenset({"mask_ignored", "mask_strays"})
WITHOUT_USAGE = frozenset({"no_usage", "zero_usage"})
# A link is followed only where the model's card lists links among what it returns.
LINKED = frozenset(name for name in FAULTS if "url" in name)


@dataclass(frozen=True, slots=True)
class Case:
    """A fault met in a plain call or in a stream; `links`: by a model whose card lists links."""

    fault: str
    stream: bool
    links: bool = False

    @property
    def name(self) -> str:
        """How it is called in a report, and, with other marks, as a model."""
        way = "stream" if self.stream else "json"
        return f"{way}-{self.fault}{'-links' if self.links else ''}".replace("_", "-")

    @property
    def after(self) -> str:
        """What a careful caller has afterwards."""
        if self.name in IN_DOUBT:
            return "unknown"
        unfollowed = self.fault in ("url", "completed_url") and not self.links
        return "useless" if unfollowed else FAULTS[self.fault].after

    @property
    def ask(self) -> Ask:
        """An edit that meets it, once where it may be asked again."""
        once = "*1" if self.after == "again" else ""
        options = STREAMED if self.stream else {**CHEAP, "n": 2 if self.fault in OF_TWO else 1}
        prompt = f"[fault:{self.fault}{once}] {self.name}"
        if self.fault in OF_MASK:
            return Ask(self.name, options, (picture(size=SHAPE),), mask(size=SHAPE), prompt=prompt)
        return Ask(self.name, options, prompt=prompt)


def cases(faults: Iterable[str]) -> dict[str, Case]:
    """These faults in each of the ways in which they can be met."""
    every = [
        Case(fault, stream, links)
        for fault in faults
        for stream in (False, True)
        for links in (False, True)
        if (stream or not FAULTS[fault].streams) and (fault in LINKED or not links)
    ]
    return {case.name: case for case in every}


SHAPE = (1024, 640)
CHEAP: Options = {"size": "1024x640", "quality": "low"}
STREAMED: Options = {**CHEAP, "previews": 1}
CASES = cases(name for name in FAULTS if name not in ELSEWHERE | ENDLESS)
WITHOUT_END = cases(ENDLESS)


def of_kind(*afters: str) -> list[str]:
    """The cases after which a careful caller has this."""
    return [name for name, case in CASES.items() if case.after in afters]


# Whose provider lets nobody in from then on.
SHUT = [name for name, case in CASES.items() if FINAL.get(case.fault) is ProviderClosed]

# Whether another provider of the model is asked after the first one met the fault; the first alone meets it.
NEXT: Mapping[str, bool] = {
    "quota*1": True,
    "401*1": True,
    "403*1": True,
    "404*1": True,
    "501*1": True,
    "307*1": True,
    "500*3": True,
    "moderation*1": False,
    "bad_image*1": False,
    "bad_request*1": False,
    "cut*1": False,
    "502*1": False,
    "html*1": False,
    "error_200*1": False,
}
NOBODY = "http://127.0.0.1:1"
DOWN, DOWN_THEN_UP = "nobody-there", "nobody-there-then-somebody"


def provider(name: str, models: Iterable[str], url: str = "{engine}", dialect: str = "openai") -> str:
    """One of [[providers]]."""
    listed = ", ".join(f'"{model}"' for model in models)
    return (
        f'[[providers]]\nname = "{name}"\nurl = "{url}"\nkey = "IMAGES_API_KEY"\n'
        f'dialect = "{dialect}"\nmodels = [{listed}]\n'
    )


def card(model: str, more: str = "") -> str:
    """A model that is gpt-image-2 under another name."""
    return f'[models."{model}"]\nlike = "gpt-image-2"\nwire_name = "gpt-image-2"\n{more}\n'


def model_of(tag: str) -> str:
    """The model with two providers, the first of which meets this."""
    return f"then-another-{tag.partition('*')[0].replace('_', '-')}"


def file_of(played: Mapping[str, Case]) -> str:
    """A provider for each case, and a model of that name."""
    providers = [provider(name, [name]) for name in played]
    links = 'returns = ["b64_json", "url"]'
    return "".join([*providers, *(card(name, links if case.links else "") for name, case in played.items())])


def file_of_several() -> str:
    """Providers that cannot be reached, and models that two of them sell."""
    two = [model_of(tag) for tag in NEXT]
    first = [provider(f"first-{model}", [model]) for model in two]
    rows = (
        provider("down", [DOWN], NOBODY),
        provider("down-first", [DOWN_THEN_UP], NOBODY),
        *first,
        provider("second", [*two, DOWN_THEN_UP], "{engine}/newapi", "newapi"),
    )
    return "".join([*rows, *map(card, [DOWN, DOWN_THEN_UP, *two])])
