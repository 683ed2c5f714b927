"""Confirmed losses: what a feed, a client or a file tells of money lost opens a recovery case, once.

A round that is cut off is begun again where the last page ended, and one done twice opens nothing twice: a
case is one an episode, and a transfer that its case knows never joins it again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

import structlog

from outreach.domain.case_clock import CaseClock
from outreach.domain.loss import Loss, Lost
from outreach.domain.outcomes.confirmed import BY_FEED, UNNAMED, Confirmed, confirmed
from outreach.engine.cases import open_case
from outreach.engine.ports import Clock
from outreach.store import reckoning
from outreach.store.confirmed_losses import Belongs, Whereabouts, touched, whereabouts
from outreach.store.database import Store, Tx
from outreach.store.outcome_facts import standing
from outreach.telemetry import LOSSES_CONFIRMED

MARK = "confirmed"
PAGE = 200
"""Tellings of one transaction: each may open a case, which takes some milliseconds."""

PAGES = 500
"""Of one round at most; the next goes on."""

SOURCE = "confirmed_loss"
UNFLAGGED = "unknown_pattern"
"""The pattern of a loss that no flag was about."""

MOST = Decimal(10) ** 18

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmedLosses:
    """The stage that opens cases. `within`: how old a loss may be; None: none is opened at all."""

    store: Store
    clock: Clock
    within: timedelta | None
    times: CaseClock = field(default_factory=CaseClock)

    def run(self, is_stopping: Callable[[], bool] = lambda: False) -> Counter[str]:
        """Go through what was told since the last round, page by page."""
        counts: Counter[str] = Counter()
        for _ in range(PAGES if self.within is not None else 0):
            if is_stopping():
                break
            with self.store.begin() as tx:
                found, more = self._page(tx, self.clock())
            counts.update(found)
            if not more:
                break
        if counts:
            log.info(LOSSES_CONFIRMED, **counts)
        return counts

    def _page(self, tx: Tx, now: datetime) -> tuple[Counter[str], bool]:
        before = reckoning.hold_mark(tx, MARK, now)
        persons, mark, more = touched(tx, before.mark, PAGE)
        if mark != before.mark:
            reckoning.set_mark(tx, MARK, mark, mark, now)
        since = now - (self.within or timedelta())
        told = standing(tx, persons) if persons else {}
        losses = [loss for ones in told.values() for loss in confirmed(ones, since)]
        opened = Counter(self._open(tx, loss, now) for loss in wanted(tx, losses)) if losses else Counter()
        return +Counter(cases=opened[True]), more

    def _open(self, tx: Tx, loss: Loss, now: datetime) -> bool:
        return open_case(tx, loss, now, self.times).is_new


def wanted(tx: Tx, losses: list[Confirmed]) -> Iterator[Loss]:
    """Those that no case knows of yet, each as what opens a case, or joins one.

    What the one before has done counts for the next: of two losses of a person at one place the first opens
    the case, and the second joins it where it names a transfer of its own.
    """
    known, begun = whereabouts(tx, losses), set[tuple[str, str]]()
    for loss in losses:
        if (loss.person, loss.transfer) in known.in_cases:
            continue
        one, lost = _of(loss, known)
        case = (loss.person, one.episode if one.episode else one.beneficiary)
        has_case = case in begun or one.episode in known.left or _has_case(loss.person, one, known)
        if has_case and (not loss.transfer or _may_be_known(lost, known.left.get(one.episode, []))):
            continue
        begun.add(case)
        yield Loss(
            person=loss.person,
            pattern=one.pattern,
            source=SOURCE,
            reported_by=BY_FEED,
            episode=one.episode or None,
            beneficiary=one.beneficiary,
            left_at=loss.at,
            transfers=(lost,),
        )


def _of(loss: Confirmed, known: Whereabouts) -> tuple[Belongs, Lost]:
    """Where it belongs, and what left: the flag's own words first, what was told where it had none."""
    flag = known.flagged.get((loss.person, loss.transfer))
    place = (loss.person, flag[0].beneficiary if flag else loss.beneficiary)
    one = known.with_case.get(place) or (flag[0] if flag else known.here.get(place))
    told = Lost(amount=_within(loss.amount), currency=loss.currency, sent_at=loss.at, chain=loss.rail)
    if flag:
        lost = replace(told, place=flag[1].place, transfer_ref=flag[1].transfer_ref, chain="")
        if lost.amount is None:
            lost = replace(lost, amount=_within(flag[1].amount), currency=flag[1].currency)
    else:
        lost = replace(told, key=loss.transfer or UNNAMED)
    return one or Belongs("", UNFLAGGED, loss.beneficiary), lost


def _has_case(person: str, one: Belongs, known: Whereabouts) -> bool:
    same = known.with_case.get((person, one.beneficiary))
    return same is not None and same.episode == one.episode


def _within(amount: Decimal | None) -> Decimal | None:
    """An amount that a case can show; what is larger is a mistake, and is left to whoever works it."""
    return None if amount is None or amount >= MOST else amount


def _may_be_known(lost: Lost, left: list[Lost]) -> bool:
    """Whether a transfer of the case that nobody could name may be this one."""
    return any(
        not one.transfer_ref
        and (
            one.amount is None
            or lost.amount is None
            or (one.amount, one.currency) == (lost.amount, lost.currency)
        )
        for one in left
    )
