"""What a backtest tells beside its counts: what is known of people, and what the figures leave out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from outreach.adapters.backtest import Opened
from outreach.adapters.matcher.archived import Pulled
from outreach.domain.backtest import Judged, Known
from outreach.domain.plan import plan
from outreach.domain.ruleset import Ramp, Rulebook
from outreach.domain.scale import Channel
from outreach.domain.told_backtest import judged as judged_words
from outreach.domain.told_backtest import known
from outreach.store.known import LEGITIMATE, LOST, SCAM, Label
from outreach.wiring.backtest.bills import bills
from outreach.wiring.backtest.outcomes import caught, first_warned, judged
from outreach.wiring.backtest.pulls import Ledger, Window
from outreach.wiring.backtest.saying import notes
from tests.build import NOW, a_rule, a_rule_set, a_rulebook

PATTERN = "pig_butchering"
COLUMNS = ("destination_listed", "destination_owned", "risk_score", "pattern")


@dataclass
class Warned:
    """Stands for what was counted: person, pattern, side and file of each warning."""

    rows: list[tuple[str, str, int, int]] = field(default_factory=list)

    def first_warned(self, persons: Sequence[str]) -> list[tuple[str, str, int, int]]:
        return [row for row in self.rows if row[0] in persons]


def window(files: int = 3, columns: Mapping[str, int] | None = None, guessed: int = 0) -> Window:
    return Window(
        since=NOW,
        until=NOW + timedelta(days=1),
        pulls=tuple(Pulled(path=Path(f"{n}.parquet"), at=NOW + timedelta(hours=n)) for n in range(files)),
        runs=tuple(f"run {n}" for n in range(files)),
        read=(10,) * files,
        columns=dict.fromkeys(COLUMNS, files) if columns is None else columns,
        guessed=guessed,
    )


def ledger(*labels: Label, is_there: bool = True) -> Ledger:
    return Ledger(pulls={}, forgotten=(), labels=labels, is_there=is_there)


def label(person: str, hours: int, pattern: str = PATTERN, name: str = "already_sent") -> Label:
    return Label(name=name, person=person, pattern=pattern, at=NOW + timedelta(hours=hours))


def said(book: Rulebook, chosen: Window | None = None, *, forgotten: int = 0, is_there: bool = True) -> str:
    return " ".join(notes((book, book), chosen or window(), ledger(is_there=is_there), forgotten))


Rows = list[tuple[str, str, int, int]]


def found(rows: Rows, *labels: Label) -> tuple[Known, ...]:
    ours = ledger(*labels)
    return caught(ours, first_warned(Warned(rows), ours, window()))  # type: ignore[arg-type]


def rated(rows: Rows, *labels: Label) -> tuple[Judged, Judged] | None:
    ours = ledger(*labels)
    return judged(ours, first_warned(Warned(rows), ours, window()))  # type: ignore[arg-type]


def test_each_version_has_its_precision_its_recall_and_its_lead_time() -> None:
    rows = [("a", PATTERN, 0, 0), ("a", PATTERN, 1, 2), ("b", PATTERN, 1, 0), ("c", PATTERN, 0, 0)]
    labels = (
        label("a", 1, name=SCAM), label("a", 1, name=LOST), label("b", 1, name=SCAM),
        label("d", 1, name=SCAM),
        label("c", 1, name=LEGITIMATE), label("a", 1, name=LEGITIMATE),
    )  # fmt: skip
    both = rated(rows, *labels)
    assert both is not None
    before, after = both
    assert (before.precision, before.recall, before.lead) == (1 / 2, 1 / 3, timedelta(hours=1))
    assert (after.precision, after.recall, after.in_time) == (1.0, 2 / 3, 0)
    assert judged_words(before) == ("50.0% of 2", "33.3% of 3", "60 min (median of 1)")
    assert judged_words(after)[2] == "nobody in time"


def test_where_no_outcome_is_known_no_version_is_rated() -> None:
    assert rated([("a", PATTERN, 0, 0)], label("a", 2)) is None


def test_only_those_warned_before_it_was_known_are_caught_with_the_time_between() -> None:
    rows = [("a", PATTERN, 0, 2), ("a", PATTERN, 1, 0), ("a", PATTERN, 1, 1), ("b", PATTERN, 1, 2)]
    labels = (label("a", 2), label("b", 1), label("c", 2))
    (one,) = found(rows, *labels)
    assert (one.n, one.caught) == (3, (1, 1))
    assert one.lead == (timedelta(0), timedelta(hours=2))
    assert known(one, 1) == "1 of 3 (33.3%), 2 h before (median)"


def test_a_warning_about_another_pattern_catches_nothing() -> None:
    rows = [("a", "job_task", 0, 0)]
    (one,) = found(rows, label("a", 2))
    assert one.caught == (0, 0)


def test_forgotten_people_older_files_and_unknown_pulls_are_told_with_their_numbers() -> None:
    older = dict.fromkeys(COLUMNS, 3) | {"destination_owned": 1}
    words = said(a_rulebook(), window(columns=older, guessed=2), forgotten=1_200)
    assert "1,200 flags are about people who were forgotten" in words
    assert "2 of 3 files are older than the fact destination_owned: it is unknown there." in words
    assert "This store does not know 2 of 3 pulls" in words


def test_where_nothing_is_missing_only_what_is_always_so_is_told() -> None:
    words = said(a_rulebook())
    assert "forgotten" not in words
    assert "older" not in words
    assert "Ramps" not in words
    assert "No database" in said(a_rulebook(), is_there=False)


def test_a_ramp_is_named_as_not_replayed() -> None:
    ramp = Ramp(steps=(Decimal("0.01"), Decimal("0.1"), Decimal(1)))
    book = a_rulebook(a_rule_set(PATTERN, a_rule(ramp=ramp)))
    assert (
        f"Ramps are not replayed, everybody counts as inside: {PATTERN}/money-leaving (1%, 10%, 100%)."
        in (said(book))
    )


def test_sms_cost_their_parts_in_the_country_and_what_has_no_price_is_named() -> None:
    rules = plan(a_rulebook()).rules
    opened = [
        Opened(
            side=1, rule=0, run="r", locale="en", country=country, reach=frozenset({"sms", "push"}), count=10
        )
        for country in ("US", "ES")
    ]
    sent = bills(opened, (rules, rules), {Channel.SMS: {"US": Decimal("0.05")}}, lambda template, locale: 2)
    sms = next(cost for cost in sent.costs if cost.channel is Channel.SMS)
    assert (sms.before.messages, sms.after.messages, sms.after.parts) == (0, 20, 40)
    assert sms.after.money == Decimal("1.00")
    assert sms.after.unpriced == 10
    assert sent.unpriced == ("push: everywhere", "sms: ES")
    assert not any(cost.channel is Channel.EMAIL for cost in sent.costs), "nobody has an address there"
