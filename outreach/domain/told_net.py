"""The safety net's part of a story, as entries."""

from __future__ import annotations

from collections.abc import Iterator

from outreach.domain.entry import SHORT_HASH, Entry, Kind, pairs
from outreach.domain.moment import both
from outreach.domain.story_net import HoldRecord, NetRecords, QuestioningRecord, QuestionRecord, RepeatRecord
from outreach.domain.wording import Words, say

_ENDS: Words = {
    "release": "the core system is asked to lift the hold",
    "stop": "it was suggested to stop the transfer",
    "person": "a person looks at the answers",
}
_REPEATS: Words = {"hurried": "the next step went at once", "task": "a task for a person was opened"}


def tell_net(net: NetRecords, zone: str | None) -> Iterator[Entry]:
    """Every entry of it."""
    yield from (_hold(each, zone) for each in net.holds)
    yield from map(_repeat, net.repeats)
    for each in net.questionings:
        yield from _questioning(each)
    yield from map(_question, net.questions)


def _hold(hold: HoldRecord, zone: str | None) -> Entry:
    until = both(hold.until, zone)
    title = "The core system confirmed a hold." if hold.is_held else "The hold ended."
    what = "until" if hold.is_held else "was confirmed until"
    return Entry(
        at=hold.at, kind=Kind.CORE, title=title, details=pairs((what, until), ("transfer", hold.transfer_ref))
    )


def _repeat(repeat: RepeatRecord) -> Entry:
    title = f"Tried again while a hold stood: {say(_REPEATS, repeat.what)}"
    return Entry(at=repeat.at, kind=Kind.FLAG, title=title)


def _questioning(asked: QuestioningRecord) -> Iterator[Entry]:
    version = pairs(("version", asked.sha256[:SHORT_HASH]))
    title = f"Began to answer the questions before a hold is lifted ({asked.name})"
    yield Entry(at=asked.opened_at, kind=Kind.ANSWER, title=title, details=version)
    if asked.ended_at is not None:
        end = say(_ENDS, asked.outcome or "")
        yield Entry(at=asked.ended_at, kind=Kind.ANSWER, title=f"The questions ended: {end}")


def _question(said: QuestionRecord) -> Entry:
    title = f"Answered {said.question}: {said.answer}"
    return Entry(at=said.at, kind=Kind.ANSWER, title=title, details=pairs(("in their words", said.words)))
