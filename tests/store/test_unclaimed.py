"""Which replies nobody is known by, on every database."""

from __future__ import annotations

from datetime import timedelta

from outreach.store.database import Store
from outreach.store.unclaimed import ending_so, unclaimed, words_of
from tests.engine.test_replies import BY_SMS, PHONE, STRANGE, Phone, warned
from tests.engine.world import World


def test_only_what_came_from_a_number_that_nobody_was_known_by_is_unclaimed(store: Store) -> None:
    world = World(store, book=BY_SMS)
    reference, phone = warned(world), Phone(world)
    for text, sender in (("hello?", PHONE), (f"{reference} 2", STRANGE), ("STOP", STRANGE)):
        phone.says(text, sender)
    with store.read() as tx:
        found = unclaimed(tx, world.clock() - timedelta(days=1))
    with store.begin() as tx:
        (named,) = ending_so(tx, found[0].id)
        words = words_of(tx, named, "ana", world.clock())

    assert [each.times for each in found] == [2]  # the STOP has done its work, and is counted
    assert (words.text, words.names) == (f"{reference} 2", (reference,))
