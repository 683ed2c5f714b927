"""Labels: who says that an episode was a scam. Lists and analysts count; the user's word stands apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from outreach.domain.answer import Answer
from outreach.domain.outcomes.episode_money import EpisodeSeen
from outreach.domain.outcomes.fates import Transfer, is_here
from outreach.domain.outcomes.told import By, Kind, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What is said of transfers and beneficiaries, and of the episode itself.

    `is_scam`: by a list or an analyst; None: nobody knows. `said_scam`: by the user. Where a list or an
    analyst says both, it is no scam to us (`contradicted`): that claims less.
    """

    scam_transfers: frozenset[str] = field(repr=False)
    scam_places: frozenset[str] = field(repr=False)
    fine_transfers: frozenset[str] = field(repr=False)
    fine_places: frozenset[str] = field(repr=False)
    is_scam: bool | None
    said_scam: bool | None
    said_mine: bool
    contradicted: bool
    told: tuple[str, ...] = ()

    @property
    def is_false_alarm(self) -> bool | None:
        """An analyst says legitimate, or the user that it is theirs where nobody else says scam."""
        if self.is_scam is not None:
            return not self.is_scam
        return True if self.said_mine else None

    @property
    def is_confirmed(self) -> bool:
        """Whether a saving is confirmed: by a list, an analyst or the user."""
        return not self.is_false_alarm and bool(self.is_scam or self.said_scam)

    def is_scam_at(self, one: Transfer) -> bool:
        """Whether another transfer went to a scam, as far as a list or an analyst says."""
        if one.key in self.fine_transfers or one.beneficiary in self.fine_places:
            return False
        return one.key in self.scam_transfers or one.beneficiary in self.scam_places

    def is_fine_at(self, one: Transfer) -> bool:
        """Whether an analyst says that it was legitimate, and nobody that it was a scam."""
        is_fine = one.key in self.fine_transfers or one.beneficiary in self.fine_places
        return is_fine and one.key not in self.scam_transfers and one.beneficiary not in self.scam_places


def labels(episode: EpisodeSeen, told: Sequence[Told]) -> Labels:
    """All labels among what stands."""
    scams = [one for one in told if _is_scam(one)]
    fine = [one for one in told if one.kind is Kind.LEGITIMATE and one.by is not By.USER]
    says_scam = [one for one in scams if _is_about(episode, one)]
    says_fine = [one for one in fine if _is_about(episode, one)]
    users = [one for one in told if one.by is By.USER and _is_about(episode, one)]
    hints = [one for one in users if one.kind in {Kind.LOSS, Kind.SCAM}]
    mine = [one for one in users if one.kind is Kind.LEGITIMATE]
    is_mine = bool(mine) or episode.answer == Answer.IT_IS_MINE
    is_said = bool(hints) or episode.answer == Answer.NOT_ME
    return Labels(
        scam_transfers=frozenset(one.transfer for one in scams if one.transfer),
        scam_places=frozenset(one.beneficiary for one in scams if one.beneficiary),
        fine_transfers=frozenset(one.transfer for one in fine if one.transfer),
        fine_places=frozenset(one.beneficiary for one in fine if one.beneficiary and not one.transfer),
        is_scam=False if says_fine else True if says_scam else None,
        said_scam=True if is_said else False if is_mine else None,
        said_mine=is_mine and not is_said,
        contradicted=bool(says_scam and says_fine) or (is_mine and is_said),
        told=tuple(sorted({one.id for one in (*says_scam, *says_fine, *hints, *mine)})),
    )


def _is_scam(one: Told) -> bool:
    if one.kind is Kind.LISTED:
        return True
    if one.kind is Kind.SCAM:
        return one.by is not By.USER
    return one.kind is Kind.LOSS and one.by is By.ANALYST


def _is_about(episode: EpisodeSeen, one: Told) -> bool:
    """Whether a label is about this episode: its transfers, its beneficiary, or its time where it says
    neither. A label on a beneficiary counts whenever it came."""
    if one.kind is Kind.LISTED:
        return bool(one.beneficiary) and one.beneficiary == episode.beneficiary
    if one.transfer:
        return any(one.transfer == attempt.key for attempt in episode.attempts) or (
            bool(one.beneficiary)
            and one.beneficiary == episode.beneficiary
            and one.transfer not in episode.flagged_elsewhere
        )
    if one.beneficiary:
        return one.beneficiary == episode.beneficiary
    return is_here(episode, one)
