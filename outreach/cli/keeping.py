"""For the operator: copy the database, and restore a copy."""

from __future__ import annotations

import getpass
from datetime import timedelta
from pathlib import Path

import click
from rich.markup import escape

from outreach.cli.console import out
from outreach.domain.running import Process
from outreach.errors import StoreError
from outreach.settings import Settings, read_settings
from outreach.store.copying import copy_sqlite, put_in_place
from outreach.store.desk import write_audit
from outreach.store.forgotten import forgotten_ids
from outreach.store.restoring import Restored, mark_restored
from outreach.store.running import processes_now
from outreach.wiring.house import House, open_house
from outreach.wiring.privacy import forgotten_list

SQLITE = "sqlite:///"
ALIVE = timedelta(minutes=1)


def _file(settings: Settings) -> Path | None:
    """The SQLite file of a workspace; None where its database is another."""
    url = settings.database_url
    return Path(url.removeprefix(SQLITE)) if url.startswith(SQLITE) else None


@click.command()
@click.argument("dest", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def backup(workspace: Path, dest: Path) -> None:
    """Copy the SQLite database to DEST, whole, while a daemon runs. PostgreSQL: pg_dump.

    Keep the archive folder and .env with it: without the keys nobody can read what is stored of people.
    """
    house = open_house(workspace)
    house.require_head()
    place = _file(house.settings)
    if place is None:
        raise StoreError(
            "PostgreSQL is copied by its own tools: `pg_dump --format=custom --file COPY DATABASE`; "
            "docs/operations.md says how a copy is restored"
        )
    if dest.exists():
        raise StoreError(f"{dest} is there already; name another file")
    now = house.clock()
    with house.store.begin() as tx:  # first, so that the copy knows when it was made
        write_audit(tx, "backup", "database", "", getpass.getuser(), now)
    copy_sqlite(place, dest)
    out.print(
        f"{dest} is the database of {now:%Y-%m-%d %H:%M:%S} UTC. Keep the archive folder and .env with it."
    )


@click.command()
@click.argument("copy", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def restore(workspace: Path, copy: Path | None) -> None:
    """Put COPY in the database's place, and hold whatever may have been sent since it was made.

    Without COPY the database has been restored by other means (pg_restore) and is only marked. Either way
    nothing is sent until `outreach resume --all`; docs/operations.md says what to look at before.
    """
    settings = read_settings(workspace)
    if copy is None:
        house = open_house(workspace)
        house.migrate()
        house.require_head()
        _refuse_alive(house)
        _say(_mark(house, forgotten_list(settings).ids()))
        return
    place = _file(settings)
    if place is None:
        raise StoreError("PostgreSQL is restored by pg_restore; then run `outreach restore` without a file")
    if place.exists():
        _refuse_alive(open_house(workspace))
    forgot = forgotten_list(settings).ids() | _forgotten_here(workspace, place)
    now = open_house(workspace).clock()
    new = place.with_name(f"{place.name}.restoring")
    copy_sqlite(copy, new)
    restored, again = _marked_beside(settings, new, forgot)  # in its place it is never unmarked
    aside = place.with_name(f"{place.name}.before-{now:%Y%m%dT%H%M%S}")
    put_in_place(new, place, aside)
    _say((restored, again))
    out.print(escape(f"The database that was there is kept as {aside.name}."))


def _forgotten_here(workspace: Path, place: Path) -> set[str]:
    """Whom the database that is replaced had forgotten, where it can still be read."""
    if not place.exists():
        return set()
    house = open_house(workspace)
    try:
        with house.store.read() as tx:
            return set(forgotten_ids(tx))
    except StoreError:
        return set()
    finally:
        house.close()


def _marked_beside(settings: Settings, new: Path, forgot: set[str]) -> tuple[Restored, int]:
    house = House(settings.model_copy(update={"database": type(settings.database)(f"{SQLITE}{new}")}))
    try:
        house.migrate()
        house.require_head()
        return _mark(house, forgot)
    finally:
        house.close()


def _mark(house: House, forgot: set[str]) -> tuple[Restored, int]:
    """Mark it, and forget once more whom an older copy brought back."""
    with house.store.begin() as tx:
        restored = mark_restored(tx, getpass.getuser(), house.clock())
    again = house.forgetting.again(forgot, getpass.getuser(), "restored from an older copy") if forgot else 0
    return restored, again


def _refuse_alive(house: House) -> None:
    for process in _alive(house):
        raise StoreError(
            f"a {process.role} ({process.holder}) is still alive on this database; stop every process first"
        )


def _alive(house: House) -> list[Process]:
    """Who said a moment ago that it lives; nobody, where the database cannot be read any more."""
    try:
        with house.store.read() as tx:
            return [p for p in processes_now(tx) if house.clock() - p.beat_at < ALIVE]
    except StoreError:
        return []
    finally:
        house.close()


def _say(done: tuple[Restored, int]) -> None:
    restored, again = done
    since = f"{restored.copied_at:%Y-%m-%d %H:%M:%S} UTC" if restored.copied_at else "an unknown moment"
    out.print(f"Restored to {since}. Everything is halted; {restored.held:,} climbs are held for approval.")
    if again:
        out.print(f"{again:,} {'person was' if again == 1 else 'people were'} forgotten again.")
    else:
        out.print(
            "Nobody had to be forgotten again. Where the ids of people forgotten since stand in another "
            "machine's forgotten.txt, bring it here and do this again: docs/operations.md#after-a-restore"
        )
    out.print("Next: `outreach run --once`, `outreach approvals list`, `outreach resume --all`.")
    out.print("Read docs/operations.md#after-a-restore before the last of them.")
