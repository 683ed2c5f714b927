"""Where something broke, without a word of what it was about: an error's own text may hold an address."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Iterator
from types import TracebackType

import structlog

from outreach.telemetry import BROKE

PACKAGE = "outreach/"
DEEPEST = 30
"""Frames told of one error: enough for any stage, and an end to a recursion."""

log = structlog.get_logger()


def trace(error: BaseException) -> str:
    """The kinds of an error and of its causes, each with the way there: files, lines and names, no values."""
    told = [f"{type(each).__name__} at {_way(each) or 'nowhere'}" for each in _chain(error)]
    return "; after ".join(told)


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        yield each
        seen.add(id(each))
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)


def _way(error: BaseException) -> str:
    """Our own frames, and the innermost one of whoever raised it."""
    frames = traceback.extract_tb(error.__traceback__)[-DEEPEST:]
    ours = [frame for frame in frames if PACKAGE in frame.filename.replace("\\", "/") or frame is frames[-1]]
    return " > ".join(f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in ours)


def _short(file: str) -> str:
    """The file from its package on: where it is installed is nobody's business."""
    parts = file.replace("\\", "/").split("/")
    for root in ("site-packages", "outreach"):
        if root in parts[:-1]:
            at = len(parts) - 1 - parts[::-1].index(root)
            return "/".join(parts[at + (root == "site-packages") :])
    return "/".join(parts[-2:])


def told_without_words(
    _logger: object, _method: str, line: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """For structlog: an error that goes with a line becomes its trace."""
    given = line.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        line["trace"] = trace(error)
    return line


def tell_what_nobody_caught() -> None:
    """From now on, what no code catches is told as a line of the log, in this thread and in any other."""

    def raised(_kind: type[BaseException], error: BaseException, _tb: TracebackType | None) -> None:
        log.critical(BROKE, exc_info=error)

    def raised_in_a_thread(told: threading.ExceptHookArgs) -> None:
        log.critical(BROKE, exc_info=told.exc_value)

    sys.excepthook = raised
    threading.excepthook = raised_in_a_thread
    sys.unraisablehook = lambda told: log.error(BROKE, exc_info=told.exc_value)
