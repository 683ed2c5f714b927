"""The OpenAPI 3.1 document, made of the table that the routes are made of, and of the doors for providers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from outreach.domain.callback import Outcome, ProvidersDoor
from outreach.web.api.models import Problem
from outreach.web.api.operations import OPERATIONS, USER, Operation
from outreach.web.api.problems import KIND
from outreach.web.turning import STATUS

Json = dict[str, Any]
Refs = dict[Any, Json]

ANYBODY = (500, 503)
SIGNED_IN = (401, 403)
WITH_BODY = (400, 408, 413, 415)
REASONS: Mapping[int, str] = {
    400: "The request cannot be read.",
    401: "No client is known by this token.",
    403: "The client lacks the scope.",
    404: "There is no such message of this person's.",
    408: "The body did not come in whole.",
    409: "The answer does not apply; `answers` says which do.",
    413: "The body is too long.",
    415: "The body is not JSON.",
    422: "The request does not fit; `wrong` says where.",
    429: "Too many; `Retry-After` says when to come again.",
    500: "A fault of ours.",
    503: "Not now; `Retry-After` says when to come again.",
}


def document(callbacks: Iterable[ProvidersDoor] = (), public_url: str = "") -> Json:
    """The whole document."""
    shapes: list[type[BaseModel]] = [Problem]
    shapes += [shape for o in OPERATIONS for shape in (o.body, o.answer) if shape is not None]
    chosen = [(shape, _mode(shape)) for shape in dict.fromkeys(shapes)]
    template = "#/components/schemas/{model}"
    names, definitions = models_json_schema(chosen, ref_template=template)
    refs: Refs = {model: schema for (model, _), schema in names.items()}
    paths: dict[str, Json] = {}
    for operation in OPERATIONS:
        path = paths.setdefault(f"/v1{operation.path}", {})
        path[operation.method.lower()] = _operation(operation, refs)
    for door in callbacks:
        paths[door.path] = {"post": _callback(door)}
    paths["/healthz"] = {"get": _healthy()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Outreach",
            "version": version("outreach"),
            "description": "The inbox API for the firm's own app, and what providers call. See docs/api.md.",
        },
        **({"servers": [{"url": public_url}]} if public_url else {}),
        "paths": paths,
        "components": {
            "schemas": definitions["$defs"],
            "securitySchemes": {"client": {"type": "http", "scheme": "bearer"}},
        },
    }


def _mode(shape: type[BaseModel]) -> JsonSchemaMode:
    comes_in = any(operation.body is shape for operation in OPERATIONS)
    return "validation" if comes_in else "serialization"


def _operation(operation: Operation, refs: Refs) -> Json:
    made: Json = {
        "operationId": operation.id,
        "summary": operation.about.partition(". ")[0].rstrip("."),
        "description": operation.about,
        "parameters": list(_parameters(operation)),
        "responses": _responses(operation, refs),
    }
    if operation.scope is not None:
        made["security"] = [{"client": []}]
        made["description"] += f" Scope: `{operation.scope}`."
    if operation.body is not None:
        content = {"application/json": {"schema": refs[operation.body]}}
        made["requestBody"] = {"required": True, "content": content}
    return made


def _parameters(operation: Operation) -> Iterable[Json]:
    if operation.of_user:
        about = "The firm's user reference, percent-encoded UTF-8."
        shape = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[A-Za-z0-9._~-]+$"}
        yield {"name": USER, "in": "header", "required": True, "description": about, "schema": shape}
    if "{message}" in operation.path:
        shape = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
        yield {"name": "message", "in": "path", "required": True, "schema": shape}
    if operation.streams:
        about = "The last `id` that was read; only what came after a minute before it is sent."
        shape = {"type": "string", "pattern": "^[0-9]{1,17}$"}
        yield {
            "name": "Last-Event-ID",
            "in": "header",
            "required": False,
            "description": about,
            "schema": shape,
        }
    if operation.query is not None:
        for name, shape in operation.query.model_json_schema()["properties"].items():
            yield {"name": name, "in": "query", "required": False, "schema": _not_null(shape)}


def _not_null(shape: Json) -> Json:
    """A parameter that is left out is not null: there is no null in an address."""
    kinds = [kind for kind in shape.get("anyOf", ()) if kind.get("type") != "null"]
    kept = {key: value for key, value in shape.items() if key not in {"anyOf", "default"}}
    return {**kept, **kinds[0]} if kinds else shape


def _responses(operation: Operation, refs: Refs) -> Json:
    refusals = {
        *ANYBODY,
        *operation.refusals,
        *(SIGNED_IN if operation.scope else ()),
        *(WITH_BODY if operation.body else ()),
        *((422,) if operation.body or operation.query or operation.of_user else ()),
    }
    told = {KIND: {"schema": refs[Problem]}}
    return {
        str(operation.status): _done(operation, refs),
        **{str(status): {"description": REASONS[status], "content": told} for status in sorted(refusals)},
    }


def _done(operation: Operation, refs: Refs) -> Json:
    if operation.streams:
        shape = {"type": "string"}
        return {"description": "The stream.", "content": {"text/event-stream": {"schema": shape}}}
    if operation.answer is None and operation.status == 204:
        return {"description": "Done."}
    shape = refs[operation.answer] if operation.answer else {"type": "object"}
    return {"description": "Done.", "content": {"application/json": {"schema": shape}}}


def _callback(door: ProvidersDoor) -> Json:
    plain = {"text/plain": {"schema": {"type": "string"}}}
    responses: Json = {"204": {"description": "Kept, or kept before."}}
    if door.answers:
        told = {door.answers: {"schema": {"type": "string"}}}
        responses = {"200": {"description": "Kept, or kept before.", "content": told}}
    for status in sorted(set(STATUS.values())):
        reasons = ", ".join(why for why in Outcome if STATUS.get(why) == status)
        responses[str(status)] = {"description": f"Turned away: {reasons}.", "content": plain}
    fits = (
        {"type": "array", "items": {"type": "object"}} if door.kind.endswith("json") else {"type": "object"}
    )
    return {
        "operationId": door.path.strip("/").replace("/", "_"),
        "summary": "A provider's callback, believed by its signature",
        "parameters": [
            {"name": door.signature, "in": "header", "required": True, "schema": {"type": "string"}},
        ],
        "requestBody": {"required": True, "content": {door.kind: {"schema": fits}}},
        "responses": responses,
    }


def _healthy() -> Json:
    plain = {"text/plain": {"schema": {"type": "string"}}}
    told = {"200": {"description": "It serves.", "content": plain}}
    return {"operationId": "healthz", "summary": "Whether this process serves", "responses": told}
