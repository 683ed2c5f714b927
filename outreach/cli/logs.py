"""The log: key and value on stderr, as text or as JSON lines; ids and reasons only, nothing personal.

What a library says is told as who said it and where: its words may hold whatever it was handed.
"""

from __future__ import annotations

import logging
import sys

import structlog

from outreach.cli.traces import told_without_words
from outreach.telemetry import LIBRARY_SPOKE

log = structlog.get_logger()


def log_to_stderr(style: str, *, verbose: bool) -> None:
    """Send every log line to stderr. `style` is text or json; quiet means warnings and worse."""
    level = logging.INFO if verbose or style == "json" else logging.WARNING
    last = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            told_without_words,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    if not any(isinstance(each, Relay) for each in root.handlers):
        root.addHandler(Relay(logging.ERROR))
    for name in ("httpx", "httpcore", "alembic", "apscheduler"):
        logging.getLogger(name).setLevel(logging.ERROR)


class Relay(logging.Handler):
    """Tells that a library logged an error, and where; of its words only what the system says of files."""

    def emit(self, record: logging.LogRecord) -> None:
        """One line."""
        said = record.msg
        log.error(
            LIBRARY_SPOKE,
            library=record.name,
            at=f"{record.filename}:{record.lineno}",
            exc_info=record.exc_info or None,
            **({"reason": said.strerror} if isinstance(said, OSError) else {}),
        )
