"""The outcome report as a page: apart, because drawing charts takes a second to load."""

from outreach.adapters.report.outcomes import page

__all__ = ["page"]
