"""The oracle: holds recorded exchanges against Discord's own OpenAPI description, where that file is present."""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Self

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

DESCRIPTION = Path(__file__).parents[2].parent / "shared" / "facts" / "discord-openapi.json"
HERE = "discord:openapi"
BASE = "/api/v10"
# Routes that work but are in no description.
UNDESCRIBED = (re.compile(r"/attachments/refresh-urls$"), re.compile(r"/applications/\d+/skus$"))
EVENTS = {
    "MESSAGE_CREATE": "MessageResponse",
    "MESSAGE_UPDATE": "MessageResponse",
    "THREAD_CREATE": "ThreadResponse",
    "THREAD_UPDATE": "ThreadResponse",
    "CHANNEL_CREATE": "GuildChannelResponse",
    "CHANNEL_UPDATE": "GuildChannelResponse",
    "CHANNEL_DELETE": "GuildChannelResponse",
    "GUILD_UPDATE": "GuildResponse",
    "GUILD_CREATE": "GuildResponse",
    "ENTITLEMENT_CREATE": "EntitlementResponse",
}
Json = Mapping[str, Any]


class Oracle:
    """Says what is wrong with a record; nothing is an empty list."""

    def __init__(self, description: dict[str, Any]) -> None:
        self._paths = description["paths"]
        resource = Resource.from_contents(description, default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(HERE, resource)
        self._patterns = sorted(((_pattern(path), path) for path in self._paths), key=lambda found: found[1].count("{"))
        self._validator = cache(self._make_validator)

    @classmethod
    def load(cls) -> Self | None:
        """The oracle, or None where the description is not at hand."""
        if not DESCRIPTION.exists():
            return None
        return cls(json.loads(DESCRIPTION.read_text()))

    def complaints(self, record: Json) -> list[str]:
        """What a recorded exchange has that the description does not allow, requests and answers alike."""
        if record["side"] == "gateway":
            return self._about_dispatch(record) if record["method"] == "DISPATCH" else []
        if record["side"] != "discord" or any(one.search(record["path"]) for one in UNDESCRIBED):
            return []
        operation = self._operation(record["method"], record["path"].removeprefix(BASE))
        if operation is None:
            return [f"{record['method']} {record['path']}: no such route"] if record["status"] < 400 else []
        where = f"{record['method']} {record['path']} {record['status']}"
        asked = self._about_request(record, operation) if record["status"] < 400 else []
        return [f"{where}: {one}" for one in (*asked, *self._about_answer(record, operation))]

    def about(self, schema: str, value: object) -> list[str]:
        """What a value has that a schema of the description does not allow."""
        return self._check(f"#/components/schemas/{schema}", value, schema)

    def _operation(self, method: str, path: str) -> str | None:
        for pattern, template in self._patterns:
            if pattern.fullmatch(path) and method.lower() in self._paths[template]:
                return f"#/paths/{_escaped(template)}/{method.lower()}"
        return None

    def _about_request(self, record: Json, operation: str) -> list[str]:
        body = _json_body(record)
        if body is None:
            return []
        schema = f"{operation}/requestBody/content/application~1json/schema"
        return self._check(schema, _snowflakes_as_text(body), "request")

    def _about_answer(self, record: Json, operation: str) -> list[str]:
        status = int(record["status"])
        described = self._at(operation)["responses"]
        key = next((one for one in (str(status), f"{status // 100}XX") if one in described), None)
        if key is None:
            return [] if status >= 500 or status == 0 else [f"the status {status} is not described"]
        found = self._at(f"{operation}/responses/{key}")
        pointer = f"{operation}/responses/{key}"
        if "$ref" in found:
            pointer = found["$ref"]
        content = self._at(pointer).get("content", {})
        if "application/json" not in content:
            return [] if record["response"] in (None, "") or status == 204 else ["an answer where none is described"]
        answer = record["response"]
        if status >= 400 and isinstance(answer, dict):
            # The description calls the codes inside `errors` integers; the reference shows, and Discord sends, names.
            answer = {name: value for name, value in answer.items() if name != "errors"}
        return self._check(f"{pointer}/content/application~1json/schema", answer, "answer")

    def _about_dispatch(self, record: Json) -> list[str]:
        event, payload = record["path"], record["response"]
        found = self.about(EVENTS[event], payload) if event in EVENTS else []
        if event == "GUILD_CREATE":
            for kind, schema in (("channels", "GuildChannelResponse"), ("threads", "ThreadResponse")):
                found += [one for place in payload[kind] for one in self.about(schema, place)]
            found += [one for member in payload["members"] for one in self.about("GuildMemberResponse", member)]
        if event == "INTERACTION_CREATE":
            found += [one for schema, value in _inside_interaction(payload) for one in self.about(schema, value)]
        return [f"{event}: {one}" for one in found]

    def _at(self, pointer: str) -> Any:
        return self._registry.resolver(base_uri=HERE).lookup(pointer).contents

    def _check(self, pointer: str, value: object, what: str) -> list[str]:
        errors = list(self._validator(pointer).iter_errors(value))
        worst = [best_match([error]) for error in errors]
        return [f"{what}{error.json_path[1:]}: {error.message[:300]}" for error in worst if error is not None]

    def _make_validator(self, pointer: str) -> Draft202012Validator:
        return Draft202012Validator({"$ref": f"{HERE}{pointer}"}, registry=self._registry)


def _inside_interaction(payload: Json) -> Iterator[tuple[str, object]]:
    resolved = payload.get("data", {}).get("resolved", {})
    yield from (("MessageAttachmentResponse", one) for one in resolved.get("attachments", {}).values())
    yield from (("MessageResponse", one) for one in resolved.get("messages", {}).values())
    if "message" in payload:
        yield "MessageResponse", payload["message"]
    if "member" in payload:
        yield "GuildMemberResponse", payload["member"]
    if "user" in payload:
        yield "UserResponse", payload["user"]
    place = payload["channel"]
    kind = "PrivateChannelResponse" if "recipients" in place else "GuildChannelResponse"
    yield ("ThreadResponse" if "thread_metadata" in place else kind), place


def _json_body(record: Json) -> object | None:
    raw = base64.b64decode(record["body_b64"] or "")
    if record["content_type"].startswith("application/json"):
        return json.loads(raw) if raw else None
    part = re.search(rb'name="payload_json".*?\r\n\r\n(.*?)\r\n--', raw, re.DOTALL)
    return json.loads(part[1]) if part else None


def _snowflakes_as_text(body: object) -> object:
    """Discord takes a number for a snowflake, and discord.py sends one for a file's slot and for a DM's recipient."""
    if isinstance(body, list):
        return [_snowflakes_as_text(one) for one in body]
    if not isinstance(body, dict):
        return body
    written: dict[str, Any] = {name: _snowflakes_as_text(value) for name, value in body.items()}
    for one in written.get("attachments") or ():
        one["id"] = str(one["id"])
    if "recipient_id" in written:
        written["recipient_id"] = str(written["recipient_id"])
    return written


def _pattern(template: str) -> re.Pattern[str]:
    literal = re.sub(r"\\\{[^}]+\\\}", "[^/]+", re.escape(template))
    return re.compile(literal)


def _escaped(template: str) -> str:
    return template.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
