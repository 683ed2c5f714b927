"""Names of what is logged and counted, in one place, so that a dashboard never breaks by a typo."""

from __future__ import annotations
