"""Tellings: each kept once, the newest of an id stands, and nobody who looks for news misses any."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from outreach.domain.chains import key_of
from outreach.domain.outcomes.saying import Saying
from outreach.domain.outcomes.told import By, Kind, Told
from outreach.store.database import Store
from outreach.store.intake import people_of
from outreach.store.outcome_facts import about, standing, touched_since
from outreach.store.outcome_telling import Teller, tell
from outreach.store.outcome_unknown import adopt, let_go
from outreach.store.tables import outcome_edition, outcome_facts, outcome_spellings, people
from tests.build import NOW, a_flag
from tests.engine.world import World

ADDRESS = "0x52908400098527886E0F7030069857D2E4169EE7"


def spelled(text: str) -> tuple[str, Sequence[str]]:
    """A place and the spellings that flags may have of it."""
    return key_of(text), (text, key_of(text), "0x" + key_of(text)[2:].upper())


TELLER = Teller(feed="bank", currency="USD", spell=spelled)


def a_saying(**options: Any) -> Saying:
    """100 USD left the first person's account."""
    usual: dict[str, Any] = {
        "kind": Kind.MADE,
        "at": NOW - timedelta(hours=1),
        "source_id": "one",
        "user_ref": "user-1",
        "amount": Decimal(100),
        "currency": "USD",
        "by": By.USER,
    }
    return Saying(**usual | options)


def known(store: Store, *refs: str) -> dict[str, str]:
    """People of ours, by the firm's own id."""
    with store.begin() as tx:
        ids, _ = people_of(tx, refs or ("user-1",), NOW)
    return ids


def told(store: Store, *sayings: Saying, teller: Teller = TELLER) -> Counter[str]:
    """A batch is told."""
    with store.begin() as tx:
        return tell(tx, teller, sayings, NOW)


def stands(store: Store, person: str) -> list[Told]:
    """What stands about somebody."""
    with store.read() as tx:
        return standing(tx, [person])[person]


def news(store: Store, mark: str = "", limit: int = 100) -> tuple[set[str], set[str], str]:
    """Whom and what new tellings are about."""
    with store.read() as tx:
        return touched_since(tx, mark, limit)


def test_a_telling_is_kept_as_it_was_said(store: Store) -> None:
    ann = known(store)["user-1"]
    told(store, a_saying(amount=Decimal("0.000000000000000001"), rail="sepa", transfer_ref="t-1"))

    (one,) = stands(store, ann)

    assert (one.kind, one.by, one.n, one.feed, one.rail) == (Kind.MADE, By.USER, 1, "bank", "sepa")
    assert one.amount == Decimal("0.000000000000000001")
    assert (one.rate, one.rate_source) == (1, "same")
    assert one.transfer == store.vault.fingerprint("transfer|t-1")


def test_the_same_telling_again_is_nothing(store: Store) -> None:
    ann = known(store)["user-1"]
    first = told(store, a_saying())
    again = told(store, a_saying(), replace(a_saying(), amount=Decimal("100.00")))

    assert (first, again) == (Counter(new=1), Counter(repeated=2))
    assert len(stands(store, ann)) == 1


def test_a_correction_stands_and_the_older_telling_is_kept(store: Store) -> None:
    ann = known(store)["user-1"]
    told(store, a_saying())
    counts = told(store, a_saying(amount=Decimal(90)))

    (one,) = stands(store, ann)
    with store.read() as tx:
        kept = tx.connection.execute(select(outcome_facts.c.amount).order_by(outcome_facts.c.n)).scalars()
        assert list(kept) == [100, 90]
    assert (one.amount, one.n, counts) == (90, 2, Counter(corrected=1))


def test_a_correction_in_the_same_batch_stands(store: Store) -> None:
    ann = known(store)["user-1"]
    counts = told(store, a_saying(), a_saying(amount=Decimal(90)))

    assert counts == Counter(new=1, corrected=1)
    assert [one.amount for one in stands(store, ann)] == [90]


def test_a_batch_of_corrections_that_comes_once_more_changes_nothing(store: Store) -> None:
    ann = known(store)["user-1"]
    batch = a_saying(), a_saying(), a_saying(amount=Decimal(90)), a_saying(amount=Decimal(100))
    told(store, *batch)
    counts = told(store, *batch)

    assert counts == Counter(repeated=4)
    assert [(one.amount, one.n) for one in stands(store, ann)] == [(100, 3)]


def test_a_feed_that_corrects_back_and_forth_is_told_each_time(store: Store) -> None:
    ann = known(store)["user-1"]
    teller = replace(TELLER, comes_again=False)
    batch = a_saying(), a_saying(amount=Decimal(90))
    told(store, *batch, teller=teller)
    counts = told(store, *batch, teller=teller)

    assert counts == Counter(corrected=2)
    assert [(one.amount, one.n) for one in stands(store, ann)] == [(90, 4)]


def test_what_is_withdrawn_stands_no_more_and_its_person_is_told_of(store: Store) -> None:
    ann = known(store)["user-1"]
    told(store, a_saying())
    _, _, mark = news(store)
    told(store, Saying(kind=Kind.WITHDRAWN, at=NOW, source_id="one"))

    assert stands(store, ann) == []
    assert news(store, mark)[0] == {ann}


