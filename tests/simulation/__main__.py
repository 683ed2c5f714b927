"""`python -m tests.simulation [--seeds N | --seconds S | --seed X] [--first N] [--jobs 2]
[--broken NAME] [--known-bad]`

Exit 0 where every promise held in every seed; of a broken engine, where one did not.
"""

from __future__ import annotations

import argparse
import sys

from tests.simulation.broken import BREAKAGES
from tests.simulation.run import Bench, Total, from_seed, noticed, run

SHOWN = 100


def main() -> int:
    """Live the seeds and tell what they came to; the exit code."""
    asked = _parser().parse_args()
    if asked.known_bad:
        return _known_bad()
    if asked.seed is not None:
        return _one(asked.seed, asked.broken)
    number = None if asked.seconds is not None and asked.seeds is None else asked.seeds or 1_000
    total = run(from_seed(asked.first, number), jobs=asked.jobs, seconds=asked.seconds, broken=asked.broken)
    _tell(total)
    return int(bool(total.failed) != bool(asked.broken))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, help="how many (1,000)")
    parser.add_argument("--seconds", type=float, help="as many as can be begun in this time")
    parser.add_argument("--seed", type=int, help="this one, with its whole trace")
    parser.add_argument("--first", type=int, default=0, help="the first seed (0)")
    parser.add_argument("--jobs", type=int, default=2, help="processes (2)")
    parser.add_argument("--broken", choices=sorted(BREAKAGES), help="an engine that is known to be bad")
    parser.add_argument("--known-bad", action="store_true", help="every such engine, until it is noticed")
    return parser


def _known_bad() -> int:
    late = 0
    for name, breakage in BREAKAGES.items():
        after = noticed(name)
        late += after is None
        told = f"not noticed in {breakage.within:,} seeds" if after is None else f"noticed in seed {after:,}"
        say(f"{'✗' if after is None else '✓'} {name}: {told} (at most {breakage.within:,})")
    return int(late > 0)


def _one(seed: int, broken: str | None) -> int:
    outcome = Bench(broken).live(seed, keeps_lines=True)
    say("\n".join(outcome.lines))
    for one in outcome.broken:
        say(f"BROKEN {one.promise}: {one.said}")
    say(f"seed {seed}: trace {outcome.trace}, {len(outcome.broken)} broken")
    return int(bool(outcome.broken) != bool(broken))


def _tell(total: Total) -> None:
    counts = total.counts
    minute = 60 * counts["seeds"] / max(total.seconds, 1e-9)
    say(
        f"{counts['seeds']:,} seeds in {total.seconds:.1f} s ({minute:,.0f} a minute): "
        f"{counts['messages']:,} messages, {counts['requests']:,} requests, {counts['taken']:,} taken, "
        f"{counts['crashes']:,} crashes, {counts['pauses']:,} pauses, {counts['refusals']:,} refused by the "
        f"database, {counts['commits']:,} commits, {counts['points']:,} points"
    )
    for name in sorted(name for name in counts if name.startswith("held: ")):
        bad = sum(f"held: {one.promise}" == name for outcome in total.failed for one in outcome.broken)
        say(f"  {'✗' if bad else '✓'} {name.removeprefix('held: ')}: {bad} broken in {counts[name]:,} checks")
    for outcome in sorted(total.failed, key=lambda o: o.seed)[:SHOWN]:
        one = outcome.broken[0]
        say(f"seed {outcome.seed} ({outcome.trace}): {one.promise}: {one.said}")
    say(f"{len(total.failed)} seeds failed; trace {total.trace:016x}")


def say(line: str) -> None:
    """A line to whoever asked."""
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
