"""Counting for backtests: kinds of rows found, people counted, by DuckDB and never a row at a time."""

from outreach.adapters.backtest.counting import Counting, Mark, Opened, counting
from outreach.adapters.backtest.taking import Taking

__all__ = ["Counting", "Mark", "Opened", "Taking", "counting"]
