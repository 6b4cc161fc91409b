"""Signatures say what they take and give: few of the product's have ``Any``, a bare ``object`` or a ``cast``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

# Per cent of the product's functions.
MOST = 4
ROOT = Path(settings.BASE_DIR)
OURS = ("core", "clients", "slas", "agreements", "incidents", "monitoring", "backlog", "retainer")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(source: str) -> Iterator[Function]:
    """Every function, method and inner function of a file."""
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, Function))


def says_nothing(function: Function) -> bool:
    """Whether an argument or the answer may be anything, or the body makes a type up."""
    return any(map(_is_anything, _annotations(function))) or any(map(_is_cast, ast.walk(function)))


def _annotations(function: Function) -> Iterator[ast.expr]:
    given = function.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    yield from (one.annotation for one in named if one and one.annotation)
    if function.returns:
        yield function.returns


def _is_anything(annotation: ast.expr) -> bool:
    if isinstance(annotation, ast.Name) and annotation.id == "object":
        return True
    return any(isinstance(part, ast.Name) and part.id == "Any" for part in ast.walk(annotation))


def _is_cast(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "cast"


def product() -> list[Path]:
    """The files of the product without its migrations."""
    return [path for app in OURS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]


def test_few_signatures_take_or_give_anything() -> None:
    found = [(path, one) for path in product() for one in functions(path.read_text())]
    bad = [f"{path.relative_to(ROOT)}:{one.lineno} {one.name}" for path, one in found if says_nothing(one)]
    assert 100 * len(bad) < MOST * len(found), f"{len(bad)} of {len(found)}:\n" + "\n".join(bad)


@pytest.mark.parametrize(
    ("source", "bad"),
    [
        ("def f(a: int) -> str: ...", False),
        ("def f(a: list[object]) -> str: ...", False),
        ("def f(a: object) -> str: ...", True),
        ("def f(*a: dict[str, Any]) -> str: ...", True),
        ("def f(**a: Any) -> str: ...", True),
        ("def f(*, a: Any | None = None) -> str: ...", True),
        ("def f() -> Any: ...", True),
        ("async def f() -> Any: ...", True),
        ("def f() -> int: return cast(int, g())", True),
    ],
)
def test_a_signature_is_judged_by_every_annotation_and_its_casts(source: str, bad: bool) -> None:
    assert [says_nothing(one) for one in functions(source)] == [bad]
