"""What is told beside the counts: who changes and why, limits, what is known, and what to keep in mind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from outreach.adapters.backtest import Counting
from outreach.adapters.matcher import fact_rows
from outreach.adapters.matcher.archived import FILE, PULLED_AT, ROW, ArchiveMatcher
from outreach.domain.backtest import Sample, Trip
from outreach.domain.backtest_limits import Turn
from outreach.domain.backtest_limits import trips as held
from outreach.domain.explain import Asked, PatternWord, RuleWord, explain, facts_asked
from outreach.domain.facts import Facts, Privacy
from outreach.domain.limits import BlastPolicy
from outreach.domain.plan import RulePlan
from outreach.domain.ruleset import Rule, Rulebook
from outreach.wiring.backtest.books import Books
from outreach.wiring.backtest.pulls import Ledger, Window

TRUTHS = {True: "true", False: "false", None: "unknown"}
FEWEST_TO_TELL = 1


def trips(
    counts: Counting,
    rules: tuple[Sequence[RulePlan], Sequence[RulePlan]],
    window: Window,
    policy: BlastPolicy,
) -> tuple[Trip, ...]:
    """The rules that limits, the day's budget or the alarm would hold: how many runs, and the largest."""
    read: dict[str, int] = defaultdict(int)
    at: dict[str, datetime] = {}
    for run, rows, pulled in zip(window.runs, window.read, window.pulls, strict=True):
        read[run] += rows
        at[run] = max(pulled.at, at.get(run, pulled.at))
    turns: tuple[list[Turn], list[Turn]] = ([], [])
    for side, number, run, users in counts.users():
        one = rules[side][number]
        turn = Turn(
            run=run,
            at=at[run],
            rule=f"{one.pattern}/{one.rule.id}",
            limits=one.rule.limits,
            urgency=one.rule.warn.urgency.rank,
            users=users,
            read=read[run],
        )
        turns[side].append(turn)
    return (*held(turns[0], policy, is_after=False), *held(turns[1], policy, is_after=True))


def samples(
    counts: Counting,
    matcher: ArchiveMatcher,
    books: Books,
    assigned: Callable[[str, Rule], str | None],
    most: int,
) -> tuple[Sample, ...]:
    """Some of those whom only one book warns, a few of each rule, with what flipped."""
    changed = counts.changed(most)
    if not changed:
        return ()
    wanted = pa.table({FILE: [row[2] for row in changed], ROW: [row[3] for row in changed]})
    table = matcher.rows(wanted)
    facts = fact_rows(table, {**books.before.catalogue, **books.after.catalogue})
    plain = table.select([FILE, ROW, PULLED_AT]).to_pylist()
    places = {(row[FILE], row[ROW]): n for n, row in enumerate(plain)}
    kept = {
        name: table.column(name).to_pylist() for name in ("locale", "country") if name in table.column_names
    }
    found = []
    for person, side, file, row in changed:
        n = places[file, row]
        about = {name: values[n] or "" for name, values in kept.items()}
        asking = _Sampling(books, assigned, person, facts[n], plain[n][PULLED_AT])
        found.append(asking.sample(side, about))
    return tuple(found)


class _Sampling:
    """One changed person's flag, put to both books."""

    def __init__(
        self,
        books: Books,
        assigned: Callable[[str, Rule], str | None],
        person: str,
        facts: Facts,
        at: datetime,
    ) -> None:
        self.books, self.assigned, self.person, self.facts, self.at = books, assigned, person, facts, at

    def sample(self, side: int, about: Mapping[str, Any]) -> Sample:
        """Told from the side that warns."""
        pair = (self.books.before, self.books.after)
        warns, other = self._word(pair[side]), self._word(pair[1 - side])
        acting = warns.acting if warns else None
        id = acting.rule.rule.id if acting else ""
        here, there = _of(warns, id), _of(other, id)
        pieces, others = tuple(_pieces(here)), tuple(_pieces(there))
        flagged_at = self.facts.get("flagged_at")
        return Sample(
            person=self.person,
            is_after=bool(side),
            pattern=str(self.facts.get("pattern")),
            rule=id,
            flagged_at=min(flagged_at, self.at) if isinstance(flagged_at, datetime) else self.at,
            locale=about.get("locale", ""),
            country=about.get("country", ""),
            why=tuple(piece for piece in pieces if piece not in others),
            why_not=(_said(other, there, id), *(piece for piece in others if piece not in pieces)),
        )

    def _word(self, book: Rulebook) -> PatternWord | None:
        rule_set = book.sets.get(str(self.facts.get("pattern")))
        if rule_set is None:
            return None
        asked = Asked(
            facts=self.facts,
            catalogue=book.catalogue,
            now=self.at,
            assign=lambda rule: self.assigned(self.person, rule),
        )
        return explain(rule_set, asked)


