"""What our lists and ledger say of a flag's destination: who wins, in every spelling, and what is a twin."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.adapters.chains import read
from outreach.adapters.lookup import DuckLookup
from outreach.domain.chains import Address, Chain, key_of
from outreach.domain.entries import Entry
from outreach.domain.facts import FactType
from outreach.frames import ARROW_TYPES
from outreach.store.database import Store
from outreach.store.payees import who_paid
from outreach.store.tables import payees
from tests.engine.lists_world import BY, NULL, ListWorld, a_row, evm

TYPES = {
    "beneficiary": FactType.TEXT,
    "destination_chain": FactType.TEXT,
    "destination_listed": FactType.BOOLEAN,
    "destination_categories": FactType.TAGS,
    "destination_listed_at": FactType.TIME,
    "look_alike_of_known": FactType.BOOLEAN,
    "transfer_state": FactType.TEXT,
}


@pytest.fixture
def world(store: Store) -> ListWorld:
    return ListWorld(store)


def join(world: ListWorld, *flags: dict[str, Any], who: str = "p1") -> list[dict[str, Any]]:
    """These flags of one person, as the rules are asked about them."""
    table = pa.table({n: pa.array([f.get(n) for f in flags], ARROW_TYPES[k]) for n, k in TYPES.items()})
    destinations = world.destinations()
    destinations.renew(world.clock())
    with world.store.begin() as tx:
        told = destinations.join(tx, table, [f.get("who", who) for f in flags], world.clock())
    return told.to_pylist()  # type: ignore[no-any-return]


def to(beneficiary: str | None, **said: Any) -> dict[str, Any]:
    return {"beneficiary": beneficiary, **said}


CASH = "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"
LEGACY = "1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu"


def test_a_listed_destination_is_known_in_every_spelling(world: ListWorld) -> None:
    world.take(a_row(1), a_row(2, chain="BCH", address=CASH), a_row(3, chain="BTC", address=BECH))
    spellings = (
        evm(1),
        f"0X{evm(1)[2:].upper()}",
        f" {evm(1)} ",
        CASH,
        CASH.upper(),
        CASH[12:],
        LEGACY,
        BECH.upper(),
    )

    assert [f["destination_listed"] for f in join(world, *(to(s) for s in spellings))] == [True] * len(
        spellings
    )


BECH = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"


def test_our_word_goes_before_the_feeds_and_the_allow_list_before_all(world: ListWorld) -> None:
    world.take(a_row(1, first_seen="2026-11-01"), a_row(2, address=NULL.text))
    told = join(
        world,
        to(evm(1), destination_listed=False, destination_categories=["mule"]),
        to(NULL.text, destination_listed=True, destination_categories=["mixer"]),
        to(evm(9), destination_listed=True, destination_categories=["mule"]),
        to(evm(9)),
        to("GB33BUKB20201555555555"),
        to(None),
    )

    assert [f["destination_listed"] for f in told] == [True, False, True, False, None, None]
    words = [["drainer", "mule"], None, ["mule"], None, None, None]
    assert [f["destination_categories"] for f in told] == words
    assert told[0]["destination_listed_at"] == datetime(2026, 11, 1, tzinfo=UTC)
    assert told[1]["destination_listed_at"] is None


def test_without_any_list_the_feeds_word_stands_but_what_ships_as_allowed_is_never_listed(
    world: ListWorld,
) -> None:
    told = join(
        world, to(evm(1), destination_listed=True), to(evm(2)), to(NULL.text, destination_listed=True)
    )

    assert [f["destination_listed"] for f in told] == [True, None, False]


def test_an_address_counts_on_its_own_chain_where_the_feed_says_one(world: ListWorld) -> None:
    world.take(a_row(1, chain="BCH", address=LEGACY))
    told = join(
        world,
        to(LEGACY),
        to(LEGACY, destination_chain="BCH"),
        to(LEGACY, destination_chain="BTC"),
        to(LEGACY, destination_chain="dogecoin"),
    )

    assert [f["destination_listed"] for f in told] == [True, True, False, None]


def test_what_is_allowed_withdrawn_or_expired_meanwhile_is_looked_up_anew(world: ListWorld) -> None:
    world.take(a_row(1), a_row(2), a_row(3, expires_at="2026-11-24"))
    world.changes.allow(Address(Chain.EVM, evm(1)), BY)
    world.clock.now += timedelta(days=2)

    flags = [to(evm(n)) for n in (1, 2, 3)]
    assert [f["destination_listed"] for f in join(world, *flags)] == [False, True, False]
    world.changes.disallow(Address(Chain.EVM, evm(1)), BY)
    assert [f["destination_listed"] for f in join(world, *flags)] == [True, True, False]


def twin(address: str, middle: str = "5" * 33) -> str:
    """Same first three and last four digits, another middle."""
    return f"{address[:5]}{middle}{address[-4:]}"


def test_a_destination_that_looks_like_one_they_paid_before_is_its_twin(world: ListWorld) -> None:
    assert join(world, to(evm(1)))[0]["look_alike_of_known"] is None
    world.clock.now += timedelta(days=1)
    told = join(world, to(twin(evm(1))), to(evm(1)), to(evm(70_000)), to(twin(evm(1)), who="p2"))

    assert [f["look_alike_of_known"] for f in told] == [True, False, False, None]


def test_a_feed_that_saw_a_twin_is_believed_and_one_that_saw_none_is_not(world: ListWorld) -> None:
    join(world, to(evm(1)))
    world.clock.now += timedelta(days=1)
    told = join(
        world,
        to(evm(70_000), look_alike_of_known=True),
        to(twin(evm(1)), look_alike_of_known=False),
        to("DE89370400440532013000", look_alike_of_known=False),
    )

    assert [f["look_alike_of_known"] for f in told] == [True, True, False]


def test_a_payment_that_was_called_off_and_a_listed_destination_are_no_payees(world: ListWorld) -> None:
    world.take(a_row(5))
    join(world, to(evm(1)), to(evm(5), who="p2"))
    join(world, to(evm(1), transfer_state="cancelled"))
    told = join(world, to(twin(evm(1))), to(twin(evm(5)), who="p2"))

    assert [f["look_alike_of_known"] for f in told] == [None, None]


def test_the_one_they_paid_first_is_never_the_twin(world: ListWorld) -> None:
    join(world, to(evm(1)))
    world.clock.now += timedelta(days=1)
    join(world, to(twin(evm(1))))
    world.clock.now += timedelta(days=1)

    assert join(world, to(evm(1)))[0]["look_alike_of_known"] is False


def test_of_payees_only_keyed_hashes_are_kept_and_who_paid_an_address_is_found(world: ListWorld) -> None:
    join(world, to(evm(1)), to(CASH), to("DE89370400440532013000"))
    join(world, to(evm(1).upper().replace("X", "x")), who="p2")

    with world.store.read() as tx:
        kept = tx.connection.execute(payees.select()).all()
        paid = who_paid(tx, "evm", key_of(evm(1)), world.clock() - timedelta(days=1))
    assert [each.person for each in paid] == ["p1", "p2"]
    assert len(kept) == 3
    assert all(re.fullmatch("[0-9a-f]{64}", each) for row in kept for each in (row.address, row.ends))
    assert not any(evm(1)[2:] in each for row in kept for each in (row.address, row.ends))


TEXTS = st.one_of(
    st.text(max_size=60),
    st.sampled_from([evm(1), evm(1).upper(), CASH, CASH.upper(), BECH, BECH.upper(), LEGACY, "0X", "LTC1Q"]),
    st.sampled_from(["0x", "0X", "bc1q", "BC1P", "ltc1", "Bitcoincash:", " ", "\t"]).flatmap(
        lambda start: st.text("aAfF019Qq \t", max_size=12).map(lambda rest: start + rest)
    ),
)  # fmt: skip
AT = datetime(2026, 1, 1, tzinfo=UTC)


@given(st.lists(TEXTS.filter(lambda text: text.isascii() and key_of(key_of(text))), min_size=1, max_size=60))
@settings(max_examples=10)
def test_the_look_up_spells_destinations_as_the_domain_does(texts: list[str]) -> None:
    lookup = DuckLookup(threads=1)
    entries = [
        Entry(
            address=Address(Chain.EVM, key_of(text)),
            categories=(),
            sources=(),
            confidence=None,
            first_seen=AT,
            last_seen=AT,
            expires_at=None,
        )
        for text in texts[::2]
    ]
    lookup.fill(1, entries, ())
    hits = lookup.hits(pa.chunked_array([texts]), pa.chunked_array([pa.nulls(len(texts), pa.string())]), AT)

    known = {key_of(entry.address.text) for entry in entries}
    assert set(hits["n"].to_pylist()) == {n for n, text in enumerate(texts) if key_of(text) in known}


def test_reading_and_looking_up_agree_on_what_an_identity_is_spelled_like() -> None:
    for chain, text in (
        (Chain.BITCOIN_CASH, LEGACY),
        (Chain.BITCOIN, BECH.upper()),
        (Chain.EVM, evm(3).upper()),
    ):
        found = read(chain, text)
        assert isinstance(found, Address)
        assert key_of(text) in {key_of(found.text), key_of(found.also)}
