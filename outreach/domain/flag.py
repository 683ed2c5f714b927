"""Flags as they arrive: a bounded batch of typed rows, and the lines that could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from outreach.domain.facts import FactType
from outreach.domain.scale import Channel

Table = TypeVar("Table")
"""The columnar table a batch is carried in; the domain never looks inside."""

UNKNOWN_PATTERN = "unknown_pattern"
"""What a pattern without a rule set becomes; the feed's own word stays in `claimed_pattern`."""

IDENTITY_COLUMNS = {"line": FactType.INTEGER, "identity": FactType.TEXT, "user_ref": FactType.TEXT}
"""Beside the facts: the line a flag is from, what makes it the same flag again (the feed's own id, else
a hash of its content), and the firm's id of the user (personal)."""

PROFILE_COLUMNS = {
    "locale": FactType.TEXT,
    "time_zone": FactType.TEXT,
    "country": FactType.TEXT,
    "phone": FactType.TEXT,
    "email": FactType.TEXT,
    "push_token": FactType.TEXT,
    "anti_phishing_code": FactType.TEXT,
    "consent_push": FactType.BOOLEAN,
    "consent_sms": FactType.BOOLEAN,
    "consent_email": FactType.BOOLEAN,
    "consent_text": FactType.TEXT,  # the SHA-256 of the text that the words of consent are about
}
"""How the person may be reached, as far as the feed says. NULL: the feed does not say."""

CONTACT_COLUMNS = {Channel.SMS: "phone", Channel.EMAIL: "email", Channel.PUSH: "push_token"}
"""The column that holds a channel's address."""

NEVER_ARCHIVED = frozenset({"user_ref", "phone", "email", "push_token", "anti_phishing_code"})
"""Columns that never leave the encrypted store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """One line of a feed that could not be read.

    `line` is the physical line of `place` (the record where quoted newlines are declared, the row for
    tables), 1-based; `reason` is from a closed list; `text` may be personal: stored encrypted, never logged.
    """

    line: int
    place: str
    reason: str
    column: str = ""
    text: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagBatch(Generic[Table]):
    """A bounded piece of a feed; the rows of `table` and `rejected` together are `lines`, always.

    `cursor` is where the next pull starts; it is kept in the transaction that keeps what came of the batch.
    `place` is where its lines are, as people find them.
    """

    table: Table
    rejected: tuple[Rejected, ...]
    lines: int
    cursor: str
    place: str = ""
