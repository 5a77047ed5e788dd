"""The kinds of server that speak `/v1/images/edits`, as rows: where each is reached, whom it lets in, what it sells.

| shop | its manners |
|---|---|
| openai | the reference, strict |
| azure, azure_v1 | header `api-key`, `api-version`, `image[]`, PNG and JPEG only; by deployment, or by `model` |
| anyfast, anyfast_direct | outside the Direct group no mask, one result, three sizes; gpt-image-2-c answers in links |
| newapi | a gateway: types by file name, `image` beats `image[]`, its request id in every error, odd events |
| litellm | a proxy: errors inside errors, streams broken |
| sdcpp | no key, white masks, errors as strings, no usage, obeys arguments in a prompt |
| vllm_omni | one model, base64 only, masks ignored |
| sglang | one model, masks ignored, links relative to itself |
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from bot.sandbox.engine import gateways, local
from bot.sandbox.engine.doors import Door, anybody, api_key, bearer
from bot.sandbox.engine.form import Form
from bot.sandbox.engine.rules import ALWAYS, MODELS, Rules, choices
from bot.sandbox.engine.validate import Order

AZURE_VERSION = "2025-04-01-preview"
Reader = Callable[[Form, Mapping[str, Rules], str | None], Order]


@dataclass(frozen=True, slots=True)
class Shop:
    """One row. `home` is the start of its paths, `address` what an operator writes behind the host.

    `deployments` puts the model into the path instead of the form. `says` is what stands beside the pictures: echoes,
    usage, revised (the prompt). `manners` are done to its events (`answer.mannered`), `request_id` is its header.
    """

    name: str
    home: str
    address: str
    models: Mapping[str, Rules]
    read: Reader
    door: Door = bearer
    envelope: str = "openai"
    deployments: bool = False
    routes: tuple[str, ...] = ("/v1/images/edits", "/images/edits")
    listing: tuple[str, ...] = ("/v1/models", "/models")
    says: frozenset[str] = frozenset({"echoes", "usage"})
    manners: tuple[str, ...] = ()
    breaks_streams: bool = False
    relative_links: bool = False
    request_id: str = "x-request-id"

    def edits(self) -> tuple[tuple[str, str | None], ...]:
        """Every path of an edit, with the deployment that it names."""
        if not self.deployments:
            return tuple((self.home + route, None) for route in self.routes)
        return tuple((f"{self.home}/deployments/{name}/images/edits", name) for name in self.models)


def _gpt(*names: str, **changes: object) -> Mapping[str, Rules]:
    return {name: replace(MODELS[name], **changes) for name in names}  # type: ignore[arg-type]


_TWO_FORMATS = ("image/jpeg", "image/png")
_AZURE = {
    name: replace(
        rules, formats=_TWO_FORMATS, auto_quality="high", choices={**rules.choices, "output_format": ("png", "jpeg")}
    )
    for name, rules in _gpt("gpt-image-2", "gpt-image-1.5", "gpt-image-1", "gpt-image-1-mini").items()
}
_THREE_SIZES = ("1024x1024", "1536x1024", "1024x1536")
_BY_LINK_OR_NOT = {"response_format": ("url", "b64_json")}
_ANYFAST: Mapping[str, Rules] = {
    "gpt-image-2": replace(
        MODELS["gpt-image-2"],
        fields=ALWAYS | {"size", "output_format", "output_compression"},
        choices=choices(output_format=("png", "jpeg")),
        sizes=_THREE_SIZES,
        default_size="1024x1024",
        formats=_TWO_FORMATS,
        mask_bytes=50 * 2**20,
        mask_like_image=True,
        gated=True,
    ),
    "gpt-image-2-c": replace(
        MODELS["gpt-image-2-c"],
        sizes=_THREE_SIZES,
        default_size="1024x1024",
        array=False,
        mask_bytes=50 * 2**20,
        mask_like_image=True,
        gated=True,
    ),
    **{
        name: replace(
            MODELS[name],
            fields=MODELS[name].fields | {"response_format"},
            choices={**MODELS[name].choices, "response_format": ("b64_json",)},
        )
        for name in ("gpt-image-1", "gpt-image-1.5", "gpt-image-1-mini", "chatgpt-image-latest")
    },
    "dall-e-2": MODELS["dall-e-2"],
    **{
        name: replace(
            MODELS[name],
            fields=MODELS[name].fields | {"response_format"},
            choices={**MODELS[name].choices, **_BY_LINK_OR_NOT},
        )
        for name in ("flux-kontext-pro", "flux-kontext-max")
    },
}
_OWN = Rules(
    fields=frozenset(),
    choices={},
    sizes=None,
    auto_quality="",
    mask="unused",
    url_life_s=3_600,
)
_ANYFAST_ROW = Shop(
    "anyfast",
    "/anyfast",
    "/anyfast",
    gateways.anyfast_rules(_ANYFAST, direct=False),
    gateways.anyfast,
    envelope="newapi",
    says=frozenset({"usage", "revised"}),
    request_id="x-oneapi-request-id",
)
_AZURE_ROW = Shop(
    "azure",
    "/azure/openai",
    f"/azure/openai/deployments/gpt-image-2?api-version={AZURE_VERSION}",
    _AZURE,
    gateways.azure,
    door=api_key,
    envelope="azure",
    deployments=True,
    listing=("/models",),
)

SHOPS: Mapping[str, Shop] = MappingProxyType(
    {
        row.name: row
        for row in (
            Shop("openai", "", "", MODELS, gateways.openai),
            _AZURE_ROW,
            replace(
                _AZURE_ROW,
                name="azure_v1",
                address="/azure/openai/v1?api-version=preview",
                deployments=False,
                routes=("/v1/images/edits",),
                listing=("/v1/models",),
            ),
            _ANYFAST_ROW,
            replace(
                _ANYFAST_ROW,
                name="anyfast_direct",
                home="/anyfast_direct",
                address="/anyfast_direct",
                models=gateways.anyfast_rules(_ANYFAST, direct=True),
            ),
            Shop(
                "newapi",
                "/newapi",
                "/newapi",
                MODELS,
                gateways.newapi,
                envelope="newapi",
                manners=("aliases", "done"),
                request_id="x-oneapi-request-id",
            ),
            Shop(
                "litellm",
                "/litellm",
                "/litellm",
                MODELS,
                gateways.litellm,
                envelope="litellm",
                breaks_streams=True,
                request_id="x-litellm-call-id",
            ),
            Shop(
                "sdcpp",
                "/sdcpp",
                "/sdcpp",
                {"sd-cpp-local": replace(_OWN, mask="white", skips_damaged=True)},
                local.sdcpp,
                door=anybody,
                envelope="bare",
                says=frozenset(),
            ),
            Shop(
                "vllm_omni",
                "/vllm_omni",
                "/vllm_omni",
                {"Qwen/Qwen-Image-Edit": _OWN},
                local.vllm_omni,
                door=anybody,
                envelope="vllm",
                says=frozenset(),
            ),
            Shop(
                "sglang",
                "/sglang",
                "/sglang",
                {"Qwen/Qwen-Image-Edit": _OWN},
                local.sglang,
                door=anybody,
                envelope="detail",
                says=frozenset(),
                relative_links=True,
            ),
        )
    }
)
