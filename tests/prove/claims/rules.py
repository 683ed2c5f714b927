"""Fourteen patterns, three live rules each, examples that reach every clause, mistakes told all at once."""

from __future__ import annotations

import re
import shutil

from outreach.domain.ruleset import RuleStatus
from outreach.wiring.workshop import check_rules, test_rules
from tests.patterns import of_scams
from tests.prove.figures import Figure
from tests.prove.ground import Ground, outreach

WITH_MISTAKES = """\
pattern: pig_butchering
title: Eight mistakes an analyst makes
severity: hihg                                             # 1
owner: scam-risk@firm.example
review_by: 2020-01-01                                      # 2
rules:
  - id: money-leaving
    status: live
    when: |
      ammount_at_risk_usd >= 200
      AND transfer_state = 'pendign'
    score: {fact: risk_score, at_least: 80, observe_from: 65}
    except:
      - {because: warned this week, when: "within(last_warned_at, '7 dayz')"}
      - {because: staff, when: "has_any(tags, @excluded_tag)"}
    limits: {max_share: 2%, max_users: 25000}
    warn: {template: pig_butchering/leaving, urgency: critical, expires: 6h, ladder: urgnt}
examples:
  defaults: {risk_score: 86, amount_at_risk_usd: 4200}
  cases:
    - {name: typical, expect: wran}
"""
LINES = frozenset({3, 5, 10, 11, 14, 15, 17, 21})
"""Where the eight mistakes are."""

FILE = "pig_butchering.yml"
PLACE = re.compile(rf"{re.escape(FILE)}:(\d+):\d+: error (.*)\n.*\n(.*)")


def run(ground: Ground) -> dict[str, Figure]:
    """The clone's own rules, and a copy in which one file has eight mistakes."""
    book, problems = check_rules(ground.root / "rules")
    if book is None:
        return {"problems": Figure(len(problems), 1, "rule folder")}
    scams = [book.sets[name] for name in of_scams(book.sets)]
    live = [sum(rule.status is RuleStatus.LIVE for rule in s.rules) for s in scams]
    report = test_rules(ground.root / "rules")
    told, elsewhere, carets, meant = _mistakes(ground)
    examples = len(report.outcomes)
    return {
        "problems": Figure(len(problems), len(book.sets), "rule files"),
        "patterns": Figure(len(scams), sum(live), "live rules"),
        "live rules in the poorest pattern": Figure(min(live), len(live), "patterns"),
        "examples that failed": Figure(len(report.failures), examples, "examples"),
        "percent of clauses reached": Figure(report.coverage, examples, "examples"),
        "mistakes told": Figure(told, len(LINES), "mistakes in one file, one pass"),
        "mistakes told at another line": Figure(elsewhere, len(LINES), "mistakes"),
        "shown with a caret": Figure(carets, len(LINES), "mistakes"),
        "answered with “did you mean”": Figure(meant, len(LINES), "mistakes"),
    }


def _mistakes(ground: Ground) -> tuple[int, int, int, int]:
    """How many of the lines with a mistake are told, how many told lines have none, carets, hints."""
    folder = ground.folder / "rules"
    shutil.copytree(ground.root / "rules", folder)
    (folder / FILE).write_text(WITH_MISTAKES, encoding="utf-8")
    done = outreach("rules", "check", str(folder))
    if done.returncode != 2 or "Traceback" in done.stderr:
        raise RuntimeError(f"rules check ended with {done.returncode} on a file with mistakes")
    blocks = PLACE.findall(done.stdout)
    told = {int(line) for line, _, _ in blocks}
    carets = sum(bool(re.fullmatch(r" +\^+", caret)) for _, _, caret in blocks)
    return (
        len(LINES & told),
        len(told - LINES),
        carets,
        sum("did you mean" in words for _, words, _ in blocks),
    )
