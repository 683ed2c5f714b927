"""Edits under a running engine: taken up whole, checked and together, or not at all, and never its end."""

from __future__ import annotations

import shutil
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

import pytest
from pyarrow import parquet
from sqlalchemy import select

from outreach.adapters.renderer import JinjaRenderer
from outreach.domain.facts import Catalogue
from outreach.errors import RulesError
from outreach.store.tables import decisions, outreaches, runs, texts
from outreach.wiring.rules import STILL, Folders
from outreach.wiring.stamps import stamp_of
from tests.doors.workbench import PATTERN, Workbench, a_workbench

BROKEN = "pattern: [\n"
NEW_WORDS = "unknown_pattern/again"


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace to copy."""
    return a_workbench(tmp_path_factory.mktemp("laid")).folder


@pytest.fixture
def bench(laid: Path, tmp_path: Path) -> Workbench:
    """A workspace of this test's own, with an engine whose words are read."""
    shutil.copytree(laid, tmp_path / "workspace")
    made = Workbench(tmp_path / "workspace")
    assert made.house.renderer.templates()
    return made


def edit(file: Path, *, old: str = "", new: str = "") -> None:
    """Change a file in place; without words, only a remark."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    remark = "{# looked at again #}" if file.suffix == ".j2" else "# looked at again"
    file.write_text(text.replace(old, new) if old else f"{text}\n{remark}\n", encoding="utf-8")


def test_an_edit_comes_in_force_once_nothing_moved_for_a_while(bench: Workbench) -> None:
    before = bench.house.rules.current().sha256
    edit(bench.rules)

    assert [bench.look(), bench.look(after=STILL / 2), bench.look(after=STILL / 2)] == [False, False, True]
    assert bench.house.rules.current().sha256 != before


def test_each_further_change_starts_the_wait_anew(bench: Workbench) -> None:
    edit(bench.rules)
    bench.look()
    edit(bench.rules)

    assert [bench.look(after=STILL), bench.look(after=STILL)] == [False, True]


def test_a_broken_edit_leaves_the_last_good_rules_and_says_where_it_breaks(bench: Workbench) -> None:
    before = bench.house.rules.current().sha256
    bench.rules.write_text(BROKEN, encoding="utf-8")

    assert not bench.settle()
    standing = bench.house.rules.standing()
    assert (standing.sha256, standing.problems) == (before, 1)
    assert f"{PATTERN}.yml" in standing.places[0]


def test_a_mended_edit_comes_in_force_and_its_problems_are_forgotten(bench: Workbench) -> None:
    good = bench.rules.read_text(encoding="utf-8")
    bench.rules.write_text(BROKEN, encoding="utf-8")
    bench.settle()
    bench.rules.write_text(good, encoding="utf-8")

    assert bench.settle()
    assert bench.house.rules.standing().problems == 0


def test_a_template_edit_is_said_by_the_next_round(bench: Workbench) -> None:
    before = bench.house.renderer
    edit(bench.template)

    assert bench.settle()
    assert bench.house.renderer is not before


def test_a_broken_template_keeps_rules_that_fit_out_of_force_too(bench: Workbench) -> None:
    before = bench.house.rules.current().sha256
    edit(bench.rules)
    bench.template.write_text("{% block sms %}{{ ", encoding="utf-8")

    assert not bench.settle()
    assert bench.house.rules.current().sha256 == before


def test_a_template_that_reads_well_but_may_not_be_sent_stays_out(bench: Workbench) -> None:
    before = bench.house.renderer
    edit(bench.template, old="{% block sms -%}", new="{% block sms -%} https://firm.example/now ")

    assert not bench.settle()
    assert bench.house.renderer is before


def test_a_rule_never_comes_in_force_before_the_template_that_it_names(bench: Workbench) -> None:
    edit(bench.rules, old="template: unknown_pattern/leaving", new=f"template: {NEW_WORDS}")
    assert not bench.settle()

    shutil.copy(bench.template, bench.template.with_name("again.en.j2"))
    assert bench.settle()
    assert bench.house.renderer.locales(NEW_WORDS) == ("en",)


def test_what_editors_leave_beside_a_file_is_no_edit(bench: Workbench) -> None:
    for name in (".unknown_pattern.yml.swp", "unknown_pattern.yml~", ".#unknown_pattern.yml", "4913"):
        (bench.rules.parent / name).write_text(BROKEN, encoding="utf-8")
        (bench.template.parent / name).write_text(BROKEN, encoding="utf-8")

    assert not bench.settle()
    assert bench.house.rules.standing().problems == 0


def test_a_checkout_under_way_is_not_read(bench: Workbench) -> None:
    (bench.folder / ".git").mkdir()
    lock = bench.folder / ".git" / "index.lock"
    lock.touch()
    edit(bench.rules)

    assert not bench.settle()
    lock.unlink()
    assert bench.look(after=STILL)


def test_a_file_that_moves_while_it_is_read_is_read_again(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = bench.house.rules
    judge = rules._judge

    def disturbed(stamps: object) -> object:
        edit(bench.rules)
        return judge(stamps)  # type: ignore[arg-type]

    edit(bench.rules)
    before = rules.current().sha256
    monkeypatch.setattr(rules, "_judge", disturbed)
    assert not bench.settle()
    assert rules.current().sha256 == before
    monkeypatch.setattr(rules, "_judge", judge)
    assert bench.settle()


def test_a_run_goes_on_by_new_rules_after_the_batch_and_each_decision_cites_its_own(bench: Workbench) -> None:
    first = bench.house.rules.current().sha256
    edit(bench.rules)
    bench.look()
    bench.seconds += STILL

    bench.house.intake.run(progress=lambda lines: bench.glance())
    with bench.house.store.read() as tx:
        used = list(tx.connection.execute(select(runs.c.rulebook_sha256).order_by(runs.c.id)).scalars())
        cited = set(tx.connection.execute(select(decisions.c.rule_set_sha256)).scalars())
        kept = set(tx.connection.execute(select(texts.c.sha256)).scalars())

    assert used == [first, bench.house.rules.current().sha256]
    assert cited <= kept


def test_a_climb_under_way_keeps_the_ladder_it_was_opened_with(bench: Workbench) -> None:
    bench.house.intake.run()
    with bench.house.store.read() as tx:
        before = tx.connection.execute(select(outreaches.c.ladder, outreaches.c.expires_at)).all()
    for name in ("urgent", "quick_check", "gentle"):
        ladders = bench.folder / "rules" / "ladders.yml"
        text = ladders.read_text(encoding="utf-8")
        ladders.write_text(text.replace(f"  {name}:\n", f"  {name}:\n    - {{channel: inbox, wait: 1m}}\n"))
    assert bench.settle()
    bench.house.dispatch.run()
    with bench.house.store.read() as tx:
        after = tx.connection.execute(select(outreaches.c.ladder, outreaches.c.expires_at)).all()

    assert before == after != []


def test_a_daemon_that_starts_over_broken_rules_goes_on_with_the_last_that_were_in_force(
    bench: Workbench,
) -> None:
    bench.house.intake.run()
    before = bench.house.rules.current()
    bench.rules.write_text(BROKEN, encoding="utf-8")
    started = bench.started(stands_in=True)

    assert (started.rules.current().sha256, started.rules.standing().problems) == (before.sha256, 1)
    assert started.rules.current().sets.keys() == before.sets.keys()


def test_a_command_that_a_person_types_refuses_broken_rules_with_every_problem(bench: Workbench) -> None:
    bench.house.intake.run()
    bench.rules.write_text(BROKEN, encoding="utf-8")

    with pytest.raises(RulesError):
        bench.started()


def test_a_fact_that_becomes_personal_is_not_archived_from_then_on(bench: Workbench) -> None:
    facts = bench.folder / "rules" / "facts.yml"
    about = 'about: "Model and version behind risk_score"'
    edit(facts, old=about, new=f"{about}, privacy: personal")
    assert bench.settle()
    bench.house.intake.run()

    (file, *_) = bench.house.archive.files(bench.now.date(), bench.now.date())
    assert "score_model" not in parquet.read_schema(file).names


def test_templates_that_are_read_for_the_first_time_never_bring_back_older_rules(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules, read = bench.in_force(bench.house), Folders.speaker
    before, looks = rules.current().sha256, list[Future[bool]]()
    edit(bench.rules)
    rules.look()
    bench.seconds += STILL

    with ThreadPoolExecutor(1) as edits:  # the job that takes up edits is a thread of its own

        def slowly(folders: Folders, catalogue: Catalogue) -> JinjaRenderer:
            if not looks:
                looks.append(edits.submit(rules.look))
                wait(looks, timeout=2)
            return read(folders, catalogue)

        monkeypatch.setattr(Folders, "speaker", slowly)
        rules.speaker()
    rules.look()
    bench.seconds += STILL
    rules.look()

    assert rules.current().sha256 != before
    assert not looks[0].result()


def test_a_link_to_nothing_hides_no_edit_of_the_files_beside_it(tmp_path: Path) -> None:
    names = [f"{letter}.yml" for letter in "abcdefgh"]
    for name in names:
        (tmp_path / name).touch()
    (tmp_path / "m.yml").symlink_to(tmp_path / "gone")

    assert [stamp[0] for stamp in stamp_of(tmp_path, (".yml",))] == [*names, "m.yml"]
