"""Reports as HTML: one file that needs no network, no script and no second file."""

from outreach.adapters.report.report import HtmlReport

__all__ = ["HtmlReport"]
