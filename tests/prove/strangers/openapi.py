"""Google's discovery document of FCM as OpenAPI: what it says of sending, and as strictly as it says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]
KEPT = ("type", "enum", "pattern", "minimum", "maximum")
DURATION = r"^-?\d+(\.\d+)?s$"  # google-duration


def openapi_of(discovery: Schema) -> Schema:
    """One path, messages:send, behind a bearer token; fields that nobody declared are refused."""
    method = discovery["resources"]["projects"]["resources"]["messages"]["methods"]["send"]
    path = "/" + method["flatPath"].replace("{projectsId}", "{project}")
    asked = _ref(method["request"]["$ref"])
    said = {
        "description": "sent",
        "content": {"application/json": {"schema": _ref(method["response"]["$ref"])}},
    }
    operation = {
        "operationId": method["id"],
        "parameters": [{"name": "project", "in": "path", "required": True, "schema": {"type": "string"}}],
        "requestBody": {"required": True, "content": {"application/json": {"schema": asked}}},
        "responses": {"200": said},
        "security": [{"oauth": []}],
    }
    return {
        "openapi": "3.0.3",
        "info": {"title": discovery["title"], "version": discovery["version"]},
        "servers": [{"url": discovery["rootUrl"].rstrip("/")}],
        "paths": {path: {method["httpMethod"].lower(): operation}},
        "components": {
            "schemas": {name: _schema(schema) for name, schema in discovery["schemas"].items()},
            "securitySchemes": {"oauth": {"type": "http", "scheme": "bearer"}},
        },
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _schema(said: Schema) -> Schema:
    """One schema; of its format only what a text can be held to is kept."""
    if "$ref" in said:
        return _ref(said["$ref"])
    made: dict[str, Any] = {name: said[name] for name in KEPT if name in said}
    if said.get("format") == "google-duration":
        made["pattern"] = DURATION
    if "items" in said:
        made["items"] = _schema(said["items"])
    if said.get("type") == "object":
        made["properties"] = {name: _schema(one) for name, one in said.get("properties", {}).items()}
        more = said.get("additionalProperties", False)
        made["additionalProperties"] = more if isinstance(more, bool) else _anything_or(more)
    return made


def _anything_or(said: Schema) -> Schema | bool:
    return True if said.get("type") == "any" else _schema(said)
