"""The same rows pulled again open nothing twice; another flag of a story under way opens nothing, too."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from outreach.store.database import Conflict
from outreach.store.tables import flags, outreaches
from outreach.wiring.house import House, open_house
from tests.prove.counting import count
from tests.prove.figures import Figure
from tests.prove.ground import Ground
from tests.prove.workspaces import a_workspace, people, warned_facts, write_csv


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` warned people on each database, from real files, each file pulled and then found again."""
    totals: Counter[str] = Counter()
    with ground.addresses() as addresses:
        for kind, url in addresses.items():
            workspace = a_workspace(ground.place(kind), ground.root, url)
            totals += _pull_again(workspace, ground)
    again, of = totals["again"], "rows pulled again, on SQLite and PostgreSQL"
    return {
        "opened twice": Figure(totals["opened"], again, of),
        "kept twice": Figure(totals["kept"], again, of),
        "opened by another flag of a story under way": Figure(
            totals["other"], totals["others"], "such flags"
        ),
        "opened at first": Figure(totals["first"], totals["rows"], "rows"),
        "failed": Figure(totals["failed"], totals["pulls"], "pulls"),
    }


def _pull_again(workspace: Path, ground: Ground) -> Counter[str]:
    facts = warned_facts(ground.root)
    house = open_house(workspace)
    house.migrate()
    rows = people(ground.n, facts)
    totals: Counter[str] = Counter(rows=write_csv(workspace / "feeds" / "1.csv", rows))
    totals["failed"] += _failed(house)
    opened, kept = count(house.store, outreaches), count(house.store, flags)
    totals["first"] = opened
    # A producer that delivers at least once: the very same rows, in a file not seen yet.
    totals["again"] = write_csv(workspace / "feeds" / "2.csv", rows)
    totals["failed"] += _failed(house)
    totals["opened"] = count(house.store, outreaches) - opened
    totals["kept"] = count(house.store, flags) - kept
    before = count(house.store, outreaches)
    others = people(ground.n, facts, source_id="another-flag-{n}")
    totals["others"] = write_csv(workspace / "feeds" / "3.csv", others)
    totals["failed"] += _failed(house)
    totals["other"] = count(house.store, outreaches) - before
    totals["pulls"] = 3
    house.store.close()
    return totals


def _failed(house: House) -> int:
    """Pull; 1 where it did not end as it should."""
    try:
        return int(house.intake.run()["feeds_failed"])
    except Conflict:
        return 1
