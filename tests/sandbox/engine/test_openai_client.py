"""The image API as OpenAI's own client meets it, unmodified."""

import base64
from collections.abc import AsyncIterator
from io import BytesIO

import pytest
from openai import AsyncOpenAI, BadRequestError, RateLimitError
from PIL import Image

from tests.sandbox.engine.caller import Caller, mask, picture

ONE, TWO = ("lake.png", picture((64, 64)), "image/png"), ("door.png", picture((48, 96)), "image/png")
MASK = ("mask.png", mask((64, 64)), "image/png")


@pytest.fixture
async def client(api: Caller) -> AsyncIterator[AsyncOpenAI]:
    """OpenAI's client with the sandbox for an address."""
    async with AsyncOpenAI(
        base_url=f"{api.engine.address('openai')}/v1", api_key=api.engine.key, max_retries=0
    ) as made:
        yield made


def _size(text: str | None) -> tuple[int, int]:
    return Image.open(BytesIO(base64.b64decode(text or ""))).size


async def test_an_edit(api: Caller, client: AsyncOpenAI) -> None:
    """One picture goes as `image`; the answer is read with its usage and its request id."""
    answer = await client.images.edit(
        model="gpt-image-2", image=ONE, prompt="a red door", size="1024x1024", quality="low", n=2
    )

    (call,) = api.engine.books.calls
    assert [_size(item.b64_json) for item in answer.data or ()] == [(1024, 1024)] * 2
    assert (answer.quality, answer.size, answer.output_format) == ("low", "1024x1024", "png")
    assert answer.usage is not None
    assert answer.usage.output_tokens == 392
    assert (answer._request_id, [part.name for part in call.files]) == (call.request_id, ["image"])


async def test_an_edit_of_several_pictures_with_a_mask(api: Caller, client: AsyncOpenAI) -> None:
    """Two pictures go as `image[]`, the mask beside them, and each keeps its name and type."""
    answer = await client.images.edit(
        model="gpt-image-2.5-flare",
        image=[ONE, TWO],
        mask=MASK,
        prompt="a red door",
        size="1024x640",
        background="transparent",
        output_format="webp",
        output_compression=50,
    )

    (call,) = api.engine.books.calls
    assert [_size(item.b64_json) for item in answer.data or ()] == [(1024, 640)]
    assert [(part.name, part.filename) for part in call.files] == [
        ("image[]", "lake.png"),
        ("image[]", "door.png"),
        ("mask", "mask.png"),
    ]
    assert call.images == 2


async def test_a_stream(client: AsyncOpenAI) -> None:
    """Partial pictures and the last one arrive as events of their own types."""
    events = await client.images.edit(
        model="gpt-image-2", image=ONE, prompt="a red door", size="1024x1024", stream=True, partial_images=2
    )
    seen = [event async for event in events]

    assert [event.type for event in seen] == ["image_edit.partial_image"] * 2 + ["image_edit.completed"]
    assert _size(seen[-1].b64_json) == (1024, 1024)


async def test_a_refusal(api: Caller, client: AsyncOpenAI) -> None:
    """Its errors are the client's own, with code and param."""
    with pytest.raises(BadRequestError) as wrong:
        await client.images.edit(model="gpt-image-2", image=ONE, prompt="a red door", input_fidelity="high")
    api.engine.plan({"fault": "quota"})
    with pytest.raises(RateLimitError) as limited:
        await client.images.edit(model="gpt-image-2", image=ONE, prompt="a red door")

    assert (wrong.value.code, limited.value.code) == ("invalid_input_fidelity_model", "insufficient_quota")
    assert wrong.value.request_id == api.engine.books.calls[0].request_id


async def test_the_models(api: Caller, client: AsyncOpenAI) -> None:
    """The list of models is read as such."""
    assert {model.id async for model in client.models.list()} == set(api.engine.models())
