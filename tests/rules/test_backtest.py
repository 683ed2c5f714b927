"""The backtest counts what the engine would have done, and shows it to people."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from outreach.cli.backtest import plain
from outreach.cli.backtest_github import as_markdown, safe
from outreach.domain.backtest import Change, Comparison
from outreach.errors import ArchiveError, RulesError
from outreach.wiring.backtest import Asked, backtest, page
from tests.rules.backtest_world import Oracle, a_house, ask_oracle, book, house_of, write_archive

pytestmark = pytest.mark.slow  # whole editions are read and checked, several times

FLAGS, PULLS = 600, 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with an archive, and its rules in two editions."""
    made = tmp_path_factory.mktemp("backtest")
    a_house(made)
    write_archive(made, book(made / "before"), seed=5, flags=FLAGS, pulls=PULLS)
    return made


@pytest.fixture(scope="module")
def compared(folder: Path) -> Comparison:
    """The edited rules beside those before."""
    return backtest(house_of(folder), Asked(against=f"folder:{folder / 'before'}"))


def change(name: str, before: set[str], after: set[str]) -> Change:
    return Change(name=name, same=len(before & after), plus=len(after - before), minus=len(before - after))


def test_every_count_is_what_deciding_row_by_row_comes_to(folder: Path, compared: Comparison) -> None:
    house = house_of(folder)
    sides: list[Oracle] = [ask_oracle(folder, book(folder / name), house) for name in ("before", "rules")]
    before, after = sides
    assert compared.flags_read == FLAGS
    assert compared.people == change("", before.people, after.people)
    assert compared.shadow_people == change("", before.shadow_people, after.shadow_people)
    assert compared.flags.before == len(before.flags)
    assert compared.flags.plus == len(after.flags - before.flags)
    assert compared.warnings == (before.opened, after.opened)
    assert {(v.verdict, v.is_shadow): (v.before, v.after) for v in compared.verdicts} == {
        key: (before.verdicts[key], after.verdicts[key]) for key in before.verdicts | after.verdicts
    }
    for name in ("pattern", "rule", "locale", "country", "channel"):
        keys = sorted({key for side in sides for key, _ in side.by[name]})
        wanted = [change(key, *({p for k, p in side.by[name] if k == key} for side in sides)) for key in keys]
        assert list(compared.people_by[name]) == wanted
    assert min(compared.people.plus, compared.people.minus, compared.people.same) > 0
    assert after.verdicts["control", False], "an experiment's coin fell on both sides"
    assert before.opened < len(before.flags), "somebody was flagged twice within an episode"


def test_a_book_beside_itself_changes_nobody(folder: Path) -> None:
    found = backtest(house_of(folder), Asked(against=f"folder:{folder / 'rules'}"))
    changes = [found.people, found.flags, found.shadow_people, *found.shadow_by_rule]
    changes += [change for rows in found.people_by.values() for change in rows]
    assert all(change.is_none for change in changes)
    assert found.people.same
    assert found.warnings[0] == found.warnings[1]
    assert not found.samples


def test_a_sample_says_which_clause_flipped_with_its_values_and_never_a_personal_one(
    compared: Comparison,
) -> None:
    newly = [sample for sample in compared.samples if sample.is_after]
    assert all(sample.why for sample in newly)
    assert any("risk_score" in line for sample in compared.samples for line in (*sample.why, *sample.why_not))
    assert all(sample.why_not for sample in compared.samples)
    told = json.dumps(plain(compared), ensure_ascii=False)
    assert "payee" not in told.replace("payees", "")
    assert all(len(sample.person) == 32 for sample in compared.samples)


def test_the_page_asks_nothing_of_anybody_and_runs_no_script(compared: Comparison) -> None:
    written = page(compared)
    assert "<svg" in written
    assert "prefers-color-scheme: dark" in written
    assert not re.search(r"<script|https?://(?!www\.w3\.org)|@import|url\(", written)


def test_a_comment_on_a_pull_request_mentions_nobody_and_folds_what_is_long(compared: Comparison) -> None:
    comment = as_markdown(compared)
    assert comment.startswith("### Backtest: ")
    assert comment.count("<details>") == comment.count("</details>") > 4
    assert safe("@risk | <b> *x* [a](b)") == r"\@risk \| \<b\> \*x\* \[a\]\(b\)"


def test_what_an_archive_lacks_is_said(folder: Path, compared: Comparison) -> None:
    said = " ".join(compared.notes)
    assert "No database can be read here" in said
    assert "memo is personal and never archived" in said


def test_without_an_archive_or_without_flags_in_the_window_it_refuses_in_words(
    folder: Path, tmp_path: Path
) -> None:
    a_house(tmp_path)
    asked = Asked(against=f"folder:{tmp_path / 'before'}")
    with pytest.raises(ArchiveError, match="there is no archive at"):
        backtest(house_of(tmp_path), asked)
    with pytest.raises(ArchiveError, match="ask for more --days"):
        backtest(house_of(folder), Asked(against=f"folder:{folder / 'before'}", days=1))


def test_a_book_that_does_not_pass_its_check_is_refused_with_its_problems(tmp_path: Path) -> None:
    house = a_house(tmp_path, {"job_task.yml": (("risk_score", "risk_scoer"),)})
    with pytest.raises(RulesError, match="risk_scoer") as refused:
        backtest(house, Asked(against=f"folder:{tmp_path / 'before'}"))
    assert refused.value.exit_code == 2
