"""One backtest: both books asked of every archived flag of some days, and what comes of it counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import duckdb

from outreach.adapters.archive import Archive
from outreach.adapters.backtest import Counting, Mark, Opened, Taking, counting
from outreach.adapters.backtest.taking import PASSED
from outreach.adapters.matcher import DuckMatcher
from outreach.adapters.matcher.archived import ArchiveMatcher
from outreach.adapters.report.backtest import page
from outreach.domain.backtest import Change, Comparison, Edition, Verdicts
from outreach.domain.backtest_kinds import Kinds
from outreach.domain.decision import Verdict
from outreach.domain.edition import SHORT
from outreach.domain.ruleset import Rule, Rulebook
from outreach.wiring import chance
from outreach.wiring.backtest.bills import Bills, bills, measured, prices
from outreach.wiring.backtest.books import Books, books_of
from outreach.wiring.backtest.lives import add_openings
from outreach.wiring.backtest.outcomes import caught, first_warned, judged
from outreach.wiring.backtest.pulls import Ledger, Window, ledger, window
from outreach.wiring.backtest.saying import notes, samples, trips
from outreach.wiring.house import House
from outreach.wiring.limits import blast_policy

__all__ = ["Asked", "backtest", "page"]

DIMENSIONS = ("pattern", "rule", "locale", "country")
Progress = Callable[[str], None]
"""Told which piece of work begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked: against which edition ("": the one in force), over how many days, how many samples."""

    against: str = ""
    days: int = 30
    samples: int = 3


def backtest(house: House, asked: Asked, progress: Progress = lambda words: None) -> Comparison:
    """What `rules/` would do beside another edition, on the archive of the last days.

    Reads only. EditionError, RulesError, ArchiveError and OutreachError say what cannot be asked.
    """
    progress("reading the rules")
    books = books_of(house, asked.against)
    until = house.clock()
    since = until - timedelta(days=asked.days)
    progress("looking for pulls")
    known = ledger(house, since, until)
    archive = Archive(folder=house.settings.at(house.settings.archive), catalogue=books.after.catalogue)
    asking = _Asking(house, books, known, window(archive, known, since, until), progress)
    with counting() as connection:
        return asking.compare(connection, asked)


NO_KEY = bytes(32)
"""Where rules live in a repository of their own there is no key: as many are drawn, but others."""


class _Asking:
    """One backtest in the making."""

    def __init__(self, house: House, books: Books, known: Ledger, chosen: Window, progress: Progress) -> None:
        self.house, self.books, self.known, self.window = house, books, known, chosen
        self.progress = progress
        self.assign = chance.assignment(house.hash_key if house.settings.hash_key else NO_KEY)
        self.kinds = Kinds(books.joint, self._assigned)
        self.matcher = ArchiveMatcher(matcher=DuckMatcher(at_most=timedelta(hours=2)), pulls=chosen.pulls)

    def _assigned(self, person: str, rule: Rule) -> str | None:
        return self.assign(person, rule, self.window.until)

    def compare(self, connection: duckdb.DuckDBPyConnection, asked: Asked) -> Comparison:
        """Ask, count, and put together what is told."""
        books, found = self.books, self.window
        counts = self._counted(connection)
        opened = counts.opened()
        self.progress("measuring messages")
        sent = bills(
            opened, books.rules, prices(self.house.settings), measured(self.house, books.after.catalogue)
        )
        first = first_warned(counts, self.known, found)
        self.progress("looking at who changes")
        return Comparison(
            firm=self.house.settings.firm,
            made_at=self.window.until,
            before=_edition(books.before, books.named),
            after=_edition(books.after, "rules/ now"),
            since=found.since.date(),
            until=found.until.date(),
            pulls=len(found.pulls),
            runs=len(set(found.runs)),
            flags_read=sum(found.read),
            people=counts.people(),
            flags=counts.flags(),
            warnings=(_sum(opened, 0), _sum(opened, 1)),
            people_by=_people_by(counts, books),
            shadow_people=counts.people(shadow=True),
            shadow_by_rule=counts.people_by("rule", shadow=True),
            verdicts=tuple(_verdicts(counts)),
            costs=sent.costs,
            currency=self.house.settings.traffic.spend.currency,
            unpriced=sent.unpriced,
            trips=trips(counts, books.rules, found, blast_policy(self.house.settings)),
            known=caught(self.known, first),
            judged=judged(self.known, first),
            samples=samples(counts, self.matcher, books, self._assigned, asked.samples),
            notes=tuple(self._notes(sent)),
        )

    def _counted(self, connection: duckdb.DuckDBPyConnection) -> Counting:
        books, found = self.books, self.window
        self.progress(f"asking both books of {sum(found.read):,} flags")
        self._take(connection)
        self.progress("counting people")
        counts = Counting(connection=connection)
        counts.mark(list(self._marks()), list(_numbered(books)), found.runs)
        self.progress("following those with several warnings")
        add_openings(counts, self.matcher, self.kinds, books.rules, (books.before, books.after))
        return counts

    def _take(self, connection: duckdb.DuckDBPyConnection) -> None:
        joined = self.books.joint
        taking = Taking(
            connection=connection,
            relevant=joined.relevant,
            probes=len(joined.plan.probes),
            scores=joined.scores,
            number=self.kinds.number,
            number_of=self.kinds.number_of,
        )
        columns = list(dict.fromkeys([*PASSED, *joined.scores]))
        if not joined.plan.mains:  # neither book runs a rule: nothing is asked
            taking.take(())
            return
        taking.take(self.matcher.match(joined.plan, columns))

    def _marks(self) -> Iterator[Mark]:
        numbers = [{id(rule.rule): n for n, rule in enumerate(side)} for side in self.books.rules]
        for kind, one in enumerate(self.kinds.kinds):
            for side, word in enumerate(one.words):
                for decision in word.all:
                    yield Mark(
                        kind=kind,
                        side=side,
                        rule=numbers[side][id(decision.rule.rule)],
                        is_shadow=decision.is_shadow,
                        verdict=decision.verdict.value,
                    )

    def _notes(self, sent: Bills) -> Iterator[str]:
        forgotten = self.matcher.count_of(self.known.forgotten)
        yield from notes((self.books.before, self.books.after), self.window, self.known, forgotten)
        if sent.unsaid:
            yield (
                f"{len(sent.unsaid)} SMS templates could not be said and are not counted:"
                f" {', '.join(sent.unsaid[:5])}"
            )


def _people_by(counts: Counting, books: Books) -> dict[str, tuple[Change, ...]]:
    found = {dimension: counts.people_by(dimension) for dimension in DIMENSIONS}
    return found | {"channel": counts.people_by_channel(_ladders(books))}


def _numbered(books: Books) -> Iterator[tuple[int, int, str, str]]:
    for side, rules in enumerate(books.rules):
        for number, rule in enumerate(rules):
            yield side, number, rule.pattern, f"{rule.pattern}/{rule.rule.id}"


def _ladders(books: Books) -> set[tuple[int, int, str]]:
    return {
        (side, number, step.channel.value)
        for side, rules in enumerate(books.rules)
        for number, rule in enumerate(rules)
        for step in rule.rule.warn.ladder.said
        if not step.is_instead
    }


def _edition(book: Rulebook, named: str) -> Edition:
    running = sum(rule.is_run for rule_set in book.sets.values() for rule in rule_set.rules)
    return Edition(named=named, sha256=book.sha256[:SHORT], running=running)


def _sum(opened: tuple[Opened, ...], side: int) -> int:
    return sum(one.count for one in opened if one.side == side)


def _verdicts(counts: Counting) -> Iterator[Verdicts]:
    found = counts.verdicts()
    for is_shadow in (False, True):
        for verdict in Verdict:
            before, after = (found.get((verdict.value, is_shadow, side), 0) for side in (0, 1))
            if before or after:
                yield Verdicts(verdict=verdict.value, is_shadow=is_shadow, before=before, after=after)
