"""The proof is no formality: of a play in which all went well, each small forgery is found."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.chaos.crowd import Request
from tests.chaos.proof import prove
from tests.chaos.records import Call, File, Ledger, Message, Seen

PICTURES, DM, THREAD = 301, 400, 1001
ASKED = {
    1: Request(1, "mira", "pictures", "slash", n=2),
    2: Request(2, "ben", "dm", "reply"),
    3: Request(3, "ben", "dm", "menu"),
}
DONE = "Edit #1 · done · v1 · $0.08 · https://discord.com/channels/1/2/3\n<@42>"
TOLD = "Edit #2: The connection was lost after sending, and nobody knows whether it finished."
FIRST, SECOND, LATER = File("edit-1-v1-1.png", "aa"), File("edit-1-v1-2.png", "bb"), File("edit-3-v1-1.png", "cc")
STATUS = Message(1001, PICTURES, DONE, request=1, thread=THREAD)
RESULT = Message(1002, THREAD, "v1 · gpt-image-2 · 1024x640 · 2 s · $0.08 · edited by AI", files=(FIRST, SECOND))
UNKNOWN = Message(1003, DM, "Edit #2 · outcome unknown · nothing charged\n<@43>", request=2)
SAID = Message(1004, DM, TOLD)
LAST = Message(1005, DM, "Edit #3 · done · v1 · $0.04\n<@43>", request=3)
SHOWN = Message(1006, DM, "Edit #3 · v1 · gpt-image-2 · 1024x640 · 2 s · $0.04 · edited by AI", files=(LATER,))
CALLS = (
    Call("1-1-5", "1-1-5", 1, again=True),
    Call("1-2-6", "1-2-6", 1, ("aa", "bb"), billed=80_000),
    Call("2-1-7", "2-1-7", 2, billed=40_000),
    Call("3-1-8", "3-1-8", 3, ("cc",), billed=40_000),
)
SUMS = {
    (1, "user:42", "micro_usd", "charge"): 80_000,
    (1, "user:42", "images", "charge"): 2,
    (1, "house", "micro_usd", "charge"): 80_000,
    (2, "house", "micro_usd", "suspense"): 45_000,
    (3, "user:43", "micro_usd", "charge"): 40_000,
    (3, "user:43", "images", "charge"): 1,
    (3, "house", "micro_usd", "charge"): 40_000,
}
WELL = Seen(
    messages=(STATUS, RESULT, UNKNOWN, SAID, LAST, SHOWN),
    calls=CALLS,
    ledger=Ledger({1: "delivered", 2: "told", 3: "delivered"}, SUMS),
    places={("pictures", "mira"): PICTURES, ("dm", "ben"): DM},
    posted_in=frozenset({PICTURES, THREAD, DM}),
)


def test_a_play_in_which_all_went_well() -> None:
    """Nothing is found, and each edit's end is counted."""
    proof = prove(WELL, ASKED)

    assert proof.broken == ()
    assert proof.ends == {"delivered": 2, "unknown and told": 1}


def _with(message: Message, **changed: object) -> Seen:
    forged = replace(message, **changed)  # type: ignore[arg-type]
    return replace(WELL, messages=tuple(forged if one is message else one for one in WELL.messages))


def _beside(**changed: object) -> Seen:
    """One message more, or one call more."""
    return replace(WELL, **{name: (*getattr(WELL, name), one) for name, one in changed.items()})  # type: ignore[arg-type]


def _booked(**changed: object) -> Seen:
    return replace(WELL, ledger=replace(WELL.ledger, **changed))  # type: ignore[arg-type]


