"""Another attempt while a hold stands: the next warning at once, or a person calls; once for each attempt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from outreach.domain.decision import Verdict
from outreach.domain.episode import Claim, Ruling
from outreach.domain.hold import Cause
from outreach.store import repeats as ledger
from outreach.store.core_calls import Ask, ask_core, withdraw
from outreach.store.database import Tx
from outreach.store.repeats import Repeat, Standing
from outreach.store.tasks import Task, open_tasks
from outreach.telemetry import REPEATED

CALL_WITHIN = timedelta(minutes=15)

TASK = "repeat"
"""The kind of the task that asks a person to call."""

log = structlog.get_logger()


def escalate(tx: Tx, rulings: Sequence[Ruling], now: datetime) -> int:
    """Act on every attempt of these that came under a standing hold; how many there were."""
    wanted = [r for r in rulings if _is_attempt(r.claim)]
    standing = ledger.standing_of(tx, {r.claim.key[0] for r in wanted}, now)
    count = 0
    for ruling in wanted:
        own = [one for one in standing if one.person == ruling.claim.key[0]]
        about = [one for one in own if _is_about(one, ruling.claim)]
        ref = ruling.claim.facts.get("transfer_ref")
        if about and ref not in {one.transfer_ref for one in own}:
            count += _again(tx, ruling, about, now)
    return count


def _is_attempt(claim: Claim) -> bool:
    return claim.decision.verdict is Verdict.WARN and not claim.decision.is_shadow


def _is_about(held: Standing, claim: Claim) -> bool:
    _, pattern, beneficiary = claim.key
    is_same = held.pattern == pattern or (bool(beneficiary) and held.beneficiary == beneficiary)
    return is_same and claim.at >= held.since


def _again(tx: Tx, ruling: Ruling, about: Sequence[Standing], now: datetime) -> int:
    claim = ruling.claim
    person, ref = claim.key[0], claim.facts.get("transfer_ref")
    attempt = ledger.attempt_of(person, ref if isinstance(ref, str) else claim.flag)
    id = ledger.write(tx, Repeat(person=person, flag=claim.flag, attempt=attempt), now)
    if id is None:
        return 0
    withdrawn = sum(withdraw(tx, "release", one.episode, now) for one in about)
    outreach = ledger.hurry(tx, id, person, now)
    if outreach is None or withdrawn:
        open_tasks(tx, [_task(person, withdrawn, now)])
    _hold(tx, ruling, now)
    log.info(REPEATED, outreach=outreach, flag=claim.flag, hurried=outreach is not None)
    return 1


def _hold(tx: Tx, ruling: Ruling, now: datetime) -> None:
    """The new transfer is held, too, where the rule asks for holds; one that opens a climb asks by itself."""
    ladder, ref = ruling.decision.rule.rule.warn.ladder, ruling.claim.facts.get("transfer_ref")
    if not ladder.hold or not isinstance(ref, str) or ruling.opens:
        return
    wish = Ask(
        act="hold",
        person=ruling.claim.key[0],
        episode=ruling.episode,
        transfer_ref=ref,
        reason=Cause.REPEAT_ATTEMPT.value,
        cause=Cause.REPEAT_ATTEMPT.value,
        seconds=int(ladder.hold.total_seconds()),
    )
    ask_core(tx, wish, now)


def _task(person: str, withdrawn: int, now: datetime) -> Task:
    release = " A release that was to be asked for was withdrawn." if withdrawn else ""
    return Task(
        kind=TASK,
        person=person,
        outreach=None,
        step=None,
        text=f"Tries again while a transfer is on hold: call from the app.{release}",
        opened_at=now,
        due_at=now + CALL_WITHIN,
    )
