"""Feeds: where flags come from. Files, a database, an HTTP API; one typed frame behind all three."""

from outreach.adapters.feeds.fault import Fault
from outreach.adapters.feeds.files import FileFeed, FileFormat
from outreach.adapters.feeds.http import HttpFeed
from outreach.adapters.feeds.sql import SqlFeed

__all__ = ["Fault", "FileFeed", "FileFormat", "HttpFeed", "SqlFeed"]
