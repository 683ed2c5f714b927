"""The wheel, alone in a fresh environment, lays out a workspace, runs a cycle and tells a history."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

from tests.prove.figures import Figure
from tests.prove.ground import Ground, environment

PATIENCE = 420
ASKED = "import alembic.command, outreach; print(outreach.__file__)"


def run(ground: Ground) -> dict[str, Figure]:
    """Built by pip from the clone; nothing of the clone is on the path when it is used."""
    dist = ground.place("dist")
    _run(
        ground.root,
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "-w",
        str(dist),
        str(ground.root),
    )
    (wheel,) = dist.glob("outreach-*.whl")
    home = ground.place("home")
    venv.create(home / "venv", with_pip=True)
    python = str(home / "venv" / "bin" / "python")
    constraints = str(ground.root / "constraints.txt")
    _run(home, python, "-m", "pip", "install", "--quiet", "-c", constraints, str(wheel))
    where = Path(_run(home, python, "-c", ASKED).strip())
    told = _use(home, str(home / "venv" / "bin" / "outreach"))
    return {
        "modules imported from elsewhere": Figure(
            int(not where.is_relative_to(home)), 1, "installed package"
        ),
        "commands that did not do their work": Figure(
            sum(not ok for ok in told.values()), len(told), _names(told)
        ),
    }


def _names(told: dict[str, bool]) -> str:
    failed = [name for name, ok in told.items() if not ok]
    return f"commands of the installed wheel ({', '.join(failed or told)})"


def _use(home: Path, outreach: str) -> dict[str, bool]:
    """Each command, and whether it did what it is for."""
    acme = str(home / "acme")
    told = {
        "init": _said(home, outreach, "init", acme),
        "migrate": _said(home, outreach, "-w", acme, "migrate"),
        "doctor": _said(home, outreach, "-w", acme, "doctor"),
        "rules check": _said(home, outreach, "-w", acme, "rules", "check"),
        "templates check": _said(home, outreach, "-w", acme, "templates", "check"),
        "run --once": _said(home, outreach, "-w", acme, "run", "--once"),
        "history": _said(home, outreach, "-w", acme, "history", "--since", "1d", "--format", "csv"),
    }
    wanted = {"run --once": "to be warned", "history": "pig_butchering", "migrate": "head"}
    return {name: said is not None and wanted.get(name, "") in said for name, said in told.items()}


def _said(folder: Path, *words: str) -> str | None:
    done = _done(folder, *words)
    return None if done.returncode else done.stdout


def _run(folder: Path, *words: str) -> str:
    done = _done(folder, *words)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words[1:5])} ended with {done.returncode}: {done.stderr[-300:]}")
    return done.stdout


def _done(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    # Without the clone on the path: only what was installed may answer.
    clean = {
        name: value for name, value in environment().items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")
    }
    return subprocess.run(
        words, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, env=clean, check=False
    )
