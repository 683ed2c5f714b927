"""What people at the firm do with a recovery case; each act is one transaction, and a "no" has its reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from outreach.domain.case_clock import CaseClock
from outreach.domain.loss import Lost
from outreach.domain.recovery_case import Act, Moved, Refused, Role, Stage, may
from outreach.engine.cases import Wish, add_transfers, ask_firms, step
from outreach.store import case_amounts, case_freezes, cases
from outreach.store.case_amounts import Amount
from outreach.store.case_closing import open_warning
from outreach.store.case_freezes import CORE, Answer
from outreach.store.cases import Case
from outreach.store.core_calls import Ask, ask_core
from outreach.store.database import Store, Tx

YES = frozenset({"accepted", "partial"})


@dataclass(frozen=True, slots=True)
class Partner:
    """Another firm that can be asked. `way`: webhook, or by_hand where it has no API."""

    name: str
    shown: str
    way: str
    clock: CaseClock


@dataclass(frozen=True, slots=True)
class Done:
    """What became of an act: where the case stands, and how many rows it changed (none: it was so before)."""

    stage: Stage
    changed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Who acts, as what, and what they say with it."""

    name: str
    role: Role
    note: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class _News:
    """Something that is new in a case: the act that it is, its signs, and how it is written down (False:
    it was there before)."""

    act: Act
    fact: str
    write: Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDesk:
    """The desk where cases are worked. None: there is no such case."""

    store: Store
    clock: CaseClock = field(default_factory=CaseClock)

    def simple(self, case: str, act: Act, who: Who, now: datetime) -> Done | Refused | None:
        """Take, note or settle."""
        with self.store.begin() as tx:
            held = cases.hold(tx, case)
            if held is None:
                return None
            done = _told(step(tx, held, self._wish(act, who), now))
            if isinstance(done, Done) and act is Act.SETTLE:
                cases.end_tasks(tx, held, who.name, now)
            return done

    def add(self, case: str, lost: Lost, who: Who, now: datetime) -> Done | Refused | None:
        """Add a transfer; on a closed case it is the new fact that opens it again."""
        with self.store.begin() as tx:
            held = cases.hold(tx, case)
            if held is None:
                return None
            fresh = add_transfers(tx, held, (lost,), self._wish(Act.ADD_TRANSFER, who), now)
            after = cases.hold(tx, case) or held
            return Done(after.stage, len(fresh))

    def freeze(self, case: str, to: Partner, who: Who, now: datetime) -> Done | Refused | None:
        """Write down the requests to a firm about every transfer; those that are there already stay as they
        are. The core system is asked about those whose reference it knows."""
        with self.store.begin() as tx:
            held = cases.hold(tx, case)
            if held is None:
                return None
            left = case_freezes.transfers_of(tx, case)
            wanted = [one for one in left if to.name != CORE or one.transfer_ref]
            wish = replace(self._wish(Act.ASK_FREEZE, who), clock=to.clock)
            asked = ask_firms(tx, case, [(to.name, to.way, one.id) for one in wanted], wish, now)
            if isinstance(asked, Refused):
                return asked
            if to.name == CORE:
                for one in wanted:
                    why = "the firm asks for it in a recovery case"
                    ask_core(tx, Ask("freeze", held.person, held.episode, str(one.transfer_ref), why), now)
            return Done(_stage(tx, held), asked if isinstance(asked, int) else 0)

    def sent(self, case: str, to: Partner, who: Who, now: datetime) -> Done | Refused | None:
        """A person has sent the message to a firm that has no API."""
        with self.store.begin() as tx:
            held = cases.hold(tx, case)
            if held is None:
                return None
            count = case_freezes.sent_by_hand(tx, case, to.name, now + to.clock.answer_within, now)
            if count:
                step(
                    tx, held, self._wish(Act.NOTE, replace(who, note=f"freeze request sent: {to.name}")), now
                )
            return Done(held.stage, count)

    def answer(self, case: str, told: Answer, who: Who, now: datetime) -> Done | Refused | None:
        """Record what a firm answered to its requests."""
        with self.store.begin() as tx:
            held = cases.hold(tx, case)
            if held is None:
                return None
            act = Act.ANSWER_YES if told.answer in YES else Act.ANSWER_NO
            note = " ".join(filter(None, (f"{told.firm}: {told.answer}", who.note)))
            fact = f"answer|{told.firm}|{told.transfer}|{told.answer}|{told.amount}"

            def write() -> bool:
                return case_freezes.answered(tx, case, told, now) > 0

            return self._with(tx, held, _News(act, fact, write), replace(who, note=note), now)

    def money(self, case: str, one: Amount, who: Who, now: datetime) -> Done | Refused | None:
        """Record what came back; on a closed case it is a new fact."""
        with self.store.begin() as tx:
            held = cases.hold(tx, case)
            if held is None:
                return None
            fact = f"money|{one.kind}|{one.amount}|{one.currency}|{one.source}|{one.reference}"

            def write() -> bool:
                return case_amounts.add(tx, held, one, now)

            return self._with(tx, held, _News(Act.MONEY_BACK, fact, write), who, now)

    def _with(self, tx: Tx, held: Case, news: _News, who: Who, now: datetime) -> Done | Refused:
        """Write down what is new and move the case by it; a closed one is opened again by it first."""
        is_closed = held.stage is Stage.CLOSED
        line = may(Stage.REOPENED if is_closed else held.stage, news.act, who.role)
        if isinstance(line, Refused):
            return line
        if not news.write():
            return Done(held.stage, 0)
        if is_closed:
            self._reopened(tx, held, news.fact, replace(who, note=""), now)
            held = cases.hold(tx, held.id) or held
        return _told(step(tx, held, self._wish(news.act, who), now))

    def close(self, case: str, who: Who, now: datetime) -> Done | Refused | None:
        """Close a case, and write the warning about recovery scams in the same transaction: there is no way
        to have the one without the other."""
        with self.store.begin() as tx:
            held = cases.hold(tx, case)
            if held is None:
                return None
            line = may(held.stage, Act.CLOSE, who.role)
            if isinstance(line, Refused):
                return line
            warning = open_warning(tx, held, cases.closings(tx, case) + 1, now)
            done = _told(step(tx, held, replace(self._wish(Act.CLOSE, who), warning=warning), now))
            cases.end_tasks(tx, held, who.name, now)
            return done

    def reopen(self, case: str, fact: str, who: Who, now: datetime) -> Done | Refused | None:
        """Open a closed case again, by something that is new."""
        with self.store.begin() as tx:
            held = cases.hold(tx, case)
            if held is None:
                return None
            return self._reopened(tx, held, f"told|{' '.join(fact.split()).casefold()}", who, now)

    def _reopened(self, tx: Tx, held: Case, signs: str, who: Who, now: datetime) -> Done | Refused:
        fact = tx.vault.fingerprint(f"case|{held.id}|{signs}")
        if signs == "told|" or cases.is_told(tx, held.id, fact):
            fact = ""
        return _told(step(tx, held, replace(self._wish(Act.REOPEN, who), fact=fact), now))

    def _wish(self, act: Act, who: Who) -> Wish:
        return Wish(act=act, role=who.role, actor=who.name, note=who.note, clock=self.clock)


def _told(moved: Moved | Refused) -> Done | Refused:
    return Done(moved.to) if isinstance(moved, Moved) else moved


def _stage(tx: Tx, case: Case) -> Stage:
    return (cases.hold(tx, case.id) or case).stage


def known(partners: Sequence[Partner], name: str) -> Partner | None:
    """The firm of this name."""
    return next((one for one in partners if one.name == name), None)
