"""A small rule folder for tests, written out file by file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from outreach.adapters.rulebook import read_rulebook
from outreach.domain.problem import Problem
from outreach.domain.ruleset import Rulebook

TODAY = date(2026, 11, 22)
FACTS = """\
facts:
  pattern: {type: text, about: kind of scam}
  risk_score: {type: score, about: score}
  amount: {type: money, about: amount, unit: USD}
  growth: {type: number, about: growth}
  sends: {type: integer, about: sends}
  listed: {type: boolean, about: listed}
  owned: {type: boolean, about: owned}
  kind: {type: text, about: kind, one_of: [bank, crypto]}
  memo: {type: text, about: memo, longest: 20}
  tags: {type: tags, about: tags}
  flagged_at: {type: time, about: flagged}
  hold_ends_at: {type: time, about: hold}
  warned_at: {type: time, about: warned, when_null: never}
"""
LADDERS = """\
ladders:
  urgent:
    - {channel: push, wait: 2m}
    - {channel: sms, wait: 10m, template: romance/short}
"""
STAFF = """\
list: staff_tags
values: [staff, test_account]
"""
GOOD = """\
pattern: romance
title: A friend who was never met
severity: high
owner: scam-risk@firm.example
review_by: 2027-06-30
taxonomy: {uk_finance: romance}
rules:
  - id: money-leaving
    status: live
    when: |
      amount >= 200
      AND (listed OR growth > 3)
    score: {fact: risk_score, at_least: 80, observe_from: 65}
    except:
      - {because: own wallet, when: owned}
      - {because: warned this week, when: "within(warned_at, '7 days')"}
      - {because: staff, when: "has_any(tags, @staff_tags)"}
    limits: {max_share: 2%, max_users: 25000}
    warn: {template: romance/leaving, urgency: critical, expires: hold_ends_at, ladder: urgent}
examples:
  defaults: {risk_score: 86, amount: 4200, growth: 1, listed: true, owned: false, tags: []}
  cases:
    - {name: typical, expect: warn}
    - {name: small, with: {amount: 10}, expect: none}
    - {name: under score, with: {risk_score: 70}, expect: near_miss}
    - {name: own wallet, with: {owned: true}, expect: skip, because: own wallet}
    - {name: warned, with: {warned_at: 2 days ago}, expect: skip, because: warned this week}
    - {name: a month ago, with: {warned_at: 30 days ago}, expect: warn}
    - {name: staff, with: {tags: [staff]}, expect: skip, because: staff}
    - {name: growth alone, with: {listed: false, growth: 4}, expect: warn, rule: money-leaving}
    - {name: neither, with: {listed: false}, expect: none}
    - {name: unknown, with: {amount: null, listed: null}, expect: undecided}
"""


def write_folder(path: Path, *, rules: str = GOOD, **others: str) -> Path:
    """A folder that fits, with some files replaced: `facts`, `ladders`, `staff`."""
    (path / "lists").mkdir(parents=True, exist_ok=True)
    files = {"facts": FACTS, "ladders": LADDERS, "staff": STAFF, **others}
    (path / "facts.yml").write_text(files["facts"])
    (path / "ladders.yml").write_text(files["ladders"])
    (path / "lists" / "staff_tags.yml").write_text(files["staff"])
    (path / "romance.yml").write_text(rules)
    return path


def read(path: Path) -> tuple[Rulebook | None, tuple[Problem, ...]]:
    """The folder as it reads on the tests' day."""
    return read_rulebook(path, today=TODAY)


def problems_of(path: Path, old: str, new: str) -> list[Problem]:
    """The errors after one piece of the good rule file was replaced."""
    assert old in GOOD, old
    return [p for p in read(write_folder(path, rules=GOOD.replace(old, new)))[1] if not p.is_warning]


def condition_problems(path: Path, when: str) -> list[Problem]:
    """The errors of one expression, written as a block."""
    lines = "".join(f"      {line}\n" for line in when.split("\n"))
    old = "      amount >= 200\n      AND (listed OR growth > 3)\n"
    return problems_of(path, old, lines)
