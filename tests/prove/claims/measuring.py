"""What warnings changed, in worlds whose truth is known: each design, each check, each refusal."""

from __future__ import annotations

from outreach.adapters.measuring import measure
from outreach.domain.experiment import Design
from tests.adapters.measuring.designs import NATURES, Nature, held, held_in_the_end, registered, world
from tests.adapters.measuring.test_check_alarms import ALARMS, speaks
from tests.prove.figures import Figure
from tests.prove.ground import Ground

ONE_LOOK = [design for design in Design if design is not Design.VARIANTS]
FEW = 40
"""People too few to say anything of."""


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` seeds a world; of checks half as many."""
    return {**_coverage(ground.n), **_wordings(ground.n), **_alarms(max(ground.n // 2, 20)), **_refusals()}


def _coverage(seeds: int) -> dict[str, Figure]:
    figures = {}
    for design in ONE_LOOK:
        found = {name: held_in_the_end(design, nature, seeds) for name, nature in NATURES.items()}
        told = sum(one.told for one in found.values())
        for what in ("cases", "money"):
            shares = {name: getattr(one, what) for name, one in found.items()}
            furthest = max(shares, key=lambda name, shares=shares: abs(shares[name] - 0.95))
            figures[f"points between the coverage and 95 at most ({design.value}, {what})"] = Figure(
                round(100 * abs(shares[furthest] - 0.95), 2),
                told,
                f"figures of {len(found)} worlds; {furthest}: {shares[furthest]:.1%}; half width "
                f"{found['an effect'].width:.2f} of the effect, power {found['an effect'].power:.0%}",
            )
    return figures


def _wordings(seeds: int) -> dict[str, Figure]:
    found = [held(Design.VARIANTS, nature, seeds) for nature in NATURES.values()]
    least = min(min(one.cases, one.money) for one in found)
    told = sum(one.told for one in found)
    return {"least coverage of what is true at every look": Figure(round(least, 4), told, "figures")}


def _alarms(worlds: int) -> dict[str, Figure]:
    figures = {}
    for name, alarm in ALARMS.items():
        (right, n), (wrong, of) = speaks(alarm, alarm.bad, worlds), speaks(alarm, alarm.good, worlds)
        figures[f"share that deserves it and is spoken of ({name})"] = Figure(round(right, 4), n, "worlds")
        figures[f"share that does not and is spoken of ({name})"] = Figure(round(wrong, 4), of, "worlds")
    return figures


def _refusals() -> dict[str, Figure]:
    """Of so few people no design tells a figure, and each says what it would take."""
    told = silent = 0
    for design in Design:
        for nature in (*NATURES.values(), Nature(losing=0.0)):
            (one,) = measure(world(design, nature, 1, FEW), [registered(design)])
            told += one.effect is not None
            silent += "need" not in one.refusal
    n = len(Design) * (len(NATURES) + 1)
    return {
        "figures told of forty people": Figure(told, n, "worlds"),
        "refusals that do not say what it takes": Figure(silent, n, "worlds"),
    }
