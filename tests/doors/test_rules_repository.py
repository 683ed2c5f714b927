"""The page on rules repositories is true: its hooks and jobs run in a real one, and refuse what is bad."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from outreach.wiring import chance
from outreach.wiring.house import open_house
from tests.doors.start_build import a_slim_workspace

pytestmark = pytest.mark.slow  # each step starts the command anew

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "rules-repository.md").read_text(encoding="utf-8")
STAND_IN = '#!/bin/sh\nexec "{python}" -m outreach "$@"\n'
AUTHOR = ("-c", "user.name=Ana", "-c", "user.email=ana@firm.example", "-c", "commit.gpgsign=false")
LONGEST = 120

PATTERN = Path("rules/unknown_pattern.yml")
WORDS = Path("templates/unknown_pattern/leaving.en.j2")
Edit = tuple[Path, str, str]
GOOD: Edit = (PATTERN, "owner: ", "# Looked at again.\nowner: ")
UNKNOWN_FACT: Edit = (PATTERN, "when: |\n", "when: |\n      nobody_knows_this AND\n")
LINK: Edit = (WORDS, "{% block sms -%}\n", "{% block sms -%}\nhttps://firm.example/now ")
BAD = {
    "an unknown fact": (
        UNKNOWN_FACT,
        r"unknown_pattern\.yml\W.*line=\d+|unknown_pattern\.yml:\d+:\d+",
        "E020",
    ),
    "an SMS with a link": (LINK, r"leaving\.en\.j2\W.*line=\d+|leaving\.en\.j2:\d+:\d+", "T010"),
}


def block(kind: str, beginning: str) -> str:
    """The one block of this kind on the page that holds this."""
    found = [b for b in re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.M | re.S) if beginning in b]
    assert len(found) == 1, beginning
    return str(found[0])


class Repository:
    """A rules repository with one pattern in one language, and the command of this checkout."""

    def __init__(self, folder: Path) -> None:
        self.folder = a_slim_workspace(folder / "firm", now=chance.clock())
        program = folder / "bin" / "outreach"
        program.parent.mkdir()
        program.write_text(STAND_IN.format(python=sys.executable), encoding="utf-8")
        program.chmod(0o755)
        dropped = ("GIT_", "OUTREACH_")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(dropped)}  # noqa: TID251  # PATH
        self.env = {**kept, "PYTHONPATH": str(ROOT), "PATH": f"{program.parent}:{kept['PATH']}"}
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("add", "outreach.toml", "rules", "templates")
        assert self.git("commit", "--quiet", "-m", "base").returncode == 0

    def run(
        self, *words: str, env: Mapping[str, str] | None = None, folder: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words,
            cwd=folder or self.folder,
            env={**self.env, **(env or {})},
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )

    def git(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.run("git", *AUTHOR, *words)

    def edit(self, edit: Edit) -> None:
        path, old, new = edit
        text = (self.folder / path).read_text(encoding="utf-8")
        assert old in text
        (self.folder / path).write_text(text.replace(old, new, 1), encoding="utf-8")

    def commit(self) -> subprocess.CompletedProcess[str]:
        return self.git("commit", "--quiet", "--all", "-m", "edit")

    def checkout(self, folder: Path) -> Path:
        """A clone as CI has it: no keys, no database."""
        assert self.run("git", "clone", "--quiet", str(self.folder), str(folder)).returncode == 0
        return folder


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def install_hook(repository: Repository) -> None:
    hook = repository.folder / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(block("sh", "checkout-index"), encoding="utf-8")
    hook.chmod(0o755)


def test_the_git_hook_lets_a_good_edit_pass_and_judges_what_is_staged(repository: Repository) -> None:
    install_hook(repository)
    repository.edit(GOOD)
    repository.git("add", "--update")
    repository.edit(UNKNOWN_FACT)  # in the folder, not in the commit

    done = repository.git("commit", "--quiet", "-m", "good")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Looked at again" in repository.git("show", f"HEAD:{PATTERN}").stdout


@pytest.mark.parametrize("name", BAD)
def test_the_git_hook_refuses_a_bad_edit_with_its_place(repository: Repository, name: str) -> None:
    install_hook(repository)
    edit, place, code = BAD[name]
    repository.edit(edit)

    done = repository.commit()

    assert done.returncode != 0
    assert re.search(place, done.stdout + done.stderr)
    assert code in done.stdout + done.stderr
    assert repository.git("log", "--oneline").stdout.count("\n") == 1


def hooks(repository: Repository, changed: Path) -> tuple[int, str]:
    """What pre-commit would run for a change of this file; how many failed, and what they said."""
    (local,) = yaml.safe_load(block("yaml", "repo: local"))["repos"]
    asked = [hook for hook in local["hooks"] if re.search(hook["files"], changed.as_posix())]
    assert asked
    assert all(hook["language"] == "system" and hook["pass_filenames"] is False for hook in asked)
    done = [repository.run(*hook["entry"].split()) for hook in asked]
    return sum(each.returncode != 0 for each in done), "".join(each.stdout + each.stderr for each in done)


def test_the_hooks_of_pre_commit_pass_what_is_good_and_refuse_what_is_not(repository: Repository) -> None:
    repository.edit(GOOD)
    assert hooks(repository, PATTERN)[0] == 0
    for edit, place, code in BAD.values():
        repository.edit(edit)
        failed, said = hooks(repository, edit[0])
        assert failed >= 1
        assert re.search(place, said)
        assert code in said
        repository.git("checkout", "--quiet", ".")


def archived(repository: Repository) -> dict[str, str]:
    """An archive as a machine of the firm has it."""
    open_house(repository.folder).migrate()
    assert repository.run("outreach", "run", "--once").returncode == 0
    return {"OUTREACH_ARCHIVE": str(repository.folder / "archive")}


def job(repository: Repository, folder: Path, env: Mapping[str, str]) -> tuple[list[str], str]:
    """The steps of the GitHub job that fail in this checkout, and all that was said."""
    steps = yaml.safe_load(block("yaml", "runs-on"))["jobs"]["rules"]["steps"]
    summary = folder.parent / f"{folder.name}.md"
    summary.touch()
    given = {
        **env,
        "BASE": repository.git("rev-parse", "main").stdout.strip(),
        "GITHUB_STEP_SUMMARY": str(summary),
    }
    failed, said = [], ""
    for step in (each for each in steps if "run" in each):
        done = repository.run("bash", "-e", "-c", step["run"], env=given, folder=folder)
        failed += [step["name"]] * (done.returncode != 0)
        said += done.stdout + done.stderr
    return failed, said + summary.read_text(encoding="utf-8")


def script(repository: Repository, folder: Path, env: Mapping[str, str]) -> tuple[list[str], str]:
    """The plain script in this checkout."""
    given = {**env, "BASE": repository.git("rev-parse", "main").stdout.strip()}
    done = repository.run("sh", "-c", block("sh", "--format github"), env=given, folder=folder)
    return ["script"] * (done.returncode != 0), done.stdout + done.stderr


@pytest.mark.parametrize("ci", [job, script], ids=["github", "shell"])
def test_ci_passes_a_good_edit_with_its_backtest_and_fails_a_bad_one_at_its_place(
    repository: Repository, tmp_path: Path, ci: object
) -> None:
    assert callable(ci)
    env = archived(repository)
    checkout = repository.checkout(tmp_path / "checkout")
    path, old, new = GOOD
    (checkout / path).write_text((checkout / path).read_text().replace(old, new, 1))

    failed, said = ci(repository, checkout, env)

    assert failed == [], said
    assert "::error" not in said
    assert "would be warned" in said
    for (path, old, new), place, code in BAD.values():
        right = (checkout / path).read_text()
        (checkout / path).write_text(right.replace(old, new, 1))
        failed, said = ci(repository, checkout, {})
        (checkout / path).write_text(right)
        assert failed
        assert re.search(place, said)
        assert code in said


def test_no_address_of_an_index_or_a_registry_is_on_the_page() -> None:
    assert re.findall(r"https?://[^\s)]+", PAGE) == ["https://pre-commit.com"]
    assert "pip install" not in PAGE
