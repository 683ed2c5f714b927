"""Transfers in a database: it is asked for the beneficiaries only, so that its index does the search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from outreach.adapters.transfers.search import Search, Span
from outreach.adapters.transfers.text_rows import text_table
from outreach.domain.lookback import Turned, spellings
from outreach.errors import FeedError

ASKED_AT_ONCE = 500
"""Beneficiaries in one query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlTransfers:
    """What `query` gives. `beneficiary` names its own column that is searched by, best one with an index.

    A beneficiary is asked for as its list spells it and as it is compared; the query bounds the time.
    """

    name: str
    url: str = field(repr=False)
    query: str
    beneficiary: str = "beneficiary"
    select: Mapping[str, str] = field(default_factory=dict)

    def sent_to(self, turned: Sequence[Turned], since: datetime, until: datetime) -> Iterator[pa.Table]:
        """What the port promises; the database is asked for some hundred beneficiaries at a time."""
        by_key = {one.key: one for one in turned}
        engine = sa.create_engine(self.url, hide_parameters=True)
        try:
            keys = sorted(by_key)
            for start in range(0, len(keys), ASKED_AT_ONCE):
                part = [by_key[key] for key in keys[start : start + ASKED_AT_ONCE]]
                span = Span(turned=part, since=since, until=until)
                yield from self._found(engine, span)
        finally:
            engine.dispose()

    def check(self) -> None:
        """FeedError where the query cannot be run."""
        engine = sa.create_engine(self.url, hide_parameters=True)
        try:
            self._rows(engine, ["nobody"])
        finally:
            engine.dispose()

    def _found(self, engine: sa.Engine, span: Span) -> Iterator[pa.Table]:
        wanted = spellings((one.key for one in span.turned), (one.beneficiary for one in span.turned))
        rows = self._rows(engine, wanted)
        if not rows:
            return
        with Search(self.name) as search:
            search.connection.register("asked", text_table(rows))
            yield from search.found("asked", self.select, span)

    def _rows(self, engine: sa.Engine, wanted: Sequence[str]) -> list[dict[str, Any]]:
        beneficiary: sa.ColumnClause[str] = sa.column(self.beneficiary)
        inner = sa.text(self.query.strip().rstrip(";").replace(":", "\\:"))
        table = inner.columns(beneficiary).subquery("transfers")
        query = sa.select(sa.text("*")).select_from(table).where(beneficiary.in_(wanted))
        try:
            with engine.connect() as connection:
                return [dict(row) for row in connection.execute(query).mappings()]
        except sa.exc.SQLAlchemyError as error:  # its words may hold an address or a password
            raise FeedError(
                f"{self.name}: the database cannot be asked ({type(error).__name__}); mend url or query"
            ) from None
