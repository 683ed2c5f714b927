"""What is wrong with a setting, in words of ours: what stands there may be a secret and is never repeated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Context = Mapping[str, Any]

PATTERNS: Mapping[str, str] = {
    r"^[A-Z]{2}$": "a country in two capitals, as ES",
    r"^[A-Z]{3}$": "a currency in three capitals, as EUR",
    r"^[a-z][a-z0-9_]{0,30}$": "a name of small letters, digits and _, as other_bank",
    r"^(\*|[A-Z]{2}|\+[0-9]{1,15})$": 'a country in two capitals, first digits as "+34901", or "*"',
    r"^[a-z][a-z0-9]*(/[^/\s]{1,64})?$": 'a provider, or a provider and its sender as "twilio/+15550100"',
}
"""What a pattern of the settings asks for, said so that it can be typed."""

WORDS: Mapping[str, Callable[[Context], str]] = {
    "missing": lambda told: "is needed and not set",
    "extra_forbidden": lambda told: "is no setting; docs/settings.md lists them all",
    "greater_than_equal": lambda told: f"must be {told['ge']} or more",
    "greater_than": lambda told: f"must be more than {told['gt']}",
    "less_than_equal": lambda told: f"must be {told['le']} or less",
    "less_than": lambda told: f"must be less than {told['lt']}",
    "literal_error": lambda told: f"must be {told['expected']}",
    "string_pattern_mismatch": lambda told: f"must be {PATTERNS.get(told['pattern'], 'written otherwise')}",
    "string_too_long": lambda told: f"must have {told['max_length']} characters at most",
    "string_too_short": lambda told: f"must have {told['min_length']} characters at least",
    "value_error": lambda told: str(told["error"]),
    "union_tag_invalid": lambda told: f"must be one of {told['expected_tags']}",
    "union_tag_not_found": lambda told: "must say which kind it is",
}
"""By pydantic's own name of the fault."""

KINDS: Mapping[str, str] = {
    "int": "must be a whole number",
    "float": "must be a number",
    "decimal": 'must be a sum of money in quotes, as "0.0083"',
    "bool": "must be true or false",
    "date": "must be a day, as 2026-01-15",
    "time": 'must be a time of day, as "22:00"',
    "string": "must be text in quotes",
    "tuple": 'must be a list, as ["a", "b"]',
    "list": 'must be a list, as ["a", "b"]',
    "dict": 'must be a table, as {name = "value"}',
    "model": 'must be a table, as {name = "value"}',
    "mapping": 'must be a table, as {name = "value"}',
    "url": "must be an address, as https://…",
}
"""By how its names of faults of this kind of value begin."""


def in_words(error: Mapping[str, Any]) -> str:
    """What is wrong, from an error as pydantic tells it."""
    kind = str(error["type"])
    if kind in WORDS:
        return WORDS[kind](error.get("ctx", {}))
    return KINDS.get(kind.partition("_")[0], "does not fit; docs/settings.md tells what does")
