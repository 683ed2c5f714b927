"""The flag archive as a source: transfers that a feed said had left, whatever the rules said of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa

from outreach.adapters.transfers.files import READERS
from outreach.adapters.transfers.search import Search, Span
from outreach.domain.lookback import PATTERN, Turned

SELECT = {
    "sent_at": "coalesce(sent_at, flagged_at)",
    "amount_usd": "CASE WHEN currency IN ('USD', 'USDT', 'USDC') THEN amount ELSE amount_at_risk_usd END",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedTransfers:
    """The archive's files of some days. Only what a feed called `sent` has left: nothing else is believed."""

    files: Callable[[date, date], Sequence[Path]]
    name: str = "the archive"

    def sent_to(self, turned: Sequence[Turned], since: datetime, until: datetime) -> Iterator[pa.Table]:
        """What the port promises, by the ledger's own person."""
        paths = [path.resolve() for path in self.files(since.date(), until.date())]
        if not paths:
            return
        listed = "[" + ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths) + "]"
        sent = f"transfer_state = 'sent' AND pattern <> '{PATTERN}'"
        source = "(SELECT DISTINCT ON (person, coalesce(transfer_ref, CAST(flagged_at AS VARCHAR))) * FROM"
        source += f" {READERS['parquet'].format(files=listed)} WHERE {sent})"
        with Search(self.name, paths) as search:
            yield from search.found(source, SELECT, Span(turned=turned, since=since, until=until))

    def check(self) -> None:
        """An archive without files is no fault."""
