"""DuckDB as the matcher: conditions in, bit masks out."""

from outreach.adapters.matcher.duck import DuckMatcher

__all__ = ["DuckMatcher"]
