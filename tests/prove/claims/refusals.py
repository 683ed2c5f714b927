"""What goes wrong is said in words: no trace, nothing lost, every mistake told, and what to do about it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from outreach.store.tables import attempts, messages
from outreach.wiring.house import open_house
from tests.prove.claims.rules import FILE, LINES, WITH_MISTAKES
from tests.prove.counting import count
from tests.prove.figures import Figure
from tests.prove.ground import Ground, outreach
from tests.prove.workspaces import a_workspace, people, warned_facts, write_csv

Done = subprocess.CompletedProcess[str]
PEOPLE = 20


def run(ground: Ground) -> dict[str, Figure]:
    """The mistakes of the issue, each in a workspace of its own; then an outbox that cannot be written to."""
    told = {name: _made(ground, name, make) for name, make in MISTAKES.items()}
    outbox, lost, open_ones = _full_outbox(ground)
    done = [*(one for one, _ in told.values()), outbox]
    unclear = [name for name, (one, wanted) in told.items() if not _is_clear(one, wanted)]
    named = f"mistakes ({', '.join(unclear)})" if unclear else "mistakes"
    return {
        "traces shown": Figure(sum("Traceback" in d.stdout + d.stderr for d in done), len(done), "mistakes"),
        "not told clearly": Figure(len(unclear), len(told), named),
        "messages lost": Figure(lost, PEOPLE, "messages for an outbox that cannot be written to"),
        "attempts left open": Figure(open_ones, PEOPLE, "messages for an outbox that cannot be written to"),
    }


def _is_clear(done: Done, wanted: str) -> bool:
    """True where it said what was wanted, and did not pretend that all is well."""
    is_told = re.search(wanted, done.stdout + done.stderr, re.IGNORECASE | re.DOTALL) is not None
    return is_told and (done.returncode != 0 or "feeds that failed" in done.stdout)


def _unknown_variable(workspace: Path, root: Path) -> tuple[list[str], str]:
    shutil.copytree(root / "templates", workspace / "templates")
    file = workspace / "templates" / "pig_butchering" / "leaving.en.j2"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        re.sub(r"(block sms -?%}.)", r"\1{{ frim }} ", text, count=1, flags=re.DOTALL), encoding="utf-8"
    )
    return ["templates", "check"], r"leaving\.en\.j2:\d+:\d+.*frim.*firm"


def _eight_mistakes(workspace: Path, root: Path) -> tuple[list[str], str]:
    (workspace / "rules" / FILE).write_text(WITH_MISTAKES, encoding="utf-8")
    return ["run", "--once"], "".join(rf".*{re.escape(FILE)}:{line}:" for line in sorted(LINES))


def _unreachable_feed(workspace: Path, root: Path) -> tuple[list[str], str]:
    shutil.rmtree(workspace / "feeds")
    return ["run", "--once"], r"feed risk.*(no folder|no file|mount|make it)"


def _not_at_head(workspace: Path, root: Path) -> tuple[list[str], str]:
    for file in workspace.glob("outreach.db*"):
        file.unlink()
    return ["run", "--once"], "outreach migrate"


def _misspelled_setting(workspace: Path, root: Path) -> tuple[list[str], str]:
    file = workspace / "outreach.toml"
    file.write_text('frim = "Acme"\nlocale = 1\n' + file.read_text(encoding="utf-8"), encoding="utf-8")
    return ["doctor"], r"outreach\.toml.*frim.*locale|outreach\.toml.*locale.*frim"


def _read_only_archive(workspace: Path, root: Path) -> tuple[list[str], str]:
    (workspace / "archive").write_text("a file where a folder should be", encoding="utf-8")
    return ["run", "--once"], "archive.*cannot be written"


MISTAKES: dict[str, Callable[[Path, Path], tuple[list[str], str]]] = {
    "a template with an unknown variable": _unknown_variable,
    "a rule file with eight mistakes": _eight_mistakes,
    "an unreachable feed": _unreachable_feed,
    "a database not at head": _not_at_head,
    "a misspelled setting": _misspelled_setting,
    "an archive that cannot be written": _read_only_archive,
}
"""What somebody does wrong → the command they then type, and what must be said."""


def _made(ground: Ground, name: str, make: Callable[[Path, Path], tuple[list[str], str]]) -> tuple[Done, str]:
    workspace = a_workspace(ground.place(name.replace(" ", "-")), ground.root, "sqlite:///outreach.db")
    if "template" in name:
        file = workspace / "outreach.toml"
        file.write_text(re.sub(r"templates = .*", "", file.read_text(encoding="utf-8")), encoding="utf-8")
    write_csv(workspace / "feeds" / "1.csv", people(PEOPLE, warned_facts(ground.root)))
    house = open_house(workspace)
    house.migrate()
    house.store.close()
    words, wanted = make(workspace, ground.root)
    return outreach("-w", str(workspace), *words), wanted


def _full_outbox(ground: Ground) -> tuple[Done, int, int]:
    """A run whose outbox is a file, not a folder (root may write to what is read-only); what was lost."""
    workspace = a_workspace(ground.place("outbox"), ground.root, "sqlite:///outreach.db")
    write_csv(workspace / "feeds" / "1.csv", people(PEOPLE, warned_facts(ground.root)))
    house = open_house(workspace)
    house.migrate()
    (workspace / "outbox").write_text("a file where a folder should be", encoding="utf-8")
    done = outreach("-w", str(workspace), "run", "--once")
    waiting = count(house.store, messages, messages.c.status == "retrying")
    open_ones = count(house.store, attempts, attempts.c.finished_at.is_(None))
    house.store.close()
    return done, PEOPLE - waiting, open_ones
