"""What came of an arena, as figures: lost and repeated by the provider's log, the rest by our own history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.prove.figures import Figure
from tests.prove.kill.arena import Arena, Verdict
from tests.prove.kill.missing import stories
from tests.prove.kill.recovering import Standing, doubts, standing

SETTLES_WITHIN = 240
IN_THE_LOG = "messages in the provider's log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """One arena at its end."""

    verdict: Verdict
    standing: Standing
    doubts: int
    missing: tuple[str, ...] = ()  # the stories of some that were lost

    @classmethod
    def of(cls, here: Arena) -> Came:
        """As it is now."""
        return cls(
            verdict=here.verdict(),
            standing=standing(here.workspace),
            doubts=doubts(here.workspace),
            missing=tuple(stories(here)),
        )


def is_done(here: Arena) -> bool:
    """Whether everybody was reached, nothing is in doubt, and nobody is about to send any more."""
    now = standing(here.workspace)
    return not (now.settling or now.open_attempts or now.under_way or here.verdict().lost)


def counted(came: Sequence[Came]) -> dict[str, Figure]:
    """All arenas together."""
    handed, due = sum(c.verdict.handed for c in came), sum(c.verdict.due for c in came)
    left = sum(c.standing.settling + c.standing.open_attempts for c in came)
    of_lost = " | ".join(("messages due by the feed's input", *(story for c in came for story in c.missing)))
    return {
        "lost": Figure(sum(c.verdict.lost for c in came), due, of_lost),
        "repeated": Figure(sum(c.verdict.repeated for c in came), handed, IN_THE_LOG),
        "to strangers": Figure(sum(c.verdict.strangers for c in came), handed, IN_THE_LOG),
        "left in doubt": Figure(left, due, "messages due by the feed's input"),
        "doubts settled": Figure(sum(c.doubts for c in came), handed, IN_THE_LOG),
        "pushes replaced by a repeat": Figure(sum(c.verdict.replaced for c in came), handed, IN_THE_LOG),
    }
