"""The rules and templates in force: read whole, replaced whole and together, never by a broken edit.

    folder ─ stamp ─▶ moved? ─ still for a while ─▶ read ─ same stamp still? ─▶ checked ─▶ in force
                                                                               └ broken ─▶ last good stays

A rule may name a template, so both are one: either both editions come in force or neither does.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from threading import Lock

import structlog

from outreach.adapters import renderer
from outreach.adapters.renderer import JinjaRenderer
from outreach.adapters.rulebook import load_rulebook
from outreach.domain.edition import SHORT
from outreach.domain.facts import Catalogue, FactSpec, Privacy
from outreach.domain.problem import Problem, places
from outreach.domain.ruleset import Rulebook
from outreach.domain.running import RulesStanding
from outreach.errors import RulesError
from outreach.settings import Settings
from outreach.telemetry import RULES_KEPT, RULES_STAND_IN, RULES_TAKEN
from outreach.wiring.stamps import Stamp, is_being_checked_out, stamp_of

log = structlog.get_logger()

STILL = 2.0
"""Seconds for which nothing may have moved before an edit is read: editors, rsync and git are done then."""

TRIES = 5
"""How often a folder that moves while it is read is read again at the start; `look` sees what comes later."""


LONGEST_CHECKOUT = 120.0
"""Seconds after which git's lock on its index is taken for a dead one."""

