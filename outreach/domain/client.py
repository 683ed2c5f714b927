"""Clients: the firm's own programs that may use the inbox API, each with its token and its scopes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Scope(StrEnum):
    """What a client may do; one scope never includes another."""

    INBOX_READ = "inbox:read"  # list a person's messages, and hear of changes
    INBOX_ANSWER = "inbox:answer"  # mark seen, answer
    RECEIPTS_WRITE = "receipts:write"  # what the app knows of pushes and inbox messages
    VERIFY = "verify"  # a signed-in person asks whether a message is ours
    CODE_WRITE = "code:write"  # set or remove a person's anti-phishing code
    REPORTS_WRITE = "reports:write"  # a signed-in person reports a scam
    OUTCOMES_WRITE = "outcomes:write"  # the firm's systems tell what became of money
    AGENT = "agent"  # a person at the firm asks whether any message is ours


PREFIX = "outreach"
SECRET_BYTES = 32
_TOKEN = re.compile(rf"{PREFIX}_([0-9a-f]{{32}})_([A-Za-z0-9_-]{{43}})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One client, without its token. It stands until `expires_at` (None: always) unless revoked."""

    id: str
    name: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    used_at: datetime | None = None

    def stands(self, now: datetime) -> bool:
        """Whether its token is honoured."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def write_token(client: str, secret: str) -> str:
    """A token as a client sends it: `outreach_<id>_<secret>`, recognisable wherever it leaks."""
    return f"{PREFIX}_{client}_{secret}"


def read_bearer(header: str) -> tuple[str, str] | None:
    """The client's id and the whole token of an Authorization header; None for anything else."""
    scheme, _, token = header.partition(" ")
    shape = _TOKEN.fullmatch(token)
    return (shape[1], token) if shape is not None and scheme.lower() == "bearer" else None
