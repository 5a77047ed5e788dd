"""What `/models` answers on the walk."""

from bot.sandbox.member import Acted
from tests.walk.conftest import Stage
from tests.walk.several import GPT_2, Row, providers
from tests.walk.sight import Json, is_private


async def test_every_model_is_named_with_its_limits_and_its_price(stage: Stage) -> None:
    """In private: a field for each model that `/edit` offers, with what it takes and what it costs."""
    async with stage.bot(), stage.member() as mira:
        seen = await mira.slash("models", wait="answer")
        offered = await mira.autocomplete("edit", "model", "")

    fields = _fields(seen)
    assert is_private(seen)
    assert [one["name"].partition(" · ")[0] for one in fields] == [choice["value"] for choice in offered]
    assert fields[0]["name"] == f"{GPT_2} · used unless you choose another"
    assert all("picture" in one["value"] and "result" in one["value"] for one in fields)
    assert all("size: " in one["value"] and "$" in one["value"] for one in fields)
    [gone] = [one["value"] for one in fields if one["name"] == "dall-e-2"]
    assert gone.startswith("switched off by its vendor on 2026-05-12\n")


async def test_one_model_is_shown_with_all_its_options(stage: Stage) -> None:
    """Named, it is alone, and every option of `/edit` that it has is there with its values."""
    async with stage.bot(), stage.member() as mira:
        seen = await mira.slash("models", {"model": "gpt-image-1.5"}, wait="answer")

    [field] = _fields(seen)
    assert field["name"] == "gpt-image-1.5"
    assert field["value"].startswith("until 2026-12-01\n")
    for line in (
        "size: 1024x1024, 1536x1024, 1024x1536, auto",
        "quality: low, medium, high, auto",
        "background: transparent, opaque, auto",
        "fidelity: low, high",
        "format: png, jpeg, webp",
        "compression: jpeg, webp",
        "previews: up to 3",
    ):
        assert line in field["value"]


async def test_providers_that_differ_are_told_apart(stage: Stage) -> None:
    """One model at two providers is two fields where what they take differs, and one of an engine costs nothing."""
    rows = (
        Row("cloud", "openai"),
        Row("reseller", "anyfast"),
        Row("twin", "newapi", models=(GPT_2, "gpt-image-2-c")),
        Row("cellar", "sdcpp", models=("sd-cpp-local",)),
    )
    async with stage.bot(**providers(stage, *rows)), stage.member() as mira:
        fields = _fields(await mira.slash("models", wait="answer"))

    names = [one["name"] for one in fields]
    assert names == [
        f"{GPT_2} · cloud · used unless you choose another",
        f"{GPT_2} · reseller · used unless you choose another",
        "gpt-image-2-c",
        "sd-cpp-local",
    ]
    assert ["no mask" in one["value"] for one in fields] == [False, True, True, False]
    assert "costs nothing" in fields[-1]["value"]


async def test_a_model_that_is_not_there_is_refused_with_those_that_are(stage: Stage) -> None:
    """A wrong name is answered with the right ones, in private."""
    async with stage.bot(**providers(stage, Row("openai", "openai"))), stage.member() as mira:
        wrong = await mira.slash("models", {"model": "gpt-image-3"}, wait="answer")

    assert is_private(wrong)
    assert (wrong.private or {})["content"] == f"There is no model called gpt-image-3 here. These work: {GPT_2}."


def _fields(seen: Acted) -> list[Json]:
    assert seen.private is not None
    [embed] = seen.private["embeds"]
    fields: list[Json] = embed["fields"]
    return fields