FORGERIES: dict[str, Callable[[], Seen]] = {
    "edit 1 was accepted and has no status message": lambda: replace(WELL, messages=WELL.messages[1:]),
    "edit 4 was accepted and has no": lambda: _beside(messages=Message(9, DM, "Edit #4 · queued", answers=True)),
    "edit 2 never ended": lambda: _with(UNKNOWN, text="Edit #2 · the provider is working · holds $0.04"),
    "edit 2 is sent in the rows": lambda: _booked(states={1: "delivered", 2: "sent", 3: "delivered"}),
    "edit 3 is announced elsewhere": lambda: _with(LAST, channel=PICTURES),
    "request 2 was placed 2 times": lambda: _beside(
        messages=Message(1009, DM, "Edit #5 · cancelled · nothing charged", request=2)
    ),
    "edit 1 has 2 status messages": lambda: _beside(messages=replace(STATUS, id=1009)),
    "edit 2 was told 2 times": lambda: _beside(messages=replace(SAID, id=1009)),
    "was not told how it ended": lambda: replace(WELL, messages=(*WELL.messages[:3], *WELL.messages[4:])),
    "told to have ended otherwise": lambda: _with(SAID, text="Edit #3: It was cancelled. Nothing was charged."),
    "of edit 1 is in another place": lambda: _with(RESULT, channel=DM),
    "of edit 2 is in another place": lambda: _with(SAID, channel=THREAD),
    "has pictures of no edit": lambda: _with(SHOWN, files=(File("cat.png", "cc"),)),
    "the bot posted in 77": lambda: replace(WELL, posted_in=frozenset({77})),
    "the attempt 2-1-7 was sent 2 times": lambda: _beside(calls=CALLS[2]),
    "the key 2-1-7 was sent 2 times": lambda: _beside(calls=replace(CALLS[2], attempt="2-2-9")),
    "request 2 was paid for 2 times": lambda: _beside(calls=replace(CALLS[2], attempt="2-2-9", key="2-2-9")),
    "the name edit-1-v1-1.png was posted 2 times": lambda: _beside(messages=replace(RESULT, id=1009, files=(FIRST,))),
    "the picture aa was posted 2 times": lambda: _with(RESULT, files=(FIRST, replace(SECOND, print="aa"))),
    "is no picture that the image API gave": lambda: _with(SHOWN, files=(replace(LATER, print="zz"),)),
    "was made for request 1": lambda: _with(SHOWN, files=(replace(LATER, print="bb"),)),
    "edit 3, delivered, shows 0 pictures": lambda: _with(SHOWN, files=()),
    "5 are held": lambda: _booked(held=5),
    "edit 2 was billed 40000 and the house has 1": lambda: _booked(
        sums=SUMS | {(2, "house", "micro_usd", "suspense"): 1}
    ),
    "edit 2, unknown and told, was charged 3": lambda: _booked(sums=SUMS | {(2, "user:43", "micro_usd", "charge"): 3}),
    "edit 1 shows 2 pictures and was charged 1": lambda: _booked(sums=SUMS | {(1, "user:42", "images", "charge"): 1}),
    "edit 3 was billed 40000 for its pictures and 50000": lambda: _booked(
        sums=SUMS | {(3, "house", "micro_usd", "overrun"): 10_000}
    ),
    "edit 3 was charged 40000 and says": lambda: _with(LAST, text="Edit #3 · done · v1 · $0.03\n<@43>"),
}


@pytest.mark.parametrize("sentence", FORGERIES)
def test_a_forgery_is_found(sentence: str) -> None:
    """Whatever is said twice, lost, sent twice, put elsewhere or booked wrongly has its sentence."""
    broken = prove(FORGERIES[sentence](), ASKED).broken

    assert any(sentence in one for one in broken), broken


def test_an_answer_in_private_is_no_second_message() -> None:
    """What answers a press or a command repeats the edit's line, and says nothing twice."""
    answers = (
        Message(1010, PICTURES, "Edit #1 · queued · holds $0.08", answers=True),
        Message(1011, DM, TOLD, answers=True),
    )

    assert prove(replace(WELL, messages=(*WELL.messages, *answers)), ASKED).broken == ()


def test_several_calls_of_one_picture_each_are_no_repetition() -> None:
    """Where a call gives one picture, an edit of two is two calls, and a third is one too many."""
    calls = (Call("1-1-5", "1-1-5", 1, ("aa",), billed=40_000), Call("1-2-6", "1-2-6", 1, ("bb",), billed=40_000))
    third = Call("1-3-7", "1-3-7", 1)

    assert prove(replace(WELL, calls=(*calls, *CALLS[2:])), ASKED).broken == ()
    assert prove(replace(WELL, calls=(*calls, third, *CALLS[2:])), ASKED).broken == (
        "request 1 was paid for 3 times, at most 2 were needed",
    )
