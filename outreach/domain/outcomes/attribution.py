"""Attribution: what each level may claim of one episode, of all that is told until now. Pure.

P0 is what was at stake at once. P1 is what a hard control stopped; a warning claims nothing of it. P2 is
what the person gave up after a warning that they saw, less what they sent again or elsewhere, less what came
back or was stopped by a control. P3 is P2 where it was a scam. P2 claims nothing that P1 or R claims.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from outreach.domain.outcomes.episode_money import NOTHING, Also, Attempt, EpisodeSeen
from outreach.domain.outcomes.fates import standing
from outreach.domain.outcomes.level import CURVE, LAG, WHOLE, WINDOWS, Level, State, named
from outreach.domain.outcomes.outflow import Left, lost, taken_off
from outreach.domain.outcomes.saving import (
    Case,
    Net,
    Note,
    Owner,
    Saving,
    by_control,
    by_warning,
    case_of,
    held,
    net,
    outflow,
)
from outreach.domain.outcomes.told import Told

__all__ = ["Entry", "Note", "Owner", "Reckoned", "attribute"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one level claims in one window, in the firm's outcome currency.

    `rate` where one alone was used, and `rate_source` whose rates they were; `told`: ids of the tellings.
    """

    level: Level
    window: str
    amount: Decimal
    state: State
    owner: Owner | None = None
    beside: tuple[Also, ...] = ()
    notes: tuple[Note, ...] = ()
    told: tuple[str, ...] = ()
    rate: Decimal | None = None
    rate_source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoned:
    """An episode's outcome as it stands: an entry for each level and window, in their order, and what else a
    line says of its money.

    `lost` by window of the curve, None where it is too soon or nobody can price it. `matured`: how many of
    the windows have. `due_at`: when time alone changes something again; None: never.
    """

    entries: tuple[Entry, ...]
    attempts: int
    first_attempt_at: datetime | None
    left_at: datetime | None
    abandoned_at: datetime | None
    is_scam: bool | None
    said_scam: bool | None
    false_alarm: bool | None
    contradicted: bool
    lost: tuple[Decimal | None, ...]
    lost_at: datetime | None
    owner: Owner | None
    beside: tuple[Also, ...]
    matured: int
    due_at: datetime | None


def attribute(episode: EpisodeSeen, told: Iterable[Told], now: datetime) -> Reckoned:
    """What became of an episode's money, as of now.

    `told` is whatever is told of its person and of the beneficiary, in any order, also twice.
    """
    case = case_of(episode, standing(told))
    control, warning = by_control(case), by_warning(case)
    controlled, left = held(case, control), outflow(case, warning)
    nets = [net(case, warning, left, window, control) for window in WINDOWS]
    ends = _Ends(episode, warning.at if warning else episode.last_flag_at, now)
    blank = _of(case, warning)
    entries = (
        Entry(level=Level.P0, window=WHOLE, amount=case.exposed, state=ends.soon),
        replace(_of(case, control), level=Level.P1, amount=controlled, state=ends.soon),
        *(_given_up(blank, one, window, ends) for one, window in zip(nets, WINDOWS, strict=True)),
        *(_confirmed(case, blank, one, window, ends) for one, window in zip(nets, WINDOWS, strict=True)),
        _back(case, ends.late),
    )
    rated = tuple(_rated(case, entry) for entry in entries)
    owner = warning if any(one.amount for one in nets) else control if controlled else None
    return _reckoned(case, rated, ends, warning, owner)


class _Ends:
    """When each figure has matured: its window is over, and facts about it have had their time to come."""

    def __init__(self, episode: EpisodeSeen, anchor: datetime, now: datetime) -> None:
        self._episode, self._anchor, self._now = episode, anchor, now

    def _state(self, end: datetime) -> State:
        return State.MATURED if self._now >= end else State.PROVISIONAL

    @property
    def soon(self) -> State:
        return self._state(self._episode.last_flag_at + LAG)

    @property
    def late(self) -> State:
        return self._state(self._episode.last_flag_at + WINDOWS[-1] + LAG)

    def of(self, window: timedelta) -> State:
        return self._state(self._anchor + window + LAG)

    @property
    def matured(self) -> int:
        return sum(self.of(window) is State.MATURED for window in WINDOWS)

    def is_told(self, window: timedelta) -> bool:
        """Whether losses within the window since the decision can be counted."""
        return self._now >= self._episode.opened_at + window + LAG

    @property
    def due_at(self) -> datetime | None:
        flagged, opened = self._episode.last_flag_at, self._episode.opened_at
        ends = [flagged + LAG, flagged + WINDOWS[-1] + LAG]
        ends += [self._anchor + window + LAG for window in WINDOWS]
        ends += [opened + window + LAG for window in CURVE]
        return min((end for end in ends if end > self._now), default=None)


