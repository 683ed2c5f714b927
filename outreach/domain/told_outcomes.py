"""The ledger of outcomes in a history: what an episode came to, one entry for each time it was written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from outreach.domain.entry import Entry, Kind, pairs
from outreach.domain.outcome_wording import OWNERS, STATES, TITLES, money, reason_words, window_words
from outreach.domain.outcomes.level import State
from outreach.domain.story_outcomes import OutcomeRecord
from outreach.domain.wording import say


def tell_outcomes(records: Sequence[OutcomeRecord]) -> Iterator[Entry]:
    """Every entry, those of one episode and one moment together."""
    ordered = sorted(records, key=lambda one: (one.at, one.episode, one.level, len(one.window), one.window))
    for (at, _), group in groupby(ordered, key=lambda one: (one.at, one.episode)):
        ones = list(group)
        is_news = any(one.state == State.RESTATED for one in ones)
        pattern = ones[0].pattern.replace("_", " ")
        title = f"What became of the money ({pattern}) was {'restated' if is_news else 'reckoned'}"
        details = pairs(*((_named(one), _said(one)) for one in ones), ("definition", ones[0].definition))
        yield Entry(at=at, kind=Kind.OUTCOME, title=title, details=details)


def _named(one: OutcomeRecord) -> str:
    return f"{say(TITLES, one.level)} {window_words(one.window)}".rstrip()


def _said(one: OutcomeRecord) -> str:
    owner = f"owner: {say(OWNERS, one.owner)}" if one.owner and one.amount else ""
    parts = (money(one.amount, one.currency), say(STATES, one.state), owner, reason_words(one.reason))
    return "; ".join(part for part in parts if part)
