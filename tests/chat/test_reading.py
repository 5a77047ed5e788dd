"""What a form's upload fields hold, and what a mention says."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.delivery.parts import BYTES_A_MESSAGE, FILES_A_MESSAGE, parts_of
from bot.chat.intake.mention import wish
from bot.chat.intake.reading import uploads
from bot.chat.views.actions import ACTIONS
from bot.chat.views.buttons import TEMPLATE, EditButton
from bot.workflow.ports import Parcel

ME = 77


def submitted(values: list[str], resolved: list[str], mask: list[str] | None = None) -> dict[str, Any]:
    """A form as Discord sends it, its attachments resolved in an order of Discord's own."""
    files = {key: {"id": key, "filename": f"{key}.png", "url": f"https://x/{key}", "size": 3} for key in resolved}
    return {
        "custom_id": "edit:form:1",
        "components": [
            {"type": 18, "component": {"type": 4, "custom_id": "prompt", "value": "snow"}},
            {"type": 18, "component": {"type": 19, "custom_id": "pictures", "values": values}},
            {"type": 18, "component": {"type": 19, "custom_id": "mask", "values": mask or []}},
        ],
        "resolved": {"attachments": files},
    }


@given(st.permutations(["1", "2", "3", "4"]), st.permutations(["1", "2", "3", "4"]))
def test_order_of_uploads(chosen: list[str], resolved: list[str]) -> None:
    """Uploaded pictures come in the order in which the member chose them, however Discord lists them."""
    found = uploads(submitted(chosen, resolved), "pictures")

    assert [one.filename for one in found] == [f"{key}.png" for key in chosen]


def test_fields_are_apart() -> None:
    """The mask is what was put into its own field, and a form without files has none."""
    form = submitted(["2"], ["1", "2"], mask=["1"])

    assert [one.filename for one in uploads(form, "mask")] == ["1.png"]
    assert [one.filename for one in uploads(form, "pictures")] == ["2.png"]
    assert uploads({"components": []}, "pictures") == ()


@pytest.mark.parametrize(
    ("content", "prompt"),
    [
        (f"<@{ME}> make it snow", "make it snow"),
        (f"make it <@!{ME}> snow", "make it snow"),
        (f"<@{ME}>", ""),
        (f"<@{ME}> line one\nline two", "line one\nline two"),
        (f"put <@12> on the moon <@{ME}>", "put <@12> on the moon"),
    ],
)
def test_wish(content: str, prompt: str) -> None:
    """The prompt is the text without the mention of the bot."""
    assert wish(content, ME) == prompt


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("row", ["1", "42", "999999999999999999"])
def test_button_id(action: str, row: str) -> None:
    """The id of a button says what it does to which edit or draft; every action has a label."""
    match = TEMPLATE.fullmatch(f"{action}:{row}")

    assert match is not None
    assert (match["action"], match["row"]) == (action, row)
    assert EditButton(action, int(row), "en-US").custom_id == f"{action}:{row}"


@pytest.mark.parametrize(
    "custom_id",
    [
        "edit:destroy:42",
        "edit:go:42",
        "draft:cancel:42",
        "draft:go:",
        "draft:go:17:1",
        "edit:cancel:",
        "edit:cancel:-1",
        "edit:cancel:4x",
        "edit:cancel:٤٢",
        "edit:cancel:" + "9" * 19,
        "x",
    ],
)
def test_forged_button_id(custom_id: str) -> None:
    """An id of another shape is nobody's button."""
    assert TEMPLATE.fullmatch(custom_id) is None


@given(st.lists(st.integers(1, 40 * 1024 * 1024), max_size=30))
def test_parts(sizes: list[int]) -> None:
    """Results keep their order; a message has at most ten and no more bytes than Discord takes, a giant its own."""
    parcels = [Parcel(number, Path("x"), f"{number}.png", size) for number, size in enumerate(sizes, 1)]

    parts = parts_of(parcels)

    assert [parcel for part in parts for parcel in part.parcels] == parcels
    assert [part.number for part in parts] == list(range(len(parts)))
    for part in parts:
        assert len(part.parcels) <= FILES_A_MESSAGE
        assert len(part.parcels) == 1 or sum(one.bytes for one in part.parcels) <= BYTES_A_MESSAGE


@given(st.lists(st.tuples(st.integers(1, 40 * 1024 * 1024), st.booleans()), max_size=30))
def test_parts_of_lighter_copies(sizes: list[tuple[int, bool]]) -> None:
    """A part means the same pictures whether the place takes them as they are or as copies: it may change meanwhile."""
    whole = [Parcel(number, Path("x"), f"{number}.png", size) for number, (size, _) in enumerate(sizes, 1)]
    light = [
        replace(parcel, bytes=1 + parcel.bytes // 9, lighter_than=parcel.bytes) if copied else parcel
        for parcel, (_, copied) in zip(whole, sizes, strict=True)
    ]

    numbers = [[[parcel.number for parcel in part.parcels] for part in parts_of(parcels)] for parcels in (whole, light)]

    assert numbers[0] == numbers[1]
