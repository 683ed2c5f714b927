"""The figures of a run: counted from the ledger, only of that run, and they add up."""

from __future__ import annotations

from outreach.store.database import Store
from outreach.store.figures import examples, newest_run, run_figures
from tests.build_ledger import Ledger


def a_run(ledger: Ledger) -> str:
    """Two people warned on three messages, one skipped twice over, one near miss, two broken lines."""
    one, two, three = (ledger.person(f"u-{n}-{ledger.run}") for n in range(3))
    ended = {"state": "closed", "closed_at": ledger.now, "close_reason": "acknowledged"}
    first, second = ledger.outreach(one), ledger.outreach(two, "job_task", **ended)
    ledger.message(one, first, channel="push")
    ledger.message(one, first, step=1, locale="ar")
    said = ledger.message(two, second, locale="ar", status="refused")
    ledger.answer(two, second, said, "help_me")
    ledger.bar(first)
    ledger.decision(three, verdict="skip", reason="excluded", because="own wallet")
    ledger.decision(three, "job_task", verdict="skip", reason="episode_warned")
    ledger.decision(three, verdict="near_miss", reason="under_cut_off")
    ledger.decision(three, shadow=True)
    ledger.quarantined("bad_phone")
    ledger.quarantined("bad_phone")
    return ledger.run


def test_the_figures_of_a_run_are_counted_from_the_ledger(store: Store) -> None:
    with store.begin() as tx:
        run = a_run(Ledger(tx).begin())

    with store.read() as tx:
        figures = run_figures(tx, run)

    assert figures is not None
    assert (figures.lines, figures.read, figures.quarantined) == (10, 8, 2)
    assert figures.verdicts == {"warn": 2, "skip": 2, "near_miss": 1}
    assert figures.sent == {("sms", "ar"): 2, ("push", "en"): 1}
    assert figures.statuses == {("push", "delivered"): 1, ("sms", "delivered"): 1, ("sms", "refused"): 1}
    assert figures.skips == {"own wallet": 1, "episode_warned": 1}
    assert figures.quarantine == {"bad_phone": 2}
    assert figures.bars == {("barred", "no_contact"): 1}
    assert figures.closes == {"acknowledged": 1}
    assert (figures.outreaches, figures.people, figures.answered, figures.messages) == (2, 2, 1, 3)
    assert {each.pattern: (each.flags, each.outreaches, each.messages) for each in figures.patterns} == {
        "pig_butchering": (4, 1, 2),
        "job_task": (2, 1, 1),
    }


def test_the_figures_of_one_run_hold_nothing_of_another(store: Store) -> None:
    with store.begin() as tx:
        first = a_run(Ledger(tx).begin())
        second = a_run(Ledger(tx).begin())

    with store.read() as tx:
        one, other = run_figures(tx, first), run_figures(tx, second)

    assert one is not None
    assert other is not None
    assert one.sent == other.sent
    assert one.people == other.people == 2


def test_examples_show_every_pattern_and_language_of_the_run(store: Store) -> None:
    with store.begin() as tx:
        run = a_run(Ledger(tx).begin())

    with store.read() as tx:
        found = examples(tx, run)

    assert {(each.pattern, each.locale, each.ending) for each in found} == {
        ("pig_butchering", "en", "climbing"),
        ("pig_butchering", "ar", "climbing"),
        ("job_task", "ar", "acknowledged"),
    }


def test_there_is_no_newest_run_before_one_has_read(store: Store) -> None:
    with store.read() as tx:
        assert newest_run(tx) is None
        assert run_figures(tx, "0" * 32) is None

    with store.begin() as tx:
        run = a_run(Ledger(tx).begin())

    with store.read() as tx:
        assert newest_run(tx) == run
