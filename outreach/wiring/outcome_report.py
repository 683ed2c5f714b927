"""The outcome report: lines read once into a file of columns, summed up and measured there."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow.dataset import Dataset, dataset

from outreach.adapters.measuring import measure, naive
from outreach.adapters.measuring.advising import COLUMNS as ASKED_FOR_ADVICE
from outreach.adapters.measuring.advising import advise
from outreach.adapters.measuring.naive import COLUMNS
from outreach.adapters.summary import summarise
from outreach.domain.experiment import Registered
from outreach.domain.outcomes.advice import Advice
from outreach.domain.outcomes.figures import OutcomeReport
from outreach.domain.outcomes.level import DEFINITION
from outreach.domain.outcomes.reporting import part
from outreach.domain.outcomes.rows import COLUMNS as COLUMNS_OF_ROWS
from outreach.domain.outcomes.rows import head, rows
from outreach.domain.outcomes.summary import Cut
from outreach.store.outcome_lines import SCHEMA, lines
from outreach.store.registrations import registered
from outreach.wiring.house import House

Told = Callable[[int], None]
"""Hears how many lines were read so far."""


def outcome_report(
    house: House, since: datetime, until: datetime, cut: Cut | None, told: Told = lambda count: None
) -> OutcomeReport:
    """What warnings came to. Reads only; lines lie in a file of the system's temporary folder meanwhile."""
    settings, now = house.settings, house.clock()
    with line_file(house, since, until, told) as found:
        with house.store.read() as tx:
            experiments = registered(tx, since, until)
        whole = summarise(found, SCHEMA, cut, folder=tempfile.gettempdir())
        measured = measure(compared(found, experiments), experiments)
        shown = naive(found.to_table(columns=list(COLUMNS)))
    currency, priced_in = settings.outcomes.currency, settings.traffic.spend.currency
    return OutcomeReport(
        firm=settings.firm,
        currency=currency,
        priced_in=priced_in,
        definition=DEFINITION,
        since=since,
        until=until,
        made_at=now,
        cut=cut,
        everybody=part(whole.everybody, currency, priced_in),
        parts=tuple(part(group, currency, priced_in) for group in whole.groups),
        tired=whole.tired,
        measured=measured,
        naive=shown,
    )


@contextmanager
def line_file(
    house: House, since: datetime, until: datetime, told: Told = lambda count: None
) -> Iterator[Dataset]:
    """The lines of this time as a dataset, for the length of a block."""
    with tempfile.TemporaryDirectory(prefix="outreach-lines-") as folder:
        file, count = Path(folder) / "lines.parquet", 0
        with house.store.read() as tx, pq.ParquetWriter(file, SCHEMA) as writer:
            for batch in lines(tx, since, until, currency=house.settings.outcomes.currency):
                writer.write_batch(batch)
                count += batch.num_rows
                told(count)
        yield dataset(file)


def advice(
    house: House, since: datetime, until: datetime, worth: Decimal, told: Told = lambda count: None
) -> tuple[Advice, ...]:
    """For each rule with a cut-off, which other one did better. Reads only, changes nothing."""
    with line_file(house, since, until, told) as found:
        return advise(found.to_table(columns=list(ASKED_FOR_ADVICE)), worth)


def compared(found: Dataset, experiments: list[Registered]) -> pa.Table:
    """What comparisons ask: every line of everybody who takes part in one."""
    hashes = pa.array([one.sha256 for one in experiments], pa.string())
    taking_part = found.to_table(columns=["person"], filter=pc.field("registration").isin(hashes))
    return found.to_table(filter=pc.field("person").isin(pc.unique(taking_part.column("person"))))


def write_parquet(told: OutcomeReport, file: Path) -> None:
    """The report's figures as a Parquet file; what they all share is in its metadata."""
    found = [{**row, "value": None if row["value"] is None else str(row["value"])} for row in rows(told)]
    kinds = {"n": pa.int64(), "low": pa.float64(), "high": pa.float64()}
    schema = pa.schema(
        [(name, kinds.get(name, pa.string())) for name in COLUMNS_OF_ROWS], metadata=head(told)
    )
    pq.write_table(pa.Table.from_pylist(found, schema=schema), file)
