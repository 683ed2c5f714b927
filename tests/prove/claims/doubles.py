"""Each unique key refuses a double, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Table

from outreach.store.database import Conflict, Store, Tx
from outreach.store.tables import (
    acknowledgments,
    attempts,
    episodes,
    flags,
    messages,
    outreaches,
    people,
    pulls,
    receipts,
    ticks,
)
from tests.build import NOW, a_flag
from tests.engine.world import World
from tests.prove.figures import Figure
from tests.prove.ground import Ground

Row = Mapping[str, Any]
KEYS: Mapping[str, tuple[Table[Any], Callable[[Row, str], Row]]] = {
    "open episodes": (episodes, lambda row, id: {"id": id}),
    "open outreaches of an episode": (outreaches, lambda row, id: {"id": id, "decision": _another(row)}),
    "messages of an outreach and step": (messages, lambda row, id: {"id": id, "reference": id[-6:]}),
    "attempt numbers of a message": (attempts, lambda row, id: {"id": id}),
    "receipts of a provider's event": (receipts, lambda row, id: {"id": id}),
    "flags of a feed": (flags, lambda row, id: {"id": id}),
    "pull numbers of a feed": (pulls, lambda row, id: {"id": id}),
    "acknowledgments of an outreach": (acknowledgments, lambda row, id: {"id": id}),
    "persons of a user": (people, lambda row, id: {"id": id}),
    "ticks of a job": (ticks, lambda row, id: {"holder": "another"}),
}
"""What there can be one of: its table, and what a double may have of its own."""


def _another(row: Row) -> str:
    """A decision that no outreach has: only the episode is taken twice."""
    return str(row["spare"])


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` people written down whole on each database; then every row once more under each key."""
    taken = dict.fromkeys(KEYS, 0)
    tried = dict.fromkeys(KEYS, 0)
    with ground.stores() as stores:
        for store in stores.values():
            spare = _fill(store, ground.n)
            for name, (table, own) in KEYS.items():
                for row in _rows(store, table):
                    double = {
                        **row,
                        **own({**row, "spare": spare.get(row.get("episode", ""), "")}, store.new_id()),
                    }
                    tried[name] += 1
                    taken[name] += _is_taken(store, table, double)
    return {f"doubled {name}": Figure(taken[name], tried[name], "doubles tried") for name in KEYS}


def _fill(store: Store, n: int) -> dict[str, str]:
    """Rows in every table; the second decision of each episode, which opened nothing."""
    world = World(store)
    world.flag(*(a_flag(f"user-{i}") for i in range(n)))
    again = [a_flag(f"user-{i}", identity=f"again-{i}", beneficiary="somewhere") for i in range(n)]
    world.flag(*again)
    world.dispatch().run()
    with store.begin() as tx:
        _more(tx, _rows(store, messages))
    held = {row["decision"] for row in _rows(store, outreaches)}
    from outreach.store.tables import decisions

    return {row["episode"]: row["id"] for row in _rows(store, decisions) if row["id"] not in held}


def _more(tx: Tx, sent: list[Row]) -> None:
    """What only providers, people and clocks write."""
    at = {"at": NOW, "received_at": NOW}
    tx.insert(
        receipts,
        [
            {
                "id": tx.new_id(),
                "provider": "p",
                "event_id": m["id"],
                "message": m["id"],
                "status": "sent",
                **at,
            }
            for m in sent
        ],
    )
    tx.insert(
        acknowledgments,
        [
            {
                "id": tx.new_id(),
                "person": m["person"],
                "outreach": m["outreach"],
                "message": m["id"],
                "answer": "help_me",
                "via": "page",
                "at": NOW,
            }
            for m in sent
        ],
    )
    tx.insert(
        ticks, [{"job": f"job-{m['id']}", "due_at": NOW, "holder": "one", "taken_at": NOW} for m in sent]
    )


def _rows(store: Store, table: Table[Any]) -> list[Row]:
    with store.read() as tx:
        return [dict(row._mapping) for row in tx.connection.execute(table.select())]


def _is_taken(store: Store, table: Table[Any], double: Row) -> bool:
    try:
        with store.begin() as tx:
            tx.insert(table, [{k: v for k, v in double.items() if k in table.c}])
    except Conflict:
        return False
    return True
