"""How each kind of provider speaks `/v1/images/edits`: rows of data, and the addresses that follow from one.

What a dialect leaves of a model (which fields, which formats) stands in the model's card; here stands only how the
same call is said: where, with which key in which header, and under which names.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from yarl import URL


@dataclass(frozen=True, slots=True)
class Dialect:
    """One kind of provider. `names_model` says that the form names the model; elsewhere the server has but one.

    `prompt_tag` is a tag whose content a server takes out of the prompt as orders to itself. `lists_models` says that
    its list of models holds the names that a call may give. `request_id` are the headers in which it names the call,
    the best first; `result_hosts` the hosts, beside the provider's own, from which a linked result may be fetched (a
    name stands for its subdomains too).
    """

    name: str
    auth_header: str = "Authorization"
    auth_scheme: str = "Bearer "
    needs_key: bool = True
    one_file: str = "image"
    many_files: str = "image[]"
    names_model: bool = True
    lists_models: bool = True
    prompt_tag: str | None = None
    request_id: tuple[str, ...] = ("x-request-id",)
    result_hosts: tuple[str, ...] = ()


DIALECTS: Mapping[str, Dialect] = {
    row.name: row
    for row in (
        # OpenAI's API reference, Images; its own SDKs send `image` for one file and `image[]` for more.
        Dialect("openai"),
        # Azure's image guide. Its list has the models of the region, not the names under which they were deployed.
        Dialect(
            "azure",
            auth_header="api-key",
            auth_scheme="",
            one_file="image[]",
            lists_models=False,
            request_id=("x-request-id", "apim-request-id"),
        ),
        Dialect("anyfast", request_id=("x-request-id", "x-oneapi-request-id"), result_hosts=("anyfast.ai",)),
        # New-API drops `image[]` where there is an `image`, and tells the type of a file by its name.
        Dialect("newapi", request_id=("x-request-id", "x-oneapi-request-id")),
        # LiteLLM's proxy refuses a form with both `image` and `image[]`. It may run without a key.
        Dialect(
            "litellm", needs_key=False, request_id=("x-litellm-call-id", "x-request-id", "llm_provider-x-request-id")
        ),
        # stable-diffusion.cpp, examples/server: one model to a server, which asks for no key.
        Dialect(
            "sdcpp",
            needs_key=False,
            one_file="image[]",
            names_model=False,
            lists_models=False,
            prompt_tag="sd_cpp_extra_args",
        ),
        Dialect("vllm_omni", needs_key=False),
        Dialect("sglang", needs_key=False),
    )
}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a provider is asked. `names_model` is False where the address itself says which model it is."""

    edits: URL
    models: URL
    names_model: bool


EDITS = "/images/edits"
# Azure's versions where the settings name none: of a deployment's route, and of the route that is like OpenAI's.
DEPLOYMENT_VERSION = "2025-04-01-preview"
V1_VERSION = "preview"


def find_address(base_url: str, dialect: Dialect) -> Address:
    """The address of a provider from the settings' base, which may end in /v1 or not.

    For Azure a resource (`https://NAME.openai.azure.com`) or one deployment of it
    (`…/openai/deployments/NAME?api-version=…`). Raises ValueError for what is no base.
    """
    base = URL(base_url)
    if base.scheme not in ("http", "https") or not base.host:
        raise ValueError("the provider's address must begin with http:// or https:// and name a host")
    base.host.encode("idna")  # a name that no resolver takes is a ValueError too
    allowed = {"api-version"} if dialect.name == "azure" else set()
    if base.user or base.password or base.fragment or set(base.query) - allowed:
        raise ValueError("the provider's address must hold no name, password, query or fragment")
    if dialect.name == "azure":
        return _azure(base)
    root = base.path.rstrip("/").removesuffix("/v1") + "/v1"
    return Address(base.with_path(root + EDITS), base.with_path(root + "/models"), dialect.names_model)


def _azure(base: URL) -> Address:
    # Azure's portal shows the whole address of a deployment: people paste that, route and all.
    path = base.path.rstrip("/").removesuffix(EDITS)
    version = base.query.get("api-version")
    root, found, deployment = path.partition("/openai/deployments/")
    if found and deployment:
        query = {"api-version": version or DEPLOYMENT_VERSION}
        models = base.with_path(f"{root}/openai/models").with_query(query)
        return Address(base.with_path(path + EDITS).with_query(query), models, names_model=False)
    root = path.removesuffix("/v1").removesuffix("/openai") + "/openai/v1"
    query = {"api-version": version or V1_VERSION}
    models = base.with_path(f"{root}/models").with_query(query)
    return Address(base.with_path(root + EDITS).with_query(query), models, names_model=True)
