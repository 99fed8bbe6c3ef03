"""The description of `/api/` (OpenAPI 3.1), made of the table of its addresses and of the answers' own types; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, get_args, get_type_hints

import msgspec

from feeds.answers.meanings import meaning
from feeds.server.api.endpoints import ENDPOINTS, ROOT, ApiEndpoint, ApiIndex, ApiParameter
from feeds.server.api.problems import PROBLEM, Problem

_REF: Final = "#/components/schemas/{name}"
_INDEX: Final = ApiEndpoint("index", ROOT, "Where to begin", ApiIndex, lambda *_: None)
_COMMON: Final = (400, 405, 503)
_HEADERS: Final = {
    "ETag": {"description": "changes with the answer", "schema": {"type": "string"}},
    "Cache-Control": {"description": "how long it may be kept", "schema": {"type": "string"}},
}


def document(base: str, version: str) -> dict[str, Any]:
    """Return the description of the interface below `base`, an address without a slash at its end."""
    every = (_INDEX, *ENDPOINTS)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "topicwire",
            "version": version,
            "description": "What is published, for programs: read-only. With the token of the service all topics and items.",
        },
        "servers": [{"url": base}],
        "security": [{}, {"token": []}],
        "paths": {one.path: {method: _operation(one, method) for method in ("get", "head")} for one in every},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "service.review_token"}},
            "schemas": _schemas([*(one.answer for one in every), Problem]),
        },
    }


def _operation(endpoint: ApiEndpoint, method: str) -> dict[str, Any]:
    asked = [_parameter(one, "path") for one in endpoint.path_parameters]
    asked += [_parameter(one, "query") for one in endpoint.parameters]
    asked.append(_parameter(ApiParameter("If-None-Match", "ETag of what is known", {"type": "string"}), "header"))
    refusals = {str(status): _refusal(status) for status in sorted({*_COMMON, *endpoint.statuses})}
    answer = {"description": "the answer", "headers": _HEADERS} | (_content(endpoint.answer) if method == "get" else {})
    return {
        "operationId": endpoint.name if method == "get" else f"{endpoint.name}_head",
        "summary": endpoint.meaning,
        "parameters": asked,
        "responses": {"200": answer, "304": {"description": "it is as it was", "headers": _HEADERS}, **refusals},
    }


def _content(answer: type, kind: str = "application/json") -> dict[str, Any]:
    return {"content": {kind: {"schema": {"$ref": _REF.format(name=answer.__name__)}}}}


def _parameter(one: ApiParameter, where: str) -> dict[str, Any]:
    may_be_empty = {"allowEmptyValue": True} if where == "query" else {}  # as a form sends it: it narrows nothing
    about = {"name": one.name, "in": where, "required": where == "path", "description": one.meaning}
    return about | may_be_empty | {"schema": dict(one.schema)}


def _refusal(status: int) -> dict[str, Any]:
    if status == HTTPStatus.TEMPORARY_REDIRECT:
        where = {"Location": {"description": "the story's own address", "schema": {"type": "string"}}}
        return {"description": "the item is a copy", "headers": where}
    return {"description": HTTPStatus(status).phrase} | _content(Problem, PROBLEM)


def _schemas(answers: Iterable[type]) -> dict[str, Any]:
    """Return the schema of every type that the answers hold, each key with its meaning."""
    wanted = list(answers)
    _, found = msgspec.json.schema_components(wanted, ref_template=_REF)
    types = {one.__name__: one for top in wanted for one in _types(top)}
    return {name: _described(types[name], schema) for name, schema in sorted(found.items())}


def _types(answer: Any) -> Iterable[type]:
    """Yield a dataclass and those that its fields hold."""
    if isinstance(answer, type) and hasattr(answer, "__dataclass_fields__"):
        yield answer
        for hint in get_type_hints(answer).values():
            yield from _types(hint)
    for inner in get_args(answer):
        yield from _types(inner)


def _described(answer: type, schema: Mapping[str, Any]) -> dict[str, Any]:
    hints = get_type_hints(answer)
    keys = {
        one.name: schema["properties"][one.name]
        | ({"format": "date-time"} if datetime in {hints[one.name], *get_args(hints[one.name])} else {})
        | {"description": meaning(answer.__name__, one.name)}
        for one in fields(answer)
    }
    return {**schema, "properties": keys}
