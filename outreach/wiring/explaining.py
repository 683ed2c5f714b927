"""Why and why not: a flag as it was archived, put again to the edition of the rules that was asked then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from outreach.domain.decision import Verdict
from outreach.domain.explain import Asked, PatternWord, Stored, agrees, explain, facts_asked
from outreach.domain.explain_gate import StepWord, ask_steps
from outreach.domain.facts import Catalogue, Facts, Privacy
from outreach.domain.gate import GatePolicy
from outreach.domain.overlooked import is_overlooked
from outreach.domain.profile import Profile
from outreach.domain.ruleset import Rulebook, RuleSet
from outreach.domain.scale import Channel
from outreach.domain.takeover import takeover
from outreach.engine.facts import from_json
from outreach.errors import OutreachError
from outreach.store.explaining import FlagThen, Then, decisions_on, flags_of, is_forgotten, reach_at
from outreach.wiring import chance
from outreach.wiring.editions import edition, kept
from outreach.wiring.house import House
from outreach.wiring.policy import gate_policy

Row = Mapping[str, Any]


class NothingToExplain(OutreachError):
    """There is no flag to explain, or nothing is left of it; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A flag, what an edition's rules said of it, and what the ledger keeps. `pattern` is None where the
    edition has no rules for the flag's pattern.

    `others` counts the person's other flags until then; `steps` has the gate's word by rule; `unknown` says
    in sentences what is not known any more.
    """

    person: str
    flag: FlagThen
    others: int
    sha256: str
    was_in_force: bool
    pattern: PatternWord | None
    stored: tuple[Stored, ...]
    agrees: bool
    steps: Mapping[str, tuple[StepWord, ...]]
    zone: str
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """The newest flag until then, of a pattern where one is named; or the one so many before it."""

    until: datetime
    pattern: str = ""
    back: int = 0


def explain_flag(house: House, person: str, which: Which, spec: str) -> Explanation:
    """That flag of a person, by the edition of the rules that was asked, or by the one that `spec` names.

    Raises NothingToExplain, EditionError, ArchiveError.
    """
    with house.store.read() as tx:
        if is_forgotten(tx, person):
            raise NothingToExplain(
                "This person was forgotten: what their flags said was taken out of the archive, so nothing"
                " can be explained any more."
            )
        found = flags_of(tx, person, which.until)
    asked = [each for each in found if which.pattern in {"", each.pattern}]
    if which.back >= len(asked):
        raise NothingToExplain(_too_few(len(asked), which.pattern))
    flag = asked[which.back]
    with house.store.read() as tx:
        stored = decisions_on(tx, flag.id)
    book = edition(house, spec) if spec else kept(house, flag.edition)
    return _Explaining(house, person, flag, book, stored).explain(others=len(found) - 1)


def _too_few(count: int, pattern: str) -> str:
    about = f" about {pattern}" if pattern else ""
    if count == 0:
        return f"No flag of this person{about} was pulled until then."
    flags = "1 flag" if count == 1 else f"{count} flags"
    return f"No more than {flags} of this person{about} came until then."


@dataclass(slots=True)
class _Explaining:
    """One explanation in the making."""

    house: House
    person: str
    flag: FlagThen
    book: Rulebook
    stored: tuple[Stored, ...]

    def explain(self, others: int) -> Explanation:
        row, unknown = self._row()
        facts = self._facts(row)
        rule_set = self.book.sets.get(self.flag.pattern)
        word, steps = None, dict[str, tuple[StepWord, ...]]()
        profile, policy, told = self._then(row, facts)
        if rule_set is not None:
            unknown += tuple(_unarchived(rule_set, self.book.catalogue, row, facts))
            word = explain(rule_set, self._asked(facts))
            steps = {
                one.rule.id: tuple(ask_steps(one.rule.warn, profile, policy, self.flag.pulled_at))
                for one in word.words
                if one.decision is not None and one.decision.verdict is Verdict.WARN
            }
        was_in_force = self.book.sha256 == self.flag.edition
        return Explanation(
            person=self.person,
            flag=self.flag,
            others=others,
            sha256=self.book.sha256,
            was_in_force=was_in_force,
            pattern=word,
            stored=self.stored,
            agrees=not was_in_force or (agrees(self.stored, word) if word else not self.stored),
            steps=steps,
            zone=profile.zone or policy.default_zone,
            unknown=unknown + (told if steps else ()),
        )

    def _row(self) -> tuple[Row, tuple[str, ...]]:
        """The flag as it was archived; what a decision froze of it where the archive has let go of it."""
        flag = self.flag
        day = flag.pulled_at.date()
        rows = self.house.archive.of_person(flag.pull, day, self.person) if flag.is_archived else None
        fitting = [row for row in rows or () if _is_it(row, flag)]
        if fitting:
            several = f"The pull holds {len(fitting)} flags of this kind; one of them is shown."
            return fitting[0], (several,) if len(fitting) > 1 else ()
        if not self.stored:
            raise NothingToExplain(
                f"The flag of {flag.pulled_at:%Y-%m-%d} is not in the archive any more (it may be over its"
                " time), and no rule held, so no decision kept its facts."
            )
        gone = "The archive does not hold this flag any more: these are the facts that its decision kept."
        return {"pattern": flag.pattern}, (gone,)

    def _facts(self, row: Row) -> Facts:
        """The archived facts, and under them what a decision kept beside the archive."""
        catalogue = self.book.catalogue
        found = {name: _plain(row[name]) for name in catalogue if row.get(name) is not None}
        frozen = from_json(self.stored[0].facts, catalogue) if self.stored else {}
        return {name: frozen[name] for name in frozen if frozen[name] is not None} | found

    def _asked(self, facts: Facts) -> Asked:
        assign = chance.assignment(self.house.hash_key)
        return Asked(
            facts=facts,
            catalogue=self.book.catalogue,
            now=self.flag.pulled_at,
            assign=lambda rule: assign(self.person, rule, self.flag.pulled_at),
        )

    def _then(self, row: Row, facts: Facts) -> tuple[Profile, GatePolicy, tuple[str, ...]]:
        """The person as they could be reached then, and the firm's policy as it is set today."""
        at, settings = self.flag.pulled_at, self.house.settings
        policy = gate_policy(settings, _channels(self.house))
        with self.house.store.read() as tx:
            then = reach_at(tx, self.person, at, at - policy.pace.memory)
        halted = {Channel(name) for scope, name in then.halted if scope == "channel"}
        if then.halted & {("all", ""), ("pattern", self.flag.pattern)}:
            halted = set(Channel)
        policy = replace(policy, halted=frozenset(halted))
        profile = _before(_profile(self, then, row, facts), then, self._takeover(policy, facts))
        return profile, policy, tuple(_unknown(then, row))

    def _takeover(self, policy: GatePolicy, facts: Facts) -> tuple[datetime, bool] | None:
        if self.flag.pattern not in policy.takeover_patterns:
            return None
        over = takeover(facts, self.flag.pulled_at, policy.takeover)
        return (over.since, over.is_changed) if over else None


