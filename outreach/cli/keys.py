"""For the operator: the keys that seal what is personal, and their rotation while everything runs."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from rich.table import Table

from outreach.cli.console import err, out, progress
from outreach.cli.desk import actor_option, opened
from outreach.store.desk import write_audit
from outreach.store.rotating import Turned, known_keys, older_processes, retire, turn, usage
from outreach.store.sealed import sealed_columns
from outreach.wiring.house import House
from outreach.wiring.workspace import a_key

STYLE = click.option("--format", "style", type=click.Choice(["text", "json"]), default="text")


@click.group()
def keys() -> None:
    """The keys that seal what is personal: make one, see which are needed, seal again with the newest."""


@keys.command()
@click.pass_obj
def new(workspace: Path) -> None:
    """Print a fresh key. It is nowhere but on this screen: put it into OUTREACH_KEYS and your safe."""
    with _house(workspace) as house, house.store.read() as tx:
        taken = {*house.vault.keys, *known_keys(tx)}
    number = next(n for n in range(1, 10_000) if f"k{n}" not in taken)
    out.print(f"k{number}:{a_key()}", markup=False)
    err.print(
        f"1. Put it behind the others in OUTREACH_KEYS (…,k{number}:…) and restart: all can open.\n"
        f"2. Put it first (k{number}:…,…) and restart: new fields are sealed with it.\n"
        "3. `outreach keys rotate`, and take the old key out when it says so.\n"
        "Restart means every process. With one, the first step may be left out.",
        markup=False,
    )


@keys.command()
@STYLE
@click.pass_obj
def status(workspace: Path, style: str) -> None:
    """How many fields each key seals, and which keys are needed no more."""
    with _house(workspace) as house, house.store.read() as tx:
        _show(house, {key: dict(by) for key, by in usage(tx).items()}, style)


def _show(house: House, used: dict[str, dict[str, int]], style: str) -> None:
    names = [*house.vault.keys, *(key for key in used if key not in house.vault.keys)]
    if style == "json":
        rows = {key: {"fields": used.get(key, {}), "state": _state(house, used, key)} for key in names}
        out.print_json(json.dumps(rows))
        return
    table = Table("key", "fields", "where", "state", box=None, pad_edge=False)
    for key in names:
        by = used.get(key, {})
        where = ", ".join(f"{name} {count:,}" for name, count in by.items())
        table.add_row(key, f"{sum(by.values()):,}", where, _state(house, used, key))
    out.print(table)


def _state(house: House, used: dict[str, dict[str, int]], key: str) -> str:
    if key not in house.vault.keys:
        return "MISSING from OUTREACH_KEYS: put it back"
    if key == house.vault.active:
        return "seals"
    return "still opens: `outreach keys rotate`" if key in used else "not needed after `outreach keys rotate`"


@keys.command()
@STYLE
@actor_option
@click.pass_obj
def rotate(workspace: Path, style: str, actor: str) -> None:
    """Seal everything again with the newest key, while daemon and web run. Stopped, it goes on next time.

    Exits 1 where something cannot be opened, or an old key may still be used by a running process.
    """
    with _house(workspace) as house:
        done = _rotate(house)
        with house.store.read() as tx:
            used, older = usage(tx), older_processes(tx, house.vault.active, house.clock())
        with house.store.begin() as tx:
            now = house.clock()
            write_audit(tx, "keys_rotated", "database", f"{done['sealed']} fields", actor, now)
            spare = [] if older else retire(tx, used, house.vault.active, now)
    if style == "json":
        counts = {name: done[name] for name in ("sealed", "outrun", "unreadable")}
        out.print_json(json.dumps({**counts, "retired": spare, "older_processes": older}))
    else:
        _say(house.vault.active, done, spare, older)
    sys.exit(1 if done["unreadable"] or older else 0)


def _rotate(house: House) -> Counter[str]:
    """Every column, batch by batch; what others changed meanwhile is looked at once more."""
    done: Counter[str] = Counter()
    with progress() as bar:
        for each in sealed_columns():
            task, after = bar.add_task(each.name, total=None), ""
            while True:
                batch: Turned = turn(house.store, each, after)
                if batch.last is None:
                    break
                after = batch.last
                done.update(sealed=batch.sealed, outrun=batch.outrun, unreadable=batch.unreadable)
                bar.update(task, advance=batch.sealed)
            bar.remove_task(task)
    return done


def _say(active: str, done: Counter[str], spare: Sequence[str], older: Sequence[str]) -> None:
    out.print(f"{done['sealed']:,} fields were sealed again with {active}.")
    if done["outrun"]:
        out.print(f"{done['outrun']:,} were changed by somebody else meanwhile: rotate again.")
    if done["unreadable"]:
        err.print(f"{done['unreadable']:,} cannot be opened: `outreach keys status` names the missing key.")
    if older:
        err.print(
            "Processes that began before this key was first used may still seal with an older one. Restart "
            f"them, then rotate again: {', '.join(older)}",
            markup=False,
        )
    for key in spare:
        out.print(f"Key {key} seals nothing any more: take it out of OUTREACH_KEYS when no backup needs it.")


@contextmanager
def _house(workspace: Path) -> Iterator[House]:
    house = opened(workspace)
    try:
        yield house
    finally:
        house.close()
