"""Feeds: where flags come from. Files, a database, an HTTP API; one typed frame behind all three."""

from outreach.adapters.feeds.files import FileFeed, FileFormat

__all__ = ["FileFeed", "FileFormat"]
