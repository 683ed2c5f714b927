"""Small builders of ledger rows: what a test does not care about is filled in."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Table

from outreach.domain.ladder import Ladder, Step, freeze
from outreach.domain.message import reference
from outreach.domain.scale import Channel
from outreach.store import tables
from outreach.store.contacts import Reach, write_reaches
from outreach.store.database import Tx
from outreach.store.intake import people_of

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
SHA = "ab" * 32
NUMBERS = itertools.count(1)
"""What must be unique over all ledgers of a test."""

URGENT = Ladder(
    name="urgent",
    steps=tuple(
        Step(channel=channel, template="pig_butchering/leaving", wait=timedelta(minutes=minutes))
        for channel, minutes in (
            (Channel.PUSH, 2),
            (Channel.SMS, 10),
            (Channel.EMAIL, 30),
            (Channel.CALL, 60),
        )
    ),
)


@dataclass
class Ledger:
    """Writes rows through one transaction; every verb answers the new row's id."""

    tx: Tx
    now: datetime = NOW
    run: str = ""
    pull: str = ""

    def begin(self) -> Ledger:
        """A run and a pull for the rest to hang on."""
        run = {"started_at": self.now, "finished_at": self.now, "rulebook_sha256": SHA}
        self.run = self._row(tables.runs, **run, counts={"no_rule_held": 4, "repeated": 1}, state="finished")
        counts = {"lines": 10, "read": 8, "quarantined": 2, "archive": None}
        self.pull = self._row(
            tables.pulls, run=self.run, feed="risk", n=next(NUMBERS), cursor="1", **counts, at=self.now
        )
        return self

    def person(self, user: str, **reach: Any) -> str:
        """A person, and how they may be reached (as `Reach` has it)."""
        person = people_of(self.tx, [user], self.now)[0][user]
        write_reaches(self.tx, [Reach(person=person, **reach)], "risk", self.now)
        return person

    def flag(self, person: str, pattern: str = "pig_butchering", **changes: Any) -> str:
        row = {"pull": self.pull, "feed": "risk", "identity": f"{next(NUMBERS):064x}", "beneficiary": ""}
        score = {"score": Decimal("86.500"), "score_model": "m1", "flagged_at": self.now}
        return self._row(tables.flags, person=person, pattern=pattern, **{**row, **score, **changes})

    def decision(self, person: str, pattern: str = "pig_butchering", **changes: Any) -> str:
        flag = changes.pop("flag", None) or self.flag(person, pattern, flagged_at=changes.get("at", self.now))
        row = {
            "flag": flag,
            "episode": None,
            "run": self.run,
            "rule": "money-leaving",
            "verdict": "warn",
            "reason": "held",
            "because": "",
            "shadow": False,
            "rule_set_sha256": SHA,
            "facts": {"amount_at_risk_usd": "4200", "destination_listed": True},
            "score": Decimal("86.5"),
            "arm": None,
            "band": None,
            "registration": None,
            "at": self.now,
        }
        return self._row(tables.decisions, person=person, pattern=pattern, **{**row, **changes})

    def outreach(self, person: str, pattern: str = "pig_butchering", **changes: Any) -> str:
        """An open climb on its own episode, decision and flag."""
        opened_at = changes.get("opened_at", self.now)
        episode = self._row(
            tables.episodes,
            person=person,
            pattern=pattern,
            beneficiary=f"{next(NUMBERS):064x}",
            severity_rank=2,
            transfer_ref="T-1",
            money_moved=False,
            opened_at=opened_at,
            last_flag_at=opened_at,
            closed_at=None,
        )
        row = {
            "episode": episode,
            "decision": self.decision(person, pattern, episode=episode, at=opened_at),
            "run": self.run,
            "rule": "money-leaving",
            "severity_rank": 2,
            "urgency_rank": 2,
            "ladder": freeze(URGENT),
            "in_doubt": "repeat",
            "state": "climbing",
            "step": 0,
            "sent": 0,
            "opened_at": opened_at,
            "due_at": opened_at,
            "expires_at": None,
            "lease_until": None,
            "lease_holder": None,
            "closed_at": None,
            "close_reason": None,
        }
        return self._row(tables.outreaches, person=person, pattern=pattern, **{**row, **changes})

    def message(self, person: str, outreach: str, **changes: Any) -> str:
        """A message in the ledger; `to`, `text`, `title` and `html` are sealed."""
        at = changes.get("created_at", self.now)
        content = {name: changes.pop(name, "") for name in ("text", "title", "html")}
        to = changes.pop("to", "+34600112233")
        row = {
            "outreach": outreach,
            "step": 0,
            "reference": reference(next(NUMBERS)),
            "channel": "sms",
            "locale": "en",
            "template": "pig_butchering/leaving.en.j2",
            "template_sha256": SHA,
            "to_hmac": self.tx.vault.fingerprint(to),
            "to_enc": self.tx.vault.seal(to),
            "body_enc": self.tx.vault.seal(json.dumps(content)),
            "status": "delivered",
            "status_at": at,
            "created_at": at,
            "next_attempt_at": None,
        }
        return self._row(tables.messages, person=person, **{**row, **changes})

    def attempt(self, message: str, **changes: Any) -> str:
        row = {
            "n": 1,
            "provider": "twilio",
            "started_at": self.now,
            "lease_until": self.now,
            "finished_at": self.now,
            "result": "accepted",
            "reason": None,
            "provider_ref": "SM1",
        }
        return self._row(tables.attempts, message=message, **{**row, **changes})

    def receipt(self, message: str, **changes: Any) -> str:
        row = {
            "provider": "twilio",
            "event_id": str(next(NUMBERS)),
            "provider_ref": "SM1",
            "detail": None,
        }
        moments = {"status": "delivered", "at": self.now, "received_at": self.now}
        return self._row(tables.receipts, message=message, **{**row, **moments, **changes})

    def evidence(self, message: str, grade: str = "machine_opened", **changes: Any) -> str:
        row = {"grade": grade, "source": "page", "at": self.now}
        return self._row(tables.evidence, message=message, **{**row, **changes})

    def answer(self, person: str, outreach: str, message: str, answer: str, **changes: Any) -> str:
        row = {"outreach": outreach, "message": message, "answer": answer, "via": "page", "at": self.now}
        return self._row(tables.acknowledgments, person=person, **{**row, **changes})

    def bar(self, outreach: str, **changes: Any) -> str:
        row = {"step": 0, "channel": "push", "verdict": "barred", "reason": "no_contact", "until": None}
        return self._row(tables.bars, outreach=outreach, **{**row, "at": self.now, **changes})

    def task(self, person: str, kind: str = "call", text: str = "Call.", **changes: Any) -> str:
        row = {"outreach": None, "step": None, "due_at": self.now, "owner": None, "state": "open"}
        more = {"text_enc": self.tx.vault.seal(text), "opened_at": self.now, "closed_at": None}
        return self._row(tables.tasks, person=person, kind=kind, **{**row, **more, **changes})

    def core_call(self, person: str, act: str = "hold", state: str = "asked", **changes: Any) -> str:
        row = {"episode": None, "transfer_ref": "T-1", "reason": "the person asked to stop it", "tries": 1}
        moments = {"due_at": self.now, "asked_at": self.now, "answered_at": None}
        return self._row(
            tables.core_calls, person=person, act=act, state=state, **{**row, **moments, **changes}
        )

    def reply(self, person: str, message: str, text: str = "1", **changes: Any) -> str:
        row = {
            "provider": "twilio",
            "provider_ref": f"SM{next(NUMBERS):032x}",
            "from_hmac": SHA,
            "kind": "answer",
        }
        rest = {"answer": "stop_transfer", "scope": None, "confirmed": None, "answer_due": None}
        whole = {**row, **rest, "text_enc": self.tx.vault.seal(text), "at": self.now, **changes}
        return self._row(tables.replies, person=person, message=message, **whole)

    def outcome(self, episode: str, level: str = "P2", amount: str = "4200", **changes: Any) -> str:
        """An entry of the ledger of outcomes."""
        row = {"currency": "USD", "window": "7d", "method": "ledger", "definition": "2026-11", "n": 1}
        more = {"state": "provisional", "restates": None, "reason": "", "owner": "warning", "at": self.now}
        lists: dict[str, list[str]] = {"beside": [], "told": []}
        whole = {**row, **more, **lists, "rate": None, "rate_source": None, **changes}
        return self._row(tables.outcomes, episode=episode, level=level, amount=Decimal(amount), **whole)

    def quarantined(self, reason: str) -> str:
        row = {"pull": self.pull, "place": "flags.csv", "line": 3, "column": "phone", "reason": reason}
        return self._row(tables.quarantine, **row, text_enc=self.tx.vault.seal("…"), at=self.now)

    def _row(self, table: Table[Any], **columns: Any) -> str:
        row: Mapping[str, Any] = {"id": self.tx.new_id(), **columns}
        self.tx.insert(table, [row])
        return str(row["id"])
