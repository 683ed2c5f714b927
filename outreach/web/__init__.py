"""The door for the people we warn, the answer page, and for providers, the callbacks."""

from __future__ import annotations

from outreach.web.addresses import Addresses
from outreach.web.api import Api, document
from outreach.web.api.reports import ReportDoors
from outreach.web.app import create_app
from outreach.web.callbacks import Callbacks
from outreach.web.comfort import COMFORT, Comfort
from outreach.web.inbound import ReadReply, Replies, read_sentences
from outreach.web.report_door import ReportPage
from outreach.web.report_words import REPORT
from outreach.web.sayings import Sayings, read_sayings
from outreach.web.server import serve
from outreach.web.unsubscribe import Unsubscribe
from outreach.web.words import Words, read_words

__all__ = [
    "COMFORT",
    "REPORT",
    "Addresses",
    "Api",
    "Callbacks",
    "Comfort",
    "ReadReply",
    "Replies",
    "ReportDoors",
    "ReportPage",
    "Sayings",
    "Unsubscribe",
    "Words",
    "create_app",
    "document",
    "read_sayings",
    "read_sentences",
    "read_words",
    "serve",
]
