"""Which cut-off would have done better, as far as is known, and how sure that is. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from outreach.domain.outcomes.measured import Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Episodes of a rule with a score from `low` to before `high`.

    Of `episodes` somebody said of `scams` and `false_alarms` what they were; of the others nobody knows.
    `warned` were warned; `saved` is their P3 within 30 days, in the outcome currency.
    """

    low: Decimal
    high: Decimal
    episodes: int
    scams: int
    false_alarms: int
    warned: int
    saved: Decimal
    precision: Effect | None = None  # with its interval; None where nothing is known

    @property
    def known(self) -> int:
        """Of how many somebody said what they were."""
        return self.scams + self.false_alarms

    @property
    def saved_per_thousand(self) -> Decimal | None:
        """P3 a thousand warnings; it says nothing of cause."""
        return 1000 * self.saved / self.warned if self.warned else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One cut-off instead of the one in force: how many scams and false alarms more it would have warned.

    `gain`: scams more, less false alarms more each counted as 1/`worth`, with the interval of all candidates
    at once (95 %).
    """

    cut_off: Decimal
    scams: int
    false_alarms: int
    gain: Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One rule: its bands, and the best of the other cut-offs; None where none is known to do better."""

    pattern: str
    rule: str
    cut_off: Decimal
    worth: Decimal
    bands: tuple[Band, ...]
    candidates: tuple[Candidate, ...]
    refusal: str = ""

    @property
    def best(self) -> Candidate | None:
        """The candidate with the largest gain whose interval lies over nothing."""
        sure = [one for one in self.candidates if one.gain.low > 0]
        return max(sure, key=lambda one: one.gain.estimate, default=None)

    @property
    def words(self) -> str:
        """The advice as a sentence."""
        if self.refusal:
            return f"no advice: {self.refusal}"
        best = self.best
        if best is None:
            return f"no other cut-off is known to do better than {self.cut_off.normalize():f}"
        gain = f"{best.gain.estimate:+.0f} [{best.gain.low:+.0f}, {best.gain.high:+.0f}]"
        more = f"{best.scams:+,} scams and {best.false_alarms:+,} false alarms"
        return (
            f"{best.cut_off.normalize():f} would have warned {more}: a gain of {gain}"
            f" where a scam is worth {self.worth.normalize():f} false alarms"
        )
