"""How a case stands on the answer page: the words are whole, and nothing unconfirmed is claimed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from outreach.domain.answer import PageFacts
from outreach.domain.case_view import Asked, CaseView, FirmView
from outreach.domain.recovery_case import Stage
from outreach.web.case_page import CASE, case_section
from outreach.web.sayings import read_sayings

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
SAYINGS = read_sayings(Path(__file__).parents[2] / "templates" / "shared", CASE, "en")
CONFIRMED = ("have stopped", "returned so far")


def page(view: CaseView, locale: str = "en") -> str:
    facts = PageFacts(
        person="p", locale=locale, firm="Acme", pattern="recovery", reference="ABC123", answers=()
    )
    return case_section(SAYINGS, view, facts, NOW)


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.RECOVERING])
@pytest.mark.parametrize("asked", [a for a in Asked if a not in {Asked.ACCEPTED, Asked.PARTIAL}])
def test_nothing_is_said_to_be_stopped_or_returned_that_nobody_confirmed(stage: Stage, asked: Asked) -> None:
    said = page(CaseView(stage=stage, firms=(FirmView("", asked), FirmView("Other Bank", asked))))

    assert not any(words in said for words in CONFIRMED)


@pytest.mark.parametrize("stage", [Stage.SETTLED, Stage.CLOSED])
def test_the_end_of_a_case_carries_the_warning(stage: Stage) -> None:
    assert "for a fee. That is the next scam" in page(CaseView(stage=stage))


def test_each_currency_and_each_firm_has_a_line_and_a_name_is_no_markup() -> None:
    back = {"EUR": Decimal("1250.5"), "USDT": Decimal(3)}
    firms = (FirmView("<b>Bank</b>", Asked.ACCEPTED), FirmView("", Asked.ASKED))
    said = page(CaseView(stage=Stage.RECOVERING, firms=firms, back=back))

    assert all(
        words in said for words in ("1,250.5 EUR", "3 USDT", "Our own payment system", "No answer yet")
    )
    assert ("<b>" in said, "&lt;b&gt;Bank" in said) == (False, True)


def test_a_mark_that_is_past_is_not_promised_any_more() -> None:
    ahead, past = (
        page(CaseView(stage=Stage.WAITING, until=NOW + timedelta(hours=hours))) for hours in (1, -1)
    )

    assert ("look at it again by" in ahead, "look at it again by" in past) == (True, False)
