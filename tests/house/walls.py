"""What the house is made of: its files, read as syntax trees, and the names they bind."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def trees() -> dict[str, ast.Module]:
    """Every module of the package, by its path from the root."""
    files = sorted((ROOT / "outreach").rglob("*.py"))
    return {file.relative_to(ROOT).as_posix(): ast.parse(file.read_text("utf-8")) for file in files}


@cache
def committed() -> tuple[Path, ...]:
    """Every file of the project: what git knows of, or, outside a clone, what lies there."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode == 0:
        return tuple(
            file for name in listed.stdout.decode().split("\0") if name and (file := ROOT / name).is_file()
        )
    folders = ("outreach", "tests", "docs", "rules", "templates", "alembic", "bench", "examples", ".ci")
    return tuple(file for name in folders for file in (ROOT / name).rglob("*") if file.is_file())


def functions() -> Iterator[tuple[str, Function]]:
    """Every function and method of the package, with its file."""
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, Function):
                yield path, node


def bound_names(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every name that a module gives to something: classes, functions, arguments, variables, imports as."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                yield node.name, node.lineno
            case ast.arg():
                yield node.arg, node.lineno
            case ast.Name(ctx=ast.Store()) | ast.Attribute(ctx=ast.Store()):
                yield node.id if isinstance(node, ast.Name) else node.attr, node.lineno
            case ast.alias(asname=str(name)):
                yield name, getattr(node, "lineno", 0)
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name, node.lineno
