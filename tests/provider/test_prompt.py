"""Orders to a server, taken out of a prompt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.provider.prompt import without_tag


@pytest.mark.parametrize(
    ("prompt", "left"),
    [
        ("make it snow", "make it snow"),
        ("  spaces stay where nothing is taken ", "  spaces stay where nothing is taken "),
        ("a <x>{}</x> b", "a   b"),
        ("a <X>{}</x> b", "a   b"),
        ("<x>1</x>a<x>2</x>", "a"),
        ("a <x>1<x>2</x>3</x> b", "a   b"),
        ("a <x>{} to the end", "a"),
        ("a </x> b", "a   b"),
        ("<x<x></x>>{}</x>", "<x >{}"),
        ("<y>kept</y> <xx>kept</xx>", "<y>kept</y> <xx>kept</xx>"),
        ("<x>everything</x>", ""),
    ],
)
def test_without_tag(prompt: str, left: str) -> None:
    """The tag goes with what stands in it, in any case, nested, doubled, open to the end or never opened."""
    assert without_tag(prompt, "x") == left


@given(pieces=st.lists(st.sampled_from(["<x>", "</x>", "<X>", "<", ">", "/", "x", "<x", "</x", "a", " ", "\n"])))
def test_nothing_is_left(pieces: list[str]) -> None:
    """However its parts are put together, no tag is left."""
    left = without_tag("".join(pieces), "x").lower()

    assert "<x>" not in left
    assert "</x>" not in left
