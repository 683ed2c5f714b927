"""Designs: registered before anybody is assigned; nobody held back who must be warned; waits end once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from outreach.domain.experiment import Design
from outreach.domain.planning import Needed, about
from outreach.domain.scale import Urgency
from outreach.engine.waiting import Waiting
from outreach.store.database import Store
from outreach.store.tables import decisions, outreaches, registrations, waits
from outreach.wiring.experiments import needed
from tests.build import a_flag, a_rule, a_rule_set, a_rulebook, an_experiment
from tests.engine.test_experiments import a_tried
from tests.engine.world import World
from tests.prove.figures import Figure
from tests.prove.ground import Ground

KNOWN = (False, False, True, None)
"""What the feed says of whether somebody is vulnerable, in turn."""

DAY = timedelta(hours=24)


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` people a design and database."""
    found = _planned()
    with ground.stores() as stores:
        for name, store in stores.items():
            for figure, value in _all(store, ground.n).items():
                found[f"{figure} ({name})"] = value
    return found


def _planned() -> dict[str, Figure]:
    asked = needed(Needed(losing=0.06, fewer=0.3, apart=0.1, within=0.5, flagged=0))
    return {"flagged people that ±50 % needs": Figure(about(asked.flagged), 1, "plans")}


def _all(store: Store, n: int) -> dict[str, Figure]:
    return {**_tied(store, n), **_critical(store, n), **_waited(store, n)}


def _flagged(world: World, tag: str, n: int, **columns: Any) -> None:
    """So many people, of whom half are known not to be vulnerable."""
    usual = {"risk_score": Decimal("80.500"), **columns}
    people = range(n)
    world.flag(
        *(
            a_flag(f"{tag}-{i}", identity=f"{tag}-{i}-{world.pages}", is_vulnerable=KNOWN[i % 4], **usual)
            for i in people
        )
    )


def _of(world: World, before: set[str]) -> list[Any]:
    return [d for d in world.rows(decisions) if d.id not in before]


def _tied(store: Store, n: int) -> dict[str, Figure]:
    """A tie-breaker: who is in it, on which side, again in another order, and what was registered when."""
    world, early = World(store, book=a_tried(an_experiment())), Counter[bool]()
    drawn = world.assign

    def watched(*asked: Any) -> str | None:
        early[not world.rows(registrations)] += 1
        return drawn(*asked)

    world.assign = watched
    _flagged(world, "tied", 8)
    world.assign = drawn
    _flagged(world, "tied", n)
    first = {d.person: d.arm for d in world.rows(decisions) if d.arm}
    for start in range(0, n, 97):
        rows = [
            a_flag(f"tied-{i}", identity=f"b-{i}", is_vulnerable=KNOWN[i % 4], risk_score=Decimal(79))
            for i in reversed(range(start, min(start + 97, n)))
        ]
        world.flag(*(row | {"beneficiary": "another"} for row in rows))
    every = world.rows(decisions)
    wrong = sum(d.arm is not None and d.facts.get("is_vulnerable") is not False for d in every)
    moved = sum(d.arm is not None and first.get(d.person) != d.arm for d in every)
    treated = Counter(first.values())["treated"] / max(len(first), 1)
    told = {row.sha256 for row in world.rows(registrations)}
    unnamed = sum(d.arm is not None and d.registration not in told for d in every)
    return {
        "lots drawn before the registration": Figure(early[True], early.total(), "lots"),
        "decisions of an arm that name no registration": Figure(unnamed, len(every), "decisions"),
        "assigned who are or may be vulnerable": Figure(wrong, len(every), "decisions"),
        "people on another side in another batch": Figure(moved, len(first), "people"),
        "standard errors between the arms and halves": Figure(
            round(abs(treated - 0.5) / (0.25 / max(len(first), 1)) ** 0.5, 2), len(first), "people"
        ),
    }


def _critical(store: Store, n: int) -> dict[str, Figure]:
    """A critical rule beside one with an experiment, and one that has an experiment itself, unchecked."""
    (tied,) = a_tried(an_experiment(Design.HOLDBACK, share=Decimal("0.2"))).sets["pig_butchering"].rules
    both = (tied, a_rule("must", urgency=Urgency.CRITICAL))
    itself = replace(tied, warn=replace(tied.warn, urgency=Urgency.CRITICAL))
    left = asked = 0
    for pages, tag, rules in ((1_000, "beside", both), (2_000, "itself", (itself,))):
        world = World(store, book=a_rulebook(a_rule_set("pig_butchering", *rules)), pages=pages)
        before = {d.id for d in world.rows(decisions)}
        _flagged(world, tag, n)
        found = _of(world, before)
        left, asked = left + sum(d.verdict != "warn" for d in found), asked + len(found)
    return {"people left unwarned though it is critical": Figure(left, asked, "people")}


def _waited(store: Store, n: int) -> dict[str, Figure]:
    """A wait list: a process that dies at the end of the waits, then two at once; each is warned once."""
    book = a_tried(an_experiment(Design.WAIT_LIST, wait=DAY, window=DAY))
    world = World(store, book=book, pages=3_000)
    before = {d.id for d in world.rows(decisions)}
    _flagged(world, "waits", n)
    controls = {d.id for d in _of(world, before) if d.arm == "control"}
    whole = Waiting(store=store, rulebook=lambda: world.book, clock=world.clock, new_id=store.new_id)
    world.clock.tick(hours=23, minutes=59)
    whole.run()
    early = _opened(world, controls)
    world.clock.tick(minutes=1)
    died = _dies(replace(whole, new_id=_dying(store, len(controls))).run)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: whole.run(), range(2)))
    opened = _opened(world, controls)
    ended = sum(w.end == "opened" for w in world.rows(waits) if w.decision in controls)
    return {
        "controls warned before their day was over": Figure(len(early), len(controls), "people"),
        "waits that ended without exactly one warning": Figure(
            len(controls ^ set(opened)) + len(opened) - len(set(opened)) + (len(controls) - ended),
            len(controls),
            "people",
        ),
        "processes that died in the middle of it": Figure(int(died), 1, "processes"),
    }


def _opened(world: World, controls: set[str]) -> list[str]:
    return [o.decision for o in world.rows(outreaches) if o.decision in controls]


def _dying(store: Store, after: int) -> Callable[[], str]:
    """Ids until the run's own would be made: then the process is gone."""

    def new_id() -> str:
        raise KeyboardInterrupt

    return new_id if after else store.new_id


def _dies(run: Callable[[], object]) -> bool:
    try:
        run()
    except KeyboardInterrupt:
        return True
    return False
