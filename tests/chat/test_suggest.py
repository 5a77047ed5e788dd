"""What is suggested while a member types."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.chat.views import suggest
from bot.domain.catalog import Catalog, Provider, check_wish, read_shelf
from bot.domain.preset import Preset
from bot.domain.request import Options
from tests.chat.scene import a_catalog

DAY = date(2026, 11, 20)
CATALOG = a_catalog()


def values(model: str | None, option: str, typed: str = "", catalog: Catalog = CATALOG) -> list[str]:
    """The suggested values."""
    return [one.value for one in suggest.options(catalog, model, option, typed, "en-US")]


@pytest.mark.parametrize(
    ("model", "option", "expected"),
    [
        (None, "quality", ["low", "medium", "high", "auto"]),
        ("gpt-image-2.5-flare", "quality", ["low", "medium", "high", "xhigh", "max", "auto"]),
        ("flux-kontext-pro", "quality", []),
        ("gpt-image-2", "background", ["opaque", "auto"]),
        ("gpt-image-1.5", "background", ["transparent", "opaque", "auto"]),
        ("gpt-image-1.5", "fidelity", ["low", "high"]),
        ("gpt-image-1-mini", "fidelity", []),
        ("flux-kontext-max", "format", ["png", "jpeg"]),
        ("dall-e-2", "size", ["256x256", "512x512", "1024x1024", "same"]),
        ("flux-kontext-pro", "size", ["same"]),
        ("no-such-model", "size", []),
    ],
)
def test_by_model(model: str | None, option: str, expected: list[str]) -> None:
    """Every option is suggested with what the chosen model knows, the default's where none is chosen."""
    assert values(model, option) == expected


@pytest.mark.parametrize(
    ("option", "field"),
    [
        ("size", "size"),
        ("quality", "quality"),
        ("background", "background"),
        ("format", "output_format"),
        ("fidelity", "input_fidelity"),
    ],
)
def test_every_suggestion_is_possible(option: str, field: str) -> None:
    """What is suggested is never refused."""
    for name in CATALOG.names:
        for value in values(name, option):
            if (option, value) == ("size", "same"):
                continue  # no model's word but ours: `reading.slash` asks for "auto" in its place
            wish: dict[str, Any] = {field: value}
            check_wish(CATALOG.card(name), "snow", replace(Options(), **wish))


def test_the_size_of_the_picture() -> None:
    """For every model a result of the picture's own size can be had, and the choice says what its word means."""
    for name in CATALOG.names:
        last = suggest.options(CATALOG, name, "size", "", "en-US")[-1]
        assert (last.value, last.name) == ("same", "same · the size of your picture")


def test_all_providers() -> None:
    """Of a model that several providers have, whatever one of them knows is suggested, once."""
    both = a_catalog("anyfast", "openai")

    assert values(None, "quality", catalog=a_catalog("anyfast")) == []
    assert values(None, "quality", catalog=both) == ["low", "medium", "high", "auto"]
    assert values(None, "size", catalog=both)[:4] == ["1024x1024", "1536x1024", "1024x1536", "auto"]
    assert len(values(None, "size", catalog=both)) == len(set(values(None, "size", catalog=both)))


@pytest.mark.parametrize(
    ("model", "typed", "expected"),
    [
        (None, "1536", ["1536x1024", "1024x1536"]),
        (None, "1000x1000", ["1008x1008"]),
        (None, "9999X10", ["1408x480"]),
        ("dall-e-2", "700x700", ["512x512"]),
        ("flux-kontext-pro", "700x700", []),
        (None, "wide", []),
        (None, "SAM", ["same"]),
    ],
)
def test_sizes(model: str | None, typed: str, expected: list[str]) -> None:
    """A size that is not in the list is answered with the nearest that is possible."""
    assert values(model, "size", typed) == expected


def test_models() -> None:
    """A model that ends says so in what is shown, never in what is sent."""
    found = {one.value: one.name for one in suggest.models(CATALOG, "", DAY, "en-US")}

    assert next(iter(found)) == "gpt-image-2"
    assert found["gpt-image-2"] == "gpt-image-2"
    assert found["gpt-image-1.5"] == "gpt-image-1.5 · until 2026-12-01"
    assert found["dall-e-2"] == "dall-e-2 · switched off by its vendor on 2026-05-12"
    assert [one.value for one in suggest.models(CATALOG, "FLUX-kontext-m", DAY, "en-US")] == ["flux-kontext-max"]


def test_limits() -> None:
    """Discord takes at most 25 suggestions of at most 100 characters, and a longer name could not be sent at all."""
    names = (*(f"model-{number}" for number in range(30)), "x" * 101, "gpt-image-2")
    own = {name: {"like": "gpt-image-1.5"} for name in names}
    shelf = read_shelf([Provider("openai", "", "", "openai", names)], own)

    found = suggest.models(Catalog(shelf, "gpt-image-2"), "", DAY, "en-US")
    long = suggest.models(Catalog(shelf, "gpt-image-2"), "x" * 50, DAY, "en-US")

    assert len(found) == 25
    assert long == []


def test_a_model_that_is_gone() -> None:
    """Nothing is suggested for a model that its vendor has switched off, and nothing breaks."""
    catalog = Catalog(
        {"gpt-image-2": CATALOG.offers("gpt-image-2")}, "gpt-image-2", gone={"dall-e-2": date(2026, 5, 12)}
    )

    assert suggest.options(catalog, "dall-e-2", "size", "", "en-US") == []


def test_zones() -> None:
    """Time zones are found by a part of their name, as people write it, and never more than Discord takes."""
    assert [one.value for one in suggest.zones("buenos aires")] == [
        "America/Argentina/Buenos_Aires",
        "America/Buenos_Aires",
    ]
    assert len(suggest.zones("")) == 25
    assert suggest.zones("atlantis") == []


@pytest.mark.parametrize(
    ("typed", "found"),
    [("", ["Let it snow", "Rain"]), ("SNOW", ["Let it snow"]), (" rain ", ["Rain"]), ("hail", [])],
)
def test_presets(typed: str, found: list[str]) -> None:
    """Presets are suggested by their names, with a mark that tells them from what somebody types."""
    known = (Preset("Let it snow", "make it snow"), Preset("Rain", "make it rain"))

    choices = suggest.presets(known, typed)

    assert [one.value for one in choices] == found
    assert [one.name for one in choices] == [f"★ {name}" for name in found]


def test_as_many_presets_as_there_can_be() -> None:
    """Twenty-five of the longest names fit."""
    known = [Preset(f"{number:02}" + "n" * 38, "make it snow") for number in range(25)]

    assert len(suggest.presets(known, "")) == 25
