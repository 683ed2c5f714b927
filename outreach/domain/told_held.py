"""What stood between a person and their warning, as entries: approvals with every word, and halts."""

from __future__ import annotations

from collections.abc import Iterator

from outreach.domain.entry import Entry, Kind, pairs
from outreach.domain.story_held import ApprovalRecord, HaltRecord

_VERDICTS = {"approved": "let it be sent", "rejected": "closed it, unsent"}


def tell_stopped(stopped: ApprovalRecord | HaltRecord) -> Iterator[Entry]:
    """Whichever it is."""
    return tell_approval(stopped) if isinstance(stopped, ApprovalRecord) else tell_halt(stopped)


def tell_approval(approval: ApprovalRecord) -> Iterator[Entry]:
    """That it waited for a colleague's word, and each word."""
    about = f"The warning about {approval.pattern}"
    yield Entry(at=approval.at, kind=Kind.BAR, title=f"{about} waits for approval: {approval.reason}")
    for word in approval.words:
        because = f": {word.reason}" if word.reason else ""
        title = f"{word.actor} {_VERDICTS.get(word.verdict, word.verdict)}{because}"
        yield Entry(at=word.at, kind=Kind.BAR, title=title, details=pairs(("about", approval.pattern)))
    if approval.state == "expired" and approval.ended_at is not None:
        yield Entry(at=approval.ended_at, kind=Kind.BAR, title=f"{about} waited for approval until too late")


def tell_halt(halt: HaltRecord) -> Iterator[Entry]:
    """That an operator stopped it, and let it go on."""
    what = "all warnings" if halt.scope == "all" else f"every warning of {halt.scope} {halt.about}"
    yield Entry(at=halt.at, kind=Kind.BAR, title=f"{halt.actor} halted {what}: {halt.reason}")
    if halt.lifted_at is not None:
        who = halt.lifted_by or "Somebody"
        yield Entry(at=halt.lifted_at, kind=Kind.BAR, title=f"{who} let {what} go on")
