"""The page of outcomes, with comparisons on it: told or refused, with arms and checks; names stay names."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pyarrow as pa
import pytest

from outreach.adapters.measuring import measure, naive
from outreach.adapters.report.outcomes import page
from outreach.adapters.summary import summarise
from outreach.cli.figures_outcomes import document
from outreach.domain.experiment import Design
from outreach.domain.outcomes.figures import OutcomeReport
from outreach.domain.outcomes.level import Level
from outreach.domain.outcomes.means import LEVELS
from outreach.domain.outcomes.measured import Effect
from outreach.domain.outcomes.reporting import part
from outreach.domain.outcomes.rows import measured_figures, rows
from outreach.domain.outcomes.summary import Cut
from outreach.store.outcome_lines import SCHEMA
from tests.adapters.measuring.worlds import T, a_registration, later, lines, with_column

HOSTILE, FEW = "<script>$x^2$", "7" * 64


@pytest.fixture(scope="module")
def told() -> OutcomeReport:
    """A rule with a hostile name that was measured, and one of whom too little is known."""
    many = with_column(lines(1, 6_000), "rule", [HOSTILE] * 6_000)
    few = lines(2, 40)
    for name, values in (
        ("rule", ["few"] * 40),
        ("registration", [FEW] * 40),
        ("person", [f"q{n}" for n in range(40)]),
    ):
        few = with_column(few, name, values)
    found = pa.concat_tables([many, few])
    experiments = [a_registration(rule=HOSTILE), a_registration(Design.HOLDBACK, rule="few", sha256=FEW)]
    summary = summarise(found, SCHEMA, Cut.RULE)
    return OutcomeReport(
        firm="Acme & Söhne",
        currency="USD",
        priced_in="EUR",
        definition="2026-11",
        since=T,
        until=later(200),
        made_at=later(200),
        cut=Cut.RULE,
        everybody=part(summary.everybody, "USD", "EUR"),
        parts=tuple(part(group, "USD", "EUR") for group in summary.groups),
        tired=summary.tired,
        measured=measure(found, experiments),
        naive=naive(found),
    )


def test_what_was_measured_stands_with_its_interval_its_arms_and_its_checks(told: OutcomeReport) -> None:
    shown = page(told)
    measured, refused = told.measured
    assert measured.effect is not None
    assert f"{measured.effect.times(1000).estimate:,.1f} [" in shown
    assert f"{measured.arms[0].people:,}" in shown
    assert all(check.name in shown for check in measured.checks)
    assert refused.effect is None
    assert "Not measured: " in shown
    assert "needs about" in shown


def test_what_each_case_prevented_cost_is_told_with_the_interval_of_the_effect(told: OutcomeReport) -> None:
    one, found = told.measured[0], {row["key"].split(".")[-1]: row for row in rows(told)}
    assert one.effect is not None
    price = one.price(one.effect)
    assert price is not None
    cost, of_money = found["cost"], found["cost_money"]
    assert (cost["value"], cost["low"], cost["high"]) == (price.each, price.low, price.high)
    assert (cost["unit"], of_money["unit"]) == ("EUR/case", "EUR/USD")
    assert f"{price.each:,.2f} EUR for each case prevented [{price.low:,.2f}, " in page(told)
    assert "EUR for each USD prevented" in document(told, "text")


def test_no_price_is_told_where_nothing_was_prevented_and_no_most_where_it_may_be_nothing(
    told: OutcomeReport,
) -> None:
    may_be, none = Effect(estimate=0.01, low=-0.01, high=0.03), Effect(estimate=-0.01, low=-0.03, high=0.01)
    for effect, words, high in (
        (may_be, "7.00 EUR for each case prevented [2.33, without bound]", None),
        (none, "no price of a case prevented: none was seen to be", None),
    ):
        one = replace(told.measured[0], spent=0.07, effect=effect, money=None)
        (figure,) = (each for each in measured_figures(one, told) if each.key.endswith(".cost"))
        assert (figure.words, figure.high) == (words, high)
    unspent = replace(told.measured[0], spent=0.0)
    assert any("no more was spent" in each.words for each in measured_figures(unspent, told))


def test_a_name_is_no_markup_and_no_formula_in_text_and_in_charts(told: OutcomeReport) -> None:
    shown = page(told)
    assert "<script" not in shown
    assert "&lt;script&gt;$x^2$" in shown
    assert "Acme &amp; Söhne" in shown


def test_every_figure_of_level_p4_names_its_method_and_its_registration(told: OutcomeReport) -> None:
    found = [row for row in rows(told) if row["level"] == "P4"]
    assert {row["group"] for row in found} == {f"giveaway/{HOSTILE}", "giveaway/few"}
    assert all("registration " in row["method"] for row in found)
    assert all(row["definition"] for row in found)
    assert [row["value"] for row in found if row["key"].endswith("refused")] == [None]
    assert all(row["low"] <= row["value"] <= row["high"] for row in found if row["value"] is not None)


def test_what_travels_with_a_figure_stands_in_the_files_for_machines_too(told: OutcomeReport) -> None:
    found = [row for row in rows(told) if row["chapter"] == "travels"]
    for one in told.measured:
        mine = [row for row in found if row["key"].startswith(f"P4.{one.registration[:12]}.")]
        assert [row["value"] for row in mine if ".check." in row["key"]] == [c.passed for c in one.checks]
        assert [row["n"] for row in mine if ".arm." in row["key"]] == [arm.matured for arm in one.arms]
        assert all(check.words in " ".join(row["words"] for row in mine) for check in one.checks)
    assert all(row["definition"] for row in found)


def test_on_a_terminal_a_measured_figure_has_method_arms_checks_and_registration(told: OutcomeReport) -> None:
    shown = " ".join(document(told, "text").split())
    for one in told.measured:
        assert f"registered {one.registration}" in shown
        assert all(check.name in shown for check in one.checks)
    assert f"by {told.measured[0].method}" in shown
    assert LEVELS[Level.P4][1] in shown


def test_how_warnings_tire_is_told_in_every_form(told: OutcomeReport) -> None:
    keys = {row["key"] for row in rows(told)}
    assert {f"tired.{one.nth}.{name}" for one in told.tired for name in ("seen", "opted_out")} <= keys
    assert "How warnings tire" in document(told, "text")
    assert "How warnings tire" in page(told)


def test_what_others_publish_is_struck_out_with_the_reason(told: OutcomeReport) -> None:
    shown = page(told)
    assert shown.index("What not to publish") > shown.index("P4: caused by the warning")
    assert all(one.why_not.replace("'", "&#39;") in shown for one in told.naive)
    assert told.naive[0].amount is not None
    assert told.naive[0].amount > Decimal(0)
