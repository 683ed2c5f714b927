"""The sample feed: nobody real, nothing left to chance, and every flag comes out as it was meant to."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pyarrow as pa
import pytest

from outreach.adapters.feeds import FileFeed
from outreach.adapters.matcher import DuckMatcher
from outreach.adapters.rulebook import load_rulebook
from outreach.domain.decision import decide
from outreach.domain.flag import FlagBatch
from outreach.domain.outcomes.reading import read
from outreach.domain.outcomes.told import Kind
from outreach.domain.plan import plan
from outreach.domain.ruleset import Rulebook
from outreach.engine.flagrows import flag_lines
from outreach.wiring.sample import write_sample
from outreach.wiring.sample.flags import FATES, PATTERNS, Flags, Oracle
from outreach.wiring.sample.people import people
from tests.doors.start_build import NOON, SHIPPED, a_sample

pytestmark = pytest.mark.slow  # reads the shipped rules or lays out whole workspaces

SELECT = {"source_id": "flag_id", "user_ref": "customer_id", "pattern": "scam_type"}
USERS = 400
LATER = NOON + timedelta(minutes=20)
"""A reader takes their time between `init` and `run`."""


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load_rulebook(SHIPPED, today=NOON.date())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_sample(tmp_path_factory.mktemp("sample"), users=USERS)


def _batches(folder: Path, book: Rulebook) -> Sequence[FlagBatch[pa.Table]]:
    feed = FileFeed(
        name="sample",
        catalogue=book.catalogue,
        patterns=book.sets.keys(),
        glob=str(folder / "feeds" / "sample-*.csv"),
        format="csv",
        select=SELECT,
    )
    return list(feed.batches(None))


def test_the_same_seed_and_hour_make_the_same_sample_byte_for_byte(folder: Path, tmp_path: Path) -> None:
    other = a_sample(tmp_path / "again", users=USERS)
    for name in ("core.json", "outcomes.csv", *(f"feeds/sample-{n}.csv" for n in (1, 2, 3))):
        assert (other / name).read_bytes() == (folder / name).read_bytes(), name


def test_another_seed_makes_another_sample(folder: Path, tmp_path: Path) -> None:
    other = a_sample(tmp_path / "other", users=USERS, seed=21)
    assert (other / "core.json").read_bytes() != (folder / "core.json").read_bytes()


def test_the_engine_says_of_every_flag_what_it_was_meant_to_come_out_as(
    tmp_path: Path, book: Rulebook
) -> None:
    meant = write_sample(tmp_path / "feeds", tmp_path / "core.json", SHIPPED, NOON, users=USERS)
    table = pa.concat_tables(batch.table for batch in _batches(tmp_path, book))
    asked, came = plan(book), dict[str, str]()
    for kept in DuckMatcher().match(asked, table.append_column("person", table["user_ref"]), LATER):
        for line in flag_lines(kept, asked, book.catalogue):
            own = [rule for rule in asked.rules if rule.pattern == line.pattern]
            said, _ = decide(own, line.truths, line.facts, lambda rule: True)
            came[line.identity] = said.verdict.value if said else "none"
    everyone = set(table["identity"].to_pylist())
    assert Counter(came.get(identity, "none") for identity in everyone) == meant.fates


def test_most_flags_warn_nobody_and_every_fate_occurs(book: Rulebook) -> None:
    flags = Flags(book, NOON, Random(1))
    fates = Counter(flags.draw().fate for _ in range(500))
    assert fates.keys() == FATES.keys()
    assert fates["none"] > 250 > 100 > fates["warn"] > 30


def test_a_reader_may_take_half_a_day_from_init_to_run(book: Rulebook) -> None:
    flags, oracle = Flags(book, NOON, Random(2)), Oracle(plan(book))
    drawn = [flags.draw() for _ in range(800)]
    changed = [
        each for each in drawn if oracle.case(each.facts, NOON + timedelta(hours=12)).fate != each.fate
    ]
    assert len(changed) < 8


def test_every_pattern_that_ships_has_its_share_in_the_sample(book: Rulebook) -> None:
    assert PATTERNS.keys() == book.sets.keys() - {"education"}  # lessons follow a story; no feed flags one


@pytest.mark.slow
def test_exactly_the_lines_that_were_broken_are_refused(tmp_path: Path, book: Rulebook) -> None:
    written = write_sample(tmp_path / "feeds", tmp_path / "core.json", SHIPPED, NOON, users=2_000)
    batches = _batches(tmp_path, book)
    kinds = {line.reason for batch in batches for line in batch.rejected}
    assert written.broken > 20
    contradicted = sum(r.reason == "conflicting_identity" for b in batches for r in b.rejected)
    assert sum(len(batch.rejected) for batch in batches) - contradicted == written.broken
    assert sum(batch.lines for batch in batches) == written.lines
    assert {"nul_byte", "open_quote", "invalid_utf8", "wrong_number_of_fields", "unknown_time_zone"} <= kinds


def test_nobody_in_the_sample_can_be_real() -> None:
    everybody = [person.profile for person in people(5_000, Random(3))]
    phones = [each["phone"] for each in everybody if each["phone"]]
    emails = [each["email"] for each in everybody if each["email"]]
    assert all(re.fullmatch(r"\+1\d{3}55501\d\d", phone) for phone in phones)
    assert all(re.fullmatch(r"[a-z]+\.\d{4}@example\.(com|org|net)", email) for email in emails)
    assert len(set(phones)) == len(phones)
    assert len(set(emails)) == len(emails)


def test_the_people_live_all_over_and_some_cannot_be_reached() -> None:
    everybody = [person.profile for person in people(5_000, Random(3))]
    assert len({each["time_zone"] for each in everybody}) > 25
    spoken = {each["locale"] for each in everybody}
    assert {"ar-EG", "hi-IN", "zh-CN", "pt-BR", "es-MX", "pt-PT", "zh-Hant-HK", "fr", "de"} <= spoken
    lost = [each for each in everybody if not (each["phone"] or each["email"] or each["push_token"])]
    assert 50 < len(lost) < 400
    assert any(each["consent_sms"] == "false" for each in everybody)
    assert any(each["anti_phishing_code"] for each in everybody)


def test_the_core_knows_most_transfers_and_only_transfers_of_the_sample(folder: Path) -> None:
    known = json.loads((folder / "core.json").read_text())
    flagged = {row["transfer_ref"] for n in (1, 2, 3) for row in _readable(folder / f"feeds/sample-{n}.csv")}
    assert known.keys() <= flagged
    states = Counter(entry["status"] for entry in known.values())
    assert {"pending", "held", "sent", "cancelled"} <= states.keys()
    assert all("hold_expires_at" in entry for entry in known.values() if entry["status"] == "held")


def test_what_became_of_the_money_can_be_read_and_is_told_of_transfers_of_the_sample(folder: Path) -> None:
    rows = list(csv.DictReader((folder / "outcomes.csv").read_text().splitlines()))
    told = [read({**row, "at": datetime.fromisoformat(row["at"])}, NOON) for row in rows]
    flagged = {row["transfer_ref"] for n in (1, 2, 3) for row in _readable(folder / f"feeds/sample-{n}.csv")}

    assert {one.transfer_ref for one in told} <= flagged
    assert {Kind.MADE, Kind.CANCELLED, Kind.LAPSED, Kind.SCAM, Kind.LEGITIMATE} <= {one.kind for one in told}
    assert len({one.source_id for one in told}) == len(told)


def _readable(file: Path) -> list[dict[str, str]]:
    text = file.read_bytes().replace(b"\0", b"").decode("utf-8", "replace")
    return [row for row in csv.DictReader(text.splitlines(), quoting=csv.QUOTE_NONE) if row["transfer_ref"]]
