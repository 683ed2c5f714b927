"""Due outreaches by the thousand, written straight into the store: what the delivery benches send."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from outreach.adapters.rulebook import load_rulebook
from outreach.domain.facts import Facts
from outreach.domain.ladder import Ladder, Step, freeze
from outreach.domain.scale import Channel
from outreach.engine.facts import to_json
from outreach.store.database import Store, Tx
from outreach.store.tables import (
    contact_points,
    decisions,
    episodes,
    flags,
    outreaches,
    people,
    profiles,
    pulls,
    runs,
)

PATTERN = "pig_butchering"
LOCALES = ("en", "es", "pt-BR", "ar", "hi", "zh-Hans")
PAGE = 5_000
"""Outreaches written in one transaction."""


def seed(store: Store, root: Path, count: int, channel: Channel, now: datetime, *, lang: str = "") -> None:
    """So many people, each with one outreach whose only step is due on this channel.

    All languages in turn, or just `lang`. The facts are those of a shipped example that is warned.
    """
    facts = _facts(root, now.date())
    numbers = iter(range(count))
    run, pull = store.new_id(), store.new_id()
    with store.begin() as tx:
        _run(tx, run, pull, count, now)
    common = {"run": run, "pull": pull, "facts": facts, "ladder": _ladder(channel), "now": now}
    while page := list(islice(numbers, PAGE)):
        with store.begin() as tx:
            _page(tx, page, channel, common, lang)


def _facts(root: Path, today: date) -> Mapping[str, Any]:
    book = load_rulebook(root / "rules", today=today)
    facts: Facts = next(e.facts for e in book.sets[PATTERN].examples if e.expect == "warn")
    # No transfer: whatever its core says of one is no cost of ours.
    return {n: v for n, v in to_json(facts, book.catalogue).items() if n != "transfer_ref"}


def _ladder(channel: Channel) -> str:
    step = Step(channel=channel, template=f"{PATTERN}/leaving", wait=timedelta(days=1))
    return freeze(Ladder(name="bench", steps=(step,)))


def _run(tx: Tx, run: str, pull: str, count: int, now: datetime) -> None:
    row = {"id": run, "started_at": now, "finished_at": now, "rulebook_sha256": "0" * 64, "beat_at": now}
    tx.insert(runs, [{**row, "counts": {}, "state": "finished"}])
    read = {"lines": count, "read": count, "quarantined": 0, "archive": None, "at": now}
    tx.insert(pulls, [{"id": pull, "run": run, "feed": f"bench-{pull}", "n": 1, "cursor": "", **read}])


def _page(tx: Tx, page: list[int], channel: Channel, common: Mapping[str, Any], lang: str) -> None:
    rows: dict[Any, list[dict[str, Any]]] = {
        table: [] for table in (people, profiles, contact_points, flags, episodes, decisions, outreaches)
    }
    for n in page:
        for table, row in _rows(tx, n, channel, common, lang):
            rows[table].append(row)
    for table, wanted in rows.items():
        tx.insert(table, wanted)


def _rows(
    tx: Tx, n: int, channel: Channel, common: Mapping[str, Any], lang: str
) -> Iterator[tuple[Any, dict[str, Any]]]:
    person, flag, episode, decision, outreach = (tx.new_id() for _ in range(5))
    now, run = common["now"], common["run"]
    told = {"id": person, "created_at": now}
    yield people, {**told, "user_ref_hmac": f"{person:0>64}", "user_ref_enc": b""}
    home = {"zone": "UTC", "country": "US", "code_enc": None, "source": "bench", "updated_at": now}
    yield profiles, {"person": person, "locale": lang or LOCALES[n % len(LOCALES)], **home}
    value = {Channel.SMS: f"+1555{n:07d}", Channel.EMAIL: f"u{n}@example.com"}.get(channel, f"token-{person}")
    yield (
        contact_points,
        {
            "id": tx.new_id(),
            "person": person,
            "channel": channel.value,
            "value_enc": tx.vault.seal(value),
            "value_hmac": tx.vault.fingerprint(value),
            "valid_from": now,
            "valid_to": None,
            "source": "bench",
            "seen_at": now,
        },
    )
    whose = {"person": person, "pattern": PATTERN}
    seen = {"score": Decimal(95), "score_model": None, "flagged_at": now, "identity": f"{flag:0>64}"}
    yield flags, {"id": flag, **whose, "pull": common["pull"], "feed": "bench", "beneficiary": "", **seen}
    yield (
        episodes,
        {
            "id": episode,
            **whose,
            "beneficiary": "",
            "severity_rank": 3,
            "transfer_ref": None,
            "money_moved": False,
            "opened_at": now,
            "last_flag_at": now,
            "closed_at": None,
        },
    )
    yield (
        decisions,
        {
            "id": decision,
            **whose,
            "flag": flag,
            "episode": episode,
            "run": run,
            "rule": "bench",
            "verdict": "warn",
            "reason": "rule_held",
            "because": "",
            "shadow": False,
            "rule_set_sha256": "0" * 64,
            "facts": common["facts"],
            "score": Decimal(95),
            "arm": None,
            "band": None,
            "registration": None,
            "at": now,
        },
    )
    yield (
        outreaches,
        {
            "id": outreach,
            **whose,
            "episode": episode,
            "decision": decision,
            "run": run,
            "rule": "bench",
            "severity_rank": 3,
            "urgency_rank": n % 3,  # a queue of several urgencies
            "ladder": common["ladder"],
            "in_doubt": "repeat",
            "state": "climbing",
            "step": 0,
            "sent": 0,
            "opened_at": now,
            "due_at": now + timedelta(microseconds=n % 1000),
            "expires_at": now + timedelta(hours=6 + n % 7) if n % 5 else None,
            "lease_until": None,
            "lease_holder": None,
            "closed_at": None,
            "close_reason": None,
        },
    )
