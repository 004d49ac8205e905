"""Checks traffic against Discord's own OpenAPI document, which the environment names and nobody commits.

`Document.load(path).check(exchange)` returns sentences about what differs, in the request that the bot sent
and in the answer that the sandbox gave. What is known to differ, and why, is in `openapi_exceptions.py`.
"""

import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import jsonschema_rs
from jsonschema import Draft202012Validator, exceptions
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from bot.sandbox.rest.call import Exchange
from tests.openapi_exceptions import EXCEPTIONS, ids_as_text

Json = dict[str, Any]
VARIABLE = "DISCORD_OPENAPI"
"""The environment variable with the document's path."""

WITHOUT = f"{VARIABLE} does not name Discord's OpenAPI document"
"""Why a test that needs the document is skipped."""

_URI = "urn:discord"
_ID, _ANY_ID = re.compile(r"\b\d{17,20}\b"), "1" * 19
_LIBRARY = cast("Any", exceptions)  # its types are partly unknown


@dataclass(eq=False)
class Document:
    """The document, its validators made once each.

    Whether anything differs is said by jsonschema-rs, which is far faster; what does, by jsonschema.
    """

    root: Json = field(repr=False)
    _registry: Any = field(repr=False)
    _quick_registry: jsonschema_rs.Registry = field(repr=False)
    _validators: dict[str, Any] = field(default_factory=dict[str, Any], repr=False)
    _quick: dict[str, jsonschema_rs.Draft202012Validator] = field(
        default_factory=dict[str, jsonschema_rs.Draft202012Validator], repr=False
    )
    _fits: dict[tuple[int, str], bool] = field(default_factory=dict[tuple[int, str], bool], repr=False)
    _compared: dict[bytes, list[str]] = field(default_factory=dict[bytes, list[str]], repr=False)
    _patterns: list[tuple[str, re.Pattern[str]]] = field(
        default_factory=list[tuple[str, re.Pattern[str]]], repr=False
    )

    def __post_init__(self) -> None:
        for template in sorted(self.root["paths"], key=lambda one: one.count("{")):
            pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template))
            self._patterns.append((template, re.compile(pattern)))

    @staticmethod
    @cache
    def load(path: str) -> "Document":
        """Read the document; the same object for the same path."""
        root: Json = json.loads(Path(path).read_text(encoding="utf-8"))
        resource = Resource(contents=root, specification=DRAFT202012)
        quick = jsonschema_rs.Registry([(_URI, root)])
        return Document(root, cast("Any", Registry)().with_resource(_URI, resource), quick)

    @classmethod
    def from_environment(cls) -> "Document | None":
        """Return the document that the environment names, if it names one."""
        path = os.environ.get(VARIABLE)
        return cls.load(path) if path else None

    # What is asked of it

    def check(self, exchange: Exchange) -> list[str]:
        """Return what differs between an exchange and the document; nothing for an injected fault."""
        if exchange.fault:
            return []
        template = self._template(exchange)
        label = f"{exchange.method} {template or exchange.path}"
        if template is None:
            return _excused(label, ["request: this route is not in the document"])
        pointer = ("paths", template)
        operation = (*pointer, exchange.method.lower())
        found = [f"request: {one}" for one in self._parameters(exchange, template)]
        found += [f"request: {one}" for one in self._body(exchange, operation)]
        found += [f"answer {exchange.status}: {one}" for one in self._answer(exchange, operation)]
        return _excused(label, found)

    def check_all(self, exchanges: Iterable[Exchange]) -> list[str]:
        """Return what differs in all of them, each difference once."""
        return list(dict.fromkeys(one for exchange in exchanges for one in self.check(exchange)))

    def check_object(self, schema: str, value: object) -> list[str]:
        """Return what differs between any object and one of the document's named schemas."""
        found = self._compare(("components", "schemas", schema), value)
        return _excused(schema, [f"object: {one}" for one in found])

    # Parts of an exchange

    def _template(self, exchange: Exchange) -> str | None:
        """Find the path that matches, the most literal first."""
        paths: Json = self.root["paths"]
        for template, pattern in self._patterns:
            if exchange.method.lower() in paths[template] and pattern.fullmatch(exchange.path):
                return template
        return None

    def _parameters(self, exchange: Exchange, template: str) -> list[str]:
        item: Json = self.root["paths"][template]
        operation: Json = item[exchange.method.lower()]
        declared: list[Json] = [*item.get("parameters", []), *operation.get("parameters", [])]
        match = dict(self._patterns)[template].fullmatch(exchange.path)
        given = match.groupdict() if match else {}
        values = {"path": given, "query": exchange.query}
        found: list[str] = []
        for one in declared:
            value = values.get(one["in"], {}).get(one["name"])
            if value is not None:
                found += [f"{one['name']}: {text}" for text in self._schema_errors(one["schema"], value)]
        known = {one["name"] for one in declared if one["in"] == "query"}
        return found + [f"unknown query parameter {name}" for name in set(exchange.query) - known]

    def _schema_errors(self, schema: Json, text: str) -> list[str]:
        """Check a parameter, which arrives as text."""
        value: object = text
        if schema.get("type") == "integer" and re.fullmatch(r"-?\d+", text):
            value = int(text)
        elif schema.get("type") == "boolean" and text.lower() in {"0", "1", "true", "false"}:
            value = True
        return [error.message for error in self._validator(_rebase(schema)).iter_errors(value)]

    def _body(self, exchange: Exchange, operation: tuple[str, ...]) -> list[str]:
        content = self._at(operation).get("requestBody", {}).get("content", {})
        if not content:
            return ["a body where none belongs"] if exchange.body is not None else []
        if exchange.multipart and "multipart/form-data" not in content:
            return ["a multipart body where none belongs"]
        # A multipart request's payload_json is what the JSON schema describes; its files are bytes.
        where = (*operation, "requestBody", "content", "application/json", "schema")
        return self._compare(where, ids_as_text(exchange.body))

    def _answer(self, exchange: Exchange, operation: tuple[str, ...]) -> list[str]:
        responses: Json = self._at(operation)["responses"]
        wanted = (str(exchange.status), f"{exchange.status // 100}XX")
        key = next((one for one in wanted if one in responses), None)
        if key is None:
            return [f"the document has no status {exchange.status} here"]
        where = (*operation, "responses", key)
        if "$ref" in responses[key]:
            where = tuple(responses[key]["$ref"].removeprefix("#/").split("/"))
        if not self._at(where).get("content"):
            return [] if exchange.answer is None else ["a body where none belongs"]
        return self._compare((*where, "content", "application/json", "schema"), exchange.answer)

    # Schemas

    def _at(self, pointer: tuple[str, ...]) -> Json:
        node: Any = self.root
        for part in pointer:
            node = node[part]
        return node

    def _validator(self, schema: Json) -> Any:  # the library's own types are partly unknown
        return Draft202012Validator(schema, registry=self._registry)

    def _compare(self, pointer: tuple[str, ...], value: object) -> list[str]:
        """What differs; of what differs from earlier values in its ids alone, what was found then."""
        escaped = "/".join(part.replace("~", "~0").replace("/", "~1") for part in pointer)
        key = sha256(f"{escaped} {_ID.sub(_ANY_ID, json.dumps(value))}".encode()).digest()
        if key not in self._compared:
            self._compared[key] = self._differences(escaped, pointer, value)
        return self._compared[key]

    def _differences(self, escaped: str, pointer: tuple[str, ...], value: object) -> list[str]:
        found = [] if self._is_valid(escaped, value) else self._errors(escaped, value)
        return found + [f"unknown property {name}" for name in self._unknown([self._at(pointer)], value, "")]

    def _is_valid(self, escaped: str, value: object) -> bool:
        validator = self._quick.get(escaped)
        if validator is None:
            schema = {"$ref": f"{_URI}#/{quote(escaped, safe='/~')}"}
            validator = jsonschema_rs.Draft202012Validator(schema, registry=self._quick_registry)
            self._quick[escaped] = validator
        return validator.is_valid(value)

    def _errors(self, escaped: str, value: object) -> list[str]:
        validator = self._validators.get(escaped)
        if validator is None:
            validator = self._validators[escaped] = self._validator({"$ref": f"{_URI}#/{escaped}"})
        found: list[str] = []
        for error in validator.iter_errors(value):
            deepest = _LIBRARY.best_match([error]) or error
            found.append(f"{_dotted(deepest.absolute_path)}: {deepest.message[:300]}")
        return found

    def _unknown(self, schemas: list[Json], value: object, path: str) -> list[str]:
        """Name properties that none of the schemas knows: the document leaves objects open."""
        flat = [one for schema in schemas for one in self._flatten(schema, value)]
        if isinstance(value, list):
            items: list[Json] = [one["items"] for one in flat if "items" in one]
            inside = cast("list[object]", value)
            return (
                [name for one in inside for name in self._unknown(items, one, f"{path}[]")] if items else []
            )
        if not isinstance(value, dict) or not flat:
            return []
        found: list[str] = []
        for name, inner in cast("Json", value).items():
            below: list[Json] = [one["properties"][name] for one in flat if name in one.get("properties", {})]
            extra = [one["additionalProperties"] for one in flat if "additionalProperties" in one]
            below += [one for one in extra if isinstance(one, dict)]
            if below:
                found += self._unknown(below, inner, f"{path}.{name}")
            elif any("properties" in one for one in flat):
                found.append(f"{path}.{name}")
        return found

    def _flatten(self, schema: Json, value: object) -> list[Json]:
        """Return the plain schemas that may describe `value`: references followed, unions narrowed."""
        if "$ref" in schema:
            return self._flatten(self._at(tuple(schema["$ref"].removeprefix("#/").split("/"))), value)
        parts = [one for part in schema.get("allOf", []) for one in self._flatten(part, value)]
        branches = [*schema.get("oneOf", []), *schema.get("anyOf", [])]
        for branch in branches:
            plain = self._flatten(branch, value)
            if all(self._type_fits(one, value) for one in plain):
                parts += plain
        return [schema, *parts] if "properties" in schema or not parts else parts

    def _type_fits(self, plain: Json, value: object) -> bool:
        kind = plain.get("properties", {}).get("type")
        if kind is None or not isinstance(value, dict) or "type" not in value:
            return True
        given = cast("Json", value)["type"]
        key = id(kind), repr(given)  # it is a part of the document, which stays
        if key not in self._fits:
            self._fits[key] = self._validator(_rebase(kind)).is_valid(given)
        return self._fits[key]


def _rebase(schema: Any) -> Any:  # any part of a schema
    """Make local references point into the document, for a part that is used on its own."""
    if isinstance(schema, dict):
        part = cast("Json", schema)
        return {key: f"{_URI}{value}" if key == "$ref" else _rebase(value) for key, value in part.items()}
    return [_rebase(one) for one in cast("list[Any]", schema)] if isinstance(schema, list) else schema


def _dotted(path: Any) -> str:  # a deque of names and numbers
    return ".".join(str(part) for part in path) or "the whole"


def _excused(label: str, found: list[str]) -> list[str]:
    """Drop what the list of exceptions explains; name the rest by its route."""
    return [f"{label}: {one}" for one in found if not any(rule.covers(label, one) for rule in EXCEPTIONS)]
