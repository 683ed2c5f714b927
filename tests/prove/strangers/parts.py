"""Programs from npm and published specifications: fetched once, started for the length of a block."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.adapters.loopback import closed_port
from tests.prove.figures import LeftOut
from tests.prove.ground import SPECS
from tests.prove.strangers.openapi import openapi_of

PRISM = "@stoplight/prism-cli@5"
MAILDEV = "maildev@2.2.1"
INSTALL_PATIENCE = 300
START_PATIENCE = 90

TWILIO = "twilio_api_v2010.json"
SENDGRID = "tsg_mail_v3.json"
FCM = "fcm.v1.json"
PACKED = {TWILIO: ("@twilio/cli-core@8", "@twilio/cli-core/src/services/twilio-api/twilio_api_v2010.json")}
"""Specifications that an npm package carries as they were published."""

DISCOVERY = "google-api-python-client", "googleapiclient/discovery_cache/documents/fcm.v1.json"
HOW = f"set {SPECS} to a folder with it"


class NoNode(Exception):
    """Node, npm, or a package of it cannot be had here."""


def node_modules(*packages: str) -> Path:
    """A folder with these npm packages, installed at most once on this machine. Raises NoNode."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        raise NoNode("no node and npm here")
    name = hashlib.sha256(" ".join(packages).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"outreach-npm-{os.getuid()}-{name}"
    folder.mkdir(mode=0o700, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # claims run side by side
        if not (folder / "whole").exists():
            _install(folder, packages)
            (folder / "whole").touch()
    return folder / "node_modules"


def _install(folder: Path, packages: Sequence[str]) -> None:
    words = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder]
    try:
        done = subprocess.run(
            [*words, *packages],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=INSTALL_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise NoNode(f"npm install {' '.join(packages)} took longer than {INSTALL_PATIENCE} s") from late
    if done.returncode:
        raise NoNode(f"npm install {' '.join(packages)} failed")


@contextmanager
def started(words: Sequence[str], port: int, log: Path) -> Iterator[str]:
    """A process that listens on this port, for the length of a block. Raises RuntimeError where it dies."""
    with log.open("wb") as output:
        process = subprocess.Popen([*words], stdout=output, stderr=output, cwd=log.parent)
    try:
        _await(process, port, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + START_PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"{log.stem} ended with {process.returncode}")
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"{log.stem} does not listen after {START_PATIENCE} s")


@contextmanager
def prism(specification: str, folder: Path) -> Iterator[str]:
    """Prism on a published specification: its address. Raises LeftOut where a part of it cannot be had."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        found = published(specification, folder)
        modules = node_modules(PRISM)
    except NoNode as without:
        raise LeftOut(f"{without}, so nothing was shown against Prism on {specification}") from None
    port = closed_port()
    words = [modules / ".bin" / "prism", "mock", "-h", "127.0.0.1", "-p", str(port), found]
    with started([str(word) for word in words], port, folder / "prism.log") as url:
        yield url


def published(name: str, folder: Path) -> Path:
    """The specification as its party published it, in OpenAPI. Raises LeftOut or NoNode."""
    told = os.environ.get(SPECS, "")  # noqa: TID251  # the one way to say where they lie
    here = Path(told) / name
    if name == FCM:
        discovery = here if told and here.is_file() else _discovery(folder)
        made = folder / "openapi.json"
        made.write_text(json.dumps(openapi_of(json.loads(discovery.read_text("utf-8")))), encoding="utf-8")
        return made
    if told and here.is_file():
        return here
    if name in PACKED:
        package, path = PACKED[name]
        return node_modules(package) / path
    raise LeftOut(f"the specification {name} is not here: {HOW}")


def _discovery(folder: Path) -> Path:
    """Google's discovery document of FCM, out of its own Python package, which is not installed."""
    package, path = DISCOVERY
    words = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check"]
    done = subprocess.run(
        [*words, "--dest", str(folder), package], capture_output=True, timeout=INSTALL_PATIENCE, check=False
    )
    wheels = [*folder.glob("google_api_python_client-*.whl")]
    if done.returncode or not wheels:
        raise LeftOut(f"{package}, which carries FCM's discovery document, cannot be had: {HOW}")
    with zipfile.ZipFile(wheels[0]) as wheel:
        return Path(wheel.extract(path, folder))
