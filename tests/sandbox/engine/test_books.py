"""What the books can be asked: was anything billed twice, was anything repeated that should not have been?"""

import aiohttp
import pytest

from bot.sandbox.engine.books import Books, Call, judged
from tests.sandbox.engine.caller import Caller, mask, picture

PNG = ("image", picture(), "image/png")
ASKED = {"model": "gpt-image-2", "prompt": "a red door", "size": "1024x640", "quality": "low"}


def _call(attempt: str, edit: str = "e", *, billed: bool = True) -> Call:
    return Call(f"req_{attempt}", attempt, None, 0.0, edit=edit, billed=billed, billed_micro_usd=7 * billed)


def _ended(books: Books, call: Call, after: str) -> None:
    books.close(books.open(call), "answered", 200, after)


async def test_everything_that_came_is_in_the_books(api: Caller) -> None:
    """Text fields in their order, files with their names, types and bytes in theirs, path, model and ids."""
    second = ("image[]", picture((64, 48), kind="JPEG"), "image/jpeg")
    uploads = [("image[]", PNG[1], PNG[2]), second, ("mask", mask(), "image/png")]
    await api.edit({**ASKED, "n": "2", "user": "u-7"}, uploads, headers={"X-Client-Request-Id": "7-1"})
    (call,) = (await api.get("/_books"))["calls"]

    assert call["fields"] == [*map(list, ASKED.items()), ["n", "2"], ["user", "u-7"]]
    assert [(part["name"], part["filename"], part["content_type"], part["bytes"]) for part in call["files"]] == [
        ("image[]", "picture-0.png", "image/png", len(PNG[1])),
        ("image[]", "picture-1.jpeg", "image/jpeg", len(second[1])),
        ("mask", "picture-2.png", "image/png", len(uploads[2][1])),
    ]
    assert (call["dialect"], call["path"], call["model"]) == ("openai", "/v1/images/edits", "gpt-image-2")
    assert (call["n"], call["made"], call["billed"], call["status"]) == (2, 2, True, 200)
    assert (call["client_request_id"], call["after"], call["state"]) == ("7-1", "fine", "answered")


async def test_a_refused_form_is_in_the_books_too(api: Caller) -> None:
    """What was sent to a call that was refused by plan, or by the rules, is there to be read."""
    api.engine.plan({"fault": "503"}, {})
    await api.edit(ASKED, [PNG])
    await api.edit({**ASKED, "style": "x"}, [PNG])

    assert [len(call.fields) for call in api.engine.books.calls] == [4, 5]
    assert [call.after for call in api.engine.books.calls] == ["again", "final"]


async def test_an_attempt_that_was_billed_twice_is_told(api: Caller) -> None:
    """Two paid calls with one id are one too many; a refused and a paid one are not."""
    api.engine.plan({"fault": "500"}, {}, {}, {})
    for attempt in ("1-1", "1-1", "2-1", "2-1"):
        await api.edit(ASKED, [PNG], headers={"X-Client-Request-Id": attempt})
    books = await api.get("/_books")

    assert books["billed_twice"] == ["2-1"]
    assert [(each["attempt"], each["calls"], each["billed_calls"]) for each in books["attempts"]] == [
        ("1-1", [1, 2], [2]),
        ("2-1", [3, 4], [3, 4]),
    ]
    assert sum(each["billed_micro_usd"] for each in books["attempts"]) == books["billed_micro_usd"]


async def test_a_call_repeated_after_a_final_refusal_is_told(api: Caller) -> None:
    """The same edit again after a 400 stands there; after a 503, or at another server, it does not."""
    api.engine.plan({"fault": "moderation"}, {}, {"fault": "503"}, {}, {}, {"fault": "cut"}, {})
    other = {**ASKED, "prompt": "a blue door"}
    await api.edit(ASKED, [PNG])
    await api.edit(ASKED, [PNG])
    await api.edit(other, [PNG])
    await api.edit(other, [PNG])
    await api.edit(ASKED, [PNG], shop="newapi")
    with pytest.raises((aiohttp.ClientError, ConnectionError)):
        await api.edit(ASKED, [("image", picture((9, 9)), "image/png")])
    await api.edit(ASKED, [("image", picture((9, 9)), "image/png")])
    books = await api.get("/_books")

    assert books["repeated_after_final"] == [[1, 2]]
    assert books["repeated_after_unknown"] == [[6, 7]]


def test_calls_that_ran_beside_one_another_are_no_repetition() -> None:
    """A call that had begun before the other was refused could not know."""
    books = Books()
    first, second = books.open(_call("1")), books.open(_call("2"))
    books.close(first, "answered", 400, "final")
    books.close(second, "answered", 400, "final")
    before = books.repeated
    _ended(books, _call("3"), "fine")

    assert (before, books.repeated) == ((), ((1, 3), (2, 3)))


def test_a_call_without_an_id_is_no_attempt() -> None:
    """Only what the caller named can be counted by name."""
    books = Books()
    books.open(Call("req_1", None, None, 0.0, billed=True))

    assert (books.attempts(), books.billed_twice) == ((), ())


@pytest.mark.parametrize(
    ("status", "code", "cut", "after"),
    [
        (200, None, False, "fine"),
        (200, None, True, "unknown"),
        (400, "moderation_blocked", False, "final"),
        (401, None, False, "final"),
        (408, None, False, "unknown"),
        (429, "rate_limit_exceeded", False, "again"),
        (429, "insufficient_quota", False, "final"),
        (500, None, False, "again"),
        (502, None, False, "unknown"),
        (0, None, True, "unknown"),
    ],
)
def test_what_an_answer_leaves_a_caller_with(status: int, code: str | None, cut: bool, after: str) -> None:
    """Refused for good, refused for now, or nobody knows."""
    assert judged(status, code, cut=cut) == after
