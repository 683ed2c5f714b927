"""The log: key and value on stderr, as text or as JSON lines; ids and reasons only, nothing personal."""

from __future__ import annotations

import logging
import sys

import structlog


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
            structlog.processors.format_exc_info,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    # Libraries log requests with their addresses in them: only what goes wrong is let through.
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    for name in ("httpx", "httpcore", "alembic", "apscheduler"):
        logging.getLogger(name).setLevel(logging.ERROR)
