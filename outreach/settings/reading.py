"""The only reader of the environment: a workspace's settings, or everything that is wrong with them."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from outreach.errors import SettingsError
from outreach.settings.whole import FILE, SECRETS_FILE, Settings
from outreach.settings.words import in_words


def workspace_from_environment() -> Path:
    """The folder that `OUTREACH_WORKSPACE` names, else the one we stand in."""
    return Path(os.environ.get("OUTREACH_WORKSPACE", "."))


def read_settings(workspace: Path) -> Settings:
    """The settings of a workspace. Raises SettingsError with every problem and what to do about each."""
    file = workspace / FILE
    if not file.is_file():
        raise SettingsError(
            [f"{file}: there is no settings file here; `outreach init {workspace}` makes a workspace"]
        )
    try:
        return Settings(workspace=workspace)  # type: ignore[call-arg]  # the rest comes from file and environment
    except ValidationError as error:
        text = file.read_text(encoding="utf-8", errors="replace")
        raise SettingsError([_problem(file, text, each) for each in error.errors()]) from None
    except ValueError as error:  # the TOML itself does not parse: its message has line and column
        raise SettingsError([f"{file}: {error}"]) from None
    except OSError as error:
        raise SettingsError([f"{error.filename or file}: cannot be read ({error.strerror})"]) from None


def _problem(file: Path, text: str, error: Any) -> str:
    """One line: where it is set, the path of the key, what is wrong."""
    path = [str(part) for part in error["loc"] if part not in {*TAGS, "[key]"}]
    return f"{_where(file, text, path)}: {'.'.join(path) or 'settings'}: {in_words(error)}"


TAGS = {"files", "sql", "http", "word", "carriers"}
"""Parts of a place that pydantic adds."""


def _where(file: Path, text: str, path: list[str]) -> str:
    """The variable that sets this key, else file and line of the nearest key that the file has."""
    name = f"OUTREACH_{'__'.join(path)}".upper()
    if name in os.environ:
        return name
    secrets = file.with_name(SECRETS_FILE)
    if secrets.is_file() and f"\n{name}=" in "\n" + secrets.read_text(encoding="utf-8", errors="replace"):
        return f"{secrets}: {name}"
    line = _line_of(text, path)
    return f"{file}:{line}" if line else str(file)


def _line_of(text: str, path: list[str]) -> int:
    """The line that sets this key, or what it is part of; 0 where the file has neither."""
    found = depth = 0
    inside: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            here = inside = _parts(stripped.partition("]")[0].strip("[] "))
        elif "=" in stripped and not stripped.startswith("#"):
            here = [*inside, *_parts(stripped.partition("=")[0])]
        else:
            continue
        if len(here) > depth and path[: len(here)] == here:
            found, depth = number, len(here)
    return found


def _parts(key: str) -> list[str]:
    """A dotted key of TOML, taken apart."""
    return [quoted or bare for quoted, bare in re.findall(r'"([^"]*)"|([^\s."]+)', key)]
