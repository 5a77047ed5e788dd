"""How each kind of provider speaks `/v1/images/edits`: rows of data, and the address that follows from one."""

from collections.abc import Mapping
from dataclasses import dataclass

from yarl import URL


@dataclass(frozen=True, slots=True)
class Dialect:
    """One kind of provider. `omit` names form fields that it does not document, whatever a model card lists.

    `request_id` are the headers in which it names the call, the best first; `result_hosts` the hosts, beside the
    provider's own, from which a linked result may be fetched (a name stands for its subdomains too).
    """

    name: str
    path: str
    auth_header: str
    auth_scheme: str
    one_file: str
    many_files: str
    omit: frozenset[str]
    request_id: tuple[str, ...]
    result_hosts: tuple[str, ...]


_OPENAI = {
    "path": "/v1/images/edits",
    "auth_header": "Authorization",
    "auth_scheme": "Bearer",
    "one_file": "image",
    "many_files": "image[]",
}

DIALECTS: Mapping[str, Dialect] = {
    row.name: row
    for row in (
        # OpenAI's API reference, Images; its own SDKs send `image` for one file and `image[]` for more.
        Dialect("openai", **_OPENAI, omit=frozenset(), request_id=("x-request-id",), result_hosts=()),
        # Anyfast's reference pages for this route list neither field.
        Dialect(
            "anyfast",
            **_OPENAI,
            omit=frozenset({"quality", "background"}),
            request_id=("x-request-id", "x-oneapi-request-id"),
            result_hosts=("anyfast.ai",),
        ),
        # New-API passes every text field on, and drops `image[]` where there is an `image`.
        Dialect(
            "newapi",
            **_OPENAI,
            omit=frozenset(),
            request_id=("x-request-id", "x-oneapi-request-id"),
            result_hosts=(),
        ),
    )
}


def endpoint(base_url: str, path: str) -> URL:
    """The address of a route under a base that may or may not end in /v1. Raises ValueError for what is no base."""
    base = URL(base_url)
    if base.scheme not in ("http", "https") or not base.host:
        raise ValueError("the provider's address must begin with http:// or https:// and name a host")
    if base.user or base.password or base.query_string or base.fragment:
        raise ValueError("the provider's address must hold no name, password, query or fragment")
    return base.with_path(base.path.rstrip("/").removesuffix("/v1") + path)
