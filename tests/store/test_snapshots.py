"""Contacts from before a takeover, and what was sent lately: what the gate asks of the past."""

from __future__ import annotations

from datetime import timedelta

from outreach.domain.profile import Profile
from outreach.domain.scale import Channel
from outreach.domain.takeover import Takeover
from outreach.store.contacts import Reach, profiles_of, suppress, write_reaches
from outreach.store.database import Store
from outreach.store.recent import crowded, told_since
from outreach.store.snapshots import before_takeover
from tests.build_ledger import NOW, Ledger

ANN = "a" * 32
DAY = timedelta(days=1)
OLD, NEW, NEWER = "+15550100001", "+15550100002", "+15550100003"
SMS, EMAIL = Channel.SMS, Channel.EMAIL


def told(store: Store, days: int, **contacts: str) -> None:
    """A feed names these contacts, so many days after the beginning."""
    reach = Reach(person=ANN, contacts={Channel(name): value for name, value in contacts.items()})
    with store.begin() as tx:
        write_reaches(tx, [reach], "risk", NOW + days * DAY)


def snapshot(store: Store, days: float, *, is_changed: bool = True) -> Profile:
    """Ann as she was before a takeover so many days after the beginning."""
    with store.read() as tx:
        now = profiles_of(tx, [ANN], "en")[ANN]
        return before_takeover(tx, {"o": (now, Takeover(NOW + days * DAY, is_changed))})["o"]


def test_the_contact_from_before_the_change_is_written_to_not_the_thiefs(store: Store) -> None:
    told(store, 0, sms=OLD)
    told(store, 10, sms=NEW)
    told(store, 11, sms=NEWER)

    found = snapshot(store, 9.5)

    assert (found.contacts, found.too_new) == ({SMS: OLD}, frozenset())


def test_a_contact_nobody_knew_before_the_change_is_too_new(store: Store) -> None:
    told(store, 0, email="ann@example.com")
    told(store, 10, sms=NEW)

    found = snapshot(store, 9)

    assert (found.contacts, found.too_new) == ({EMAIL: "ann@example.com"}, {SMS})


def test_where_nobody_says_that_a_contact_was_changed_the_only_one_stays(store: Store) -> None:
    told(store, 10, sms=NEW)

    found = snapshot(store, 9, is_changed=False)

    assert (found.contacts, found.too_new) == ({SMS: NEW}, frozenset())


def test_our_own_ledger_tells_a_change_that_the_facts_do_not(store: Store) -> None:
    told(store, 0, sms=OLD)
    told(store, 10, sms=NEW)

    assert snapshot(store, 9, is_changed=False).contacts == {SMS: OLD}


def test_an_older_contact_is_suppressed_by_its_own_address(store: Store) -> None:
    told(store, 0, sms=OLD)
    told(store, 10, sms=NEW)
    with store.begin() as tx:
        suppress(tx, OLD, SMS, "21610", NOW)

    assert snapshot(store, 9).suppressed == {SMS}


def test_what_was_sent_lately_is_told_apart_by_outreach_and_by_whether_it_reached_anybody(
    store: Store,
) -> None:
    with store.begin() as tx:
        ledger = Ledger(tx).begin()
        ann = ledger.person("ann")
        mine, other = ledger.outreach(ann), ledger.outreach(ann, urgency_rank=1, severity_rank=3)
        for step, (outreach, options) in enumerate(
            [
                (mine, {"status": "accepted"}),
                (mine, {"status": "retrying"}),  # its own, still to be tried again
                (other, {"status": "retrying", "channel": "push", "template": "p/x@b.pt-BR.j2"}),
                (other, {"status": "refused"}),
                (other, {"status": "undelivered"}),
                (other, {"status": "accepted", "channel": "call"}),
                (other, {"status": "accepted", "created_at": NOW - 8 * DAY}),
            ]
        ):
            ledger.message(ann, outreach, step=step, **options)
        lately = told_since(tx, [ann], NOW - 7 * DAY)
        recent = lately.of(ann, mine)

        assert [t.template for t in recent.own] == ["pig_butchering/leaving"]
        assert [(t.channel, t.template, t.urgency_rank, t.severity_rank) for t in recent.others] == [
            (Channel.PUSH, "p/x@b", 1, 3)
        ]
        assert crowded(tx, [ann]) == {ann}
