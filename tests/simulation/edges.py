"""Every legal edge between states, as a table: what is not in it must never happen."""

from __future__ import annotations

HEARD = frozenset({"accepted", "sent", "undelivered", "delivered"})

OUTREACH = {
    None: frozenset({"pending", "climbing"}),
    "pending": frozenset({"climbing", "held", "closed"}),
    "held": frozenset({"climbing", "closed"}),
    "climbing": frozenset({"settling", "closed"}),
    "settling": frozenset({"climbing", "closed"}),
    "closed": frozenset[str](),
}
"""Where an outreach may go from each state."""

MESSAGE = {
    None: frozenset({"queued"}),
    "queued": HEARD | {"refused", "retrying", "in_doubt", "cancelled"},
    "retrying": HEARD | {"refused", "in_doubt", "cancelled"},
    "in_doubt": HEARD | {"retrying", "refused", "cancelled"},
    "cancelled": HEARD,  # a receipt of a copy that was in flight when the climb ended
    "accepted": frozenset({"sent", "undelivered", "delivered"}),
    "sent": frozenset({"undelivered", "delivered"}),
    "undelivered": frozenset({"delivered"}),
    "refused": frozenset({"delivered"}),
    "delivered": frozenset[str](),
}
"""Where a message may go from each status."""

ATTEMPT = {
    None: frozenset({"accepted", "refused", "unavailable", "unknown"}),
    "unknown": frozenset({"accepted", "refused", "unavailable"}),  # whoever was thought dead did hear
    "accepted": frozenset[str](),
    "refused": frozenset[str](),
    "unavailable": frozenset[str](),
}
"""What an attempt's result may become."""
