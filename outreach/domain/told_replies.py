"""What people wrote back, as entries."""

from __future__ import annotations

from collections.abc import Mapping

from outreach.domain import wording
from outreach.domain.entry import Entry, Kind, pairs
from outreach.domain.replying import Confirmation
from outreach.domain.replying import Kind as Read
from outreach.domain.story import ReplyRecord
from outreach.domain.wording import Words, say

READ_AS: Words = {
    Read.ANSWER: "an answer",
    Read.OPT_OUT: "an opt-out",
    Read.OPT_IN: "wants SMS again",
    Read.HELP: "asks who we are",
    Read.LOOKS_LIKE_OPT_OUT: "perhaps an opt-out: left to a person",
    Read.UNCLEAR: "not understood: left to a person",
}
SAID_BACK: Words = {
    Confirmation.STOPPED: "no more warnings by SMS",
    Confirmation.STOPPED_ALL: "no more SMS at all",
    Confirmation.STARTED: "SMS again",
    Confirmation.HELP: "who we are and how to answer",
    "welfare": "that a person will be in touch",
}


def tell_reply(reply: ReplyRecord, references: Mapping[str, str]) -> Entry:
    """A reply with its own words, how they were read, and what was said in return."""
    return Entry(
        at=reply.at,
        kind=Kind.REPLY,
        title=f"Wrote back by SMS: “{reply.text}”",
        details=pairs(
            ("read as", kind_words(reply.kind, reply.answer)),
            ("message", references.get(reply.message or "")),
            ("confirmed", say(SAID_BACK, reply.confirmed) if reply.confirmed else None),
        ),
    )


def kind_words(kind: str, answer: str | None) -> str:
    """What a reply was read as: `an answer: stop the transfer`."""
    return say(READ_AS, kind) + (f": {say(wording.ANSWERS, answer)}" if answer else "")
