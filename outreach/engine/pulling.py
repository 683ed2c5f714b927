"""One run's pulls: look up, archive, match, decide, keep. Each batch is kept whole or not at all."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa
import structlog

from outreach.domain.aftermath import Aftermath
from outreach.domain.decision import Verdict, decide
from outreach.domain.episode import Claim, Ruling, Rulings, settle
from outreach.domain.flag import FlagBatch
from outreach.domain.ladder import Close
from outreach.domain.limits import expires_at
from outreach.domain.plan import Plan, RulePlan
from outreach.domain.ruleset import Rule, Rulebook
from outreach.domain.warned import Memory
from outreach.engine.destinations import Destinations
from outreach.engine.facts import to_json
from outreach.engine.flagrows import FlagLine, flag_lines, unseen, with_past
from outreach.engine.loss_rows import NAMES, with_losses
from outreach.engine.ports import Archive, Clock, FlagFeed, Matcher, NewId
from outreach.engine.repeats import escalate
from outreach.store import intake as ledger
from outreach.store import runs
from outreach.store.contacts import write_reaches
from outreach.store.database import Conflict, Store, Tx
from outreach.store.decisions import Decided, FlagRow, write_decisions, write_flags
from outreach.store.ending import end_outreaches
from outreach.store.losses import losses_of
from outreach.store.waits import is_waiting, write_waits
from outreach.store.warned import warned
from outreach.telemetry import PULL_FINISHED, PULL_LEFT

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What a pull works with. `assign` is a person's arm in a rule's experiment, by keyed hash; `place` is
    the ramps' of person and version, 0 … 1.

    `beating(beat)` calls `beat` every few seconds for the length of a block, from a thread of its own.
    """

    store: Store
    matcher: Matcher
    archive: Archive
    assign: Callable[[str, Rule, datetime], str | None]
    clock: Clock
    new_id: NewId
    beating: Callable[[Callable[[], None]], AbstractContextManager[object]] = nullcontext
    aftermath: Aftermath = field(default_factory=Aftermath)
    place: Callable[[str, str], float] = lambda person, version: 0.0
    destinations: Destinations | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulling:
    """One run's work on its feeds."""

    stage: Tools
    book: Rulebook
    plan: Plan
    run: str
    ramps: Mapping[tuple[str, str], tuple[str, float]] = field(default_factory=dict)  # version and share

    def drain(self, feed: FlagFeed, is_stopping: Callable[[], bool]) -> Iterator[Counter[str]]:
        """Every new batch of a feed, each kept in one transaction together with the feed's new position."""
        with self.stage.store.read() as tx:
            n, cursor = ledger.position(tx, feed.name)
        for batch in feed.batches(cursor):
            if is_stopping():
                return
            n += 1
            try:
                counts = self._pull(feed, n, batch, cursor)
            except Conflict:
                with self.stage.store.read() as tx:
                    reached, _ = ledger.position(tx, feed.name)
                if reached < n:
                    raise
                log.warning(PULL_LEFT, feed=feed.name, n=n)  # another daemon was faster: the feed is its
                return
            cursor = batch.cursor
            yield counts

    def _pull(self, feed: FlagFeed, n: int, batch: FlagBatch[pa.Table], cursor: str | None) -> Counter[str]:
        while True:
            try:
                return self._pull_once(feed, n, batch, cursor)
            except ledger.Forgotten:  # between the look-up and now: looked up again, they are somebody new
                continue

    def _pull_once(
        self, feed: FlagFeed, n: int, batch: FlagBatch[pa.Table], cursor: str | None
    ) -> Counter[str]:
        now = self.stage.clock()
        # The same pull has the same id when a crash makes it run again: its archive file is replaced.
        pull = hashlib.sha256(f"{feed.name}/{n}".encode()).hexdigest()[:32]
        table = self._look_up(feed, batch.table, now)
        if batch.cursor == cursor and not table.num_rows:
            return Counter(repeated=batch.table.num_rows)  # the overlap alone came again: no news, no row
        path = self.stage.archive.write(table, pull_id=pull, day=now.date()) if table.num_rows else None
        flags = self._flags(table, now)
        claims, lines = self._decide(table, flags, now)
        with self.stage.store.begin() as tx:
            # In the same transaction: whatever is opened, somebody watches whether its run still lives.
            runs.beat(tx, self.run, self.stage.store.lease_clock(tx, self.stage.clock()))
            row = {"id": pull, "run": self.run, "feed": feed.name, "n": n, "cursor": batch.cursor}
            tallies = {"lines": batch.lines, "read": batch.table.num_rows, "quarantined": len(batch.rejected)}
            ledger.write_pull(
                tx, {**row, **tallies, "archive": str(path) if path else None, "at": now}, batch.rejected, now
            )
            write_flags(tx, pull, feed.name, list(flags.values()))
            rulings = self._keep(tx, claims, lines, feed.name, now)
        counts = tally(batch, table.num_rows, rulings)
        log.info(PULL_FINISHED, feed=feed.name, pull=pull, n=n, **counts)
        return counts

    def _look_up(self, feed: FlagFeed, table: pa.Table, now: datetime) -> pa.Table:
        """The flags nobody has pulled before, with what the ledger knows of their people joined on."""
        lists = self.stage.destinations
        if lists is not None:
            lists.renew(now)
        with self.stage.store.begin() as tx:
            seen = ledger.known(tx, feed.name, table.column("identity").to_pylist())
            table = unseen(table, seen)
            refs = table.column("user_ref").to_pylist()
            ids, fresh = ledger.people_of(tx, set(refs), now)
            if lists is not None:
                table = lists.join(tx, table, [ids[ref] for ref in refs], now)
            known = [id for id in ids.values() if id not in fresh]
            pasts = ledger.pasts(tx, known, now)
            losses = losses_of(tx, known) if self.book.catalogue.keys() & NAMES else {}
        persons, book = [ids[ref] for ref in refs], self.book.catalogue
        told = with_losses(table, persons, losses, self.stage.store.vault.fingerprint, book)
        return with_past(told, persons, pasts, book)

    def _flags(self, table: pa.Table, now: datetime) -> dict[str, FlagRow]:
        """The ledger's row of every flag, by identity."""
        vault = self.stage.store.vault
        names = ("identity", "person", "pattern", "beneficiary", "risk_score", "score_model", "flagged_at")
        rows = zip(*(table.column(name).to_pylist() for name in names), strict=True)
        return {
            identity: FlagRow(
                id=self.stage.new_id(),
                person=person,
                identity=identity,
                pattern=pattern,
                beneficiary=vault.fingerprint(beneficiary) if beneficiary else "",
                score=score,
                score_model=model,
                flagged_at=min(flagged_at or now, now),  # a feed's fast clock must not keep an episode open
            )
            for identity, person, pattern, beneficiary, score, model, flagged_at in rows
        }

    def _decide(
        self, table: pa.Table, flags: Mapping[str, FlagRow], now: datetime
    ) -> tuple[tuple[Claim, ...], dict[str, FlagLine]]:
        """What the rules say of every flag that some rule wants, observes, excepts or cannot decide."""
        by_pattern: dict[str, list[RulePlan]] = defaultdict(list)
        for rule in self.plan.rules:
            by_pattern[rule.pattern].append(rule)
        claims: list[Claim] = []
        lines: dict[str, FlagLine] = {}
        for kept in self.stage.matcher.match(self.plan, table, now):
            for line in flag_lines(kept, self.plan, self.book.catalogue):
                flag = flags[line.identity]
                found = self._claims(line, flag, by_pattern[line.pattern], now)
                if found:
                    lines[flag.id] = line
                    claims.extend(found)
        return tuple(claims), lines

    def _claims(self, line: FlagLine, flag: FlagRow, rules: Sequence[RulePlan], now: datetime) -> list[Claim]:
        def waits(rule: RulePlan) -> bool:
            ramp = self.ramps.get((rule.pattern, rule.rule.id))
            return ramp is not None and self.stage.place(line.person, ramp[0]) >= ramp[1]

        acting, shadow = decide(
            rules, line.truths, line.facts, lambda rule: self.stage.assign(line.person, rule, now), waits
        )
        return [
            Claim(
                flag=flag.id,
                key=(line.person, line.pattern, flag.beneficiary),
                at=flag.flagged_at,
                score=flag.score,
                decision=decision,
                severity_rank=self.book.sets[line.pattern].severity.rank,
                facts=line.facts,
                waits=decision.verdict is Verdict.WARN and not decision.is_shadow and waits(decision.rule),
            )
            for decision in ([acting] if acting else []) + list(shadow)
        ]

    def _keep(
        self, tx: Tx, claims: Sequence[Claim], lines: Mapping[str, FlagLine], source: str, now: datetime
    ) -> Rulings:
        """Join claims to episodes, keep decisions, open outreaches, and learn how to reach who is warned."""
        persons = list({claim.key[0] for claim in claims})
        ledger.require_known(tx, persons)
        episodes = ledger.open_episodes(tx, persons)
        climbing = ledger.under_way(tx, persons)
        cool_down = self.stage.aftermath.mine_cool_down
        memory = Memory(warned=warned(tx, persons, now - cool_down), mine_cool_down=cool_down)
        rulings = settle(claims, episodes, climbing, self.stage.new_id, memory)
        ledger.write_episodes(tx, rulings.opened, rulings.joined, rulings.ended, now)
        end_outreaches(tx, rulings.overtaken, Close.OVERTAKEN, now)
        decided = [self._decided(r, now) for r in rulings.rulings]
        write_decisions(tx, self.run, decided, now)
        write_waits(tx, decided, now)
        escalate(tx, rulings.rulings, now)
        # Also of who is being warned already: a consent withdrawn meanwhile counts at the next step.
        wanted = {d.person for d in decided if d.expires_at or is_waiting(d)} | climbing.keys()
        told = sorted((c for c in claims if c.key[0] in wanted), key=lambda c: c.at)
        write_reaches(tx, [lines[c.flag].reach for c in told], source, now)
        return rulings

    def _decided(self, ruling: Ruling, now: datetime) -> Decided:
        claim = ruling.claim
        rule = ruling.decision.rule
        return Decided(
            id=self.stage.new_id(),
            person=claim.key[0],
            flag=claim.flag,
            episode=ruling.episode,
            decision=ruling.decision,
            severity_rank=claim.severity_rank,
            rule_set_sha256=self.book.sets[rule.pattern].sha256,
            facts=to_json(claim.facts, self.book.catalogue),
            score=claim.score,
            expires_at=expires_at(rule.rule.warn, claim.facts, now) if ruling.opens else None,
            waits=claim.waits,
        )


def tally(batch: FlagBatch[pa.Table], fresh: int, rulings: Rulings) -> Counter[str]:
    """What became of a batch, by name: the funnel's figures, and each skip by its reason."""
    counts = Counter(lines=batch.lines, read=batch.table.num_rows, quarantined=len(batch.rejected))
    counts["repeated"] = batch.table.num_rows - fresh
    counts.update(f"quarantined.{line.reason}" for line in batch.rejected)
    live = [r.decision for r in rulings.rulings if not r.decision.is_shadow]
    counts["no_rule_held"] = fresh - len(live)
    counts["shadow"] = len(rulings.rulings) - len(live)
    for decision in live:
        counts[decision.verdict.value] += 1
        if decision.verdict is Verdict.SKIP:
            counts[f"skip.{decision.because or decision.reason.value}"] += 1
    opens = [ruling for ruling in rulings.rulings if ruling.opens]
    counts["opened"] = len(opens)
    counts["ramped"] = sum(ruling.claim.waits for ruling in opens)
    return counts
