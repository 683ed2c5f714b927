"""The engine through a made-up year: feeds in, warnings out, answers, outcomes, and the report at its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from outreach.domain.answer import Answer, Via
from outreach.domain.outcomes.figures import OutcomeReport
from outreach.domain.outcomes.summary import Cut
from outreach.settings import read_settings
from outreach.wiring.holding import waiting
from outreach.wiring.house import House
from outreach.wiring.maturing import maturing
from outreach.wiring.outcome_report import outcome_report
from outreach.wiring.outcomes import outcome_intake
from tests.fakes import FakeClock
from tests.prove.outcomes_year.truth import DAY, HOUR, Kind, Truth
from tests.prove.workspaces import a_workspace

BEGINS = datetime(2026, 1, 5, 12, tzinfo=UTC)
WEEKS = 48
"""Of a whole year; what is short takes the first weeks of it, and more people in each."""

SETTLED = timedelta(days=140)
"""After the last week: every window of ninety days is over, and what comes late has come."""

SETTINGS = """consent_needed = []
[channels]
sms = "outbox"
[limits]
usual_least_people = 1000000
[outcomes.feeds.core]
kind = "files"
path = "outcomes/*.csv"
format = "csv"
"""
RULE = """pattern: {pattern}
title: A made-up rule of a made-up year
severity: medium
owner: scam-risk@firm.example
review_by: 2099-12-31
taxonomy: {{uk_finance: investment, ic3: investment}}
rules:
  - id: year
    status: live
    when: "amount_at_risk_usd > 0 AND transfer_state = 'pending'"
    score: {{fact: risk_score, at_least: 80, observe_from: 60{tie}}}
    limits: {{max_share: 100%, max_users: 1000000}}
{experiment}    warn:
      template: {pattern}/leaving
      urgency: soon
      expires: 200h
      ladder: [{{channel: sms, wait: 1h}}]
examples:
  defaults: {{amount_at_risk_usd: 900, transfer_state: pending, risk_score: 99, is_vulnerable: false}}
  cases:
    - {{name: typical, expect: warn}}
"""
COMMON = "metric: cases, cap: 5000, window: 14d, until: 2026-12-31"


@dataclass(frozen=True)
class Tried:
    """A kind of people, and how its rule is measured; `band` is whom the figure is true of."""

    kind: Kind
    experiment: str = ""
    tie: str = ""
    band: tuple[float, float] = (60, 100)
    within: timedelta | None = None
    is_refused: bool = False

    @property
    def rule(self) -> str:
        """The rule file."""
        line = f"    experiment: {{{self.experiment}}}\n" if self.experiment else ""
        return RULE.format(pattern=self.kind.pattern, tie=self.tie, experiment=line)


def tried(a_week: int) -> tuple[Tried, ...]:
    """The year's rules, the larger the more people a week."""
    tie = f"design: tie_breaker, {COMMON}"
    held = f"design: holdback, share: 20%, below: 95, {COMMON}"
    wait = "design: wait_list, metric: cases, cap: 5000, window: 24h, until: 2026-12-31"
    return (
        Tried(Kind("job_task", a_week, (74, 86), 0.5), tie, ", tie_break: 5", (75, 85)),
        Tried(Kind("giveaway_deepfake", a_week, (74, 86), 0.0), tie, ", tie_break: 5", (75, 85)),
        Tried(Kind("fake_platform", 2 * a_week, (80, 100), 0.6), held, "", (80, 95)),
        Tried(Kind("recovery", a_week, (80, 100), 0.7, quickly=0.9), wait, "", (80, 100), DAY),
        Tried(Kind("support_impersonation", 4 * a_week, (62, 98), 0.6), f"design: discontinuity, {COMMON}"),
        Tried(Kind("authority_impersonation", 1, (76, 84), 0.5), tie, ", tie_break: 5", is_refused=True),
        Tried(Kind("p2p_payment", a_week // 2, (80, 100), 0.5), is_refused=True),
    )


@dataclass
class Year:
    """One year, run to its end."""

    truth: Truth
    tried: tuple[Tried, ...]
    house: House
    clock: FakeClock
    weeks: int = WEEKS
    n: int = 0

    def run(self) -> OutcomeReport:
        """Every week, then the time until everything has settled."""
        for week in range(self.weeks):
            self._go_to(BEGINS + timedelta(weeks=week))
            self._week()
        end = self.clock()
        for days in range(7, SETTLED.days, 7):
            self._go_to(end + timedelta(days=days))
            self._hear()
        while maturing(self.house).run().get("looked"):
            pass
        return outcome_report(self.house, BEGINS - DAY, self.clock(), Cut.RULE)

    def _go_to(self, at: datetime) -> None:
        self.clock.now = at

    def _week(self) -> None:
        place = self.house.settings.workspace
        self.n += 1
        self.truth.flags(self.truth.week(self.clock()), place / "feeds" / f"{self.n:03d}.csv")
        self.house.intake.run()
        self._send()
        self._go_to(self.clock() + HOUR)
        for message, answer in self.truth.answers():
            if answer:
                self.house.feedback.answer(message, Answer(answer), Via.PAGE, self.clock())
        self._go_to(self.clock() + DAY)
        waiting(self.house).run()
        self._send()
        self._hear()

    def _send(self) -> None:
        """Until nobody is due any more."""
        outbox = self.house.settings.workspace / "outbox"
        before = -1
        while len(self.truth.read) != before:
            before = len(self.truth.read)
            self.house.dispatch.run(lambda: False)
            self._go_to(self.clock() + timedelta(seconds=5))
            self.truth.look(outbox)

    def _hear(self) -> None:
        place = self.house.settings.workspace
        self.truth.outcomes(self.clock(), place / "outcomes" / f"{self.clock():%Y%m%d}.csv")
        outcome_intake(self.house).run()
        maturing(self.house).run()


@contextmanager
def a_year(folder: Path, root: Path, a_week: int, seed: int, weeks: int = WEEKS) -> Iterator[Year]:
    """A workspace of its own, with this year's rules and nobody in it yet."""
    chosen = tried(a_week)
    a_workspace(folder, root, "sqlite:///outreach.db", SETTINGS)
    (folder / "outcomes").mkdir()
    kept = {
        "facts.yml",
        "ladders.yml",
        "we_never.yml",
        "unknown_pattern.yml",
        "silent_loss.yml",
        "education.yml",
    }
    for file in (folder / "rules").glob("*.yml"):
        if file.name not in kept:
            file.unlink()
    for file in (folder / "rules" / "questionnaires").glob("pig_butchering*.yml"):
        file.unlink()
    for one in chosen:
        (folder / "rules" / f"{one.kind.pattern}.yml").write_text(one.rule, encoding="utf-8")
    clock = FakeClock(BEGINS - HOUR)
    house = House(read_settings(folder), clock)
    house.migrate()
    try:
        yield Year(Truth(tuple(one.kind for one in chosen), seed), chosen, house, clock, weeks)
    finally:
        house.close()