def _is_it(row: Row, flag: FlagThen) -> bool:
    said = row.get("flagged_at")
    is_then = said is None or min(said, flag.pulled_at) == flag.flagged_at
    return row.get("pattern") == flag.pattern and row.get("risk_score") == flag.score and is_then


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _channels(house: House) -> frozenset[Channel]:
    """Who carries what, by today's settings; every channel where a provider's account is not set here."""
    try:
        return frozenset(house.senders)
    except OutreachError:
        return frozenset(Channel)


def _profile(asked: _Explaining, then: Then, row: Row, facts: Facts) -> Profile:
    reachable = {Channel(word) for word in row.get("reachable") or ()}
    return Profile(
        person=asked.person,
        locale=row.get("locale") or then.locale_now or asked.house.settings.default_locale,
        zone=row.get("time_zone") or then.zone_now,
        country=row.get("country"),
        contacts=dict.fromkeys(reachable, "") | dict(then.contacts),
        consents=then.standing.security,
        education=then.standing.education,
        exempt=then.standing.exempt,
        suppressed=then.suppressed,
        seen=dict(then.since) | dict.fromkeys(reachable, asked.flag.pulled_at),
        recent=then.recent,
        is_overlooked=is_overlooked(asked.flag.pattern, facts),
    )


def _before(profile: Profile, then: Then, over: tuple[datetime, bool] | None) -> Profile:
    """The profile without contacts that are not known to be older than a takeover."""
    if over is None:
        return profile
    since, is_changed = over
    older = {
        channel: to for channel, to in profile.contacts.items() if then.since.get(channel, since) < since
    }
    left = frozenset(profile.contacts.keys() - older.keys()) if is_changed else frozenset()
    return replace(profile, contacts=older if is_changed else profile.contacts, too_new=left)


def _unarchived(rule_set: RuleSet, catalogue: Catalogue, row: Row, facts: Facts) -> Iterator[str]:
    for name in sorted(facts_asked(rule_set)):
        if name in row or name in facts:
            continue
        spec = catalogue.get(name)
        is_personal = spec is not None and spec.privacy is Privacy.PERSONAL
        why = "it is personal, and is not archived" if is_personal else "the archive did not have it then"
        yield f"{name} is not known: {why}."


def _unknown(then: Then, row: Row) -> Iterator[str]:
    yield "The gate is asked by today's settings: quiet hours, pace and senders may have been others then."
    unkept = [word for word in row.get("reachable") or () if Channel(word) not in then.contacts]
    if unkept:
        yield f"Of {_list(unkept)} only that there was an address is kept, not its country."
    if not row.get("time_zone"):
        zone = "the one known today is taken" if then.zone_now else "the firm's is taken"
        yield f"The flag said no time zone: {zone}."
    yield "What the core system said of the transfer then is not kept, nor whether the person could talk."


def _list(words: Sequence[str]) -> str:
    return ", ".join(sorted(words))
