"""The only reader of the environment: a workspace's settings, or everything that is wrong with them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from outreach.errors import SettingsError
from outreach.settings.whole import FILE, Settings


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
    """One line: file, line of the nearest key where it is in the file, path of the key, what is wrong."""
    path = [str(part) for part in error["loc"] if part not in {"files", "sql", "http", "word", "carriers"}]
    line = _line_of(text, path)
    where = f"{file}:{line}" if line else str(file)
    return f"{where}: {'.'.join(path) or 'settings'}: {error['msg']}"


def _line_of(text: str, path: list[str]) -> int:
    """The line that sets this key, or its table's; 0 where the file has neither."""
    found = 0
    inside = ""
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            inside = stripped.strip("[] ")
            if inside and ".".join(path).startswith(inside):
                found = number
        key = stripped.split("=")[0].strip().strip('"')
        full = f"{inside}.{key}" if inside else key
        if "=" in stripped and full == ".".join(path):
            return number
    return found
