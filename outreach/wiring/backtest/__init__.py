"""Backtests: two editions of the rules over the archive, nothing sent, nothing written."""

from outreach.wiring.backtest.comparing import Asked, backtest, page

__all__ = ["Asked", "backtest", "page"]
