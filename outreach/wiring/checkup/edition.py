"""Looks at which edition of the rules decides, since when, and whether a broken edit waits."""

from __future__ import annotations

from collections.abc import Iterator

from outreach.domain.edition import SHORT
from outreach.errors import RulesError, SettingsError, StoreError
from outreach.store.database import Store, is_missing
from outreach.store.editions import first_decided, newest_in_force
from outreach.wiring.checkup.finding import Finding, State
from outreach.wiring.house import House

ABOUT = "edition"


def look(house: House) -> Iterator[Finding]:
    """The edition by which the newest run decided, and how the folders stand to it."""
    try:
        store = house.store
    except SettingsError:
        return  # keys that are not well-formed have been told
    try:
        if not is_missing(store.engine.url):
            yield from _decided(house, store)
    except StoreError:
        return  # a database that cannot be used has been told
    finally:
        store.close()


def _decided(house: House, store: Store) -> Iterator[Finding]:
    with store.read() as tx:
        sha256 = newest_in_force(tx)
        since = first_decided(tx, sha256) if sha256 else None
    if sha256 is None:
        yield Finding(about=ABOUT, says="no run has decided here yet")
        return
    when = f" since {since:%Y-%m-%d %H:%M} UTC" if since else ""
    says = f"{sha256[:SHORT]} decides{when}"
    try:
        house.renderer  # noqa: B018  # reads the templates, too
        now = house.rules.current().sha256
    except RulesError as error:
        n = len(error.problems)
        kept = (
            f"the folders have {n} problem{'s' * (n != 1)}, so a running daemon goes on by {sha256[:SHORT]}"
        )
        mend = "mend what is told above: it comes in force within seconds, no restart is needed"
        yield Finding(about=ABOUT, says=f"{says}; {kept}", state=State.PROBLEM, mend=mend)
        return
    waits = "" if now == sha256 else f"; rules/ now holds {now[:SHORT]}, by which the next run will decide"
    yield Finding(about=ABOUT, says=says + waits)
