"""Wait lists: who waited a day as a control is warned then, where the flag still holds.

The wait was written with the decision. Its end and the outreach it opens are one transaction, so a crash
leaves it due, and of two daemons one comes second and finds nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from outreach.domain.aftermath import Aftermath
from outreach.domain.decision import Truth, Verdict, judge
from outreach.domain.episode import Claim, Ruling, settle
from outreach.domain.evaluate import evaluate
from outreach.domain.facts import Facts
from outreach.domain.ladder import Close
from outreach.domain.limits import BlastPolicy, expires_at
from outreach.domain.plan import Plan, RulePlan, plan
from outreach.domain.ruleset import Rulebook, RuleStatus
from outreach.domain.warned import Memory
from outreach.engine.facts import from_json
from outreach.engine.flagrows import told_past
from outreach.engine.ports import Clock, NewId
from outreach.engine.releasing import Ending
from outreach.store import intake as ledger
from outreach.store import runs, waits
from outreach.store.database import Store, Tx
from outreach.store.decisions import Decided, open_outreaches
from outreach.store.editions import keep_edition
from outreach.store.ending import end_outreaches
from outreach.store.usual import take_turn
from outreach.store.waits import OPENED, Waited
from outreach.store.warned import warned
from outreach.telemetry import WAITS_ENDED

BATCH = 500

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The stage that ends waits."""

    store: Store
    rulebook: Callable[[], Rulebook]
    clock: Clock
    new_id: NewId
    bounds: BlastPolicy = field(default_factory=BlastPolicy)
    aftermath: Aftermath = field(default_factory=Aftermath)

    def run(self, is_stopping: Callable[[], bool] = lambda: False) -> Counter[str]:
        """End every wait that is due; what came of them, by name: `opened`, or why not."""
        total: Counter[str] = Counter()
        while not is_stopping():
            try:
                counts = self._round()
            except ledger.Forgotten:  # somebody, between the look-up and now: looked at again, they are gone
                continue
            total.update(counts)
            if counts.total() < BATCH:
                break
        if total:
            log.info(WAITS_ENDED, **total)
        return total

    def _round(self) -> Counter[str]:
        with self.store.read() as tx:
            if not waits.is_any_due(tx, self.clock()):
                return Counter()
        with self.store.begin() as tx:
            take_turn(tx)  # of two daemons one looks after the other has written
            return _End(tx, self, self.rulebook(), self.clock()).all()


@dataclass(slots=True)
class _End:
    """One batch of waits, ended in one transaction."""

    tx: Tx
    stage: Waiting
    book: Rulebook
    now: datetime
    plan: Plan = field(init=False)

    def __post_init__(self) -> None:
        self.plan = plan(self.book)

    def all(self) -> Counter[str]:
        """What came of each."""
        found = waits.due(self.tx, self.now, BATCH)
        pasts = ledger.pasts(self.tx, {one.person for one in found}, self.now)
        looked = {one.decision: self._claim(one, pasts) for one in found}
        ends = {id: said for id, said in looked.items() if isinstance(said, str)}
        claims = {id: said for id, said in looked.items() if isinstance(said, Claim)}
        ends |= self._settled({one.decision: one for one in found}, claims)
        waits.end_waits(self.tx, ends, self.now)
        return Counter(ends.values())

    def _claim(self, one: Waited, pasts: Mapping[tuple[str, str], ledger.Past]) -> Claim | str:
        """The flag put to its rule again, by what is known now; or in a word why nobody is warned of it."""
        rule = self._rule(one)
        if not one.is_known:
            return waits.FORGOTTEN
        if not one.is_open or rule is None:
            return "episode_over" if rule else "rule_gone"
        facts = {**from_json(one.facts, self.book.catalogue), **told_past(pasts, one.person, one.pattern)}
        said = judge(rule, self._truths(rule, facts), facts, lambda _: None)
        if said is None or said.verdict is not Verdict.WARN:
            return "holds_no_more"
        if expires_at(rule.rule.warn, facts, self.now) <= self.now:
            return "too_late"
        return Claim(
            flag=one.flag,
            key=(one.person, one.pattern, one.beneficiary),
            at=one.flagged_at,
            score=one.score,
            decision=said,
            severity_rank=self.book.sets[one.pattern].severity.rank,
            facts=facts,
        )

    def _truths(self, rule: RulePlan, facts: Facts) -> Sequence[Truth]:
        """The answers that this rule asks for, at their places."""
        truths: list[Truth] = [None] * len(self.plan.probes)
        for place in (rule.main, *rule.exclusions):
            truths[place] = evaluate(self.plan.probes[place], facts, self.now)
        return truths

    def _rule(self, one: Waited) -> RulePlan | None:
        live = (rule for rule in self.plan.rules if rule.rule.status is RuleStatus.LIVE)
        return next((r for r in live if (r.pattern, r.rule.id) == (one.pattern, one.rule)), None)

    def _settled(self, found: Mapping[str, Waited], claims: Mapping[str, Claim]) -> dict[str, str]:
        """What the episodes say of these claims; what may open, opens."""
        if not claims:
            return {}
        tx, persons = self.tx, list({claim.key[0] for claim in claims.values()})
        ledger.require_known(tx, persons)
        cool_down = self.stage.aftermath.mine_cool_down
        memory = Memory(warned=warned(tx, persons, self.now - cool_down), mine_cool_down=cool_down)
        climbing = ledger.under_way(tx, persons)
        episodes = ledger.open_episodes(tx, persons)
        rulings = settle(list(claims.values()), episodes, climbing, self.stage.new_id, memory)
        ledger.write_episodes(tx, rulings.opened, rulings.joined, rulings.ended, self.now)
        end_outreaches(tx, rulings.overtaken, Close.OVERTAKEN, self.now)
        by_flag = {one.flag: one for one in found.values()}
        said = {by_flag[r.claim.flag].decision: r for r in rulings.rulings}
        opening = [self._decided(by_flag[r.claim.flag], r) for r in said.values() if r.opens]
        self._open(opening)
        return {id: OPENED if r.opens else r.decision.reason.value for id, r in said.items()}

    def _decided(self, one: Waited, ruling: Ruling) -> Decided:
        """The control's own decision, as that of its outreach."""
        return Decided(
            id=one.decision,
            person=one.person,
            flag=one.flag,
            episode=one.episode,
            decision=ruling.decision,
            severity_rank=ruling.claim.severity_rank,
            rule_set_sha256=one.rule_set_sha256,
            facts=one.facts,
            score=one.score,
            expires_at=expires_at(ruling.decision.rule.rule.warn, ruling.claim.facts, self.now),
        )

    def _open(self, opening: Sequence[Decided]) -> None:
        """Open these in a run of their own, whose end holds it to every limit, as any run's."""
        if not opening:
            return
        tx, store, run = self.tx, self.stage.store, self.stage.new_id()
        runs.begin_run(tx, run, self.book.sha256, self.now, store.lease_clock(tx, self.now))
        keep_edition(tx, self.book, self.now)
        open_outreaches(tx, run, opening, self.now)
        held = Ending(tx=tx, run=run, policy=self.stage.bounds, now=self.now).release(self.book)
        counts = {"opened": len(opening), "waited": len(opening), "held_for_approval": held}
        runs.finish_run(tx, run, counts, "finished", self.now)