def _of(word: PatternWord | None, id: str) -> RuleWord | None:
    return next((one for one in word.words if one.rule.id == id), None) if word else None


def _pieces(word: RuleWord | None) -> Iterator[str]:
    """What a rule saw, a clause each."""
    if word is None:
        return
    yield f"status: {word.rule.status.value}"
    for line in word.lines:
        if line.words not in {"all of", "any of", "not"}:
            yield f"{line.words}: {TRUTHS[line.truth]}"
    if word.score:
        yield word.score
    for each in word.exclusions:
        yield f"except “{each.because}”: {TRUTHS[each.truth]}"


def _said(word: PatternWord | None, rule: RuleWord | None, id: str) -> str:
    if word is None:
        return "has no rules for this pattern"
    if rule is None:
        return f"has no rule {id}"
    decision = rule.decision
    if decision is None:
        return "its condition is false" if rule.truth is False else "the score is under what it looks at"
    because = f" ({decision.because})" if decision.because else ""
    shadow = "shadow, nothing is sent: " if decision.is_shadow else ""
    said = f"{decision.verdict.value}: {decision.reason.value}".replace("_", " ")
    return f"{shadow}{said}{because}"


def notes(books: tuple[Rulebook, Rulebook], window: Window, ledger: Ledger, forgotten: int) -> Iterator[str]:
    """What stands between these figures and what will happen, in sentences."""
    yield (
        "Each book begins with nobody warned, and nobody answers: an outreach is under way until its ladder"
        " is climbed or it expires. What the ledger knew (last_warned_at and the like) is asked as it was"
        " archived. The gate is not asked."
    )
    yield (
        "Limits, the day's budgets and the alarm are asked as at the end of a run; what they would hold"
        " counts as approved at once, and a person in a run as one message at the dearest price."
    )
    yield from _ramps(books)
    if not ledger.is_there:
        yield "No database can be read here: each pull counts as a run, and nothing is known of answers."
    if window.guessed and ledger.is_there:
        those = f"{window.guessed:,} of {len(window.pulls):,} pulls"
        yield f"This store does not know {those}: each counts as a run, at the time of its newest flag."
    if forgotten:
        yield (
            f"{forgotten:,} flags are about people who were forgotten: their facts were taken out, and are"
            " unknown here."
        )
    yield from _lacking(books, window)


def _ramps(books: tuple[Rulebook, Rulebook]) -> Iterator[str]:
    """Canaries are not replayed: their steps hang on answers that nobody gave."""
    named = dict.fromkeys(
        f"{pattern}/{rule.id} ({', '.join(f'{step:.0%}' for step in rule.ramp.steps)})"
        for book in books
        for pattern, rule_set in book.sets.items()
        for rule in rule_set.rules
        if rule.is_run and rule.ramp is not None
    )
    if named:
        yield f"Ramps are not replayed, everybody counts as inside: {', '.join(named)}."


def _lacking(books: tuple[Rulebook, Rulebook], window: Window) -> Iterator[str]:
    asked = {name for book in books for rule_set in book.sets.values() for name in facts_asked(rule_set)}
    catalogue = {**books[0].catalogue, **books[1].catalogue}
    for name in sorted(asked):
        have = window.columns.get(name, 0)
        if have == len(window.pulls):
            continue
        if catalogue[name].privacy is Privacy.PERSONAL:
            yield f"{name} is personal and never archived: it is unknown in every flag."
        else:
            lacking = len(window.pulls) - have
            files = f"{lacking:,} of {len(window.pulls):,} files"
            yield f"{files} are older than the fact {name}: it is unknown there."
