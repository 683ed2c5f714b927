"""The one query that types a batch, as SQL text: raw columns → select → text → catalogue types → faults."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from outreach.adapters.feeds.casting import (
    NUMBER_TEXT,
    PROFILE_CASTS,
    SOURCE_ID_CAST,
    USER_CAST,
    Cast,
    fact_cast,
    fault_cases,
    over,
)
from outreach.adapters.feeds.fault import Fault
from outreach.adapters.feeds.mapping import REQUIRED, SOURCE_ID, USER
from outreach.adapters.feeds.raw import LINE
from outreach.domain.facts import Catalogue, FactType

FAULT = "__fault"
"""The column of the answer that says what is wrong with a row, as a place in `faults`; NULL: nothing."""

OWN_ID = "__id"


@dataclass(frozen=True, slots=True)
class TypingQuery:
    """SQL over the registered table `raw`, and the faults that its FAULT column counts in."""

    sql: str
    faults: tuple[tuple[Fault, str], ...]


def typing_query(
    catalogue: Catalogue, expressions: Mapping[str, str], given: Collection[str], lists: Collection[str]
) -> TypingQuery:
    """The query for these expressions: those in `given` are the operator's, those in `lists` give lists."""
    order = [*(name for name in REQUIRED if name in expressions), *expressions]
    casts = {column: _cast(catalogue, column) for column in dict.fromkeys(order)}
    cases = list(fault_cases(casts))
    has_id = SOURCE_ID in casts and SOURCE_ID not in catalogue
    ours = {column: cast for column, cast in casts.items() if column != SOURCE_ID or not has_id}
    values = {column: over(cast.value, column) for column, cast in ours.items()}
    if "claimed_pattern" in catalogue and "pattern" in casts:
        values["claimed_pattern"] = _claimed(catalogue["claimed_pattern"].longest, casts)
    whens = " ".join(f"WHEN {condition} THEN {place}" for place, (condition, _, _) in enumerate(cases))
    sql = f"""
WITH picked AS (SELECT "{LINE}", {_commas(_picked(c, expressions[c], c in lists) for c in casts)} FROM raw),
trimmed AS (SELECT "{LINE}", {_commas(_trimmed(catalogue, c, c in given) for c in casts)} FROM picked),
tried AS (SELECT *, {_commas(_tried(c, cast) for c, cast in casts.items())} FROM trimmed),
typed AS (SELECT "{LINE}" AS line, {'"v_source_id"' if has_id else "NULL"} AS "{OWN_ID}",
  {_commas(f'{value} AS "{c}"' for c, value in values.items())}, CASE {whens} END AS "{FAULT}" FROM tried)
SELECT * EXCLUDE ("{OWN_ID}"), coalesce("{OWN_ID}", {_content(catalogue, values)}) AS identity FROM typed
"""
    return TypingQuery(sql, tuple((fault, column) for _, fault, column in cases))


def picks(expressions: Mapping[str, str]) -> str:
    """The select alone: to learn the expressions' own types."""
    return f"SELECT {_commas(_plain(column, sql) for column, sql in expressions.items())} FROM raw"


def broken_select(expressions: Mapping[str, str]) -> str:
    """Which expression fails on which row: (line, place of the expression or NULL)."""
    whens = " ".join(
        f"WHEN TRY((\n{sql}\n) IS NULL) IS NULL THEN {place}"
        for place, sql in enumerate(expressions.values())
    )
    return f'SELECT "{LINE}" AS line, CASE {whens} END AS place FROM raw'


def _plain(column: str, sql: str) -> str:
    return f'(\n{sql}\n) AS "{column}"'


def _picked(column: str, sql: str, is_list: object) -> str:
    return f'CAST({"to_json" if is_list else ""}(\n{sql}\n) AS VARCHAR) AS "{column}"'


def _tried(column: str, cast: Cast) -> str:
    return f'{over(cast.attempt, column)} AS "v_{column}"'


def _commas(parts: Iterable[str]) -> str:
    return ",\n  ".join(parts)


def _trimmed(catalogue: Catalogue, column: str, is_given: object) -> str:
    """The column's text; NULL where it is empty, or a number is NaN. Raw columns come trimmed already."""
    blanks = "E' \\t\\r\\n'"
    text = f"nullif(trim(\"{column}\", {blanks}), '')" if is_given else f"nullif(\"{column}\", '')"
    is_number = column in catalogue and catalogue[column].type.is_numeric
    return f'{NUMBER_TEXT.replace("{t}", text) if is_number else text} AS "t_{column}"'


def _cast(catalogue: Catalogue, column: str) -> Cast:
    if column in (SOURCE_ID, USER) and column not in catalogue:
        return SOURCE_ID_CAST if column == SOURCE_ID else USER_CAST
    return PROFILE_CASTS[column] if column in PROFILE_CASTS else fact_cast(catalogue[column])


def _claimed(longest: int, casts: Mapping[str, Cast]) -> str:
    """The pattern as the feed spelled it, cut to what the ledger keeps."""
    said = 'coalesce("t_claimed_pattern", "t_pattern")' if "claimed_pattern" in casts else '"t_pattern"'
    return f"{said}[:{longest}]"


def _content(catalogue: Catalogue, values: Mapping[str, str]) -> str:
    """32 hex characters over the user and every known fact.

    Named and length-marked, so that a fact mapped later, while NULL, changes nothing, and no text of an
    attacker's can pass for another fact. The profile is left out: a new address is not a new flag.
    """
    parts = []
    for column in values:
        if column == "user_ref" or (column in catalogue and catalogue[column].type is FactType.TEXT):
            parts.append(f"'{column}:' || length(\"{column}\") || ':' || \"{column}\"")
        elif column in catalogue:
            parts.append(f"'{column}:' || CAST(\"{column}\" AS VARCHAR)")
    return f"left(sha256(concat_ws(chr(31), {', '.join(parts)})), 32)"
