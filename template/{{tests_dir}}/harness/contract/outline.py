"""What callers rely on in an OpenAPI description, without the words around it."""

from collections.abc import Iterator, Mapping
from typing import Any

# The keys below these are names of the API's own: a property called `title` is no title.
NAMES = frozenset(
    {"components", "content", "headers", "paths", "properties", "responses", "schemas"}
    | {"securitySchemes", "$defs", "patternProperties"}
)
WORDS = frozenset({"title", "summary", "description", "example", "examples"})
VALUES = frozenset({"default", "const", "enum"})

Outline = dict[str, Any]


def without_words(description: Mapping[str, Any]) -> dict[str, Any]:
    """Return the description without `info`, titles, summaries and explanations."""
    return {key: _strip(value, key) for key, value in description.items() if key != "info"}


def _strip(value: Any, key: str) -> Any:
    if isinstance(value, list):
        return [_strip(each, "") for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: each if name in VALUES and key not in NAMES else _strip(each, name)
        for name, each in value.items()
        if key in NAMES or name not in WORDS
    }


def operations(description: Mapping[str, Any]) -> dict[str, Outline]:
    """Return `{"GET /api/users": outline}`, each with the schemas that it refers to."""
    schemas = description.get("components", {}).get("schemas", {})
    return {
        f"{method.upper()} {path}": dict(_operation(operation, schemas))
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
        if isinstance(operation, dict)
    }


def _operation(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> Iterator[Any]:
    for key, value in operation.items():
        if key == "parameters":
            for each in value:
                schema = _schema(each.get("schema", {}), schemas)
                required = each.get("required", False)
                yield f"{each['in']} {each['name']}", {**schema, "required": required}
        elif key == "requestBody":
            yield "body", {**_content(value, schemas), "required": value.get("required", False)}
        elif key == "responses":
            for status, answer in value.items():
                yield f"answer {status}", _content(answer, schemas)
        else:
            yield key, value


def _content(holder: Mapping[str, Any], schemas: Mapping[str, Any]) -> Outline:
    outline: Outline = {}
    for media_type, content in holder.get("content", {}).items():
        schema = _schema(content.get("schema", {}), schemas)
        outline |= schema if media_type == "application/json" else {media_type: schema}
    if holder.get("headers"):
        outline["headers"] = holder["headers"]
    return outline


def _schema(schema: Any, schemas: Mapping[str, Any], within: tuple[str, ...] = ()) -> Any:
    """Return a schema with its references followed, and its properties as keys of its own."""
    if isinstance(schema, list):
        return [_schema(each, schemas, within) for each in schema]
    if not isinstance(schema, dict):
        return schema
    name = str(schema.get("$ref", "")).removeprefix("#/components/schemas/")
    if name in schemas and name not in within:
        return _schema(schemas[name], schemas, (*within, name))
    outline: Outline = {}
    for key, value in schema.items():
        if key == "properties":
            for each, inner in value.items():
                required = each in schema.get("required", ())
                outline[f".{each}"] = {**_schema(inner, schemas, within), "required": required}
        elif key in VALUES:
            outline[key] = value
        elif key != "required":
            outline[key] = _schema(value, schemas, within)
    return outline
