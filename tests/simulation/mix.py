"""What one seed does to the engine: every seed draws its own mix of faults, some of them none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

ANSWERS = (
    "refused_connection",  # nothing was written
    "reset_unread",  # written in part, never read
    "silent_untaken",  # never taken, never answered
    "silent_taken",  # taken at once, never answered
    "slow_taken",  # taken 20 to 90 s later, when nobody waits for it any more
    "slow_body",  # taken; the answer drips until patience ends
    "garbage",  # taken; the answer cannot be read
    "busy",  # 429 with Retry-After
    "broken_untaken",  # 500
    "broken_taken",  # 500, and yet
)
"""What a provider may do instead of taking a message and saying so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """Rates are 0 … 1 at each opportunity; seconds are of simulated time."""

    people: int
    steps: int
    daemons: int
    batch: int
    crash: float
    crash_at: int | None  # the only crash, at this point of this seed
    pause: float
    database: float
    faulty: Mapping[str, float]  # by ANSWERS; the rest is taken and said
    storm: float
    lag: float
    cannot_say: float
    receipts: float  # the share of messages the provider reports on
    messy: float  # lost, doubled, late receipts
    answering: float
    scanning: float
    halting: float
    stopping: float
    cancelling: float
    expiring: float
    refusing: float
    email_can_be_asked: bool
    by_night: bool
    faults_end: float

    @property
    def is_clean(self) -> bool:
        """Nothing goes wrong, and nobody interferes."""
        return not (self.crash or self.crash_at is not None or self.pause or self.database or self.faulty)


def draw(dice: Random) -> Mix:
    """The mix of a seed."""
    stops = dice.random() < 0.1  # processes stand still all the time, and others go on
    crash_at = dice.randrange(120) if dice.random() < 0.2 else None
    is_clean = dice.random() < 0.08
    some = _faulty(dice) if not is_clean and dice.random() < 0.85 else {}
    return Mix(
        people=dice.choice((1, 1, 2, 3)),
        steps=dice.choice((1, 1, 2, 2, 3)),
        daemons=2 if stops else dice.choice((1, 2, 2, 3)),
        batch=dice.choice((1, 2, 500, 500, 500)),
        crash=0.0 if is_clean or crash_at is not None else dice.choice((0.0, 0.01, 0.03, 0.06)),
        crash_at=None if is_clean else crash_at,
        pause=0.0 if is_clean else 0.2 if stops else dice.choice((0.0, 0.0, 0.02, 0.1)),
        database=0.0 if is_clean else dice.choice((0.0, 0.0, 0.01, 0.05)),
        faulty=some,
        storm=dice.choice((0.0, 0.0, 0.5)) if some else 0.0,
        lag=dice.choice((0.0, 2.0, 30.0, 90.0)),
        cannot_say=0.0 if is_clean else dice.choice((0.0, 0.0, 0.2, 0.6)),
        receipts=dice.choice((0.0, 0.5, 1.0)),
        messy=dice.choice((0.0, 0.2, 0.5)),
        answering=dice.choice((0.0, 0.1, 0.4)),
        scanning=dice.choice((0.0, 0.0, 0.0, 0.5)),
        halting=dice.choice((0.0, 0.0, 0.5)),
        stopping=dice.choice((0.0, 0.0, 0.2)),
        cancelling=dice.choice((0.0, 0.0, 0.2)),
        expiring=dice.choice((0.0, 0.3)),
        refusing=dice.choice((0.0, 0.0, 0.2)),
        email_can_be_asked=dice.random() < 0.5,
        by_night=dice.random() < 0.25,
        faults_end=dice.choice((60.0, 300.0, 1800.0)),
    )


def _faulty(dice: Random) -> dict[str, float]:
    """Some of the faults, together at most four answers in five."""
    chosen = [word for word in ANSWERS if dice.random() < 0.4]
    weights = [dice.random() for _ in chosen]
    share = dice.choice((0.1, 0.3, 0.8))
    total = sum(weights) or 1.0
    return {word: share * weight / total for word, weight in zip(chosen, weights, strict=True)}
