"""What all processes share about providers: lanes with their breakers, buckets, hearings, tallies."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Integer, SmallInteger, String

from outreach.store.tables.base import moment, table, word
from outreach.store.types import Instant

lanes = table(
    "lanes",  # one provider of one channel
    word("channel", key=True),
    word("provider", key=True),
    Column("share", Float, nullable=False),  # as configured; `weight` drifts around it
    Column("weight", Float, nullable=False),
    moment("steered_at"),
    word("breaker"),  # closed | open | half_open
    moment("since"),
    moment("until", optional=True),
    Column("trips", SmallInteger, nullable=False),
    Column("probes", SmallInteger, nullable=False),  # left to send while half open
    Column("passed", SmallInteger, nullable=False),  # probes that came back well
)

buckets = table(
    "buckets",  # what it holds now is `burst` less `rate` for every second until it is full
    Column("key", String(128), primary_key=True),
    Column("rate", Float, nullable=False),  # parts a second, as configured when last asked
    Column("burst", Integer, nullable=False),
    moment("full_at"),
    moment("routine_until"),  # when the last of those told to wait will have had its turn, by urgency
    moment("soon_until"),
    moment("critical_until"),
)

hearings = table(
    "hearings",  # what was heard of a lane in one slot of a few seconds; old ones are dropped
    word("channel", key=True),
    word("provider", key=True),
    Column("slot", Instant, primary_key=True),
    Column("tried", Integer, nullable=False),
    Column("failed", Integer, nullable=False),  # unavailable or unknown
    Column("answers", Integer, nullable=False),
    Column("millis", BigInteger, nullable=False),  # that these answers took together
)

tallies = table(
    "tallies",  # parts, or millionths of a currency, counted in an hour or a day
    Column("key", String(128), primary_key=True),
    Column("slot", Instant, primary_key=True),
    Column("total", BigInteger, nullable=False),
    Column("cap", BigInteger),  # as configured when last counted
)
