"""How recovery cases look: the list, one case, and both as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from rich.markup import escape
from rich.table import Table

from outreach.cli.console import out
from outreach.domain.case_wording import ANSWERS, CASES, FREEZES, STAGES, STEPS
from outreach.domain.contact import mask
from outreach.domain.moment import both
from outreach.domain.recovery_case import Role, acts_from
from outreach.domain.wording import say
from outreach.store.case_freezes import Freeze
from outreach.store.case_whole import Listed, WholeCase
from outreach.wiring.house import House

SHORT = 8


def money(sums: Mapping[str, Decimal]) -> str:
    """`1,250.5 EUR, 3 USDT`: each currency by itself."""
    return ", ".join(f"{amount:,f} {currency}" for currency, amount in sums.items())


def place(kept: str, *, reveal: bool) -> str:
    """An address or account; only its ends unless it is revealed."""
    if reveal or not kept:
        return kept
    return mask(kept) if "@" in kept or len(kept) < 14 else f"{kept[:6]}…{kept[-4:]}"


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def told_listed(one: Listed) -> dict[str, object]:
    """A case of the list, as JSON: sums are text, so that nothing rounds them."""
    case = one.case
    return {
        "id": case.id,
        "stage": case.stage.value,
        "pattern": case.pattern,
        "source": case.source,
        "owner": case.owner,
        "opened_at": _iso(case.opened_at),
        "left_at": _iso(case.left_at),
        "due_at": _iso(case.due_at),
        "late_since": _iso(case.late_since),
        "closed_at": _iso(case.closed_at),
        "left": {currency: f"{amount:f}" for currency, amount in one.left.items()},
        "back": {currency: f"{amount:f}" for currency, amount in one.back.items()},
    }


def show_list(found: Sequence[Listed], now: datetime) -> None:
    """The list as a table."""
    if not found:
        out.print("No recovery cases are open.")
        return
    table = Table(box=None, pad_edge=False)
    for name in ("case", "stage", "left", "back", "since", "next mark", "who"):
        table.add_column(name)
    for one in found:
        case = one.case
        since = _length(now - (case.left_at or case.opened_at))
        cells = (case.id[-SHORT:], case.stage.value, money(one.left), money(one.back), since)
        table.add_row(*map(escape, (*cells, _next(one, now), case.owner or "")))
    out.print(table)


def _next(one: Listed, now: datetime) -> str:
    case = one.case
    if case.late_since is not None:
        return f"LATE by {_length(now - case.late_since)}"
    return f"in {_length(case.due_at - now)}" if case.due_at else ""


def _length(length: timedelta) -> str:
    minutes = max(int(length.total_seconds() // 60), 0)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 72 * 60 else f"{minutes // 1440} days"


def plain(found: WholeCase, *, reveal: bool) -> dict[str, object]:
    """One case as JSON."""
    listed = Listed(case=found.case, left={}, back=found.back)
    return {
        **{key: value for key, value in told_listed(listed).items() if key != "left"},
        "transfers": [
            {
                "id": t.id,
                "chain": t.chain or None,
                "place": place(t.place, reveal=reveal),
                "amount": f"{t.amount:f}" if t.amount is not None else None,
                "currency": t.currency,
                "sent_at": _iso(t.sent_at),
            }
            for t in found.transfers
        ],
        "freezes": [_plain_freeze(f) for f in found.freezes],
        "amounts": [
            {
                "kind": a.kind,
                "amount": f"{a.amount:f}",
                "currency": a.currency,
                "source": a.source,
                "by": a.actor,
                "at": _iso(a.at),
            }
            for a in found.amounts
        ],
        "steps": [
            {"n": s.n, "act": s.act, "role": s.role, "by": s.actor, "stage": s.stage, "at": _iso(s.at)}
            | ({"note": s.note} if reveal else {})
            for s in found.steps
        ],
        "messages": [
            {"reference": m.reference, "channel": m.channel, "status": m.status} for m in found.messages
        ],
    }


def _plain_freeze(one: Freeze) -> dict[str, object]:
    return {
        "id": one.id,
        "firm": one.firm,
        "transfer": one.transfer,
        "state": one.state,
        "tries": one.tries,
        "trouble": one.trouble,
        "asked_at": _iso(one.asked_at),
        "answer_by": _iso(one.answer_by),
        "answer": one.answer,
        "answered_at": _iso(one.answered_at),
        "amount": f"{one.amount:f}" if one.amount is not None else None,
        "currency": one.currency,
    }


def show_whole(found: WholeCase, house: House, role: Role, *, reveal: bool) -> None:
    """One case in words."""
    case, now = found.case, house.clock()
    rows = {
        "case": case.id,
        "stands": say(STAGES, case.stage.value),
        "person": found.user or "forgotten",
        "about": case.pattern,
        "because": say(CASES, case.source),
        "taken by": case.owner or "nobody",
        "opened": both(case.opened_at, None),
        "left": both(case.left_at, None) if case.left_at else "not known when",
        "next mark": _next(Listed(case=case, left={}, back={}), now) or "none",
        "came back": money(found.back) or "nothing recorded",
        "their words": found.narrative or None,
    }
    for label, value in rows.items():
        if value is not None:
            out.print(f"  {label:<12} {value}", markup=False)
    _lines("What left", [_transfer(found, n, reveal=reveal) for n in range(len(found.transfers))])
    _lines("Asked to stop it", [_freeze(found, one) for one in found.freezes])
    _lines("Steps", [_step(found, n) for n in range(len(found.steps))])
    acts = ", ".join(act.value for act in acts_from(case.stage, role))
    out.print(f"What you may do here, as {role.value}: {acts}", markup=False)


def _lines(title: str, lines: Sequence[str]) -> None:
    out.print(f"{title}:", style="bold")
    for line in lines or ["nothing yet"]:
        out.print(f"  {line}", markup=False)


def _transfer(found: WholeCase, n: int, *, reveal: bool) -> str:
    one = found.transfers[n]
    amount = f"{one.amount:,f} {one.currency or ''}".strip() if one.amount is not None else "amount not known"
    to = " ".join(
        filter(None, (place(one.place, reveal=reveal) or "not known where", one.chain and f"({one.chain})"))
    )
    at = both(one.sent_at, None) if one.sent_at else "not known when"
    return f"{n + 1}. {amount} to {to}, {at}" + (f", core id {one.transfer_ref}" if one.transfer_ref else "")


def _freeze(found: WholeCase, one: Freeze) -> str:
    n = next((n for n, t in enumerate(found.transfers, 1) if t.id == one.transfer), 0)
    amount = f" ({one.amount:,f} {one.currency or ''})" if one.amount is not None else ""
    stands = say(ANSWERS, one.answer) + amount if one.answer else say(FREEZES, one.state)
    by = f", answer by {both(one.answer_by, None)}" if one.answer_by and not one.answer else ""
    why = f" [{one.trouble}]" if one.trouble and not one.answer else ""
    return f"{one.firm}, transfer {n}: {stands}{by}{why}"


def _step(found: WholeCase, n: int) -> str:
    one = found.steps[n]
    said = f": {one.note}" if one.note else ""
    return f"{both(one.at, None)}  {say(STEPS, one.act)} ({one.role} {one.actor}){said}"
