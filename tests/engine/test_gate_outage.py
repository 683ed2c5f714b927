"""After an outage: one message a person, the most urgent first, and nothing is lost."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from datetime import timedelta

from outreach.domain.gate import Budget, GatePolicy, Pace
from outreach.domain.ladder import Close
from outreach.domain.scale import Channel, Severity, Urgency
from outreach.store.contacts import profiles_of
from outreach.store.database import Store
from outreach.store.tables import bars, messages, outreaches
from tests.build import a_flag, a_rule, a_rule_set, a_rulebook
from tests.engine.gate_world import steps
from tests.engine.world import World


def test_after_an_outage_everybody_gets_one_message_the_most_urgent_first_and_nothing_is_lost(
    store: Store,
) -> None:
    """Six hours of silence, 1,000 overdue outreaches of 200 people."""
    world = an_outage(store, people=200)
    world.clock.tick(hours=6)
    first = replace(world.dispatch(), batch=500)
    while first.round() is not None:
        pass
    sent = world.senders[Channel.PUSH].sent
    due = {o.id: o for o in world.rows(outreaches)}

    assert Counter(Counter(m.to for m in sent).values()) == {1: 200}
    assert {due[m.thread].urgency_rank for m in sent} == {Urgency.CRITICAL.rank}
    assert Counter(o.close_reason for o in due.values() if o.state == "closed") == {Close.EXPIRED: 200}
    waiting = {b.outreach for b in world.rows(bars) if (b.verdict, b.reason) == ("held", "spaced")}
    assert len(waiting) == 600
    assert len(waiting | {m.thread for m in sent} | {o.id for o in due.values() if o.closed_at}) == 1000


def test_what_an_outage_held_back_is_told_one_by_one_or_cancelled_with_its_reason(store: Store) -> None:
    world = an_outage(store, people=4)
    world.clock.tick(hours=6)
    for _ in range(14 * 4):
        world.dispatch().run()
        world.clock.tick(minutes=15)
    made = sorted(world.rows(messages), key=lambda m: (m.person, m.created_at))
    apart = [(b.created_at - a.created_at) for a, b in itertools.pairwise(made) if a.person == b.person]
    ends = Counter(o.close_reason for o in world.rows(outreaches))

    assert min(apart) >= timedelta(minutes=30)
    assert ends == {Close.EXHAUSTED: 16, Close.EXPIRED: 4}


def an_outage(store: Store, people: int) -> World:
    """Five outreaches of each person that were all due while nothing ran: one critical, one that expires."""
    urgencies = [Urgency.CRITICAL, Urgency.SOON, Urgency.SOON, Urgency.ROUTINE, Urgency.SOON]
    names = [f"pattern_{n}" for n in range(5)]
    sets = [
        a_rule_set(
            name,
            a_rule(
                ladder=steps(Channel.PUSH, template=f"{name}/leaving"),
                urgency=urgency,
                expires=timedelta(hours=5 if n == 4 else 30),
            ),
            severity=list(Severity)[n % 2],
        )
        for n, (name, urgency) in enumerate(zip(names, urgencies, strict=True))
    ]
    pace = Pace(budget=Budget(a_day=50, a_week=50))
    world = World(store, book=a_rulebook(*sets), policy=GatePolicy(pace=pace))
    for name in names:
        world.flag(*(a_flag(f"{name}-{n}", pattern=name, push_token=f"token-{n}") for n in range(people)))
    with store.begin() as tx:  # opened for five, they become one person's: intake opens one at a time
        rows = list(tx.connection.execute(outreaches.select()))
        profiles = profiles_of(tx, {row.person for row in rows}, "en")
        first: dict[str, str] = {}
        for row in rows:
            person = first.setdefault(profiles[row.person].contacts[Channel.PUSH], row.person)
            own = outreaches.update().where(outreaches.c.id == row.id)
            tx.connection.execute(own.values(person=person))
    return world


def test_of_two_processes_only_one_writes_to_a_person(store: Store) -> None:
    world = an_outage(store, people=3)
    one, other = replace(world.dispatch(), batch=6), replace(world.dispatch(), batch=9)
    mine, grounds = one._claim("one")
    theirs, more = other._claim("other")
    planned = one._plan_all(mine, grounds, world.policy, world.clock())
    late = other._plan_all(theirs, more, world.policy, world.clock())
    world.clock.tick(seconds=1)

    first = one._start(planned, "one", world.clock())
    then = other._start(late, "other", world.clock())
    drafts = [e.claimed.person for e in (*first, *then) if e.draft]

    assert len(drafts) == len(set(drafts)) == 3
    assert {b.reason for e in then for b in e.bars} == {"spaced"}
