"""A small templates folder to write into."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.adapters.renderer.renderer_pages import LAYOUT, NEVER_SAY, SHARED, put, source


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the layout, shared English lines and one English template, `p/leaving`."""
    put(tmp_path, "shared/layout.html.j2", LAYOUT)
    put(tmp_path, "shared/en.j2", SHARED)
    put(tmp_path, "shared/never_say.en.toml", NEVER_SAY)
    put(tmp_path, "p/leaving.en.j2", source())
    return tmp_path
