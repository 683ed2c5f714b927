"""Driving Chromium over galleries of messages: every card measured, on a small phone and on a desk."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from outreach.wiring.previewing import Gallery, Wanted, gallery_of, page
from tests.doors.browser.driving import CHROMIUMS, PARTS, PATIENCE, SHOTS
from tests.prove.strangers.parts import NoNode, node_modules

ROOT = Path(__file__).parents[3]
WIDTHS = (360, 1280)
LONGEST = ("longest",)
HELD = ("held",)


def a_desk(folder: Path, templates: Path = ROOT / "templates", rules: Path = ROOT / "rules") -> Path:
    """A workspace that is no more than its settings, over these folders."""
    folder.mkdir(parents=True, exist_ok=True)
    told = {
        "firm": "Acme",
        "mail_from": "safety@acme.example",
        "rules": str(rules),
        "templates": str(templates),
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in told.items()]
    (folder / "outreach.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def a_gallery(desk: Path, **wanted: Any) -> Gallery:
    """The gallery of a workspace."""
    return gallery_of(desk, Wanted(**wanted), lambda done, of: None)


def looked_at(
    folder: Path,
    galleries: dict[str, Gallery],
    values: Sequence[str] = LONGEST,
    transfers: Sequence[str] = HELD,
) -> dict[str, Any]:
    """What Chromium finds in the pages of these galleries. Raises NoNode where a part is missing."""
    chromium = next((path for name in CHROMIUMS if (path := shutil.which(name))), None)
    if chromium is None:
        raise NoNode("no Chromium here: apt-get install chromium fonts-noto-core fonts-noto-cjk")
    modules = node_modules(*PARTS)
    pages = []
    for name, gallery in galleries.items():
        file = folder / f"{name}.html"
        file.write_text(page(gallery), encoding="utf-8")
        pages.append({"name": name, "url": file.as_uri(), "locales": gallery.locales})
    plan = {
        "chromium": chromium,
        "shots": os.environ.get(SHOTS),  # noqa: TID251  # a person asks for pictures
        "pages": pages,
        "widths": WIDTHS,
        "values": values,
        "transfers": transfers,
    }
    return _driven(plan, modules)


def _driven(plan: dict[str, Any], modules: Path) -> dict[str, Any]:
    done = subprocess.run(
        ["node", str(Path(__file__).with_name("messages.cjs"))],
        input=json.dumps(plan),
        env={**os.environ, "NODE_PATH": str(modules)},  # noqa: TID251  # node's own way to find packages
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
