"""`outreach outcomes show`: what became of one person's money, level by level, and why."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from outreach.cli.console import err, out
from outreach.cli.desk import actor_option, opened, the_one
from outreach.domain.moment import both
from outreach.domain.outcome_wording import (
    ALSO,
    KINDS,
    MEANS,
    OWNERS,
    TELLERS,
    TITLES,
    listed,
    money,
    reason_words,
    window_words,
)
from outreach.domain.outcomes.level import DEFINITION
from outreach.domain.outcomes.told import Told
from outreach.domain.wording import say
from outreach.store.desk import write_audit
from outreach.store.outcome_entries import Written
from outreach.store.outcome_view import EpisodeOutcome, PersonOutcomes, outcomes_of

SHORT = 8


@click.command("show")
@click.argument("user")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text")
@click.option("--all", "everything", is_flag=True, help="Also entries that others took the place of.")
@actor_option
@click.pass_obj
def show(workspace: Path, user: str, style: str, everything: bool, actor: str) -> None:
    """What became of one person's money: each episode by level and window, whose the saving is, and why.

    USER is the firm's user reference, a phone number, an email address, a message reference or a person id.
    Levels are never added up. Looking is audited. Exits 1 where nobody is known by that, or nothing was
    reckoned yet.
    """
    house = opened(workspace)
    with house.store.read() as tx:
        person = the_one(tx, user)
    with house.store.begin() as tx:
        write_audit(tx, "open", person, f"outcomes as {style}", actor, house.clock())
    with house.store.read() as tx:
        found = outcomes_of(tx, person)
    if style == "json":
        click.echo(json.dumps(as_json(found, everything=everything), indent=2))
    else:
        _tell(found, everything=everything)
    if not any(one.looked_at for one in found.episodes):
        err.print("Nothing was reckoned of this person yet: the daemon does it within minutes of a flag.")
        sys.exit(1)


def _tell(found: PersonOutcomes, *, everything: bool) -> None:
    levels = set()
    for one in found.episodes:
        out.print(Text(f"{one.pattern}, episode {one.episode[-SHORT:]}, opened {both(one.opened_at, None)}"),
                  style="bold")  # fmt: skip
        for line in _summary(one):
            out.print(f"  {line}", markup=False)
        out.print(_table(one.written if everything else one.stands))
        levels |= {entry.level for entry in one.stands}
    for level in sorted(levels):
        out.print(f"{TITLES[level]}: {MEANS[level]}", markup=False)
    if levels:
        out.print(
            f"Definition {DEFINITION}. Levels say different things of the same money: never add them up."
        )
    lines = list(_tellings(found))
    if lines:
        out.print("\nWhat is told, as it stands:", style="bold")
    for line in lines:
        out.print(f"  {line}", markup=False)


def _summary(one: EpisodeOutcome) -> Iterator[str]:
    if one.looked_at is None:
        yield "not reckoned yet"
        return
    scam = _IS_SCAM[one.is_scam]
    yield f"{one.attempts} attempt{'' if one.attempts == 1 else 's'}; {scam}"
    moments = {"left": one.left_at, "abandoned": one.abandoned_at}
    moments |= {"looked at": one.looked_at, "next look": one.due_at}
    yield "; ".join(f"{name} {both(at, None)}" for name, at in moments.items() if at is not None)
    if one.contradicted:
        yield "sources disagree: what claims less stands"


_IS_SCAM = {
    True: "a scam, by a list or an analyst",
    False: "no scam, as an analyst says",
    None: "no list and no analyst says what it was",
}


def _table(entries: Sequence[Written]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("level", "", "amount", "state", "owner", "beside", "why"):
        table.add_column(name, justify="right" if name == "amount" else "left")
    for one in entries:
        cells = (
            one.level.value,
            window_words(one.window),
            money(one.amount, one.currency),
            one.state.value,
            say(OWNERS, one.owner) if one.owner and one.amount else "",
            listed(ALSO, one.beside) if one.amount else "",
            reason_words(one.reason),
        )
        table.add_row(*map(Text, cells))
    return table


def _tellings(found: PersonOutcomes) -> Iterator[str]:
    for one in sorted(_all_told(found), key=lambda each: (each.at, each.id)):
        amount = f", {money(one.amount, one.currency)}" if one.amount is not None else ""
        source = f"{say(TELLERS, one.by)}; from {one.feed}"
        yield f"{both(one.at, None)}  {say(KINDS, one.kind)}{amount} ({source})"


def _all_told(found: PersonOutcomes) -> list[Told]:
    of_places = {one.id: one for episode in found.episodes for one in episode.listed}
    return [*found.told, *of_places.values()]


def as_json(found: PersonOutcomes, *, everything: bool) -> dict[str, Any]:
    """The same as JSON: amounts as text, so that nothing rounds them, each with its definition."""
    return {
        "person": found.person,
        "definition": DEFINITION,
        "levels": {level: MEANS[level] for level in MEANS},
        "episodes": [
            {
                "episode": one.episode,
                "pattern": one.pattern,
                "opened_at": _iso(one.opened_at),
                "looked_at": _iso(one.looked_at),
                "due_at": _iso(one.due_at),
                "attempts": one.attempts,
                "left_at": _iso(one.left_at),
                "abandoned_at": _iso(one.abandoned_at),
                "is_scam": one.is_scam,
                "contradicted": one.contradicted,
                "entries": [_entry(each) for each in (one.written if everything else one.stands)],
            }
            for one in found.episodes
        ],
        "told": [_told(one) for one in _all_told(found)],
    }


def _entry(one: Written) -> dict[str, Any]:
    plain = ("id", "n", "level", "window", "currency", "state", "owner", "definition", "restates", "reason")
    exact = {"amount": one.amount, "rate": one.rate}
    return {
        **{name: getattr(one, name) for name in plain},
        **{name: None if value is None else format(value.normalize(), "f") for name, value in exact.items()},
        "rate_source": one.rate_source,
        "beside": list(one.beside),
        "told": list(one.told),
        "at": _iso(one.at),
    }


def _told(one: Told) -> dict[str, Any]:
    amount = None if one.amount is None else format(one.amount.normalize(), "f")
    plain = {"id": one.id, "feed": one.feed, "kind": one.kind.value, "by": one.by.value, "n": one.n}
    moments = {"at": _iso(one.at), "told_at": _iso(one.told_at)}
    return {**plain, **moments, "amount": amount, "currency": one.currency}


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