def _of(case: Case, saving: Saving | None) -> Entry:
    """An entry about this saving that claims nothing yet."""
    blank = Entry(level=Level.P2, window=WHOLE, amount=NOTHING, state=State.PROVISIONAL)
    if saving is None:
        return blank
    notes = (Note.CONTRADICTED,) if case.contradicted else ()
    beside = _beside(case, saving)
    return replace(blank, owner=saving.owner, beside=beside, notes=notes, told=saving.told)


def _given_up(blank: Entry, one: Net, window: timedelta, ends: _Ends) -> Entry:
    state = ends.of(window)
    return replace(blank, window=named(window), amount=one.amount, state=state, notes=one.notes)


def _confirmed(case: Case, blank: Entry, one: Net, window: timedelta, ends: _Ends) -> Entry:
    given_up, said = _given_up(blank, one, window, ends), case.said
    told = tuple(sorted({*blank.told, *said.told})) if blank.owner else ()
    if said.is_confirmed:
        return replace(given_up, level=Level.P3, told=told)
    notes = (*one.notes, Note.NOT_CONFIRMED) if one.amount else one.notes
    return replace(given_up, level=Level.P3, amount=NOTHING, told=told, notes=notes)


def _back(case: Case, state: State) -> Entry:
    back = case.back
    is_so = {Note.CONTRADICTED: back.contradicted, Note.UNPRICED: not back.is_priced}
    return Entry(
        level=Level.R,
        window=WHOLE,
        amount=back.amount,
        state=state,
        notes=tuple(note for note, holds in is_so.items() if holds),
        told=back.told,
    )


def _beside(case: Case, saving: Saving | None) -> tuple[Also, ...]:
    """Everything else that was done by the time of the saving, each once."""
    if saving is None:
        return ()
    found = {done.what for done in case.episode.done if done.at <= saving.at}
    if saving.owner is Owner.WARNING:
        if by_control(case) is not None:
            found.add(Also.CONTROL)
    elif case.episode.seen_at is not None and case.episode.seen_at <= saving.at:
        found.add(Also.WARNING)
    return tuple(also for also in Also if also in found)


def _rated(case: Case, entry: Entry) -> Entry:
    """With the rate, where one alone was used, and whose rates they were."""
    used: list[Told | Attempt] = [one for one in case.told if one.id in entry.told]
    used += [one.attempt for one in case.own if one.attempt is not None and entry.level is not Level.R]
    rates = {one.rate for one in used if one.rate is not None}
    sources = sorted({one.rate_source for one in used if one.rate_source})
    return replace(
        entry, rate=min(rates) if len(rates) == 1 else None, rate_source=", ".join(sources) or None
    )


def _reckoned(
    case: Case, entries: tuple[Entry, ...], ends: _Ends, warning: Saving | None, owner: Saving | None
) -> Reckoned:
    gone = lost(case.episode, case.transfers, case.told, case.said)
    tried = {one.key: one.at for one in sorted(case.episode.attempts, key=lambda each: each.at, reverse=True)}
    return Reckoned(
        entries=entries,
        attempts=len(tried),
        first_attempt_at=min(tried.values(), default=None),
        left_at=min((one.made_at for one in case.own if one.made_at is not None), default=None),
        abandoned_at=warning.at if warning else None,
        is_scam=case.said.is_scam,
        said_scam=case.said.said_scam,
        false_alarm=case.said.is_false_alarm,
        contradicted=case.contradicted,
        lost=tuple(_lost(case, gone, window) if ends.is_told(window) else None for window in CURVE),
        lost_at=min((one.at for one in gone), default=None),
        owner=owner.owner if owner else None,
        beside=_beside(case, owner),
        matured=ends.matured,
        due_at=ends.due_at,
    )


def _lost(case: Case, gone: Sequence[Left], window: timedelta) -> Decimal | None:
    """What was lost by then. Where nobody can price it, what was at stake: a loss is never nothing."""
    begun = case.episode.opened_at
    known = [one for one in gone if one.at <= begun + window]
    return (taken_off(known, begun, window) or case.exposed or None) if known else NOTHING
