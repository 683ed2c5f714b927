"""What a round did, told to whoever counts: ids and words only, nothing personal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from outreach.domain.scale import Channel
from outreach.engine.errands import Errand
from outreach.engine.handing import Handed
from outreach.store.sending import Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One finished attempt, as metrics see it: ids and words only. `is_first` of its outreach to be taken."""

    channel: Channel
    provider: str
    result: str
    urgency_rank: int
    flagged_at: datetime
    due_at: datetime
    at: datetime
    seconds: float
    is_first: bool


def told(errand: Errand, draft: Draft, handed: Handed, now: datetime) -> Sent:
    """One finished attempt."""
    return Sent(
        channel=draft.message.channel,
        provider=draft.provider,
        result=type(handed.result).__name__.lower(),
        urgency_rank=errand.claimed.urgency_rank,
        flagged_at=errand.claimed.flagged_at,
        due_at=errand.claimed.due_at,
        at=now,
        seconds=handed.seconds,
        is_first=errand.sent == 0,
    )


def tally(started: Sequence[Errand], sent: Sequence[tuple[Errand, Draft, Handed]]) -> Counter[str]:
    """A round's counts, by channel and result, and by reason."""
    counts: Counter[str] = Counter()
    for (channel, kind), n in Counter((d.message.channel, type(h.result)) for _, d, h in sent).items():
        counts[f"result.{channel}.{kind.__name__.lower()}"] += n
    for (channel, locale), n in Counter((d.message.channel, d.message.locale) for _, d, _ in sent).items():
        counts[f"sent.{channel}.{locale}"] += n
    counts.update(f"closed.{e.close}" for e in started if e.close)
    barred = [bar for e in started for bar in e.bars]
    counts.update(f"waiting.{bar.reason}" for bar in barred if bar.verdict == "held")
    counts.update(f"passed.{bar.channel}.{bar.reason}" for bar in barred if bar.verdict == "barred")
    counts["claimed"] += len(started)
    return counts
