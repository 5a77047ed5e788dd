"""What the stand-in shall do to the next calls: refuse, wait, cut the line, or answer something odd."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

from bot.sandbox.engine.codes import CODES, Refused
from bot.sandbox.engine.faults import FAULTS
from bot.sandbox.engine.refusal import REQUEST, Refusal

# connect: the next connection is closed when it is accepted; before_body: the line is cut before the upload is read;
# mid_upload: in its middle; after_body: when the work is done, before the answer; mid_answer: after half of it.
CUTS = ("connect", "before_body", "mid_upload", "after_body", "mid_answer")
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
# What a result picture is replaced by, or has added to it.
SPOILS = ("bomb", "gif", "half", "html", "svg", "zip_tail")
# What the painter does to a result: with a mask that it does not look at, with one that it does not keep to, or noise.
PAINTS = ("astray", "everywhere", "noise")
# Where a result's link leads.
LINKS = ("data", "file", "loopback", "metadata", "redirects")
# What is sent instead of an answer. The last two only a stream can have.
BODIES = (
    "bad_charset",
    "big_header",
    "content_length",
    "deep_json",
    "detail",
    "drip",
    "gzip_bomb",
    "huge",
    "newlines_error",
    "page",
    "slow_headers",
    "endless_line",
    "endless_pings",
)
STREAM_BODIES = ("endless_line", "endless_pings")
# What is done to the events of a stream.
EVENTS = ("aliases", "crlf", "cut", "done", "garbage", "moderation", "twice", "unnamed")


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to one call. Parts may be combined: a wait, then a cut or an answer.

    `fault` takes over a row of `faults.py`, to which the other parts are changes. `status` with `code`, `message`,
    `type`, `param`, `more` and `headers` refuses before the form is looked at; with `answer: html` it is a gateway's
    page. `latency_s` waits on the sandbox's clock and `hold` until the call is let go; with `worked` the work is done
    before that, and billed unless `billed` is false. `revised` is said to be what the prompt became, beside the
    pictures of an answer that is no stream. `cut` is one of CUTS, `answer` one of ODDITIES, and so on.
    """

    fault: str | None = None
    status: int | None = None
    code: str | None = None
    message: str | None = None
    type: str | None = None
    param: str | None = None
    more: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    latency_s: float = 0.0
    hold: bool = False
    worked: bool = False
    billed: bool = True
    revised: str | None = None
    cut: str | None = None
    answer: str | None = None
    spoil: str | None = None
    paint: str | None = None
    link: str | None = None
    body: str | None = None
    events: str | None = None

    def refusal(self) -> Refusal | None:
        """The refusal that this step orders, in the usual words of its code where it brings none."""
        if self.status is None:
            return None
        usual = CODES.get(self.code or "", Refused(_type_of(self.status), "The sandbox was told to refuse.", 0))
        said, kind = self.message or usual.message, self.type or usual.type
        return Refusal(said, kind, self.param, self.code, self.status, self.more)

    def fitting(self, *, stream: bool) -> "Step":
        """This step without what only a stream can have, where the answer is none."""
        if stream or self.fault is None or not FAULTS[self.fault].streams:
            return self if stream or self.body not in STREAM_BODIES else replace(self, body=None)
        return NORMAL


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
    for name, values in _LISTS.items():
        if wish.get(name) not in (None, *values):
            raise ValueError(f"{name!r} must be one of {', '.join(values)}")
    made = {name: value for name, value in wish.items() if value is not None}
    if "fault" in made:
        fault = FAULTS[str(made["fault"])]
        made = {"billed": fault.billed, **fault.does, **made}
    elif made.get("answer") in UNBILLED:
        made = {"billed": False, **made}
    if "code" in made and "status" not in made:
        made["status"] = CODES[str(made["code"])].status if made["code"] in CODES else 400
    return Step(**made)  # type: ignore[arg-type]  # the kinds were checked above


_LISTS: Mapping[str, tuple[str, ...]] = {
    "fault": tuple(FAULTS),
    "cut": CUTS,
    "answer": ODDITIES,
    "spoil": SPOILS,
    "paint": PAINTS,
    "link": LINKS,
    "body": BODIES,
    "events": EVENTS,
}
_KINDS: Mapping[str, tuple[type, ...]] = {
    "status": (int,),
    "code": (str,),
    "message": (str,),
    "type": (str,),
    "param": (str,),
    "more": (dict,),
    "headers": (dict,),
    "latency_s": (int, float),
    "hold": (bool,),
    "worked": (bool,),
    "billed": (bool,),
    "revised": (str,),
}


def _type_of(status: int) -> str:
    return "server_error" if status >= 500 else REQUEST