Stamps = tuple[Stamp, Stamp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """Where rules and templates stand, and what the templates are said with."""

    rules: Path
    templates: Path
    firm: str = "Acme"
    aliases: Mapping[str, str] = field(default_factory=dict)
    default_locale: str = "en"

    def stamps(self) -> Stamps:
        """The stamps of both."""
        endings = (".j2", ".toml", ".yml")
        return stamp_of(self.rules, (".yml",)), stamp_of(self.templates, endings)

    def speaker(self, catalogue: Catalogue) -> JinjaRenderer:
        """The templates as they stand now. Raises RulesError with every problem."""
        return JinjaRenderer(
            self.templates,
            firm=self.firm,
            catalogue=catalogue,
            aliases=self.aliases,
            default_locale=self.default_locale,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """An edition of the rules, and the templates it names; those are read when they are first asked for."""

    book: Rulebook
    speaker: JinjaRenderer | None = None


class RulesInForce:
    """The rules and templates as they apply now. Raises RulesError when made over a folder that does not fit,
    unless `last` knows the edition that was in force before: then that one stands in, loudly.

    Whoever works takes `current()` once for a batch; only `look()` changes what that is.
    """

    def __init__(
        self,
        folders: Folders,
        clock: Callable[[], datetime],
        *,
        elapsed: Callable[[], float] = time.monotonic,
        last: Callable[[], Rulebook | None] = lambda: None,
    ) -> None:
        self._folders = folders
        self._clock = clock
        self._elapsed = elapsed
        self._looking = Lock()
        self._reading = Lock()
        self._seen: tuple[Stamps, float] | None = None
        self._problems: tuple[object, ...] = ()
        self._judged = folders.stamps()
        self._now = InForce(book=self._first(last))
        self._ever = dict(self._now.book.catalogue)

    def current(self) -> Rulebook:
        """The rule book in force."""
        return self._now.book

    def speaker(self) -> JinjaRenderer:
        """The templates in force; read when this is first asked. Raises RulesError with every problem."""
        with self._reading:
            if self._now.speaker is None:
                self._now = replace(self._now, speaker=self._folders.speaker(self._now.book.catalogue))
        assert self._now.speaker is not None
        return self._now.speaker

    def catalogue(self) -> Catalogue:
        """The fact catalogue of the rules in force."""
        return self._now.book.catalogue

    def ever(self) -> Catalogue:
        """Every fact that was in force since this process began; what was ever personal is so here."""
        return self._ever

    def standing(self) -> RulesStanding:
        """The rules in force, and how many problems keep a newer edit out of force."""
        count = len(self._problems)
        return RulesStanding(sha256=self._now.book.sha256, problems=count, places=places(self._problems))

    def look(self) -> bool:
        """Look whether the folders changed, and take the edit in where it is whole and fits; True if taken.

        Costs a stat a file where nothing changed. One look at a time; others go on with what is in force.
        """
        if not self._looking.acquire(blocking=False):
            return False
        try:
            return self._look()
        finally:
            self._looking.release()

    def _look(self) -> bool:
        stamps = self._folders.stamps()
        if stamps == self._judged:
            self._seen = None
            return False
        now = self._elapsed()
        if self._seen is None or self._seen[0] != stamps:
            self._seen = (stamps, now)
            return False
        still_for = now - self._seen[1]
        if still_for < STILL or (still_for < LONGEST_CHECKOUT and is_being_checked_out(self._folders.rules)):
            return False
        return self._take(stamps)

    def _take(self, stamps: Stamps) -> bool:
        """Read and check; what moved meanwhile is read again later, whatever came of it."""
        before = self._now
        found, problems = self._judge(stamps)
        self._seen = None
        if self._folders.stamps() != stamps:
            return False
        with self._reading:
            if self._now is not before:  # templates were first read meanwhile: judged again with them
                return False
            self._judged, self._problems = stamps, problems
            if found is not None:
                self._remember(found.book.catalogue)
                self._now = found  # one assignment: whoever asks has both of before, or both of now
        if found is None:
            self._tell_kept()
            return False
        log.info(RULES_TAKEN, rulebook=found.book.sha256[:SHORT])
        return True

    def _judge(self, stamps: Stamps) -> tuple[InForce | None, tuple[object, ...]]:
        try:
            return self._candidate(stamps), ()
        except RulesError as error:
            return None, error.problems

    def _candidate(self, stamps: Stamps) -> InForce:
        """What would be in force; RulesError where it does not fit. What did not change is not read again."""
        before = self._now
        is_same = stamps[0] == self._judged[0] and not self._problems
        book = before.book if is_same else load_rulebook(self._folders.rules, today=self._clock().date())
        if before.speaker is None:
            return InForce(book=book)
        if book.catalogue == before.book.catalogue and stamps[1] == self._judged[1] and not self._problems:
            speaker = before.speaker
        else:
            speaker = self._folders.speaker(book.catalogue)
            _refuse(self._checked(book.catalogue))
        _refuse(unsaid(book, speaker, self._folders.default_locale))
        return InForce(book=book, speaker=speaker)

    def _checked(self, catalogue: Catalogue) -> Sequence[Problem]:
        folders = self._folders
        found = renderer.check(folders.templates, catalogue, folders.firm, folders.default_locale)
        return [problem for problem in found if not problem.is_warning]

    def _first(self, last: Callable[[], Rulebook | None]) -> Rulebook:
        try:
            return self._steady()
        except RulesError as error:
            before = last()
            if before is None:
                raise
            self._problems = error.problems
            self._tell_kept(RULES_STAND_IN, before)
            return before

    def _steady(self) -> Rulebook:
        for _ in range(TRIES):
            self._judged = self._folders.stamps()
            book = load_rulebook(self._folders.rules, today=self._clock().date())
            if self._judged == self._folders.stamps():
                break
        return book

    def _tell_kept(self, words: str = RULES_KEPT, book: Rulebook | None = None) -> None:
        sha256 = (book or self._now.book).sha256[:SHORT]
        log.error(words, problems=len(self._problems), first=places(self._problems), rulebook=sha256)

    def _remember(self, catalogue: Catalogue) -> None:
        personal = {name for name, spec in self._ever.items() if spec.privacy is Privacy.PERSONAL}
        self._ever = {
            **self._ever,
            **{name: spec for name, spec in catalogue.items() if name not in personal},
        }


def rules_in_force(
    settings: Settings, clock: Callable[[], datetime], last: Callable[[], Rulebook | None]
) -> RulesInForce:
    """The rules and templates of a workspace."""
    folders = Folders(
        rules=settings.at(settings.rules),
        templates=settings.at(settings.templates),
        firm=settings.firm,
        aliases=settings.locale_aliases,
        default_locale=settings.default_locale,
    )
    return RulesInForce(folders, clock, last=last)


class EverInForce(Mapping[str, FactSpec]):
    """The facts that were ever in force in this process, looked up when asked: what was personal stays so."""

    def __init__(self, rules: RulesInForce) -> None:
        self._rules = rules

    def __getitem__(self, name: str) -> FactSpec:
        return self._rules.ever()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rules.ever())

    def __len__(self) -> int:
        return len(self._rules.ever())


def unsaid(book: Rulebook, speaker: JinjaRenderer, locale: str) -> tuple[Problem, ...]:
    """The rules that run and name a template that is not written in the default locale."""
    return tuple(
        Problem(
            file=one.file,
            line=rule.span.line if rule.span else 0,
            column=rule.span.column if rule.span else 0,
            code="R099",
            message=f"{rule.id} says {step.template}, which is not written in {locale}, the default locale",
            hint=f"write templates/{step.template}.{locale}.j2",
        )
        for one in book.sets.values()
        for rule in one.rules
        if rule.is_run
        for step in rule.warn.ladder.said
        if locale not in speaker.locales(step.template)
    )


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise RulesError(problems)
