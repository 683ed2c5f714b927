"""A backtest as a comment on a pull request: tables, and what is long folded away."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape

from outreach.domain import told_backtest as told
from outreach.domain.backtest import Change, Comparison, Sample
from outreach.domain.printable import printable

_MARKS = re.compile(r"([\\`*_{}\[\]<>()#+!|~@&$])")


MOST = 65_000
"""Characters of a comment: GitHub takes 65,536."""

MOST_ROWS = 40
MOST_OF_A_LINE = 600
_CUT = "*The rest does not fit into a comment: ask for `--html` or `--format json`.*"


def as_markdown(found: Comparison) -> str:
    """The whole comment; of what does not fit, as much as fits, and that there is more."""
    head, sections = "\n".join(_lines(found)), list(_sections(found))
    room, kept = MOST - len(head) - len(_CUT) - 2, [head]
    for title, lines in sections:
        # Lines that belong together go together: a sample without its reasons says nothing.
        fitting = _fitting(lines, room - len(_folded(title, ())))
        if fitting:
            kept.append(_folded(title, fitting))
            room -= len(kept[-1]) + 1
        if len(fitting) < len(lines):
            room = 0
    return "\n".join([*kept, *([_CUT] if room <= 0 else [])])


def _fitting(lines: Sequence[str], room: int) -> list[str]:
    kept = []
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    return kept


def safe(text: str) -> str:
    """Words as they are: nobody is mentioned, nothing is a link or a table of its own."""
    short = text if len(text) <= MOST_OF_A_LINE else f"{text[:MOST_OF_A_LINE]}…"
    return _MARKS.sub(r"\\\1", printable(short).replace("\n", " "))


def _lines(found: Comparison) -> Iterator[str]:
    yield f"### Backtest: {safe(told.headline(found))}"
    yield ""
    yield f"{safe(told.window(found))}  "
    yield safe(told.editions(found))
    yield ""
    sums = [("people", found.people), ("flags", found.flags)]
    yield from _table("", told.HEADS, [(name, *told.figures(change)) for name, change in sums])
    yield f"Outreaches opened: {found.warnings[0]:,} → {found.warnings[1]:,}."
    yield ""
    if changed := _rows([change for change in found.people_by["rule"] if not change.is_none]):
        yield "**Rules that change**, in people"
        yield ""
        yield from _table("rule", told.HEADS, changed)
    yield from _costs(found)
    yield from _limits(found)


def _sections(found: Comparison) -> Iterator[tuple[str, list[str]]]:
    """What is folded away, the most useful first."""
    yield "What these figures leave out", [f"- {safe(note)}" for note in found.notes]
    if found.samples:
        yield f"{len(found.samples)} people who change, and why", [_sample(one) for one in found.samples]
    for name, title in told.BY.items():
        if name != "rule":
            yield title, list(_table(name, told.HEADS, _rows(found.people_by[name])))
    if found.shadow_by_rule:
        rows = _rows(found.shadow_by_rule)
        yield "Shadow rules: nothing is sent", list(_table("rule", told.HEADS, rows))


def _rows(changes: Sequence[Change]) -> list[tuple[str, ...]]:
    """What changes most first; of many rows the last is how many more there are."""
    ordered = sorted(changes, key=lambda change: (-(change.plus + change.minus), -change.same, change.name))
    rows = [(told.named(change), *told.figures(change)) for change in ordered[:MOST_ROWS]]
    more = len(ordered) - len(rows)
    return [*rows, (f"{more:,} more", *[""] * len(told.HEADS))] if more else list(rows)


def _table(first: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {first} | {' | '.join(heads)} |"
    yield f"|---|{'---:|' * len(heads)}"
    for name, *cells in rows:
        yield f"| {safe(name)} | {' | '.join(cells)} |"
    yield ""


def _folded(title: str, lines: Sequence[str]) -> str:
    # Between the tags of a summary nothing is read as Markdown, so nothing is escaped as such.
    opened = f"<details><summary>{escape(title)}</summary>"
    return "\n".join([opened, "", *lines, "", "</details>", ""])


def _costs(found: Comparison) -> Iterator[str]:
    rows = [
        (cost.channel.value, *(told.bill(one, found.currency) for one in (cost.before, cost.after)))
        for cost in found.costs
    ]
    all_of_it = tuple(f"**{told.money(each, found.currency)}**" for each in found.money)
    yield "**At most**, where nobody answers and every step is sent"
    yield ""
    yield from _table("channel", ("before", "after"), [*rows, ("all", *all_of_it)])
    for words in found.unpriced[:MOST_ROWS]:
        yield f"No price, not in the sum: {safe(words)}."
        yield ""


def _limits(found: Comparison) -> Iterator[str]:
    for trip in found.trips[:MOST_ROWS]:
        side = "after" if trip.is_after else "before"
        yield f"- {side}: **{safe(trip.rule)}** {safe(told.trip(trip))}"
    if len(found.trips) > MOST_ROWS:
        yield f"- {len(found.trips) - MOST_ROWS:,} more rules would be held"
    if not found.trips:
        yield "- No limit, budget or alarm would hold a run."
    for one in found.known[:MOST_ROWS]:
        sides = f"{told.known(one, 0)} → {told.known(one, 1)}"
        yield f"- {one.n:,} {safe(one.name)}: warned before it {safe(sides)}"
    if found.judged is not None:
        before, after = map(told.judged, found.judged)
        for name, was, now in zip(told.JUDGED, before, after, strict=True):
            yield f"- {name}: {was} → {now}"
    yield ""


def _sample(sample: Sample) -> str:
    sign = "+" if sample.is_after else "−"
    here, there = ("after", "before") if sample.is_after else ("before", "after")
    place = " ".join(filter(None, (sample.locale, sample.country)))
    return "\n".join(
        [
            f"- {sign} `{sample.person}` {safe(f'{sample.pattern}/{sample.rule}')} {safe(place)}",
            f"  - {here}: warns; {safe('; '.join(sample.why) or 'as before')}",
            f"  - {there}: {safe('; '.join(sample.why_not))}",
        ]
    )
