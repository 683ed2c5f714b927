"""The one search: rows of any source, joined with what turned bad and summed by person, in a locked DuckDB.

Memory holds the beneficiaries and what was found, never the transfers: those are streamed, and what does not
fit is spilled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any

import duckdb
import pyarrow as pa
import structlog

from outreach.domain.chains import CASH_PREFIX, key_of
from outreach.domain.flag import PROFILE_COLUMNS
from outreach.domain.lookback import Turned
from outreach.errors import FeedError
from outreach.telemetry import LOOKBACK_UNREADABLE

ROWS = 1_000
"""Findings in one table."""

MEMORY = "512MB"

NEEDED = ("user_ref", "beneficiary", "sent_at")
WANTED = ("person", "user_ref", "beneficiary", "sent_at", "amount_usd", "transfer_ref", *PROFILE_COLUMNS)
"""What a source may tell of a transfer; those needed are needed of everybody but our own archive."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What is looked for, and between which moments."""

    turned: Sequence[Turned] = field(repr=False)
    since: datetime
    until: datetime


class Search:
    """A DuckDB for one search; a context manager. `paths`: the only files it may read."""

    def __init__(self, name: str, paths: Sequence[Path] = ()) -> None:
        self.name = name
        self._spill = TemporaryDirectory(prefix="outreach-lookback-")
        self.connection = duckdb.connect(
            ":memory:",
            config={"threads": 2, "memory_limit": MEMORY, "temp_directory": self._spill.name},
        )
        self.connection.execute("SET TimeZone = 'UTC'")
        self.connection.execute("SET preserve_insertion_order = false")
        self.connection.execute("SET allowed_paths = $paths", {"paths": [str(path) for path in paths]})
        self.connection.execute("SET enable_external_access = false")
        self.connection.execute("SET lock_configuration = true")

    def __enter__(self) -> Search:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()
        self._spill.cleanup()

    def found(self, source: str, select: Mapping[str, str], span: Span) -> Iterator[pa.Table]:
        """What the port promises, of the rows of `source` (SQL after FROM), read by these expressions."""
        bad = {one.key for one in span.turned}
        table = pa.table({"key": pa.array(sorted(bad), pa.string())})
        self.connection.register("turned", table)
        self._ask(f"CREATE TEMP TABLE bad AS SELECT DISTINCT {_low('key')} AS low FROM turned")
        picked = self._picked(source, select)
        self._ask(f"CREATE TEMP TABLE matched AS {_MATCHED.format(picked=picked)}")
        self._spell(bad)
        self._tell_unreadable()
        summed = self.connection.sql(_SUMMED, params={"since": span.since, "until": span.until})
        for batch in summed.to_arrow_reader(ROWS):
            if batch.num_rows:
                yield pa.Table.from_batches([batch])

    def _spell(self, bad: set[str]) -> None:
        """Which of the spellings that were met are what turned bad, by the one rule that all lists go by."""
        met = [spelled for (spelled,) in self._ask("SELECT DISTINCT beneficiary FROM matched")]
        keys = {spelled: key for spelled in met if (key := key_of(spelled)) in bad}
        columns = {"beneficiary": list(keys), "key": list(keys.values())}
        self.connection.register(
            "spelled", pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
        )

    def _picked(self, source: str, select: Mapping[str, str]) -> str:
        """Every wanted column as text; one that is neither selected nor there is NULL."""
        present = {row[0].casefold() for row in self._ask(f"DESCRIBE SELECT * FROM {source} LIMIT 0")}
        lacking = [n for n in NEEDED if n not in select and n not in present]
        if lacking and "person" not in present:
            raise FeedError(
                f"{self.name}: the transfers have no column {', '.join(lacking)}; name them under its select"
            )
        columns = [f"{_expression(name, select, present)} AS {name}" for name in WANTED]
        return f"SELECT {', '.join(columns)} FROM {source}"

    def _tell_unreadable(self) -> None:
        """Rows to what turned bad that cannot be used are counted, loudly: nobody vanishes in silence."""
        ((rows,),) = self._ask(f"SELECT count(*) FROM matched WHERE NOT ({_USABLE})")
        if rows:
            log.warning(LOOKBACK_UNREADABLE, source=self.name, rows=rows)

    def _ask(self, sql: str) -> list[tuple[Any, ...]]:
        try:
            return self.connection.execute(sql).fetchall()
        except (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException) as error:
            said = str(error).splitlines()[0]  # of the operator's own expression, before a row was read
            raise FeedError(f"{self.name}: the select does not fit: {said}") from None
        except duckdb.Error as error:  # its words may quote a row
            raise FeedError(f"{self.name}: the transfers cannot be read ({type(error).__name__})") from None


def _expression(name: str, select: Mapping[str, str], present: set[str]) -> str:
    if name in select:
        return f"CAST((\n{select[name]}\n) AS VARCHAR)"
    return f'CAST("{name}" AS VARCHAR)' if name in present else "CAST(NULL AS VARCHAR)"


def _low(column: str) -> str:
    """What all spellings of a beneficiary have in common, and few others: what it lets in is asked again."""
    plain = f"lower(trim({column}, E' \\t\\r\\n'))"
    bare = f"{plain}[{len(CASH_PREFIX) + 1}:]"
    return f"CASE WHEN starts_with({plain}, '{CASH_PREFIX}') THEN {bare} ELSE {plain} END"


_MATCHED = f"""
SELECT * REPLACE (
    TRY_CAST(sent_at AS TIMESTAMPTZ) AS sent_at,
    TRY_CAST(amount_usd AS DECIMAL(18, 4)) AS amount_usd,
    nullif(trim(user_ref), '') AS user_ref)
FROM ({{picked}}) AS picked
WHERE {_low("beneficiary")} IN (SELECT low FROM bad)
"""
_USABLE = "sent_at IS NOT NULL AND (user_ref IS NOT NULL OR person IS NOT NULL)"
_LATEST = ", ".join(f"arg_max({name}, sent_at) AS {name}" for name in ("transfer_ref", *PROFILE_COLUMNS))
_SHAPES = {
    "phone": r"\+[1-9][0-9]{6,14}",
    "email": r"[^@\s[:cntrl:]<>()\[\]\\,;:\"]+@[A-Za-z0-9][A-Za-z0-9.-]*\.[A-Za-z0-9-]+",
    "locale": "[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,5}",
    "country": "[A-Z]{2}",
    "push_token": "[!-~]+",
    "anti_phishing_code": "[^[:cntrl:]]{1,32}",
    "time_zone": "[A-Za-z0-9_+/-]{1,64}",
    "consent_text": "[0-9a-fA-F]{64}",
}
"""What a profile's text must look like; what does not is not known."""

_CASTS = ", ".join(
    f"CASE WHEN regexp_full_match({name}, '{_SHAPES[name]}') THEN {name} END AS {name}"
    if name in _SHAPES
    else f"TRY_CAST({name} AS BOOLEAN) AS {name}"
    for name in PROFILE_COLUMNS
)
_SUMMED = f"""
SELECT * REPLACE ({_CASTS}) FROM (
    SELECT key, trim(min(beneficiary), E' \\t\\r\\n') AS beneficiary, user_ref, person,
        CAST(sum(amount_usd) AS DECIMAL(18, 4)) AS sent_usd, max(sent_at) AS last_sent_at,
        count(*) AS sends_there, {_LATEST}
    FROM matched JOIN spelled USING (beneficiary)
    WHERE {_USABLE} AND sent_at >= $since AND sent_at <= $until
    GROUP BY key, user_ref, person)
ORDER BY key, user_ref, person
"""
