"""The OpenAPI description as people read it: nouns, what can be done to each, and the fields that go in and out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NotRequired, TypedDict

from django.utils.text import capfirst
from django.utils.translation import gettext as _

PREFIX = "/api/v1"
# A shape inside a shape inside a shape is read on its own page.
DEEPEST = 3


# The description as the file has it, as far as it is read here.
Schema = TypedDict(
    "Schema",
    {
        "$ref": str,
        "allOf": list["Schema"],
        "oneOf": list["Schema"],
        "type": str,
        "format": str,
        "description": str,
        "enum": list[str | None],
        "nullable": bool,
        "minimum": int,
        "maximum": int,
        "maxLength": int,
        "items": "Schema",
        "properties": dict[str, "Schema"],
        "required": list[str],
    },
    total=False,
)
Parameter = TypedDict(
    "Parameter",
    {"in": str, "name": str, "schema": Schema, "description": NotRequired[str], "required": NotRequired[bool]},
)


class MediaType(TypedDict):
    """What is sent as one media type."""

    schema: Schema


Content = TypedDict("Content", {"application/json": MediaType}, total=False)


class Body(TypedDict, total=False):
    """What is sent, either way."""

    content: Content


Said = TypedDict(
    "Said",
    {
        "operationId": str,
        "description": NotRequired[str],
        "parameters": NotRequired[list[Parameter]],
        "requestBody": NotRequired[Body],
        "responses": dict[str, Body],
        "x-token-scope": str,
    },
)


class Components(TypedDict):
    """The shapes that are named."""

    schemas: dict[str, Schema]


class Info(TypedDict):
    """What stands above all of it."""

    description: str


class Spec(TypedDict):
    """The whole."""

    info: Info
    paths: dict[str, dict[str, Said]]
    components: Components


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name with those around it, what kind of value it has, and what is to be known about it."""

    name: str
    kind: str
    about: str
    required: bool
    values: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Operation:
    """One call."""

    anchor: str
    method: str
    path: str
    about: str
    scope: str
    query: list[Field]
    takes: list[Field]
    gives: list[Field]
    status: str
    paged: bool


@dataclass(frozen=True, slots=True)
class Noun:
    """What the first word of an address stands for."""

    name: str
    title: str
    operations: list[Operation]


def nouns(spec: Spec) -> list[Noun]:
    """Every noun by name, with its operations in the order of the description."""
    found: dict[str, list[Operation]] = {}
    for path, item in spec["paths"].items():
        name = path.removeprefix(PREFIX).split("/")[1]
        found.setdefault(name, []).extend(_operation(spec, path, *pair) for pair in item.items())
    return [Noun(name, capfirst(name.replace("-", " ")), found[name]) for name in sorted(found)]


def _operation(spec: Spec, path: str, method: str, said: Said) -> Operation:
    body = said.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    status = next(code for code in said["responses"] if code != "default")
    answer = said["responses"][status].get("content", {}).get("application/json", {}).get("schema", {})
    rows = _resolved(spec, answer).get("properties", {}).get("results")
    return Operation(
        anchor=said["operationId"].replace("_", "-"),
        method=method.upper(),
        path=path,
        about=said.get("description", ""),
        scope=said["x-token-scope"],
        query=[_parameter(spec, one) for one in said.get("parameters", []) if one["in"] == "query"],
        takes=fields_of(spec, body),
        gives=fields_of(spec, rows["items"] if rows else answer),
        status=status,
        paged=rows is not None,
    )


def _parameter(spec: Spec, said: Parameter) -> Field:
    own = said["schema"]
    about = "" if "enum" in own else said.get("description", "")
    return Field(said["name"], _kind(spec, own), about, said.get("required", False), _values(spec, own))


def fields_of(spec: Spec, schema: Schema, before: str = "", depth: int = 1) -> list[Field]:
    """The fields of a shape, and after each that holds another shape those of that one."""
    return list(_fields(spec, schema, before, depth))


def _fields(spec: Spec, schema: Schema, before: str, depth: int) -> Iterator[Field]:
    shape = _resolved(spec, schema)
    for name, said in shape.get("properties", {}).items():
        own = _resolved(spec, said)
        inner = _resolved(spec, own.get("items", {})) if own.get("type") == "array" else own
        shown = f"{before}{name}" + ("[]" if own.get("type") == "array" and "properties" in inner else "")
        about = "" if _values(spec, own) else said.get("description", own.get("description", ""))
        yield Field(shown, _kind(spec, said), about, name in shape.get("required", ()), _values(spec, own))
        if "properties" in inner and depth < DEEPEST:
            yield from _fields(spec, inner, f"{shown}.", depth + 1)


def _kind(spec: Spec, said: Schema) -> str:
    own = _resolved(spec, said)
    empty = _(" or null") if said.get("nullable") or own.get("nullable") else ""
    if own.get("type") == "array":
        return _("list of %(kind)s") % {"kind": _kind(spec, own.get("items", {}))} + empty
    words = {
        "uuid": _("id"),
        "date-time": _("instant"),
        "date": _("date"),
        "email": _("e-mail address"),
        "integer": _("whole number"),
        "number": _("number"),
        "boolean": _("true or false"),
        "string": _("text"),
    }
    return words.get(own.get("format", ""), words.get(own.get("type", ""), _("object"))) + empty + _limits(own)


def _limits(own: Schema) -> str:
    low, high = own.get("minimum"), own.get("maximum")
    if low is not None and high is not None:
        return _(", %(low)s to %(high)s") % {"low": f"{low:,}", "high": f"{high:,}"}
    most = own.get("maxLength")
    return _(", at most %(most)s characters") % {"most": f"{most:,}"} if most else ""


def _values(spec: Spec, said: Schema) -> list[str]:
    own = _resolved(spec, said)
    if own.get("type") == "array":
        return _values(spec, own.get("items", {}))
    return [str(value) for value in own.get("enum", []) if value is not None and value != ""]


def _resolved(spec: Spec, said: Schema) -> Schema:
    """What a reference stands for; one that is wrapped, so that something can be said beside it, too."""
    while "$ref" in said or "allOf" in said or "oneOf" in said:
        wrapped = said.get("allOf") or said.get("oneOf")
        said = wrapped[0] if wrapped else spec["components"]["schemas"][said["$ref"].rsplit("/", 1)[1]]
    return said
