"""From text to the catalogue's types: for each column the SQL that tries, the SQL that takes, and its faults.

Every value comes as trimmed text `{t}`, NULL where empty. `attempt` is computed once as `{v}`.
NaN in a number is NULL; infinity is a bad number; a time without a zone is UTC; seconds since 1970 are
refused unless the select converts them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from outreach.adapters.feeds.fault import Fault
from outreach.domain.facts import FactSpec, FactType
from outreach.domain.flag import PROFILE_COLUMNS, UNKNOWN_PATTERN
from outreach.domain.outcomes.columns import EXACT

LONGEST_USER = 128
LONGEST_TAGS = 4096
"""Characters of all tags of one fact together."""

NUMBER_TEXT = "nullif(nullif(nullif({t}, 'NaN'), 'nan'), 'NAN')"
_BAD = "{t} IS NOT NULL AND {v} IS NULL"
_SLOPPY = "contains({t}, '_')"  # DuckDB reads 1_000 as a number; a feed that says so means something else


@dataclass(frozen=True, slots=True)
class Cast:
    """How one column is typed; templates over {t} (text) and {v} (the attempt)."""

    attempt: str
    value: str
    faults: tuple[tuple[str, Fault], ...]


_BOOLEAN = Cast(
    "TRY_CAST({t} AS BOOLEAN)", "{v}", ((_BAD, Fault.BAD_BOOLEAN),)
)  # true t yes y 1, and opposites
_INTEGER = Cast(
    "TRY_CAST({t} AS BIGINT)",  # rounds 12.7 and reads 0x1F: the second look as a double refuses both
    "{v}",
    (
        (
            f"{{t}} IS NOT NULL AND ({{v}} IS NULL OR {_SLOPPY}"
            " OR TRY_CAST({t} AS DOUBLE) IS DISTINCT FROM CAST({v} AS DOUBLE))",
            Fault.BAD_NUMBER,
        ),
    ),
)
_BAD_DOUBLE = f"{{t}} IS NOT NULL AND ({{v}} IS NULL OR isinf({{v}}) OR {_SLOPPY})"
_NUMBER = Cast(
    "TRY_CAST({t} AS DOUBLE)", "CASE WHEN NOT isnan({v}) THEN {v} END", ((_BAD_DOUBLE, Fault.BAD_NUMBER),)
)
_SCORE = Cast(
    "TRY_CAST({t} AS DOUBLE)",
    "CASE WHEN {v} BETWEEN 0 AND 100"
    " THEN coalesce(TRY_CAST({t} AS DECIMAL(6, 3)), TRY_CAST({v} AS DECIMAL(6, 3))) END",
    ((_BAD_DOUBLE, Fault.BAD_NUMBER), ("{v} NOT BETWEEN 0 AND 100", Fault.SCORE_RANGE)),
)
_MONEY = Cast(
    "TRY_CAST({t} AS DECIMAL(18, 4))",
    "{v}",
    ((f"{{t}} IS NOT NULL AND ({{v}} IS NULL OR {_SLOPPY})", Fault.BAD_NUMBER),),
)
_FIRST, _LAST = "TIMESTAMPTZ '1900-01-01 00:00:00+00'", "TIMESTAMPTZ '9999-01-01 00:00:00+00'"
_TIME = Cast(
    "CASE WHEN {t} >= '0' AND {t} < ':' THEN TRY_CAST({t} AS TIMESTAMPTZ) END",
    "{v}",
    (
        (
            f"{{t}} IS NOT NULL AND ({{v}} IS NULL OR {{v}} NOT BETWEEN {_FIRST} AND {_LAST})",
            Fault.BAD_TIME,
        ),
    ),
)


def _text(longest: int) -> Cast:
    return Cast(
        "{t}", "{v}", ((f"length({{t}}) > {longest}", Fault.TOO_LONG), ("contains({t}, chr(0))", Fault.NUL))
    )


def _tags(longest: int) -> Cast:
    """A JSON array, or labels between ; | or commas; empty ones are dropped."""
    split = (
        f"CASE WHEN length({{t}}) > {LONGEST_TAGS} THEN NULL"
        " WHEN starts_with({t}, '[') THEN TRY_CAST(TRY_CAST({t} AS JSON) AS VARCHAR[])"
        " ELSE string_split(translate({t}, '|,', ';;'), ';') END"
    )
    return Cast(
        f"list_filter(list_transform({split}, lambda x: trim(x)), lambda x: x <> '')",
        "{v}",
        (
            (f"length({{t}}) > {LONGEST_TAGS}", Fault.TOO_LONG),
            (_BAD, Fault.BAD_TAGS),
            (f"list_max(list_transform({{v}}, lambda x: length(x))) > {longest}", Fault.TOO_LONG),
            ("contains(CAST({v} AS VARCHAR), chr(0))", Fault.NUL),
        ),
    )


def enum_cast(type_name: str, fault: Fault, *, lower: bool = False) -> Cast:
    """A text of a closed set, which the connection knows as the enum `type_name`."""
    text = "lower({t})" if lower else "{t}"
    return Cast(f"CAST(TRY_CAST({text} AS {type_name}) AS VARCHAR)", "{v}", ((_BAD, fault),))


def _shaped(shape: str, fault: Fault, value: str = "{v}", attempt: str = "{t}") -> Cast:
    return Cast(attempt, value, ((f"NOT regexp_full_match({{v}}, '{shape}')", fault),))


_PHONE = r"\+[1-9][0-9]{6,14}"
_MAILBOX = (
    r"[^@\s[:cntrl:]<>()\[\]\\,;:\"]+@[\pL\pN][\pL\pN.-]*\.[\pL\pN-]+"  # counted classes are slow in RE2
)
_AT = "strpos({t}, '@')"
_EMAIL = Cast(
    "{t}",
    f"{{t}}[:{_AT}] || lower({{t}}[{_AT} + 1:])",
    (
        (f"length({{t}}) > 254 OR {_AT} > 65", Fault.TOO_LONG),
        (f"NOT regexp_full_match({{t}}, '{_MAILBOX}') OR contains({{t}}, '..')", Fault.BAD_EMAIL),
    ),
)
PROFILE_CASTS: Mapping[str, Cast] = {
    "locale": _shaped(
        "[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,5}", Fault.BAD_LOCALE, attempt="replace({t}, '_', '-')"
    ),
    "time_zone": enum_cast("iana_zone", Fault.UNKNOWN_ZONE),
    "country": _shaped("[A-Za-z]{2}", Fault.BAD_COUNTRY, value="upper({v})"),
    "phone": _shaped(
        _PHONE,
        Fault.BAD_PHONE,
        attempt=f"CASE WHEN regexp_full_match({{t}}, '{_PHONE}') THEN {{t}}"
        " ELSE translate({t}, ' ().-', '') END",
    ),
    "email": _EMAIL,
    "push_token": Cast(
        "{t}",
        "{v}",
        (("length({t}) > 4000", Fault.TOO_LONG), ("NOT regexp_full_match({t}, '[!-~]+')", Fault.BAD_TOKEN)),
    ),
    "anti_phishing_code": _shaped("[^[:cntrl:]]{1,32}", Fault.BAD_CODE),
    **{name: _BOOLEAN for name, kind in PROFILE_COLUMNS.items() if kind is FactType.BOOLEAN},
}
"""Limits of the profile: locale BCP 47, country two letters, mailbox 254, token 4,000, code 32 characters."""

PATTERN_CAST = Cast(
    "CASE WHEN TRY_CAST({t} AS known_pattern) IS NOT NULL THEN {t}"
    " ELSE trim(regexp_replace(lower({t}), '[^a-z0-9]+', '_', 'g'), '_') END",
    f"coalesce(CAST(TRY_CAST({{v}} AS known_pattern) AS VARCHAR), '{UNKNOWN_PATTERN}')",
    (("{t} IS NULL", Fault.MISSING_PATTERN), ("contains({t}, chr(0))", Fault.NUL)),
)
_USER = _text(LONGEST_USER)
USER_CAST = Cast(_USER.attempt, _USER.value, (("{t} IS NULL", Fault.MISSING_USER), *_USER.faults))
SOURCE_ID_CAST = _text(LONGEST_USER)


def fact_cast(spec: FactSpec) -> Cast:
    """How a fact of the catalogue is typed."""
    if spec.name == "pattern":
        return PATTERN_CAST
    if spec.name == "claimed_pattern":
        return Cast(
            "{t}", "{v}", (("contains({t}, chr(0))", Fault.NUL),)
        )  # cut, never refused, for its length
    if spec.name == "risk_score":
        return Cast(_SCORE.attempt, _SCORE.value, (*_SCORE.faults, ("{t} IS NULL", Fault.MISSING_SCORE)))
    return _of_type(spec)


def _of_type(spec: FactSpec) -> Cast:
    if spec.type is FactType.TAGS:
        return _tags(spec.longest)
    if spec.type is not FactType.TEXT:
        return _SCALARS[spec.type]
    if spec.unit == EXACT:
        return Cast("{t}", "{v}", ((f"NOT regexp_full_match({{v}}, '{_EXACT_NUMBER}')", Fault.BAD_NUMBER),))
    return enum_cast(enum_name(spec), Fault.NOT_LISTED, lower=True) if spec.one_of else _text(spec.longest)


_EXACT_NUMBER = r"[+-]?[0-9]{1,20}(\.[0-9]{0,18}0*)?([eE][+-]?[0-9]{1,2})?"


_SCALARS = {
    FactType.BOOLEAN: _BOOLEAN,
    FactType.INTEGER: _INTEGER,
    FactType.NUMBER: _NUMBER,
    FactType.SCORE: _SCORE,
    FactType.MONEY: _MONEY,
    FactType.TIME: _TIME,
}


def enum_name(spec: FactSpec) -> str:
    """The connection's name for a fact's closed set."""
    return f'"one_of_{spec.name}"'


def fault_cases(casts: Mapping[str, Cast]) -> Iterator[tuple[str, Fault, str]]:
    """Every (condition over t_/v_ columns, fault, column): the required columns first."""
    for column, cast in casts.items():
        for condition, fault in cast.faults:
            yield over(condition, column), fault, column


def over(template: str, column: str) -> str:
    """A template's SQL over one column of the typing query."""
    return template.replace("{t}", f'"t_{column}"').replace("{v}", f'"v_{column}"')
