"""The sample written down: `feeds/sample-1.csv` …, and `core.json`, the word of an invented core system.

`outcomes.csv` beside that says what became of the money: no feed reads it, `outreach outcomes import` does.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from outreach.adapters.rulebook import load_rulebook
from outreach.domain.ruleset import Rulebook
from outreach.wiring.sample.broken import broken
from outreach.wiring.sample.flags import Flags
from outreach.wiring.sample.outcomes import outcomes
from outreach.wiring.sample.people import Person, people
from outreach.wiring.sample.rows import Row, Told, again, row, tell

USERS = 5_000
FILES = 3
OUTCOMES = "outcomes.csv"
SEED = 20
BROKEN, REPEATED, CONTRADICTED = 54, 40, 4
"""Lines in 5,000 users: broken ones, ones sent twice, and ones whose id came before with another content."""

ONWARD = {
    "pending": ("held", "held", "sent", "cancelled"),
    "held": ("released", "cancelled"),
    "released": ("sent",),
}
"""Where a transfer may be by now, when the flag is from earlier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What was written: `fates` counts the flags by what the rules say of each by itself."""

    users: int
    lines: int
    broken: int
    repeated: int
    fates: Mapping[str, int]


def write_sample(
    feeds: Path, core: Path, rules: Path, now: datetime, *, users: int = USERS, seed: int = SEED
) -> Sample:
    """Write the sample of `users` people into a folder and the state of their transfers into a file.

    `rules` is the folder whose examples the flags are drawn from; RulesError where it does not fit.
    """
    # The examples' moments are told from the day they are read for.
    book = load_rulebook(rules, today=now.date())
    dice = Random(seed)
    told = _told(people(users, dice), Flags(book, now, dice), now, dice)
    rows = [row(each) for each in told]
    columns = _columns(rows, book)
    lines, spoilt, repeated = _lines(rows, columns, dice)
    feeds.mkdir(parents=True, exist_ok=True)
    share = -(-len(lines) // FILES)
    for n in range(FILES):
        part = [_line(columns, columns), *lines[n * share : (n + 1) * share]]
        (feeds / f"sample-{n + 1}.csv").write_bytes(b"\n".join(part) + b"\n")
    core.write_text(json.dumps(_core(told, now, dice), indent=1) + "\n", encoding="utf-8")
    became = outcomes(told, now, Random(seed))  # its own dice: the feed is the same without it
    core.with_name(OUTCOMES).write_bytes(b"".join(_line(one, ()) + b"\n" for one in became))
    return Sample(
        users=users,
        lines=len(lines),
        broken=spoilt,
        repeated=repeated,
        fates=Counter(each.drawn.fate for each in told),
    )


def _told(everybody: Sequence[Person], flags: Flags, now: datetime, dice: Random) -> list[Told]:
    """One flag a person; for some the same again, for some another story beside it."""
    told: list[Told] = []
    for person in everybody:
        told.append(tell(person, flags.draw(), len(told), now, dice))
        chance = dice.random()
        if chance < 0.035:
            told.append(again(told[-1], len(told), dice))
        elif chance < 0.07:
            told.append(tell(person, flags.draw(), len(told), now, dice))
    return told


def _columns(rows: Iterable[Row], book: Rulebook) -> list[str]:
    """Every column that some row fills: identity and profile first, then the facts in catalogue order."""
    used = list(dict.fromkeys(name for each in rows for name in each))
    facts = list(book.catalogue)
    return sorted(
        used, key=lambda name: (name in facts, facts.index(name) if name in facts else used.index(name))
    )


def _lines(rows: list[Row], columns: Sequence[str], dice: Random) -> tuple[list[bytes], int, int]:
    """The rows as lines in the order they were flagged, with the broken and repeated ones among them."""

    def write(one: Row) -> bytes:
        return _line([one.get(name, "") for name in columns], columns)

    ordered = sorted(rows, key=lambda each: each["flagged_at"])
    lines = [write(each) for each in ordered]
    part = len(rows) / USERS
    spoilt = broken(dice.choices(ordered, k=round(BROKEN * part)), write, dice)
    doubles = dice.choices(lines, k=round(REPEATED * part))
    liars = [
        write({**each, "risk_score": "1.5"}) for each in dice.choices(ordered, k=round(CONTRADICTED * part))
    ]
    for extra in (*spoilt, *doubles, *liars):
        lines.insert(dice.randrange(len(lines)), extra)
    return lines, len(spoilt), len(doubles)


def _line(fields: Sequence[str], columns: Sequence[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(fields)
    return text.getvalue().encode()


def _core(told: Sequence[Told], now: datetime, dice: Random) -> dict[str, dict[str, str]]:
    """What the core system says of most transfers; some have moved on since they were flagged."""
    states: dict[str, dict[str, str]] = {}
    for each in told:
        ref, state = each.values.get("transfer_ref"), each.values.get("transfer_state")
        if isinstance(ref, str) and isinstance(state, str) and dice.random() < 0.75:
            status = dice.choice(ONWARD.get(state, (state,))) if dice.random() < 0.08 else state
            until = each.values.get("hold_expires_at")
            hold = until if isinstance(until, datetime) else now + timedelta(hours=dice.randrange(4, 30))
            held = {"hold_expires_at": hold.isoformat()} if status == "held" else {}
            states[ref] = {"status": status, **held, "as_of": now.isoformat()}
    return states
