"""The report page over a socket, and Chromium over it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette

from outreach.web.sayings import Sayings
from outreach.web.server import server_config
from tests.doors.browser.driving import CHROMIUMS, PARTS, PATIENCE
from tests.doors.report_world import SAYINGS, ReportWorld
from tests.prove.strangers.parts import NoNode, node_modules


def from_the_right() -> Sayings:
    """Every language there is, and English set from the right: a page must bear that, too."""
    turned = {**SAYINGS.texts["en"], "direction": "rtl"}
    return Sayings(texts={"he": turned, **SAYINGS.texts}, default="en")


@contextmanager
def served(world: ReportWorld) -> Iterator[str]:
    """The page of a world over a socket of this machine: its address."""
    app = Starlette()
    replace(world.door(), sayings=from_the_right()).mount(app)
    server = uvicorn.Server(server_config(app, "127.0.0.1", 0))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        runner = threading.Thread(target=server.run, args=([listener],))
        runner.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            runner.join(timeout=10)


def looked_at(world: ReportWorld, tags: tuple[str, ...]) -> dict[str, Any]:
    """What Chromium finds in these languages. Raises NoNode where a part is missing."""
    chromium = next((path for name in CHROMIUMS if (path := shutil.which(name))), None)
    if chromium is None:
        raise NoNode("no Chromium here: apt-get install chromium")
    modules = node_modules(*PARTS)
    with served(world) as base:
        plan = {"chromium": chromium, "base": base, "paths": [f"/report?lang={tag}" for tag in tags]}
        done = subprocess.run(
            ["node", str(Path(__file__).with_name("report.cjs"))],
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
