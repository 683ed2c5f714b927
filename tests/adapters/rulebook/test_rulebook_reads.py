"""A rule folder that fits becomes typed values, and says nothing about itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from outreach.adapters.rulebook import load_rulebook
from outreach.domain.condition import All, AnyOf, Compare, Fact, IsTrue, Literal, Operator
from outreach.domain.facts import FactType, WhenNull
from outreach.domain.ruleset import InDoubt, Rulebook
from outreach.domain.scale import Channel, Severity, Urgency
from outreach.errors import RulesError
from tests.adapters.rulebook.rule_folder import FACTS, GOOD, LADDERS, TODAY, problems_of, read, write_folder


@pytest.fixture
def book(tmp_path: Path) -> Rulebook:
    return load_rulebook(write_folder(tmp_path), today=TODAY)


def test_a_folder_that_fits_has_no_problems(tmp_path: Path) -> None:
    assert read(write_folder(tmp_path))[1] == ()


def test_every_key_of_a_rule_file_arrives(book: Rulebook) -> None:
    rule_set = book.sets["romance"]
    rule = rule_set.rules[0]
    assert (rule_set.title, rule_set.severity) == ("A friend who was never met", Severity.HIGH)
    assert (rule_set.review_by, rule_set.taxonomy) == (date(2027, 6, 30), {"uk_finance": "romance"})
    assert rule.score is not None
    assert (rule.score.at_least, rule.score.floor) == (80, 65)
    assert [e.because for e in rule.exclusions] == ["own wallet", "warned this week", "staff"]
    assert (rule.limits.max_share, rule.limits.max_users) == (Decimal("0.02"), 25000)
    assert (rule.warn.expires, rule.warn.urgency) == ("hold_ends_at", Urgency.CRITICAL)


def test_a_condition_becomes_our_own_tree(book: Rulebook) -> None:
    assert book.sets["romance"].rules[0].when == All(
        (
            Compare(Operator.GE, Fact("amount", FactType.MONEY), Literal(Decimal(200), FactType.NUMBER)),
            AnyOf(
                (
                    IsTrue(Fact("listed", FactType.BOOLEAN)),
                    Compare(
                        Operator.GT, Fact("growth", FactType.NUMBER), Literal(Decimal(3), FactType.NUMBER)
                    ),
                )
            ),
        )
    )


def test_a_step_without_a_template_says_the_rules_own(book: Rulebook) -> None:
    steps = book.sets["romance"].rules[0].warn.ladder.steps
    assert [(s.channel, s.template) for s in steps] == [
        (Channel.PUSH, "romance/leaving"),
        (Channel.SMS, "romance/short"),
    ]


def test_in_doubt_repeats_only_what_is_critical(tmp_path: Path, book: Rulebook) -> None:
    assert book.sets["romance"].rules[0].warn.in_doubt is InDoubt.REPEAT
    other = write_folder(tmp_path / "b", rules=GOOD.replace("urgency: critical", "urgency: soon"))
    warn = load_rulebook(other, today=TODAY).sets["romance"].rules[0].warn
    assert warn.in_doubt is InDoubt.HOLD_FOR_HUMAN


def test_steps_may_be_written_out_and_expiry_be_a_length(tmp_path: Path) -> None:
    rules = GOOD.replace("ladder: urgent", "ladder: [{channel: email, wait: 1d}]")
    rules = rules.replace("expires: hold_ends_at", "expires: 6h")
    read_book = load_rulebook(write_folder(tmp_path, rules=rules), today=TODAY)
    warn = read_book.sets["romance"].rules[0].warn
    assert warn.expires == timedelta(hours=6)
    assert [(s.channel, s.wait) for s in warn.ladder.steps] == [(Channel.EMAIL, timedelta(days=1))]


def test_times_in_examples_count_from_midnight_of_the_day(book: Rulebook) -> None:
    facts = {e.name: e.facts for e in book.sets["romance"].examples}
    assert facts["warned"]["warned_at"] == datetime(2026, 11, 20, tzinfo=UTC)
    assert facts["typical"] == {
        "pattern": "romance",
        "risk_score": Decimal(86),
        "amount": Decimal(4200),
        "growth": 1.0,
        "listed": True,
        "owned": False,
        "tags": (),
    }


def test_the_catalogue_keeps_order_and_what_null_means(book: Rulebook) -> None:
    assert list(book.catalogue)[:3] == ["pattern", "risk_score", "amount"]
    assert book.catalogue["warned_at"].when_null is WhenNull.NEVER
    assert book.catalogue["kind"].one_of == ("bank", "crypto")


def test_the_hash_changes_with_any_file_and_with_nothing_else(tmp_path: Path) -> None:
    books = [
        load_rulebook(write_folder(tmp_path / name, **changed), today=TODAY)
        for name, changed in {
            "a": {},
            "b": {},
            "rules": {"rules": GOOD.replace("200", "201")},
            "ladders": {"ladders": LADDERS.replace("2m", "3m")},
            "facts": {"facts": FACTS.replace("kind of scam", "kinds")},
        }.items()
    ]
    hashes = [book.sha256 for book in books]
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 4


def test_files_of_other_readers_are_left_alone(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    (folder / "we_never.yml").write_text("never: [call you]\n")
    (folder / "README.md").write_text("# no: yaml: at all\n")
    book, problems = read(folder)
    assert problems == ()
    assert book is not None
    assert set(book.texts) == {"facts.yml", "ladders.yml", "lists/staff_tags.yml", "romance.yml"}


def test_a_broken_folder_is_refused_whole(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, rules=GOOD.replace("severity: high", "severity: hihg"))
    with pytest.raises(RulesError) as caught:
        load_rulebook(folder, today=TODAY)
    assert "R010" in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_review_date_warns_first_and_then_refuses(tmp_path: Path) -> None:
    near = write_folder(tmp_path / "near", rules=GOOD.replace("2027-06-30", "2026-12-01"))
    book, problems = read(near)
    assert book is not None
    assert [(p.code, p.is_warning) for p in problems] == [("R017", True)]
    assert [p.code for p in problems_of(tmp_path, "2027-06-30", "2026-11-21")] == ["R016"]


def test_what_nobody_uses_is_told_and_blocks_nothing(tmp_path: Path) -> None:
    rules = GOOD.replace('      - {because: staff, when: "has_any(tags, @staff_tags)"}\n', "")
    rules = rules.replace("    - {name: staff, with: {tags: [staff]}, expect: skip, because: staff}\n", "")
    book, problems = read(write_folder(tmp_path, rules=rules))
    assert book is not None
    assert [(p.code, p.is_warning) for p in problems] == [("R027", True)]
