"""Savings: what a control stopped, or the person after a warning that they saw, and what is left of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from outreach.domain.answer import Answer
from outreach.domain.outcomes.episode_money import NOTHING, Also, EpisodeSeen
from outreach.domain.outcomes.exposure import Instant, instants, most
from outreach.domain.outcomes.fates import Transfer, fates
from outreach.domain.outcomes.labels import Labels, labels
from outreach.domain.outcomes.outflow import Left, after, taken_off
from outreach.domain.outcomes.recovery import Recovered, recovered
from outreach.domain.outcomes.told import By, Told
from outreach.domain.year import NO_WARNINGS


class Owner(StrEnum):
    """Whose a saving is: one."""

    WARNING = "warning"
    CONTROL = "control"  # of the core system
    HOLD = "hold"  # it lapsed while a hold stood
    FIRM = "firm"  # an agent, an analyst, another firm


class Note(StrEnum):
    """Why an amount is what it is; kept as the reason of an entry."""

    SENT_AGAIN = "sent_again"
    SENT_ELSEWHERE = "sent_elsewhere"
    UNPRICED = "unpriced"  # somebody tells of money that nobody can price
    CONTRADICTED = "contradicted"  # sources disagree: what claims less stands
    FALSE_ALARM = "false_alarm"
    CAME_BACK = "came_back"  # recovered money is never also prevented
    CONTROL = "control"  # a hard control stopped the same money
    NOT_CONFIRMED = "not_confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All that is found out about an episode before anything is claimed."""

    episode: EpisodeSeen
    told: tuple[Told, ...]
    transfers: tuple[Transfer, ...]
    own: tuple[Transfer, ...]
    moments: tuple[Instant, ...]
    said: Labels
    back: Recovered

    @property
    def exposed(self) -> Decimal:
        """P0: the most at stake at once."""
        return most(self.moments, lambda each: each.exposed)

    @property
    def contradicted(self) -> bool:
        """Whether any two sources disagree."""
        parts = (self.said.contradicted, self.back.contradicted, *(one.contradicted for one in self.own))
        return any(parts)


def case_of(episode: EpisodeSeen, told: tuple[Told, ...]) -> Case:
    """What is found out, of what stands."""
    transfers = fates(episode, told)
    own = tuple(one for one in transfers if one.attempt is not None)
    moments = instants(own)
    exposed = most(moments, lambda each: each.exposed)
    return Case(
        episode=episode,
        told=told,
        transfers=transfers,
        own=own,
        moments=moments,
        said=labels(episode, told),
        back=recovered(episode, transfers, told, exposed),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """What was stopped in one way: when the first of it was, how much at once of what had been begun by
    then, and what was at stake until then. Later attempts never raise it."""

    at: datetime
    amount: Decimal
    stake: Decimal
    owner: Owner
    told: tuple[str, ...]
    is_priced: bool


def by_control(case: Case) -> Saving | None:
    """What a hard control stopped; None where none did."""
    stopped = [one for one in case.own if one.is_stopped and _controller(case.episode, one)]
    first = min(stopped, key=lambda one: (one.stopped_at or one.at, one.key), default=None)
    if first is None:
        return None
    return _saving(case, stopped, _controller(case.episode, first) or Owner.CONTROL)


def by_warning(case: Case) -> Saving | None:
    """What the person gave up after they had seen the warning; None where they did not.

    Where nobody says who cancelled it, it is theirs only if they had asked us to stop it.
    """
    episode = case.episode
    if episode.seen_at is None or episode.pattern in NO_WARNINGS:
        return None
    given_up = [one for one in case.own if one.is_stopped and _is_given_up(episode, one)]
    return _saving(case, given_up, Owner.WARNING) if given_up else None


def _controller(episode: EpisodeSeen, one: Transfer) -> Owner | None:
    if one.stopped_by is None:
        return Owner.HOLD if _under_hold(episode, one) else None
    if one.stopped_by in {By.USER, By.UNKNOWN}:
        return None
    return Owner.CONTROL if one.stopped_by is By.CORE else Owner.FIRM


def _under_hold(episode: EpisodeSeen, one: Transfer) -> bool:
    end = one.stopped_at
    return end is not None and any(
        done.what is Also.HOLD
        and done.transfer in {"", one.key}
        and done.at <= end
        and (done.until is None or done.until >= end)
        for done in episode.done
    )


def _is_given_up(episode: EpisodeSeen, one: Transfer) -> bool:
    end = one.stopped_at
    if end is None or episode.seen_at is None or end <= episode.seen_at:
        return False
    if one.stopped_by is By.UNKNOWN:
        asked = episode.answer == Answer.STOP_TRANSFER and episode.answered_at is not None
        return asked and episode.answered_at is not None and episode.answered_at <= end
    return one.stopped_by is By.USER or (one.stopped_by is None and not _under_hold(episode, one))


def _saving(case: Case, stopped: Sequence[Transfer], owner: Owner) -> Saving:
    first = min(one.stopped_at or one.at for one in stopped)
    counted = [one for one in stopped if one.at <= first]
    keys = frozenset(one.key for one in counted)
    until = [each for each in case.moments if each.at <= first]
    return Saving(
        at=first,
        amount=most(until, lambda each: each.of(keys)),
        stake=most(until, lambda each: each.exposed),
        owner=owner,
        told=tuple(sorted({id for one in counted for id in one.told})),
        is_priced=all(one.stopped_worth is not None for one in counted),
    )


def held(case: Case, saving: Saving | None) -> Decimal:
    """P1: what a control stopped, less what the same episode sent again afterwards."""
    if saving is None:
        return NOTHING
    again = [one for one in case.own if one.made_at is not None and one.at > saving.at]
    if any(one.most is None for one in again):
        return NOTHING
    return max(saving.amount - sum((one.most or NOTHING for one in again), NOTHING), NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Net:
    """What a window leaves of what was given up, and why it is not all of it."""

    amount: Decimal
    notes: tuple[Note, ...]


def outflow(case: Case, saving: Saving | None) -> tuple[Left, ...]:
    """Whatever must be taken off what was given up, in any window."""
    if saving is None:
        return ()
    return after(case.episode, case.transfers, case.told, case.said, saving.at)


def net(
    case: Case, saving: Saving | None, left: Sequence[Left], window: timedelta, control: Saving | None
) -> Net:
    """P2 in one window.

    Whatever came back or was stopped by a control is taken off whole, also where a later attempt takes it
    from P1 or R: more attempts never make a saving larger.
    """
    if saving is None:
        return Net(amount=NOTHING, notes=())
    gone = [one for one in left if one.at <= saving.at + window]
    off = taken_off(gone, saving.at, window)
    controlled = control.amount if control else NOTHING
    rest = saving.stake - case.back.told_of - controlled
    kept = NOTHING if off is None or case.said.is_false_alarm else min(saving.amount - off, rest)
    return Net(amount=max(kept, NOTHING), notes=tuple(_notes(case, saving, gone, off, controlled)))


def _notes(
    case: Case, saving: Saving, gone: Collection[Left], off: Decimal | None, controlled: Decimal
) -> list[Note]:
    is_so = {
        Note.SENT_AGAIN: any(one.is_again for one in gone),
        Note.SENT_ELSEWHERE: any(not one.is_again for one in gone),
        Note.UNPRICED: off is None or not saving.is_priced,
        Note.CONTRADICTED: case.contradicted,
        Note.FALSE_ALARM: bool(case.said.is_false_alarm),
        Note.CAME_BACK: case.back.told_of > 0,
        Note.CONTROL: controlled > 0,
    }
    return [note for note, holds in is_so.items() if holds]
