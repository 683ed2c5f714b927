"""Which words the report page needs in every language."""

from __future__ import annotations

from outreach.domain.reporting import Fault, Happened, Left, Moment, Reach
from outreach.web.sayings import Kind

_PAGE = (
    "title",
    "intro",
    "language",
    "optional",
    "send",
    "never",
    "verify",
    "errors",
    "errors_text",
    "pictures_again",
    "trap",
)
_FIELDS = (
    "happened",
    "happened_none",
    "money_left",
    "moment",
    "where",
    "where_hint",
    "amount",
    "currency",
    "currency_hint",
    "pictures",
    "pictures_hint",
    "words",
    "reach",
    "reach_at",
    "reach_at_hint",
)
_THANKS = (
    "title",
    "again",
    "reference",
    "until",
    "case",
    "no_case",
    "reach",
    "no_reach",
    "now",
    "no_more",
    "next_scam",
    "keep",
    "police",
)
_CLOSED = ("title", "text", "expired_title", "expired_text", "broken_title", "broken_text")

REPORT = Kind(
    name="report",
    keys=(
        *(f"page.{part}" for part in _PAGE),
        *(f"field.{part}" for part in _FIELDS),
        *(f"happened.{part}" for part in Happened),
        *(f"left.{part}" for part in Left),
        *(f"moment.{part}" for part in Moment),
        *(f"reach.{part}" for part in Reach),
        *(f"fault.{part}" for part in (*Fault, "trap", "again", "too_many", "not_kept")),
        *(f"thanks.{part}" for part in _THANKS),
        *(f"closed.{part}" for part in _CLOSED),
    ),
    names=("firm", "reference", "until", "most"),
)
