"""What the stand-in shall do to the next calls: refuse, wait, cut the line, or answer something odd."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType

from bot.sandbox.engine.refusal import REQUEST, USER, Refusal

# before_body: the line is cut before the upload is read; after_body: when the work is done, before the answer;
# mid_answer: after half of the answer.
CUTS = ("before_body", "after_body", "mid_answer")
ODDITIES = (
    "bad_base64",
    "data_uri",
    "empty_data",
    "error_200",
    "fewer",
    "html",
    "more",
    "newlines",
    "no_completed",
    "no_usage",
    "not_a_picture",
    "truncated_json",
    "url",
    "wrong_size",
    "zero_usage",
)
# What is made in vain and not billed: the work was refused on its way out.
UNBILLED = ("empty_data", "error_200")


@dataclass(frozen=True, slots=True)
class Refused:
    """The usual words of a code."""

    type: str | None
    message: str
    status: int


CODES: Mapping[str, Refused] = MappingProxyType(
    {
        "rate_limit_exceeded": Refused(
            "input-images",
            "Rate limit reached for gpt-image-2 (for limit gpt-image) on input-images per min: Limit 5, Used 5, "
            "Requested 1. Please try again in 12s.",
            429,
        ),
        "insufficient_quota": Refused(
            "insufficient_quota", "You exceeded your current quota, please check your plan and billing details.", 429
        ),
        "billing_hard_limit_reached": Refused("billing_limit_user_error", "Billing hard limit has been reached.", 400),
        "moderation_blocked": Refused(
            USER,
            "Your request was rejected by the safety system. If you believe this is an error, contact us at "
            "help.openai.com and include the request ID. safety_violations=[sexual].",
            400,
        ),
        "server_error": Refused(
            "server_error", "The server had an error while processing your request. Sorry about that!", 500
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to one call. Parts may be combined: a wait, then a cut or an answer.

    `status` with `code`, `message`, `type`, `param` and `headers` refuses before the form is looked at; with
    `answer: html` it is a gateway's page. `latency_s` waits on the sandbox's clock and `hold` until the call is let
    go. `cut` is one of CUTS, `answer` one of ODDITIES.
    """

    status: int | None = None
    code: str | None = None
    message: str | None = None
    type: str | None = None
    param: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    latency_s: float = 0.0
    hold: bool = False
    cut: str | None = None
    answer: str | None = None

    def refusal(self) -> Refusal | None:
        """The refusal that this step orders, in the usual words of its code where it brings none."""
        if self.status is None:
            return None
        usual = CODES.get(self.code or "", Refused(_type_of(self.status), "The sandbox was told to refuse.", 0))
        return Refusal(self.message or usual.message, self.type or usual.type, self.param, self.code, self.status)


NORMAL = Step()


def step(wish: Mapping[str, object]) -> Step:
    """Read a step as it is written in JSON. Raises ValueError with a sentence if it makes no sense."""
    names = {each.name for each in fields(Step)}
    if unknown := wish.keys() - names:
        raise ValueError(f"a step has no {sorted(unknown)[0]!r}; it may have {', '.join(sorted(names))}")
    for name, kinds in _KINDS.items():
        value = wish.get(name)
        if value is not None and (not isinstance(value, kinds) or (value is True and bool not in kinds)):
            raise ValueError(f"{name!r} cannot be {value!r}")
    for name, values in (("cut", CUTS), ("answer", ODDITIES)):
        if wish.get(name) not in (None, *values):
            raise ValueError(f"{name!r} must be one of {', '.join(values)}")
    made = {name: value for name, value in wish.items() if value is not None}
    if "code" in made and "status" not in made:
        made["status"] = CODES[str(made["code"])].status if made["code"] in CODES else 400
    return Step(**made)  # type: ignore[arg-type]  # the kinds were checked above


_KINDS: Mapping[str, tuple[type, ...]] = {
    "status": (int,),
    "code": (str,),
    "message": (str,),
    "type": (str,),
    "param": (str,),
    "headers": (dict,),
    "latency_s": (int, float),
    "hold": (bool,),
}


def _type_of(status: int) -> str:
    return "server_error" if status >= 500 else REQUEST
