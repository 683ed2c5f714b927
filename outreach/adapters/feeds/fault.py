"""Why a line of a feed could not be read: the closed list, and the one way to say so."""

from __future__ import annotations

from enum import StrEnum

from outreach.domain.flag import Rejected

SHOWN = 4096
"""Bytes kept of a line that could not be read: enough to mend it, never a whole 10 MB field."""


class Fault(StrEnum):
    """Why a line is in quarantine; stored, shown and counted, so the words never change."""

    BLANK = "blank"
    TOO_LONG_LINE = "line_too_long"
    NUL = "nul_byte"
    NOT_UTF8 = "invalid_utf8"
    OPEN_QUOTE = "open_quote"
    STRAY_QUOTE = "stray_quote"
    STRAY_RETURN = "stray_carriage_return"
    FIELD_COUNT = "wrong_number_of_fields"
    NOT_JSON = "invalid_json"
    NOT_AN_OBJECT = "not_an_object"
    DUPLICATE_KEY = "duplicate_key"
    DUPLICATE_COLUMN = "duplicate_column"
    MISSING_USER = "missing_user"
    MISSING_PATTERN = "missing_pattern"
    MISSING_SCORE = "missing_score"
    SCORE_RANGE = "score_out_of_range"
    BAD_BOOLEAN = "bad_boolean"
    BAD_NUMBER = "bad_number"
    BAD_TIME = "bad_time"
    BAD_TAGS = "bad_tags"
    NOT_LISTED = "not_in_closed_list"
    TOO_LONG = "text_too_long"
    UNKNOWN_ZONE = "unknown_time_zone"
    BAD_LOCALE = "bad_locale"
    BAD_COUNTRY = "bad_country"
    BAD_PHONE = "bad_phone"
    BAD_EMAIL = "bad_email"
    BAD_TOKEN = "bad_push_token"
    BAD_CODE = "bad_anti_phishing_code"
    SELECT_FAILED = "select_failed"
    CONFLICT = "conflicting_identity"


def reject(line: int, place: str, fault: Fault, text: bytes, column: str = "") -> Rejected:
    """One line in quarantine, its text capped at SHOWN bytes."""
    return Rejected(line=line, place=place, reason=fault.value, column=column, text=text[:SHOWN])
