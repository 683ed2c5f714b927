"""The warning that closes a case, as an outreach of its own: it climbs by the ladder and through the gate."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from decimal import Decimal

from outreach.domain.ladder import Ladder, Step, freeze
from outreach.domain.ruleset import InDoubt
from outreach.domain.scale import Channel, Urgency
from outreach.store import runs
from outreach.store.cases import Case
from outreach.store.database import Tx
from outreach.store.tables import decisions, episodes, flags, outreaches, pulls

PATTERN, RULE, FEED = "recovery", "case-closing", "cases"
"""What the warning is about, by which rule, and where its flag comes from: no feed brings it."""

TEMPLATE = "recovery/closing"
LASTS = timedelta(days=14)

LADDER = Ladder(
    name="case-closing",
    steps=(
        Step(channel=Channel.INBOX, template=TEMPLATE, wait=timedelta(minutes=10)),
        Step(channel=Channel.PUSH, template=TEMPLATE, wait=timedelta(hours=1)),
        Step(channel=Channel.EMAIL, template=TEMPLATE, wait=timedelta()),
    ),
)
"""Every step is climbed until the person answers. The inbox comes first: it needs nobody else."""


def open_warning(tx: Tx, case: Case, n: int, now: datetime) -> str:
    """Open the outreach that says it, in this transaction; its id. `n`: the how-manieth closing it is."""
    about = {"person": case.person, "pattern": PATTERN}
    sign = tx.vault.fingerprint(f"case-closing|{case.id}|{n}")
    ladder = freeze(LADDER)
    version = hashlib.sha256(ladder.encode()).hexdigest()
    runs.keep_texts(tx, [(version, "ladder", LADDER.name, ladder)], now)
    run, pull, flag, episode, decision, outreach = (tx.new_id() for _ in range(6))
    runs.begin_run(tx, run, version, now, now)
    runs.finish_run(tx, run, {"cases_closed": 1}, "finished", now)
    read = {"lines": 1, "read": 1, "quarantined": 0, "archive": None, "cursor": ""}
    feed = f"{FEED}:{case.id[-16:]}"  # a feed of its own: two that close at once never wait for each other
    tx.insert(pulls, [{"id": pull, "run": run, "feed": feed, "n": n, "at": now, **read}])
    told = {"identity": sign, "beneficiary": "", "score": Decimal(0), "score_model": None}
    tx.insert(flags, [{"id": flag, **about, "pull": pull, "feed": feed, "flagged_at": now, **told}])
    rest = {"severity_rank": 0, "transfer_ref": None, "money_moved": True, "closed_at": None}
    moments = {"opened_at": now, "last_flag_at": now}
    tx.insert(episodes, [{"id": episode, **about, "beneficiary": sign, **rest, **moments}])
    about |= {"episode": episode, "run": run, "rule": RULE}
    tx.insert(decisions, [{"id": decision, **about, "flag": flag, **_decided(version), "at": now}])
    tx.insert(outreaches, [{"id": outreach, **about, "decision": decision, **_climbing(ladder, now)}])
    return outreach


def _decided(version: str) -> dict[str, object]:
    return {
        "verdict": "warn",
        "reason": "held",
        "because": "",
        "shadow": False,
        "rule_set_sha256": version,
        "facts": {},
        "score": None,
        "arm": None,
        "band": None,
        "registration": None,
    }


def _climbing(ladder: str, now: datetime) -> dict[str, object]:
    return {
        "severity_rank": 0,
        "urgency_rank": Urgency.SOON.rank,
        "ladder": ladder,
        "in_doubt": InDoubt.REPEAT.value,
        "state": "climbing",
        "step": 0,
        "sent": 0,
        "opened_at": now,
        "due_at": now,
        "expires_at": now + LASTS,
        "lease_until": None,
        "lease_holder": None,
        "closed_at": None,
        "close_reason": None,
    }
