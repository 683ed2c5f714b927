"""`outreach rules facts`: what a rule may ask."""

from __future__ import annotations

import dataclasses
import json

import click
from rich.console import Console
from rich.table import Table

from outreach.cli.folders import own_rules
from outreach.domain.facts import FactSpec, FactType, WhenNull
from outreach.domain.problem import did_you_mean
from outreach.wiring.rulebook import facts_of

WIDE = 160  # columns where nobody's terminal says otherwise

_USES = {
    FactType.BOOLEAN: "{0}  ·  NOT {0}",
    FactType.INTEGER: "{0} >= 3",
    FactType.NUMBER: "{0} < 7",
    FactType.SCORE: "{0} >= 80",
    FactType.MONEY: "{0} >= 200",
    FactType.TEXT: "{0} = 'x'  ·  contains({0}, 'x')",
    FactType.TIME: "within({0}, '7 days')",
    FactType.TAGS: "has({0}, 'x')  ·  has_any({0}, @list)",
}


@click.command()
@click.argument("word", required=False, default="")
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text")
def facts(word: str, shape: str) -> None:
    """Show the facts that a rule may ask; with WORD those that have it in their name or meaning.

    Exit 1 where none has. Exit 2 where facts.yml does not fit.
    """
    catalogue = facts_of(own_rules())
    found = [spec for spec in catalogue.values() if _speaks_of(spec, word.lower())]
    if shape == "json":
        click.echo(json.dumps([dataclasses.asdict(s) | {"use": _use(s)} for s in found], indent=2))
    elif found:
        console = Console(highlight=False)
        wide = console if console.is_terminal else Console(highlight=False, width=WIDE)
        wide.print(_table(found))
    else:
        hint = did_you_mean(word, catalogue)
        click.echo(f"no fact speaks of '{word}'" + (f" ({hint})" if hint else ""), err=True)
    raise SystemExit(0 if found else 1)


def _speaks_of(spec: FactSpec, word: str) -> bool:
    said = (spec.name, spec.about, spec.type.value, spec.source.value, spec.unit, *spec.one_of)
    return any(word in each.lower() for each in said)


def _table(found: list[FactSpec]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("fact", "type", "from", "NULL means", "about", "asked like"):
        table.add_column(column, overflow="fold", no_wrap=column in {"fact", "type", "from"})
    for spec in found:
        kind = f"{spec.type.value}, {spec.unit}" if spec.unit else spec.type.value
        table.add_row(spec.name, kind, spec.source.value, _null(spec), _about(spec), _use(spec))
    return table


def _null(spec: FactSpec) -> str:
    return "has not happened" if spec.when_null is WhenNull.NEVER else "nobody knows"


def _about(spec: FactSpec) -> str:
    closed = f": {', '.join(spec.one_of)}" if spec.one_of else ""
    return spec.about + closed + (" (chosen by the scammer)" if spec.attacker_controlled else "")


def _use(spec: FactSpec) -> str:
    if spec.one_of:
        return f"{spec.name} = '{spec.one_of[0]}'"
    return _USES[spec.type].format(spec.name)
