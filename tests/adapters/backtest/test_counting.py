"""People are counted, each once, by whatever they are asked for; what an archive lacks is unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from outreach.adapters.backtest import Counting, Mark, Taking, counting
from outreach.adapters.backtest.taking import PASSED
from outreach.adapters.matcher import DuckMatcher
from outreach.adapters.matcher.archived import ArchiveMatcher, Pulled
from outreach.domain.backtest import Change
from outreach.domain.backtest_joint import Joint, joint
from outreach.domain.backtest_kinds import Kinds
from outreach.domain.ruleset import Exclusion, Rulebook, RuleStatus, Score
from tests.build import NOW, OWNED, a_rule, a_rule_set, a_rulebook

PATTERN = "pig_butchering"
TYPES = {
    "person": pa.string(),
    "pattern": pa.string(),
    "locale": pa.string(),
    "country": pa.string(),
    "reachable": pa.list_(pa.string()),
    "risk_score": pa.decimal128(6, 3),
    "destination_listed": pa.bool_(),
    "destination_owned": pa.bool_(),
}


def book(at_least: int = 80, **options: Any) -> Rulebook:
    score = Score(fact="risk_score", at_least=Decimal(at_least), observe_from=Decimal(50))
    return a_rulebook(a_rule_set(PATTERN, a_rule(score=score, **options)))


def flag(person: str, score: int = 90, **columns: Any) -> dict[str, Any]:
    usual = {
        "pattern": PATTERN,
        "locale": "en",
        "country": "US",
        "reachable": ["push", "sms"],
        "destination_listed": True,
        "destination_owned": False,
    }
    return usual | {"person": person, "risk_score": Decimal(score)} | columns


def pull(folder: Path, n: int, *rows: Mapping[str, Any], without: str = "") -> Pulled:
    types = {name: kind for name, kind in TYPES.items() if name != without}
    path = folder / f"{n}.parquet"
    columns = {name: pa.array([row[name] for row in rows], kind) for name, kind in types.items()}
    parquet.write_table(pa.table(columns), path)
    return Pulled(path=path, at=NOW + timedelta(hours=n))


@contextmanager
def counted(before: Rulebook, after: Rulebook, *pulls: Pulled) -> Iterator[Counting]:
    joined = joint(before, after)
    kinds = Kinds(joined, lambda person, rule: True)
    matcher = ArchiveMatcher(matcher=DuckMatcher(), pulls=pulls)
    with counting() as connection:
        taking = Taking(
            connection=connection,
            relevant=joined.relevant,
            probes=len(joined.plan.probes),
            scores=joined.scores,
            number=kinds.number,
            number_of=kinds.number_of,
        )
        taking.take(matcher.match(joined.plan, [*PASSED, *joined.scores]))
        found = Counting(connection=connection)
        runs = [f"run {n}" for n in range(len(pulls))]
        found.mark(list(marks(joined, kinds)), [(0, 0, PATTERN, "r"), (1, 0, PATTERN, "r")], runs)
        yield found


def marks(joined: Joint, kinds: Kinds) -> Iterator[Mark]:
    for kind, one in enumerate(kinds.kinds):
        for side, word in enumerate(one.words):
            for said in word.all:
                yield Mark(kind=kind, side=side, rule=0, is_shadow=said.is_shadow, verdict=said.verdict.value)


def test_a_person_of_many_flags_is_one_person(tmp_path: Path) -> None:
    days = [pull(tmp_path, n, flag("a"), flag("a"), flag("b")) for n in range(3)]
    with counted(book(), book(), *days) as found:
        assert found.people() == Change(name="", same=2)
        assert found.flags() == Change(name="", same=9)


def test_who_is_newly_warned_and_who_no_more_are_told_apart(tmp_path: Path) -> None:
    rows = pull(tmp_path, 0, flag("a", 60), flag("b", 90), flag("c", 40), flag("d", 90), flag("d", 60))
    with counted(book(80), book(55), rows) as found:
        assert found.people() == Change(name="", same=2, plus=1)
    with counted(book(55), book(80), rows) as found:
        assert found.people() == Change(name="", same=2, minus=1)


def test_people_are_counted_in_every_country_and_language_they_were_flagged_in(tmp_path: Path) -> None:
    rows = pull(tmp_path, 0, flag("a"), flag("a", country="ES"), flag("b", country=None, locale=None))
    with counted(book(99), book(), rows) as found:
        assert found.people().plus == 2
        by_country = {one.name: one.plus for one in found.people_by("country")}
        assert by_country == {"": 1, "ES": 1, "US": 1}
        assert {one.name: one.plus for one in found.people_by("locale")} == {"": 1, "en": 1}
        assert {one.name: one.plus for one in found.people_by("pattern")} == {PATTERN: 2}


def test_channels_count_those_who_have_an_address_there(tmp_path: Path) -> None:
    rows = pull(tmp_path, 0, flag("a", reachable=["sms"]), flag("b", reachable=[]), flag("c", reachable=None))
    ladders = [(side, 0, channel) for side in (0, 1) for channel in ("push", "sms", "inbox")]
    with counted(book(), book(), rows) as found:
        assert {one.name: one.same for one in found.people_by_channel(ladders)} == {"inbox": 3, "sms": 1}


def test_a_fact_that_an_older_file_lacks_is_unknown_and_nobody_is_warned_by_it(tmp_path: Path) -> None:
    old = pull(tmp_path, 0, flag("a"), without="destination_owned")
    new = pull(tmp_path, 1, flag("b"))
    with counted(book(), book(), old, new) as found:
        assert found.people() == Change(name="", same=1)
        assert found.verdicts()["undecided", False, 0] == 1


def test_files_without_a_flag_change_nobody(tmp_path: Path) -> None:
    with counted(book(), book(), pull(tmp_path, 0)) as found:
        assert found.people() == Change(name="")
        assert found.users() == []
        assert found.verdicts() == {}


def test_shadow_rules_stand_apart_and_send_nothing(tmp_path: Path) -> None:
    with counted(book(), book(status=RuleStatus.SHADOW), pull(tmp_path, 0, flag("a"))) as found:
        assert found.people() == Change(name="", minus=1)
        assert found.people(shadow=True) == Change(name="", plus=1)


def test_an_exclusion_takes_back_a_warning(tmp_path: Path) -> None:
    rows = pull(tmp_path, 0, flag("a", destination_owned=True), flag("b"))
    after = book(exclusions=(Exclusion(because="own", when=OWNED),))
    with counted(book(exclusions=()), after, rows) as found:
        assert found.people() == Change(name="", same=1, minus=1)
        assert found.verdicts()["skip", False, 1] == 1


def test_a_person_is_one_user_of_a_run_and_another_of_the_next(tmp_path: Path) -> None:
    days = [pull(tmp_path, n, flag("a"), flag("b")) for n in range(2)]
    with counted(book(99), book(), *days) as found:
        found.add_opened([(1, file, row, 0) for file in (0, 1) for row in (0, 1)])
        assert sorted(found.users()) == [(1, 0, "run 0", 2), (1, 0, "run 1", 2)]


def test_of_those_who_change_the_newest_of_each_rule_are_told(tmp_path: Path) -> None:
    days = [pull(tmp_path, n, flag(f"old {n}"), flag("often")) for n in range(3)]
    with counted(book(99), book(), *days) as found:
        told = found.changed(2)
    assert {person for person, *_ in told} == {"old 2", "often"}
    assert {(side, file) for _, side, file, _ in told} == {(1, 2)}
