"""The door for the people we warn: the answer page."""

from __future__ import annotations

from outreach.web.app import create_app
from outreach.web.server import serve
from outreach.web.words import Words, read_words

__all__ = ["Words", "create_app", "read_words", "serve"]
