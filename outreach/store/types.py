"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Numeric, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

Id = String(32)
"""32 lower-case hex characters, made by us before the row is written, rising with time."""

Hash = String(64)
"""A SHA-256 or keyed hash, as hex."""

Word = String(64)
"""A word from a closed list or a short name; the store knows no enum, only literal strings."""

Json = JSON().with_variant(JSONB(), "postgresql")


class Instant(TypeDecorator[datetime]):
    """An aware moment, kept in UTC with microseconds; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], object]:
        """To the driver: an aware moment on PostgreSQL, ISO text in UTC on SQLite."""
        return _utc if dialect.name == "postgresql" else _utc_text

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """From the driver: always aware, always UTC."""
        return _utc if dialect.name == "postgresql" else _from_utc_text


def _utc(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    if value.tzinfo is UTC:
        return value
    if value.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return value.astimezone(UTC)


@lru_cache(maxsize=4096)
def _utc_text(value: datetime | None) -> str | None:
    moment = _utc(value)
    return None if moment is None else moment.replace(tzinfo=None).isoformat(" ", "microseconds")


def _from_utc_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value + "+00:00")


class Exact(TypeDecorator[Decimal]):
    """An exact number: NUMERIC on PostgreSQL, text on SQLite, which has only floats."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column as this database has it."""
        kind: TypeEngine[Any] = Numeric(38, 8) if dialect.name == "postgresql" else Text()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> object:
        """To the driver: a number on PostgreSQL, plain digits on SQLite."""
        return value if value is None or dialect.name == "postgresql" else format(value, "f")

    def process_result_value(self, value: object, dialect: Dialect) -> Decimal | None:
        """From the driver: exact again."""
        return None if value is None else Decimal(str(value))


class Fine(Exact):
    """An exact number with the eighteen decimals of the finest currencies, and of rates between them."""

    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column as this database has it."""
        kind: TypeEngine[Any] = Numeric(38, 18) if dialect.name == "postgresql" else Text()
        return dialect.type_descriptor(kind)