def test_a_telling_corrected_to_be_about_another_person_is_news_of_both(store: Store) -> None:
    ids = known(store, "user-1", "user-2")
    told(store, a_saying())
    _, _, mark = news(store)
    told(store, a_saying(user_ref="user-2"))

    assert news(store, mark)[0] == set(ids.values())
    assert (len(stands(store, ids["user-1"])), len(stands(store, ids["user-2"]))) == (0, 1)


def test_ids_of_two_feeds_are_two_things(store: Store) -> None:
    ann = known(store)["user-1"]
    told(store, a_saying())
    told(store, a_saying(amount=Decimal(90)), teller=replace(TELLER, feed="police"))

    assert sorted(one.amount or 0 for one in stands(store, ann)) == [90, 100]


def test_without_an_id_of_its_own_a_telling_is_known_by_its_content(store: Store) -> None:
    ann = known(store)["user-1"]
    told(store, a_saying(source_id=""), a_saying(source_id="", amount=Decimal(5)))
    counts = told(store, a_saying(source_id=""))

    assert (len(stands(store, ann)), counts) == (2, Counter(repeated=1))


def test_nobody_is_made_for_a_telling_and_it_waits_until_they_are_known(store: Store) -> None:
    assert told(store, a_saying()) == Counter(new=1, unknown=1)
    with store.read() as tx:
        assert tx.connection.execute(select(people)).all() == []
    _, _, mark = news(store)
    ann = known(store)["user-1"]
    assert stands(store, ann) == []

    with store.begin() as tx:
        assert adopt(tx, "USD", NOW) == 1

    assert [one.amount for one in stands(store, ann)] == [100]
    assert news(store, mark)[0] == {ann}


def test_what_waits_for_nobody_goes_after_a_while(store: Store) -> None:
    known(store, "user-2")
    told(store, a_saying(), a_saying(source_id="two", user_ref="user-2"))
    with store.begin() as tx:
        assert let_go(tx, NOW) == 0
        assert let_go(tx, NOW + timedelta(seconds=1)) == 1


def test_nothing_is_told_of_somebody_who_was_forgotten(store: Store) -> None:
    ann = known(store)["user-1"]
    with store.begin() as tx:
        tx.connection.execute(delete(people))
    told(store, a_saying(user_ref="", person=ann))

    assert stands(store, ann) == []


def test_a_listing_is_found_by_any_spelling_and_touches_whoever_paid(store: Store) -> None:
    ann = known(store)["user-1"]
    told(store, a_saying(beneficiary=ADDRESS))
    _, _, mark = news(store)
    told(store, Saying(kind=Kind.LISTED, at=NOW, source_id="l", beneficiary=ADDRESS.lower(), by=By.LISTS))

    flagged = store.vault.fingerprint(ADDRESS)
    persons, beneficiaries, _ = news(store, mark)
    with store.read() as tx:
        assert [one.kind for one in about(tx, [flagged])[flagged]] == [Kind.LISTED]
    assert persons == {ann}
    assert flagged in beneficiaries


def test_a_telling_names_the_beneficiary_as_the_persons_flags_do(store: Store) -> None:
    World(store).flag(a_flag(beneficiary=ADDRESS))
    ann = known(store)["user-1"]
    told(store, a_saying(beneficiary=ADDRESS.lower()))

    assert [one.beneficiary for one in stands(store, ann)] == [store.vault.fingerprint(ADDRESS)]


def test_no_news_is_missed_or_told_twice_however_small_the_pages(store: Store) -> None:
    ids = known(store, *(f"user-{n}" for n in range(7)))
    told(store, *(a_saying(source_id=ref, user_ref=ref) for ref in ids))
    found, mark = list[str](), ""
    while (page := news(store, mark, limit=2))[2] != mark:
        found, mark = [*found, *page[0]], page[2]

    assert sorted(found) == sorted(ids.values())


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_however_tellings_are_cut_into_batches_and_repeated_the_last_of_each_id_stands(
    store: Store, data: st.DataObject
) -> None:
    with store.begin() as tx:
        for table in (outcome_facts, outcome_spellings, outcome_edition, people):
            tx.connection.execute(delete(table))
    ann = known(store)["user-1"]
    a_word = st.tuples(st.sampled_from("abc"), st.integers(1, 3))
    batches = data.draw(st.lists(st.lists(a_word, min_size=1, max_size=4), max_size=5))
    last: dict[str, int] = {}
    total: Counter[str] = Counter()
    for batch in batches:
        sayings = [a_saying(source_id=id, amount=Decimal(amount)) for id, amount in batch]
        total += told(store, *sayings)
        last |= dict(batch)
        if data.draw(st.booleans()):
            total += (again := told(store, *sayings))
            assert again == Counter(repeated=len(batch))

    assert {(one.amount or 0) for one in stands(store, ann)} == set(last.values())
    assert len(stands(store, ann)) == len(last)
    with store.read() as tx:
        kept = tx.connection.execute(select(outcome_facts.c.seq)).scalars().all()
    assert len(set(kept)) == len(kept) == total["new"] + total["corrected"]
