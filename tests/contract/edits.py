"""An edit of a page's walk: what a member asks for, what has to be on the wire for it, and what comes back."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.contract.playing import Ask, Evening
from tests.walk.sight import mask, numbered, picture

PNG, JPEG, WEBP = (picture(f"one.{kind}", (64, 64)) for kind in ("png", "jpg", "webp"))
OBLONG = picture("oblong.png", (96, 64))
MASK = mask("hole.png", (64, 64))
LOCKED = (64, 64)  # what is locked outside a mask has picture 1's own size where no other was asked for
TEN, SIX, SEVEN = tuple(numbered(10)), tuple(numbered(6, start=11)), tuple(numbered(7, start=11))
ARTEFACTS = {"image.0", "image.1.items"}


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit, told on both sides.

    `sent` are the text fields of each call beside model, prompt and user; `files` its files, "image image/png";
    `size` and `kind` are those of every result, read off `sent` where they are left out.
    """

    ask: Ask
    sent: Mapping[str, str]
    files: tuple[str, ...] = ("image image/png",)
    model: str = ""
    calls: int = 1
    size: tuple[int, int] | None = None
    kind: str = ""


def asks(edits: Mapping[str, Edit], refused: Mapping[str, tuple[Ask, str]] | None = None) -> dict[str, Ask]:
    """Everything that is to be played."""
    return {
        **{name: edit.ask for name, edit in edits.items()},
        **{name: row[0] for name, row in (refused or {}).items()},
    }


def check_wire(edit: Edit, name: str, evening: Evening) -> None:
    """Each call has exactly these fields in this order, the prompt as it was typed, and these files."""
    seen = evening[name]
    expected = [("model", edit.model or edit.ask.model), *edit.sent.items()]
    assert seen.texts == [expected] * edit.calls
    assert seen.files == [list(edit.files)] * edit.calls
    assert {dict(call.fields)["prompt"] for call in seen.calls} == {edit.ask.prompt or name}


def check_return(edit: Edit, name: str, evening: Evening) -> None:
    """As many pictures as were asked for come back in the format and the size of the form, and are paid once."""
    seen = evening[name]
    size = edit.size or tuple(map(int, edit.sent["size"].split("x")))
    kind = edit.kind or edit.sent.get("output_format", "png")
    made = int(edit.ask.options.get("n", 1))
    assert [(one.format, one.size) for one in seen.results] == [(kind, size)] * made
    assert seen.job is not None
    assert seen.job.state == "delivered"
    assert set(seen.job.attempts.values()) == {"answered"}
    assert seen.job.suspended == 0


def check_refused(sentence: str, name: str, evening: Evening) -> None:
    """It is refused at the door in this sentence, and nothing was sent or held for it."""
    seen = evening[name]
    assert seen.told == sentence
    assert (seen.job, seen.calls) == (None, ())


def sent_somewhere(field: str, value: str, evening: Evening, edits: Mapping[str, Edit]) -> bool:
    """Whether a call that the API accepted had this value in this field."""
    calls = [call for name in edits for call in evening[name].calls]
    return any((field, value) in call.fields and call.status == 200 for call in calls)


def check_manners(evening: Evening) -> None:
    """No generator's artefact is a field, no attempt was billed twice, and nothing was asked for again."""
    names = {part.name for call in evening.books.calls for part in call.files}
    assert names <= {"image", "image[]", "mask"}
    assert not ARTEFACTS & {name for call in evening.books.calls for name, _ in call.fields}
    assert {call.status for call in evening.books.calls} == {200}
    assert (evening.books.billed_twice, evening.books.repeated_after("final", "unknown", "useless")) == ((), ())
