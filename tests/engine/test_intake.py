"""Flags in: what is promised of pulling and deciding, on a real store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pyarrow as pa
import pytest

from outreach.domain.flag import FlagBatch, Rejected
from outreach.domain.plan import plan
from outreach.domain.ruleset import Limits, RuleStatus
from outreach.domain.scale import Severity
from outreach.engine.pulling import Pulling
from outreach.store.database import Conflict, Store
from outreach.store.tables import (
    approvals,
    contact_points,
    decisions,
    episodes,
    flags,
    messages,
    outreaches,
    people,
    pulls,
    quarantine,
    runs,
    texts,
)
from tests.build import NOW, a_batch, a_flag, a_rule, a_rule_set, a_rulebook
from tests.engine.world import World
from tests.fakes import FakeFeed


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def test_pulling_the_same_rows_twice_opens_nothing_twice(world: World) -> None:
    world.intake(a_batch(a_flag()), name="risk").run()
    again = world.intake(a_batch(a_flag()), a_batch(a_flag(), cursor="2"), name="risk").run()

    assert again["repeated"] == 1
    assert (len(world.rows(flags)), len(world.rows(outreaches))) == (1, 1)


def test_the_same_row_twice_in_one_batch_is_one_flag(world: World) -> None:
    counts = world.flag(a_flag(), a_flag())

    assert (counts["repeated"], len(world.rows(flags))) == (1, 1)


def test_a_feed_goes_on_where_its_last_pull_stood(world: World) -> None:
    first, second = a_batch(a_flag("a")), a_batch(a_flag("b"), cursor="2")
    world.intake(first, name="risk").run()
    counts = world.intake(first, second, name="risk").run()

    assert counts["lines"] == 1
    assert [(row.n, row.cursor) for row in sorted(world.rows(pulls), key=lambda r: r.n)] == [
        (1, "1"),
        (2, "2"),
    ]


def test_a_pull_that_fails_leaves_nothing_and_moves_no_watermark(world: World) -> None:
    broken = world.intake(a_batch(a_flag("a")), a_batch(a_flag("b"), a_flag("c"), cursor="2"), name="risk")
    real, calls = broken.tools.archive.write, []

    def fail_on_the_second(*args: object, **options: object) -> str:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args, **options)  # type: ignore[arg-type]

    world.archive.write = fail_on_the_second  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        broken.run()

    assert [row.n for row in world.rows(pulls)] == [1]
    assert len(world.rows(flags)) == 1

    world.archive.write = real  # type: ignore[method-assign]
    world.intake(*broken.feeds(world.book)[0].pages, name="risk").run()  # type: ignore[attr-defined]

    assert len(world.rows(flags)) == 3


def test_a_pull_that_runs_again_after_a_crash_replaces_its_own_archive_file(world: World) -> None:
    page = a_batch(a_flag())
    dying = world.intake(page, name="risk")
    real = world.archive.write

    def archive_and_die(*args: object, **options: object) -> str:
        real(*args, **options)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    world.archive.write = archive_and_die  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        dying.run()
    world.archive.write = real  # type: ignore[method-assign]
    world.intake(page, name="risk").run()

    assert len(world.archive.kept) == 1
    assert len(world.rows(flags)) == 1


def test_two_daemons_on_one_feed_keep_one_pull(world: World) -> None:
    page = a_batch(a_flag())
    slow = world.intake(page, name="risk")
    real = world.archive.write

    def let_another_be_faster(*args: object, **options: object) -> str:
        world.archive.write = real  # type: ignore[method-assign]
        world.intake(page, name="risk").run()
        return real(*args, **options)  # type: ignore[arg-type]

    world.archive.write = let_another_be_faster  # type: ignore[method-assign]
    slow.run()

    assert [row.n for row in world.rows(pulls)] == [1]
    assert len(world.rows(outreaches)) == 1


def test_what_cannot_be_read_is_quarantined_sealed_and_counted(world: World) -> None:
    bad = Rejected(
        line=7, place="feed.csv", reason="bad_number", column="risk_score", text=b"ann@example.com,x"
    )
    counts = world.intake(a_batch(a_flag(), rejected=(bad,))).run()
    (row,) = world.rows(quarantine)

    assert (counts["lines"], counts["read"], counts["quarantined"]) == (2, 1, 1)
    assert (row.line, row.reason, row.column) == (7, "bad_number", "risk_score")
    assert b"ann" not in bytes(row.text_enc)
    assert world.store.vault.open(row.text_enc) == "ann@example.com,x"


def test_every_flag_is_archived_without_contacts_to_the_archive_port(world: World) -> None:
    world.flag(a_flag(), a_flag("cold", risk_score=Decimal("1.000")))
    (kept,) = world.archive.kept.values()
    ids = {row.id for row in world.rows(people)}

    assert kept.num_rows == 2
    assert set(kept.column("person").to_pylist()) == ids


def test_a_near_miss_is_recorded_and_never_messaged(world: World) -> None:
    counts = world.flag(a_flag(risk_score=Decimal("70.000")))
    world.dispatch().run()

    assert counts["near_miss"] == 1
    assert world.sent() == []
    assert world.rows(contact_points) == []


def test_an_unknown_fact_is_undecided_and_never_a_silent_no(world: World) -> None:
    counts = world.flag(a_flag(destination_listed=None))

    assert [(d.verdict, d.reason) for d in world.rows(decisions)] == [("undecided", "unknown_condition")]
    assert counts["no_rule_held"] == 0


def test_an_exclusion_skips_in_the_authors_words(world: World) -> None:
    world.flag(a_flag(destination_owned=True))

    assert [(d.verdict, d.because) for d in world.rows(decisions)] == [("skip", "own wallet")]


def test_a_shadow_rule_is_recorded_and_sends_nothing(store: Store) -> None:
    world = World(store, book=a_rulebook(a_rule_set("pig_butchering", a_rule(status=RuleStatus.SHADOW))))
    world.flag(a_flag())

    assert [(d.verdict, d.shadow) for d in world.rows(decisions)] == [("warn", True)]
    assert world.rows(outreaches) == []


def test_flags_of_one_beneficiary_join_one_episode_and_warn_once(world: World) -> None:
    world.flag(a_flag(identity="1"))
    world.flag(a_flag(identity="2"))

    assert len(world.rows(episodes)) == 1
    assert sorted(d.reason for d in world.rows(decisions)) == ["episode_warned", "held"]


def test_a_flag_after_the_gap_begins_a_new_episode(world: World) -> None:
    world.flag(a_flag(identity="1"))
    world.dispatch().run()
    world.clock.tick(days=20)
    world.dispatch().run()
    world.clock.tick(days=1)
    world.flag(a_flag(identity="2", flagged_at=NOW + timedelta(days=21)))

    assert len(world.rows(episodes)) == 2
    assert [o.state for o in world.rows(outreaches)].count("closed") == 1


def test_a_warned_episode_is_warned_again_once_the_money_has_moved(world: World) -> None:
    world.flag(a_flag(identity="1"))
    world.flag(a_flag(identity="2", transfer_state="sent"))
    world.flag(a_flag(identity="3", transfer_state="sent"))

    assert sorted((o.state, o.close_reason) for o in world.rows(outreaches)) == [
        ("climbing", None),
        ("closed", "overtaken"),
    ]


def test_the_most_severe_pattern_warns_and_the_rest_are_overtaken(store: Store) -> None:
    book = a_rulebook(
        a_rule_set("job_task", a_rule("job"), severity=Severity.MEDIUM),
        a_rule_set("remote_access", a_rule("remote"), severity=Severity.CRITICAL),
    )
    world = World(store, book=book)
    world.flag(
        a_flag(identity="1", pattern="job_task"),
        a_flag(identity="2", pattern="remote_access"),
    )

    assert {(d.pattern, d.verdict, d.reason) for d in world.rows(decisions)} == {
        ("job_task", "skip", "overtaken"),
        ("remote_access", "warn", "held"),
    }


def test_a_more_severe_pattern_takes_over_a_climb_under_way(store: Store) -> None:
    book = a_rulebook(
        a_rule_set("job_task", a_rule("job"), severity=Severity.MEDIUM),
        a_rule_set("remote_access", a_rule("remote"), severity=Severity.CRITICAL),
    )
    world = World(store, book=book)
    world.flag(a_flag(identity="1", pattern="job_task"))
    world.flag(a_flag(identity="2", pattern="remote_access"))

    assert {(o.pattern, o.close_reason) for o in world.rows(outreaches)} == {
        ("job_task", "overtaken"),
        ("remote_access", None),
    }


def test_a_run_over_a_rules_limits_is_held_for_approval_not_sent(store: Store) -> None:
    rule = a_rule(limits=Limits(max_users=2))
    world = World(store, book=a_rulebook(a_rule_set("pig_butchering", rule)))
    world.flag(*(a_flag(f"user-{n}") for n in range(3)))
    world.dispatch().run()

    assert world.sent() == []
    assert [(a.rule, a.users, a.state) for a in world.rows(approvals)] == [("money-leaving", 3, "asked")]


def test_a_dead_runs_outreaches_are_released_by_a_later_run(world: World) -> None:
    world.flag(a_flag())
    with world.store.begin() as tx:
        tx.connection.execute(outreaches.update().values(state="pending"))
        tx.connection.execute(runs.update().values(state="running", finished_at=None))
    world.clock.tick(minutes=11)
    world.flag(a_flag("later"))

    assert {o.state for o in world.rows(outreaches)} == {"climbing"}


def test_a_rule_edit_never_touches_a_climb_under_way(world: World) -> None:
    world.flag(a_flag())
    before = [(o.ladder, o.expires_at) for o in world.rows(outreaches)]
    world.book = a_rulebook(a_rule_set("pig_butchering", a_rule(expires=timedelta(hours=1))))
    world.flag(a_flag("another"))

    assert [(o.ladder, o.expires_at) for o in world.rows(outreaches)][:1] == before


def test_every_rule_text_a_decision_cites_is_kept(world: World) -> None:
    world.flag(a_flag())
    world.dispatch().run()
    kept = {row.sha256 for row in world.rows(texts)}

    assert {d.rule_set_sha256 for d in world.rows(decisions)} < kept
    assert {m.template_sha256 for m in world.rows(messages)} < kept


def test_the_engines_own_facts_are_joined_before_matching(world: World) -> None:
    world.flag(a_flag(identity="1"))
    world.dispatch().run()
    world.clock.tick(hours=1)
    world.flag(a_flag(identity="2", beneficiary="another"))
    last = world.archive.kept[list(world.archive.kept)[-1]]

    assert last.column("last_warned_at").to_pylist() == [NOW]
    assert last.column("warnings_30d").to_pylist() == [1]


@pytest.mark.parametrize("table", [flags, outreaches])
def test_doubles_are_impossible_in_the_schema(world: World, table: object) -> None:
    world.flag(a_flag())
    (row,) = world.rows(table)
    double = {**row._mapping, "id": "f" * 32}
    if table is outreaches:
        double["decision"] = row.decision

    with pytest.raises(Conflict), world.store.begin() as tx:
        tx.insert(table, [double])  # type: ignore[arg-type]


def test_a_run_that_finds_nothing_leaves_no_row(world: World) -> None:
    world.intake(name="silent").run()

    assert world.rows(runs) == []


def test_an_overlap_that_brings_nothing_new_is_no_pull(world: World) -> None:
    world.intake(a_batch(a_flag(), cursor="1"), name="risk").run()
    again = Pulling(
        stage=world.intake().tools, book=world.book, plan=plan(world.book), run=world.rows(runs)[0].id
    )
    overlap = OverlappingFeed([a_batch(a_flag(), cursor="1")], "risk")

    counts = list(again.drain(overlap, lambda: False))

    assert [dict(c) for c in counts] == [{"repeated": 1}]
    assert len(world.rows(pulls)) == 1


class OverlappingFeed(FakeFeed):
    """A feed that reads its last rows again, whatever the cursor."""

    def batches(self, cursor: str | None) -> Iterator[FlagBatch[pa.Table]]:
        yield from self.pages
