"""Looking back: whoever paid what turned bad is found once, within bounds, whatever happens meanwhile."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outreach.domain.answer import Answer, Via
from outreach.domain.lookback import Bounds, Turned
from outreach.store import lookback as ledger
from outreach.store.database import Store
from outreach.store.tables import decisions, episodes, flags, lookbacks, outreaches, people
from tests.engine.looking_back import Backward
from tests.engine.world import World


@pytest.fixture
def back(store: Store) -> Backward:
    return Backward(World(store))


def found(back: Backward) -> set[str]:
    with back.world.store.read() as tx:
        persons = {row.person for row in back.world.rows(flags)}
        return set(ledger.refs_of(tx, persons).values())


def test_whoever_paid_before_it_was_listed_is_written_to_once(back: Backward) -> None:
    back.pay("ana"), back.pay("ben", usd=5, days=80), back.pay("ana", usd=50), back.pay("cara", "fine")
    back.turns("bad", categories=("mule",))

    first, second = back.run(), back.run()

    assert (first["opened"], second.get("opened", 0)) == (2, 0)
    assert found(back) == {"ana", "ben"}
    facts = {Decimal(row.facts["sent_usd"]): row.facts for row in back.world.rows(decisions)}
    assert facts[Decimal(150)]["destination_categories"] == ["mule"]
    assert facts[Decimal(5)]["days_since"] == 80


def test_what_was_paid_before_the_days_looked_back_at_is_left_in_peace(back: Backward) -> None:
    back.bounds = Bounds(days=30)
    back.pay("ana", days=31), back.pay("ben", days=29)
    back.turns("bad")

    back.run()

    assert found(back) == {"ben"}


def test_one_person_and_two_beneficiaries_are_two_findings_and_one_message(back: Backward) -> None:
    back.pay("ana", "bad"), back.pay("ana", "worse")
    back.turns("bad", "worse")

    counts = back.run()

    assert counts["read"] == 2
    assert counts["opened"] == 1
    assert counts["skip.overtaken"] == 1


def test_a_beneficiary_that_turns_bad_twice_is_looked_back_for_once(back: Backward) -> None:
    back.pay("ana")
    back.turns("bad"), back.run()
    back.turns("bad", " bad "), back.run()

    assert len(back.world.rows(lookbacks)) == 1
    assert len(back.world.rows(flags)) == 1


def test_a_transfer_that_comes_late_is_found_by_the_second_look(back: Backward) -> None:
    back.turns("bad"), back.run()
    back.pay("late")
    back.run()
    assert found(back) == set()

    back.world.clock.tick(hours=49)
    back.run()

    assert found(back) == {"late"}
    back.world.clock.tick(hours=49)
    searches = back.transfers.searches
    back.run()
    assert back.transfers.searches == searches  # twice is enough


def test_a_run_brings_no_more_people_than_its_bound_and_a_day_neither(back: Backward) -> None:
    back.bounds = Bounds(per_run=4, per_day=7)
    for n in range(20):
        back.pay(f"user-{n:02}")
    back.turns("bad")

    sizes = [back.run().get("read", 0) for _ in range(4)]
    back.world.clock.tick(days=1)
    sizes += [back.run().get("read", 0) for _ in range(3)]
    back.world.clock.tick(days=1)
    sizes += [back.run().get("read", 0) for _ in range(4)]

    assert sizes == [4, 3, 0, 0, 4, 3, 0, 4, 2, 0, 0]
    assert len(found(back)) == 20


def test_what_is_left_of_the_day_asks_no_transfers(back: Backward) -> None:
    back.bounds = Bounds(per_day=2)
    back.pay("a"), back.pay("b"), back.pay("c")
    back.turns("bad"), back.run()
    searches = back.transfers.searches

    back.run()

    assert back.transfers.searches == searches


class Killed(Exception):
    """The process ends here."""


def test_a_run_that_dies_anywhere_goes_on_with_nobody_twice_and_nobody_missed(back: Backward) -> None:
    for n in range(11):
        back.pay(f"user-{n:02}", ("bad", "worse")[n % 2])
    back.turns("bad", "worse")
    archive = back.world.archive.write
    for stop_at in (1, 2, 1, 3):
        seen = 0

        def dies(*given: object, stop_at: int = stop_at, **named: object) -> object:
            nonlocal seen
            seen += 1
            if seen == stop_at:
                raise Killed
            return archive(*given, **named)  # type: ignore[arg-type]

        back.world.archive.write = dies  # type: ignore[method-assign,assignment]
        with pytest.raises(Killed):
            back.run()
    back.world.archive.write = archive  # type: ignore[method-assign]
    back.run()

    assert len(found(back)) == len(back.world.rows(flags)) == 11
    assert len(back.world.rows(outreaches)) == 11


def test_whoever_was_forgotten_is_not_found_in_our_own_archive(back: Backward) -> None:
    back.transfers.by_person = True
    back.pay("0" * 32)
    back.turns("bad")

    back.run()

    assert back.world.rows(people) == []


def test_the_same_person_is_one_by_their_reference_and_by_the_archive(back: Backward) -> None:
    back.pay("ana")
    back.turns("bad"), back.run()
    person = back.world.rows(people)[0].id
    back.transfers.by_person = True
    back.transfers.sent = []
    back.pay(person)
    back.world.clock.tick(hours=49)

    back.run()

    assert len(back.world.rows(flags)) == 1


def test_what_was_known_of_a_person_goes_with_them(back: Backward) -> None:
    back.pay("ana", "other")
    back.turns("other", categories=("mule",)), back.run()
    with back.world.store.begin() as tx:
        marked = {**back.world.rows(decisions)[0].facts, "is_vulnerable": True, "tags": ["bereaved"]}
        tx.connection.execute(decisions.update().values(facts=marked))
    back.pay("ana", "bad")
    back.turns("bad")

    back.run()

    newest = back.world.rows(decisions)[-1].facts
    assert newest["is_vulnerable"] is True
    assert newest["tags"] == ["bereaved"]


def test_an_earlier_loss_makes_a_repeat_and_an_answer_is_known(back: Backward) -> None:
    back.pay("ana", "bad")
    back.turns("bad"), back.run()
    _answer(back, Answer.ALREADY_SENT)
    back.pay("ana", "worse")
    back.turns("worse"), back.run()

    first, second = (row.facts for row in back.world.rows(decisions))
    assert (first["losses_before"], first["is_repeat"]) == (0, False)
    assert (second["losses_before"], second["is_repeat"]) == (1, True)
    assert "answered_here_at" not in second


def _answer(back: Backward, answer: Answer) -> None:
    from outreach.store.tables import messages

    back.world.dispatch().run()
    message = back.world.rows(messages)[0].id
    assert back.world.feedback().answer(message, answer, Via.PAGE, back.world.clock()) is not None


def test_the_ledger_holds_no_beneficiary_in_the_clear(back: Backward) -> None:
    back.turns("a-bank-account"), back.run()
    row = back.world.rows(lookbacks)[0]
    assert b"a-bank-account" not in bytes(row.key_enc)
    assert "a-bank-account" not in row.key_hmac
    assert len(back.world.rows(episodes)) == 0


def test_asked_again_by_hand_it_looks_at_once_and_finds_only_who_is_new(back: Backward) -> None:
    back.pay("ana")
    back.turns("bad"), back.run()
    back.pay("ben")
    asked = ledger.Asked(source="hand", actor="kim", bounds=Bounds(days=10))
    with back.world.store.begin() as tx:
        ledger.ask_again(tx, Turned(beneficiary="bad"), asked, back.world.clock())

    counts = back.run()

    assert counts["read"] == 1
    assert found(back) == {"ana", "ben"}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sent=st.lists(
        st.tuples(st.integers(0, 9), st.sampled_from(["b1", "b2", "b3", "ok"]), st.integers(0, 120)),
        max_size=30,
    ),
    turned=st.lists(st.sampled_from(["b1", "b2", "b3"]), max_size=4),
    per_run=st.integers(1, 6),
)
def test_found_are_exactly_those_who_paid_whatever_the_bounds(
    store: Store, sent: list[tuple[int, str, int]], turned: list[str], per_run: int
) -> None:
    from outreach.store.tables import metadata

    with store.begin() as tx:
        for table in reversed(metadata.sorted_tables):
            tx.connection.execute(table.delete())
    back = Backward(World(store), bounds=Bounds(per_run=per_run, per_day=1_000))
    for who, whom, days in sent:
        back.pay(f"user-{who}", whom, days=days)
    back.turns(*turned)

    while back.run().get("read"):
        pass

    wanted = {(who, whom) for who, whom, days in sent if whom in turned and days <= 90}
    assert len(back.world.rows(flags)) == len(wanted)
    per_person = Counter(who for who, _ in wanted)
    assert len({row.person for row in back.world.rows(outreaches)}) == len(per_person)


def test_the_bound_of_a_day_begins_anew_at_midnight_only(back: Backward) -> None:
    back.bounds = Bounds(per_day=1, again_after=timedelta(0))
    back.pay("a"), back.pay("b")
    back.turns("bad"), back.run()
    back.world.clock.tick(hours=11)
    assert "read" not in back.run()

    back.world.clock.tick(hours=2)

    assert back.run()["read"] == 1


def test_what_is_listed_no_more_is_looked_back_for_by_nobody_until_it_is_again(back: Backward) -> None:
    back.bounds = Bounds(per_day=1)
    for who in ("ana", "ben", "cara"):
        back.pay(who)
    back.turns("bad"), back.run()
    back.listed.let_go = {"bad"}  # its source was withdrawn, while two people wait for tomorrow
    back.world.clock.tick(days=1)

    assert back.run().get("read", 0) == 0
    back.listed.let_go = set()
    back.world.clock.tick(days=1)
    assert back.run()["read"] == 1


def test_what_was_asked_for_by_hand_needs_no_list(back: Backward) -> None:
    back.pay("ana")
    back.turns("bad")
    back.listed.let_go = {"bad"}
    assert back.run().get("read", 0) == 0
    asked = ledger.Asked(source="hand", actor="kim", bounds=Bounds())
    with back.world.store.begin() as tx:
        ledger.ask_again(tx, Turned(beneficiary="bad"), asked, back.world.clock())

    assert back.run()["read"] == 1
    assert [(row.source, row.actor) for row in back.world.rows(lookbacks)] == [("hand", "kim")]


def test_two_look_backs_at_once_bring_no_more_than_the_day_may(store: Store) -> None:
    one, other = Backward(World(store)), Backward(World(store))
    meet = Barrier(2, timeout=10)
    for back in (one, other):
        back.bounds = Bounds(per_run=4, per_day=5)
        back.turns("bad")
        for n in range(20):
            back.pay(f"user-{n:02}")
    one.transfers.meet = other.transfers.meet = meet  # both have asked how many there were today

    threads = [Thread(target=back.run) for back in (one, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    meet.abort()
    for back in (one, other, one):
        back.transfers.meet = None
        back.run()

    assert len(one.world.rows(flags)) == 5
    assert len(one.world.rows(outreaches)) == 5
