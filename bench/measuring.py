"""Every design in every kind of world: how often its interval holds the truth, how wide it is, what it finds.

    python bench/measuring.py                          # 200 seeds, all designs
    python bench/measuring.py --seeds 50 --design discontinuity

`cases`, `money`: the share of intervals of 95 % that hold the truth; of wordings it is rather more, since
theirs are true at every look. `power`: the share that is known to differ from nothing (where there is no
effect: the false alarms). `half width`: the median, by the true effect; where there is none, by one of 30 %.
Money is capped at 5,000; in every world 17 % of those not warned lose, of rare losses 5 %.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from outreach.domain.experiment import Design
from tests.adapters.measuring.designs import NATURES, PEOPLE, held

HEAD = "design          world                n  told  withheld  cases  money  power  half width  of money"


def main() -> None:
    """One row a design and kind of world."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    asked.add_argument("--seeds", type=int, default=200)
    asked.add_argument("--design", type=Design, choices=list(Design))
    options = asked.parse_args()
    print(HEAD)
    for design in [options.design] if options.design else list(Design):
        for name, nature in NATURES.items():
            found = held(design, nature, options.seeds)
            row = f"{design.value:15} {name:16} {PEOPLE[design]:6,} {found.told:5} {found.refused:9}"
            shares = f"{found.cases:6.1%} {found.money:6.1%} {found.power:6.0%}"
            print(f"{row} {shares} {found.width:10.2f} {found.money_width:10.2f}", flush=True)


if __name__ == "__main__":
    main()
