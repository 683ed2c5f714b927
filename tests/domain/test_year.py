"""The year in figures, as it is told: windows, currencies apart, small counts hidden, nothing made up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from outreach.domain.year import DAY, CaseWay, Claimed, Counted, Money, Tier, Window, window
from outreach.domain.year_figures import Figure, span, year
from outreach.domain.year_means import FEW, MEANS, WITH_FEW

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
OPENED = datetime(2026, 6, 1, tzinfo=UTC)


def of(which: int, now: datetime = NOW, zone: str = "Asia/Kolkata") -> Window:
    found = window(which, zone, now)
    assert found is not None
    return found


def counted(**changes: Any) -> Counted:
    bare: dict[str, Any] = {"tiers": dict.fromkeys(Tier, 0), "after_loss": 0, "cases": (), "money": ()}
    return Counted(**{**bare, "listed": (), "answered": 0, "said_mine": 0, **changes})


def figures(asked: Window | None = None, **changes: Any) -> dict[str, Figure]:
    told = year("Acme", asked or of(2026), counted(**changes), NOW)
    return {figure.key: figure for chapter in told.chapters for figure in chapter.figures}


def sums(kind: str, amount: str, currency: str = "EUR", people: int = 5) -> tuple[Money, ...]:
    return tuple(
        Money(person=f"p{n}", kind=kind, currency=currency, amount=Decimal(amount)) for n in range(people)
    )


def cases(count: int, *turns: tuple[timedelta, bool], first: int = 0) -> tuple[CaseWay, ...]:
    at = tuple((OPENED + after, is_over) for after, is_over in turns)
    return tuple(CaseWay(person=f"p{first + n}", opened_at=OPENED, turns=at) for n in range(count))


def test_a_year_begins_and_ends_on_the_clock_of_the_firm() -> None:
    asked = of(2026)

    assert asked.since == datetime(2025, 12, 31, 18, 30, tzinfo=UTC)
    assert asked.until == datetime(2026, 12, 31, 18, 30, tzinfo=UTC)
    assert asked.is_over
    assert "Asia/Kolkata" in span(asked)


def test_the_running_year_ends_now_and_says_that_it_is_not_over() -> None:
    asked = of(2027)

    assert (asked.until, asked.is_over) == (NOW, False)
    assert "do not publish" in span(asked)


def test_a_year_that_has_not_begun_has_no_window() -> None:
    assert window(2028, "UTC", NOW) is None


def test_what_came_back_is_net_of_corrections_and_of_one_currency() -> None:
    found = figures(
        money=sums("refunded", "100.10") + sums("recovered", "10", "BTC") + sums("corrected", "0.1")
    )

    assert found["back.EUR"].value == "500.00"
    assert found["back.refunded.EUR"].value == "500.50"
    assert found["back.corrected.EUR"].value == "0.50"
    assert found["back.BTC"].words == "50.00 BTC"
    assert found["back.EUR"].n == "5 people, 10 sums"


def test_a_sum_of_few_people_is_not_told() -> None:
    found = figures(money=sums("refunded", "7", people=4))

    assert (found["back.EUR"].words, found["back.EUR"].value) == (FEW, None)
    assert "7" not in "".join(figure.words for figure in found.values())


def test_a_part_that_would_tell_of_few_people_hides_the_other_parts_too() -> None:
    found = figures(money=sums("refunded", "7", people=9) + sums("recovered", "1000", people=1))

    assert found["back.EUR"].words == "1,063.00 EUR"
    assert found["back.refunded.EUR"].words == WITH_FEW
    assert found["back.recovered.EUR"].words == FEW


def test_cases_are_told_apart_by_their_first_day() -> None:
    found = figures(
        cases=cases(6, (DAY, True))
        + cases(7, (DAY + timedelta(seconds=1), True), first=10)
        + tuple(CaseWay(person=f"late{n}", opened_at=of(2026).until - DAY, turns=()) for n in range(8))
    )

    told = [
        found[key].value for key in ("cases", "cases.within_day", "cases.not_within_day", "cases.too_early")
    ]
    assert told == [21, 6, 7, 8]


def test_one_person_with_many_cases_is_hidden() -> None:
    same = tuple(CaseWay(person="p", opened_at=OPENED, turns=()) for _ in range(9))

    found = figures(cases=same)

    assert (found["cases"].value, found["cases.not_within_day"].value) == (None, None)


def claims(level: str, amount: str, people: int = 9, still: int = 0) -> Claimed:
    return Claimed(level=level, currency="USD", amount=Decimal(amount), people=people, open=still)


def test_each_level_of_what_was_prevented_stands_alone_and_says_what_may_still_change() -> None:
    found = figures(claimed=(claims("P0", "9000.5", 12), claims("P2", "4200", still=3), claims("P3", "0", 0)))

    assert (found["prevented.P0"].words, found["prevented.P0"].value) == ("9,000.50 USD", "9000.50")
    assert found["prevented.P2"].n == "9 people; 3 episodes may still change it"
    assert found["prevented.P3"].words == "0.00 USD"
    assert found["prevented.P4"].words == "not measured"
    assert "never add them up" in str(
        year("Acme", of(2026), counted(claimed=(claims("P0", "1"),)), NOW).chapters
    )


def test_a_sum_of_a_few_people_is_hidden_and_what_would_tell_of_them_too() -> None:
    alone = figures(claimed=(claims("P2", "4200", people=4),))
    beside = figures(claimed=(claims("P2", "4200", people=9), claims("P3", "4000", people=6)))

    assert (alone["prevented.P2"].words, alone["prevented.P2"].value) == (FEW, None)
    assert (beside["prevented.P3"].words, beside["prevented.P3"].value) == (WITH_FEW, None)


def test_what_was_prevented_is_no_number_where_nothing_was_reckoned() -> None:
    levels = {key: figure for key, figure in figures().items() if key.startswith("prevented.")}

    assert [key.removeprefix("prevented.") for key in levels] == ["P0", "P1", "P2", "P3", "P4", "R"]
    assert {(figure.words, figure.value) for figure in levels.values()} == {("not measured", None)}


def test_each_figure_has_a_definition_and_an_n_and_no_definition_is_left_over() -> None:
    found = figures(money=sums("refunded", "1")) | figures()

    assert all(figure.definition and figure.n and figure.words for figure in found.values())
    assert set(MEANS) - {"listed.chain"} == {key.removesuffix(".EUR") for key in found}
