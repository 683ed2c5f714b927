"""DuckDB as the matcher: conditions in, bit masks out."""

from outreach.adapters.matcher.duck import DuckMatcher
from outreach.adapters.matcher.rows import fact_rows, fact_table, match_facts, truth_rows

__all__ = ["DuckMatcher", "fact_rows", "fact_table", "match_facts", "truth_rows"]
