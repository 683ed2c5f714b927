"""A group whose commands are loaded when they are asked for: each starts with its own modules alone."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click


class LateGroup(click.Group):
    """A group of commands that stand in other modules; `late` has "module:attribute" by name."""

    def __init__(self, *args: Any, late: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.late = late

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, those that have not been loaded included."""
        return sorted({*super().list_commands(ctx), *self.late})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, loaded now; None where there is none."""
        if cmd_name not in self.late:
            return super().get_command(ctx, cmd_name)
        module, attribute = self._place(cmd_name)
        found: click.Command = getattr(import_module(module), attribute)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Every command with what its docstring says of it, read where it stands: loading takes seconds."""
        shown = click.Group(self.name)
        for name in self.list_commands(ctx):
            said = _said_of(*self._place(name)) if name in self.late else None
            told = self.get_command(ctx, name) if said is None else click.Command(name, help=said)
            if told is not None:
                shown.add_command(told, name)
        shown.format_commands(ctx, formatter)

    def _place(self, name: str) -> tuple[str, str]:
        module, _, attribute = self.late[name].partition(":")
        return module, attribute


def _said_of(module: str, attribute: str) -> str | None:
    """The docstring of a function of a module, or of the one that it imports it from; None where it is made
    otherwise."""
    spec = find_spec(module)
    source = Path(spec.origin).read_text(encoding="utf-8") if spec and spec.origin else ""
    for each in ast.parse(source).body:
        if isinstance(each, ast.FunctionDef) and each.name == attribute:
            return ast.get_docstring(each)
        if isinstance(each, ast.ImportFrom) and each.module:
            for name in each.names:
                if (name.asname or name.name) == attribute:
                    return _said_of(each.module, name.name)
    return None
