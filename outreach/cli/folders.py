"""Where a workspace's rules and templates lie: as its settings say, or by defaults where it has none."""

from __future__ import annotations

from pathlib import Path

import click

from outreach.cli.console import err
from outreach.settings import FILE, Settings, read_settings

RULES, TEMPLATES = Path("rules"), Path("templates")
ANY_FIRM = "Acme"
"""Whose messages are measured where nobody says whose they are."""


def own_settings() -> Settings | None:
    """The workspace's settings; None, told once on stderr, where there is no settings file.

    Raises SettingsError where there is one that does not fit.
    """
    context = click.get_current_context()
    workspace = workspace_of(context)
    if (workspace / FILE).is_file():
        return read_settings(workspace)
    root = context.find_root()
    if not root.meta.get(FILE):
        root.meta[FILE] = True
        err.print(
            f"There is no {FILE} in {workspace.absolute()}: checked by the defaults "
            f"(rules/, templates/, firm {ANY_FIRM}, default_locale en).",
            markup=False,
        )
    return None


def own_rules() -> Path:
    """The workspace's rule folder."""
    settings = own_settings()
    workspace = workspace_of(click.get_current_context())
    return workspace / RULES if settings is None else settings.at(settings.rules)


def own_templates() -> Path:
    """The workspace's folder of templates."""
    settings = own_settings()
    workspace = workspace_of(click.get_current_context())
    return workspace / TEMPLATES if settings is None else settings.at(settings.templates)


def workspace_of(context: click.Context) -> Path:
    """The folder that the command line or the environment names."""
    return context.obj if isinstance(context.obj, Path) else Path()
