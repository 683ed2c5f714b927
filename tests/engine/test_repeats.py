"""Another attempt while a hold stands: once each, the next warning at once or a person, and recorded."""

from __future__ import annotations

from datetime import timedelta

import pytest

from outreach.domain.answer import Answer, Via
from outreach.domain.scale import Channel, Urgency
from outreach.domain.transfer import TransferStatus
from outreach.store.database import Store
from outreach.store.tables import core_calls, outreaches, repeats, tasks
from tests.build import NOW, a_flag, a_rule, a_rule_set
from tests.engine.net_world import NetWorld, a_book


@pytest.fixture
def net(store: Store) -> NetWorld:
    return NetWorld.over(store)


def again(net: NetWorld, n: int, **columns: object) -> None:
    """The same person tries again, with another transfer."""
    now = net.world.clock()
    usual = {
        "identity": f"again-{n}",
        "transfer_ref": f"another-{n}",
        "flagged_at": now,
        "beneficiary": "new",
    }
    net.world.flag(a_flag("ann", **{**usual, **columns}))


def test_an_attempt_under_a_hold_makes_the_next_step_go_at_once_and_is_kept(net: NetWorld) -> None:
    net.warn()
    net.world.clock.tick(minutes=5)
    again(net, 1)
    net.world.dispatch().run()
    (row,) = net.world.rows(repeats)
    opened = {o.id: o.urgency_rank for o in net.world.rows(outreaches)}

    assert row.what == "hurried"
    assert opened[row.outreach] == Urgency.CRITICAL.rank
    assert [channel for channel, _ in net.world.sent()] == [Channel.PUSH, Channel.SMS]


def test_each_attempt_escalates_once_however_often_it_is_told(net: NetWorld) -> None:
    net.warn()
    for n in (1, 1, 2, 1, 2, 3):
        net.world.clock.tick(minutes=1)
        again(net, n, identity=f"told-{net.world.pages}")

    assert len(net.world.rows(repeats)) == 3
    asked = [(c.transfer_ref, c.cause) for c in net.world.rows(core_calls)]
    assert len(asked) == len({ref for ref, _ in asked}) == 4  # one request a transfer


def test_the_held_transfer_itself_told_again_is_no_repeat(net: NetWorld) -> None:
    net.warn()
    again(net, 1, transfer_ref="transfer-of-ann", beneficiary="somewhere")

    assert net.world.rows(repeats) == []


@pytest.mark.parametrize("case", ["no hold", "ended", "flagged before", "another pattern and payee"])
def test_without_a_standing_hold_on_the_same_thing_nothing_escalates(net: NetWorld, case: str) -> None:
    if case == "no hold":
        net.core.is_down = True
    if case == "another pattern and payee":
        sets = (*net.world.book.sets.values(), a_rule_set("job_task", a_rule("tasks")))
        net.world.book = a_book()
        net.world.book = type(net.world.book)(
            **{
                **{n: getattr(net.world.book, n) for n in net.world.book.__dataclass_fields__},
                "sets": {s.pattern: s for s in sets},
            }
        )
    net.warn()
    more: dict[str, object] = {}
    if case == "ended":
        net.world.clock.tick(hours=25)
        net.core.says("transfer-of-ann", TransferStatus.PENDING)
        net.world.recovery().run()
    if case == "flagged before":
        more["flagged_at"] = NOW - timedelta(hours=2)
    if case == "another pattern and payee":
        more |= {"pattern": "job_task", "beneficiary": "elsewhere"}
    again(net, 1, **more)

    assert net.world.rows(repeats) == []


def test_where_nothing_is_left_to_say_a_person_is_to_call_once(net: NetWorld) -> None:
    page = net.warn()
    message = net.world.senders[Channel.PUSH].sent[-1].id
    net.world.feedback().answer(message, Answer.IT_IS_MINE, Via.PAGE, net.world.clock())
    net.world.clock.tick(minutes=5)
    again(net, 1, beneficiary="somewhere")
    again(net, 1, beneficiary="somewhere", identity="once more")

    assert page
    assert [r.what for r in net.world.rows(repeats)] == ["task"]
    assert [t.kind for t in net.world.rows(tasks)] == ["repeat"]


def test_an_attempt_withdraws_the_release_that_was_to_be_asked_for(net: NetWorld) -> None:
    page = net.warn()
    net.walk(page, ("met", "yes"), ("withdrawn", "everything"), ("why", "my own account"))
    again(net, 1, beneficiary="somewhere")
    net.world.recovery().run()

    assert "release" not in [c[0] for c in net.core.calls]
    assert "withdrawn" in net.world.store.vault.open(net.world.rows(tasks)[0].text_enc)
