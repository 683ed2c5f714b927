"""What a person was sent lately: what spacing, fatigue and cool-down are reckoned from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from outreach.domain.scale import Channel, Urgency

INTRUSIVE = frozenset({Channel.PUSH, Channel.SMS})
"""Channels that make a phone sound: what a person tires of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One message that went, or is going, to a person. `template` is `<pattern>/<name>` with its variant."""

    at: datetime
    channel: Channel
    template: str
    urgency_rank: int
    severity_rank: int
    episode: str = ""

    @property
    def is_critical(self) -> bool:
        """True where it was sent as critical, and so is counted apart."""
        return self.urgency_rank == Urgency.CRITICAL.rank


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """How much an outreach may push itself forward: by urgency, and by severity where it is later news."""

    urgency_rank: int = 0
    severity_rank: int = 0
    opened_at: datetime | None = None

    def waits_for(self, told: Told) -> bool:
        """Whether it waits a while after this message of another outreach.

        Never after what was less urgent. Nor after what was less severe and told before this came up: a worse
        thing has happened since. Two that were due together are told one after the other all the same.
        """
        if told.urgency_rank != self.urgency_rank:
            return told.urgency_rank > self.urgency_rank
        is_news = self.opened_at is not None and told.at < self.opened_at
        return not (is_news and told.severity_rank < self.severity_rank)


@dataclass(frozen=True, slots=True)
class Recent:
    """What this person was sent lately, oldest first: by the outreach in question, and by all others.

    `weight` and `episode` are the outreach's own.
    """

    own: tuple[Told, ...] = ()
    others: tuple[Told, ...] = ()
    weight: Weight | None = None
    episode: str = ""

    @property
    def all(self) -> tuple[Told, ...]:
        """Both together."""
        return self.own + self.others if self.own else self.others


NOTHING = Recent()


def spaced_until(others: Iterable[Told], weight: Weight, gap: timedelta, now: datetime) -> datetime | None:
    """When a warning of this weight may follow what other outreaches sent; None: now."""
    until = max((told.at + gap for told in others if weight.waits_for(told)), default=now)
    return until if until > now else None


def room_at(told: Sequence[Told], most: int, window: timedelta, now: datetime) -> datetime | None:
    """When fewer than `most` of these lie within a window of this length; None where that is now."""
    moments = sorted(one.at for one in told if one.at > now - window)
    return None if len(moments) < most else moments[len(moments) - most] + window


def freshest(variants: Sequence[str], recent: Recent, since: datetime) -> tuple[str, bool]:
    """Which wording to use, and whether it is worn: said to this person since then by another outreach.

    An outreach keeps to its own wording; else the first that was not said, else the one said longest ago.
    """
    for told in reversed(recent.own):
        if told.template in variants:
            return told.template, False
    last = {told.template: told.at for told in sorted(recent.others, key=lambda told: told.at)}
    said = [(last[name], place) for place, name in enumerate(variants) if name in last]
    unsaid = [name for name in variants if name not in last]
    if unsaid:
        return unsaid[0], False
    at, place = min(said)
    return variants[place], at > since
